"""ACT: what the team will do, followed until somebody has verified that it worked."""

from datetime import date
from typing import Any, Self

from django.db import models, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.incidents.models import Activity, Incident
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

    def by_due(self) -> Self:
        """Return the most pressing first; those without a day last."""
        return self.order_by(F("due").asc(nulls_last=True), "pk")

    def behind(self, due: date | None, pk: int) -> Self:
        """Return those that :meth:`by_due` puts behind the one with this day and key."""
        if due is None:
            return self.filter(due=None, pk__gt=pk)
        return self.filter(Q(due__gt=due) | Q(due=due, pk__gt=pk) | Q(due=None))

    @transaction.atomic
    def make_from(self, strategy: Strategy, *, by: User) -> "ActionItem":
        """Return the action made from this strategy; make it on the first call.

        Most strategies are habits, so it begins as a practice; a task is one click away.
        """
        # The lock makes the second of two clicks find what the first one made.
        Strategy.objects.select_for_update().get(pk=strategy.pk)
        if made := self.filter(strategy=strategy).first():
            return made
        incident = strategy.point.incident
        item = self.create(
            incident=incident,
            strategy=strategy,
            kind=ActionKind.PRACTICE,
            text=strategy.text,
        )
        Activity.note(incident, by, Activity.Verb.ADDED, item)
        return item


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
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.OPEN)
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

    def start(self, *, version: int) -> None:
        self._become(State.IN_PROGRESS, version)

    def finish(self, *, version: int) -> None:
        """It is done; whether it worked is still to be seen."""
        self._become(State.DONE, version)

    def reopen(self, *, version: int) -> None:
        self._become(State.OPEN, version)

    def verify(self, actual_result: str, *, by: User, version: int) -> None:
        """Finish it with what came of it. Raises ValueError without a result."""
        if not actual_result.strip():
            raise ValueError("verified needs an actual result")
        self.actual_result = actual_result
        self._become(State.VERIFIED, version, by)

    def decline(self, reason: str, *, by: User, version: int) -> None:
        """Finish it by not doing it. Raises ValueError without a reason."""
        if not reason.strip():
            raise ValueError("declined needs a reason")
        self.declined_reason = reason
        self._become(State.DECLINED, version, by)

    def _become(self, state: State, version: int, by: User | None = None) -> None:
        """Raises Stale when somebody else saved this action after ``version``."""
        self.state = state
        self.finished_at = timezone.now() if by else None
        self.finished_by = by
        self.save_version(
            version, ["state", "actual_result", "declined_reason", "finished_at", "finished_by"]
        )

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
