"""The five steps of a retro. Each room adds its own when it starts: rooms below know those above."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from retro.incidents.models import Incident


@dataclass(frozen=True)
class Step:
    """One page of an incident, as the rail beside it shows it."""

    position: int
    key: str
    label: Any
    url_name: str
    # (incident, user) to (a few words on how far it is, whether it has what it needs)
    progress: Callable[[Incident, Any], tuple[str, bool]]


_steps: dict[str, Step] = {}


def register(step: Step) -> None:
    _steps[step.key] = step


def rail(incident: Incident, user: Any, current: str) -> list[dict[str, Any]]:
    """Return the steps in order, each with its address and how far it is."""
    rows = []
    for step in sorted(_steps.values(), key=lambda step: step.position):
        note, done = step.progress(incident, user)
        rows.append(
            {
                "key": step.key,
                "number": step.position,
                "label": step.label,
                "url": reverse(step.url_name, args=[incident.number]),
                "note": note,
                "done": done,
                "current": step.key == current,
            }
        )
    return rows
