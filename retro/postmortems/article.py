"""From a document to its article: the whole post as HTML, in the document's own language."""

import re
from datetime import date, datetime
from itertools import groupby
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import pgettext

from retro.incidents.models import Milestone, Outcome
from retro.postmortems import drawing, slugs
from retro.postmortems.document import Document, Entry
from retro.postmortems.zones import zone_name

# Silent reading: 238 English words a minute (Brysbaert 2019), about 500 Korean letters.
WORDS, LETTERS = 230, 500
# What of a document is read as prose; the rest is names, states and addresses.
PROSE = {
    "title",
    "description",
    "heading",
    "body_md",
    "expected_md",
    "actual_md",
    "text_md",
    "text",
    "words",
    "needs",
    "caption",
    "minimum_goal",
    "full_goal",
    "expected_result",
    "actual_result",
    "declined_reason",
}


def draw(document: Document) -> SafeString:
    """Return the article. Nothing but the document goes in: what is not in it cannot leak.

    The title and the by-line are not in it: the page draws them from the revision, and a feed
    has places of its own for them.
    """
    with translation.override(document["language"]):
        words = drawing.Words(_names(), _short_day)
        marks = drawing.marks(document, words)
        context = {
            "document": document,
            "zone": ZoneInfo(document["time_zone"]),
            "facts": facts(document),
            "drawings": [
                (name, drawn)
                for name, drawn in (
                    ("wide", drawing.wide(document, words)),
                    ("tall", drawing.tall(document, words)),
                )
                if drawn
            ],
            "marks": [mark for mark in marks if mark.kind != "event"] or marks,
            "drawn_days": days(document, marks),
            "zone_name": _zone_name(document, marks),
            "outcomes": [
                name for name in Outcome.values if name in {mark.outcome for mark in marks}
            ],
            "sections": [prepared(section, document) for section in document["sections"]],
            "categories": terms(document["categories"]),
            "tags": terms(document["tags"]),
        }
        return mark_safe(render_to_string("postmortems/_article.html", context))


def _names() -> dict[str, str]:
    """Return what the labels of the drawn timeline say."""
    names = {value: str(label) for value, label in (*Milestone.choices, *Outcome.choices)}
    return {**names, "attempt": pgettext("timeline", "Attempt")}


def _short_day(day: date) -> str:
    return formats.date_format(day, "MONTH_DAY_FORMAT")


def _zone_name(document: Document, marks: list[drawing.Mark]) -> str:
    noon = datetime.fromisoformat(f"{document['day']}T12:00:00+00:00")
    return zone_name(ZoneInfo(document["time_zone"]), marks[0].at if marks else noon)


def terms(names: list[str]) -> list[dict[str, str]]:
    """Return names with the slugs that their public pages have."""
    pairs = [(name, slugs.normal(slugify(name, allow_unicode=True))[:100]) for name in names]
    return [{"name": name, "slug": slug} for name, slug in pairs if slug]


def facts(document: Document) -> dict[str, Any]:
    """Return what stands in the row under the title."""
    attempts = [row["attempt"] for row in document["moments"] if row["attempt"]]
    return {
        **document["durations"],
        "services": document["services"],
        "tried": len(attempts),
        "worked": sum(attempt["outcome"] == "worked" for attempt in attempts),
    }


def days(document: Document, marks: list[drawing.Mark]) -> str:
    """Return the day, or the first and the last, that the drawn moments lie on."""
    zone = ZoneInfo(document["time_zone"])
    first = marks[0].at.astimezone(zone).date() if marks else date.fromisoformat(document["day"])
    last = marks[-1].at.astimezone(zone).date() if marks else first
    if first == last:
        return formats.date_format(first, "DATE_FORMAT")
    # The year is said once: in Korean it leads, in English it ends.
    leads = document["language"] == "ko"
    same = first.year == last.year
    return " – ".join(
        (
            formats.date_format(first, "DATE_FORMAT" if leads or not same else "MONTH_DAY_FORMAT"),
            formats.date_format(last, "MONTH_DAY_FORMAT" if leads and same else "DATE_FORMAT"),
        )
    )


def local_day(at: str | None, zone: ZoneInfo) -> date | None:
    return datetime.fromisoformat(at).astimezone(zone).date() if at else None


def prepared(section: Any, document: Document) -> dict[str, Any]:
    """Return a section with what its template would otherwise have to work out."""
    if section["kind"] == "story":
        return {**section, "entries": _told(section["entries"], ZoneInfo(document["time_zone"]))}
    if section["kind"] == "lessons":
        order = ["went_well", "got_lucky", "surprised_us", "open_question"]
        rows = sorted(section["lessons"], key=lambda row: order.index(row["kind"]))
        groups = groupby(rows, key=lambda row: row["kind"])
        return {**section, "groups": [(kind, [row["text"] for row in of]) for kind, of in groups]}
    if section["kind"] == "actions":
        order = ["always", "before", "after"]
        practices = [row for row in section["actions"] if row["kind"] == "practice"]
        practices.sort(key=lambda row: order.index(row["trigger"] or "always"))
        groups = groupby(practices, key=lambda row: row["trigger"] or "always")
        return {
            **section,
            "tasks": [row for row in section["actions"] if row["kind"] == "task"],
            "practices": [(trigger, list(of)) for trigger, of in groups],
        }
    return dict(section)


def _told(rows: list[Entry], zone: ZoneInfo) -> list[dict[str, Any]]:
    """Say with each entry whether a new day begins before it, and whether it ends on another."""
    found: list[dict[str, Any]] = []
    several = len({local_day(row["starts_at"], zone) for row in rows if row["starts_at"]}) > 1
    day = None
    for row in rows:
        begins, ends = local_day(row["starts_at"], zone), local_day(row["ends_at"], zone)
        found.append(
            {
                **row,
                "new_day": begins if several and begins != day else None,
                "last_day": ends if ends != begins else None,
            }
        )
        day = begins or day
    return found


def outlined(html: str, top: int) -> str:
    """Renumber the headings of a text so that they begin at ``top`` and leave none out.

    A member may begin with ``###`` and go on with ``#``; a page's outline is one tree all the same.
    """
    above: list[int] = []

    def renumber(found: re.Match[str]) -> str:
        slash, level = found[1], int(found[2])
        if not slash:
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        return f"<{slash}h{min(6, top + len(above) - 1)}"

    return re.sub(r"<(/?)h([1-6])(?=[ >])", renumber, html)


def prose(value: Any, key: str = "") -> str:
    """Return all text of a document or a part of it that is there to be read."""
    if isinstance(value, dict):
        return " ".join(prose(part, name) for name, part in value.items())
    if isinstance(value, list):
        return " ".join(prose(part, key) for part in value)
    return value if isinstance(value, str) and key in PROSE else ""


def reading_minutes(document: Document) -> int:
    """Return how long the post takes to read, at least a minute."""
    head = {key: document[key] for key in ("title", "description")}
    text = re.sub(r"https?://\S+", "", f"{prose(head)} {prose(list(document['sections']))}")
    wide = sum(ord(letter) > 0x2E7F for letter in text)
    words = re.findall(r"\w+(?:[-'’.]\w+)*", re.sub(r"[⺀-\U0010ffff]", " ", text))
    return max(1, ceil(wide / LETTERS + len(words) / WORDS))
