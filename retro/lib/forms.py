"""Forms that save themselves: a row's form with its version, and fields for lists of words."""

import re
from typing import Any

from django import forms
from django.db import models
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext_lazy as _

from retro.lib.rows import Row


class Renderer(TemplatesSetting):
    """Draw form fields with the project's own templates."""

    field_template_name = "_field.html"


class WordsField(forms.CharField):
    """A list of short texts, typed with commas between them; cleans to a list without doubles."""

    def __init__(self, *, max_words: int = 30, max_each: int = 80, **kwargs: Any) -> None:
        self.max_words, self.max_each = max_words, max_each
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        parts = (part.strip() for part in re.split(r"[,，、\n]", value or ""))
        return list(dict.fromkeys(part for part in parts if part))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.max_words:
            raise forms.ValidationError(
                _("At most %(most)s, please."), params={"most": self.max_words}
            )
        for word in value:
            if len(word) > self.max_each:
                raise forms.ValidationError(
                    _("“%(word)s…” is too long: at most %(most)s characters each."),
                    params={"word": word[:20], "most": self.max_each},
                )

    def run_validators(self, value: Any) -> None:
        super().run_validators(", ".join(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or []) != self.to_python(data)


class RowForm(forms.ModelForm):
    """The form of one editable row.

    Its fields' ids carry the row's, so that a page may hold many. ``save()`` raises
    :class:`retro.lib.rows.Stale` when somebody else saved the row since it was read here.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    creation_key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row_id = f"{self._meta.model._meta.model_name}-{self.instance.pk or 'new'}"
        self.auto_id = f"{self.row_id}-%s"
        self.initial["version"] = self.instance.version
        if self.instance.pk:
            del self.fields["creation_key"]
        else:
            del self.fields["version"]
        # What the person read before typing; the form's cleaning overwrites the instance.
        self.stale: Row | None = None

    def clean_version(self) -> int:
        """Return the version the text was typed on, or the one the person decided to save over."""
        over = self.data.get("over", "")
        if over.isdecimal() and len(over) < 10:
            return int(over)
        return self.cleaned_data["version"] or 0

    @property
    def row_fields(self) -> list[str]:
        """Return the names of the plain columns this form writes."""
        return [
            name
            for name in self._meta.fields or []
            if name in self.fields
            and not isinstance(self._meta.model._meta.get_field(name), models.ManyToManyField)
        ]

    def save(self, commit: bool = True) -> Any:
        if self.instance.pk is None:
            self.instance.creation_key = self.cleaned_data.get("creation_key")
            return super().save(commit)
        self.instance.save_version(self.cleaned_data["version"], self.row_fields)
        self._save_m2m()  # type: ignore[attr-defined]
        return self.instance

    def form_of(self, row: Row) -> "RowForm":
        """Return an unbound form like this one for another reading of the row."""
        return type(self)(instance=row)

    def differences(self, current: Row) -> list[dict[str, Any]]:
        """Return, field by field, the text that is being saved beside somebody else's newer one.

        Each is ``{"label", "name", "mine", "theirs"}``; fields that agree are left out.
        """
        theirs = self.form_of(current)
        rows = []
        for name in self.fields:
            if name in ("version", "creation_key"):
                continue
            mine_text = _shown(self[name])
            their_text = _shown(theirs[name])
            if mine_text != their_text:
                rows.append(
                    {
                        "label": self.fields[name].label,
                        "name": name,
                        "mine": mine_text,
                        "theirs": their_text,
                    }
                )
        return rows


def _shown(bound: forms.BoundField) -> str:
    """Return a bound field's value as a person reads it."""
    value = bound.value()
    if value is None or value == "":
        return ""
    choices = getattr(bound.field, "choices", None)
    if choices is not None:
        picked = {str(item) for item in (value if isinstance(value, list | tuple) else [value])}
        labels = []
        for key, label in choices:
            if str(key) in picked:
                labels.append(str(label))
        return ", ".join(labels)
    shown = bound.field.widget.format_value(value)
    return str("" if shown is None else shown).replace("\r\n", "\n")
