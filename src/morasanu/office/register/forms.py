"""The forms of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from morasanu.office.access.reach import within
from morasanu.office.base.form import CodeField, RecordForm, choose
from morasanu.office.base.words import say, say_words
from morasanu.office.party.forms import PartyField
from morasanu.office.party.selectors import list_nameable
from morasanu.office.people.forms import PersonField
from morasanu.office.people.models import OrgUnit, Person
from morasanu.office.register.models import (
    FLOW_KINDS,
    LOCATION_KINDS,
    MEDIUMS,
    STATUSES,
    Flow,
    Holding,
    Location,
    Storage,
)
from morasanu.rules.load import load_rules

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach


class LocationField(CodeField):
    """A location by its code."""

    def __init__(self, locations: QuerySet[Location], *, required: bool = True) -> None:
        """Keep which may be chosen."""
        missing = say("その番号の保管場所は見当たりません", "no location here has that code")
        super().__init__(locations, missing, required=required)


class HoldingForm(RecordForm[Holding]):
    """A row of the register."""

    labels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        """Its fields."""

        model = Holding
        fields = (
            "code",
            "name",
            "unit",
            "custodian",
            "medium",
            "purpose",
            "subjects",
            "labels",
            "persons",
            "source",
            "users",
            "provided_to",
            "entrusted_to",
            "is_abroad",
            "is_retained",
            "retention",
            "disposal",
            "safety",
            "started_on",
            "checked_on",
            "status",
            "note",
        )

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["custodian"] = PersonField(within(Person, reach), required=False)
        self.name_fields(
            code=say("管理番号", "Code"),
            name=say("名称", "Name"),
            unit=say("部店", "Unit"),
            custodian=say("管理担当者（職員番号）", "Custodian (staff number)"),
            medium=say("媒体", "Medium"),
            purpose=say("利用目的", "Purpose of use"),
            subjects=say("本人の区分（預金者、職員など）", "Whose data (depositors, staff …)"),
            labels=say("個人データの項目", "Kinds of data"),
            persons=say("本人数（人）", "Persons"),
            source=say("取得元・取得方法", "From whom and how"),
            users=say("アクセスできる者", "Who has access"),
            provided_to=say("第三者提供の相手", "Provided to"),
            entrusted_to=say("委託先", "Entrusted to"),
            is_abroad=say("外国にある", "Lies abroad"),
            is_retained=say("保有個人データである", "Is retained personal data"),
            retention=say("保管期間", "Kept for"),
            disposal=say("廃棄・消去の方法", "How it is destroyed"),
            safety=say("安全管理措置（アクセス制御など）", "Safety measures (access control …)"),
            started_on=say("取扱開始日", "Since"),
            checked_on=say("最終点検日", "Last checked on"),
            status=say("状態", "State"),
            note=say("備考", "Note"),
        )
        choose(self, "medium", MEDIUMS)
        choose(self, "status", STATUSES)
        known = {label: say_words(rule.title) for label, rule in load_rules().labels.items()}
        known |= {label: label for label in self.instance.labels if label not in known}
        field = self.fields["labels"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = list(known.items())
        self.limit("unit", within(OrgUnit, reach))


class LocationForm(RecordForm[Location]):
    """A location."""

    class Meta:
        """Its fields."""

        model = Location
        fields = ("code", "name", "kind", "unit", "parent", "address", "note")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["parent"] = LocationField(within(Location, reach), required=False)
        self.name_fields(
            code=say("場所番号", "Code"),
            name=say("名称", "Name"),
            kind=say("種別", "Kind"),
            unit=say("管理する部店", "Unit in charge"),
            parent=say("上位の場所（場所番号）", "Within (code)"),
            address=say("アドレス（走査が読む場所。紙は空欄）", "Address (what a scan reads; empty for paper)"),
            note=say("備考", "Note"),
        )
        choose(self, "kind", LOCATION_KINDS)
        self.limit("unit", within(OrgUnit, reach))


class StorageForm(RecordForm[Storage]):
    """Where a holding lies."""

    class Meta:
        """Its fields."""

        model = Storage
        fields = ("location", "path")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.fields["location"] = LocationField(within(Location, reach))
        self.name_fields(
            location=say("場所番号", "Location's code"),
            path=say("その中のフォルダー・表（空欄＝全体）", "Folder or table there (empty: all of it)"),
        )


class FlowForm(RecordForm[Flow]):
    """What happens to a holding."""

    class Meta:
        """Its fields."""

        model = Flow
        fields = ("kind", "party", "ground", "volume", "note")
        widgets = {"note": forms.TextInput}  # noqa: RUF012 - Django's

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.fields["party"] = PartyField(list_nameable())
        self.name_fields(
            kind=say("流れ", "What happens"),
            party=say("相手（番号か名称）", "With whom (code or name)"),
            ground=say("根拠", "Legal ground"),
            volume=say("年間の件数", "A year"),
            note=say("備考", "Note"),
        )
        choose(self, "kind", FLOW_KINDS)
