"""Screens are in English and Korean, both complete."""

import importlib.util
import re
from pathlib import Path

from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parent.parent
_spec = importlib.util.spec_from_file_location("update", ROOT / "retro" / "locale" / "update.py")
assert _spec and _spec.loader
update = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(update)


def test_every_text_has_its_korean() -> None:
    assert update.missing(update.read()) == []


def test_the_compiled_catalogue_is_in_step() -> None:
    assert update.KOREAN.with_suffix(".mo").read_bytes() == update.compiled(update.read())


def test_placeholders_and_tags_survive_translation() -> None:
    wrong = []
    for message in update.read():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        texts = [message.string] if isinstance(message.string, str) else list(message.string)
        for text in filter(None, texts):
            pattern = r"%\(\w+\)[sd]|</?\w+[^>]*>"
            if set(re.findall(pattern, text)) != set(re.findall(pattern, ids[-1])):
                wrong.append(ids[0])
    assert wrong == []


# A name, a sign or a unit is the same in both languages.
SAME = {"Retro", "Alt", "JSON", "Atom", "RSS", "Markdown", "·", "No."}


def bare_words(source: str) -> list[str]:
    """Return words that stand in a template without being marked for translation."""
    # A block that only names classes is no text.
    source = re.sub(r"{% block main_class %}.*?{% endblock %}", "", source)
    text, inside = "", ""
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split()[0]
            if name in ("blocktranslate", "blocktrans", "comment"):
                inside = f"end{name}"
            elif name == inside:
                inside = ""
            text += " "
        elif token.token_type == TokenType.TEXT and not inside:
            text += token.contents
        elif token.token_type == TokenType.VAR:
            text += "¤"
    text = re.sub(r"(?s)<!--.*?-->|<(script|style)\b.*?</\1>", "", text)
    shown = re.findall(r'(?:aria-label|title|alt|placeholder)="([^"¤]*[A-Za-z][^"]*)"', text)
    shown += re.sub(r"(?s)<[^>]*>", "\n", text).splitlines()
    found = []
    for line in shown:
        words = re.findall(r"[A-Za-z]{2,}\.?", re.sub(r"&\w+;", "", line))
        found += [word for word in words if word not in SAME]
    return found


def test_no_template_holds_words_outside_translation() -> None:
    pages = list((ROOT / "templates").rglob("*.html"))
    assert len(pages) > 20
    bare = {
        str(path.relative_to(ROOT)): words
        for path in pages
        if (words := bare_words(path.read_text()))
    }
    assert bare == {}


def test_the_check_finds_a_bare_word() -> None:
    assert bare_words('<p>Hello</p>{% translate "fine" %}') == ["Hello"]
    assert bare_words('<a aria-label="Go on">{{ x }}</a>') == ["Go", "on"]
    assert bare_words("{% blocktranslate %}fine{% endblocktranslate %}") == []
