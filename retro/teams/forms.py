"""Forms of people and teams."""

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from retro.teams.models import Invitation, Membership, Role, Team, User


class TimeZoneField(forms.ChoiceField):
    """Every time zone by its IANA name."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Time zone"))
        zones = sorted(zone for zone in available_timezones() if "/" in zone or zone == "UTC")
        super().__init__(choices=[(zone, zone.replace("_", " ")) for zone in zones], **kwargs)


class PasswordField(forms.CharField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Password"),
            strip=False,
            widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
            **kwargs,
        )


class NewcomerForm(forms.ModelForm):
    """Somebody who did not have an account: their name, language and password."""

    password = PasswordField(help_text=_("At least ten characters; a sentence is a good one."))

    class Meta:
        model = User
        fields = ["name", "language"]
        labels = {"name": _("Your name"), "language": _("Your language")}
        widgets: ClassVar[dict[str, forms.Widget]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"})
        }

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        # After the instance has its name and e-mail: a password must not be like them.
        if password := self.cleaned_data.get("password"):
            try:
                validate_password(password, self.instance)
            except forms.ValidationError as error:
                self.add_error("password", error)


class OwnerForm(NewcomerForm):
    """The first page of an installation: its owner and its team."""

    team = forms.CharField(label=_("Name of the team"), max_length=100)
    time_zone = TimeZoneField(
        initial="UTC", help_text=_("Where the team works. Each incident can have its own.")
    )
    field_order = ["name", "email", "password", "language", "team", "time_zone"]

    class Meta(NewcomerForm.Meta):
        fields = ["name", "email", "language"]
        labels = {**NewcomerForm.Meta.labels, "email": _("Your e-mail")}
        widgets = {
            **NewcomerForm.Meta.widgets,
            "email": forms.EmailInput(attrs={"autocomplete": "email"}),
        }


class ProfileForm(forms.ModelForm):
    time_zone = TimeZoneField(
        help_text=_("For dates on the desk; an incident's times stay in its own.")
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone"]
        labels = {"name": _("Your name"), "language": _("Your language")}


class TeamForm(forms.ModelForm):
    time_zone = TimeZoneField()

    class Meta:
        model = Team
        fields = ["name", "time_zone", "language"]
        labels = {"name": _("Name of the team"), "language": _("Language of new postmortems")}


class RoleForm(forms.ModelForm):
    class Meta:
        model = Membership
        fields = ["role"]

    def clean_role(self) -> str:
        role: str = self.cleaned_data["role"]
        if role != Role.OWNER and is_last_owner(self.instance):
            raise forms.ValidationError(_("A team needs an owner. Make somebody else one first."))
        return role


def is_last_owner(membership: Membership) -> bool:
    """Say whether nobody could manage the team without this person."""
    stored = Membership.objects.get(pk=membership.pk)
    others = Membership.objects.filter(team=membership.team, role=Role.OWNER)
    return stored.role == Role.OWNER and not others.exclude(pk=membership.pk).exists()


class InviteForm(forms.ModelForm):
    class Meta:
        model = Invitation
        fields = ["email", "role"]
        labels = {"email": _("E-mail"), "role": _("They will be")}

    def __init__(self, *args: Any, team: Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].lower()
        if Membership.objects.filter(team=self.team, user__email__iexact=email).exists():
            raise forms.ValidationError(_("This person is in the team already."))
        return email
