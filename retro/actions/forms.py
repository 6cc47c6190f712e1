"""Forms of what the team will do: an action's words, and its state."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from retro.actions.models import ActionItem, ActionKind, Priority, State
from retro.incidents.forms import IncidentRowForm
from retro.incidents.models import Activity
from retro.reflections.forms import offer
from retro.teams.models import User


class ActionForm(IncidentRowForm):
    class Meta:
        model = ActionItem
        fields = [
            "text",
            "kind",
            "trigger",
            "due",
            "owner",
            "priority",
            "minimum_goal",
            "full_goal",
            "expected_result",
        ]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 1}),
            "kind": forms.RadioSelect,
            "trigger": forms.RadioSelect,
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "minimum_goal": forms.Textarea(attrs={"rows": 1}),
            "full_goal": forms.Textarea(attrs={"rows": 1}),
            "expected_result": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {
            "text": _("What will you do?"),
            "kind": _("Once, or a habit?"),
            "trigger": _("When"),
            "owner": _("Who sees to it"),
            "due": _("Due"),
            "priority": _("Priority"),
            "minimum_goal": _("Minimum goal"),
            "full_goal": _("Full goal"),
            "expected_result": _("Expected result"),
        }
        help_texts = {
            "minimum_goal": _("Small enough to be sure of."),
            "full_goal": _("What it looks like when all of it is there."),
            "expected_result": _("How will you see that it works?"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = self.incident.team_id
        owners = User.objects.filter(memberships__team=team)
        if self.instance.owner_id:
            # Somebody who has left stays until another one is chosen.
            owners = owners | User.objects.filter(pk=self.instance.owner_id)
        owners = owners.distinct().order_by("name", "pk")
        people = [(person.pk, str(person)) for person in owners]
        offer(self, "owner", [("", _t("Nobody yet")), *people], owners)
        offer(self, "priority", [("", _t("Not decided yet")), *Priority.choices])

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].splitlines())


class NewActionForm(IncidentRowForm):
    """The one-line box: what will be done, and whether once or as a habit."""

    class Meta:
        model = ActionItem
        fields = ["text", "kind"]
        widgets = {"kind": forms.RadioSelect}
        error_messages = {"text": {"required": _("Write what will be done.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].label = _("Once, or a habit?")
        kinds = [(ActionKind.TASK, _("Task: once")), (ActionKind.PRACTICE, _("Practice: a habit"))]
        offer(self, "kind", kinds)

    def clean_text(self) -> str:
        return " ".join(self.cleaned_data["text"].splitlines())


class StateForm(IncidentRowForm):
    """How far an action is. Verified asks for what came of it, declined for the reason."""

    class Meta:
        model = ActionItem
        fields = ["state", "actual_result", "declined_reason"]
        widgets = {
            "state": forms.RadioSelect,
            "actual_result": forms.Textarea(attrs={"rows": 2}),
            "declined_reason": forms.Textarea(attrs={"rows": 2}),
        }
        labels = {
            "state": _("How far is it?"),
            "actual_result": _("What came of it?"),
            "declined_reason": _("Why not?"),
        }
        help_texts = {"state": _("It is finished when somebody has looked whether it worked.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Beside the action's other form on one page.
        self.row_id = f"{self.row_id}-state"
        self.auto_id = f"{self.row_id}-%s"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        state = data.get("state")
        if state == State.VERIFIED and not data.get("actual_result", "").strip():
            self.add_error(
                "actual_result", _("Write what came of it: verified means that somebody looked.")
            )
        if state == State.DECLINED and not data.get("declined_reason", "").strip():
            self.add_error(
                "declined_reason", _("Write why it will not be done, for whoever asks later.")
            )
        return data

    def save(self, commit: bool = True) -> ActionItem:
        item: ActionItem = self.instance
        data = self.cleaned_data
        version = data["version"]
        with transaction.atomic():
            if data["state"] == State.VERIFIED:
                item.verify(data["actual_result"], by=self.by, version=version)
            elif data["state"] == State.DECLINED:
                item.decline(data["declined_reason"], by=self.by, version=version)
            elif data["state"] == State.DONE:
                item.finish(version=version)
            elif data["state"] == State.IN_PROGRESS:
                item.start(version=version)
            else:
                item.reopen(version=version)
            self.note(Activity.Verb.EDITED)
        return item


class ListForm(forms.Form):
    """Which actions the team's page shows, and from where on."""

    PAGE = 50

    show = forms.ChoiceField(choices=[("open", "open"), ("all", "all")], required=False)
    whose = forms.ChoiceField(choices=[("mine", "mine"), ("others", "others")], required=False)
    due = forms.DateField(required=False)
    after = forms.IntegerField(required=False, min_value=0, max_value=2**62)
