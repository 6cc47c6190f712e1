from typing import Any

from django.apps import AppConfig
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class PostmortemsConfig(AppConfig):
    name = "retro.postmortems"

    def ready(self) -> None:
        # Models can only be imported once the apps are there.
        from retro.incidents.steps import Step, register

        register(Step(5, "publish", gettext_lazy("Publish"), "postmortems:publish", _progress))


def _progress(incident: Any, user: Any) -> tuple[str, bool]:
    """Return whether strangers can read it, and since when."""
    row = incident.postmortems.values("live_revision", "last_published_at").first()
    if row is None or row["live_revision"] is None:
        return _("Draft"), False
    day = formats.date_format(row["last_published_at"], "MONTH_DAY_FORMAT")
    return _("Published %(day)s") % {"day": day}, True
