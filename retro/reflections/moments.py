"""The timeline as choices: the moments a feeling belongs to or an improvement point speaks of."""

from django.utils.formats import date_format

from retro.incidents.models import Incident

LONGEST = 70


def moments(incident: Incident) -> list[tuple[int, str]]:
    """Return (key, "18:02 The queue stops") of each entry, in order; with the day if there are several."""
    entries = list(incident.timeline.in_order())
    zone = incident.zone
    local = {row.pk: row.starts_at.astimezone(zone) for row in entries if row.starts_at}
    several_days = len({moment.date() for moment in local.values()}) > 1
    choices = []
    for row in entries:
        when = ""
        if moment := local.get(row.pk):
            day = f"{date_format(moment.date(), 'MONTH_DAY_FORMAT')} " if several_days else ""
            when = f"{day}{'≈ ' if row.approximate else ''}{moment:%H:%M} "
        text = " ".join((row.heading or row.body or str(row)).split())
        choices.append((row.pk, when + (text if len(text) <= LONGEST else f"{text[:LONGEST]}…")))
    return choices
