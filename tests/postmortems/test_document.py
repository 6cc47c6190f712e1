"""What goes into a document, and what must never."""

from types import UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints, is_typeddict

import html5lib
import pytest
from django.test import Client

from retro.incidents.models import Attachment, Incident
from retro.postmortems import document as shape
from retro.postmortems.article import draw
from retro.postmortems.drafting import compose
from retro.postmortems.models import Postmortem, Revision
from tests import make
from tests.postmortems import told

pytestmark = pytest.mark.django_db
SECRET = "xylophone"


@pytest.fixture
def incident() -> Incident:
    return told.people()


@pytest.fixture
def post(incident: Incident) -> Postmortem:
    return told.whole(incident)


def address(row: Attachment) -> str:
    return f"/files/{row.pk}.png"


def composed(post: Postmortem) -> Any:
    return compose(Postmortem.objects.get(pk=post.pk), address)


def section(document: Any, kind: str) -> Any:
    return next(part for part in document["sections"] if part["kind"] == kind)


def fits(value: Any, hint: Any, where: str = "document") -> list[str]:
    """Return where a value is not what the shape says."""
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Any:
        return []
    if is_typeddict(hint):
        hints = get_type_hints(hint)
        wrong = [f"{where}: {key} is missing" for key in hint.__required_keys__ - set(value)]
        wrong += [f"{where}: {key} is unknown" for key in set(value) - set(hints)]
        for key in set(value) & set(hints):
            wrong += fits(value[key], hints[key], f"{where}.{key}")
        return wrong
    if origin is Literal:
        return [] if value in inner else [f"{where} is {value!r}"]
    if origin is list and isinstance(value, list):
        return [one for n, row in enumerate(value) for one in fits(row, inner[0], f"{where}[{n}]")]
    if origin is dict and isinstance(value, dict):
        return [one for key, row in value.items() for one in fits(row, inner[1], f"{where}.{key}")]
    if origin is UnionType:
        return [] if value is None else fits(value, inner[0], where)
    return [] if isinstance(value, origin or hint) else [f"{where} is {value!r}, not {hint}"]


def test_a_document_has_the_shape_that_is_written_down(post: Postmortem) -> None:
    entry = post.incident.timeline.in_order()[0]
    told.picture(entry, alt="a curve", caption="Monday")
    told.log_file(entry)
    document = composed(post)
    assert fits(document, shape.Document) == []
    assert [part["kind"] for part in document["sections"]] == post.sections
    lists = {
        "story": "entries",
        "feelings": "feelings",
        "improvements": "points",
        "lessons": "lessons",
        "actions": "actions",
        "summary": "text_md",
    }
    assert [set(part) for part in document["sections"]] == [
        {"kind", lists[name]} for name in post.sections
    ]


def test_the_check_of_the_shape_finds_what_is_wrong(post: Postmortem) -> None:
    document = composed(post)
    document["moments"][0]["approximate"] = "yes"
    del document["sections"][0]["entries"][0]["heading"]
    document["people"] = "Alice"
    assert len(fits(document, shape.Document)) >= 3


def test_the_story_tells_each_entry_with_all_that_hangs_on_it(post: Postmortem) -> None:
    first = post.incident.timeline.in_order()[0]
    picture = told.picture(first, alt="a curve", caption="Monday")
    log = told.log_file(first)
    first.body = f"See ![]( /desk/attachments/{picture.pk}/ )"
    first.save()
    document = composed(post)
    entries = section(document, "story")["entries"]
    assert [row["id"] for row in entries] == ["t1", "t2", "t3", "t4", "t5"]
    assert entries[0]["starts_at"] == "2026-10-27T07:00:00+00:00"
    assert entries[0]["links"] == [{"url": "https://example.com/graph", "title": "The graph"}]
    assert entries[0]["body_md"] == f"See ![]( {address(picture)} )"
    assert entries[0]["pictures"] == [
        {"url": address(picture), "alt": "a curve", "caption": "Monday", "width": 60, "height": 40}
    ]
    assert entries[0]["files"] == [{"url": address(log), "name": "queue.log", "size": 13}]
    assert entries[1]["approximate"] and not entries[0]["approximate"]
    assert entries[2]["ends_at"] == "2026-10-27T09:30:00+00:00"
    assert entries[2]["attempt"] == {
        "expected_md": "A new address helps",
        "actual_md": "It timed out as well",
        "outcome": "failed",
    }
    assert entries[3]["starts_at"] is None and entries[3]["attempt"] is None
    assert [row["milestone"] for row in entries] == ["started", "detected", "", "", "resolved"]
    assert document["durations"]["resolve"] == {
        "state": "recorded",
        "seconds": 21_000,
        "approximate": False,
    }
    assert document["durations"]["mitigate"]["state"] == "pending"


def test_people_are_shown_by_name_by_role_or_not_at_all(post: Postmortem) -> None:
    document = composed(post)
    assert document["people"] == ["Alice", "the CTO"]
    feelings = {row["by"]: row for row in section(document, "feelings")["feelings"]}
    assert set(feelings) == {"Alice", "the CTO", ""}
    assert feelings["Alice"]["words"] == ["shame"] and feelings["Alice"]["needs"] == ["trust"]
    assert feelings["Alice"]["moment"] == {
        "id": "t3",
        "starts_at": "2026-10-27T09:10:00+00:00",
        "approximate": False,
        "label": "Go round it",
    }
    assert feelings[""]["body_md"] == "I watched."
    owners = [row["owner"] for row in section(document, "actions")["actions"]]
    assert owners == ["the CTO", "", ""]


def test_a_member_who_is_not_listed_as_involved_is_named_nowhere(post: Postmortem) -> None:
    post.incident.people.all().delete()
    document = composed(post)
    assert document["people"] == []
    assert {row["by"] for row in section(document, "feelings")["feelings"]} == {""}
    assert "Alice" not in draw(document)


def test_points_carry_nested_strategies_and_the_moments_they_speak_of(post: Postmortem) -> None:
    (point,) = section(composed(post), "improvements")["points"]
    assert point["before"] == [
        {"text": "Write it down", "children": [{"text": "On paper", "children": []}]}
    ]
    assert point["after"] == [{"text": "Tell it", "children": []}]
    assert [moment["id"] for moment in point["moments"]] == ["t1", "t3"]


def test_lessons_actions_and_the_summary_are_all_there(post: Postmortem) -> None:
    document = composed(post)
    assert section(document, "lessons")["lessons"][0] == {"kind": "went_well", "text": "We talked"}
    first, second, third = section(document, "actions")["actions"]
    assert (first["due"], first["priority"]) == ("2026-11-03", "high")
    assert (second["trigger"], second["actual_result"]) == ("before", "Less indeed")
    assert (second["minimum_goal"], second["full_goal"]) == ("One goal", "All goals")
    assert third["declined_reason"] == "Too loud"
    assert section(document, "summary")["text_md"] == "We *listen* now."


def test_sections_keep_their_order_and_empty_ones_are_left_out(post: Postmortem) -> None:
    post.sections = ["summary", "actions", "story"]
    post.save()
    assert [part["kind"] for part in composed(post)["sections"]] == ["summary", "actions", "story"]
    post.summary = "  "
    post.save()
    post.incident.actions.all().delete()
    assert [part["kind"] for part in composed(post)["sections"]] == ["story"]


def test_without_the_story_the_drawing_stays_and_its_words_go(post: Postmortem) -> None:
    told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    post.sections = ["feelings", "improvements"]
    post.save()
    document = composed(post)
    assert len(document["moments"]) == 5
    for row in document["moments"]:
        assert (row["heading"], row["body_md"], row["pictures"], row["links"]) == ("", "", [], [])
    assert all(row["moment"] is None for row in section(document, "feelings")["feelings"])
    assert section(document, "improvements")["points"][0]["moments"] == []
    assert "<svg" in draw(document) and 'href="#t' not in draw(document)


# The canary


def public_addresses() -> list[str]:
    return [
        "/",
        "/archive/",
        "/feed.atom",
        "/feed.json",
        "/sitemap.xml",
        "/robots.txt",
        "/tags/batch/",
        "/categories/queues/",
        "/postmortems/the-queue/",
    ]


def found_in_public(word: str) -> list[str]:
    """Return every place open to strangers in which a word stands."""
    places = [where for where in public_addresses() if word in told.read(where).casefold()]
    for revision in Revision.objects.all():
        places += ["document"] if word in str(revision.document).casefold() else []
        places += ["html"] if word in revision.html.casefold() else []
    return places


def test_what_is_private_is_nowhere_in_public(incident: Incident, post: Postmortem) -> None:
    alice, bora, vic = (told.named(name) for name in ("Alice", "Bora", "Vic"))
    entry = incident.timeline.in_order()[0]
    for author, visibility in ((alice, "private"), (bora, "team"), (None, "team")):
        make.feeling(
            incident,
            author,
            f"{SECRET} body",
            words=[f"{SECRET} word"],
            needs=[f"{SECRET} need"],
            entry=entry,
            visibility=visibility,
        )
    for person, shown in ((bora, "role"), (vic, "nobody")):
        person.name = f"{person.name} {SECRET}"
        person.save()
        incident.people.filter(user=person).update(name=person.name, shown_as=shown)
    incident.people.filter(user=vic).update(role=f"the {SECRET} player")
    make.person(incident, f"Guest {SECRET}", "a guest", shown_as="role")
    told.published(post, by=bora)
    assert found_in_public(SECRET) == []
    assert "/postmortems/the-queue/" in found_in_public("the cto")


def test_a_draft_edited_after_publishing_stays_at_home(
    incident: Incident, post: Postmortem
) -> None:
    told.published(post)
    Postmortem.objects.filter(pk=post.pk).update(
        title=f"{SECRET} title",
        slug=f"{SECRET}-slug",
        description=SECRET,
        categories=[SECRET],
        tags=[SECRET],
        keywords=[SECRET],
        summary=SECRET,
    )
    incident.timeline.update(body=SECRET, heading=SECRET)
    incident.feelings.update(body=SECRET)
    incident.actions.update(text=SECRET)
    incident.improvements.update(heading=SECRET)
    incident.lessons.update(text=SECRET)
    incident.people.update(name=SECRET, role=SECRET)
    Incident.objects.filter(pk=incident.pk).update(title=SECRET)
    assert found_in_public(SECRET) == []
    for address_ in (f"/tags/{SECRET}/", f"/categories/{SECRET}/", f"/postmortems/{SECRET}-slug/"):
        assert Client().get(address_).status_code == 404
    told.published(post)
    assert Client().get(f"/tags/{SECRET}/").status_code == 200


def test_a_story_that_is_left_out_is_told_by_nothing_else(
    incident: Incident, post: Postmortem
) -> None:
    incident.timeline.update(
        heading=f"{SECRET} heading",
        body=SECRET,
        expected=SECRET,
        actual=SECRET,
        links=[{"url": f"https://example.com/{SECRET}", "title": SECRET}],
    )
    entry = incident.timeline.in_order()[0]
    told.picture(entry, alt=SECRET, caption=SECRET)
    told.log_file(entry, SECRET.encode())
    Postmortem.objects.filter(pk=post.pk).update(
        sections=["feelings", "improvements", "lessons", "actions", "summary"]
    )
    revision = told.published(post)
    assert found_in_public(SECRET) == []
    assert not revision.files.exists()
    Postmortem.objects.filter(pk=post.pk).update(sections=["story"])
    told.published(post)
    assert "/postmortems/the-queue/" in found_in_public(SECRET)


def test_sections_left_out_say_nothing(incident: Incident, post: Postmortem) -> None:
    incident.feelings.filter(visibility="public").update(body=SECRET, words=[SECRET])
    incident.actions.update(text=SECRET)
    incident.lessons.update(text=SECRET)
    incident.improvements.update(heading=SECRET)
    Postmortem.objects.filter(pk=post.pk).update(summary=SECRET, sections=["story"])
    told.published(post)
    assert found_in_public(SECRET) == []


# Markup


ATTACK = (
    "<script>alert(1)</script><img src=x onerror=alert(1)>"
    '<b hx-get="/desk/" hx-trigger="load" data-hx-post="/x" style="x" onclick="alert(1)">bold</b>'
    '[go](javascript:alert(1)) <a href="data:text/html,x">d</a><svg/onload=alert(1)>'
    '<iframe src="/x"></iframe>"><form action="/x"><input name=q>'
)


def elements(page: str) -> list[Any]:
    return list(html5lib.parse(page, namespaceHTMLElements=False).iter())


def test_markup_typed_into_any_field_is_harmless(incident: Incident, post: Postmortem) -> None:
    incident.timeline.update(
        heading=ATTACK[:200],
        body=ATTACK,
        expected=ATTACK,
        actual=ATTACK,
        links=[{"url": 'https://example.com/"onclick="alert(1)', "title": ATTACK}],
    )
    told.picture(incident.timeline.in_order()[0], alt=ATTACK, caption=ATTACK[:300])
    incident.feelings.update(body=ATTACK, words=[ATTACK], needs=[ATTACK])
    incident.improvements.update(heading=ATTACK[:200], body=ATTACK)
    for row in incident.improvements.all():
        row.strategies.update(text=ATTACK)
    incident.lessons.update(text=ATTACK)
    incident.actions.update(text=ATTACK, minimum_goal=ATTACK, full_goal=ATTACK)
    incident.actions.update(expected_result=ATTACK, actual_result=ATTACK, declined_reason=ATTACK)
    incident.people.update(name=ATTACK[:100], role=ATTACK[:100])
    incident.team.services.update(name=ATTACK[:80])
    Postmortem.objects.filter(pk=post.pk).update(
        title=ATTACK[:200],
        description=ATTACK[:300],
        summary=ATTACK,
        categories=[ATTACK[:80]],
        tags=[ATTACK[:80]],
        keywords=[ATTACK[:80]],
    )
    told.published(post)
    for page in ("/postmortems/the-queue/", "/"):
        for element in elements(told.read(page)):
            assert element.tag not in ("script", "iframe", "form", "object", "embed", "style")
            for name, value in element.attrib.items():
                assert not name.startswith(("on", "hx-", "data-hx")), (page, element.tag, name)
                assert not value.strip().startswith(("javascript:", "data:")), (page, name, value)
                assert name != "style"
