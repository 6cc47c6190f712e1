"""How the views of a step find their incident."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from retro.incidents.durations import durations
from retro.incidents.models import Attachment, Incident, TimelineEntry
from retro.incidents.steps import rail


def find(request: HttpRequest, number: int) -> Incident:
    """Return the incident of the person's team with this number; 404 for anybody else's."""
    incident: Incident = get_object_or_404(
        Incident.objects.select_related("team"),
        team_id=request.membership.team_id,  # type: ignore[attr-defined]
        number=number,
    )
    return incident


def step_context(request: HttpRequest, incident: Incident, step: str) -> dict[str, Any]:
    """Return what templates/incidents/step.html needs."""
    return {
        "incident": incident,
        "rail": rail(incident, request.user, step),
        "may_edit": request.membership.may_edit,  # type: ignore[attr-defined]
        "nav": "incidents",
    }


def glance(incident: Incident, entries: list[TimelineEntry]) -> dict[str, Any]:
    """Return what stands beside the story: how long it took, and what may be missing."""
    return {
        "incident": incident,
        "durations": durations(entries),
        "untimed": sum(entry.starts_at is None for entry in entries),
        "undescribed": Attachment.objects.filter(
            incident=incident, width__isnull=False, alt=""
        ).count(),
    }
