"""REFLECT: how it felt, what to do differently, what was learnt."""

import uuid
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.incidents.models import Activity, Incident, TimelineEntry
from retro.lib.markdown import check_length
from retro.lib.rows import Row
from retro.teams.models import User


class Visibility(models.TextChoices):
    PRIVATE = "private", _("Only me")
    TEAM = "team", _("My team")
    PUBLIC = "public", _("Everybody, when published")


class FeelingQuerySet(models.QuerySet["Feeling"]):
    def visible_to(self, user: Any) -> Self:
        """Return what this person may read of their teams' feelings: their own, and shared ones."""
        return self.filter(incident__team__memberships__user=user).filter(
            Q(author=user) | ~Q(visibility=Visibility.PRIVATE)
        )

    def public(self) -> Self:
        return self.filter(visibility=Visibility.PUBLIC)


class Feeling(Row):
    """Somebody's words for what they felt, and the need behind them.

    A row without an author is anonymous. Its key is random and it keeps no time of its own, so
    that nothing in the table tells whose it is or when it was written.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="feelings")
    author = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="feelings")
    words = models.JSONField(_("words"), default=list, blank=True)
    needs = models.JSONField(_("the need behind them"), default=list, blank=True)
    body = models.TextField(_("in a sentence, or a page"), blank=True, validators=[check_length])
    entry = models.ForeignKey(
        TimelineEntry,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="feelings",
        verbose_name=_("the moment it belongs to"),
    )
    visibility = models.CharField(
        _("who can read it"),
        max_length=8,
        choices=Visibility.choices,
        default=Visibility.PRIVATE,
    )
    created_at = models.DateTimeField(null=True, editable=False)  # type: ignore[assignment]
    updated_at = models.DateTimeField(null=True, editable=False)  # type: ignore[assignment]

    objects = FeelingQuerySet.as_manager()

    class Meta:
        # By the random key: any other order would tell who wrote after whom.
        ordering = ["pk"]
        constraints = [
            # Nobody could ever read or remove a private feeling that has no author.
            models.CheckConstraint(
                condition=Q(author__isnull=False) | ~Q(visibility="private"),
                name="private_feeling_has_an_author",
            ),
            models.CheckConstraint(
                condition=Q(author__isnull=False)
                | Q(created_at=None, updated_at=None, creation_key=None),
                name="anonymous_feeling_keeps_no_trace",
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.words) or self.body[:60]

    @property
    def is_anonymous(self) -> bool:
        return self.author_id is None

    @transaction.atomic
    def share_anonymously(self, visibility: str) -> "Feeling":
        """Replace this row by one without an author, and return that.

        A new row under a new random key: keeping the old one would let an older backup name the
        author. What was noted of the old row goes too.
        """
        if visibility == Visibility.PRIVATE:
            raise ValueError("a private feeling keeps its author")
        Activity.objects.filter(row_type=self._meta.label_lower, row_id=str(self.pk)).delete()
        old, self.pk = self.pk, None
        shared = Feeling.objects.create(
            incident_id=self.incident_id,
            words=self.words,
            needs=self.needs,
            body=self.body,
            entry_id=self.entry_id,
            visibility=visibility,
        )
        Feeling.objects.filter(pk=old).delete()
        return shared


class ImprovementPoint(Row):
    """What we would do differently, and why. It blames conditions, not people."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="improvements")
    number = models.PositiveIntegerField(_("number"), editable=False)
    heading = models.CharField(_("what we would do differently"), max_length=200)
    body = models.TextField(_("why"), blank=True, validators=[check_length])
    entries: models.ManyToManyField = models.ManyToManyField(
        TimelineEntry,
        blank=True,
        related_name="improvements",
        verbose_name=_("the moments it speaks of"),
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["number", "pk"]

    def __str__(self) -> str:
        return self.heading


class Side(models.TextChoices):
    BEFORE = "before", _("Before it happens")
    AFTER = "after", _("After it happens")


class Strategy(Row):
    """One thing to do before or after; nested under another when it has a parent."""

    point = models.ForeignKey(ImprovementPoint, on_delete=models.CASCADE, related_name="strategies")
    side = models.CharField(max_length=6, choices=Side.choices, default=Side.BEFORE)
    parent = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="children"
    )
    # Order among the strategies of one point and side, 1, 2, 3 …, in reading order.
    position = models.PositiveIntegerField(default=0, editable=False)
    text = models.CharField(_("strategy"), max_length=500)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name_plural = "strategies"

    def __str__(self) -> str:
        return self.text


class LessonKind(models.TextChoices):
    WENT_WELL = "went_well", pgettext_lazy("lesson", "Went well")
    GOT_LUCKY = "got_lucky", pgettext_lazy("lesson", "Got lucky")
    SURPRISED_US = "surprised_us", pgettext_lazy("lesson", "Surprised us")
    OPEN_QUESTION = "open_question", pgettext_lazy("lesson", "Open question")


class Lesson(Row):
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="lessons")
    kind = models.CharField(max_length=16, choices=LessonKind.choices)
    text = models.TextField(_("lesson"), max_length=2000)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:60]
