"""Forms of what was felt and learnt. Each saves itself; see retro.incidents.forms for how."""

from typing import Any

from django import forms
from django.db import models, transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from retro.incidents.forms import IncidentRowForm
from retro.incidents.models import Incident, TimelineEntry
from retro.lib.forms import WordsField
from retro.lib.markdown import check_length
from retro.reflections.models import (
    Feeling,
    ImprovementPoint,
    Lesson,
    LessonKind,
    Side,
    Strategy,
    Visibility,
)
from retro.teams.models import User

Moments = list[tuple[int, str]]


def offer(
    form: forms.ModelForm, name: str, choices: list[Any], rows: models.QuerySet | None = None
) -> None:
    """Let a field show ``choices`` and take, where it leads to rows, one of ``rows``."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    if isinstance(field, forms.ModelChoiceField) and rows is not None:
        field.queryset = rows
    field.choices = choices


def _one_line(attrs: dict[str, Any] | None = None) -> forms.Textarea:
    """A text of one line that may be long: it grows instead of scrolling sideways."""
    return forms.Textarea(attrs={"rows": 1, "autocomplete": "off", **(attrs or {})})


def _known(value: Any, choices: type[models.TextChoices]) -> str:
    """Return a value of these choices, the first where it is none of them."""
    return value if value in choices.values else choices.values[0]


class OneLineField(forms.CharField):
    """A text without line breaks; those pasted into it become spaces."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").splitlines())


class NewFeelingForm(forms.Form):
    body = forms.CharField(
        label=_("What was it like for you, and when was it hardest?"),
        validators=[check_length],
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("A word is enough to begin.")},
    )
    creation_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def save(self, incident: Incident, by: User) -> Feeling:
        return Feeling.objects.write(
            incident=incident,
            author=by,
            body=self.cleaned_data["body"],
            key=self.cleaned_data["creation_key"],
        )


class FeelingForm(IncidentRowForm):
    words = WordsField(
        label=_("What did you feel?"),
        help_text=_("In your own words, with commas between them."),
    )
    needs = WordsField(
        label=_("What did you need, or care about?"),
        help_text=_("Behind a strong feeling there is something that matters to you."),
    )

    class Meta:
        model = Feeling
        fields = ["words", "needs", "body", "entry", "visibility"]
        widgets = {"visibility": forms.RadioSelect, "body": forms.Textarea(attrs={"rows": 4})}
        labels = {
            "body": _("In a sentence, or a page"),
            "entry": _("The moment it belongs to"),
            "visibility": _("Who can read it"),
        }

    def __init__(self, *args: Any, moments: Moments, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moments = moments
        entries = TimelineEntry.objects.filter(incident=self.incident)
        # The moments are read once for all forms of the page, not once for each.
        offer(self, "entry", [("", _t("No particular moment")), *moments], entries)

    def form_of(self, row: Any) -> "FeelingForm":
        return FeelingForm(instance=row, incident=self.incident, by=self.by, moments=self.moments)

    def note(self, verb: str) -> None:
        # No line for any feeling, named ones too: a line that stops, or is taken away when
        # somebody shares without their name, would tell whose it is.
        return


class AnonymityForm(forms.Form):
    """Sharing without a name: with whom."""

    visibility = forms.ChoiceField(
        label=_("Share it with"),
        choices=[
            (Visibility.TEAM, _("My team")),
            (Visibility.PUBLIC, _("Everybody, when published")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose who shall be able to read it.")},
    )

    def __init__(self, *args: Any, feeling: Feeling, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"anonymity-{feeling.pk}-%s"


class PointForm(IncidentRowForm):
    heading = OneLineField(
        label=_("What would you do differently?"), max_length=200, widget=_one_line()
    )

    class Meta:
        model = ImprovementPoint
        fields = ["heading", "body", "entries"]
        widgets = {
            "body": forms.Textarea(attrs={"rows": 3}),
            "entries": forms.CheckboxSelectMultiple,
        }
        labels = {
            "body": _("Why, and how would it have helped?"),
            "entries": _("The moments it speaks of"),
        }

    def __init__(self, *args: Any, moments: Moments | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.moments = moments
        if moments is None:
            # The one-line box that adds a point; its place is given once it is written.
            self.instance.number = 0
            del self.fields["body"], self.fields["entries"]
            return
        entries = TimelineEntry.objects.filter(incident=self.incident)
        offer(self, "entries", moments, entries)

    def form_of(self, row: Any) -> "PointForm":
        return PointForm(instance=row, incident=self.incident, by=self.by, moments=self.moments)

    def after_save(self, is_new: bool) -> None:
        if is_new:
            self.instance.move_last()


class StrategyForm(IncidentRowForm):
    text = OneLineField(
        label=_("Strategy"),
        max_length=500,
        widget=_one_line(),
        error_messages={"required": _("Write what could be done; or remove it under “⋯”.")},
    )

    class Meta:
        model = Strategy
        fields = ["text"]


class NewStrategyForm(StrategyForm):
    """The box under a column: what is typed becomes its last strategy."""

    class Meta(StrategyForm.Meta):
        fields = ["text", "side"]
        widgets = {"side": forms.HiddenInput}

    def __init__(self, *args: Any, point: ImprovementPoint, side: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.point, self.instance.point = point, point
        side = _known(side or self.data.get("side"), Side)
        self.row_id = f"strategy-new-{point.pk}-{side}"
        self.auto_id = f"{self.row_id}-%s"
        self.initial["side"] = side
        self.fields["text"].label = Side(side).label

    def after_save(self, is_new: bool) -> None:
        self.instance.move_last()


class LessonForm(IncidentRowForm):
    text = OneLineField(
        label=_("Lesson"),
        max_length=2000,
        widget=_one_line(),
        error_messages={"required": _("Write what you learnt; or remove it beside.")},
    )

    class Meta:
        model = Lesson
        fields = ["text"]


class NewLessonForm(LessonForm):
    class Meta(LessonForm.Meta):
        fields = ["text", "kind"]
        widgets = {"kind": forms.HiddenInput}

    def __init__(self, *args: Any, kind: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = _known(kind or self.data.get("kind"), LessonKind)
        self.row_id = f"lesson-new-{kind}"
        self.auto_id = f"{self.row_id}-%s"
        self.initial["kind"] = kind


class PointPlaceForm(forms.Form):
    """Where a point goes: one step up or down, or behind another."""

    direction = forms.ChoiceField(choices=[("up", "up"), ("down", "down")], required=False)
    after = forms.CharField(required=False, max_length=40)

    def place(self, point: ImprovementPoint) -> None:
        with transaction.atomic():
            order = list(point.incident.improvements.all())
            at = [row.pk for row in order].index(point.pk)
            others = order[:at] + order[at + 1 :]
            if direction := self.cleaned_data["direction"]:
                to = max(0, min(len(others), at + (-1 if direction == "up" else 1)))
                point.move(others[to - 1] if to else None)
            else:
                # Rows of points carry "point-7", so that their keys and strategies' stay apart.
                behind = [row for row in others if f"point-{row.pk}" == self.cleaned_data["after"]]
                point.move(behind[0] if behind else None)


class StrategyPlaceForm(forms.Form):
    """Where a strategy goes: one step, or dropped behind another under a third."""

    direction = forms.ChoiceField(
        choices=[(name, name) for name in ("up", "down", "in", "out")], required=False
    )
    after = forms.IntegerField(required=False)
    # What it was dropped into: another strategy's key, or the point itself ("point-7").
    parent = forms.CharField(required=False, max_length=40)

    def place(self, strategy: Strategy) -> None:
        """Raises :class:`retro.reflections.tree.Misplaced`."""
        if direction := self.cleaned_data["direction"]:
            strategy.step(direction)
            return
        parent = self.cleaned_data["parent"]
        key = int(parent) if parent.isdecimal() and len(parent) < 19 else None
        strategy.move(parent=key, after=self.cleaned_data["after"])


class RemovalForm(forms.Form):
    """Removing a strategy: whether those under it go with it."""

    children = forms.ChoiceField(choices=[("keep", "keep"), ("remove", "remove")], required=False)

    @property
    def with_children(self) -> bool:
        return self.cleaned_data.get("children") == "remove"
