"""The forms about people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings

from morasanu.office.access.reach import within
from morasanu.office.access.role import TITLES, Role
from morasanu.office.base.form import CodeField, RecordForm, choose
from morasanu.office.base.words import say
from morasanu.office.party.forms import PartyField
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.models import PERSON_KINDS, UNIT_KINDS, Appointment, OrgUnit, Person

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach


class UnitForm(RecordForm[OrgUnit]):
    """A unit."""

    class Meta:
        """Its fields."""

        model = OrgUnit
        fields = ("code", "name", "kind", "parent", "closed_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.name_fields(
            code=say("コード", "Code"),
            name=say("名称", "Name"),
            kind=say("種別", "Kind"),
            parent=say("上位", "Above"),
            closed_on=say("廃止日", "Closed on"),
        )
        choose(self, "kind", UNIT_KINDS)
        self.limit("parent", within(OrgUnit, reach))


class PersonForm(RecordForm[Person]):
    """A person."""

    class Meta:
        """Its fields."""

        model = Person
        fields = ("number", "name", "kana", "kind", "unit", "party", "post", "joined_on", "left_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["party"] = PartyField(list_nameable())
        self.name_fields(
            number=say("職員番号", "Staff number"),
            name=say("氏名", "Name"),
            kana=say("氏名（カナ）", "Name in kana"),
            kind=say("区分", "Kind"),
            unit=say("所属", "Unit"),
            party=say("委託先（番号か名称。委託先要員だけ）", "Vendor (code or name; vendor's staff only)"),
            post=say("役職", "Post"),
            joined_on=say("着任日", "From"),
            left_on=say("退任日（最後の日）", "Last day"),
        )
        choose(self, "kind", PERSON_KINDS)
        self.limit("unit", within(OrgUnit, reach))


class AppointmentForm(RecordForm[Appointment]):
    """An appointment."""

    class Meta:
        """Its fields."""

        model = Appointment
        fields = ("person", "unit", "role", "is_deputy", "starts_on", "ends_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["person"] = PersonField(within(Person, reach))
        self.name_fields(
            person=say("職員番号", "Staff number"),
            unit=say("任命先", "Unit"),
            role=say("役割", "Role"),
            is_deputy=say("代理として", "As deputy"),
            starts_on=say("任命日", "From"),
            ends_on=say("任期の最後の日（空欄＝定めなし）", "Last day (empty: open)"),
        )
        choose(self, "role", {role: TITLES[role] for role in Role})
        self.limit("unit", within(OrgUnit, reach))


class OfficerForm(RecordForm[Appointment]):
    """The appointment of the officer: role and unit are given."""

    class Meta:
        """Its fields."""

        model = Appointment
        fields = ("person", "starts_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["person"] = PersonField(
            within(Person, reach), say("責任者となる人の職員番号", "Officer's staff number")
        )
        self.name_fields(starts_on=say("任命日", "From"))


class PersonField(CodeField):
    """A person by staff number."""

    def __init__(self, persons: QuerySet[Person], label: Any = None, *, required: bool = True) -> None:  # noqa: ANN401 - Django's
        """Keep who may be chosen."""
        missing = say("その番号の人は見当たりません", "nobody here has that number")
        super().__init__(persons, missing, by="number", required=required)
        self.label = label


class AccountForm(forms.Form):
    """The first password of an account."""

    username = forms.CharField(max_length=40)
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Say what each is."""
        super().__init__(*args, **kwargs)
        self.fields["username"].label = say("サインイン名", "Name to sign in with")
        self.fields["password"].label = say("最初のパスワード（12文字以上）", "First password (12 characters or more)")
        if settings.DIRECTORY.is_there:
            self.fields["password"].required = False
            self.fields["password"].label = say(
                "最初のパスワード（12文字以上、空欄＝社内の認証で入る）",
                "First password (12 characters or more; empty: signs in with your directory)",
            )


class FirstForm(AccountForm):
    """The institution and its first administrator."""

    institution = forms.CharField(max_length=100)
    number = forms.CharField(max_length=20)
    name = forms.CharField(max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's
        """Say what each is."""
        super().__init__(*args, **kwargs)
        self.fields["password"].required = True  # somebody gets in when the directory is away
        self.fields["institution"].label = say("金融機関の名称", "Name of the institution")
        self.fields["number"].label = say("あなたの職員番号", "Your staff number")
        self.fields["name"].label = say("あなたの氏名", "Your name")
        self.order_fields(["institution", "number", "name", "username", "password"])
