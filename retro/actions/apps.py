from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ActionsConfig(AppConfig):
    name = "retro.actions"

    def ready(self) -> None:
        # Models can only be imported once the apps are there.
        from retro.incidents.steps import Step, register

        register(Step(4, "actions", _("Actions"), "actions:incident", _progress))


def _progress(incident: Any, user: Any) -> tuple[str, bool]:
    """Return how many there are and how many are still open; somebody has each when it is done."""
    rows = list(incident.actions.values_list("state", "owner_id"))
    if not rows:
        return _t("None yet"), False
    note = ngettext("%(n)s action", "%(n)s actions", len(rows)) % {"n": len(rows)}
    finished = sum(state in ("verified", "declined") for state, _owner in rows)
    if finished:
        note += ", " + ngettext("%(n)s finished", "%(n)s finished", finished) % {"n": finished}
    return note, all(owner is not None for _state, owner in rows)
