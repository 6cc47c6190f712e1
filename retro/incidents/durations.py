"""How long it took to notice, to mitigate, to resolve: from the milestones, or not at all."""

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from retro.incidents.models import Milestone, TimelineEntry

State = Literal["recorded", "pending", "contradictory"]
MEASURES = {
    "detect": Milestone.DETECTED,
    "mitigate": Milestone.MITIGATED,
    "resolve": Milestone.RESOLVED,
}


class Duration(NamedTuple):
    """The time from *started* to another milestone.

    ``seconds`` is there only when ``state`` is "recorded": both milestones are marked, have a
    time, and are in order. "pending": one is missing. "contradictory": the later one is earlier.
    """

    state: State
    seconds: int | None = None
    approximate: bool = False

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


def durations(entries: Iterable[TimelineEntry]) -> dict[str, Duration]:
    """Return the durations of these timeline entries, by "detect", "mitigate" and "resolve"."""
    marks = {entry.milestone: entry for entry in entries if entry.milestone}
    start = marks.get(Milestone.STARTED)
    return {name: _between(start, marks.get(mark)) for name, mark in MEASURES.items()}


def _between(start: TimelineEntry | None, end: TimelineEntry | None) -> Duration:
    if start is None or end is None or start.starts_at is None or end.starts_at is None:
        return Duration("pending")
    if end.starts_at < start.starts_at:
        return Duration("contradictory")
    seconds = int((end.starts_at - start.starts_at).total_seconds())
    return Duration("recorded", seconds, start.approximate or end.approximate)
