"""The first visitor of an empty installation makes its owner and its team, once."""

import pytest
from django.test import Client

from retro.blog import pages
from retro.teams.models import Membership, Team, User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
PAGE = "/desk/set-up/"
TYPED = {
    "name": "Alice <Admin>",
    "email": "Alice@Example.com",
    "password": "a long pass phrase",
    "language": "ko",
    "team": "Harbor & Sons",
    "time_zone": "Asia/Seoul",
}


@pytest.fixture(autouse=True)
def nothing_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the public pages that other tests drew; nobody can have seen any here."""
    monkeypatch.setattr(pages, "_store", pages.Store())


@pytest.mark.parametrize(
    "address", ["/", "/desk/", "/desk/incidents/new/", "/accounts/login/", "/accounts/signup/"]
)
def test_the_first_visitor_is_led_to_the_set_up(address: str) -> None:
    response = Client().get(address)
    assert response.status_code == 302
    assert response["Location"] == PAGE
    page = Client().get(PAGE)
    assert page.status_code == 200
    assert "Welcome to Retro" in hands.text(page)


def test_the_probe_of_a_fresh_installation_is_not_led_away() -> None:
    assert Client().get("/healthz").status_code == 200


def test_the_set_up_speaks_the_browsers_language() -> None:
    page = Client(headers={"accept-language": "ko"}).get(PAGE)
    assert 'lang="ko"' in hands.text(page)
    assert hands.fields(page)["language"] == "ko"


def test_the_set_up_makes_the_owner_and_the_team_and_signs_in() -> None:
    client = Client()
    response = client.post(PAGE, TYPED, follow=True)
    assert response.status_code == 200
    assert hands.is_signed_in(client)
    row = Membership.objects.select_related("user", "team").get()
    assert (row.role, row.user.name, row.user.email) == (
        "owner",
        "Alice <Admin>",
        "alice@example.com",
    )
    assert (row.user.language, row.user.time_zone) == ("ko", "Asia/Seoul")
    assert (row.team.name, row.team.language, row.team.time_zone) == (
        "Harbor & Sons",
        "ko",
        "Asia/Seoul",
    )
    assert client.get("/desk/").status_code == 200
    assert hands.sign_in(Client(), "alice@example.com")["Location"] == "/desk/"


def test_afterwards_the_page_is_gone_for_everybody() -> None:
    client = Client()
    client.post(PAGE, TYPED)
    for who in (client, Client()):
        assert who.get(PAGE).status_code == 404
        assert who.post(PAGE, {**TYPED, "email": "second@example.com"}).status_code == 404
    assert (User.objects.count(), Team.objects.count()) == (1, 1)
    assert Client().get("/").status_code == 200


def test_the_form_posted_twice_makes_one_owner() -> None:
    client = Client()
    client.get(PAGE)
    assert client.post(PAGE, TYPED).status_code == 302
    assert client.post(PAGE, TYPED).status_code == 404
    assert (User.objects.count(), Team.objects.count()) == (1, 1)


def test_who_comes_first_between_the_two_questions_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two first visitors post at once: the second passed the first check, and is stopped later."""
    answers = iter([False, True])
    make.member(make.team(), "Alice", "owner")
    monkeypatch.setattr(type(User.objects), "exists", lambda manager: next(answers), raising=False)
    response = Client().post(PAGE, {**TYPED, "email": "second@example.com"})
    assert response.status_code == 404
    assert (User.objects.count(), Team.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "This field is required."),
        ("email", "alice at example", "Enter a valid email address."),
        ("password", "short", "This password is too short."),
        ("password", "alice@example.com", "The password is too similar to the e-mail."),
        ("team", "", "This field is required."),
        ("time_zone", "Mars/Olympus", "Select a valid choice."),
        ("language", "tlh", "Select a valid choice."),
    ],
)
def test_bad_input_is_refused_with_everything_typed_still_there(
    field: str, value: str, sentence: str
) -> None:
    client = Client()
    typed = {**TYPED, field: value}
    response = client.post(PAGE, typed)
    assert response.status_code == 422
    assert sentence in hands.text(response)
    kept = hands.fields(response)
    for name in set(typed) - {"password"} - ({field} if "choice" in sentence else set()):
        assert kept[name] == typed[name], name
    assert not kept["password"], "a password must not be in a page"
    assert not User.objects.exists()
    assert not Team.objects.exists()
    assert not hands.is_signed_in(client)
