"""Who may do what, for every address there is. An address without a row fails.

Alice owns Harbor, Bora edits, Vic looks on. Mallory owns another team, Fred has left Harbor, and a
stranger is not signed in. One row an address and method; its columns are in that order.
"""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from retro.incidents.models import Attachment
from retro.postmortems.publishing import publish
from retro.teams.models import Invitation, Membership, User
from tests import make

pytestmark = pytest.mark.django_db
PEOPLE = ["Alice", "Bora", "Vic", "Mallory", "Fred", "stranger"]

# "ok" is the view's own answer: a page, a redirect within, a form refused with a sentence.
OK = {200, 301, 302, 409, 422}
LOGIN = "login"  # led to the sign-in
GONE = 404

EVERYBODY = ["ok"] * 6
NOBODY = [GONE] * 6
READ = ["ok", "ok", "ok", GONE, GONE, LOGIN]
WRITE = ["ok", "ok", 403, GONE, GONE, LOGIN]
OWNER = ["ok", 403, 403, GONE, GONE, LOGIN]
# Pages of one's own team: Mallory has one of her own, Fred has none any more.
OWN_READ = ["ok", "ok", "ok", "ok", GONE, LOGIN]
OWN_WRITE = ["ok", "ok", 403, "ok", GONE, LOGIN]
OWN_OWNER = ["ok", 403, 403, "ok", GONE, LOGIN]
# Somebody's private words: nobody else may even know of them, and viewers cannot write any.
ONLY_BORA = [GONE, "ok", 403, GONE, GONE, LOGIN]
ONLY_BORA_READ = [GONE, "ok", GONE, GONE, GONE, LOGIN]
SIGNED_IN = ["ok"] * 5 + [LOGIN]

ROWS: dict[str, dict[str, list[Any]]] = {
    # The blog: the same for everybody, and nothing to post to.
    "blog:index": {"GET": EVERYBODY},
    "blog:post": {"GET": EVERYBODY},
    "blog:tag": {"GET": EVERYBODY},
    "blog:category": {"GET": EVERYBODY},
    "blog:archive": {"GET": EVERYBODY},
    "blog:year": {"GET": EVERYBODY},
    "blog:feed_atom": {"GET": EVERYBODY},
    "blog:feed_json": {"GET": EVERYBODY},
    "blog:sitemap": {"GET": EVERYBODY},
    "blog:robots": {"GET": EVERYBODY},
    "blog:healthz": {"GET": EVERYBODY},
    "blog:file": {"GET": EVERYBODY},
    # Accounts.
    "account_login": {"GET": EVERYBODY},
    "account_logout": {"GET": EVERYBODY},
    "account_signup": {"GET": EVERYBODY, "POST": EVERYBODY},
    "account_inactive": {"GET": EVERYBODY},
    "account_change_password": {"GET": SIGNED_IN},
    "account_reset_password": {"GET": EVERYBODY},
    "account_reset_password_done": {"GET": EVERYBODY},
    "account_reset_password_from_key": {"GET": EVERYBODY},
    "account_reset_password_from_key_done": {"GET": EVERYBODY},
    # Teams.
    "teams:set_up": {"GET": NOBODY, "POST": NOBODY},
    "teams:team": {"GET": OWN_READ, "POST": OWN_OWNER},
    "teams:invite": {"POST": OWN_OWNER},
    "teams:revoke": {"POST": OWNER},
    "teams:role": {"POST": OWNER},
    "teams:remove": {"POST": OWNER},
    "teams:invitation": {"GET": EVERYBODY},
    "teams:profile": {"GET": OWN_READ, "POST": OWN_READ},
    "teams:kept": {"GET": OWN_READ},
    "teams:switch": {"POST": READ},
    # Incidents.
    "incidents:list": {"GET": OWN_READ},
    "incidents:new": {"GET": OWN_WRITE, "POST": OWN_WRITE},
    "incidents:incident": {"GET": READ},
    "incidents:details": {"GET": WRITE, "POST": WRITE},
    "incidents:add_person": {"POST": WRITE},
    "incidents:person": {"POST": WRITE},
    "incidents:remove_person": {"POST": WRITE},
    "incidents:activity": {"GET": READ},
    "incidents:story": {"GET": READ},
    "incidents:understanding": {"GET": READ},
    "incidents:add_entries": {"POST": WRITE},
    "incidents:entry": {"GET": READ, "POST": WRITE},
    "incidents:place_entry": {"POST": WRITE},
    "incidents:remove_entry": {"POST": WRITE},
    "incidents:add_attachment": {"POST": WRITE},
    "incidents:attachment_file": {"GET": READ},
    "incidents:attachment": {"POST": WRITE},
    "incidents:remove_attachment": {"POST": WRITE},
    "incidents:markdown_preview": {"POST": OWN_WRITE},
    # Reflections.
    "reflections:feelings": {"GET": READ},
    "reflections:add_feeling": {"POST": WRITE},
    "reflections:feeling": {"GET": ONLY_BORA_READ, "POST": ONLY_BORA},
    "reflections:anonymity": {"POST": ONLY_BORA},
    "reflections:remove_feeling": {"POST": ONLY_BORA},
    "reflections:improvements": {"GET": READ},
    "reflections:add_point": {"POST": WRITE},
    "reflections:point": {"POST": WRITE},
    "reflections:place_point": {"POST": WRITE},
    "reflections:remove_point": {"POST": WRITE},
    "reflections:add_strategy": {"POST": WRITE},
    "reflections:strategy": {"POST": WRITE},
    "reflections:place_strategy": {"POST": WRITE},
    "reflections:remove_strategy": {"POST": WRITE},
    "reflections:add_lesson": {"POST": WRITE},
    "reflections:lesson": {"POST": WRITE},
    "reflections:remove_lesson": {"POST": WRITE},
    # Actions.
    "actions:list": {"GET": OWN_READ},
    "actions:action": {"GET": READ, "POST": WRITE},
    "actions:state": {"POST": WRITE},
    "actions:folded": {"GET": READ},
    "actions:remove": {"POST": WRITE},
    "actions:incident": {"GET": READ},
    "actions:add": {"POST": WRITE},
    "actions:from_strategy": {"POST": WRITE},
    # Postmortems.
    "postmortems:publish": {"GET": READ, "POST": WRITE},
    "postmortems:preview": {"GET": READ},
    "postmortems:sections": {"POST": WRITE},
    "postmortems:shown": {"POST": WRITE},
    "postmortems:publication": {"POST": WRITE},
    "postmortems:withdrawal": {"POST": WRITE},
    "postmortems:blog": {"GET": OWN_OWNER, "POST": OWN_OWNER},
}


def addresses(patterns: Any = None, space: str = "") -> Iterator[str]:
    """Yield the name of every address in the URL configuration."""
    for pattern in patterns if patterns is not None else get_resolver().url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def test_every_address_has_its_row() -> None:
    assert set(addresses()) == set(ROWS)


@pytest.fixture
def house() -> dict[str, Any]:
    """One of everything in Harbor, and each address's arguments by its name."""
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    bora = make.member(team, "Bora")
    vic = make.member(team, "Vic", "viewer")
    mallory = make.member(make.team("Elsewhere"), "Mallory", "owner")
    fred = make.member(team, "Fred")
    # Mallory's team has no incident 7: numbers alone must not open Harbor's.
    for _ in range(6):
        make.incident(team, alice)
    incident = make.incident(team, alice)
    entry, person = make.entry(incident), make.person(incident)
    feeling = make.feeling(incident, bora)
    point = make.point(incident)
    strategy = make.strategy(point)
    lesson, action = make.lesson(incident), make.action(incident)
    attachment = picture(incident, entry)
    post = make.postmortem(incident, "harbor-post", tags=["queues"], categories=["experience"])
    publish(post, by=alice)
    invitation, secret = Invitation.issue(
        team=team, email="new@example.com", role="editor", by=alice
    )
    Membership.objects.get(user=fred).delete()
    number, of_vic = incident.number, Membership.objects.get(user=vic).pk
    shown = post.files.get()
    return {
        "blog:post": ["harbor-post"],
        "blog:tag": ["queues"],
        "blog:category": ["experience"],
        "blog:year": [post.revisions.get().published_at.year],
        "blog:file": [shown.pk, "png"],
        "account_reset_password_from_key": ["1", "abc-def"],
        "teams:revoke": [invitation.pk],
        "teams:role": [of_vic],
        "teams:remove": [of_vic],
        "teams:invitation": [secret],
        "teams:switch": [team.pk],
        "incidents:person": [number, person.pk],
        "incidents:remove_person": [number, person.pk],
        "incidents:entry": [number, entry.pk],
        "incidents:place_entry": [number, entry.pk],
        "incidents:remove_entry": [number, entry.pk],
        "incidents:add_attachment": [number, entry.pk],
        "incidents:attachment_file": [attachment.pk],
        "incidents:attachment": [attachment.pk],
        "incidents:remove_attachment": [attachment.pk],
        "incidents:markdown_preview": [],
        "incidents:list": [],
        "incidents:new": [],
        "reflections:feeling": [number, feeling.pk],
        "reflections:anonymity": [number, feeling.pk],
        "reflections:remove_feeling": [number, feeling.pk],
        "reflections:point": [number, point.pk],
        "reflections:place_point": [number, point.pk],
        "reflections:remove_point": [number, point.pk],
        "reflections:add_strategy": [number, point.pk],
        "reflections:strategy": [number, strategy.pk],
        "reflections:place_strategy": [number, strategy.pk],
        "reflections:remove_strategy": [number, strategy.pk],
        "reflections:lesson": [number, lesson.pk],
        "reflections:remove_lesson": [number, lesson.pk],
        "actions:list": [],
        "actions:action": [action.pk],
        "actions:state": [action.pk],
        "actions:folded": [action.pk],
        "actions:remove": [action.pk],
        "actions:from_strategy": [number, strategy.pk],
        "postmortems:shown": [number, person.pk],
        "postmortems:blog": [],
        "default": [number],
        "mallory": mallory,
    }


def picture(incident: Any, entry: Any) -> Attachment:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#b4400f").save(out, "PNG")
    row = Attachment(
        incident=incident,
        entry=entry,
        name="x.png",
        suffix=".png",
        content_type="image/png",
        size=1,
        width=8,
        height=8,
    )
    row.file.save("x.png", ContentFile(out.getvalue()), save=False)
    row.save()
    return row


def answer(response: Any) -> Any:
    """Return what an answer amounts to, as the rows say it."""
    location = response.headers.get("Location", "")
    if response.status_code == 302 and location.startswith("/accounts/login/?next="):
        return LOGIN
    return "ok" if response.status_code in OK else response.status_code


def arguments(house: dict[str, Any], name: str) -> list[Any]:
    if name in house:
        return house[name]
    inside = name.split(":")[0] in ("incidents", "reflections", "actions", "postmortems")
    return house["default"] if inside else []


@pytest.mark.parametrize("column", range(len(PEOPLE)), ids=PEOPLE)
def test_each_person_gets_what_the_row_says(house: dict[str, Any], column: int) -> None:
    client = Client()
    who = PEOPLE[column]
    if who != "stranger":
        client.force_login(
            User.objects.get(name=who), "allauth.account.auth_backends.AuthenticationBackend"
        )
    wrong = []
    # What removes comes last, and last of all what takes others with it.
    last = ["reflections:anonymity", "incidents:remove_entry", "reflections:remove_point"]
    names = sorted(ROWS, key=lambda name: ("remov" in name, name in last, name))
    for name in names:
        for method, row in ROWS[name].items():
            url = reverse(name, args=arguments(house, name))
            response = client.generic(
                method,
                url,
                # One unknown field: a form finds its own missing and says so.
                data=b"unknown=1",
                content_type="application/x-www-form-urlencoded",
            )
            if answer(response) != row[column]:
                wrong.append(f"{method} {name}: {answer(response)}, not {row[column]}")
    assert wrong == []


@pytest.mark.parametrize("method", ["DELETE", "PUT", "PATCH"])
def test_methods_that_no_address_takes_are_refused(house: dict[str, Any], method: str) -> None:
    client = Client()
    client.force_login(
        User.objects.get(name="Alice"), "allauth.account.auth_backends.AuthenticationBackend"
    )
    taken = [
        name
        for name in ROWS
        if not name.startswith("account_")
        and client.generic(method, reverse(name, args=arguments(house, name))).status_code
        not in (404, 405)
    ]
    assert taken == []
