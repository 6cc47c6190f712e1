"""How the desk writes moments and lengths of time."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from retro.incidents.durations import Duration
from retro.incidents.models import Incident, TimelineEntry
from retro.lib.markdown import to_html
from retro.lib.words import duration as in_words

register = template.Library()


@register.filter
def clock(moment: datetime | None, incident: Incident) -> str:
    """Return an instant as the clock of the incident's zone showed it: ``18:02``."""
    return moment.astimezone(incident.zone).strftime("%H:%M") if moment else ""


@register.filter
def day(moment: datetime | None, incident: Incident) -> str:
    """Return the day of an instant in the incident's zone, in words."""
    if moment is None:
        return ""
    return formats.date_format(moment.astimezone(incident.zone).date(), "MONTH_DAY_FORMAT")


@register.filter
def day_of(entry: TimelineEntry) -> str:
    return day(entry.starts_at, entry.incident)


@register.filter
def measured(value: Duration) -> str:
    """Return a duration in words, or plainly why there is none."""
    if value.state == "recorded":
        words = in_words(value.seconds or 0)
        return f"≈ {words}" if value.approximate else words
    if value.state == "contradictory":
        return _("contradictory")
    return _("no mark yet")


@register.filter
def markdown(text: str, prefix: Any = "") -> SafeString:
    """Return a member's Markdown as safe HTML; ``prefix`` keeps its ids apart from others'."""
    return to_html(text or "", prefix=f"{prefix}-" if prefix else "")
