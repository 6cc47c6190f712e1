"""What the pages of the blog cost and leave out; test_pages.py says what they hold."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from retro.blog import pages, views
from retro.incidents.models import Incident
from retro.postmortems.models import Postmortem, PublishedFile
from retro.postmortems.publishing import publish, withdraw
from tests import make
from tests.postmortems import told
from tests.postmortems.told import named, published, read

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def incident() -> Incident:
    return told.people()


def posts(incident: Incident, many: int) -> list[Postmortem]:
    made = []
    for number in range(many):
        row = make.postmortem(make.incident(incident.team, named("Alice"), f"Post {number:02}"))
        publish(row, by=named("Alice"), at=BEGIN + timedelta(days=number))
        made.append(row)
    return made


def titles(page: str) -> list[str]:
    return re.findall(r"Post \d\d(?=</a></h2>)", page)


def step(page: str, name: str) -> str:
    found = re.search(rf'href="(\?{name}=[^"]+)"', page)
    return f"/{found[1]}" if found else ""


def test_one_can_go_back_to_newer_posts_by_the_way_one_came(incident: Incident) -> None:
    posts(incident, 45)
    first = read("/")
    assert not step(first, "after")
    second = read(step(first, "before"))
    third = read(step(second, "before"))
    assert not step(third, "before")
    assert titles(read(step(third, "after"))) == titles(second)
    assert titles(read(step(second, "after"))) == titles(first)
    # Newer than the newest: the first page, whole.
    assert titles(read(step(read(step(second, "after")), "before"))) == titles(second)


def test_newer_than_the_first_page_is_the_first_page(incident: Incident) -> None:
    made = posts(incident, 25)
    second = read(step(read("/"), "before"))
    withdraw(made[-1], by=named("Alice"))
    withdraw(made[-2], by=named("Alice"))
    # 18 posts are newer now, less than a page.
    assert titles(read(step(second, "after"))) == [f"Post {n:02}" for n in range(22, 2, -1)]


def test_a_post_that_is_not_kept_costs_three_queries(incident: Incident) -> None:
    _first, second, _third = posts(incident, 3)
    client = Client()
    # A new client's first request asks whether the installation is set up.
    client.get("/robots.txt")
    pages._store.pages.clear()
    with CaptureQueriesContext(connection) as queries:
        page = client.get(second.get_absolute_url()).content.decode()
    assert "Post 00" in page and "Post 02" in page
    assert len(queries) <= 3, [query["sql"] for query in queries]


def test_who_asks_for_the_head_alone_gets_its_length_and_no_body(incident: Incident) -> None:
    posts(incident, 1)
    # Not through the client, which would take the body away itself.
    answer = views.index(RequestFactory().head("/"))
    assert answer.content == b""
    assert int(answer["Content-Length"]) == len(read("/").encode())


def test_a_query_that_means_nothing_makes_no_page_of_its_own(incident: Incident) -> None:
    posts(incident, 1)
    for number in range(5):
        assert "Post 00" in read(f"/?utm_source={number}&utm_campaign=x")
    assert len(pages._store.pages) == 1


def test_a_list_says_how_bad_it_was_and_how_long_it_lasted(incident: Incident) -> None:
    quiet = make.incident(incident.team, named("Alice"), "Post 00")
    published(make.postmortem(quiet))
    assert "Severity" not in read("/") and "lasted" not in read("/")
    published(told.whole(incident))
    page = read("/")
    assert "lasted 5 h 50 min" in page
    assert ("Severity" in page) == (incident.severity is not None)


def test_feeds_carry_no_drawing_and_their_anchors_lead_to_the_post(incident: Incident) -> None:
    post = told.whole(incident)
    incident.timeline.update(approximate=True)
    published(post)
    page = read(post.get_absolute_url())
    assert "<svg" in page and "The timeline, drawn" in page and "visually-hidden" in page
    (item,) = json.loads(read("/feed.json"))["items"]
    content = item["content_html"]
    assert "<svg" not in content and "The timeline, drawn" not in content
    assert "Detected" in content and "≈ " in content and "about </span>" not in content
    inside = re.findall(r'href="([^"]*#t\d+)"', content)
    assert inside and all(href.startswith(item["url"]) for href in inside)
    assert 'href="#' not in content and 'href="/' not in content


def test_a_picture_is_sent_once_and_then_asked_for_by_its_hash(incident: Incident) -> None:
    post = told.whole(incident)
    told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    published(post)
    copy = PublishedFile.objects.get(content_type="image/png")
    where = copy.get_absolute_url()
    first = Client().get(where)
    assert first["Content-Disposition"].startswith("inline")
    assert "sandbox" in first["Content-Security-Policy"]
    etag = first["ETag"]
    b"".join(first.streaming_content)  # type: ignore[attr-defined]
    assert Client().get(where, headers={"if-none-match": etag}).status_code == 304
    withdraw(post, by=named("Alice"))
    assert Client().get(where, headers={"if-none-match": etag}).status_code == 404


def test_a_file_that_was_lost_is_not_found(incident: Incident) -> None:
    post = told.whole(incident)
    told.picture(post.incident.timeline.in_order()[0], alt="a curve")
    published(post)
    copy = PublishedFile.objects.get(content_type="image/png")
    copy.file.storage.delete(copy.file.name)
    assert Client().get(copy.get_absolute_url()).status_code == 404
