"""Writing down what happened. Alice owns Harbor, Bora edits, Vic looks on, Mallory is elsewhere."""

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from retro.incidents.models import Activity, Incident, TimelineEntry
from tests import make

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def incident() -> Incident:
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return make.incident(team, alice)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(
        make.User.objects.get(name=name), "allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


def url(incident: Incident, rest: str = "") -> str:
    return f"/desk/incidents/{incident.number}/story/{rest}"


def form(**fields: Any) -> dict[str, Any]:
    return {"kind": "event", "day": "2026-10-27", "version": 1, **fields}


def test_a_typed_line_becomes_an_entry_at_its_time(incident: Incident) -> None:
    line = "18:02 checked Slack, batch failing since 16:00"
    response = signed_in("Bora").post(url(incident, "entries/"), {"line": line})
    assert response.status_code == 302
    entry = incident.timeline.get()
    assert entry.starts_at == make.at("09:02")
    assert entry.body == "checked Slack, batch failing since 16:00"
    assert Activity.objects.filter(actor__name="Bora", verb="added").count() == 1


def test_what_a_line_will_become_is_said_while_typing(incident: Incident) -> None:
    bora = signed_in("Bora")
    page = bora.get(url(incident, "understanding/"), {"line": "~18:02 looked"}, **HTMX)
    assert "≈ 18:02, 27 October" in page.content.decode()
    page = bora.get(url(incident, "understanding/"), {"line": "looked"}, **HTMX)
    assert "without a time" in page.content.decode()
    assert not incident.timeline.exists()


def test_ten_pasted_lines_become_ten_entries_in_the_order_of_their_times(
    incident: Incident,
) -> None:
    lines = "\n".join(f"{hour}:00 step {hour}" for hour in range(19, 9, -1))
    signed_in("Bora").post(url(incident, "entries/"), {"line": lines})
    assert [entry.body for entry in incident.timeline.in_order()] == [
        f"step {h}" for h in range(10, 20)
    ]


def test_the_same_form_sent_twice_adds_once(incident: Incident) -> None:
    data = {"line": "18:02 once", "creation_key": str(uuid.uuid4())}
    for _ in range(2):
        signed_in("Bora").post(url(incident, "entries/"), data, **HTMX)
    assert incident.timeline.count() == 1


def test_an_empty_line_says_so_and_adds_nothing(incident: Incident) -> None:
    response = signed_in("Bora").post(url(incident, "entries/"), {"line": "  "})
    assert response.status_code == 422
    assert "This field is required" in response.content.decode()


def test_an_entry_saves_itself_and_answers_with_its_new_version(incident: Incident) -> None:
    entry = make.entry(incident)
    response = signed_in("Bora").post(
        url(incident, f"entries/{entry.pk}/"),
        form(
            at="18:10",
            kind="attempt",
            body="Rerouted",
            expected="A new address",
            actual="Timed out",
            outcome="failed",
            approximate="on",
        ),
        **HTMX,
    )
    assert response.status_code == 200
    assert (
        'name="version"' in response.content.decode() and 'value="2"' in response.content.decode()
    )
    entry.refresh_from_db()
    assert (entry.starts_at, entry.approximate, entry.outcome) == (make.at("09:10"), True, "failed")
    assert (entry.expected, entry.actual) == ("A new address", "Timed out")


def test_a_save_on_top_of_newer_text_gets_409_with_both_texts(incident: Incident) -> None:
    entry = make.entry(incident, "read first")
    address = url(incident, f"entries/{entry.pk}/")
    signed_in("Alice").post(address, form(body="theirs, newer"), **HTMX)
    for extra in (HTMX, {}):
        response = signed_in("Bora").post(address, form(body="mine, typed"), **extra)
        assert response.status_code == 409
        assert "theirs, newer" in response.content.decode()
        assert "mine, typed" in response.content.decode()
    entry.refresh_from_db()
    assert entry.body == "theirs, newer"
    signed_in("Bora").post(address, form(body="mine, typed", over="2"))
    entry.refresh_from_db()
    assert entry.body == "mine, typed"


def test_an_end_before_its_start_is_refused_beside_the_field(incident: Incident) -> None:
    entry = make.entry(incident)
    data = form(at="18:10", until="17:00", body="kept as typed")
    response = signed_in("Bora").post(url(incident, f"entries/{entry.pk}/"), data, **HTMX)
    assert response.status_code == 422
    assert "The end is before the start" in response.content.decode()
    response = signed_in("Bora").post(url(incident, f"entries/{entry.pk}/"), data)
    assert response.status_code == 422
    assert "kept as typed" in response.content.decode()
    data["until_day"] = "2026-10-28"
    assert (
        signed_in("Bora").post(url(incident, f"entries/{entry.pk}/"), data, **HTMX).status_code
        == 200
    )


def test_a_time_the_clocks_skipped_is_asked_about(incident: Incident) -> None:
    incident.time_zone = "Europe/Berlin"
    incident.save(update_fields=["time_zone"])
    entry = make.entry(incident)
    data = form(day="2026-03-29", at="02:30")
    response = signed_in("Bora").post(url(incident, f"entries/{entry.pk}/"), data, **HTMX)
    assert response.status_code == 422
    assert "skipped this time" in response.content.decode()


def test_two_entries_cannot_claim_one_milestone(incident: Incident) -> None:
    make.entry(incident, "Batch stops", milestone="started", starts_at=make.at("07:00"))
    entry = make.entry(incident)
    response = signed_in("Bora").post(
        url(incident, f"entries/{entry.pk}/"), form(milestone="started"), **HTMX
    )
    assert response.status_code == 422
    assert "“Started” is marked on another entry already: Batch stops" in response.content.decode()


def test_resolved_before_started_is_called_contradictory_and_nothing_is_guessed(
    incident: Incident,
) -> None:
    make.entry(incident, milestone="started", starts_at=make.at("09:00"))
    make.entry(incident, milestone="resolved", starts_at=make.at("08:00"))
    page = signed_in("Vic").get(url(incident)).content.decode()
    assert "contradictory" in page
    assert "no mark yet" in page


def test_markdown_over_the_cap_is_refused_and_kept(incident: Incident) -> None:
    entry = make.entry(incident)
    long = "x" * 20_001
    response = signed_in("Bora").post(url(incident, f"entries/{entry.pk}/"), form(body=long))
    assert response.status_code == 422
    assert long in response.content.decode()


def test_a_link_that_is_no_web_address_is_refused(incident: Incident) -> None:
    entry = make.entry(incident)
    address = url(incident, f"entries/{entry.pk}/")
    response = signed_in("Bora").post(address, form(links="javascript:alert(1) x"), **HTMX)
    assert response.status_code == 422
    signed_in("Bora").post(
        address, form(links="https://example.com/a The graph\n\nhttp://example.com")
    )
    entry.refresh_from_db()
    assert entry.links == [
        {"url": "https://example.com/a", "title": "The graph"},
        {"url": "http://example.com", "title": ""},
    ]


def test_an_untimed_entry_keeps_its_place_and_moves_by_button_and_by_drop(
    incident: Incident,
) -> None:
    make.entry(incident, "a", starts_at=make.at("07:00"))
    loose = make.entry(incident, "loose")
    make.entry(incident, "b", starts_at=make.at("08:00"))
    order = lambda: [row.body for row in incident.timeline.in_order()]  # noqa: E731
    # A later time comes after the untimed one, an earlier one before it.
    assert order() == ["a", "loose", "b"]
    bora = signed_in("Bora")
    bora.post(url(incident, f"entries/{loose.pk}/place/"), {"direction": "down"})
    assert order() == ["a", "b", "loose"]
    first = incident.timeline.get(body="a")
    bora.post(url(incident, f"entries/{loose.pk}/place/"), {"after": first.pk}, **HTMX)
    assert order() == ["a", "loose", "b"]
    bora.post(url(incident, f"entries/{loose.pk}/place/"), {"after": ""}, **HTMX)
    assert order() == ["loose", "a", "b"]


def test_entries_keep_their_order_when_the_room_between_two_is_used_up(incident: Incident) -> None:
    make.entry(incident, "first", starts_at=make.at("07:00"))
    for number in range(60):
        make.entry(
            incident,
            f"{number}",
            starts_at=make.at(f"08:{59 - number:02}" if number < 60 else "09:00"),
        )
    bodies = [row.body for row in incident.timeline.in_order()]
    assert bodies == ["first", *[str(n) for n in range(59, -1, -1)]]


def test_removing_an_entry_is_noted(incident: Incident) -> None:
    entry = make.entry(incident, "gone")
    signed_in("Bora").post(url(incident, f"entries/{entry.pk}/removal/"))
    assert not TimelineEntry.objects.exists()
    assert Activity.objects.get(verb="removed").label == "gone"


def test_the_page_asks_the_same_number_of_queries_for_ten_entries_and_for_a_hundred(
    incident: Incident,
) -> None:
    vic = signed_in("Vic")
    counts = []
    for rows in (10, 100):
        while incident.timeline.count() < rows:
            make.entry(incident, starts_at=make.at("08:00"))
        vic.get("/desk/")
        with CaptureQueriesContext(connection) as queries:
            assert vic.get(url(incident)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
