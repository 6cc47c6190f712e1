"""What is missing or risky before publishing, each with the place to mend it."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from retro.incidents.durations import durations
from retro.incidents.models import Attachment, Milestone
from retro.postmortems.models import Postmortem


@dataclass(frozen=True)
class Check:
    text: str
    url: str


def checks(postmortem: Postmortem) -> list[Check]:
    """Return the warnings for a draft. None of them blocks: publishing is the person's choice."""
    incident = postmortem.incident
    story, improvements, actions = (
        reverse(f"{name}", args=[incident.number])
        for name in ("incidents:story", "reflections:improvements", "actions:incident")
    )
    entries = list(incident.timeline.all())
    marks = {entry.milestone for entry in entries}
    found = []
    if not postmortem.description:
        found.append(Check(_("The description is missing: readers see it first."), "#description"))
    for mark in (Milestone.STARTED, Milestone.RESOLVED):
        if mark not in marks:
            text = _("No entry is marked “%(milestone)s”, so no duration is shown.")
            found.append(Check(text % {"milestone": mark.label}, story))
    if any(value.state == "contradictory" for value in durations(entries).values()):
        found.append(
            Check(_("The milestones contradict each other: one is before the start."), story)
        )
    open_attempts = sum(entry.is_attempt and not entry.outcome for entry in entries)
    if open_attempts:
        text = ngettext(
            "%(n)s attempt has no outcome.", "%(n)s attempts have no outcome.", open_attempts
        )
        found.append(Check(text % {"n": open_attempts}, story))
    undescribed = Attachment.objects.filter(incident=incident, width__isnull=False, alt="").count()
    if undescribed:
        text = ngettext(
            "%(n)s picture has no description for those who cannot see it.",
            "%(n)s pictures have no description for those who cannot see them.",
            undescribed,
        )
        found.append(Check(text % {"n": undescribed}, story))
    bare = incident.improvements.filter(strategies=None).count()
    if bare:
        text = ngettext(
            "%(n)s improvement point has no strategy.",
            "%(n)s improvement points have no strategy.",
            bare,
        )
        found.append(Check(text % {"n": bare}, improvements))
    ownerless = incident.actions.filter(owner=None, state__in=["open", "in_progress"]).count()
    if ownerless:
        text = ngettext(
            "%(n)s action item has no owner.", "%(n)s action items have no owner.", ownerless
        )
        found.append(Check(text % {"n": ownerless}, actions))
    return found
