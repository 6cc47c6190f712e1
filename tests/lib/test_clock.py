"""What the one-line box understands."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retro.lib.clock import to_instant, understand

DAY = date(2026, 10, 27)
SEOUL = ZoneInfo("Asia/Seoul")


def local(line: str) -> tuple[str, str, bool, str]:
    read = understand(line, day=DAY, zone=SEOUL)
    start, end = (
        moment.astimezone(SEOUL).strftime("%d %H:%M") if moment else ""
        for moment in (read.starts_at, read.ends_at)
    )
    return start, end, read.approximate, read.text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "18:02 checked, failing since 16:00",
            ("27 18:02", "", False, "checked, failing since 16:00"),
        ),
        ("~18:02 x", ("27 18:02", "", True, "x")),
        ("about 9:30 x", ("27 09:30", "", True, "x")),
        ("18:02-18:30 x", ("27 18:02", "27 18:30", False, "x")),
        ("23:50–00:10 x", ("27 23:50", "28 00:10", False, "x")),
        ("19시 30분 쯤 x", ("27 19:30", "", True, "x")),
        ("오후 6:02 x", ("27 18:02", "", False, "x")),
        ("오후 1시경 x", ("27 13:00", "", True, "x")),
        ("21:44경 x", ("27 21:44", "", True, "x")),
        ("6:02 PM x", ("27 18:02", "", False, "x")),
        ("12:05 am x", ("27 00:05", "", False, "x")),
        ("18:02에 x", ("27 18:02", "", False, "x")),
        ("- [18:02] x", ("27 18:02", "", False, "x")),
        ("18:02", ("27 18:02", "", False, "")),
        ("25:02 x", ("", "", False, "25:02 x")),
        ("13:00 PM x", ("", "", False, "13:00 PM x")),
        ("saw it at 18:02", ("", "", False, "saw it at 18:02")),
        ("1:1 with Bora", ("", "", False, "1:1 with Bora")),
    ],
)
def test_a_line_is_read_as_people_write_it(line: str, expected: tuple) -> None:
    assert local(line) == expected


@given(st.times(), st.text(max_size=40))
def test_a_clock_at_the_start_is_always_found_and_the_rest_kept(clock: time, rest: str) -> None:
    line = f"{clock:%H:%M} fixed {rest}"
    read = understand(line, day=DAY, zone=SEOUL)
    assert read.starts_at == datetime.combine(DAY, clock.replace(second=0, microsecond=0), SEOUL)
    assert read.text == f"fixed {rest}".strip()


@given(st.text(max_size=200))
def test_no_word_is_lost_and_nothing_raises(line: str) -> None:
    read = understand(line, day=DAY, zone=SEOUL)
    if read.starts_at is None:
        assert read.text == line.strip()
    else:
        assert line.rstrip().endswith(read.text)


def test_a_time_that_the_clocks_skipped_or_showed_twice_is_doubted() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    skipped, doubt = to_instant(date(2026, 3, 29), time(2, 30), berlin)
    assert doubt == "missing"
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    twice, doubt = to_instant(date(2026, 10, 25), time(2, 30), berlin)
    assert doubt == "twice"
    assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert to_instant(date(2026, 3, 29), time(3, 30), berlin)[1] == ""
