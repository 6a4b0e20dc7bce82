"""The forms about controls, evidence and coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from morasanu.office.access.reach import within
from morasanu.office.base.form import RecordForm, choose
from morasanu.office.base.words import say
from morasanu.office.people.forms import PersonField
from morasanu.office.people.models import OrgUnit, Person
from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind, Exclusion
from morasanu.rules.load import Words
from morasanu.rules.requirement import PERSON, Stage, load_requirements

if TYPE_CHECKING:
    from morasanu.office.access.reach import Reach

_BY_HAND = {
    EvidenceKind.WITNESS: Words("自分で確かめた", "I saw it myself"),
    EvidenceKind.FILE: Words("ファイル", "a file"),
    EvidenceKind.LINK: Words("ほかの場所にある", "it lies elsewhere"),
}


class ControlForm(RecordForm[Control]):
    """A control."""

    class Meta:
        """Its fields."""

        model = Control
        fields = ("code", "title", "does", "unit", "owner", "answers", "judged_by", "cycle_months", "is_adopted")

    answers = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        rules = load_requirements()
        self.name_fields(
            code=say("コード", "Code"),
            title=say("名称", "Title"),
            does=say("すること", "What is done"),
            unit=say("部店", "Unit"),
            owner=say("責任者の職員番号", "Owner's staff number"),
            answers=say("答える要求", "Requirements answered"),
            judged_by=say("判定", "Judged by"),
            cycle_months=say("確かめる間隔（月）", "Checked every (months)"),
            is_adopted=say("採用している", "Adopted"),
        )
        self.limit("unit", within(OrgUnit, reach))
        self.fields["owner"] = PersonField(within(Person, reach), self.fields["owner"].label)
        self.fields["owner"].required = False
        choose(
            self,
            "answers",
            {row.id: Words(f"{row.id} {row.title.ja}", f"{row.id} {row.title.en}") for row in rules.requirements},
        )
        judges = {PERSON: Words("人", "a person"), **{name: rule.title for name, rule in rules.judgements.items()}}
        self.fields["judged_by"] = forms.ChoiceField(label=self.fields["judged_by"].label)
        choose(self, "judged_by", judges)


class EvidenceForm(RecordForm[Evidence]):
    """Evidence that a person collects."""

    class Meta:
        """Its fields."""

        model = Evidence
        fields = ("kind", "ja", "valid_until")

    holds = forms.ChoiceField()
    file = forms.FileField(required=False)

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.name_fields(
            kind=say("種類", "Kind"),
            ja=say("何が分かるか（文書名・場所・見たもの）", "What it shows (title, place, what was seen)"),
            valid_until=say("いつまで有効か（空欄＝管理策の間隔）", "Good until (empty: the control's cycle)"),
            holds=say("満たしているか", "Does it hold"),
            file=say("ファイル（20 MB まで）", "File (20 MB at most)"),
        )
        choose(self, "kind", _BY_HAND)
        choose(self, "holds", {"yes": Words("満たしている", "it holds"), "no": Words("満たしていない", "it does not")})
        self.order_fields(["holds", "kind", "ja", "file", "valid_until"])


class ExclusionForm(RecordForm[Exclusion]):
    """Why a requirement does not concern the institution."""

    class Meta:
        """Its fields."""

        model = Exclusion
        fields = ("reason", "valid_until")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.name_fields(
            reason=say("あてはまらない理由", "Why it does not concern us"),
            valid_until=say("見直す日（12 か月のうち）", "Look again on (within 12 months)"),
        )


class CoverageForm(RecordForm[Coverage]):
    """A cell of the coverage matrix."""

    class Meta:
        """Its fields."""

        model = Coverage
        fields = ("rule", "stage", "section", "reason")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        del reach
        self.name_fields(
            rule=say("規程", "Rule"),
            stage=say("管理段階", "Stage"),
            section=say("定めている条", "Section"),
            reason=say("定めない理由", "Reason why there is none"),
        )
        self.fields["stage"] = forms.ChoiceField(label=self.fields["stage"].label)
        choose(self, "stage", {stage.value: stage.words for stage in Stage})
