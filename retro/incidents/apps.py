from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class IncidentsConfig(AppConfig):
    name = "retro.incidents"

    def ready(self) -> None:
        # Models can only be imported once the apps are there.
        from retro.incidents.steps import Step, register

        register(Step(1, "story", _("Story"), "incidents:story", _progress))


def _progress(incident: Any, user: Any) -> tuple[str, bool]:
    """Return how far the story is; it has what it needs with entries and a beginning and an end."""
    rows = list(incident.timeline.values_list("kind", "milestone"))
    attempts = sum(kind == "attempt" for kind, _milestone in rows)
    note = ngettext("%(n)s entry", "%(n)s entries", len(rows)) % {"n": len(rows)}
    if attempts:
        note += ", " + ngettext("%(n)s attempt", "%(n)s attempts", attempts) % {"n": attempts}
    marks = {milestone for _kind, milestone in rows}
    return note, {"started", "resolved"} <= marks
