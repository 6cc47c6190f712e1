"""The team's page: its people, their roles, its name. Vic views, Mallory is elsewhere."""

import pytest
from django.test import Client

from retro.teams.models import Membership, Team, User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
PAGE = "/desk/team/"
NEEDS_OWNER = "A team needs an owner. Make somebody else one first."


@pytest.fixture
def team() -> Team:
    team = make.team()
    make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return team


def row(name: str) -> Membership:
    return Membership.objects.get(user__name=name)


def url(name: str, what: str) -> str:
    return f"{PAGE}members/{row(name).pk}/{what}/"


@pytest.mark.parametrize("name", ["Alice", "Bora", "Vic"])
def test_everybody_sees_their_own_people_and_no_others(team: Team, name: str) -> None:
    page = hands.text(hands.browser(name).get(PAGE))
    for person in ("alice@example.com", "bora@example.com", "vic@example.com"):
        assert person in page
    assert "mallory@example.com" not in page
    assert ("Remove Bora" in page) == (name == "Alice")


def test_the_owner_gives_a_role(team: Team) -> None:
    response = hands.browser("Alice").post(url("Bora", "role"), {"role": "viewer"}, follow=True)
    assert "Saved" in hands.text(response)
    assert row("Bora").role == "viewer"
    assert hands.browser("Bora").post(PAGE, {"name": "Bora's"}).status_code == 403


@pytest.mark.parametrize("role", ["editor", "viewer"])
def test_the_last_owner_cannot_step_down(team: Team, role: str) -> None:
    response = hands.browser("Alice").post(url("Alice", "role"), {"role": role})
    assert response.status_code == 422
    assert NEEDS_OWNER in hands.text(response)
    assert row("Alice").role == "owner"


def test_the_last_owner_cannot_be_removed(team: Team) -> None:
    response = hands.browser("Alice").post(url("Alice", "removal"), follow=True)
    assert NEEDS_OWNER in hands.text(response)
    assert row("Alice").role == "owner"


def test_with_a_second_owner_the_first_may_step_down_and_then_be_removed(team: Team) -> None:
    alice = hands.browser("Alice")
    alice.post(url("Bora", "role"), {"role": "owner"})
    assert alice.post(url("Alice", "role"), {"role": "viewer"}).status_code == 302
    assert alice.post(url("Bora", "role"), {"role": "viewer"}).status_code == 403
    bora = hands.browser("Bora")
    response = bora.post(url("Alice", "removal"), follow=True)
    assert "Alice is no longer in the team." in hands.text(response)
    assert bora.post(url("Bora", "role"), {"role": "editor"}).status_code == 422


def test_an_unknown_role_is_refused_beside_its_person(team: Team) -> None:
    response = hands.browser("Alice").post(url("Bora", "role"), {"role": "king"})
    assert response.status_code == 422
    assert "Select a valid choice." in hands.text(response)
    assert row("Bora").role == "editor"


def test_a_removed_member_sees_nothing_any_more(team: Team) -> None:
    bora, vic = hands.browser("Bora"), hands.browser("Vic")
    incident = make.incident(team, User.objects.get(name="Bora"))
    address = f"/desk/incidents/{incident.number}/"
    assert bora.get(address).status_code in (200, 302)
    hands.browser("Alice").post(url("Bora", "removal"))
    for path in (address, f"{address}story/", "/desk/", PAGE, "/desk/me/"):
        assert bora.get(path).status_code == 404, path
    assert bora.post(f"{address}story/entries/", {"line": "18:02 x"}).status_code == 404
    assert vic.get("/desk/").status_code == 200
    # What Bora wrote stays.
    assert "The queue stood still" in hands.text(vic.get("/desk/"))


def test_who_is_in_no_team_can_still_sign_out(team: Team) -> None:
    bora = hands.browser("Bora")
    hands.browser("Alice").post(url("Bora", "removal"))
    assert bora.post("/accounts/logout/").status_code == 302
    assert not hands.is_signed_in(bora)


@pytest.mark.parametrize("what", ["role", "removal"])
@pytest.mark.parametrize(("name", "status"), [("Bora", 403), ("Vic", 403), ("Mallory", 404)])
def test_nobody_else_manages_the_people(team: Team, what: str, name: str, status: int) -> None:
    response = hands.browser(name).post(url("Alice", what), {"role": "viewer"})
    assert response.status_code == status
    assert row("Alice").role == "owner"


def test_an_owner_of_two_teams_manages_the_one_they_work_in(team: Team) -> None:
    other = Team.objects.get(name="Elsewhere")
    Membership.objects.create(user=User.objects.get(name="Alice"), team=other, role="owner")
    alice = hands.browser("Alice")
    assert alice.post(url("Mallory", "removal")).status_code == 404
    alice.post(f"/desk/me/team/{other.pk}/")
    assert alice.post(url("Mallory", "removal")).status_code == 302
    assert not Membership.objects.filter(user__name="Mallory").exists()


def test_the_owner_renames_the_team(team: Team) -> None:
    data = {"name": "포구 <팀>", "time_zone": "Europe/Berlin", "language": "ko"}
    response = hands.browser("Alice").post(PAGE, data, follow=True)
    assert "<h1>포구 &lt;팀&gt;</h1>" in response.content.decode()
    team.refresh_from_db()
    assert (team.name, team.time_zone, team.language) == ("포구 <팀>", "Europe/Berlin", "ko")


@pytest.mark.parametrize(
    "change", [{"name": "  "}, {"time_zone": "Mars/Olympus"}, {"name": "x" * 101}]
)
def test_a_bad_team_is_refused_and_stays_as_it_was(team: Team, change: dict[str, str]) -> None:
    data = {"name": "Newer", "time_zone": "Europe/Berlin", "language": "ko", **change}
    response = hands.browser("Alice").post(PAGE, data)
    assert response.status_code == 422
    assert 'class="error' in response.content.decode()
    assert "<h1>Harbor</h1>" in response.content.decode()
    team.refresh_from_db()
    assert (team.name, team.time_zone) == ("Harbor", "Asia/Seoul")


@pytest.mark.parametrize("name", ["Bora", "Vic"])
def test_others_do_not_rename_it(team: Team, name: str) -> None:
    data = {"name": "Mine", "time_zone": "UTC", "language": "en"}
    assert hands.browser(name).post(PAGE, data).status_code == 403
    team.refresh_from_db()
    assert team.name == "Harbor"


def test_a_stranger_is_led_to_the_sign_in(team: Team) -> None:
    for path in ("/desk/", PAGE, "/desk/me/"):
        assert Client().get(path)["Location"] == f"/accounts/login/?next={path}"
