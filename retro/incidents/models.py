"""RECORD: what happened."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.lib.markdown import check_length
from retro.lib.rows import Row
from retro.teams.models import Team, User, check_time_zone


class Severity(models.IntegerChoices):
    SEV1 = 1, _("Severity 1: everybody is affected")
    SEV2 = 2, _("Severity 2: many are affected")
    SEV3 = 3, _("Severity 3: some are affected")
    SEV4 = 4, _("Severity 4: hardly anybody noticed")


class Service(models.Model):
    """Something of the team's that can be affected; remembered so that it can be completed."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="services")
    name = models.CharField(_("name"), max_length=80)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["team", "name"], name="service_once")]

    def __str__(self) -> str:
        return self.name


class IncidentQuerySet(models.QuerySet["Incident"]):
    def visible_to(self, user: Any) -> Self:
        """Return the incidents of the teams this person belongs to now."""
        return self.filter(team__memberships__user=user)

    @transaction.atomic
    def record(self, *, team: Team, by: User, **fields: Any) -> "Incident":
        """Make the team's next incident. Numbers count per team and are never used twice."""
        # The lock on the team's row keeps two people from taking one number on PostgreSQL.
        Team.objects.select_for_update().get(pk=team.pk)
        last = self.filter(team=team).aggregate(last=models.Max("number"))["last"] or 0
        incident = self.create(team=team, number=last + 1, created_by=by, **fields)
        Activity.note(incident, by, Activity.Verb.RECORDED, incident)
        return incident


class Incident(Row):
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="incidents")
    number = models.PositiveIntegerField(_("number"), editable=False)
    title = models.CharField(_("title"), max_length=200)
    severity = models.PositiveSmallIntegerField(
        _("severity"), choices=Severity.choices, null=True, blank=True
    )
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_time_zone])
    # The day that a bare clock time such as 18:02 belongs to.
    day = models.DateField(_("day"))
    services: models.ManyToManyField = models.ManyToManyField(
        Service, blank=True, related_name="incidents", verbose_name=_("services affected")
    )
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = IncidentQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["team", "number"], name="incident_number_once"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)


class ShownAs(models.TextChoices):
    NAME = "name", _("By name")
    ROLE = "role", _("By role")
    NOBODY = "nobody", _("Not at all")


class InvolvedPerson(Row):
    """Somebody who was in the incident, a member or not, and how the public page calls them."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    name = models.CharField(_("name"), max_length=100)
    role = models.CharField(_("role in the incident"), max_length=100, blank=True)
    shown_as = models.CharField(
        _("shown in public"), max_length=8, choices=ShownAs.choices, default=ShownAs.ROLE
    )

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def public_name(self) -> str:
        """Return what strangers may read for this person; empty when it is nothing."""
        return {ShownAs.NAME: self.name, ShownAs.ROLE: self.role}.get(ShownAs(self.shown_as), "")


class Kind(models.TextChoices):
    EVENT = "event", pgettext_lazy("timeline", "Event")
    OBSERVATION = "observation", pgettext_lazy("timeline", "Observation")
    DECISION = "decision", pgettext_lazy("timeline", "Decision")
    ATTEMPT = "attempt", pgettext_lazy("timeline", "Attempt")
    COMMUNICATION = "communication", pgettext_lazy("timeline", "Communication")


class Milestone(models.TextChoices):
    STARTED = "started", pgettext_lazy("milestone", "Started")
    DETECTED = "detected", pgettext_lazy("milestone", "Detected")
    DECLARED = "declared", pgettext_lazy("milestone", "Declared")
    MITIGATED = "mitigated", pgettext_lazy("milestone", "Mitigated")
    RESOLVED = "resolved", pgettext_lazy("milestone", "Resolved")


class Outcome(models.TextChoices):
    WORKED = "worked", pgettext_lazy("outcome", "Worked")
    PARTLY = "partly", pgettext_lazy("outcome", "Partly")
    FAILED = "failed", pgettext_lazy("outcome", "Did not work")
    MISLEADING = "misleading", pgettext_lazy("outcome", "Misled us")


class TimelineEntryQuerySet(models.QuerySet["TimelineEntry"]):
    def in_order(self) -> Self:
        return self.order_by("position", "pk")


class TimelineEntry(Row):
    """Something at a moment. Without a time it keeps its place: after the entry before it."""

    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="timeline")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.EVENT)
    starts_at = models.DateTimeField(_("time"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    approximate = models.BooleanField(_("about"), default=False)
    # Order within the incident, in steps of STEP so that one entry moves without the others.
    position = models.BigIntegerField(default=0, editable=False)
    heading = models.CharField(_("heading"), max_length=200, blank=True)
    body = models.TextField(_("what happened"), blank=True, validators=[check_length])
    expected = models.TextField(_("we expected"), blank=True, validators=[check_length])
    actual = models.TextField(_("what happened"), blank=True, validators=[check_length])
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True)
    milestone = models.CharField(
        _("milestone"), max_length=12, choices=Milestone.choices, blank=True
    )
    # [{"url": …, "title": …}], in the order typed.
    links = models.JSONField(_("links"), default=list, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = TimelineEntryQuerySet.as_manager()

    STEP = 1 << 20

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["incident", "position"], name="entry_order")]
        constraints = [
            # At most one entry marks a milestone: durations derive from it.
            models.UniqueConstraint(
                fields=["incident", "milestone"],
                condition=~Q(milestone=""),
                name="milestone_once_per_incident",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(starts_at__isnull=False, ends_at__gte=models.F("starts_at")),
                name="entry_ends_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return self.heading or self.body[:60] or str(self.get_kind_display())

    @property
    def is_attempt(self) -> bool:
        return self.kind == Kind.ATTEMPT

    def place(self) -> None:
        """Give this entry the position its time asks for; others keep theirs.

        A timed entry goes behind the last timed one that is not later, and behind the untimed
        ones that follow that. An untimed entry keeps its place, or goes last when it is new.
        Call within a transaction, after ``starts_at`` is set; writes ``position``.
        """
        others = list(
            self.incident.timeline.exclude(pk=self.pk)
            .in_order()
            .values_list("pk", "position", "starts_at")
        )
        at = len(others)
        if self.starts_at is not None:
            later = [
                i
                for i, (_pk, _position, starts) in enumerate(others)
                if starts is not None and starts > self.starts_at
            ]
            at = later[0] if later else len(others)
        elif self.position:
            return
        self._sit(others, at)

    def move(self, after: "TimelineEntry | None") -> None:
        """Put this untimed entry right behind ``after`` (None: first). Writes ``position``."""
        others = list(
            self.incident.timeline.exclude(pk=self.pk)
            .in_order()
            .values_list("pk", "position", "starts_at")
        )
        at = 0 if after is None else [row[0] for row in others].index(after.pk) + 1
        self._sit(others, at)

    def _sit(self, others: list[tuple[int, int, datetime | None]], at: int) -> None:
        before = others[at - 1][1] if at else None
        behind = others[at][1] if at < len(others) else None
        if before is None and behind is None:
            position = self.STEP
        elif before is None:
            position = behind - self.STEP  # type: ignore[operator]
        elif behind is None:
            position = before + self.STEP
        elif behind - before > 1:
            position = (before + behind) // 2
        else:
            # No room left between the two: spread all of them out again.
            rows = self.incident.timeline.in_bulk([row[0] for row in others])
            order = [rows[row[0]] for row in others]
            order.insert(at, self)
            for number, row in enumerate(order, start=1):
                row.position = number * self.STEP
            TimelineEntry.objects.bulk_update([row for row in order if row.pk], ["position"])
            position = self.position
        self.position = position
        if self.pk:
            TimelineEntry.objects.filter(pk=self.pk).update(position=position)


def _attachment_path(attachment: "Attachment", filename: str) -> str:
    # Names are ours: nothing that somebody typed becomes part of a path.
    return f"attachments/{attachment.incident_id}/{uuid.uuid4().hex}{attachment.suffix}"


class Attachment(Row):
    """A picture or file beside a timeline entry. Pictures are stored drawn anew, without EXIF."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="attachments")
    entry = models.ForeignKey(TimelineEntry, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=_attachment_path, max_length=200)
    name = models.CharField(_("file name"), max_length=200)
    suffix = models.CharField(max_length=10, editable=False)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    alt = models.CharField(_("alternative text"), max_length=500, blank=True)
    caption = models.CharField(_("caption"), max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_picture(self) -> bool:
        return self.width is not None


class Activity(models.Model):
    """Who did what to which row; written in the transaction that did it.

    Never for an anonymous feeling: nothing here may tell whose it is.
    """

    class Verb(models.TextChoices):
        RECORDED = "recorded", pgettext_lazy("activity", "recorded")
        ADDED = "added", pgettext_lazy("activity", "added")
        EDITED = "edited", pgettext_lazy("activity", "edited")
        MOVED = "moved", pgettext_lazy("activity", "moved")
        REMOVED = "removed", pgettext_lazy("activity", "removed")
        PUBLISHED = "published", pgettext_lazy("activity", "published")
        WITHDREW = "withdrew", pgettext_lazy("activity", "withdrew")

    # Typing saves every second; one line a row and person says as much as fifty.
    COALESCE = timedelta(minutes=15)

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="activity")
    incident = models.ForeignKey(Incident, on_delete=models.CASCADE, related_name="activity")
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    verb = models.CharField(max_length=12, choices=Verb.choices)
    # The row's model ("incidents.timelineentry") and key, and what it was called then.
    row_type = models.CharField(max_length=60)
    row_id = models.CharField(max_length=40)
    label = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["incident", "-at"], name="activity_newest")]

    def __str__(self) -> str:
        return f"{self.actor} {self.verb} {self.label}"

    @classmethod
    def note(cls, incident: Incident, actor: User, verb: str, row: models.Model) -> None:
        """Write down that ``actor`` did ``verb`` to ``row``; edits in a quarter of an hour are one."""
        now = timezone.now()
        where = {"row_type": row._meta.label_lower, "row_id": str(row.pk)}
        label = str(row)[:200]
        if verb == cls.Verb.EDITED:
            recent = cls.objects.filter(
                incident=incident, actor=actor, verb=verb, at__gt=now - cls.COALESCE, **where
            )
            if recent.update(at=now, label=label):
                return
        cls.objects.create(
            team_id=incident.team_id,
            incident=incident,
            actor=actor,
            verb=verb,
            label=label,
            at=now,
            **where,
        )
