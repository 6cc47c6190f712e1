"""A new retro, its details, who was in it, and the list."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from retro.incidents.durations import durations
from retro.incidents.models import Activity, Incident
from retro.lib.words import duration
from retro.teams.models import Team
from tests import make
from tests.incidents.test_story import HTMX, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def team() -> Team:
    team = make.team()
    make.member(team, "Alice", "owner", time_zone="Asia/Seoul")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    return team


NEW = {
    "title": "The queue stood still",
    "day": "2026-10-27",
    "severity": "2",
    "time_zone": "Asia/Seoul",
    "services": "Batch, API, Batch",
    "people": "Alice, the on-call engineer\nSomebody at the partner\n\n",
}


def test_a_new_retro_takes_its_number_services_and_people(team: Team) -> None:
    response = signed_in("Alice").post("/desk/incidents/new/", NEW)
    assert response["Location"] == "/desk/incidents/1/story/"
    incident = Incident.objects.get()
    assert [service.name for service in incident.services.all()] == ["API", "Batch"]
    people = [(person.name, person.role, person.user) for person in incident.people.all()]
    alice = make.User.objects.get(name="Alice")
    assert people == [
        ("Alice", "the on-call engineer", alice),
        ("Somebody at the partner", "", None),
    ]
    assert "Batch" in signed_in("Bora").get("/desk/incidents/new/").content.decode()
    signed_in("Bora").post("/desk/incidents/new/", {**NEW, "title": "Another"})
    assert Incident.objects.get(title="Another").number == 2


def test_numbers_count_for_each_team_alone(team: Team) -> None:
    other = make.team("Elsewhere")
    make.incident(other, make.member(other, "Mallory"))
    assert make.incident(team, make.User.objects.get(name="Alice")).number == 1


def test_the_form_sent_twice_makes_one(team: Team) -> None:
    data = {**NEW, "creation_key": str(uuid.uuid4())}
    for _ in range(2):
        response = signed_in("Alice").post("/desk/incidents/new/", data)
        assert response["Location"] == "/desk/incidents/1/story/"
    assert Incident.objects.count() == 1
    assert Incident.objects.get().people.count() == 2


def test_without_a_title_everything_typed_stays(team: Team) -> None:
    response = signed_in("Alice").post("/desk/incidents/new/", {**NEW, "title": ""})
    assert response.status_code == 422
    page = response.content.decode()
    assert "This field is required" in page and "the on-call engineer" in page


def test_details_save_themselves(team: Team) -> None:
    incident = make.incident(team, make.User.objects.get(name="Alice"))
    data = {**NEW, "title": "Renamed", "version": 1}
    response = signed_in("Bora").post("/desk/incidents/1/details/", data, **HTMX)
    assert response.status_code == 200
    incident.refresh_from_db()
    assert (incident.title, incident.severity, incident.version) == ("Renamed", 2, 2)
    response = signed_in("Alice").post(
        "/desk/incidents/1/details/", {**data, "title": "Mine"}, **HTMX
    )
    assert response.status_code == 409
    assert "Renamed" in response.content.decode()


def test_people_are_added_changed_and_removed(team: Team) -> None:
    incident = make.incident(team, make.User.objects.get(name="Alice"))
    alice = signed_in("Alice")
    alice.post("/desk/incidents/1/people/", {"name": "Bora", "role": "the CTO"})
    person = incident.people.get()
    assert person.user == make.User.objects.get(name="Bora")
    address = f"/desk/incidents/1/people/{person.pk}/"
    data = {"name": "Bora", "role": "support", "version": 1}
    assert alice.post(address, data, **HTMX).status_code == 200
    person.refresh_from_db()
    assert person.role == "support"
    assert alice.post("/desk/incidents/1/people/", {"name": ""}).status_code == 422
    alice.post(f"{address}removal/")
    assert not incident.people.exists()


def test_durations_come_from_milestones_or_not_at_all(team: Team) -> None:
    incident = make.incident(team, make.User.objects.get(name="Alice"))
    make.entry(incident, milestone="started", starts_at=make.at("07:00"))
    make.entry(incident, milestone="detected", starts_at=make.at("09:00"), approximate=True)
    make.entry(incident, milestone="mitigated")
    found = durations(incident.timeline.all())
    assert found["detect"] == ("recorded", 7200, True)
    assert found["mitigate"] == ("pending", None, False)
    assert found["resolve"] == ("pending", None, False)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 min"), (40, "40 s"), (7200, "2 h"), (21000, "5 h 50 min"), (183_600, "2 d 3 h")],
)
def test_lengths_of_time_as_people_say_them(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_the_list_pages_by_number_and_asks_the_same_for_many(team: Team) -> None:
    alice = make.User.objects.get(name="Alice")
    counts = []
    for total in (5, 35):
        while Incident.objects.count() < total:
            make.incident(team, alice, f"Incident of {Incident.objects.count() + 1}")
        vic = signed_in("Vic")
        vic.get("/desk/")
        with CaptureQueriesContext(connection) as queries:
            page = vic.get("/desk/").content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert "Incident of 35" in page and "Incident of 5<" not in page
    older = signed_in("Vic").get("/desk/?before=6").content.decode()
    assert "Incident of 5<" in older and "Incident of 6<" not in older
    assert signed_in("Vic").get("/desk/?before=nonsense").status_code == 200


def test_activity_joins_the_saves_of_a_quarter_hour(team: Team) -> None:
    incident = make.incident(team, make.User.objects.get(name="Alice"))
    entry = make.entry(incident)
    for version in (1, 2, 3):
        signed_in("Bora").post(
            f"/desk/incidents/1/story/entries/{entry.pk}/",
            {"kind": "event", "body": f"draft {version}", "version": version},
            **HTMX,
        )
    assert Activity.objects.filter(actor__name="Bora", verb="edited").count() == 1
    assert "draft 3" in signed_in("Vic").get("/desk/incidents/1/activity/").content.decode()


def test_the_markdown_preview_is_cleaned(team: Team) -> None:
    response = signed_in("Bora").post(
        "/desk/markdown/?field=body", {"body": "**bold** <script>alert(1)</script>"}, **HTMX
    )
    assert "<strong>bold</strong>" in response.content.decode()
    assert "<script" not in response.content.decode()
