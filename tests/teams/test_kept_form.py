"""A session ends while somebody writes: the text waits for them, and for nobody else.

The form here is Harbor's story; whichever form it is, the same guard keeps it.
"""

from typing import Any

import pytest
from django.test import Client

from retro.incidents.models import Incident
from retro.teams.access import KEPT_LIMIT
from retro.teams.models import User
from tests import make
from tests.teams import hands

pytestmark = pytest.mark.django_db
KEPT = "/desk/me/kept/"

# Line breaks as a browser sends them, and everything that a page could spoil on the way.
WRITTEN = {
    "plain": "18:02 checked Slack",
    "korean": "큐가 멈췄다 — 18:02 “왜?”",
    "leading break": "\r\n\r\nfirst line after two empty ones",
    "spaces": "  two before, a tab\tand two after  \r\n",
    "mark-up": "</textarea><script>alert(1)</script> &amp; <b>&lt;",
    "quotes": "\"double\" 'single' `code` {{ braces }} {% tag %}",
    "signs": "e\u0301 is not é; 🙂‍↔️; \u00a0no-break; \u200bzero; \u2028line",
}


@pytest.fixture
def incident() -> Incident:
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return make.incident(team, alice)


def address(incident: Incident) -> str:
    return f"/desk/incidents/{incident.number}/story/entries/"


def token(client: Client, incident: Incident) -> str:
    """Return what every form of a page carries to say whose it is."""
    page = client.get(f"/desk/incidents/{incident.number}/story/")
    return hands.fields(page, address(incident))["kept_by"]


def write(incident: Incident, name: str, **fields: Any) -> tuple[Client, Any]:
    """Let this person's session end while they write; return their browser and the answer."""
    client = hands.browser(name)
    kept_by = token(client, incident)
    client.session.flush()
    response = client.post(address(incident), {"kept_by": kept_by, **fields})
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/desk/")
    return client, response


def go_on(client: Client, response: Any, email: str) -> Any:
    """Sign in on the page one was led to; return the page that comes after."""
    form = hands.fields(client.get(response["Location"]))
    return client.get(hands.sign_in(client, email, next=form["next"])["Location"])


@pytest.mark.parametrize("line", WRITTEN.values(), ids=WRITTEN.keys())
def test_the_text_comes_back_to_its_writer_byte_for_byte(incident: Incident, line: str) -> None:
    client, response = write(incident, "Bora", line=line)
    page = go_on(client, response, "bora@example.com")
    assert "Your text is here" in hands.text(page)
    assert "<script>alert" not in page.content.decode()
    form = hands.fields(page, address(incident))
    assert form["line"] == line
    assert not incident.timeline.exists(), "nothing is saved before the writer has looked"
    assert client.post(address(incident), form).status_code == 302
    assert incident.timeline.exists()


def test_every_field_comes_back_and_repeated_ones_repeat(incident: Incident) -> None:
    entry = make.entry(incident)
    client = hands.browser("Bora")
    kept_by = token(client, incident)
    client.session.flush()
    path = f"/desk/incidents/{incident.number}/story/entries/{entry.pk}/"
    data = {"kept_by": kept_by, "kind": "event", "version": "1", "body": "", "tag": ["a", "b", "a"]}
    page = go_on(client, client.post(path, data), "bora@example.com")
    content = page.content.decode()
    assert content.count('<textarea name="tag" hidden>') == 3
    form = hands.fields(page, path)
    assert form.items() >= {"kind": "event", "version": "1", "body": ""}.items()
    assert form["kept_by"], "and should the session end once more, it is kept once more"
    assert "csrfmiddlewaretoken" in form


def test_it_is_kept_once_more_when_the_session_ends_once_more(incident: Incident) -> None:
    client, response = write(incident, "Bora", line="still here")
    form = hands.fields(go_on(client, response, "bora@example.com"), address(incident))
    client.session.flush()
    page = go_on(client, client.post(address(incident), form), "bora@example.com")
    assert hands.fields(page, address(incident))["line"] == "still here"


@pytest.mark.parametrize("email", ["alice@example.com", "mallory@example.com"])
def test_somebody_else_on_the_same_computer_never_sees_it(incident: Incident, email: str) -> None:
    """Alice is in the same team, Mallory in another."""
    client, response = write(incident, "Bora", line="what only I may read")
    page = go_on(client, response, email)
    assert "what only I may read" not in hands.text(page)
    assert "Your text is here" not in hands.text(page)
    assert client.get(KEPT)["Location"] == "/desk/"
    assert not any("what only I" in str(value) for value in client.session.values())


def test_signing_in_elsewhere_as_somebody_else_does_not_carry_it_along(
    incident: Incident,
) -> None:
    client, _ = write(incident, "Bora", line="what only I may read")
    hands.sign_in(client, "alice@example.com")
    for path in ("/desk/", f"/desk/incidents/{incident.number}/story/"):
        assert "what only I may read" not in hands.text(client.get(path))
    assert client.get(KEPT)["Location"] == "/desk/"


@pytest.mark.parametrize("kept_by", ["", "1", "1:forged"])
def test_a_form_that_does_not_say_whose_it_is_goes_to_nobody(
    incident: Incident, kept_by: str
) -> None:
    """Otherwise a stranger could plant a form for whoever signs in next."""
    client = Client()
    response = client.post(address(incident), {"kept_by": kept_by, "line": "planted"})
    page = go_on(client, response, "bora@example.com")
    assert "planted" not in hands.text(page)


def test_the_text_is_shown_once(incident: Incident) -> None:
    client, response = write(incident, "Bora", line="just once")
    assert "just once" in hands.text(go_on(client, response, "bora@example.com"))
    assert client.get(KEPT)["Location"] == "/desk/"


def test_a_text_of_any_ordinary_length_is_kept_and_a_flood_is_not(incident: Incident) -> None:
    client, response = write(incident, "Bora", line="가" * 50_000)
    page = go_on(client, response, "bora@example.com")
    assert hands.fields(page, address(incident))["line"] == "가" * 50_000
    client, response = write(incident, "Bora", line="x" * KEPT_LIMIT)
    assert "kept_form" not in client.session


def test_a_form_from_a_removed_member_is_not_saved_or_shown(incident: Incident) -> None:
    client, response = write(incident, "Bora", line="too late")
    User.objects.get(name="Bora").memberships.all().delete()
    assert go_on(client, response, "bora@example.com").status_code == 404
    assert not incident.timeline.exists()


def test_autosave_after_the_session_ended_gets_401_and_the_page_stays(incident: Incident) -> None:
    client = Client(headers={"hx-request": "true"})
    understanding = address(incident).replace("entries", "understanding")
    for response in (
        client.post(address(incident), {"line": "18:02 typed"}),
        client.get(understanding, {"line": "18:02 typed"}),
    ):
        assert response.status_code == 401
        assert response.content == b""
    assert not incident.timeline.exists()


def test_a_page_asked_for_is_not_a_form_to_keep(incident: Incident) -> None:
    client = Client()
    response = client.get(f"/desk/incidents/{incident.number}/story/?all=1")
    assert response["Location"].endswith("story/%3Fall%3D1")
    assert "kept_form" not in client.session
