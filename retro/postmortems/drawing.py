"""The drawn timeline: where each mark and each word goes. Pure; the template only writes it down.

Two drawings of the same moments: a wide one that runs to the right, and for phones a tall one that
runs down, where every label has a row of its own. Units are CSS pixels at the size each is meant
to be shown in: the wide one fills the measure of the text, the tall one the narrowest phone.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from retro.postmortems.document import Document, Entry

WIDE, TALL = 672, 288
# A generous guess of a letter's width at 13 px: Korean letters are as wide as they are high.
NARROW_LETTER, WIDE_LETTER = 7.6, 13.2
BOLD = 1.12  # and of a name, which is bold
LINE_HEIGHT = 16
GAP = 12  # between two labels in a row
SIGN = 16.0  # the room that an attempt's sign takes
DOT = 9  # half of a milestone's dot, with its rim

# Strokes around a point, one shape an outcome: colour alone would not tell them apart.
SHAPES = {
    "worked": "m-5 0l4 4l7-8",
    "partly": "m-6 0h12",
    "failed": "m-5-5l10 10m0-10l-10 10",
    "misleading": "m-6 1q3-6 6 0t6 0",
    "": "m0-5v10",
}


@dataclass(frozen=True)
class Words:
    """What the labels say, in the document's language."""

    names: dict[str, str]  # of milestones and outcomes; "attempt" for one without an outcome
    day: Callable[[date], str]


@dataclass(frozen=True)
class Mark:
    """A moment to draw: ``day`` only where the day changes, ``until`` for a range."""

    kind: str  # milestone, attempt, event
    at: datetime
    until: datetime | None
    time: str
    day: str
    name: str
    milestone: str
    outcome: str | None  # None when nothing was tried
    tried: str  # the outcome's name
    approximate: bool


@dataclass(frozen=True)
class Label:
    text: str
    css: str
    x: float
    y: float  # of the baseline
    anchor: str = "middle"  # start, middle, end

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Return left, top, right and bottom of what the text covers at most."""
        width = text_width(self.text) * (BOLD if self.css == "name" else 1)
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        return left, self.y - 11, left + width, self.y + 4


@dataclass
class Drawing:
    width: float
    height: float = 0
    paths: list[tuple[str, str]] = field(default_factory=list)  # class, d
    ticks: list[tuple[str, str]] = field(default_factory=list)  # the same, over everything else
    dots: list[tuple[str, float, float, float]] = field(default_factory=list)  # class, x, y, r
    labels: list[Label] = field(default_factory=list)

    def path(self, css: str, d: str) -> None:
        self.paths.append((css, d))

    def tick(self, mark: Mark, x: float, y: float) -> None:
        """Draw an attempt's sign around a point."""
        shape = SHAPES.get(mark.outcome or "", SHAPES[""])
        self.ticks.append((f"tick {mark.outcome}".rstrip(), f"M{x:.1f} {y:.1f}{shape}"))

    def label(self, text: str, css: str, x: float, y: float, anchor: str = "middle") -> None:
        self.labels.append(Label(text, css, round(x, 1), round(y, 1), anchor))


def text_width(text: str) -> float:
    """Return about how wide a text is at 13 px; never less than it really is in common fonts."""
    return sum(WIDE_LETTER if ord(letter) > 0x2E7F else NARROW_LETTER for letter in text)


def within(rows: list[Entry]) -> list[Entry]:
    """Return the moments from the first milestone or attempt to the last.

    What led up to the incident and what came weeks later are told in the text; on the line they
    would press the incident itself into one point.
    """
    marked = [row["starts_at"] for row in rows if row["milestone"] or row["attempt"]]
    if len(marked) < 2:
        return rows
    return [
        row
        for row in rows
        if instant(marked[0]) <= instant(row["starts_at"]) <= instant(marked[-1])
    ]


def instant(text: str | None) -> datetime:
    return datetime.fromisoformat(text or "")


def marks(document: Document, words: Words) -> list[Mark]:
    """Return what is drawn, in order of time; nothing when fewer than two moments have a time."""
    zone = ZoneInfo(document["time_zone"])
    timed = [row for row in document["moments"] if row["starts_at"]]
    rows = within(sorted(timed, key=lambda row: instant(row["starts_at"])))
    if len(rows) < 2:
        return []
    days = [instant(row["starts_at"]).astimezone(zone).date() for row in rows]
    # The line begins with its first day above it; attempts below it begin on that day, too.
    told: dict[bool, date | None] = {True: None, False: days[0]}
    found = []
    for row, day in zip(rows, days, strict=True):
        kind = "milestone" if row["milestone"] else "attempt" if row["attempt"] else "event"
        outcome = row["attempt"]["outcome"] if row["attempt"] else None
        # Milestones stand above the line, attempts below: each side says a new day for itself.
        side = kind == "milestone"
        says_day = kind != "event" and days[0] != days[-1] and told[side] != day
        told[side] = day if kind != "event" else told[side]
        found.append(
            Mark(
                kind=kind,
                at=instant(row["starts_at"]),
                until=instant(row["ends_at"]) if row["ends_at"] else None,
                time=f"{'≈ ' if row['approximate'] else ''}{instant(row['starts_at']).astimezone(zone):%H:%M}",
                day=words.day(day) if says_day else "",
                name=words.names.get(row["milestone"], ""),
                milestone=row["milestone"],
                outcome=outcome,
                tried="" if outcome is None else words.names[outcome or "attempt"],
                approximate=row["approximate"],
            )
        )
    return found


def spread(wanted: list[float], widths: list[float], length: float) -> list[float]:
    """Return centres as near to the wanted ones as can be, in order, none touching another.

    ``wanted`` is sorted. Where the widths add up to more than ``length`` they are all shrunk.
    """
    if not wanted:
        return []
    shrink = min(1, length / sum(widths))
    widths = [width * shrink for width in widths]
    offsets = [0.0]
    for left, right in pairwise(widths):
        offsets.append(offsets[-1] + (left + right) / 2)
    # Neighbours that would touch are pooled and share the mean of what they wanted.
    pools: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            place, count = pools.pop()
            pools[-1][0] = (pools[-1][0] * pools[-1][1] + place * count) / (pools[-1][1] + count)
            pools[-1][1] += count
    low, high = widths[0] / 2, length - widths[-1] / 2 - offsets[-1]
    places = [min(max(place, low), high) for place, count in pools for _ in range(int(count))]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]


def wide(document: Document, words: Words) -> Drawing | None:
    """Draw the moments along a line to the right: milestones above, attempts below."""
    found = marks(document, words)
    if not found:
        return None
    first, last = found[0].at, found[-1].at
    scale = (WIDE - 2 * DOT) / max((last - first).total_seconds(), 1)

    def place(at: datetime) -> float:
        return DOT + max(0.0, (min(at, last) - first).total_seconds()) * scale

    above = [mark for mark in found if mark.kind == "milestone"] or [found[0], found[-1]]
    below = [mark for mark in found if mark.outcome is not None]
    drawing = Drawing(WIDE)
    line = LINE_HEIGHT * (3.0 if any(mark.day for mark in above) else 2.0) + 26
    _line(
        drawing,
        found,
        place,
        f"M{DOT} {line:.0f}H{WIDE - DOT}",
        lambda a, b: f"M{a:.1f} {line:.0f}H{b:.1f}",
    )
    for mark in found:
        if mark.until:
            drawing.path(
                "range",
                f"M{place(mark.at):.1f} {line + 10:.0f}H{max(place(mark.until), place(mark.at) + 2):.1f}",
            )
        if mark.kind == "event":
            drawing.dots.append(("event", round(place(mark.at), 1), line, 2.5))
    _above(drawing, above, [place(mark.at) for mark in above], line)
    _below(drawing, below, [place(mark.at) for mark in below], line)
    return drawing


def _above(drawing: Drawing, above: list[Mark], places: list[float], line: float) -> None:
    widths = [
        max(text_width(mark.day), text_width(mark.time), text_width(mark.name) * BOLD) + GAP
        for mark in above
    ]
    named = any(mark.name for mark in above)
    centres = spread(places, widths, WIDE)
    for mark, at, x, width in zip(above, places, centres, widths, strict=True):
        # A label that stands over its dot needs no line to lead there.
        if abs(x - at) > width / 2 - 8:
            drawing.path("leader", f"M{x:.1f} {line - 22:.0f}L{at:.1f} {line - 8:.0f}")
        y = line - 26
        if mark.kind == "milestone":
            drawing.label(mark.name, "name", x, y)
            drawing.dots.append(("milestone", round(at, 1), line, 7))
        if named:
            y -= LINE_HEIGHT
        drawing.label(mark.time, "when", x, y)
        if mark.day:
            drawing.label(mark.day, "when", x, y - LINE_HEIGHT)


def _below(drawing: Drawing, below: list[Mark], places: list[float], line: float) -> None:
    drawing.height = line + 22
    if not below:
        return
    full = [max(SIGN, text_width(mark.time), text_width(mark.day)) + GAP for mark in below]
    widths, told = _room(full)
    centres = spread(places, widths, WIDE)
    for n, (mark, at, x) in enumerate(zip(below, places, centres, strict=True)):
        drawing.path("leader", f"M{at:.1f} {line + 5:.0f}L{x:.1f} {line + 17:.0f}")
        drawing.tick(mark, x, line + 26)
        if n in told:
            drawing.label(mark.time, "when", x, line + 49)
            if mark.day:
                drawing.label(mark.day, "when", x, line + 49 + LINE_HEIGHT)
    lines = 2 if any(mark.day for mark in below) else 1
    drawing.height = line + 38 + LINE_HEIGHT * lines


def _room(full: list[float]) -> tuple[list[float], range]:
    """Return the widths that fit side by side, and which of them have room for their time.

    When not all times find room, every second one is written, or every third, or none.
    """
    for every in range(1, len(full) + 1):
        told = range(0, len(full), every)
        widths = [width if n in told else SIGN for n, width in enumerate(full)]
        if sum(widths) <= WIDE:
            return widths, told
    return [SIGN] * len(full), range(0)


def tall(document: Document, words: Words) -> Drawing | None:
    """Draw milestones and attempts down a line, a row each, longer where more time went by."""
    found = marks(document, words)
    if not found:
        return None
    rows = [mark for mark in found if mark.kind != "event"]
    if len(rows) < 2:
        rows = [found[0], found[-1]]
    axis, row_height = 76, 34.0 if len(rows) <= 12 else 25.0
    span = max((rows[-1].at - rows[0].at).total_seconds(), 1)
    drawing, places, y = Drawing(TALL), [], 4.0
    days = {mark.at: mark.day for mark in reversed(rows) if mark.day}
    for n, mark in enumerate(rows):
        if n:
            # A longer silence is a longer line, but a night is not a screen of nothing.
            y += min(56.0, (mark.at - rows[n - 1].at).total_seconds() / span * 140)
        day = days.pop(mark.at, "")
        if day and day not in {label.text for label in drawing.labels}:
            y += 20
            drawing.label(day, "when", axis + 20, y + 1, "start")
        y += row_height if n else 14.0
        places.append(y)
        drawing.label(mark.time, "when", axis - 16, y + 4.5, "end")
        x = axis + 20.0
        if mark.name:
            drawing.label(mark.name, "name", x, y + 4.5, "start")
            x += text_width(mark.name) * BOLD + GAP
        if mark.tried:
            tried = _clip(mark.tried, TALL - x)
            drawing.label(tried, f"outcome {mark.outcome}".rstrip(), x, y + 4.5, "start")
    drawing.height = y + 16

    def place(at: datetime) -> float:
        """Return the height of any instant: between two rows in proportion."""
        if at <= rows[0].at:
            return places[0]
        for (left, low), (right, high) in pairwise(zip(rows, places, strict=True)):
            if at <= right.at:
                share = (at - left.at) / (right.at - left.at) if right.at > left.at else 1
                return low + share * (high - low)
        return places[-1]

    _line(
        drawing,
        rows,
        place,
        f"M{axis} {places[0]:.1f}V{places[-1]:.1f}",
        lambda a, b: f"M{axis} {a:.1f}V{b:.1f}",
    )
    for mark in found:
        if mark.until:
            start = place(mark.at)
            drawing.path(
                "range", f"M{axis + 11} {start:.1f}V{max(place(mark.until), start + 2):.1f}"
            )
    for mark, y in zip(rows, places, strict=True):
        if mark.kind == "attempt":
            drawing.dots.append(("under", axis, round(y, 1), 9))
            drawing.tick(mark, axis, y)
        else:
            drawing.dots.append(
                (mark.kind, axis, round(y, 1), 7 if mark.kind == "milestone" else 2.5)
            )
    return drawing


def _line(
    drawing: Drawing,
    found: list[Mark],
    place: Callable[[datetime], float],
    rail: str,
    stretch: Callable[[float, float], str],
) -> None:
    """Draw the line: a rail, and on it the time before anybody noticed and the time after."""
    drawing.path("rail", rail)
    at = {mark.milestone: place(mark.at) for mark in found if mark.milestone}
    start = at.get("started", place(found[0].at))
    end = at.get("resolved", place(found[-1].at))
    detected = at.get("detected")
    if end < start:
        # The records contradict each other: the line takes no side.
        return
    if detected is not None and start <= detected <= end:
        drawing.path("unseen", stretch(start, detected))
        start = detected
    drawing.path("seen", stretch(start, end))


def _clip(text: str, width: float) -> str:
    if text_width(text) <= width:
        return text
    while text and text_width(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"
