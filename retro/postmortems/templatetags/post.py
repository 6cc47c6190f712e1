"""How a post writes moments, lengths of time and Markdown."""

import re
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django import template
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from retro.actions.models import State, Trigger
from retro.incidents.models import Milestone, Outcome
from retro.lib.markdown import to_html
from retro.lib.words import duration
from retro.postmortems.article import outlined
from retro.reflections.models import LessonKind

register = template.Library()
LABELS: dict[str, Any] = {
    "milestone": Milestone,
    "outcome": Outcome,
    "lesson": LessonKind,
    "trigger": Trigger,
    "state": State,
}
SIGNS = {"worked": "✓", "partly": "–", "failed": "✕", "misleading": "~"}


@register.filter
def label(value: str, kind: str) -> str:
    """Return the name of a stored value in the language of the moment."""
    return str(LABELS[kind](value).label) if value else ""


@register.filter
def sign(outcome: str) -> str:
    """Return the sign that stands for an outcome beside its name; its colour alone would not do."""
    return SIGNS.get(outcome, "")


@register.filter
def clock(value: str | None, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(value).astimezone(zone).strftime("%H:%M") if value else ""


@register.filter
def day(value: date | str | None) -> str:
    if isinstance(value, str):
        value = date.fromisoformat(value)
    return formats.date_format(value, "DATE_FORMAT") if value else ""


@register.filter
def short_day(value: date | None) -> str:
    return formats.date_format(value, "MONTH_DAY_FORMAT") if value else ""


@register.filter
def local_date(value: datetime, zone: str) -> str:
    """Return the day that a moment lies on where the incident was."""
    return formats.date_format(value.astimezone(ZoneInfo(zone or "UTC")).date(), "DATE_FORMAT")


@register.filter
def measured(value: dict[str, Any]) -> str:
    """Return a duration in words, or plainly why there is none; never a made-up zero."""
    if value["state"] == "recorded":
        words = duration(value["seconds"])
        return _("about %(time)s") % {"time": words} if value["approximate"] else words
    if value["state"] == "contradictory":
        return _("the records contradict each other")
    return pgettext("duration", "not recorded")


@register.simple_tag
def md(text: str, *prefix: object, top: int = 4) -> SafeString:
    """Return Markdown as HTML that fits where it stands.

    ``prefix`` keeps its ids apart from those of other texts; its headings begin at ``top``. What
    may be wider than a phone scrolls in a box that the keyboard reaches.
    """
    name = "-".join(map(str, prefix))
    html = outlined(to_html(text or "", prefix=f"{name}-", top=top), top)
    box = format_html('<div class="scroll" role="group" tabindex="0" aria-label="{}">', _("Table"))
    html = re.sub(r"<table(?=[ >])", lambda found: f"{box}{found[0]}", html)
    html = html.replace("</table>", "</table></div>")
    html = re.sub(r"<input(?=[^>]*checkbox)[^>]*", _named_box, html)
    return mark_safe(re.sub(r"<pre(?=[ >])", '<pre tabindex="0"', html))


def _named_box(found: re.Match[str]) -> str:
    """Say of a task's box what it shows: nothing else names it."""
    checked = re.search(r"\schecked\b", found[0])
    return format_html(
        '{} aria-label="{}"', mark_safe(found[0]), _("done") if checked else _("to do")
    )


@register.filter
def host(url: str) -> str:
    return urlsplit(url).netloc


@register.filter
def kilobytes(size: int) -> str:
    return f"{max(1, round(size / 1024)):,} KB"
