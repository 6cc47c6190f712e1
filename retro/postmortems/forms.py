"""The draft's form, how people are shown, and the blog's name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from retro.incidents.forms import IncidentRowForm
from retro.incidents.models import InvolvedPerson
from retro.lib.forms import WordsField
from retro.postmortems import slugs
from retro.postmortems.models import SECTIONS, Blog, Postmortem

SECTION_LABELS = {
    "story": pgettext_lazy("post", "What happened"),
    "feelings": _("How it felt"),
    "improvements": _("What we will do differently"),
    "lessons": _("What we learned"),
    "actions": _("What we promised"),
    "summary": _("In short"),
}


class PostmortemForm(IncidentRowForm):
    """Everything of the post that is not in the records."""

    categories = WordsField(label=_("Categories"), max_words=5)
    tags = WordsField(label=_("Tags"), help_text=_("With commas between them."))
    keywords = WordsField(
        label=_("Keywords"), help_text=_("For search engines; readers do not see them.")
    )

    class Meta:
        model = Postmortem
        fields = [
            "title",
            "slug",
            "description",
            "language",
            "categories",
            "tags",
            "keywords",
            "summary",
        ]
        labels = {
            "title": _("Title"),
            "slug": _("Address"),
            "description": _("Description, in one line"),
            "language": _("Language of the post"),
            "summary": _("Closing summary"),
        }
        help_texts = {
            "description": _("Shown under the title, in feeds and where a link is shared."),
            "language": _("Headings and dates of the post follow it."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slug"] = forms.CharField(
            label=_("Address"),
            max_length=slugs.LENGTH,
            help_text=_("An address that was ever public leads here for ever."),
        )
        self.fields["title"].required = True

    def clean_slug(self) -> str:
        return slugs.check(self.cleaned_data["slug"], self.instance)

    def save(self, commit: bool = True) -> Any:
        try:
            with transaction.atomic():
                return super().save(commit)
        except IntegrityError:
            # Somebody took the address between the check and the write.
            raise ValidationError({"slug": slugs.taken(self.cleaned_data["slug"])}) from None


class SectionForm(forms.Form):
    """One step for one section: up, down, shown or hidden."""

    section = forms.ChoiceField(choices=[(name, name) for name in SECTIONS])
    change = forms.ChoiceField(
        choices=[(name, name) for name in ("up", "down", "show", "hide", "place")]
    )
    after = forms.CharField(required=False, max_length=20)

    def apply(self, sections: list[str]) -> list[str]:
        """Return the new order of the sections that appear."""
        name, change = self.cleaned_data["section"], self.cleaned_data["change"]
        rest = [other for other in sections if other != name]
        if change == "hide":
            return rest
        if change == "place":
            after = self.cleaned_data["after"]
            at = rest.index(after) + 1 if after in rest else 0
        elif name not in sections:
            return [*rest, name]
        else:
            step = {"up": -1, "down": 1}.get(change, 0)
            at = max(0, min(len(rest), sections.index(name) + step))
        return [*rest[:at], name, *rest[at:]]


class ShownForm(IncidentRowForm):
    """How one person appears in public."""

    class Meta:
        model = InvolvedPerson
        fields = ["shown_as"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A column of three buttons needs no name of its own; the person's is beside it.
        self.fields["shown_as"].label = self.instance.name


class PublicationForm(forms.Form):
    """Publishing, on top of the newest revision that the person has seen."""

    last_seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class BlogForm(forms.ModelForm):
    class Meta:
        model = Blog
        fields = ["title", "description", "language"]
        labels = {
            "title": _("Title of the blog"),
            "description": _("What it is, in a sentence"),
            "language": _("Its language"),
        }
