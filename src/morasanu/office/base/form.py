"""Forms over records: they carry the version that was seen, and say what is wrong beside each field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms

from morasanu.office.base.record import Record
from morasanu.office.base.words import say, say_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.exceptions import ValidationError
    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.rules.load import Words

Row = TypeVar("Row", bound=Record)


class CodeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A row by the code that people know it by: a list of thousands helps nobody.

    `stands` is the row that the record names already: it may stay, though whoever edits the record could not choose it.
    """

    def __init__(self, rows: QuerySet[Any], missing: str, *, by: str = "code", required: bool = True) -> None:
        """Keep which rows may be chosen, by which field, and what is said when there is none."""
        super().__init__(
            rows,
            required=required,
            to_field_name=by,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
            error_messages={"invalid_choice": missing},
        )
        self.by = by
        self.stands: Record | None = None

    def prepare_value(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Return the code that is shown."""
        stands = self.stands
        return getattr(stands, self.by) if stands and value in (stands, stands.pk) else super().prepare_value(value)

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Return the row; raises Django's ValidationError when none that may be chosen has the code."""
        value = value.strip() if isinstance(value, str) else value
        if self.stands and value == getattr(self.stands, self.by):
            return self.stands
        return super().to_python(value)


def _find_row(record: Record, name: str) -> Record | None:
    """Return the row that a record names in a field; Django raises where none must be missing and is."""
    field: Any = record._meta.get_field(name)  # noqa: SLF001 - Django's name for it
    return getattr(record, name) if getattr(record, field.attname) is not None else None


class RecordForm(forms.ModelForm, Generic[Row]):  # type: ignore[type-arg]
    """A form over one record; it validates and fills the record, a service writes it."""

    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, reach: Reach, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Take the reach: only what it holds may be chosen."""
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen"] = self.instance.version
        for name, field in self.fields.items():
            if isinstance(field, forms.DateField):
                field.widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
            if isinstance(field.widget, forms.Textarea):
                field.widget.attrs["rows"] = 4
            if name != "seen":
                field.widget.attrs.setdefault("aria-describedby", f"help-{name}")
        self.label_fields(reach)
        if "code" in self.fields:
            self.fields["code"].error_messages["unique"] = say(
                "その番号はもう使われています。別の番号を付けてください", "that code is taken: choose another one"
            )
        for name, field in self.fields.items():
            if isinstance(field, CodeField):
                field.widget.attrs["aria-describedby"] = f"help-{name}"
                field.stands = _find_row(self.instance, name)

    def label_fields(self, reach: Reach) -> None:
        """Say what each field is, and limit what may be chosen to `reach`."""
        raise NotImplementedError

    def name_fields(self, **titles: str) -> None:
        """Set the titles of fields."""
        for name, title in titles.items():
            self.fields[name].label = title

    def limit(self, name: str, rows: QuerySet[Any]) -> None:
        """Let only `rows` be chosen."""
        field = self.fields[name]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = rows

    @property
    def seen_version(self) -> int | None:
        """Return the version that the visitor changed."""
        found = self.cleaned_data.get("seen")
        return found if isinstance(found, int) else None


def choose(form: forms.BaseForm, name: str, titles: Mapping[Any, Words]) -> None:
    """Offer a closed set of values with their titles in the visitor's language."""
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = [(value, say_words(words)) for value, words in titles.items()]


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a service found wrong beside the fields that it is about, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, problems in error.error_dict.items():
        form.add_error(name if name in form.fields else None, problems)
