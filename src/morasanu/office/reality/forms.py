"""The forms by which the register is set right, and scans are planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from morasanu.finding import Label
from morasanu.office.access.reach import within
from morasanu.office.base.form import RecordForm, choose
from morasanu.office.base.words import say, say_words
from morasanu.office.people.models import OrgUnit
from morasanu.office.reality.models import Plan
from morasanu.office.register.models import Holding, Medium
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from morasanu.office.access.reach import Reach

_MEDIUMS = {
    Medium.FILE: Words("電子ファイル", "files"),
    Medium.SYSTEM: Words("システム", "system"),
    Medium.MEDIA: Words("可搬媒体", "removable media"),
}


class RegisterForm(RecordForm[Holding]):
    """A row of the register, filled in with what the scan saw."""

    labels = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        """Its fields."""

        model = Holding
        fields = ("code", "name", "unit", "medium", "purpose", "labels", "persons")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.name_fields(
            code=say("管理番号", "Number"),
            name=say("名称", "Name"),
            unit=say("主管する部店", "Unit that answers for it"),
            medium=say("媒体", "Medium"),
            purpose=say("利用目的", "Purpose of use"),
            labels=say("項目（走査で見つかったものに印を付けてあります）", "Kinds of data (those seen are ticked)"),
            persons=say("本人の数", "Number of persons"),
        )
        choose(self, "medium", _MEDIUMS)
        self.limit("unit", within(OrgUnit, reach))
        rules = load_rules()
        known = [label for label, rule in rules.labels.items() if rule.is_personal]
        known += [Label(each) for each in self.instance.labels if each not in known]
        field = self.fields["labels"]
        if isinstance(field, forms.MultipleChoiceField):
            field.choices = [(label, say_words(rules.title(label))) for label in known]


class PlanForm(RecordForm[Plan]):
    """How often a location is scanned."""

    class Meta:
        """Its fields."""

        model = Plan
        fields = ("cycle_days", "is_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.name_fields(
            cycle_days=say("何日ごとに走査するか", "Every how many days"),
            is_on=say("予定どおり走査する", "Scan by plan"),
        )
        self.fields["cycle_days"] = forms.IntegerField(
            min_value=1, max_value=366, label=self.fields["cycle_days"].label, initial=self.instance.cycle_days
        )
