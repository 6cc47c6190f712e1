"""The drawn timeline: whatever the times are, no two labels touch and nothing leaves the picture."""

from datetime import UTC, date, datetime, timedelta
from itertools import combinations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from retro.postmortems import drawing
from retro.postmortems.document import Document
from tests.postmortems.documents import attempt, document, entry

MILESTONES = ["started", "detected", "declared", "mitigated", "resolved"]
START = datetime(2026, 10, 27, 7, tzinfo=UTC)
ENGLISH = drawing.Words(
    {
        "started": "Started",
        "detected": "Detected",
        "declared": "Declared",
        "mitigated": "Mitigated",
        "resolved": "Resolved",
        "worked": "Worked",
        "partly": "Partly",
        "failed": "Did not work",
        "misleading": "Misled us",
        "attempt": "Attempt",
    },
    lambda day: f"{day:%d %b}",
)
KOREAN = drawing.Words(
    dict.fromkeys(ENGLISH.names, "착각하게 함"), lambda day: f"{day.month}월 {day.day}일"
)


def story(minutes: list[int], kinds: list[str], approximate: bool = False) -> Document:
    """Return a document with one moment for each pair of minute and kind."""
    left, rows = list(MILESTONES), []
    for number, (minute, kind) in enumerate(zip(minutes, kinds, strict=True), start=1):
        at = f"{START + timedelta(minutes=minute):%Y-%m-%dT%H:%M}"
        until = f"{START + timedelta(minutes=minute + 15):%Y-%m-%dT%H:%M}"
        more = {"approximate": approximate, "ends_at": until if minute % 3 == 0 else None}
        if kind == "milestone" and left:
            rows.append(entry(number, at, milestone=left.pop(0), **more))
        elif kind == "event":
            rows.append(entry(number, at, **more))
        else:
            rows.append(attempt(number, at, kind if kind in ENGLISH.names else "", **more))
    return document(rows)


stories = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 30), st.integers(0, 6000)),
        st.sampled_from(["milestone", "event", "worked", "partly", "failed", "misleading", ""]),
    ),
    max_size=45,
).map(lambda rows: story([row[0] for row in rows], [row[1] for row in rows], len(rows) % 2 == 0))


def touching(drawn: drawing.Drawing) -> list[tuple[str, str]]:
    found = []
    for one, two in combinations(drawn.labels, 2):
        left, top, right, bottom = one.box
        left2, top2, right2, bottom2 = two.box
        if left < right2 and left2 < right and top < bottom2 and top2 < bottom:
            found.append((one.text, two.text))
    return found


def outside(drawn: drawing.Drawing) -> list[str]:
    return [
        label.text
        for label in drawn.labels
        if label.box[0] < -0.1
        or label.box[1] < 0
        or label.box[2] > drawn.width + 0.1
        or label.box[3] > drawn.height
    ]


@given(stories, st.sampled_from([ENGLISH, KOREAN]))
@example(story([0] * 40, ["failed"] * 40), ENGLISH)
@example(story([0, 120, 121, 122, 350], ["milestone"] * 5, approximate=True), KOREAN)
@example(story([0, 1500, 3000, 4500, 6000], ["milestone"] * 5), KOREAN)
@example(story([0, 1500, 3000, 4500, 6000], ["failed"] * 5), KOREAN)
@settings(max_examples=150, deadline=None)
def test_labels_stay_apart_and_inside(made: Document, words: drawing.Words) -> None:
    for draw in (drawing.wide, drawing.tall):
        drawn = draw(made, words)
        if drawn:
            assert touching(drawn) == []
            assert outside(drawn) == []
            for _css, x, y, radius in drawn.dots:
                assert radius - 2 <= x <= drawn.width - radius + 2
                assert y - radius >= 0 and y + radius <= drawn.height


def test_a_long_name_is_cut_where_the_picture_ends() -> None:
    words = drawing.Words(dict.fromkeys(ENGLISH.names, "Something else " * 9), ENGLISH.day)
    drawn = drawing.tall(story([0, 60], ["failed", "worked"]), words)
    assert drawn and outside(drawn) == []
    assert any(label.text.endswith("…") for label in drawn.labels)


def test_one_moment_is_no_line() -> None:
    assert drawing.wide(document([]), ENGLISH) is None
    assert drawing.tall(document([entry(1, "2026-10-27T07:00")]), ENGLISH) is None
    untimed = document([entry(1, "2026-10-27T07:00"), entry(2)])
    assert drawing.wide(untimed, ENGLISH) is None


def texts(drawn: drawing.Drawing | None) -> list[str]:
    assert drawn
    return [label.text for label in drawn.labels]


def test_times_are_those_of_the_incident_and_say_when_they_are_about() -> None:
    made = document(
        [
            entry(1, "2026-10-27T07:00", milestone="started"),
            attempt(2, "2026-10-27T11:05", "worked", approximate=True),
            entry(3, "2026-10-27T12:50", milestone="resolved"),
        ]
    )
    for drawn in (drawing.wide(made, ENGLISH), drawing.tall(made, ENGLISH)):
        assert {"16:00", "Started", "≈ 20:05", "21:50", "Resolved"} <= set(texts(drawn))
    assert "Worked" in texts(drawing.tall(made, ENGLISH))


def test_a_longer_incident_says_its_days() -> None:
    made = document(
        [
            entry(1, "2026-10-27T07:00", milestone="started"),
            attempt(2, "2026-10-28T01:00", "failed"),
            entry(3, "2026-10-28T02:00", milestone="resolved"),
        ]
    )
    assert texts(drawing.tall(made, ENGLISH)).count("28 Oct") == 1
    # Above the line and below it: a reader of either side knows the day.
    assert texts(drawing.wide(made, ENGLISH)).count("28 Oct") == 2
    same_day = document(
        [
            entry(1, "2026-10-27T07:00", milestone="started"),
            entry(2, "2026-10-27T08:00", milestone="resolved"),
        ]
    )
    assert "27 Oct" not in texts(drawing.wide(same_day, ENGLISH))


def test_what_came_weeks_later_does_not_press_the_incident_into_a_point() -> None:
    made = document(
        [
            entry(1, "2026-10-27T07:00", milestone="started"),
            entry(2, "2026-10-27T08:00", milestone="resolved"),
            entry(3, "2026-11-20T08:00"),
        ]
    )
    drawn = drawing.wide(made, ENGLISH)
    assert drawn
    assert [round(x) for _css, x, _y, _r in drawn.dots] == [9, drawing.WIDE - 9]


def test_every_outcome_has_a_shape_of_its_own() -> None:
    assert len(set(drawing.SHAPES.values())) == 5
    made = document(
        [attempt(1, "2026-10-27T07:00", "failed"), attempt(2, "2026-10-27T08:00", "worked")]
    )
    drawn = drawing.tall(made, ENGLISH)
    assert drawn
    ticks = drawn.ticks
    assert ticks[0][0] == "tick failed" and ticks[0][1].endswith(drawing.SHAPES["failed"])
    assert ticks[1][0] == "tick worked" and ticks[1][1].endswith(drawing.SHAPES["worked"])


def test_a_resolution_before_the_start_colours_no_stretch() -> None:
    made = document(
        [
            entry(1, "2026-10-27T07:00", milestone="resolved"),
            entry(2, "2026-10-27T08:00", milestone="started"),
        ]
    )
    drawn = drawing.wide(made, ENGLISH)
    assert drawn
    assert not {"seen", "unseen"} & {css for css, _d in drawn.paths}


def test_a_milestone_that_was_an_attempt_is_both() -> None:
    made = document(
        [
            entry(1, "2026-10-27T07:00", milestone="started"),
            attempt(2, "2026-10-27T08:00", "partly", milestone="mitigated"),
        ]
    )
    for drawn in (drawing.wide(made, ENGLISH), drawing.tall(made, ENGLISH)):
        assert drawn and "Mitigated" in texts(drawn)
    assert "Partly" in texts(drawing.tall(made, ENGLISH))
    wide = drawing.wide(made, ENGLISH)
    assert wide and [css for css, _d in wide.ticks] == ["tick partly"]


def test_spread_keeps_order_and_moves_as_little_as_it_can() -> None:
    assert drawing.spread([100, 300], [50, 50], 600) == [100, 300]
    assert drawing.spread([100, 100], [50, 50], 600) == [75, 125]
    assert drawing.spread([0, 600], [50, 50], 600) == [25, 575]


def test_days_are_those_of_the_zone() -> None:
    # 16:00 UTC on the 27th is the 28th in Seoul.
    made = document(
        [
            entry(1, "2026-10-27T13:00", milestone="started"),
            entry(2, "2026-10-27T16:00", milestone="resolved"),
        ]
    )
    assert date(2026, 10, 28).strftime("%d %b") in texts(drawing.wide(made, ENGLISH))
