from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ReflectionsConfig(AppConfig):
    name = "retro.reflections"

    def ready(self) -> None:
        # Models can only be imported once the apps are there.
        from retro.incidents.steps import Step, register

        register(Step(2, "feelings", _("Feelings"), "reflections:feelings", _feelings))
        register(
            Step(3, "improvements", _("Improvements"), "reflections:improvements", _improvements)
        )


def _feelings(incident: Any, user: Any) -> tuple[str, bool]:
    """Return what this person may know of the feelings: never how many others keep to themselves."""
    rows = list(incident.feelings.visible_to(user).values_list("author_id", "visibility"))
    shared = sum(visibility != "private" for _author, visibility in rows)
    own = sum(visibility == "private" for _author, visibility in rows)
    notes = []
    if shared:
        notes.append(ngettext("%(n)s shared", "%(n)s shared", shared) % {"n": shared})
    if own:
        notes.append(ngettext("yours is private", "%(n)s of yours private", own) % {"n": own})
    return ", ".join(notes) or _t("None yet"), bool(rows)


def _improvements(incident: Any, user: Any) -> tuple[str, bool]:
    from retro.reflections.models import Strategy

    points = incident.improvements.count()
    if not points:
        return _t("None yet"), False
    strategies = Strategy.objects.filter(point__incident=incident).count()
    note = ngettext("%(n)s point", "%(n)s points", points) % {"n": points}
    if strategies:
        note += ", " + ngettext("%(n)s strategy", "%(n)s strategies", strategies) % {
            "n": strategies
        }
    else:
        note += ", " + _t("no strategy yet")
    return note, strategies > 0
