"""The one way in which a record is edited on a page: form, service, and both versions when somebody else was faster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from morasanu.errors import InputError
from morasanu.office.access.reach import read_reach, read_visitor
from morasanu.office.base.form import RecordForm, add_errors
from morasanu.office.base.record import Record, StaleError
from morasanu.office.base.words import say, say_error

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

Row = TypeVar("Row", bound=Record)


class Writer(Protocol[Row]):  # type: ignore[misc] # the rows go in only
    """A service that writes a record."""

    def __call__(self, record: Row, actor: str, /, *, seen: int | None = None) -> None:
        """Write it."""


def edit_record(
    request: HttpRequest,
    form_class: type[RecordForm[Any]],
    record: Row,
    write: Writer[Row],
    *,
    title: str,
    route: str,
    sentence: str = "",
) -> HttpResponse:
    """Return the form; sent and good, the record is written and its page (`route`) follows.

    `sentence` says what saving does. A form that is not good comes back with what was typed; a stale one with what somebody else wrote beside it.
    """
    form = form_class(request.POST or None, instance=record, reach=read_reach(request))
    stored: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            write(form.instance, read_visitor(request).actor, seen=form.seen_version)
        except StaleError as error:
            form.add_error(None, say_error(error))
            names = {form.instance._meta.get_field(name).attname: name for name in form.fields if name != "seen"}  # noqa: SLF001 - Django's name for it
            fields = {key: form.fields[name] for key, name in names.items()}
            stored = [
                (str(fields[key].label), _show(fields[key], value))
                for key, value in error.stored.items()
                if key in fields
            ]
        except ValidationError as error:
            add_errors(form, error)
        except InputError as error:
            form.add_error(None, say_error(error))
        else:
            return redirect(route, form.instance.pk)
    status = 200 if request.method == "GET" else 422
    context = {"form": form, "title": title, "stored": stored, "sentence": sentence}
    return render(request, "base/edit.html", context, status=status)


def _show(field: forms.Field, value: object) -> str:
    """Return a stored value as the form would offer it, not as the database keeps it."""
    if value in (None, "", []):
        return "—"
    if isinstance(value, bool):
        return say("はい", "yes") if value else say("いいえ", "no")
    if isinstance(field, forms.ModelChoiceField):
        row = field.queryset.filter(pk=value).first() if field.queryset is not None else None
        return str(field.label_from_instance(row)) if row else "—"
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    titles = {str(key): str(title) for key, title in choices}
    values = value if isinstance(value, list) else [value]
    return say("、", ", ").join(titles.get(str(each), str(each)) for each in values)
