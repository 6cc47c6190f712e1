"""REFLECT: how it felt, what to do differently, what was learnt."""

import random
import uuid
from typing import Any, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.incidents.models import Activity, Incident, TimelineEntry
from retro.lib.markdown import check_length
from retro.lib.rows import Row
from retro.reflections.tree import Direction, Tree
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

    def by_others(self, user: Any) -> Self:
        """Return what this person may read of others': shared ones, and those without a name."""
        return self.visible_to(user).filter(Q(author=None) | ~Q(author=user))

    def public(self) -> Self:
        return self.filter(visibility=Visibility.PUBLIC)

    def write(
        self, *, incident: Incident, author: User, body: str, key: uuid.UUID | None = None
    ) -> "Feeling":
        """Write a private feeling down; the same form sent twice (``key``) writes one."""
        with transaction.atomic():
            if key and (twin := self.filter(creation_key=key, author=author).first()):
                return twin
            return self.create(incident=incident, author=author, body=body, creation_key=key)


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

    def save(self, *args: Any, **kwargs: Any) -> None:
        # No auto_now: a row without an author must not tell when it was written.
        if self.author_id is not None:
            self.updated_at = timezone.now()
            self.created_at = self.created_at or self.updated_at
        super().save(*args, **kwargs)

    @property
    def is_anonymous(self) -> bool:
        return self.author_id is None

    @transaction.atomic
    def share_anonymously(self, visibility: str) -> "Feeling":
        """Replace this row by one without an author, and return that.

        A new row under a new random key: keeping the old one would let an older backup name the
        author. What was noted of the old row goes too. Raises DoesNotExist when it is shared
        already.
        """
        if visibility == Visibility.PRIVATE:
            raise ValueError("a private feeling keeps its author")
        # One at a time: the same button pressed twice must not share it twice, and the newest
        # text is what is shared.
        Incident.objects.select_for_update().get(pk=self.incident_id)
        self.refresh_from_db()
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
        self._shuffle_anonymous()
        return shared

    def _shuffle_anonymous(self) -> None:
        """Write the incident's anonymous rows anew, in a random order.

        A database keeps rows in the order they came; whoever reads its file would see which came
        last, and may know who was writing then.
        """
        rows = list(Feeling.objects.filter(incident_id=self.incident_id, author=None))
        random.SystemRandom().shuffle(rows)
        Feeling.objects.filter(pk__in=[row.pk for row in rows]).delete()
        Feeling.objects.bulk_create(rows)


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

    @transaction.atomic
    def move(self, after: "ImprovementPoint | None") -> None:
        """Put this point right behind ``after`` (None: first); all are numbered 1, 2, 3 … anew.

        A point that is new and has no number yet is put in its place the same way.
        """
        others = [row for row in self._siblings() if row.pk != self.pk]
        at = 0 if after is None else [row.pk for row in others].index(after.pk) + 1
        self._number([*others[:at], self, *others[at:]])

    @transaction.atomic
    def move_last(self) -> None:
        others = [row for row in self._siblings() if row.pk != self.pk]
        self._number([*others, self])

    @transaction.atomic
    def remove(self) -> None:
        """Remove this point with its strategies; the others close ranks."""
        others = [row for row in self._siblings() if row.pk != self.pk]
        self.delete()
        self._number(others)

    def _siblings(self) -> list["ImprovementPoint"]:
        # The lock keeps two people from giving one number twice on PostgreSQL.
        Incident.objects.select_for_update().get(pk=self.incident_id)
        return list(ImprovementPoint.objects.filter(incident_id=self.incident_id))

    @staticmethod
    def _number(points: list["ImprovementPoint"]) -> None:
        for number, row in enumerate(points, start=1):
            row.number = number
        ImprovementPoint.objects.bulk_update(points, ["number"])


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

    @transaction.atomic
    def move(self, *, parent: int | None, after: int | None) -> None:
        """Put this strategy, with those under it, below ``parent`` and right behind ``after``.

        Raises :class:`retro.reflections.tree.Misplaced` when it would come under itself or too deep.
        """
        tree, row = self._tree()
        tree.move(row, parent=parent if parent in tree.parents else None, after=after)
        self._keep(tree)

    @transaction.atomic
    def step(self, direction: Direction) -> None:
        """Move one step up, down, in or out among the others. Raises Misplaced."""
        tree, row = self._tree()
        tree.step(row, direction)
        self._keep(tree)

    @transaction.atomic
    def move_last(self) -> None:
        tree, row = self._tree()
        others = [other for other in tree.under(None) if other.pk != row.pk]
        tree.move(row, parent=None, after=others[-1].pk if others else None)
        self._keep(tree)

    @transaction.atomic
    def remove(self, *, with_children: bool = False) -> None:
        """Remove this strategy. Those under it take its place, unless they are to go as well."""
        tree, row = self._tree()
        if not with_children:
            tree.lift_children(row)
            self._keep(tree)
        Strategy.objects.get(pk=self.pk).delete()
        tree, _row = self._tree()
        tree.number()
        self._keep(tree)

    def _tree(self) -> tuple["Tree[Strategy]", "Strategy"]:
        # One at a time: two moves at once, each sound by itself, could make a circle.
        ImprovementPoint.objects.select_for_update().get(pk=self.point_id)
        tree: Tree[Strategy] = Tree(Strategy.objects.filter(point_id=self.point_id, side=self.side))
        return tree, next((row for row in tree.rows if row.pk == self.pk), self)

    @staticmethod
    def _keep(tree: "Tree[Strategy]") -> None:
        Strategy.objects.bulk_update(tree.rows, ["parent", "position"])


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
