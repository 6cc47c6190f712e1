"""ACT: what the team will do, followed until somebody has verified that it worked."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.incidents.models import Incident
from retro.lib.rows import Row
from retro.reflections.models import Strategy
from retro.teams.models import User


class ActionKind(models.TextChoices):
    TASK = "task", pgettext_lazy("action", "Task")
    PRACTICE = "practice", pgettext_lazy("action", "Practice")


class Trigger(models.TextChoices):
    ALWAYS = "always", pgettext_lazy("practice", "Always")
    BEFORE = "before", pgettext_lazy("practice", "Before work")
    AFTER = "after", pgettext_lazy("practice", "After work")


class Priority(models.TextChoices):
    HIGH = "high", pgettext_lazy("priority", "High")
    MEDIUM = "medium", pgettext_lazy("priority", "Medium")
    LOW = "low", pgettext_lazy("priority", "Low")


class State(models.TextChoices):
    OPEN = "open", pgettext_lazy("action", "Open")
    IN_PROGRESS = "in_progress", pgettext_lazy("action", "In progress")
    DONE = "done", pgettext_lazy("action", "Done")
    VERIFIED = "verified", pgettext_lazy("action", "Verified")
    DECLINED = "declined", pgettext_lazy("action", "Declined")


class ActionItemQuerySet(models.QuerySet["ActionItem"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(incident__team__memberships__user=user)

    def unfinished(self) -> Self:
        """Return those nobody has verified or declined yet. Done is not finished."""
        return self.exclude(state__in=[State.VERIFIED, State.DECLINED])


class ActionItem(Row):
    """A task (once) or a practice (a habit). Finished only when the actual result is recorded."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="actions")
    strategy = models.ForeignKey(
        Strategy, on_delete=models.SET_NULL, null=True, blank=True, related_name="actions"
    )
    kind = models.CharField(
        _("kind"), max_length=8, choices=ActionKind.choices, default=ActionKind.TASK
    )
    trigger = models.CharField(
        _("when"), max_length=6, choices=Trigger.choices, default=Trigger.ALWAYS
    )
    text = models.CharField(_("what we will do"), max_length=500)
    owner = models.ForeignKey(
        User,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="actions",
        verbose_name=_("owner"),
    )
    due = models.DateField(_("due"), null=True, blank=True)
    priority = models.CharField(_("priority"), max_length=6, choices=Priority.choices, blank=True)
    minimum_goal = models.CharField(_("minimum goal"), max_length=500, blank=True)
    full_goal = models.CharField(_("full goal"), max_length=500, blank=True)
    expected_result = models.TextField(_("expected result"), max_length=2000, blank=True)
    actual_result = models.TextField(_("actual result"), max_length=2000, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.OPEN
    )
    declined_reason = models.TextField(_("why not"), max_length=2000, blank=True)
    finished_at = models.DateTimeField(null=True, editable=False)
    finished_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = ActionItemQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            # Verified means somebody looked and wrote down what came of it.
            models.CheckConstraint(
                condition=~Q(state="verified") | ~Q(actual_result=""),
                name="verified_has_an_actual_result",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(declined_reason=""),
                name="declined_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_overdue(self) -> bool:
        return (
            self.due is not None
            and self.due < timezone.localdate()
            and self.state in (State.OPEN, State.IN_PROGRESS)
        )

    @property
    def is_finished(self) -> bool:
        return self.state in (State.VERIFIED, State.DECLINED)
