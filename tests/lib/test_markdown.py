"""Members' Markdown is hostile until cleaned."""

import pytest
from django.core.exceptions import ValidationError

from retro.lib.markdown import MAX_LENGTH, check_length, to_html, to_text


def test_markdown_becomes_html_with_its_headings_below_the_pages() -> None:
    html = to_html(
        "# Title\n\n**bold** and `code`\n\n- [x] done\n\n| a | b |\n|:-:|--:|\n| 1 | 2 |"
    )
    assert "<h3" in html and "<h1" not in html
    assert "<strong>bold</strong>" in html
    assert 'type="checkbox"' in html and "checked" in html
    assert 'align="center"' in html and "style" not in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src=x onerror="alert(1)">',
        '<a href="/" hx-get="/desk/">x</a>',
        '<div data-hx-post="/" style="color:red" class="skip">x</div>',
        "<svg onload=alert(1)>",
        "![x](data:text/html;base64,AAAA)",
        '<form action="/"><input type=text name=x><button>go</button></form>',
    ],
)
def test_nothing_that_runs_or_posts_survives(text: str) -> None:
    html = to_html(text).lower()
    for bad in (
        "<script",
        "javascript:",
        "onerror",
        "hx-",
        "style=",
        "<svg",
        "data:",
        "<form",
        "<button",
        'type="text"',
        'class="skip"',
    ):
        assert bad not in html


def test_code_keeps_its_colours_and_nothing_else_keeps_a_class() -> None:
    html = to_html('```python\nx = 1\n```\n\n<span class="visually-hidden">a</span>')
    assert 'class="n"' in html
    assert "visually-hidden" not in html


def test_footnotes_of_two_texts_on_a_page_do_not_collide() -> None:
    text = "A[^1]\n\n[^1]: note"
    one, two = to_html(text, prefix="e1-"), to_html(text, prefix="e2-")
    assert 'id="e1-fn:1"' in one and 'href="#e1-fn:1"' in one
    assert 'id="e2-fn:1"' in two and "e1-" not in two


def test_text_that_the_parser_cannot_take_is_shown_as_typed() -> None:
    text = ">" * 5000 + " deep"
    assert "deep" in to_html(text)


def test_a_text_over_the_cap_is_refused_with_both_numbers() -> None:
    with pytest.raises(ValidationError, match=r"20,001.*20,000"):
        check_length("x" * (MAX_LENGTH + 1))
    check_length("x" * MAX_LENGTH)


def test_words_without_markup() -> None:
    assert to_text("**A** [link](https://x.example) &amp; `c`") == "A link & c"
