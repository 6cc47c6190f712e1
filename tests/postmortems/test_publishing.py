"""Publishing, withdrawing and the draft. Alice owns Harbor, Bora edits, Vic looks on.

Long, because one draft is followed here from its first visit to its withdrawal.
"""

import re
import threading
import unicodedata
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext

from retro.incidents.models import Activity, Incident
from retro.postmortems import publishing, slugs, summary
from retro.postmortems.checklist import checks
from retro.postmortems.models import SECTIONS, Blog, Postmortem, PublishedFile
from retro.postmortems.publishing import PublishedMeanwhileError, publish, withdraw
from tests import make
from tests.postmortems import told
from tests.postmortems.told import HTMX, named, published, read, signed_in, url

pytestmark = pytest.mark.django_db
PAGE = "/postmortems/the-queue/"


@pytest.fixture
def incident() -> Incident:
    return told.people()


@pytest.fixture
def post(incident: Incident) -> Postmortem:
    return told.whole(incident)


def status(address: str) -> int:
    return Client().get(address).status_code


def fresh(post: Postmortem) -> Postmortem:
    return Postmortem.objects.select_related("live_revision").get(pk=post.pk)


def form(post: Postmortem, **fields: Any) -> dict[str, Any]:
    post = fresh(post)
    return {
        "title": post.title,
        "slug": post.slug,
        "description": post.description,
        "language": post.language,
        "version": post.version,
        **fields,
    }


def save(post: Postmortem, **fields: Any) -> Any:
    return signed_in("Bora").post(url(post.incident), form(post, **fields), **HTMX)


# Frozen


def test_a_draft_is_read_by_nobody_outside_until_it_is_published(post: Postmortem) -> None:
    assert status(PAGE) == 404
    assert "The queue stood still" not in read("/")
    response = signed_in("Bora").post(url(post.incident, "publication/"), {"last_seen": 0})
    assert response.status_code == 302
    assert "The queue stood still" in read(PAGE)
    assert "The queue stood still" in read("/")
    assert Activity.objects.filter(actor__name="Bora", verb="published").count() == 1


def test_later_edits_show_only_when_published_again(post: Postmortem) -> None:
    published(post)
    before = read(PAGE)
    post.incident.timeline.update(body="Rewritten")
    assert save(post, title="Another title").status_code == 200
    assert read(PAGE) == before
    published(post)
    assert "Rewritten" in read(PAGE) and "Another title" in read(PAGE)


def test_revisions_count_up_and_the_newest_is_live(post: Postmortem) -> None:
    assert [published(post).number for _ in range(3)] == [1, 2, 3]
    assert fresh(post).live_revision == post.revisions.get(number=3)
    page = signed_in("Bora").get(url(post.incident)).content.decode()
    assert "Revision 3" in page and "Revision 1" in page


def test_a_double_click_publishes_once_and_says_so(post: Postmortem) -> None:
    bora = signed_in("Bora")
    for _ in range(2):
        response = bora.post(url(post.incident, "publication/"), {"last_seen": 0}, follow=True)
    assert post.revisions.count() == 1
    assert "nothing was doubled" in response.content.decode()
    with pytest.raises(PublishedMeanwhileError):
        published(post, last_seen=0)
    assert published(post, last_seen=1).number == 2


def test_a_publication_without_the_number_seen_does_nothing(post: Postmortem) -> None:
    bora = signed_in("Bora")
    for data in ({}, {"last_seen": "x"}, {"last_seen": -1}):
        assert bora.post(url(post.incident, "publication/"), data).status_code == 302
    assert not post.revisions.exists()


def test_withdrawn_is_gone_at_the_next_request_everywhere(post: Postmortem) -> None:
    published(post)
    assert "stood still" in read("/") and read("/tags/batch/")
    bora = signed_in("Bora")
    assert bora.post(url(post.incident, "publication/withdrawal/")).status_code == 302
    assert [status(where) for where in (PAGE, "/tags/batch/", "/categories/queues/")] == [404] * 3
    for where in ("/", "/archive/", "/feed.atom", "/feed.json", "/sitemap.xml"):
        assert "stood still" not in read(where) and "the-queue" not in read(where)
    assert Activity.objects.filter(verb="withdrew").count() == 1
    bora.post(url(post.incident, "publication/withdrawal/"))
    assert Activity.objects.filter(verb="withdrew").count() == 1


def test_publishing_again_keeps_the_day_it_first_came_out(post: Postmortem) -> None:
    begun = timezone.now() - timedelta(days=40)
    published(post, at=begun)
    withdraw(fresh(post), by=named("Alice"))
    assert published(post).number == 2
    assert fresh(post).first_published_at == begun
    assert fresh(post).last_published_at > begun
    assert f"{begun.day}" in read(PAGE)


def test_when_publishing_fails_nothing_is_left_behind(
    post: Postmortem, monkeypatch: pytest.MonkeyPatch
) -> None:
    told.picture(post.incident.timeline.in_order()[0])

    def fail(document: object) -> str:
        raise RuntimeError("no")

    monkeypatch.setattr(publishing, "draw", fail)
    with pytest.raises(RuntimeError):
        published(post)
    assert not PublishedFile.objects.exists() and not post.revisions.exists()
    assert not [
        path for path in (Path(settings.MEDIA_ROOT) / "published").rglob("*") if path.is_file()
    ]


# Addresses


def test_an_old_address_leads_to_the_new_one_for_ever(post: Postmortem) -> None:
    published(post)
    assert save(post, slug="silence").status_code == 200
    assert status(PAGE) == 200
    published(post)
    response = Client().get(PAGE)
    assert (response.status_code, response["Location"]) == (301, "/postmortems/silence/")
    save(post, slug="third")
    published(post)
    for old in ("the-queue", "silence"):
        assert Client().get(f"/postmortems/{old}/")["Location"] == "/postmortems/third/"
    withdraw(fresh(post), by=named("Alice"))
    assert [status(f"/postmortems/{slug}/") for slug in ("the-queue", "silence", "third")] == [
        404
    ] * 3


@pytest.mark.parametrize("form_name", ["NFC", "NFD"])
def test_a_korean_address_is_found_in_either_form_of_its_letters(
    post: Postmortem, form_name: Any
) -> None:
    save(post, slug=unicodedata.normalize("NFD", "멈춘-대기열"))
    assert fresh(post).slug == unicodedata.normalize("NFC", "멈춘-대기열")
    published(post)
    old = f"/postmortems/{unicodedata.normalize(form_name, '멈춘-대기열')}/"
    assert "stood still" in read(old)
    save(post, slug="이어진-대기열")
    published(post)
    response = Client().get(old)
    assert response.status_code == 301
    assert "stood still" in read(response["Location"])


@pytest.mark.parametrize(
    ("slug", "sentence"),
    [
        ("archive", "kept for the site itself"),
        ("Feed", "kept for the site itself"),
        ("taken", "Another postmortem has, or once had"),
        ("once", "Another postmortem has, or once had"),
        ("two words", "only letters, digits and hyphens"),
        ("a/b", "only letters, digits and hyphens"),
        ("", "This field is required"),
        ("x" * 121, "at most 120 characters"),
    ],
)
def test_an_address_that_cannot_be_is_refused_with_a_sentence(
    post: Postmortem, slug: str, sentence: str
) -> None:
    other = make.postmortem(make.incident(post.incident.team, named("Alice"), "Other"), "once")
    published(other)
    Postmortem.objects.filter(pk=other.pk).update(slug="taken")
    for extra in (HTMX, {}):
        response = signed_in("Bora").post(url(post.incident), form(post, slug=slug), **extra)
        assert response.status_code == 422
        assert sentence in response.content.decode()
    assert fresh(post).slug == "the-queue"


def test_a_postmortem_may_take_its_own_old_address_back(post: Postmortem) -> None:
    published(post)
    save(post, slug="silence")
    published(post)
    assert save(post, slug="the-queue").status_code == 200
    published(post)
    assert status(PAGE) == 200
    assert Client().get("/postmortems/silence/")["Location"] == PAGE


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("The Queue: stood still!", "the-queue-stood-still"),
        ("외부 서비스가 우리를 막았다", "외부-서비스가-우리를-막았다"),
        ("Archive", "postmortem-archive"),
        ("!!!", "postmortem"),
        ("Taken", "taken-2"),
        ("x" * 200, "x" * 115),
    ],
)
def test_an_address_is_suggested_from_the_title(incident: Incident, title: str, slug: str) -> None:
    make.postmortem(incident, "taken")
    other = make.incident(incident.team, named("Alice"), title)
    assert signed_in("Bora").get(url(other)).status_code == 200
    assert other.postmortems.get().slug == slug
    assert slugs.check(slug, other.postmortems.get()) == slug


# Sections and people


def press(incident: Incident, section: str, change: str, **data: str) -> int:
    data = {"section": section, "change": change, **data}
    response = signed_in("Bora").post(url(incident, "sections/"), data, **HTMX)
    return response.status_code


def test_sections_move_and_are_left_out_and_let_in_again(post: Postmortem) -> None:
    incident = post.incident
    press(incident, "summary", "up")
    assert fresh(post).sections[-2:] == ["summary", "actions"]
    press(incident, "story", "up")
    assert fresh(post).sections[0] == "story"
    press(incident, "story", "down")
    assert fresh(post).sections[:2] == ["feelings", "story"]
    press(incident, "feelings", "hide")
    assert "feelings" not in fresh(post).sections
    press(incident, "feelings", "show")
    assert fresh(post).sections[-1] == "feelings"
    press(incident, "feelings", "place", after="")
    assert fresh(post).sections[0] == "feelings"
    press(incident, "feelings", "place", after="lessons")
    order = fresh(post).sections
    assert order.index("feelings") == order.index("lessons") + 1
    assert sorted(order) == sorted(SECTIONS)
    press(incident, "nonsense", "up")
    press(incident, "story", "explode")
    assert fresh(post).sections == order
    published(post)
    page = read(PAGE)
    places = [page.index(f'<h2 id="{name}"') for name in order]
    assert places == sorted(places)


def test_how_a_person_is_shown_is_chosen_here(post: Postmortem) -> None:
    incident = post.incident
    alice = incident.people.get(name="Alice")
    address = url(incident, f"people/{alice.pk}/")
    response = signed_in("Bora").post(address, {"shown_as": "role", "version": 1}, **HTMX)
    assert response.status_code == 200
    published(post)
    assert "Alice" not in read(PAGE) and "the engineer on call" in read(PAGE)
    assert signed_in("Bora").post(address, {"shown_as": "x", "version": 2}).status_code == 422
    other = make.incident(incident.team, named("Alice"), "Other")
    assert signed_in("Bora").post(url(other, f"people/{alice.pk}/")).status_code == 404


# The draft


def test_a_save_on_top_of_newer_text_gets_409_with_both_texts(post: Postmortem) -> None:
    data = form(post, summary="mine, typed")
    save(post, summary="theirs, newer")
    for extra in (HTMX, {}):
        response = signed_in("Alice").post(url(post.incident), data, **extra)
        assert response.status_code == 409
        assert "theirs, newer" in response.content.decode()
        assert "mine, typed" in response.content.decode()
    assert fresh(post).summary == "theirs, newer"


def test_the_summary_is_drafted_from_the_records(post: Postmortem) -> None:
    incident = post.incident
    make.action(incident, "Talk first", kind="practice", trigger="always")
    make.action(incident, "Write after", kind="practice", trigger="after")
    make.feeling(incident, named("Bora"), words=["envy"], needs=["sleep"], visibility="team")
    make.feeling(incident, named("Bora"), words=["spite"], needs=["rest"], visibility="private")
    text = summary.draft(incident, "en")
    lines = ["Always", "Talk first", "Before work", "List the goals", "After work", "Write after"]
    places = [text.index(word) for word in [*lines, "Once", "Alert the channel"]]
    assert places == sorted(places)
    assert "Buy a bell" not in text
    assert "shame" in text and "calm" in text and "trust" in text
    for private in ("envy", "spite", "sleep", "rest"):
        assert private not in text
    assert "2 h" in text and "5 h 50 min" in text and "Letters" in text
    assert "How it felt" in text
    with translation.override("ko"):
        headings = [gettext(word) for word in ("How it felt", "What changes", "The problem")]
    korean = summary.draft(incident, "ko")
    assert all(f"### {heading}" in korean for heading in headings)
    assert "2시간" in korean and "5시간 50분" in korean
    Postmortem.objects.filter(pk=post.pk).update(language="ko")
    assert "5시간 50분" in signed_in("Alice").get(url(incident)).content.decode()


def test_the_checklist_says_what_is_missing_and_where(incident: Incident) -> None:
    post = make.postmortem(incident)
    found = {check.text for check in checks(post)}
    assert any("description is missing" in text for text in found)
    assert any("“Started”" in text for text in found)
    assert any("“Resolved”" in text for text in found)
    make.entry(incident, milestone="started", starts_at=make.at("09:00"))
    make.entry(incident, milestone="resolved", starts_at=make.at("08:00"))
    told.picture(make.entry(incident, kind="attempt"))
    make.point(incident)
    make.action(incident)
    page = signed_in("Bora").get(url(incident)).content.decode()
    for sentence in (
        "contradict each other",
        "1 attempt has no outcome",
        "1 picture has no description",
        "1 improvement point has no strategy",
        "1 action item has no owner",
    ):
        assert sentence in page
    assert f"/desk/incidents/{incident.number}/improvements/" in page


def test_a_complete_draft_has_nothing_missing(post: Postmortem) -> None:
    post.incident.actions.filter(owner=None).update(owner=named("Bora"))
    assert checks(post) == []
    assert "Nothing is missing" in signed_in("Bora").get(url(post.incident)).content.decode()


# The preview


def bare(page: str, *changes: tuple[str, str]) -> str:
    """Return a page without its preview bar, its dates of publication and its address."""
    page = re.sub(r'<(\w+) class="preview-bar".*?</\1>', "", page, flags=re.S)
    page = page.replace('<meta name="robots" content="noindex">', "")
    page = re.sub(r'<link rel="canonical"[^>]*>|<meta property="og:url"[^>]*>', "", page)
    page = re.sub(r'(_time" content=|<time datetime=)"[^"]*"', r"\1", page, count=3)
    for old, new in changes:
        page = page.replace(old, new)
    return re.sub(r"\s*\n\s*", "\n", page)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_preview_is_the_published_page(post: Postmortem, language: str) -> None:
    Postmortem.objects.filter(pk=post.pk).update(language=language)
    picture = told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    preview = signed_in("Vic").get(url(post.incident, "preview/"))
    assert preview.status_code == 200
    shown = preview.content.decode()
    assert "preview-bar" in shown and 'name="robots" content="noindex"' in shown
    assert not post.revisions.exists()
    published(post)
    copy = PublishedFile.objects.get()
    live = read(PAGE)
    assert "preview-bar" not in live and "noindex" not in live
    assert bare(shown, (f"/desk/attachments/{picture.pk}/", copy.get_absolute_url())) == bare(live)


def test_a_preview_before_any_draft_leads_to_where_it_is_made(incident: Incident) -> None:
    response = signed_in("Bora").get(url(incident, "preview/"))
    assert (response.status_code, response["Location"]) == (302, url(incident))
    assert not incident.postmortems.exists()


# Pictures and files


def test_pictures_are_copied_and_served_only_while_they_are_live(post: Postmortem) -> None:
    first = post.incident.timeline.in_order()[0]
    picture, log = told.picture(first, alt="a curve"), told.log_file(first)
    published(post)
    page = read(PAGE)
    copies = {row.suffix: row for row in PublishedFile.objects.all()}
    for suffix, original in ((".png", picture), (".log", log)):
        address = copies[suffix].get_absolute_url()
        assert address in page and str(original.pk) not in page
        response = Client().get(address)
        with original.file.open("rb") as file:
            assert b"".join(response.streaming_content) == file.read()
        assert "sandbox" in response["Content-Security-Policy"]
        assert "Set-Cookie" not in response.headers
    assert (
        Client()
        .get(copies[".log"].get_absolute_url())["Content-Disposition"]
        .startswith("attachment")
    )
    assert status(f"/files/{copies['.png'].pk}.jpg") == 404
    assert status(f"/files/{picture.pk}.png") == 404
    assert 'property="og:image"' in page
    picture.delete()
    assert status(copies[".png"].get_absolute_url()) == 200
    withdraw(fresh(post), by=named("Alice"))
    assert {status(row.get_absolute_url()) for row in copies.values()} == {404}


def test_a_picture_taken_out_is_gone_once_that_is_published(post: Postmortem) -> None:
    picture = told.picture(post.incident.timeline.in_order()[0])
    published(post)
    address = PublishedFile.objects.get().get_absolute_url()
    picture.delete()
    published(post)
    assert status(address) == 404


def test_the_same_picture_is_copied_once(post: Postmortem) -> None:
    one, two = list(post.incident.timeline.in_order())[:2]
    told.picture(one)
    told.picture(two)
    told.picture(two, colour="#204060")
    for _ in range(2):
        published(post)
    assert PublishedFile.objects.count() == 2


def test_a_photo_reaches_strangers_without_what_the_camera_wrote(post: Postmortem) -> None:
    from tests.incidents import test_attachments as uploads

    exif = uploads.Image.Exif()
    exif[0x010E] = "taken at home"
    entry = post.incident.timeline.in_order()[0]
    uploads.upload(entry, "phone.jpg", uploads.picture(exif=exif))
    published(post)
    response = Client().get(PublishedFile.objects.get().get_absolute_url())
    content = b"".join(response.streaming_content)
    assert b"taken at home" not in content and b"Exif" not in content


# Who may


WRITING = ["", "sections/", "publication/", "publication/withdrawal/"]


def test_a_viewer_reads_the_step_and_may_post_nothing(post: Postmortem) -> None:
    vic = signed_in("Vic")
    assert vic.get(url(post.incident)).status_code == 200
    person = post.incident.people.all()[0]
    for rest in [*WRITING, f"people/{person.pk}/"]:
        assert vic.post(url(post.incident, rest), {"last_seen": 0}).status_code == 403
    assert not post.revisions.exists()
    assert "not published yet" in vic.get(url(post.incident)).content.decode()
    published(post)
    assert PAGE in vic.get(url(post.incident)).content.decode()


def test_a_viewers_visit_makes_no_draft(incident: Incident) -> None:
    assert signed_in("Vic").get(url(incident)).status_code == 200
    assert not incident.postmortems.exists()


def test_another_team_may_not_know_of_it_and_a_stranger_signs_in(post: Postmortem) -> None:
    mallory, stranger = signed_in("Mallory"), Client()
    person = post.incident.people.all()[0]
    for rest in [*WRITING, f"people/{person.pk}/"]:
        assert mallory.post(url(post.incident, rest), {"last_seen": 0}).status_code == 404
        response = stranger.post(url(post.incident, rest), {"last_seen": 0})
        assert response.status_code == 302 and "/accounts/login/" in response["Location"]
    for rest in ("", "preview/"):
        assert mallory.get(url(post.incident, rest)).status_code == 404
        assert "/accounts/login/" in stranger.get(url(post.incident, rest))["Location"]
    assert not post.revisions.exists()


def test_only_the_owner_names_the_blog(incident: Incident) -> None:
    data = {"title": "In hindsight", "description": "What went wrong", "language": "ko"}
    before = Blog.get().version
    assert signed_in("Bora").post("/desk/blog/", data).status_code == 403
    assert signed_in("Alice").get("/desk/blog/").status_code == 200
    assert "In hindsight" not in read("/")
    assert signed_in("Alice").post("/desk/blog/", data).status_code == 302
    assert Blog.get().version > before
    assert "In hindsight" in read("/") and "What went wrong" in read("/")
    assert signed_in("Alice").post("/desk/blog/", {**data, "title": ""}).status_code == 422


# At the same moment


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; return what each gave or raised."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int) -> None:
        barrier.wait(10)
        try:
            results[number] = calls[number]()
        except Exception as error:  # noqa: BLE001 - it is what the test asks about
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_make_one_revision() -> None:
    post = told.whole(told.people())
    alice, bora = signed_in("Alice"), signed_in("Bora")
    address = url(post.incident, "publication/")
    send = lambda who: lambda: who.post(address, {"last_seen": 0}).status_code  # noqa: E731
    assert at_once(send(alice), send(bora), send(alice)) == [302, 302, 302]
    assert [row.number for row in post.revisions.all()] == [1]
    by = named("Alice")
    results = at_once(*[lambda: publish(fresh(post), by=by).number for _ in range(3)])
    assert sorted(results) == [2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_two_first_visits_at_once_make_one_draft() -> None:
    incident = told.people()
    visit = lambda who: lambda: who.get(url(incident)).status_code  # noqa: E731
    alice, bora = signed_in("Alice"), signed_in("Bora")
    assert at_once(visit(alice), visit(bora)) == [200, 200]
    assert incident.postmortems.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_want_one_address_at_once_get_it_once() -> None:
    incident = told.people()
    alice = named("Alice")
    posts = [make.postmortem(make.incident(incident.team, alice, f"Post {n}")) for n in range(2)]
    clients = [signed_in("Alice"), signed_in("Bora")]
    forms = [form(post, slug="wanted") for post in posts]

    def take(n: int) -> Callable[[], int]:
        return lambda: clients[n].post(url(posts[n].incident), forms[n], **HTMX).status_code

    assert sorted(at_once(take(0), take(1))) == [200, 422]
    assert Postmortem.objects.filter(slug="wanted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_posts_with_the_same_new_tags_are_published_at_once() -> None:
    incident = told.people()
    by = named("Alice")
    tags = [f"tag {n}" for n in range(8)]
    posts = [
        make.postmortem(make.incident(incident.team, by, f"Post {n}"), tags=tags[::step])
        for n, step in enumerate((1, -1))
    ]
    results = at_once(*[lambda post=post: publish(post, by=by).number for post in posts])
    assert results == [1, 1]
