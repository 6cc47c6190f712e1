"""Coming into a team by a link. Alice owns, Bora edits, Vic views, Mallory owns another team."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.core.serializers import serialize
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from retro.teams.models import Invitation, Membership, Team, User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
INVITE = "/desk/team/invitations/"
NEWCOMER = {"name": "Nari", "language": "ko", "password": "a phrase of my own"}


@pytest.fixture
def team() -> Team:
    team = make.team()
    make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return team


def invite(email: str = "nari@example.com", role: str = "editor") -> tuple[Invitation, str]:
    """Let Alice invite somebody; return the invitation and the path of its link."""
    response = hands.browser("Alice").post(INVITE, {"email": email, "role": role})
    (link,) = re.findall(r"<code>(.*?)</code>", hands.text(response))
    return Invitation.objects.latest("pk"), re.sub(r"https?://[^/]+", "", link)


def roles(name: str) -> dict[str, str]:
    return dict(Membership.objects.filter(user__name=name).values_list("team__name", "role"))


@pytest.mark.parametrize(
    ("email", "team_language", "subject", "sentence"),
    [
        # Who has an account is written to in their language, others in the team's.
        (
            "mallory@example.com",
            "en",
            "Alice 님이 Retro의 Harbor 팀에 초대했습니다",
            "7일 동안 한 번",
        ),
        (
            "mallory@example.com",
            "ko",
            "Alice 님이 Retro의 Harbor 팀에 초대했습니다",
            "7일 동안 한 번",
        ),
        ("nari@example.com", "ko", "Alice 님이 Retro의 Harbor 팀에 초대했습니다", "7일 동안 한 번"),
        ("nari@example.com", "en", "Alice invites you to Harbor on Retro", "works once"),
    ],
)
def test_the_mail_is_in_the_language_of_who_gets_it(
    team: Team,
    mailoutbox: list[EmailMessage],
    email: str,
    team_language: str,
    subject: str,
    sentence: str,
) -> None:
    User.objects.filter(name="Mallory").update(language="ko")
    Team.objects.filter(pk=team.pk).update(language=team_language)
    _, path = invite(email)
    (mail,) = mailoutbox
    assert mail.to == [email]
    assert mail.subject == subject
    assert sentence in mail.body
    assert f"http://testserver{path}" in mail.body


def test_names_come_into_the_mail_as_they_are(team: Team, mailoutbox: list[EmailMessage]) -> None:
    User.objects.filter(name="Alice").update(name="Alice & <Co>")
    make.Team.objects.filter(pk=team.pk).update(name='The "Q" team')
    response = Client()
    response.force_login(User.objects.get(name="Alice & <Co>"), hands.BACKEND)
    response.post(INVITE, {"email": "nari@example.com", "role": "editor"})
    assert mailoutbox[0].subject == 'Alice & <Co> invites you to The "Q" team on Retro'
    assert 'Alice & <Co> invites you to The "Q" team on Retro' in mailoutbox[0].body


def test_the_link_has_the_sites_own_host(
    team: Team, mailoutbox: list[EmailMessage], settings: Settings
) -> None:
    settings.BASE_URL = "https://retro.example.org"
    invite()
    assert "https://retro.example.org/desk/invitations/" in mailoutbox[0].body
    assert "testserver" not in mailoutbox[0].body


def test_a_newcomer_makes_an_account_and_is_in(team: Team) -> None:
    _, path = invite("Nari@Example.com", "viewer")
    client = Client()
    page = client.get(path)
    assert page.status_code == 200
    assert "You are invited to Harbor" in hands.text(page)
    assert "Make your account for nari@example.com" in hands.text(page)
    response = client.post(path, NEWCOMER)
    assert response["Location"] == "/desk/"
    nari = User.objects.get(name="Nari")
    assert (nari.email, nari.language, nari.time_zone) == ("nari@example.com", "ko", "Asia/Seoul")
    assert roles("Nari") == {"Harbor": "viewer"}
    assert 'lang="ko"' in hands.text(client.get("/desk/"))
    again = Client()
    hands.sign_in(again, "nari@example.com", NEWCOMER["password"])
    assert hands.is_signed_in(again)


def test_a_newcomer_cannot_pick_another_e_mail_or_role(team: Team) -> None:
    _, path = invite()
    Client().post(
        path, {**NEWCOMER, "email": "root@example.com", "role": "owner", "is_sample": "on"}
    )
    nari = User.objects.get(name="Nari")
    assert (nari.email, nari.is_sample, roles("Nari")) == (
        "nari@example.com",
        False,
        {"Harbor": "editor"},
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "This field is required."),
        ({"password": "short"}, "This password is too short."),
        ({"password": "nari@example.com"}, "The password is too similar to the e-mail."),
        ({"language": "tlh"}, "Select a valid choice."),
    ],
)
def test_a_bad_account_is_refused_and_the_link_still_works(
    team: Team, change: dict[str, str], sentence: str
) -> None:
    _, path = invite()
    response = Client().post(path, {**NEWCOMER, **change})
    assert response.status_code == 422
    assert sentence in hands.text(response)
    assert hands.fields(response)["name"] == {**NEWCOMER, **change}["name"]
    assert not User.objects.filter(email="nari@example.com").exists()
    assert Client().post(path, NEWCOMER).status_code == 302


def test_somebody_with_an_account_signs_in_and_then_joins(team: Team) -> None:
    _, path = invite("MALLORY@example.com")
    client = Client()
    page = hands.text(client.get(path))
    assert "There is an account for mallory@example.com already" in page
    (onward,) = re.findall(r'class="button" href="([^"]+)"', page)
    form = hands.fields(client.get(onward))
    response = hands.sign_in(client, "mallory@example.com", next=form["next"])
    assert response["Location"] == path
    assert "Join the team" in hands.text(client.get(path))
    assert roles("Mallory") == {"Elsewhere": "owner"}
    assert client.post(path)["Location"] == "/desk/"
    assert roles("Mallory") == {"Elsewhere": "owner", "Harbor": "editor"}
    # She works in the new team now.
    assert "Harbor" in hands.text(client.get("/desk/team/"))


def test_an_account_that_exists_is_not_made_again_by_a_stranger_with_the_link(team: Team) -> None:
    _, path = invite("mallory@example.com")
    client = Client()
    client.post(path, {**NEWCOMER, "password": "taken over by me"})
    assert not hands.is_signed_in(client)
    assert roles("Mallory") == {"Elsewhere": "owner"}
    assert User.objects.get(name="Mallory").check_password(make.PASSWORD)


@pytest.mark.parametrize("email", ["nari@example.com", "mallory@example.com"])
def test_the_wrong_person_is_told_and_does_not_join(team: Team, email: str) -> None:
    make.member(make.team("Third"), "Xavier")
    invitation, path = invite(email)
    client = hands.browser("Xavier")
    page = hands.text(client.get(path))
    assert f"This invitation is for {email}, but you are signed in as xavier@example.com" in page
    assert "Join the team" not in page
    client.post(path, NEWCOMER)
    assert roles("Xavier") == {"Third": "editor"}
    assert not User.objects.filter(name="Nari").exists()
    invitation.refresh_from_db()
    assert invitation.is_open


def test_the_link_works_once(team: Team) -> None:
    _, path = invite()
    Client().post(path, NEWCOMER)
    for answer in (Client().get(path), Client().post(path, {**NEWCOMER, "name": "Second"})):
        assert answer.status_code == 410
        assert "It was used already; each link works once" in hands.text(answer)
    assert not User.objects.filter(name="Second").exists()


def test_an_expired_link_says_so(team: Team) -> None:
    invitation, path = invite()
    assert timedelta(days=6) < invitation.expires_at - timezone.now() <= timedelta(days=7)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for answer in (Client().get(path), Client().post(path, NEWCOMER)):
        assert answer.status_code == 410
        assert "It was not used within seven days" in hands.text(answer)
    assert not User.objects.filter(name="Nari").exists()


def test_a_link_used_while_the_form_was_open_leaves_no_account_behind(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, path = invite()
    monkeypatch.setattr(Invitation, "is_open", True)
    Invitation.objects.update(accepted_at=timezone.now())
    client = Client()
    assert client.post(path, NEWCOMER).status_code == 410
    assert not User.objects.filter(name="Nari").exists()
    assert not hands.is_signed_in(client)


@pytest.mark.parametrize("secret", ["x", "0" * 43, "가나다", "a" * 2000, "%00"])
def test_an_unknown_link_is_not_found(team: Team, secret: str) -> None:
    invite()
    assert Client().get(f"/desk/invitations/{secret}/").status_code == 404
    assert Client().post(f"/desk/invitations/{secret}/", NEWCOMER).status_code == 404


def test_the_hash_in_the_database_is_no_link(team: Team) -> None:
    invitation, _ = invite()
    assert Client().get(f"/desk/invitations/{invitation.secret_hash}/").status_code == 404


def test_the_secret_is_not_in_the_database_and_not_shown_again(team: Team) -> None:
    _, path = invite()
    secret = path.split("/")[-2]
    assert len(secret) >= 43
    assert secret not in serialize("json", Invitation.objects.all())
    page = hands.text(hands.browser("Alice").get("/desk/team/"))
    assert "nari@example.com" in page
    assert secret not in page


@pytest.mark.parametrize("state", ["newcomer", "known", "wrong person", "used"])
def test_the_address_of_the_link_travels_nowhere(team: Team, state: str) -> None:
    _, path = invite("mallory@example.com" if state == "known" else "nari@example.com")
    client = hands.browser("Mallory") if state in ("known", "wrong person") else Client()
    if state == "used":
        Invitation.objects.update(accepted_at=timezone.now())
    assert client.get(path)["Referrer-Policy"] == "no-referrer"
    assert client.post(path, {"name": ""})["Referrer-Policy"] == "no-referrer"


def test_two_links_for_one_person_let_them_in_once_with_the_first_role(team: Team) -> None:
    paths = [invite("mallory@example.com", role)[1] for role in ("viewer", "owner")]
    client = hands.browser("Mallory")
    for path in paths:
        assert client.post(path).status_code == 302
    assert roles("Mallory") == {"Elsewhere": "owner", "Harbor": "viewer"}


@pytest.mark.parametrize("name", ["Bora", "Vic"])
def test_only_owners_invite(team: Team, mailoutbox: list[EmailMessage], name: str) -> None:
    client = hands.browser(name)
    assert "Invite somebody" not in hands.text(client.get("/desk/team/"))
    data = {"email": "nari@example.com", "role": "owner"}
    assert client.post(INVITE, data).status_code == 403
    assert not Invitation.objects.exists()
    assert not mailoutbox


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": "nari at example"}, "Enter a valid email address."),
        ({"email": ""}, "This field is required."),
        ({"email": "BORA@example.com"}, "This person is in the team already."),
        ({"role": "king"}, "Select a valid choice."),
        ({"email": "nari@example.com\nBcc: all@example.com"}, "Enter a valid email address."),
    ],
)
def test_a_bad_invitation_is_refused_with_what_was_typed(
    team: Team, mailoutbox: list[EmailMessage], data: dict[str, Any], sentence: str
) -> None:
    typed = {"email": "nari@example.com", "role": "viewer", **data}
    response = hands.browser("Alice").post(INVITE, typed)
    assert response.status_code == 422
    assert sentence in hands.text(response)
    if "\n" not in typed["email"]:
        assert hands.fields(response, INVITE)["email"] == typed["email"]
    assert not Invitation.objects.exists()
    assert not mailoutbox


def test_an_invitation_taken_back_lets_nobody_in(team: Team) -> None:
    invitation, path = invite()
    response = hands.browser("Alice").post(f"{INVITE}{invitation.pk}/revocation/", follow=True)
    assert "The invitation is taken back." in hands.text(response)
    assert Client().get(path).status_code == 404
    assert Client().post(path, NEWCOMER).status_code == 404


@pytest.mark.parametrize(("name", "status"), [("Bora", 403), ("Vic", 403), ("Mallory", 404)])
def test_nobody_else_takes_an_invitation_back(team: Team, name: str, status: int) -> None:
    invitation, _ = invite()
    response = hands.browser(name).post(f"{INVITE}{invitation.pk}/revocation/")
    assert response.status_code == status
    assert Invitation.objects.filter(pk=invitation.pk).exists()


def test_a_mail_that_cannot_leave_still_gives_the_owner_the_link(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ConnectionRefusedError("no mail server")

    monkeypatch.setattr("retro.teams.views.send_mail", fail)
    client = hands.browser("Alice")
    response = client.post(INVITE, {"email": "nari@example.com", "role": "editor"})
    assert response.status_code == 200
    assert "The mail could not be sent." in hands.text(response)
    (link,) = re.findall(r"<code>(.*?)</code>", hands.text(response))
    assert Client().get(re.sub(r"https?://[^/]+", "", link)).status_code == 200
    assert "A mail is on its way" not in hands.text(response)
