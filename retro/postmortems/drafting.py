"""From the records to the document: everything strangers will see, and nothing else.

Only what is public goes in. People go in as they chose to be shown: by name, by role, or not.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from retro.incidents.durations import durations
from retro.incidents.models import Attachment, Incident, TimelineEntry
from retro.lib.markdown import to_text
from retro.postmortems import document as shape
from retro.postmortems.models import Postmortem
from retro.reflections.models import Strategy

Address = Callable[[Attachment], str]
LABEL_LENGTH = 60


class Drafting:
    """One reading of an incident's records. ``address`` says where an attachment will be found."""

    def __init__(self, postmortem: Postmortem, address: Address) -> None:
        self.postmortem, self.address = postmortem, address
        self.incident: Incident = postmortem.incident
        self.entries = list(self.incident.timeline.in_order().prefetch_related("attachments"))
        self.people = list(self.incident.people.all())
        self.anchors = {entry.pk: f"t{n}" for n, entry in enumerate(self.entries, start=1)}
        self.by_key = {entry.pk: entry for entry in self.entries}
        self.tells_story = "story" in postmortem.sections

    def compose(self) -> shape.Document:
        post, incident = self.postmortem, self.incident
        moments = [self.entry(row) for row in self.entries]
        drawers: dict[str, Callable[[], dict[str, Any]]] = {
            "story": lambda: {"entries": moments},
            "feelings": lambda: {"feelings": self.feelings()},
            "improvements": lambda: {"points": self.points()},
            "lessons": lambda: {"lessons": self.lessons()},
            "actions": lambda: {"actions": self.actions()},
            "summary": lambda: {"text_md": post.summary.strip()},
        }
        sections: list[shape.Section] = []
        for kind in post.sections:
            content = drawers[kind]()
            if any(content.values()):
                sections.append({"kind": kind, **content})  # type: ignore[typeddict-item]
        return {
            "schema": 1,
            "title": post.title or incident.title,
            "slug": post.slug,
            "description": post.description,
            "language": post.language,
            "time_zone": incident.time_zone,
            "day": incident.day.isoformat(),
            "severity": incident.severity,
            "services": [service.name for service in incident.services.all()],
            "people": list(
                dict.fromkeys(person.public_name for person in self.people if person.public_name)
            ),
            "team": incident.team.name,
            "categories": post.categories,
            "tags": post.tags,
            "keywords": post.keywords,
            "durations": {
                name: shape.Duration(
                    state=value.state, seconds=value.seconds, approximate=value.approximate
                )
                for name, value in durations(self.entries).items()
            },
            "sections": sections,
            "moments": moments,
        }

    def public_name(self, user_id: int | None) -> str:
        """Return what a member is called in public: as they are shown, else nothing."""
        if user_id is None:
            return ""
        return next((p.public_name for p in self.people if p.user_id == user_id), "")

    def entry(self, row: TimelineEntry) -> shape.Entry:
        attachments = list(row.attachments.all())
        if not self.tells_story:
            # The drawn timeline still needs the marks; the words stay at home.
            return {
                "id": self.anchors[row.pk],
                "kind": row.kind,
                "starts_at": _iso(row.starts_at),
                "ends_at": _iso(row.ends_at),
                "approximate": row.approximate,
                "heading": "",
                "body_md": "",
                "milestone": row.milestone,
                "attempt": {"expected_md": "", "actual_md": "", "outcome": row.outcome}
                if row.is_attempt
                else None,
                "links": [],
                "pictures": [],
                "files": [],
            }
        return {
            "id": self.anchors[row.pk],
            "kind": row.kind,
            "starts_at": _iso(row.starts_at),
            "ends_at": _iso(row.ends_at),
            "approximate": row.approximate,
            "heading": row.heading,
            "body_md": self.local(row.body, attachments),
            "milestone": row.milestone,
            "attempt": {
                "expected_md": self.local(row.expected, attachments),
                "actual_md": self.local(row.actual, attachments),
                "outcome": row.outcome,
            }
            if row.is_attempt
            else None,
            "links": [{"url": link["url"], "title": link["title"]} for link in row.links],
            "pictures": [
                {
                    "url": self.address(picture),
                    "alt": picture.alt,
                    "caption": picture.caption,
                    "width": picture.width or 0,
                    "height": picture.height or 0,
                }
                for picture in attachments
                if picture.is_picture
            ],
            "files": [
                {"url": self.address(file), "name": file.name, "size": file.size}
                for file in attachments
                if not file.is_picture
            ],
        }

    def local(self, text: str, attachments: Iterable[Attachment]) -> str:
        """Lead the desk's addresses of these attachments to where strangers find them."""
        for row in attachments:
            text = text.replace(f"/desk/attachments/{row.pk}/", self.address(row))
        return text

    def moment(self, entry_id: int | None) -> shape.Moment | None:
        row = self.by_key.get(entry_id or 0)
        if row is None or not self.tells_story:
            return None
        label = row.heading or to_text(row.body)
        if len(label) > LABEL_LENGTH:
            label = label[:LABEL_LENGTH].rstrip() + "…"
        return {
            "id": self.anchors[row.pk],
            "starts_at": _iso(row.starts_at),
            "approximate": row.approximate,
            "label": label,
        }

    def feelings(self) -> list[shape.Feeling]:
        return [
            {
                "words": row.words,
                "needs": row.needs,
                "body_md": row.body,
                "by": self.public_name(row.author_id),
                "moment": self.moment(row.entry_id),
            }
            for row in self.incident.feelings.public()
            if row.words or row.needs or row.body.strip()
        ]

    def points(self) -> list[shape.Point]:
        rows = self.incident.improvements.prefetch_related("strategies", "entries")
        return [
            {
                "number": number,
                "heading": row.heading,
                "body_md": row.body,
                "moments": [
                    moment
                    for entry in sorted(row.entries.all(), key=lambda entry: entry.position)
                    if (moment := self.moment(entry.pk))
                ],
                "before": _tree(row.strategies.all(), "before"),
                "after": _tree(row.strategies.all(), "after"),
            }
            for number, row in enumerate(rows, start=1)
        ]

    def lessons(self) -> list[shape.Lesson]:
        return [
            {"kind": row.kind, "text": row.text}
            for row in self.incident.lessons.all()
            if row.text.strip()
        ]

    def actions(self) -> list[shape.Action]:
        return [
            {
                "kind": row.kind,
                "trigger": row.trigger,
                "text": row.text,
                "owner": self.public_name(row.owner_id),
                "due": row.due.isoformat() if row.due else None,
                "priority": row.priority,
                "minimum_goal": row.minimum_goal,
                "full_goal": row.full_goal,
                "expected_result": row.expected_result,
                "actual_result": row.actual_result,
                "state": row.state,
                "declined_reason": row.declined_reason,
            }
            for row in self.incident.actions.all()
        ]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _tree(rows: Iterable[Strategy], side: str) -> list[shape.Strategy]:
    """Return one side's strategies as nested lists, in reading order."""
    mine = sorted((row for row in rows if row.side == side), key=lambda row: (row.position, row.pk))
    known = {row.pk for row in mine}

    def under(parent: int | None) -> list[shape.Strategy]:
        return [
            {"text": row.text, "children": under(row.pk)}
            for row in mine
            if (row.parent_id if row.parent_id in known else None) == parent
        ]

    return under(None)


def compose(postmortem: Postmortem, address: Address) -> shape.Document:
    """Return the document as it would be published now.

    ``address`` gives the address of an attachment: the desk's own for a preview, the public
    copy's when publishing.
    """
    return Drafting(postmortem, address).compose()
