"""Markdown to safe HTML: the one place where members' text becomes markup."""

import logging
import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

import markdown
import nh3
from django.core.exceptions import ValidationError
from django.utils.html import escape, linebreaks
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

log = logging.getLogger(__name__)

MAX_LENGTH = 20_000
"""Characters in one Markdown field. Python-Markdown is quadratic and worse on hostile input."""

_ALLOWED_TAGS = {
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "input",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
}
_ALLOWED_ATTRIBUTES = {
    "a": {"href", "title", "id"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "input": {"type", "checked", "disabled"},
    "ol": {"start"},
    "li": {"id"},
    "sup": {"id"},
    "th": {"align"},
    "td": {"align"},
}
_ALLOWED_CLASSES = {
    "div": {"footnote", "highlight", "task-list-control"},
    "ul": {"task-list"},
    "li": {"task-list-item"},
    "a": {"footnote-ref", "footnote-backref"},
}
# Pygments' short class names, for coloured code and nothing else.
_CODE_CLASS = re.compile(r"^[a-z][a-z0-9]{0,2}$")


def check_length(value: str) -> None:
    """A form validator: refuse Markdown over the cap."""
    if len(value) > MAX_LENGTH:
        raise ValidationError(
            _("This text has %(length)s characters; at most %(most)s fit in one field."),
            code="max_length",
            params={"length": f"{len(value):,}", "most": f"{MAX_LENGTH:,}"},
        )


def _keep(prefix: str) -> Callable[[str, str, str], str | None]:
    def attribute_filter(tag: str, name: str, value: str) -> str | None:
        if name == "class" and tag in {"span", "code", "pre"}:
            kept = [word for word in value.split() if _CODE_CLASS.match(word)]
            return " ".join(kept) or None
        if name == "type" and tag == "input":
            return value if value == "checkbox" else None
        if name == "id":
            return f"{prefix}{value}"
        if name == "href" and value.startswith("#"):
            return f"#{prefix}{value[1:]}"
        if name == "src" and not re.match(r"https?:|/", value):
            return None
        return value

    return attribute_filter


def _parser() -> markdown.Markdown:
    return markdown.Markdown(
        extensions=[
            "tables",
            "footnotes",
            "sane_lists",
            "abbr",
            "def_list",
            "pymdownx.superfences",
            "pymdownx.highlight",
            "pymdownx.tasklist",
            "pymdownx.tilde",
            "pymdownx.magiclink",
        ],
        extension_configs={
            # A style attribute would be blocked by the content security policy.
            "tables": {"use_align_attribute": True},
            "pymdownx.highlight": {"guess_lang": False, "anchor_linenums": False},
            "pymdownx.tilde": {"subscript": False},
            "footnotes": {"UNIQUE_IDS": False},
        },
        output_format="html",
    )


@lru_cache(maxsize=512)
def _render(text: str, prefix: str, top: int) -> str:
    try:
        html = _parser().convert(text)
    except (RecursionError, ValueError, AssertionError, IndexError, TypeError):
        # Text that the parser cannot take is still somebody's text: show it as it was typed.
        log.warning("markdown could not be parsed; shown as plain text")
        html = linebreaks(text, autoescape=True)
    attributes = {
        **_ALLOWED_ATTRIBUTES,
        **{f"h{n}": {"id"} for n in range(1, 7)},
        **{tag: {"class"} for tag in ("span", "code", "pre")},
    }
    clean = nh3.clean(
        html,
        tags=_ALLOWED_TAGS,
        attributes=attributes,
        allowed_classes=_ALLOWED_CLASSES,
        attribute_filter=_keep(prefix),
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow ugc",
        strip_comments=True,
    )
    return _lower_headings(clean, top)


def _lower_headings(html: str, top: int) -> str:
    """Move headings below the page's own, the text's highest to ``top``: its outline stays a tree."""
    levels = [int(found) for found in re.findall(r"<h([1-6])(?=[ >])", html)]
    down = top - min(levels, default=top)
    return re.sub(
        r"<(/?)h([1-6])(?=[ >])",
        lambda found: f"<{found[1]}h{max(1, min(6, int(found[2]) + down))}",
        html,
    )


def to_html(text: str, *, prefix: str = "", top: int = 3) -> SafeString:
    """Return cleaned HTML for a member's Markdown.

    ``prefix`` goes before every id, so that two texts on one page never collide. ``top`` is the
    level that the highest heading in the text gets, the others below it. Text over
    MAX_LENGTH comes back escaped, not parsed.
    """
    if not text.strip():
        return mark_safe("")
    if len(text) > MAX_LENGTH:
        return mark_safe(f"<p>{escape(text)}</p>")
    return mark_safe(_render(text, prefix, top))


def to_text(text: str) -> str:
    """Return the words of a Markdown text without any markup, for descriptions and counting."""
    bare = nh3.clean(str(to_html(text)), tags=set(), strip_comments=True)
    return re.sub(r"\s+", " ", unescape(bare)).strip()
