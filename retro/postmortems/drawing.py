"""The drawn timeline: where each mark and each word goes. Pure; the template only writes it down.

Two drawings of the same moments: a wide one that runs to the right, and for phones a tall one
that runs down, where every label has a line of its own. Units are CSS pixels of the viewBox; the
tall one is shown at its own size, so that its 13 px text is 13 px on a phone.
"""

from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from retro.postmortems.document import Document, Entry

WIDE = 700
TALL = 350
# A generous guess of a letter's width at 13 px: Korean letters are as wide as they are high.
NARROW_LETTER, WIDE_LETTER = 7.4, 13.0
GAP = 10
ROW = 34
MAX_LABELS = 40


@dataclass
class Mark:
    """One mark on the line. ``at`` and ``to`` are places along it, ``lane`` the row of its label."""

    kind: str  # milestone, attempt, event
    label: str
    time: str
    anchor: str
    outcome: str
    at: float
    to: float | None = None
    label_at: float = 0
    width: float = 0
    lane: int = 0
    label_shown: bool = True
    time_y: float = 0
    name_y: float = 0
    tick_from: float = 0

    @property
    def middle(self) -> float:
        return self.label_at + self.width / 2


@dataclass
class Drawing:
    width: float
    height: float
    line: float  # where the line itself runs: y of the wide one, x of the tall one
    marks: list[Mark] = field(default_factory=list)
    start: float = 0
    end: float = 0
    detected: float | None = None

    @property
    def last(self) -> float:
        """Return the place of the last mark."""
        return max((mark.at for mark in self.marks), default=0)


def text_width(text: str) -> float:
    """Return about how wide a text is at 13 px; never less than it really is in common fonts."""
    return sum(WIDE_LETTER if ord(letter) > 0x2E7F else NARROW_LETTER for letter in text)


def timed(document: Document) -> list[Entry]:
    """Return the moments that have a time, in order."""
    rows = [row for row in document["moments"] if row["starts_at"]]
    return sorted(rows, key=lambda row: row["starts_at"] or "")


def within(rows: list[Entry]) -> list[Entry]:
    """Return the moments from the first milestone or attempt to the last.

    What led up to the incident and what came weeks later are told in the text; on the line they
    would press the incident itself into one point.
    """
    marked = [row for row in rows if row["milestone"] or row["attempt"]]
    if len(marked) < 2:
        return rows
    first, last = marked[0]["starts_at"] or "", marked[-1]["starts_at"] or ""
    return [row for row in rows if first <= (row["starts_at"] or "") <= last]


def _marks(document: Document, names: dict[str, str]) -> tuple[list[Mark], list[float], float]:
    zone = ZoneInfo(document["time_zone"])
    rows = within(timed(document))
    instants = [datetime.fromisoformat(row["starts_at"] or "") for row in rows]
    ends = [datetime.fromisoformat(row["ends_at"]) if row["ends_at"] else None for row in rows]
    first, last = min(instants), max(instants)
    ends = [min(end, last) if end else None for end in ends]
    span = max((last - first).total_seconds(), 1)
    marks = []
    for row, instant, end in zip(rows, instants, ends, strict=True):
        marks.append(
            Mark(
                kind="milestone" if row["milestone"] else "attempt" if row["attempt"] else "event",
                label=names.get(row["milestone"], ""),
                time=("≈ " if row["approximate"] else "") + f"{instant.astimezone(zone):%H:%M}",
                anchor=row["id"],
                outcome=row["attempt"]["outcome"] if row["attempt"] else "",
                at=(instant - first).total_seconds() / span,
                to=(end - first).total_seconds() / span if end else None,
            )
        )
    return marks, [mark.at for mark in marks], span


def wide(document: Document, names: dict[str, str]) -> Drawing | None:
    """Place the moments along a line to the right; None when fewer than two have a time.

    ``names`` are the milestones' names in the document's language. Milestone labels stand above
    the line in as many rows as keep them apart, the times of attempts below; one that finds no
    room in three rows is left to the list in the text.
    """
    if len(timed(document)) < 2:
        return None
    marks, _places, _span = _marks(document, names)
    pad = 9.0
    for mark in marks:
        mark.at = pad + mark.at * (WIDE - 2 * pad)
        mark.to = pad + mark.to * (WIDE - 2 * pad) if mark.to is not None else None
    above = _spread([mark for mark in marks if mark.kind == "milestone"], rows=4)
    below = _spread([mark for mark in marks if mark.kind == "attempt"], rows=3)
    for mark in marks:
        if mark.kind == "event":
            mark.label_shown = False
    line = 14 + above * 36.0 + 8
    for mark in marks:
        if mark.kind == "milestone":
            # The first row stands right above the line.
            mark.name_y = line - 18 - mark.lane * 36
            mark.time_y = mark.name_y - 16
        mark.tick_from = line + 14
        if mark.kind == "attempt":
            mark.time_y = line + 42 + mark.lane * 17
    drawing = Drawing(WIDE, line + 30 + below * 17 + 4, line, marks)
    _ends(drawing, document)
    return drawing


def _spread(marks: list[Mark], rows: int) -> int:
    """Give each label a row and a place in it where it touches no other; return the rows used."""
    taken: list[float] = []
    for mark in marks:
        mark.width = max(text_width(mark.label) * 1.08, text_width(mark.time))
        mark.label_at = min(max(mark.at - mark.width / 2, 0), WIDE - mark.width)
        free = (row for row, until in enumerate(taken) if until + GAP <= mark.label_at)
        lane = next(free, len(taken))
        if lane >= rows:
            mark.label_shown = False
            continue
        if lane == len(taken):
            taken.append(0)
        mark.lane = lane
        taken[lane] = mark.label_at + mark.width
    return max(1, len(taken)) if marks else 0


def tall(document: Document, names: dict[str, str]) -> Drawing | None:
    """Place milestones and attempts down a line, one row each, with room kept for time between."""
    if len(timed(document)) < 2:
        return None
    marks, _places, _span = _marks(document, names)
    marks = [mark for mark in marks if mark.kind != "event"][:MAX_LABELS]
    y, before = 20.0, 0.0
    for number, mark in enumerate(marks):
        if number:
            # A longer silence is a longer line, but a night is not a screen of nothing.
            y += ROW + min(60.0, (mark.at - before) * 150)
        before, mark.at, mark.to = mark.at, y, None
        mark.label_at = y + 5
    drawing = Drawing(TALL, y + 20, 70, marks)
    _ends(drawing, document)
    return drawing


def _ends(drawing: Drawing, document: Document) -> None:
    by_mark = {row["milestone"]: row["id"] for row in document["moments"] if row["milestone"]}
    at = {mark.anchor: mark.at for mark in drawing.marks}
    places = list(at.values()) or [0]
    drawing.start = at.get(by_mark.get("started", ""), min(places))
    drawing.end = at.get(by_mark.get("resolved", ""), max(places))
    drawing.detected = at.get(by_mark.get("detected", ""))
    if drawing.end < drawing.start:
        drawing.start, drawing.end, drawing.detected = min(places), max(places), None
