"""The forms about parties, and the field by which every form names one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.html import format_html, format_html_join

from morasanu.office.access.reach import within
from morasanu.office.base.form import CodeField, RecordForm, choose
from morasanu.office.base.words import say, say_words
from morasanu.office.party.country import COUNTRIES, HOME, UNKNOWN
from morasanu.office.party.models import PARTY_KINDS, Party
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.models import OrgUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import QuerySet
    from django.utils.safestring import SafeString

    from morasanu.office.access.reach import Reach

_OFFERED: Final = 1_000


class _OfferingInput(forms.TextInput):
    """A line of text with what may be written in it beside it, for browsers that show it."""

    rows: Iterable[tuple[str, str]] = ()

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:  # noqa: ANN401 - Django's
        """Return the line and its list."""
        key = f"offers-{name}"
        line = super().render(name, value, {**(attrs or {}), "list": key}, renderer)
        return format_html(
            '{}<datalist id="{}">{}</datalist>',
            line,
            key,
            format_html_join("", '<option value="{}">{}</option>', self.rows),
        )


class PartyField(CodeField):
    """A party by its code or its name; a name that is nearly right is answered with what was probably meant."""

    def __init__(self, parties: QuerySet[Party], *, required: bool = False) -> None:
        """Keep which may be named."""
        super().__init__(
            parties, say("その番号・名称の相手は見当たりません", "no party has that code or name"), required=required
        )
        self._parties = parties
        self.widget = _OfferingInput(attrs={"autocomplete": "off"})
        self.widget.rows = parties.order_by("code").values_list("code", "name")[:_OFFERED]

    def to_python(self, value: Any) -> Any:  # noqa: ANN401 - Django's
        """Return the party that is meant."""
        if not isinstance(value, str) or not value.strip():
            return super().to_python(value)
        text = value.strip()
        if isinstance(self.stands, Party) and text in {self.stands.code, self.stands.name}:
            return self.stands
        found = list(self._parties.filter(Q(code=text) | Q(name=text))[:3])
        exact = [each for each in found if each.code == text] or found
        if len(exact) != 1:
            raise ValidationError(self._say_missing(text, exact), code="invalid_choice")
        return exact[0]

    def _say_missing(self, text: str, found: list[Party]) -> str:
        if found:
            return say(
                "同じ名称の相手がいくつかあります。番号で書いてください",
                "several parties have that name: write the code",
            )
        names = dict(self._parties.values_list("name", "code"))
        near = [f"{names[name]} {name}" for name in get_close_matches(text, names, 3, 0.5)]
        said = str(self.error_messages["invalid_choice"])
        return said + say(f"。もしかして: {'、'.join(near)}", f"; did you mean: {', '.join(near)}") if near else said


class PartyForm(RecordForm[Party]):
    """A party."""

    country = forms.ChoiceField(required=False)

    class Meta:
        """Its fields."""

        model = Party
        fields = (
            "code", "name", "kana", "kind", "parent", "country", "unit", "contact", "phone", "mail", "starts_on", "ends_on", "note",
        )  # fmt: skip

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["parent"] = PartyField(list_nameable().exclude(pk=self.instance.pk))
        self.name_fields(
            code=say("番号", "Code"),
            name=say("名称", "Name"),
            kana=say("名称（カナ）", "Name in kana"),
            kind=say("区分", "Kind"),
            parent=say(
                "再委託元の委託先（番号か名称。再委託先だけ）",
                "Entrusted by (code or name of a vendor; sub-vendors only)",
            ),
            country=say("国・地域", "Country"),
            unit=say("担当する部店", "Unit in charge"),
            contact=say("相手の担当部署", "Their department"),
            phone=say("電話（業務用）", "Phone (of the business)"),
            mail=say("メール（業務用）", "Mail (of the business)"),
            starts_on=say("開始日", "From"),
            ends_on=say("終了日（最後の日）", "Last day"),
            note=say("備考", "Note"),
        )
        choose(self, "kind", PARTY_KINDS)
        named = sorted(((code, say_words(name)) for code, name in COUNTRIES.items()), key=lambda each: each[1])
        field = self.fields["country"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [
                (HOME, say_words(COUNTRIES[HOME])),
                ("", say_words(UNKNOWN)),
                *(each for each in named if each[0] != HOME),
            ]
        self.limit("unit", within(OrgUnit, reach))

    def clean(self) -> dict[str, Any]:
        """Return what was typed; the last day is not before the first."""
        given: dict[str, Any] = super().clean() or {}
        first, last = given.get("starts_on"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", say("終了日が開始日より前です", "the last day is before the first"))
        return given
