"""From a document to its article: the whole post as HTML, in the document's own language."""

from datetime import date, datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import formats, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from retro.incidents.models import Milestone
from retro.lib.markdown import to_text
from retro.postmortems import drawing
from retro.postmortems.document import Document, Entry

# Silent reading: 238 English words a minute (Brysbaert 2019), about 500 Korean letters.
WORDS, LETTERS = 230, 500


def draw(document: Document) -> SafeString:
    """Return the article. Nothing but the document goes in: what is not in it cannot leak."""
    with translation.override(document["language"]):
        names = {value: str(label) for value, label in Milestone.choices}
        context = {
            "document": document,
            "zone": ZoneInfo(document["time_zone"]),
            "facts": facts(document),
            "wide": drawing.wide(document, names),
            "tall": drawing.tall(document, names),
            "drawn_days": days(document),
            "sections": [prepared(section, document) for section in document["sections"]],
            "categories": terms(document["categories"]),
            "tags": terms(document["tags"]),
        }
        return mark_safe(render_to_string("postmortems/_article.html", context))


def terms(names: list[str]) -> list[dict[str, str]]:
    """Return names with the slugs that their public pages have."""
    pairs = [(name, slugify(name, allow_unicode=True).lower()[:100]) for name in names]
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


def days(document: Document) -> str:
    """Return the day, or the first and the last, that the timed moments lie on."""
    zone = ZoneInfo(document["time_zone"])
    local = [local_day(row, zone) for row in document["moments"]]
    found = sorted(day for day in local if day)
    if not found:
        return formats.date_format(date.fromisoformat(document["day"]), "DATE_FORMAT")
    first, last = found[0], found[-1]
    if first == last:
        return formats.date_format(first, "DATE_FORMAT")
    return f"{formats.date_format(first, 'MONTH_DAY_FORMAT')} – {formats.date_format(last, 'DATE_FORMAT')}"


def local_day(row: Entry, zone: ZoneInfo) -> date | None:
    return (
        datetime.fromisoformat(row["starts_at"]).astimezone(zone).date()
        if row["starts_at"]
        else None
    )


def prepared(section: Any, document: Document) -> dict[str, Any]:
    """Return a section with what its template would otherwise have to work out."""
    if section["kind"] == "story":
        zone, day = ZoneInfo(document["time_zone"]), None
        entries = []
        several = len({local_day(row, zone) for row in section["entries"] if row["starts_at"]}) > 1
        for row in section["entries"]:
            local = local_day(row, zone)
            entries.append(
                {**row, "new_day": local if several and local and local != day else None}
            )
            day = local or day
        return {**section, "entries": entries}
    if section["kind"] == "lessons":
        kinds: dict[str, list[str]] = {
            "went_well": [],
            "got_lucky": [],
            "surprised_us": [],
            "open_question": [],
        }
        for row in section["lessons"]:
            kinds[row["kind"]].append(row["text"])
        return {**section, "groups": [(kind, texts) for kind, texts in kinds.items() if texts]}
    if section["kind"] == "actions":
        rows = section["actions"]
        practices = [row for row in rows if row["kind"] == "practice"]
        return {
            **section,
            "tasks": [row for row in rows if row["kind"] == "task"],
            "practices": [
                (trigger, [row for row in practices if row["trigger"] == trigger])
                for trigger in ("always", "before", "after")
                if any(row["trigger"] == trigger for row in practices)
            ],
        }
    return dict(section)


def words_of(value: Any) -> str:
    """Return all text of a document or a part of it, without its structure."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        skipped = ("id", "url", "starts_at", "ends_at", "kind", "state", "moments", "trigger")
        return " ".join(words_of(part) for key, part in value.items() if key not in skipped)
    return " ".join(map(words_of, value)) if isinstance(value, list) else ""


def reading_minutes(document: Document) -> int:
    """Return how long the post takes to read, at least a minute."""
    text = f"{document['title']} {document['description']} {words_of(document['sections'])}"
    text = to_text(text) if len(text) < 20_000 else text
    wide = sum(ord(letter) > 0x2E7F for letter in text)
    narrow = len([word for word in text.split() if all(ord(letter) <= 0x2E7F for letter in word)])
    return max(1, ceil(wide / LETTERS + narrow / WORDS))


def zone_name(zone: ZoneInfo, at: datetime) -> str:
    """Return a zone as people say it: its city and its distance from UTC."""
    offset = at.astimezone(zone).strftime("%z")
    hours = f"{offset[0]}{int(offset[1:3])}" + (f":{offset[3:]}" if offset[3:] != "00" else "")
    if zone.key == "UTC":
        return "UTC"
    city = zone.key.rsplit("/", 1)[-1].replace("_", " ")
    return _("%(city)s time (UTC%(offset)s)") % {
        "city": _CITIES.get((translation.get_language(), city), city),
        "offset": hours,
    }


_CITIES = {
    ("ko", "Seoul"): "서울",
    ("ko", "Lisbon"): "리스본",
    ("ko", "Berlin"): "베를린",
    ("ko", "London"): "런던",
    ("ko", "Tokyo"): "도쿄",
    ("ko", "New York"): "뉴욕",
}
