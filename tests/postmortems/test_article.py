"""From a document to its article: what a reader sees of each record, in the document's language."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from django.utils import translation

from retro.postmortems.article import draw, outlined, reading_minutes
from retro.postmortems.document import Document
from tests.postmortems.documents import attempt, document, duration, entry

EVERYTHING = """# First

| a | b |
|---|---|
| 1 | 2 |

### Third, with a note[^1]

- [x] checked
- [ ] open

```python
print("code")
```

[^1]: The note.
"""


def parsed(made: Document) -> Element:
    page: Element = html5lib.parse(f"<main>{draw(made)}</main>", namespaceHTMLElements=False)
    return page


def having(page: Element, css: str) -> Iterator[Element]:
    return (row for row in page.iter() if css in (row.get("class") or "").split())


def text(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def texts(page: Element, css: str) -> list[str]:
    """Return what is written in paragraphs and tags, the drawing's labels left out."""
    return [text(row) for row in having(page, css) if row.tag in ("p", "span")]


def facts(made: Document) -> dict[str, str]:
    row = next(having(parsed(made), "facts"))
    return {text(part[0]): text(part[1]) for part in row.iter("div")}


def feeling(**fields: Any) -> dict[str, Any]:
    return {"words": [], "needs": [], "body_md": "", "by": "", "moment": None, **fields}


def action(**fields: Any) -> dict[str, Any]:
    empty = "trigger owner priority minimum_goal full_goal expected_result actual_result"
    row = dict.fromkeys(f"{empty} declined_reason".split(), "")
    return {**row, "kind": "task", "text": "Do it", "due": None, "state": "open", **fields}


def point(**fields: Any) -> dict[str, Any]:
    row = {"number": 1, "heading": "Say it first", "body_md": "", "moments": []}
    return {**row, "before": [], "after": [], **fields}


def moment(at: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"id": "t1", "starts_at": at, "approximate": False, "label": "Quiet", **fields}


# The row of facts


def test_what_is_not_known_is_said_plainly_and_never_a_zero() -> None:
    shown = facts(document())
    assert shown["Noticed after"] == shown["Lasted"] == "not recorded"
    assert "Mitigated after" not in shown and "Tried" not in shown
    contradictory = {name: duration(state="contradictory") for name in ("detect", "mitigate")}
    shown = facts(document(durations={**contradictory, "resolve": duration()}))
    assert shown["Noticed after"] == "the records contradict each other"
    assert shown["Mitigated after"] == "the records contradict each other"
    assert not re.search(r"\b0\b", " ".join(shown.values()))


def test_lengths_of_time_are_said_as_people_say_them() -> None:
    known = {
        "detect": duration(7200),
        "mitigate": duration(),
        "resolve": duration(21000, approximate=True),
    }
    shown = facts(document(durations=known))
    assert (shown["Noticed after"], shown["Lasted"]) == ("2 h", "about 5 h 50 min")
    korean = facts(document(durations=known, language="ko"))
    assert list(korean.values())[:2] == ["2시간", "약 5시간 50분"]


def test_attempts_are_counted_with_what_came_of_them() -> None:
    rows = [
        attempt(n, None, outcome) for n, outcome in enumerate(["failed", "worked", "", "partly"])
    ]
    assert facts(document(rows))["Tried"] == "4 ways, 1 worked"


# The story


def test_an_article_speaks_the_language_of_its_document() -> None:
    korean = document([entry(1)], language="ko")
    with translation.override("en"):
        assert [text(row) for row in parsed(korean).iter("h2")] == ["있었던 일"]
    with translation.override("ko"):
        assert [text(row) for row in parsed(document([entry(1)])).iter("h2")] == ["What happened"]


def test_times_stand_beside_the_entries_in_the_zone_of_the_incident() -> None:
    page = parsed(
        document(
            [
                entry(1, "2026-10-27T04:30", ends_at="2026-10-27T04:45"),
                entry(2, "2026-10-27T11:05", approximate=True),
                entry(3, body_md="Between the two"),
            ]
        )
    )
    assert texts(page, "when") == ["13:30–13:45", "≈ about 20:05"]
    assert len(list(having(page, "entry"))) == 3
    hidden = next(having(page, "visually-hidden"))
    assert text(hidden) == "about"
    assert texts(page, "day") == []


def test_a_new_day_is_said_where_it_begins_and_where_a_range_ends_on_it() -> None:
    page = parsed(
        document(
            [
                entry(1, "2026-10-27T07:00"),
                entry(2),
                entry(3, "2026-10-27T14:00", ends_at="2026-10-27T20:00"),
                entry(4, "2026-10-27T16:00"),
                entry(5, "2026-10-27T17:00"),
            ]
        )
    )
    assert texts(page, "day") == ["27 October 2026", "28 October 2026"]
    assert texts(page, "when")[1] == "23:00–05:00 28 October"


def test_an_attempt_shows_what_was_expected_against_what_happened() -> None:
    page = parsed(
        document(
            [
                attempt(
                    1, None, "misleading", heading="Restart", expected="It stops", actual="It *did*"
                )
            ]
        )
    )
    card = next(having(page, "try"))
    assert [text(row) for row in card.iter("dt")] == ["We expected", "What happened"]
    assert [text(row) for row in card.iter("dd")] == ["It stops", "It did"]
    assert [text(row) for row in card.iter("h3")] == ["Restart"]
    assert texts(card, "misleading") == ["Misled us"]


def test_milestones_are_named_and_pictures_and_files_can_be_reached() -> None:
    picture = {
        "url": "/files/a.png",
        "alt": "a curve",
        "caption": "Calls",
        "width": 60,
        "height": 40,
    }
    page = parsed(
        document(
            [
                entry(
                    1,
                    milestone="detected",
                    pictures=[picture],
                    files=[{"url": "/files/b.log", "name": "queue.log", "size": 2048}],
                    links=[{"url": "https://status.example.com/1", "title": ""}],
                )
            ]
        )
    )
    assert texts(page, "milestone") == ["Detected"]
    (image,) = page.iter("img")
    assert (image.get("alt"), image.get("width"), image.get("height")) == ("a curve", "60", "40")
    assert image.get("loading") == "lazy"
    assert [text(row) for row in page.iter("figcaption")] == ["Calls"]
    assert {text(row): row.get("href") for row in page.iter("a") if text(row)} == {
        "status.example.com": "https://status.example.com/1",
        "queue.log": "/files/b.log",
    }


# The drawn timeline


def test_the_drawing_says_the_same_in_words() -> None:
    page = parsed(
        document(
            [
                entry(1, "2026-10-27T07:00", milestone="started"),
                attempt(2, "2026-10-27T11:05", "worked", approximate=True),
                entry(3, "2026-10-27T12:50", milestone="resolved"),
            ]
        )
    )
    drawings = [row for row in page.iter() if row.tag.endswith("svg")]
    assert len(drawings) == 2
    ids = {row.get("id"): row for row in page.iter() if row.get("id")}
    for drawing in drawings:
        assert drawing.get("role") == "img"
        said = [text(ids[name]) for name in (drawing.get("aria-labelledby") or "").split()]
        assert said[1] == "16:00 Started; ≈ 20:05 Worked; 21:50 Resolved."
    caption = text(next(having(page, "drawn")).find("figcaption"))  # type: ignore[arg-type]
    assert caption.startswith("27 October 2026, times in Seoul (UTC+9).")
    assert "Worked" in caption and "Misled us" not in caption


def test_the_days_of_the_caption_are_those_that_are_drawn() -> None:
    rows = [
        entry(1, "2026-10-27T07:00", milestone="started"),
        entry(2, "2026-10-28T12:50", milestone="resolved"),
        entry(3, "2026-11-20T12:50"),
    ]
    assert "27 October – 28 October 2026, times in Seoul" in draw(document(rows))
    assert "2026년 10월 27일 – 10월 28일" in draw(document(rows, language="ko"))
    assert "서울" in draw(document(rows, language="ko"))


def test_without_times_nothing_is_drawn() -> None:
    assert "<svg" not in draw(document([entry(1), attempt(2, "2026-10-27T07:00")]))


# The other sections


def test_a_feeling_is_told_with_its_need_its_moment_and_nobody_named_unasked() -> None:
    rows = [
        feeling(body_md="Hot *shame*.", words=["ashamed"], needs=["rest", "to help"]),
        feeling(body_md="Fine.", by="the CTO", moment=moment("2026-10-27T11:05:00+00:00")),
    ]
    made = document([entry(1)], sections=[{"kind": "feelings", "feelings": rows}])
    page = parsed(made)
    captions = [text(row) for row in page.iter("figcaption")]
    assert captions == [
        "Somebody who was there · needed rest, to help",
        "the CTO · 20:05",
    ]
    assert [text(row) for row in page.iter("blockquote")] == ["Hot shame.ashamed", "Fine."]


def test_links_to_moments_lead_to_an_entry_on_the_page() -> None:
    made = document(
        [entry(1, "2026-10-27T07:00")],
        sections=[
            {"kind": "feelings", "feelings": [feeling(body_md="x", moment=moment())]},
            {"kind": "improvements", "points": [point(moments=[moment()])]},
        ],
    )
    page = parsed(made)
    inside = [row.get("href") for row in page.iter("a") if (row.get("href") or "").startswith("#")]
    assert inside == ["#t1", "#t1"]
    assert {row.get("id") for row in having(page, "entry")} == {"t1"}


def test_strategies_stay_nested_on_their_side() -> None:
    before = [{"text": "a", "children": [{"text": "b", "children": []}]}]
    after = [{"text": "c", "children": []}]
    points = [point(before=before, after=after)]
    page = parsed(document(sections=[{"kind": "improvements", "points": points}]))
    sides = next(having(page, "sides"))
    assert [text(row) for row in sides.iter("h4")] == ["Before it happens", "After it happens"]
    nested = sides.find("div/ul/li/ul/li")
    assert nested is not None and text(nested) == "b"


def test_promises_are_tasks_and_then_practices_by_when() -> None:
    rows = [
        action(kind="practice", trigger="after", text="Wait", state="open"),
        action(
            text="Fix", state="verified", owner="the CTO", due="2026-11-06", actual_result="Done"
        ),
        action(kind="practice", trigger="always", text="Ask", minimum_goal="One call"),
        action(text="Apologise", state="declined", declined_reason="They know"),
        action(kind="practice", trigger="after", text="Rest"),
    ]
    page = parsed(document(sections=[{"kind": "actions", "actions": rows}]))
    assert [text(row) for row in page.iter("h3")] == ["Always", "After work"]
    promises = texts(page, "promise")
    assert promises == ["Fix Verified", "Apologise Declined", "Ask", "Wait", "Rest"]
    fine = texts(page, "fine")
    assert "the CTO · by 6 November 2026" in fine and "What came of it Done" in fine
    assert "Why not They know" in fine and "At least One call" in fine


def test_lessons_stand_in_one_order_whatever_theirs_was() -> None:
    rows = [
        {"kind": "open_question", "text": "Why?"},
        {"kind": "went_well", "text": "We talked"},
        {"kind": "open_question", "text": "When?"},
    ]
    page = parsed(document(sections=[{"kind": "lessons", "lessons": rows}]))
    assert [text(row) for row in page.iter("h3")] == ["Went well", "Open question"]
    assert [text(row) for row in page.iter("li")] == ["We talked", "Why?", "When?"]


# Members' text


def whole() -> Document:
    """Return a document with every kind of Markdown wherever Markdown goes."""
    more = {"expected": EVERYTHING, "actual": EVERYTHING}
    return document(
        [
            entry(1, "2026-10-27T07:00", heading="A heading", body_md=EVERYTHING),
            entry(2, "2026-10-27T08:00", body_md=EVERYTHING),
            attempt(3, "2026-10-27T09:00", "failed", body_md=EVERYTHING, **more),
        ],
        sections=[
            {"kind": "feelings", "feelings": [feeling(body_md=EVERYTHING)] * 2},
            {"kind": "improvements", "points": [point(body_md=EVERYTHING)]},
            {"kind": "summary", "text_md": EVERYTHING},
        ],
    )


def test_the_outline_is_one_tree() -> None:
    levels = [int(row.tag[1]) for row in parsed(whole()).iter() if re.fullmatch("h[1-6]", row.tag)]
    assert levels[0] == 2 and 1 not in levels
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize(
    ("levels", "expected"),
    [
        ([1, 2, 3], [3, 4, 5]),
        ([3, 1, 3], [3, 3, 4]),
        ([2, 6, 2, 4], [3, 4, 3, 4]),
        ([1, 2, 3, 4, 5, 6], [3, 4, 5, 6, 6, 6]),
    ],
)
def test_headings_leave_no_level_out(levels: list[int], expected: list[int]) -> None:
    found = outlined("".join(f'<h{n} id="x">A</h{n}>' for n in levels), 3)
    assert re.findall(r"<h(\d) id", found) == [str(level) for level in expected]
    assert re.findall(r"</h(\d)>", found) == [str(level) for level in expected]


def test_no_two_things_on_the_page_have_one_id() -> None:
    ids = [row.get("id") for row in parsed(whole()).iter() if row.get("id")]
    assert len(ids) > 20
    assert len(ids) == len(set(ids))
    inside = [row.get("href") or "" for row in parsed(whole()).iter("a")]
    assert {href[1:] for href in inside if href.startswith("#")} <= set(ids)


def test_what_is_wide_can_be_scrolled_by_keyboard_and_boxes_are_named() -> None:
    page = parsed(whole())
    parents = {child: parent for parent in page.iter() for child in parent}
    tables = list(page.iter("table"))
    assert len(tables) == 9
    assert all(parents[table].get("tabindex") == "0" for table in tables)
    assert all(row.get("tabindex") == "0" for row in page.iter("pre"))
    boxes = [row.get("aria-label") for row in page.iter("input")]
    assert boxes[:2] == ["done", "to do"]


HOSTILE = (
    '"><script>alert(1)</script><img src=x onerror=alert(1)>{{ secret }}<a href="javascript:1">'
)


def hostile(value: Any, key: str = "") -> Any:
    """Return a document's part with hostile text wherever people type."""
    kept = ("id", "kind", "starts_at", "ends_at", "milestone", "outcome", "state", "trigger", "due")
    if isinstance(value, dict):
        return {name: hostile(part, name) for name, part in value.items()}
    if isinstance(value, list):
        return [hostile(part, key) for part in value]
    if not isinstance(value, str) or key in (*kept, "language", "time_zone", "day"):
        return value
    return value if key == "durations" else HOSTILE


def test_hostile_text_stays_text_in_every_field() -> None:
    picture = {"url": "/x", "alt": "x", "caption": "x", "width": 1, "height": 1}
    made = document(
        [
            attempt(
                1, "2026-10-27T07:00", "failed", heading="x", body_md="x", expected="x", actual="x"
            ),
            entry(
                2,
                "2026-10-27T08:00",
                pictures=[picture],
                files=[{"url": "/x", "name": "x", "size": 1}],
                links=[{"url": "https://x.example", "title": "x"}],
            ),
        ],
        sections=[
            {
                "kind": "feelings",
                "feelings": [feeling(words=["x"], needs=["x"], by="x", moment=moment())],
            },
            {"kind": "improvements", "points": [point(before=[{"text": "x", "children": []}])]},
            {"kind": "lessons", "lessons": [{"kind": "went_well", "text": "x"}]},
            {"kind": "actions", "actions": [action(owner="x", minimum_goal="x", due="2026-11-06")]},
            {"kind": "summary", "text_md": "x"},
        ],
    )
    sections = hostile(made["sections"])
    page = parsed({**made, "sections": sections, "moments": hostile(made["moments"])})
    assert not list(page.iter("script"))
    for element in page.iter():
        assert not [name for name in element.attrib if name.startswith("on") or name == "style"]
        assert not (element.get("href") or "").startswith("javascript:")
    assert "alert(1)" in text(page)


# How long it takes to read


def test_reading_time_counts_words_and_korean_letters() -> None:
    def minutes(body: str) -> int:
        return reading_minutes(document([entry(1, body_md=body)], title="", description=""))

    assert minutes("") == minutes("one two") == 1
    assert minutes("word " * 460) == 2
    assert minutes("가" * 1000) == 2
    assert minutes("가" * 1000 + " word" * 460) == 4
    assert minutes("https://example.com/a/b/c " * 1000) == 1
