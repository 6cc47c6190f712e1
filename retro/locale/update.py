"""Bring the Korean catalogue in step with the sources, and compile it: ``make messages``.

Babel reads Python and Django's own ``templatize`` turns templates into Python, so that neither
this nor the test needs gettext's programs.
"""

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent.parent
KOREAN = ROOT / "retro" / "locale" / "ko" / "LC_MESSAGES" / "django.po"
KEYWORDS: dict[str, tuple | None] = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "_t": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, bytes]]:
    """Yield every file with text for people, templates as the Python they amount to."""
    for path in sorted((ROOT / "retro").rglob("*.py")):
        if "migrations" not in path.parts and path != Path(__file__):
            yield path, path.read_bytes()
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt", ".svg"):
            yield path, templatize(path.read_text()).encode()


def messages() -> Catalog:
    """Return the catalogue of all that is marked for translation."""
    catalog = Catalog(locale="ko", charset="utf-8", fuzzy=False)
    for path, source in sources():
        for _line, message, _comments, context in extract(
            "python", io.BytesIO(source), keywords=KEYWORDS
        ):
            name = path.relative_to(ROOT).as_posix()
            catalog.add(message, locations=[(name, 0)], context=context)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def read() -> Catalog:
    with KOREAN.open("rb") as file:
        catalog = read_po(file, locale="ko")
    # Babel puts the moment of reading where the file has no date, and that into what it compiles.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return catalog


def missing(catalog: Catalog) -> list[str]:
    """Return the texts of the sources that this catalogue does not translate."""
    lacking = []
    for message in messages():
        if not message.id:
            continue
        known = catalog.get(
            message.id if isinstance(message.id, str) else message.id[0], message.context
        )
        text = known.string if known and not known.fuzzy else ""
        texts = [text] if isinstance(text, str) else list(text or ())
        if not texts or not all(texts):
            lacking.append(str(message.id))
    return lacking


def main() -> int:
    known = read() if KOREAN.exists() else Catalog(locale="ko", charset="utf-8", fuzzy=False)
    known.update(messages(), no_fuzzy_matching=True)
    known.obsolete.clear()
    out = io.BytesIO()
    write_po(out, known, include_lineno=False, sort_output=True, width=100, omit_header=False)
    # The dates in the header would make every run a change.
    lines = [
        line
        for line in out.getvalue().decode().splitlines(keepends=True)
        if not line.startswith(('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By'))
    ]
    KOREAN.write_text("".join(lines))
    catalog = read()
    KOREAN.with_suffix(".mo").write_bytes(compiled(catalog))
    lacking = missing(catalog)
    for text in lacking:
        print("not translated:", text)
    print(f"{len(catalog)} texts, {len(lacking)} not translated")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
