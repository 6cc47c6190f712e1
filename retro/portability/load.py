"""A whole retro from one TOML file, through the same verbs as the form. The samples are such files."""

import tomllib
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from retro.actions.models import ActionItem
from retro.incidents.files import check
from retro.incidents.models import Attachment, Incident, InvolvedPerson, TimelineEntry
from retro.lib.clock import to_instant
from retro.postmortems import slugs
from retro.postmortems.models import SECTIONS, Blog, Postmortem
from retro.postmortems.publishing import publish
from retro.reflections.models import Feeling, ImprovementPoint, Lesson, Strategy
from retro.teams.models import Membership, Team, User


class Loading:
    """One file on its way into the records of a team."""

    def __init__(self, path: Path, team: Team, by: User) -> None:
        self.folder, self.team, self.by = path.parent, team, by
        self.data: dict[str, Any] = tomllib.loads(path.read_text())
        self.users: dict[str, User] = {}
        self.entries: dict[str, TimelineEntry] = {}
        self.strategies: dict[str, Strategy] = {}

    @transaction.atomic
    def run(self) -> Postmortem:
        data = self.data
        self.incident = Incident.objects.record(
            team=self.team,
            by=self.by,
            title=data["title"],
            severity=data["severity"],
            day=data["day"],
            time_zone=data["time_zone"],
        )
        for name in data["services"]:
            self.incident.services.add(self.team.services.get_or_create(name=name)[0])
        for row in data["people"]:
            self.person(row)
        for row in data["timeline"]:
            self.entry(row)
        for row in data["feelings"]:
            self.feeling(row)
        for number, row in enumerate(data["improvements"], start=1):
            self.point(number, row)
        for row in data["lessons"]:
            Lesson.objects.create(
                incident=self.incident, kind=row["kind"], text=row["text"].strip()
            )
        for row in data["actions"]:
            self.action(row)
        return self.publish(data["postmortem"])

    def person(self, row: dict[str, Any]) -> None:
        # A member who cannot sign in: no password is set, and the address is nobody's.
        email = f"{row['key']}@example.com"
        user = User.objects.filter(email=email).first()
        if user is None:
            user = User.objects.create_user(email, None, name=row["name"])
            Membership.objects.create(user=user, team=self.team)
        self.users[row["key"]] = user
        InvolvedPerson.objects.create(
            incident=self.incident,
            user=user,
            name=row["name"],
            role=row.get("role", ""),
            shown_as=row["shown_as"],
        )

    def instant(self, row: dict[str, Any], name: str) -> datetime | None:
        if name not in row:
            return None
        day: date = row.get("day", self.data["day"])
        at = time.fromisoformat(row[name])
        if name == "until" and at < time.fromisoformat(row["at"]):
            day += timedelta(days=1)
        return to_instant(day, at, self.incident.zone)[0]

    def entry(self, row: dict[str, Any]) -> None:
        links = [link.partition(" ") for link in row.get("links", [])]
        entry = TimelineEntry.objects.create(
            incident=self.incident,
            kind=row["kind"],
            starts_at=self.instant(row, "at"),
            ends_at=self.instant(row, "until"),
            approximate=row.get("approximate", False),
            heading=row.get("heading", ""),
            body=row.get("body", "").strip(),
            expected=row.get("expected", "").strip(),
            actual=row.get("actual", "").strip(),
            outcome=row.get("outcome", ""),
            milestone=row.get("milestone", ""),
            links=[{"url": url, "title": title} for url, _space, title in links],
            created_by=self.by,
        )
        entry.place()
        self.entries[row["key"]] = entry
        for attached in row.get("attachments", []):
            self.attach(entry, attached)

    def attach(self, entry: TimelineEntry, row: dict[str, Any]) -> None:
        content = (self.folder / row["file"]).read_bytes()
        incoming = check(SimpleUploadedFile(row["file"], content))
        attachment = Attachment(
            incident=self.incident,
            entry=entry,
            name=incoming.name,
            suffix=incoming.suffix,
            content_type=incoming.content_type,
            size=incoming.content.size,
            width=incoming.width,
            height=incoming.height,
            alt=row["alt"],
            caption=row.get("caption", ""),
            created_by=self.by,
        )
        attachment.file.save(incoming.name, incoming.content, save=False)
        attachment.save(force_insert=True)

    def feeling(self, row: dict[str, Any]) -> None:
        anonymous = row.get("anonymous", False)
        moment = row.get("moment")
        Feeling.objects.create(
            incident=self.incident,
            author=None if anonymous else self.users[row["by"]],
            words=row["words"],
            needs=row["needs"],
            body=row.get("body", "").strip(),
            entry=self.entries[moment] if moment else None,
            visibility=row["visibility"],
        )

    def point(self, number: int, row: dict[str, Any]) -> None:
        point = ImprovementPoint.objects.create(
            incident=self.incident,
            number=number,
            heading=row["heading"],
            body=row.get("body", "").strip(),
            created_by=self.by,
        )
        point.entries.set([self.entries[key] for key in row.get("entries", [])])
        for side in ("before", "after"):
            position = 0
            for parent in row.get(side, []):
                position += 1
                top = Strategy.objects.create(
                    point=point, side=side, position=position, text=parent["text"]
                )
                self.strategies[top.text] = top
                for text in parent.get("under", []):
                    position += 1
                    self.strategies[text] = Strategy.objects.create(
                        point=point, side=side, position=position, parent=top, text=text
                    )

    def action(self, row: dict[str, Any]) -> None:
        finished = row["state"] in ("verified", "declined")
        owner = self.users[row["owner"]] if "owner" in row else None
        plain = ("minimum_goal", "full_goal", "expected_result", "actual_result", "declined_reason")
        ActionItem.objects.create(
            incident=self.incident,
            strategy=self.strategies.get(row.get("strategy", "")),
            kind=row["kind"],
            trigger=row.get("trigger", "always"),
            text=row["text"],
            owner=owner,
            due=row.get("due"),
            priority=row.get("priority", ""),
            state=row["state"],
            finished_at=timezone.now() if finished else None,
            finished_by=owner if finished else None,
            **{name: row.get(name, "").strip() for name in plain},
        )

    def publish(self, row: dict[str, Any]) -> Postmortem:
        post = Postmortem(
            incident=self.incident,
            title=row["title"],
            description=row["description"],
            categories=row["categories"],
            tags=row["tags"],
            keywords=row["keywords"],
            language=self.data["language"],
            summary=row["summary"].strip(),
            sections=list(SECTIONS),
        )
        post.slug = slugs.check(row["slug"], post)
        post.save()
        # A sample that was told the morning after looks as a real one does.
        told = datetime.combine(self.data["day"] + timedelta(days=2), time(9), self.incident.zone)
        publish(post, by=self.by, at=told)
        return post


def load(path: Path, team: Team, by: User) -> Postmortem:
    """Load one file for a team and publish it. All of it or nothing."""
    return Loading(path, team, by).run()


SAMPLES = Path(__file__).parent / "samples"


@transaction.atomic
def load_samples(email: str, password: str) -> User:
    """Make the sample team with its sign-in, both retros published. For an empty database."""
    team = Team.objects.create(name="Harbour Library", time_zone="Europe/Lisbon")
    user = User.objects.create_user(email, password, name="Sam Sample", is_sample=True)
    Membership.objects.create(user=user, team=team, role="owner")
    for path in sorted(SAMPLES.glob("*.toml")):
        load(path, team, user)
    Blog.objects.filter(pk=1).update(
        title="In hindsight",
        description="What went wrong, how it felt, and what we do differently now",
    )
    Blog.changed()
    return user
