"""How long a post takes to read: English by words, Korean by letters."""

import pytest

from retro.postmortems.article import reading_minutes
from retro.postmortems.document import Section
from tests.postmortems.documents import document


def minutes(text: str) -> int:
    made = document([])
    made["title"] = made["description"] = ""
    made["sections"] = [Section(kind="summary", text_md=text)]
    return reading_minutes(made)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a few words", 1),
        ("word " * 230, 1),
        ("word " * 231, 2),
        ("word " * 1150, 5),
        # Longer than one Markdown field may be.
        ("word " * 4600, 20),
        ("가나다라 " * 125, 1),
        ("가나다라 " * 126, 2),
        ("가나다라마 " * 500, 5),
        ("word " * 230 + "가나다라마 " * 100, 2),
        # Markup and addresses are not read.
        ("**[word](https://example.com/a)** " * 230, 1),
    ],
)
def test_minutes_to_read(text: str, expected: int) -> None:
    assert minutes(text) == expected
