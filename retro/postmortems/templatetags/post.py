"""How a post writes moments, lengths of time and Markdown."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from retro.actions.models import ActionKind, Priority, State, Trigger
from retro.incidents.models import Kind, Milestone, Outcome
from retro.lib.markdown import to_html
from retro.lib.words import duration
from retro.postmortems.article import zone_name
from retro.reflections.models import LessonKind

register = template.Library()
LABELS: dict[str, Any] = {
    "milestone": Milestone,
    "outcome": Outcome,
    "entry": Kind,
    "lesson": LessonKind,
    "trigger": Trigger,
    "state": State,
    "priority": Priority,
    "action": ActionKind,
}


@register.filter
def label(value: str, kind: str) -> str:
    """Return the name of a stored value in the language of the moment."""
    return str(LABELS[kind](value).label) if value else ""


@register.filter
def clock(value: str | None, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(value).astimezone(zone).strftime("%H:%M") if value else ""


@register.filter
def day(value: date | str | None) -> str:
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return formats.date_format(value, "DATE_FORMAT") if value else ""


@register.filter
def local_date(value: datetime, zone: str) -> str:
    return formats.date_format(value.astimezone(ZoneInfo(zone)).date(), "DATE_FORMAT")


@register.filter
def measured(value: dict[str, Any]) -> str:
    """Return a duration in words, or plainly why there is none; never a made-up zero."""
    if value["state"] == "recorded":
        words = duration(value["seconds"])
        return _("about %(time)s") % {"time": words} if value["approximate"] else words
    if value["state"] == "contradictory":
        return _("the records contradict each other")
    return pgettext("duration", "not recorded")


@register.filter
def md(text: str, prefix: str = "") -> SafeString:
    return to_html(text or "", prefix=f"{prefix}-" if prefix else "", level=3)


@register.filter
def host(url: str) -> str:
    return urlsplit(url).netloc


@register.filter
def kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1024)):,} KB"


@register.simple_tag
def zone_words(zone: ZoneInfo, document: dict[str, Any]) -> str:
    """Return the zone's name and its distance from UTC on the day of the incident."""
    first = next((row["starts_at"] for row in document["moments"] if row["starts_at"]), None)
    at = datetime.fromisoformat(first or f"{document['day']}T12:00:00+00:00")
    return zone_name(zone, at)
