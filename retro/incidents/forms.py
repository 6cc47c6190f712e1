"""Forms of the record. Each saves its row, what hangs on it and its line of activity at once."""

from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from retro.incidents.models import (
    Activity,
    Attachment,
    Incident,
    InvolvedPerson,
    Milestone,
    Outcome,
    Severity,
    TimelineEntry,
)
from retro.lib.clock import to_instant
from retro.lib.forms import RowForm, WordsField
from retro.lib.markdown import MAX_LENGTH, check_length
from retro.teams.forms import TimeZoneField
from retro.teams.models import Membership, Team, User


class IncidentRowForm(RowForm):
    """A row of an incident's: saving it writes who did that, in the same transaction."""

    def __init__(self, *args: Any, incident: Incident, by: User, **kwargs: Any) -> None:
        self.incident, self.by = incident, by
        super().__init__(*args, **kwargs)

    def form_of(self, row: Any) -> RowForm:
        return type(self)(instance=row, incident=self.incident, by=self.by)

    def save(self, commit: bool = True) -> Any:
        with transaction.atomic():
            is_new = self.instance.pk is None
            if is_new:
                if twin := type(self.instance).made_by(self.cleaned_data.get("creation_key")):
                    return twin
                if hasattr(type(self.instance), "incident"):
                    self.instance.incident = self.incident
                if hasattr(type(self.instance), "created_by"):
                    self.instance.created_by = self.by
            row = super().save(commit)
            self.after_save(is_new)
            self.note(Activity.Verb.ADDED if is_new else Activity.Verb.EDITED)
        return row

    def after_save(self, is_new: bool) -> None:
        """What a room does with the row once it is written, in the same transaction."""

    def note(self, verb: str) -> None:
        Activity.note(self.incident, self.by, verb, self.instance)


class IncidentForm(IncidentRowForm):
    """Title, severity, day, zone and services: for a new incident, and for its details."""

    time_zone = TimeZoneField(
        help_text=_("Times you type are in this zone, and readers see them in it.")
    )
    services = WordsField(label=_("Services affected"), help_text=_("With commas between them."))
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Not decided yet")), *Severity.choices],
    )

    class Meta:
        model = Incident
        fields = ["title", "severity", "day", "time_zone"]
        labels = {"title": _("What happened, in a few words"), "day": _("The day it began")}
        widgets = {"day": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args: Any, team: Team, by: User, **kwargs: Any) -> None:
        self.team = team
        super().__init__(
            *args, incident=kwargs.get("instance") or Incident(team=team), by=by, **kwargs
        )
        if self.instance.pk:
            self.initial["services"] = [service.name for service in self.instance.services.all()]

    def form_of(self, row: Any) -> RowForm:
        return type(self)(instance=row, team=self.team, by=self.by)

    def save(self, commit: bool = True) -> Incident:
        with transaction.atomic():
            if self.instance.pk is None:
                if twin := Incident.made_by(self.cleaned_data.get("creation_key")):
                    return twin
                fields = {name: getattr(self.instance, name) for name in self.row_fields}
                self.instance = Incident.objects.record(
                    team=self.team,
                    by=self.by,
                    creation_key=self.cleaned_data.get("creation_key"),
                    **fields,
                )
            else:
                self.incident = self.instance
                RowForm.save(self)
                self.note(Activity.Verb.EDITED)
            services = [
                self.team.services.get_or_create(name=name)[0]
                for name in self.cleaned_data["services"]
            ]
            self.instance.services.set(services)
        return self.instance


class NewIncidentForm(IncidentForm):
    people = forms.CharField(
        label=_("People involved"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line: a name, a comma, and their role in the incident."),
    )

    def save(self, commit: bool = True) -> Incident:
        with transaction.atomic():
            is_new = Incident.made_by(self.cleaned_data.get("creation_key")) is None
            incident = super().save(commit)
            if is_new:
                for line in self.cleaned_data["people"].splitlines():
                    name, _comma, role = (part.strip() for part in line.partition(","))
                    if name:
                        InvolvedPerson.objects.create(
                            incident=incident,
                            name=name[:100],
                            role=role[:100],
                            user=member_called(self.team, name),
                        )
        return incident


def member_called(team: Team, name: str) -> User | None:
    """Return the one member of the team with this name, if there is exactly one."""
    found = [
        membership.user
        for membership in Membership.objects.filter(team=team, user__name=name).select_related(
            "user"
        )[:2]
    ]
    return found[0] if len(found) == 1 else None


class PersonForm(IncidentRowForm):
    class Meta:
        model = InvolvedPerson
        fields = ["name", "role"]
        labels = {"role": _("Role in the incident")}

    def after_save(self, is_new: bool) -> None:
        user = member_called(self.incident.team, self.instance.name)
        if user != self.instance.user:
            self.instance.user = user
            self.instance.save(update_fields=["user"])


def _choices(form: forms.Form | forms.ModelForm, name: str, choices: list[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = choices


class LinksField(forms.CharField):
    """Web addresses, one on each line, each with a title after it if one likes."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            required=False,
            max_length=6000,
            widget=forms.Textarea(attrs={"rows": 2}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{link['url']} {link['title']}".strip() for link in value)

    def to_python(self, value: Any) -> Any:
        links = []
        for line in (super().to_python(value) or "").splitlines():
            url, _space, title = line.strip().partition(" ")
            if url:
                links.append({"url": url, "title": title.strip()[:200]})
        return links

    def validate(self, value: Any) -> None:
        for link in value:
            try:
                parts = urlsplit(link["url"])
            except ValueError:
                parts = urlsplit("")
            if parts.scheme not in ("http", "https") or not parts.netloc or len(link["url"]) > 2000:
                raise forms.ValidationError(
                    _("“%(url)s” is not a web address. Each line begins with http:// or https://."),
                    params={"url": link["url"][:80]},
                )

    def run_validators(self, value: Any) -> None:
        return


class EntryForm(IncidentRowForm):
    """One timeline entry. Times are typed as local clock times and stored as instants."""

    day = forms.DateField(
        label=_("Day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    at = forms.TimeField(
        label=_("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text=_("Leave it empty and the entry keeps its place in the order."),
    )
    until_day = forms.DateField(
        label=_("Until, day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.TimeField(
        label=_("Until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    links = LinksField(
        label=_("Links"), help_text=_("One on each line; a title may follow the address.")
    )

    class Meta:
        model = TimelineEntry
        fields = [
            "kind",
            "milestone",
            "approximate",
            "heading",
            "body",
            "expected",
            "actual",
            "outcome",
            "links",
            "starts_at",
            "ends_at",
        ]
        widgets = {"outcome": forms.RadioSelect}
        labels = {
            "approximate": _("About this time, not exactly"),
            "heading": _("Heading, if it deserves one"),
            "body": _("What happened"),
            "actual": _("What came of it"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["starts_at"], self.fields["ends_at"]
        _choices(self, "milestone", [("", _t("No milestone")), *Milestone.choices])
        _choices(self, "outcome", [("", _t("Not known yet")), *Outcome.choices])
        self.fields["body"].widget.attrs["autofocus"] = True
        zone = self.incident.zone
        starts, ends = self.instance.starts_at, self.instance.ends_at
        self.initial["day"] = starts.astimezone(zone).date() if starts else self.incident.day
        if starts:
            self.initial["at"] = starts.astimezone(zone).time()
        if ends:
            self.initial["until_day"] = ends.astimezone(zone).date()
            self.initial["until"] = ends.astimezone(zone).time()

    @property
    def row_fields(self) -> list[str]:
        return [*super().row_fields, "starts_at", "ends_at"]

    def clean_milestone(self) -> str:
        milestone = self.cleaned_data["milestone"]
        if milestone:
            holder = (
                self.incident.timeline.filter(milestone=milestone)
                .exclude(pk=self.instance.pk)
                .first()
            )
            if holder:
                raise forms.ValidationError(
                    _(
                        "“%(milestone)s” is marked on another entry already: %(entry)s. Take it off there first."
                    ),
                    params={"milestone": Milestone(milestone).label, "entry": str(holder)[:80]},
                )
        return milestone

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not {"day", "at", "until", "until_day"} & set(self.errors):
            self._clean_times(data)
        return data

    def _clean_times(self, data: dict[str, Any]) -> None:
        day, at, until = data.get("day") or self.incident.day, data.get("at"), data.get("until")
        old = self.instance.starts_at, self.instance.ends_at
        self.instance.starts_at = self.instance.ends_at = None
        if at is None:
            if until is not None:
                self.add_error("at", _("A range needs the time it began."))
            return
        self.instance.starts_at = self._instant(day, at, old[0], "at")
        if until is None:
            return
        end_day = data.get("until_day") or day
        self.instance.ends_at = self._instant(end_day, until, old[1], "until")
        if self.instance.ends_at < self.instance.starts_at:
            hint = ""
            if end_day == day:
                hint = _t(" If it ended the next day, set that day beside it.")
            self.add_error("until", _t("The end is before the start.") + hint)

    def _instant(self, day: date, clock: Any, old: datetime | None, name: str) -> datetime:
        """Return the instant; one that was not touched keeps its seconds and its side of a fold."""
        zone = self.incident.zone
        if old is not None:
            local = old.astimezone(zone)
            if local.date() == day and local.time().replace(
                second=0, microsecond=0
            ) == clock.replace(second=0):
                return old
        instant, doubt = to_instant(day, clock, zone)
        if doubt == "missing":
            self.add_error(
                name,
                _("The clocks went forward and skipped this time. Which time was it?"),
            )
        return instant

    def save(self, commit: bool = True) -> TimelineEntry:
        try:
            return super().save(commit)
        except IntegrityError:
            # Two people gave one milestone at the same moment: the constraint let one through.
            raise forms.ValidationError(
                {"milestone": _("Somebody marked this milestone on another entry just now.")}
            ) from None

    def after_save(self, is_new: bool) -> None:
        self.instance.place()


class LineForm(forms.Form):
    """The one-line box: a time and what happened, or several such lines."""

    line = forms.CharField(
        label=_("What happened, and when"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(
            attrs={
                "rows": 1,
                "placeholder": _("18:02 checked Slack, batch failing since 16:00"),
                "aria-describedby": "understood",
                "autocomplete": "off",
            }
        ),
    )
    creation_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def lines(self) -> list[str]:
        return [line for line in self.cleaned_data["line"].splitlines() if line.strip()]


class PlaceForm(forms.Form):
    """Where an untimed entry goes: one step up or down, or behind another entry."""

    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")], required=False)
    after = forms.IntegerField(required=False)

    def target(self, entry: TimelineEntry) -> TimelineEntry | None:
        """Return the entry to go behind, None for the first place.

        Raises ValidationError where there is no such place.
        """
        order = list(entry.incident.timeline.in_order())
        at = next(i for i, row in enumerate(order) if row.pk == entry.pk)
        others = order[:at] + order[at + 1 :]
        if direction := self.cleaned_data["direction"]:
            place = max(0, min(len(others), at + (-1 if direction == "up" else 1)))
            return others[place - 1] if place else None
        after = self.cleaned_data["after"]
        if after is None:
            return None
        for row in others:
            if row.pk == after:
                return row
        raise forms.ValidationError(_("The entry to put this behind is gone."))


class AttachmentForm(IncidentRowForm):
    """What a picture or file is called, to those who cannot see it and to those who can."""

    class Meta:
        model = Attachment
        fields = ["alt", "caption"]
        labels = {"alt": _("What the picture shows, for those who cannot see it")}


class PreviewForm(forms.Form):
    text = forms.CharField(required=False, strip=False, validators=[check_length])
