"""A retro with something in every field, and the ways to read it as a stranger."""

import io
from datetime import date
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client
from PIL import Image

from retro.incidents.models import Attachment, Incident, TimelineEntry
from retro.postmortems.models import SECTIONS, Postmortem, Revision
from retro.postmortems.publishing import publish
from retro.teams.models import User
from tests import make

HTMX = {"HTTP_HX_REQUEST": "true"}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def people() -> Incident:
    """Return an empty incident of Harbor; Alice owns, Bora edits, Vic views, Mallory is elsewhere."""
    team = make.team()
    alice = make.member(team, "Alice", "owner")
    make.member(team, "Bora")
    make.member(team, "Vic", "viewer")
    make.member(make.team("Elsewhere"), "Mallory", "owner")
    return make.incident(team, alice)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(named(name), BACKEND)
    return client


def named(name: str) -> User:
    return User.objects.get(name=name)


def url(incident: Incident, rest: str = "") -> str:
    return f"/desk/incidents/{incident.number}/publish/{rest}"


def picture(entry: TimelineEntry, **fields: Any) -> Attachment:
    """Put a small picture beside an entry, as the upload would have stored it."""
    out = io.BytesIO()
    Image.new("RGB", (60, 40), fields.pop("colour", "#b4400f")).save(out, "PNG")
    row = Attachment(
        incident=entry.incident,
        entry=entry,
        name="graph.png",
        suffix=".png",
        content_type="image/png",
        size=len(out.getvalue()),
        width=60,
        height=40,
        **fields,
    )
    row.file.save("graph.png", ContentFile(out.getvalue()), save=False)
    row.save(force_insert=True)
    return row


def log_file(entry: TimelineEntry, content: bytes = b"18:02 timeout") -> Attachment:
    row = Attachment(
        incident=entry.incident,
        entry=entry,
        name="queue.log",
        suffix=".log",
        content_type="text/plain",
        size=len(content),
    )
    row.file.save("queue.log", ContentFile(content), save=False)
    row.save(force_insert=True)
    return row


def whole(incident: Incident) -> Postmortem:
    """Fill every table of this incident and return its draft."""
    alice, bora, vic = named("Alice"), named("Bora"), named("Vic")
    incident.services.add(incident.team.services.create(name="Letters"))
    make.person(incident, "Alice", "the engineer on call", user=alice, shown_as="name")
    make.person(incident, "Bora", "the CTO", user=bora, shown_as="role")
    make.person(incident, "Vic", "a colleague", user=vic, shown_as="nobody")
    make.entry(
        incident,
        "The **batch** stops",
        heading="Silence",
        starts_at=make.at("07:00"),
        milestone="started",
        links=[{"url": "https://example.com/graph", "title": "The graph"}],
    )
    make.entry(
        incident,
        "Somebody asks",
        kind="observation",
        starts_at=make.at("09:00"),
        approximate=True,
        milestone="detected",
    )
    make.entry(
        incident,
        "Go round it",
        kind="attempt",
        starts_at=make.at("09:10"),
        ends_at=make.at("09:30"),
        expected="A new address helps",
        actual="It timed out as well",
        outcome="failed",
    )
    make.entry(incident, "Mail to the vendor", kind="communication")
    make.entry(incident, "It runs", starts_at=make.at("12:50"), milestone="resolved")
    silence, tried = incident.timeline.in_order()[0], incident.timeline.get(kind="attempt")
    make.feeling(
        incident,
        alice,
        "My ears were *hot*.",
        words=["shame"],
        needs=["trust"],
        entry=tried,
        visibility="public",
    )
    make.feeling(incident, bora, words=["calm"], visibility="public")
    make.feeling(incident, vic, "I watched.", visibility="public")
    point = make.point(incident, "Say the goal", body="Out **loud**.")
    point.entries.set([silence, tried])
    top = make.strategy(point, "Write it down", side="before")
    make.strategy(point, "On paper", side="before", parent=top)
    make.strategy(point, "Tell it", side="after")
    make.lesson(incident, "went_well", "We talked")
    make.lesson(incident, "open_question", "Who watches the watcher?")
    make.action(incident, "Alert the channel", owner=bora, due=date(2026, 11, 3), priority="high")
    make.action(
        incident,
        "List the goals",
        kind="practice",
        trigger="before",
        owner=vic,
        minimum_goal="One goal",
        full_goal="All goals",
        expected_result="Less noise",
        actual_result="Less indeed",
        state="verified",
    )
    make.action(incident, "Buy a bell", state="declined", declined_reason="Too loud")
    return make.postmortem(
        incident,
        "the-queue",
        title="The queue stood still",
        description="Nobody saw it for two hours",
        categories=["Queues"],
        tags=["batch", "alerts"],
        keywords=["silence"],
        summary="We *listen* now.",
        sections=list(SECTIONS),
    )


def published(post: Postmortem, **options: Any) -> Revision:
    return publish(post, by=options.pop("by", None) or named("Alice"), **options)


def read(address: str, **headers: Any) -> str:
    response = Client().get(address, **headers)
    assert response.status_code == 200, (address, response.status_code)
    return response.content.decode()
