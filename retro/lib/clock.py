"""Clock times as people write them at the start of a line. Pure: text, day and zone in; instants out."""

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Understood:
    """What a typed line says.

    ``starts_at`` and ``ends_at`` are aware datetimes in UTC, or None where the line has no time.
    ``doubts`` names what a person should settle: ``"missing"`` (the clock skipped that time),
    ``"twice"`` (the clock showed it twice; the first is taken).
    """

    text: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    approximate: bool = False
    doubts: tuple[str, ...] = field(default=())


def _clock(n: int) -> str:
    return (
        rf"(?:(?P<ampm_ko{n}>오전|오후)\s*)?"
        rf"(?:(?P<h{n}>[01]?\d|2[0-4])[:](?P<m{n}>[0-5]\d)(?::(?P<s{n}>[0-5]\d))?"
        rf"|(?P<hk{n}>[01]?\d|2[0-4])\s?시(?:\s?(?P<mk{n}>[0-5]?\d)\s?분)?)"
        rf"(?:\s?(?P<ampm{n}>[AaPp]\.?[Mm]\b\.?))?"
    )


_ABOUT = r"(?:\s?(?:쯤|경|즈음))?"
_STAMP = re.compile(
    r"^\s*(?:[-*•]\s+)?\[?(?P<about>(?:~|≈|∼|about\s|around\s|약\s?|대략\s)\s?)?"
    + _clock(1)
    + rf"(?P<about1>{_ABOUT})"
    + r"(?:\s?(?:-|–|—|~|〜|to\s|부터\s?)\s?"
    + _clock(2)
    + rf"(?P<about2>{_ABOUT})(?:\s?까지)?)?"
    + r"\]?(?:에(?=\s))?(?=$|[\s,;:\-–—])\s*(?:[-–—:,;]\s*)?(?P<rest>.*)$",
    re.DOTALL,
)


def understand(line: str, *, day: date, zone: ZoneInfo) -> Understood:
    """Read a line such as ``18:02 checked Slack, failing since 16:00``.

    Only a time at the very start becomes the entry's; one inside the sentence stays there. A range
    whose end is earlier than its start ends on the next day. A line without a time at its start
    comes back whole.
    """
    found = _STAMP.match(line)
    if not found:
        return Understood(text=line.strip())
    start = _time(found, 1)
    if start is None:
        return Understood(text=line.strip())
    starts_at, doubt = to_instant(day, start, zone)
    doubts = [doubt] if doubt else []
    ends_at = None
    if (end := _time(found, 2)) is not None:
        ends_at, doubt = to_instant(day + timedelta(days=end < start), end, zone)
        if doubt:
            doubts.append(doubt)
    return Understood(
        text=found["rest"].strip(),
        starts_at=starts_at,
        ends_at=ends_at,
        approximate=bool(found["about"] or found["about1"] or found["about2"]),
        doubts=tuple(doubts),
    )


def _time(found: re.Match[str], n: int) -> time | None:
    hour = found[f"h{n}"] or found[f"hk{n}"]
    if hour is None:
        return None
    hours = int(hour)
    minutes = int(found[f"m{n}"] or found[f"mk{n}"] or 0)
    half = (found[f"ampm{n}"] or found[f"ampm_ko{n}"] or "").lower()
    if half:
        if not 1 <= hours <= 12:
            return None
        hours = hours % 12 + (12 if half.startswith(("p", "오후")) else 0)
    if hours == 24 or minutes > 59:
        return None
    return time(hours, minutes, int(found[f"s{n}"] or 0))


def to_instant(day: date, clock: time, zone: ZoneInfo) -> tuple[datetime, str]:
    """Return the instant in UTC of a local clock time, and a doubt (empty when there is none).

    Daylight saving: a time that was skipped is ``"missing"`` and read with the offset from before
    the change; one that came twice is ``"twice"`` and the first is taken.
    """
    local = datetime.combine(day, clock, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        return instant, "missing"
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return instant, "twice"
    return instant, ""
