"""Documents made by hand, as publishing would freeze them."""

from typing import Any

from retro.postmortems.document import Document, Entry


def entry(number: int, starts_at: str | None = None, **fields: Any) -> Entry:
    """Return an entry; times are UTC, ``2026-10-27T07:00``."""
    row: dict[str, Any] = {
        "id": f"t{number}",
        "kind": "event",
        "starts_at": f"{starts_at}:00+00:00" if starts_at else None,
        "ends_at": None,
        "approximate": False,
        "heading": "",
        "body_md": "",
        "milestone": "",
        "attempt": None,
        "links": [],
        "pictures": [],
        "files": [],
        **fields,
    }
    if row["ends_at"]:
        row["ends_at"] = f"{row['ends_at']}:00+00:00"
    return row  # type: ignore[return-value]


def attempt(number: int, starts_at: str | None, outcome: str = "", **fields: Any) -> Entry:
    tried = {
        "expected_md": fields.pop("expected", ""),
        "actual_md": fields.pop("actual", ""),
        "outcome": outcome,
    }
    return entry(number, starts_at, kind="attempt", attempt=tried, **fields)


def duration(seconds: int | None = None, state: str = "pending", **fields: Any) -> dict[str, Any]:
    state = "recorded" if seconds is not None else state
    return {"state": state, "seconds": seconds, "approximate": False, **fields}


def document(entries: list[Entry] | None = None, **fields: Any) -> Document:
    """Return a document with these entries as its story, and the sections named in ``sections``."""
    moments = entries or []
    sections = fields.pop("sections", [])
    if moments:
        sections = [{"kind": "story", "entries": moments}, *sections]
    made: dict[str, Any] = {
        "schema": 1,
        "title": "Blocked at the door",
        "slug": "blocked",
        "description": "Six hours of fixing the wrong thing.",
        "language": "en",
        "time_zone": "Asia/Seoul",
        "day": "2026-10-27",
        "severity": 2,
        "services": ["Product pages"],
        "people": ["the CTO"],
        "team": "Harbor",
        "categories": [],
        "tags": [],
        "keywords": [],
        "durations": {name: duration() for name in ("detect", "mitigate", "resolve")},
        "sections": sections,
        "moments": moments,
        **fields,
    }
    return made  # type: ignore[return-value]
