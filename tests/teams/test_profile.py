"""One's own profile: name, language, time zone, and which team one works in."""

import pytest

from retro.teams.models import Membership, Team, User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
PAGE = "/desk/me/"
TYPED = {"name": "Vic", "language": "ko", "time_zone": "Asia/Seoul"}


@pytest.fixture
def team() -> Team:
    team = make.team()
    make.member(team, "Alice", "owner")
    make.member(team, "Vic", "viewer")
    return team


def test_the_language_of_the_profile_switches_the_screen(team: Team) -> None:
    """A viewer may: it is about the person, not the team."""
    vic = hands.browser("Vic", headers={"accept-language": "en"})
    assert "<h1>My profile</h1>" in hands.text(vic.get(PAGE))
    page = hands.text(vic.post(PAGE, TYPED, follow=True))
    assert 'lang="ko"' in page
    assert "<h1>내 정보</h1>" in page
    assert "저장" in page and "Saved" not in page
    assert 'lang="ko"' in hands.text(vic.get("/desk/"))
    # Each person has their own.
    assert 'lang="en"' in hands.text(hands.browser("Alice").get("/desk/"))
    vic.post(PAGE, {**TYPED, "language": "en"})
    assert "<h1>My profile</h1>" in hands.text(vic.get(PAGE))


def test_the_blog_speaks_the_browsers_language_whoever_is_signed_in(team: Team) -> None:
    User.objects.filter(name="Vic").update(language="ko")
    response = hands.browser("Vic", headers={"accept-language": "en"}).get("/accounts/logout/")
    assert 'lang="ko"' in hands.text(response)
    response = hands.browser("Vic", headers={"accept-language": "en"}).get("/")
    assert response["Content-Language"] == "en"
    assert "Accept-Language" in response["Vary"] and "Cookie" not in response["Vary"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"language": "tlh"}, "Select a valid choice."),
        ({"time_zone": "Mars/Olympus"}, "Select a valid choice."),
    ],
)
def test_a_bad_profile_is_refused_with_what_was_typed(
    team: Team, change: dict[str, str], sentence: str
) -> None:
    typed = {"name": "Victor <V>", "language": "en", "time_zone": "Europe/Berlin", **change}
    response = hands.browser("Vic").post(PAGE, typed)
    assert response.status_code == 422
    assert sentence in hands.text(response)
    for name in set(typed) - ({*change} if "choice" in sentence else set()):
        assert hands.fields(response)[name] == typed[name]
    # The name on the page's own bar is still the one that is stored.
    assert 'aria-label="My profile: Vic"' in hands.text(response)
    assert User.objects.filter(name="Vic", language="en", time_zone="UTC").exists()


def test_a_profile_changes_nothing_but_itself(team: Team) -> None:
    data = {**TYPED, "email": "root@example.com", "is_sample": "on", "role": "owner"}
    hands.browser("Vic").post(PAGE, data)
    vic = User.objects.get(name="Vic")
    assert (vic.email, vic.is_sample) == ("vic@example.com", False)
    assert vic.memberships.get().role == "viewer"


def test_somebody_in_two_teams_switches_between_them(team: Team) -> None:
    vic, alice = User.objects.get(name="Vic"), User.objects.get(name="Alice")
    other = make.team("Lighthouse")
    Membership.objects.create(user=vic, team=other, role="editor")
    make.incident(team, alice, "Harbor's queue")
    make.incident(other, vic, "Lighthouse's lamp")
    client = hands.browser("Vic")
    assert "Harbor's queue" in hands.text(client.get("/desk/"))
    page = hands.text(client.get(PAGE))
    assert "Work here: Lighthouse" in page and "Work here: Harbor" not in page
    response = client.post(f"{PAGE}team/{other.pk}/", follow=True)
    assert "Lighthouse's lamp" in hands.text(response)
    assert "Harbor's queue" not in hands.text(response)
    # The role is that of the team one works in: an editor here, a viewer there.
    assert client.get("/desk/incidents/new/").status_code == 200
    client.post(f"{PAGE}team/{team.pk}/")
    assert client.get("/desk/incidents/new/").status_code == 403


def test_a_team_one_left_gives_way_to_the_other(team: Team) -> None:
    other = make.team("Lighthouse")
    row = Membership.objects.create(user=User.objects.get(name="Vic"), team=other, role="editor")
    client = hands.browser("Vic")
    client.post(f"{PAGE}team/{other.pk}/")
    row.delete()
    assert "<h1>Harbor</h1>" in hands.text(client.get("/desk/team/"))


def test_nobody_switches_into_a_team_they_are_not_in(team: Team) -> None:
    other = make.team("Lighthouse")
    client = hands.browser("Vic")
    assert client.post(f"{PAGE}team/{other.pk}/").status_code == 404
    assert client.get(f"{PAGE}team/{team.pk}/").status_code == 405
    assert "<h1>Harbor</h1>" in hands.text(client.get("/desk/team/"))
