"""Explicit test data: what each test needs and nothing that it does not name."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from retro.actions.models import ActionItem
from retro.incidents.models import Incident, InvolvedPerson, TimelineEntry
from retro.postmortems.models import Postmortem
from retro.reflections.models import Feeling, ImprovementPoint, Lesson, Strategy
from retro.teams.models import Membership, Role, Team, User

PASSWORD = "a long pass phrase"
DAY = date(2026, 10, 27)
_numbers = count(1)


def team(name: str = "Harbor", **fields: Any) -> Team:
    return Team.objects.create(name=name, **{"time_zone": "Asia/Seoul", **fields})


def user(name: str = "Alice", **fields: Any) -> User:
    email = fields.pop("email", f"{name.lower()}@example.com")
    return User.objects.create_user(email, fields.pop("password", PASSWORD), name=name, **fields)


def member(of: Team, name: str, role: str = Role.EDITOR, **fields: Any) -> User:
    person = user(name, **fields)
    Membership.objects.create(user=person, team=of, role=role)
    return person


def incident(of: Team, by: User, title: str = "The queue stood still", **fields: Any) -> Incident:
    defaults = {"day": DAY, "time_zone": "Asia/Seoul"}
    return Incident.objects.record(team=of, by=by, title=title, **{**defaults, **fields})


def at(clock: str, day: date = DAY) -> datetime:
    """Return an instant from a UTC clock time on the incident's day."""
    hours, minutes = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hours), int(minutes), tzinfo=UTC)


def entry(of: Incident, body: str = "Something happened", **fields: Any) -> TimelineEntry:
    row = TimelineEntry.objects.create(incident=of, body=body, **fields)
    row.place()
    return row


def person(
    of: Incident, name: str = "Bora", role: str = "the CTO", **fields: Any
) -> InvolvedPerson:
    return InvolvedPerson.objects.create(incident=of, name=name, role=role, **fields)


def feeling(of: Incident, author: User | None, body: str = "Hot shame", **fields: Any) -> Feeling:
    return Feeling.objects.create(incident=of, author=author, body=body, **fields)


def point(of: Incident, heading: str = "Say the goal out loud", **fields: Any) -> ImprovementPoint:
    number = fields.pop("number", of.improvements.count() + 1)
    return ImprovementPoint.objects.create(incident=of, heading=heading, number=number, **fields)


def strategy(of: ImprovementPoint, text: str = "Write it down", **fields: Any) -> Strategy:
    position = fields.pop("position", of.strategies.count() + 1)
    return Strategy.objects.create(point=of, text=text, position=position, **fields)


def lesson(of: Incident, kind: str = "went_well", text: str = "We talked", **fields: Any) -> Lesson:
    return Lesson.objects.create(incident=of, kind=kind, text=text, **fields)


def action(of: Incident, text: str = "Alert the channel", **fields: Any) -> ActionItem:
    return ActionItem.objects.create(incident=of, text=text, **fields)


def postmortem(of: Incident, slug: str | None = None, **fields: Any) -> Postmortem:
    return Postmortem.objects.create(
        incident=of,
        slug=slug or f"post-{next(_numbers)}",
        **{
            "title": of.title,
            "sections": ["story", "feelings", "improvements", "lessons", "actions", "summary"],
            **fields,
        },
    )
