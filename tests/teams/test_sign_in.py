"""Signing in and out, and what happens to a forgotten password."""

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from zeal import zeal_ignore

from retro.teams.models import User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
ATTACK = Path(__file__).resolve().parent.parent.parent.parent / "shared" / "attack"
LOGIN = "/accounts/login/"
RESET = "/accounts/password/reset/"
NEW = "quite another phrase"


@pytest.fixture
def alice() -> User:
    return make.member(make.team(), "Alice", "owner")


@pytest.fixture(scope="session")
def redirects() -> list[str]:
    """Return the addresses that attackers try; their folder lies beside a checkout."""
    if not ATTACK.is_dir():
        pytest.skip("the folder ../shared/attack is not beside this checkout")
    found: list[str] = json.loads((ATTACK / "redirects.json").read_text())
    return found


def stays_here(location: str) -> bool:
    """Say whether a browser that gets this Location stays on the site.

    As browsers read it, which is more than Python's urlsplit sees: they drop tabs, line breaks
    and leading controls, and take a backslash for a slash.
    """
    seen = re.sub(r"[\t\r\n]", "", location.lstrip("".join(map(chr, range(33))))).replace("\\", "/")
    return not seen.startswith("//") and not re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", seen)


def turned_away(client: Client) -> bool:
    """Say whether the desk asks this browser to sign in; Django looks twice for a dead session."""
    with zeal_ignore():
        return str(client.get("/desk/").headers.get("Location", "")).startswith(LOGIN)


@pytest.mark.parametrize("email", ["alice@example.com", "Alice@Example.COM", " alice@example.com "])
def test_the_e_mail_signs_in_whatever_its_case(alice: User, email: str) -> None:
    client = Client()
    response = hands.sign_in(client, email)
    assert response.status_code == 302
    assert response["Location"] == "/desk/"
    assert hands.is_signed_in(client)
    assert "Alice" in hands.text(client.get("/desk/"))


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@example.com", "A LONG PASS PHRASE"),
        ("alice@example.com", make.PASSWORD + " "),
        ("nobody@example.com", make.PASSWORD),
    ],
)
def test_a_wrong_password_says_so_and_no_more(alice: User, email: str, password: str) -> None:
    """The answer is the same for an address nobody has: it does not tell who has an account."""
    client = Client()
    response = hands.sign_in(client, email, password, next="/desk/team/")
    page = hands.text(response)
    assert "The email address and/or password you specified are not correct." in page
    assert hands.fields(response)["login"] == email
    assert hands.fields(response)["next"] == "/desk/team/"
    assert password not in page
    assert not hands.is_signed_in(client)


def test_a_wrong_password_says_so_in_korean(alice: User) -> None:
    response = hands.sign_in(Client(headers={"accept-language": "ko"}), alice.email, "wrong wrong")
    page = hands.text(response)
    assert 'lang="ko"' in page
    assert "비밀번호" in re.findall(r'role="alert">(.*?)</', page, re.DOTALL)[0]


def test_repeated_failures_close_the_door_for_five_minutes(alice: User) -> None:
    make.user("Bora")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            page = hands.text(hands.sign_in(Client(), "alice@example.com", "guess"))
            assert "are not correct" in page
        for email in ("alice@example.com", "ALICE@example.com"):
            client = Client()
            response = hands.sign_in(client, email)
            assert "Too many failed login attempts. Try again later." in hands.text(response)
            assert not hands.is_signed_in(client)
        # Somebody else at the same address is not locked out with her.
        client = Client()
        hands.sign_in(client, "bora@example.com")
        assert hands.is_signed_in(client)
        clock.shift(timedelta(minutes=5, seconds=1))
        client = Client()
        hands.sign_in(client, "alice@example.com")
        assert hands.is_signed_in(client)


def test_guessing_at_many_accounts_from_one_address_is_slowed_too(alice: User) -> None:
    for number in range(10):
        hands.sign_in(Client(), f"person{number}@example.com", "guess")
    response = hands.sign_in(Client(), "alice@example.com", "guess")
    assert "Too many failed login attempts" in hands.text(response)
    other = Client(REMOTE_ADDR="192.0.2.7")
    hands.sign_in(other, "alice@example.com")
    assert hands.is_signed_in(other)


def test_a_made_up_forwarded_address_does_not_escape_the_limit(alice: User) -> None:
    for number in range(10):
        hands.sign_in(Client(headers={"x-forwarded-for": f"192.0.2.{number}"}), "a@example.com")
    response = hands.sign_in(Client(headers={"x-forwarded-for": "192.0.2.99"}), "b@example.com")
    assert "Too many failed login attempts" in hands.text(response)


def test_a_page_asked_for_comes_after_the_sign_in(alice: User) -> None:
    client = Client()
    asked = client.get("/desk/team/?from=mail")
    assert asked["Location"] == "/accounts/login/?next=/desk/team/%3Ffrom%3Dmail"
    form = hands.fields(client.get(asked["Location"]))
    response = hands.sign_in(client, alice.email, next=form["next"])
    assert response["Location"] == "/desk/team/?from=mail"


def test_the_check_of_the_next_test_sees_what_a_browser_would() -> None:
    for location in ("//evil.test", "/\\evil.test", "\t//evil.test", "/\n/evil.test", "https:x"):
        assert not stays_here(location)
    for location in ("/desk/", "/desk/?next=//evil.test", "?next=//evil.test", "/x:y"):
        assert stays_here(location)


def test_no_address_to_go_on_to_leads_off_the_site(
    alice: User, redirects: list[str], settings: Settings
) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    client, inside = Client(), hands.browser("Alice")
    for address in redirects:
        response = hands.sign_in(client, alice.email, next=address)
        assert response.status_code == 302, address
        assert stays_here(response["Location"]), address
        assert hands.is_signed_in(client)
        client.session.flush()
    # Somebody who is signed in already is led on at once.
    for address in redirects[::10]:
        response = inside.get(LOGIN, {"next": address})
        assert response.status_code == 302, address
        assert stays_here(response["Location"]), address


@pytest.mark.parametrize("address", ["//localhost/x", "http://127.0.0.1/", "//evil.test/"])
def test_another_host_that_we_answer_to_is_off_the_site_too(
    alice: User, settings: Settings, address: str
) -> None:
    for hosts in (["testserver", "localhost", "127.0.0.1"], ["*"]):
        settings.ALLOWED_HOSTS = hosts
        response = hands.sign_in(Client(), alice.email, next=address)
        assert response["Location"] == "/desk/"


def test_no_address_after_the_sign_out_leads_off_the_site(
    alice: User, redirects: list[str]
) -> None:
    for address in redirects[::10]:
        response = hands.browser("Alice").post("/accounts/logout/", {"next": address})
        assert response.status_code == 302, address
        assert stays_here(response["Location"]), address


def test_signing_out_takes_a_post(alice: User) -> None:
    client = hands.browser("Alice")
    assert "Sign out?" in hands.text(client.get("/accounts/logout/"))
    assert hands.is_signed_in(client)
    response = client.post("/accounts/logout/")
    assert response["Location"] == "/"
    assert not hands.is_signed_in(client)
    assert client.get("/desk/")["Location"].startswith(LOGIN)


def test_signing_in_and_out_need_the_page_they_were_asked_on(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    assert hands.sign_in(client, alice.email).status_code == 403
    client.force_login(alice, hands.BACKEND)
    assert client.post("/accounts/logout/").status_code == 403
    assert hands.is_signed_in(client)


def test_signing_in_gives_the_browser_a_new_session(alice: User) -> None:
    """Somebody who put a session into this browser beforehand does not know the one in use."""
    client = Client()
    session = client.session
    session["seen"] = True
    session.save()
    before = client.session.session_key
    hands.sign_in(client, alice.email)
    assert client.session.session_key != before


def test_there_is_no_open_sign_up(alice: User) -> None:
    client = Client()
    assert "by an invitation from its owner" in hands.text(client.get("/accounts/signup/"))
    data = {"email": "mallory@example.com", "password1": make.PASSWORD, "name": "Mallory"}
    response = client.post("/accounts/signup/", data)
    assert "by an invitation from its owner" in hands.text(response)
    assert User.objects.get() == alice
    assert not hands.is_signed_in(client)


def test_an_account_at_rest_cannot_sign_in(alice: User) -> None:
    User.objects.update(is_active=False)
    client = Client()
    response = client.post(LOGIN, {"login": alice.email, "password": make.PASSWORD}, follow=True)
    assert not hands.is_signed_in(client)
    assert "correct" in hands.text(response) or "This account rests" in hands.text(response)


def test_a_changed_password_works_and_ends_the_other_sessions(alice: User) -> None:
    here, elsewhere = hands.browser("Alice"), hands.browser("Alice")
    data = {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW}
    here.post("/accounts/password/change/", data)
    assert here.get("/desk/").status_code == 200
    assert turned_away(elsewhere)
    client = Client()
    hands.sign_in(client, alice.email)
    assert not hands.is_signed_in(client)
    hands.sign_in(client, alice.email, NEW)
    assert hands.is_signed_in(client)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"oldpassword": "guess guess"}, "current password"),
        ({"password2": "something else"}, "the same password each time"),
        ({"password1": "short", "password2": "short"}, "too short"),
        ({"password1": "password123", "password2": "password123"}, "too common"),
    ],
)
def test_a_bad_change_of_the_password_is_refused(
    alice: User, change: dict[str, str], sentence: str
) -> None:
    data = {"oldpassword": make.PASSWORD, "password1": NEW, "password2": NEW, **change}
    response = hands.browser("Alice").post("/accounts/password/change/", data)
    assert sentence in hands.text(response)
    alice.refresh_from_db()
    assert alice.check_password(make.PASSWORD)


def link_in(mail: EmailMessage) -> str:
    return re.findall(r"https?://\S+", str(mail.body))[0]


@pytest.mark.parametrize(
    ("language", "subject", "sentence"),
    [
        ("en", "Choose a new password for Retro", "This link lets you choose one:"),
        ("ko", "Retro 비밀번호를 새로 정해 주세요", "그냥 두셔도 됩니다."),
    ],
)
def test_the_reset_mail_is_in_the_persons_language(
    alice: User, mailoutbox: list[EmailMessage], language: str, subject: str, sentence: str
) -> None:
    User.objects.update(language=language)
    other = {"en": "ko", "ko": "en"}[language]
    response = Client(headers={"accept-language": other}).post(
        RESET, {"email": "ALICE@example.com"}
    )
    assert response["Location"] == f"{RESET}done/"
    (mail,) = mailoutbox
    assert mail.to == ["alice@example.com"]
    assert mail.subject == subject
    assert sentence in mail.body


def test_the_reset_link_goes_to_the_sites_own_host(
    alice: User, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.BASE_URL = "https://retro.example.org"
    Client(headers={"host": "evil.test"}).post(RESET, {"email": alice.email})
    assert link_in(mailoutbox[0]).startswith("https://retro.example.org/accounts/password/reset/")
    assert "evil" not in mailoutbox[0].message().as_string()


def test_an_address_nobody_has_gets_no_mail_and_the_same_answer(
    alice: User, mailoutbox: list[EmailMessage]
) -> None:
    answers = []
    for email in ("nobody@example.com", "alice@example.com"):
        client = Client()
        first = client.post(RESET, {"email": email})
        page = re.sub(r'value="\w{64}"', "", hands.text(client.get(first["Location"])))
        answers.append((first.status_code, first["Location"], page))
    assert answers[0] == answers[1]
    assert "If there is an account with this address" in answers[0][2]
    assert [mail.to for mail in mailoutbox] == [["alice@example.com"]]


def reset(link: str, password: str = NEW) -> tuple[Client, Any]:
    """Follow the link from the mail in a fresh browser and choose a password."""
    client = Client()
    page = client.get(link, follow=True)
    if "This link no longer works" in hands.text(page):
        return client, page
    data = {"password1": password, "password2": password}
    return client, client.post(page.redirect_chain[-1][0], data, follow=True)


def test_the_reset_link_works_once(alice: User, mailoutbox: list[EmailMessage]) -> None:
    thief = hands.browser("Alice")
    Client().post(RESET, {"email": alice.email})
    link = link_in(mailoutbox[0])
    _, page = reset(link)
    assert "Your password is changed" in hands.text(page)
    client = Client()
    hands.sign_in(client, alice.email, NEW)
    assert hands.is_signed_in(client)
    assert turned_away(thief)
    _, page = reset(link, "a third pass phrase")
    assert "This link no longer works" in hands.text(page)
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_the_reset_key_does_not_stay_in_the_address(
    alice: User, mailoutbox: list[EmailMessage]
) -> None:
    Client().post(RESET, {"email": alice.email})
    link = link_in(mailoutbox[0])
    page = Client().get(link, follow=True)
    assert page.redirect_chain[-1][0] not in link
    assert link.rstrip("/").rpartition("-")[2] not in hands.text(page)


@pytest.mark.parametrize("spoilt", ["xx", "1-2-3", "zzzzzz-aaaaaa-0123456789abcdef"])
def test_a_made_up_reset_link_says_so(alice: User, spoilt: str) -> None:
    page = Client().get(f"{RESET}key/1-{spoilt}/", follow=True)
    assert page.status_code < 500
    assert "This link no longer works" in hands.text(page)


def test_an_old_reset_link_no_longer_works(alice: User, mailoutbox: list[EmailMessage]) -> None:
    Client().post(RESET, {"email": alice.email})
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        _, page = reset(link_in(mailoutbox[0]))
    assert "This link no longer works" in hands.text(page)


def test_a_bad_new_password_is_refused_and_the_link_still_works(
    alice: User, mailoutbox: list[EmailMessage]
) -> None:
    Client().post(RESET, {"email": alice.email})
    _, page = reset(link_in(mailoutbox[0]), "short")
    assert "too short" in hands.text(page)
    _, page = reset(link_in(mailoutbox[0]))
    assert "Your password is changed" in hands.text(page)
