"""What a stranger gets: lists, posts, feeds, and the headers that come with them.

Long, because every public address is read here with the same few posts.
"""

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from retro.blog import pages
from retro.incidents.models import Incident
from retro.postmortems.models import Blog, Postmortem
from retro.postmortems.publishing import publish, withdraw
from tests import make
from tests.postmortems import told
from tests.postmortems.told import named, published, read

pytestmark = pytest.mark.django_db
PAGE = "/postmortems/the-queue/"
ATOM = "{http://www.w3.org/2005/Atom}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def incident() -> Incident:
    return told.people()


@pytest.fixture
def post(incident: Incident) -> Postmortem:
    return told.whole(incident)


def posts(incident: Incident, many: int, **fields: Any) -> list[Postmortem]:
    """Publish so many posts, a day apart, the last one newest."""
    made = []
    for number in range(many):
        other = make.incident(incident.team, named("Alice"), f"Post {number:02}")
        fields = {"tags": ["batch", f"only {number}"], "categories": ["Queues"], **fields}
        row = make.postmortem(other, **fields)
        publish(row, by=named("Alice"), at=BEGIN + timedelta(days=number))
        made.append(row)
    return made


def titles(page: str) -> list[str]:
    return re.findall(r"Post \d\d(?=</a></h2>)", page)


def parsed(page: str) -> Any:
    return html5lib.parse(page, namespaceHTMLElements=False)


def meta(page: str) -> dict[str, str]:
    """Return what the head says about the page, by name or property."""
    found = {}
    for element in parsed(page).iter("meta"):
        name = element.get("name") or element.get("property")
        if name:
            found[name] = element.get("content")
    return found


def links(page: str) -> dict[str, str]:
    return {row.get("rel"): row.get("href") for row in parsed(page).find("head").iter("link")}


# Lists


def test_the_index_begins_with_the_newest_and_older_pages_follow_on(incident: Incident) -> None:
    posts(incident, 45)
    address, seen = "/", []
    for many in (20, 20, 5):
        page = read(address)
        assert len(titles(page)) == many
        seen += titles(page)
        older = re.search(r'href="(\?before=[^"]+)"', page)
        address = f"/{older[1]}" if older else ""
    assert seen == [f"Post {number:02}" for number in range(44, -1, -1)]
    assert address == ""


def test_posts_of_the_same_moment_are_each_listed_once(incident: Incident) -> None:
    made = posts(incident, 30)
    Postmortem.objects.filter(pk__in=[row.pk for row in made]).update(first_published_at=BEGIN)
    first = read("/")
    older = re.search(r'href="(\?before=[^"]+)"', first)
    assert older
    seen = titles(first) + titles(read(f"/{older[1]}"))
    assert len(seen) == len(set(seen)) == 30


def test_a_new_post_moves_nothing_on_the_older_pages(incident: Incident, post: Postmortem) -> None:
    posts(incident, 25)
    older = re.search(r'href="(\?before=[^"]+)"', read("/"))
    assert older
    before = titles(read(f"/{older[1]}"))
    published(post)
    assert titles(read(f"/{older[1]}")) == before


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "-",
        "1",
        "1-",
        "-1",
        "1-x",
        "nan-1",
        "inf-1",
        "-inf-1",
        "1e400-1",
        "1e15-1",
        "1--1",
        "1-0",
        "1-99999999999999999999",
        "%00",
        "1-%00",
        "1-1-1",
        "%ff",
        "1-٣x",
        "'%20OR%201=1",
    ],
)
@pytest.mark.parametrize("where", ["/", "/archive/", "/tags/batch/"])
def test_a_cursor_that_is_none_is_not_found(post: Postmortem, cursor: str, where: str) -> None:
    published(post)
    assert Client().get(f"{where}?before={cursor}").status_code == 404


@pytest.mark.parametrize(
    "where",
    [
        "/postmortems/nothing/",
        "/postmortems/%00/",
        "/postmortems/%ff/",
        "/postmortems/%0a/",
        f"/postmortems/{'x' * 3000}/",
        "/tags/nothing/",
        "/tags/%00/",
        "/tags/%F0%9F/",
        "/categories/batch/",
        "/categories/a%00b/",
        "/archive/0/",
        "/archive/1999/",
        "/archive/99999999999999999999/",
        "/files/0f8fad5b-d9cb-469f-a165-70867728950e.png",
        "/files/x.png",
    ],
)
def test_what_is_not_there_is_not_found(post: Postmortem, where: str) -> None:
    published(post)
    assert Client().get(where).status_code == 404


def test_a_tag_has_a_page_only_while_something_published_carries_it(post: Postmortem) -> None:
    status = lambda where: Client().get(where).status_code  # noqa: E731
    assert status("/tags/batch/") == 404
    published(post)
    assert "The queue stood still" in read("/tags/batch/")
    assert "The queue stood still" in read("/categories/queues/")
    assert status("/tags/queues/") == 404
    Postmortem.objects.filter(pk=post.pk).update(tags=["later"])
    assert (status("/tags/batch/"), status("/tags/later/")) == (200, 404)
    published(post)
    assert (status("/tags/batch/"), status("/tags/later/")) == (404, 200)


def test_a_korean_tag_is_found_from_the_post(post: Postmortem) -> None:
    Postmortem.objects.filter(pk=post.pk).update(tags=["배치 작업"])
    published(post)
    tag = next(row for row in parsed(read(PAGE)).iter("a") if row.get("rel") == "tag")
    assert tag.text == "배치 작업"
    assert "The queue stood still" in read(tag.get("href"))


def test_the_archive_holds_each_year_and_its_months(incident: Incident) -> None:
    made = posts(incident, 3)
    Postmortem.objects.filter(pk=made[0].pk).update(
        first_published_at=datetime(2024, 2, 3, tzinfo=UTC)
    )
    Blog.changed()
    page = read("/archive/")
    assert "Post 02" in page and "Post 00" not in page and "March 2026" in page
    assert 'href="/archive/2024/"' in page
    page = read("/archive/2024/")
    assert "Post 00" in page and "Post 02" not in page and "February 2024" in page


def test_a_list_and_its_posts_say_the_same_day(post: Postmortem) -> None:
    # Half past midnight in Seoul, where the incident was; the evening before in UTC.
    publish(post, by=named("Alice"), at=datetime(2026, 10, 28, 15, 30, tzinfo=UTC))
    for where in ("/", "/tags/batch/", PAGE):
        page = read(where)
        assert "29 October 2026" in page and "28 October 2026" not in page


def test_an_empty_blog_says_so(incident: Incident) -> None:
    assert "Nothing is published yet" in read("/")
    assert "Nothing is published yet" in read("/archive/")
    ElementTree.fromstring(read("/feed.atom"))
    assert json.loads(read("/feed.json"))["items"] == []
    ElementTree.fromstring(read("/sitemap.xml"))


def test_pages_ask_the_same_number_of_queries_for_five_posts_and_for_forty(
    incident: Incident, post: Postmortem, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(post, by=named("Alice"), at=BEGIN + timedelta(hours=1))
    where = ["/", PAGE, "/tags/batch/", "/categories/queues/", "/archive/", "/feed.atom"]
    where += ["/feed.json", "/sitemap.xml"]
    counts: list[list[int]] = []
    for many in (5, 35):
        posts(incident, many)
        monkeypatch.setattr(pages, "_store", pages.Store())
        counts.append([])
        for address in where:
            with CaptureQueriesContext(connection) as queries:
                read(address)
            counts[-1].append(len(queries))
    assert counts[0] == counts[1]
    stranger = Client()
    stranger.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        stranger.get(PAGE)
    # A page that is kept asks for the version and nothing else.
    assert len(queries) == 1


# One post


def test_a_post_says_what_it_is_to_those_who_share_it(post: Postmortem) -> None:
    told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    published(post)
    page = read(PAGE)
    said = meta(page)
    assert links(page)["canonical"] == f"http://testserver{PAGE}" == said["og:url"]
    assert said["og:title"] == "The queue stood still" and said["og:type"] == "article"
    assert said["og:description"] == said["description"] == "Nobody saw it for two hours"
    assert said["og:image"].startswith("http://testserver/files/")
    assert said["og:image:alt"] == "a curve"
    assert said["article:published_time"] and said["article:modified_time"]
    assert said["keywords"] == "silence"
    assert "robots" not in said
    assert "<title>The queue stood still · Retro</title>" in page
    assert Client().get(said["og:image"].removeprefix("http://testserver")).status_code == 200


def test_addresses_begin_with_the_one_that_is_set(post: Postmortem, settings: Any) -> None:
    settings.BASE_URL = "https://retro.example.org"
    published(post)
    assert links(read(PAGE))["canonical"] == f"https://retro.example.org{PAGE}"
    assert f"https://retro.example.org{PAGE}" in read("/feed.atom")
    assert f"<loc>https://retro.example.org{PAGE}</loc>" in read("/sitemap.xml")
    assert "Sitemap: https://retro.example.org/sitemap.xml" in read("/robots.txt")


def test_a_post_leads_to_the_ones_before_and_after_it(incident: Incident) -> None:
    first, second, third = posts(incident, 3)
    page = read(second.get_absolute_url())
    assert links(page)["prev"] == first.get_absolute_url()
    assert links(page)["next"] == third.get_absolute_url()
    assert "next" not in links(read(third.get_absolute_url()))
    assert "prev" not in links(read(first.get_absolute_url()))
    withdraw(third, by=named("Alice"))
    assert "next" not in links(read(second.get_absolute_url()))


def test_a_korean_post_is_korean_for_everybody(post: Postmortem) -> None:
    Postmortem.objects.filter(pk=post.pk).update(language="ko")
    published(post)
    for language in ("en", "ko", "fr", "en-GB,en;q=0.9"):
        response = Client().get(PAGE, headers={"accept-language": language})
        page = response.content.decode()
        assert response["Content-Language"] == "ko"
        assert '<html lang="ko">' in page
        assert "감지까지" in page and "Noticed after" not in page
        assert "2시간" in page and "5시간 50분" in page
        assert '<h2 id="feelings">느낌</h2>' in page
        assert "2026년" in page
        assert meta(page)["og:locale"] == "ko_KR"


def test_an_english_post_is_english_for_everybody(post: Postmortem) -> None:
    published(post)
    page = Client().get(PAGE, headers={"accept-language": "ko"}).content.decode()
    assert '<html lang="en">' in page and "Noticed after" in page and "5 h 50 min" in page


@pytest.mark.parametrize("order", [("en", "ko"), ("ko", "en")])
def test_the_index_speaks_the_visitors_language_and_never_the_one_before(
    post: Postmortem, order: tuple[str, str]
) -> None:
    published(post)
    for language in [*order, *order]:
        for where in ("/", "/archive/", "/tags/batch/"):
            response = Client().get(where, headers={"accept-language": language})
            page = response.content.decode()
            assert f'<html lang="{language}">' in page
            assert response["Content-Language"] == language
            assert "Accept-Language" in response["Vary"]
            assert ("For members" in page) == (language == "en")


# Headers


WHERE = ["/", PAGE, "/tags/batch/", "/categories/queues/", "/archive/", "/archive/2026/"]
WHERE += ["/feed.atom", "/feed.json", "/sitemap.xml", "/robots.txt"]


@pytest.mark.parametrize("where", WHERE)
def test_a_public_page_sets_no_cookie_runs_no_script_and_can_be_kept(
    post: Postmortem, where: str
) -> None:
    publish(post, by=named("Alice"), at=BEGIN)
    for client in (Client(), told.signed_in("Alice")):
        response = client.get(where)
        assert response.status_code == 200
        assert not response.cookies
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src" not in policy
        assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "<script" not in response.content.decode()
    etag = response["ETag"]
    again = Client().get(where, headers={"if-none-match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert not again.cookies
    assert Client().get(where, headers={"if-none-match": '"other"'}).status_code == 200
    head = Client().head(where)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", etag)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(Client(), method)(where).status_code == 405


def test_a_member_and_a_stranger_read_the_same(post: Postmortem) -> None:
    published(post)
    named_alice = told.signed_in("Alice")
    for where in ("/", PAGE, "/archive/"):
        assert named_alice.get(where).content == Client().get(where).content


def test_a_page_not_found_sets_no_cookie(post: Postmortem) -> None:
    for where in ("/postmortems/nothing/", "/tags/nothing/", "/?before=x"):
        assert not Client().get(where).cookies


def test_files_and_health_take_no_post(post: Postmortem) -> None:
    assert Client().post("/healthz").status_code == 405
    assert read("/healthz") == "ok"


# The store


def test_what_is_kept_changes_with_each_publication(post: Postmortem) -> None:
    assert "stood still" not in read("/")
    published(post)
    first = Client().get(PAGE)["ETag"]
    assert "stood still" in read("/")
    Postmortem.objects.filter(pk=post.pk).update(title="It stood, still")
    assert Client().get(PAGE)["ETag"] == first
    published(post)
    assert "It stood, still" in read("/") and Client().get(PAGE)["ETag"] != first
    withdraw(post, by=named("Alice"))
    assert "It stood" not in read("/")
    assert Client().get(PAGE, headers={"if-none-match": first}).status_code == 404


def test_what_is_kept_stays_under_its_limit(post: Postmortem, settings: Any) -> None:
    published(post)
    settings.PAGE_STORE_BYTES = len(read("/").encode()) * 3
    for number in range(20):
        assert Client().get(f"/?utm={number}").status_code == 200
    store = pages._store
    assert 0 < store.size <= settings.PAGE_STORE_BYTES
    assert store.size == sum(kept.size for kept in store.pages.values())


def test_each_host_gets_its_own_addresses(post: Postmortem, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["one.example", "two.example"]
    published(post)
    for host in ("one.example", "two.example"):
        page = read(PAGE, headers={"host": host})
        assert links(page)["canonical"] == f"http://{host}{PAGE}"


# Feeds


def test_atom_has_whole_posts_with_ids_that_stay(incident: Incident, post: Postmortem) -> None:
    posts(incident, 25)
    told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    published(post)
    feed = ElementTree.fromstring(read("/feed.atom"))
    entries = feed.findall(f"{ATOM}entry")
    assert len(entries) == 20
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == 20 and feed.findtext(f"{ATOM}id") not in ids
    assert feed.findtext(f"{ATOM}updated") and feed.findtext(f"{ATOM}title") == "Retro"
    for entry in entries:
        assert datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "")
        assert entry.findtext(f"{ATOM}published") and entry.findtext(f"{ATOM}title")
    content = entries[0].findtext(f"{ATOM}content") or ""
    assert "My ears were" in content and "On paper" in content and "Who watches" in content
    assert 'src="http://testserver/files/' in content and 'src="/' not in content
    assert {row.get("term") for row in entries[0].findall(f"{ATOM}category")} == {
        "batch",
        "alerts",
        "Queues",
    }
    Postmortem.objects.filter(pk=post.pk).update(slug="silence", title="Silence")
    published(post)
    moved = ElementTree.fromstring(read("/feed.atom")).findall(f"{ATOM}entry")[0]
    assert moved.findtext(f"{ATOM}id") == ids[0] and moved.findtext(f"{ATOM}title") == "Silence"
    link = moved.find(f"{ATOM}link")
    assert link is not None and link.get("href") == "http://testserver/postmortems/silence/"


def test_json_feed_has_its_keys_and_whole_posts(post: Postmortem) -> None:
    published(post)
    response = Client().get("/feed.json")
    assert response["Content-Type"].startswith("application/feed+json")
    feed = json.loads(response.content)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["home_page_url"] == "http://testserver/"
    assert feed["feed_url"] == "http://testserver/feed.json"
    (item,) = feed["items"]
    assert item["url"] == f"http://testserver{PAGE}"
    assert item["title"] == "The queue stood still" and item["language"] == "en"
    assert set(item["tags"]) == {"batch", "alerts", "Queues"}
    assert "My ears were" in item["content_html"]
    assert datetime.fromisoformat(item["date_published"]).tzinfo
    assert datetime.fromisoformat(item["date_modified"])
    Postmortem.objects.filter(pk=post.pk).update(slug="silence")
    published(post)
    assert json.loads(read("/feed.json"))["items"][0]["id"] == item["id"]


@pytest.mark.parametrize("sign", ["\x08", "\x1b", "\x0b", "\ufffe"])
def test_signs_that_xml_cannot_hold_do_not_break_a_feed(post: Postmortem, sign: str) -> None:
    post.incident.timeline.update(body=f"pasted{sign}from a terminal")
    Postmortem.objects.filter(pk=post.pk).update(
        title=f"pas{sign}ted", description=f"pas{sign}ted", tags=[f"pas{sign}ted"]
    )
    published(post)
    feed = ElementTree.fromstring(read("/feed.atom"))
    assert "from a terminal" in (feed.findtext(f"{ATOM}entry/{ATOM}content") or "")
    ElementTree.fromstring(read("/sitemap.xml"))
    assert json.loads(read("/feed.json"))["items"]
    assert Client().get(PAGE).status_code == 200


def test_the_sitemap_lists_what_is_published_with_its_last_change(
    incident: Incident, post: Postmortem
) -> None:
    posts(incident, 3)
    publish(post, by=named("Alice"), at=BEGIN)
    publish(post, by=named("Alice"), at=BEGIN + timedelta(days=9))
    make.postmortem(make.incident(incident.team, named("Alice")), "only-a-draft")
    tree = ElementTree.fromstring(read("/sitemap.xml"))
    found = {
        row.findtext(f"{SITEMAP}loc"): row.findtext(f"{SITEMAP}lastmod")
        for row in tree.findall(f"{SITEMAP}url")
    }
    assert len(found) == 5 and "http://testserver/" in found
    changed = found[f"http://testserver{PAGE}"]
    assert changed and datetime.fromisoformat(changed) == BEGIN + timedelta(days=9)
    assert "only-a-draft" not in str(found)


def test_robots_keep_to_what_is_public(incident: Incident) -> None:
    lines = read("/robots.txt").splitlines()
    assert "Disallow: /desk/" in lines and "Disallow: /accounts/" in lines
    assert "Sitemap: http://testserver/sitemap.xml" in lines
    assert "Disallow: /" not in lines


# Weight


def test_a_post_and_its_style_weigh_little(post: Postmortem) -> None:
    published(post)
    page = read(PAGE)
    styles = re.findall(r'<link rel="stylesheet" href="/static/([^"]+)"', page)
    assert styles
    folder = Path(settings.BASE_DIR) / "static"
    weight = len(gzip.compress(page.encode()))
    weight += sum(len(gzip.compress((folder / name).read_bytes())) for name in styles)
    assert weight < 60_000
