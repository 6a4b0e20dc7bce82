"""The forms about findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms

from morasanu.office.access.reach import within
from morasanu.office.base.form import RecordForm
from morasanu.office.base.words import say
from morasanu.office.finding.models import Action
from morasanu.office.people.forms import PersonField
from morasanu.office.people.models import Person

if TYPE_CHECKING:
    from morasanu.office.access.reach import Reach


class ActionForm(RecordForm[Action]):
    """What is to be done."""

    class Meta:
        """Its fields."""

        model = Action
        fields = ("title", "owner", "due_on")

    def label_fields(self, reach: Reach) -> None:
        """Say what each is."""
        self.name_fields(title=say("すること", "What is to be done"), due_on=say("期限", "Until"))
        self.fields["owner"] = PersonField(
            within(Person, reach), say("担当者の職員番号", "Staff number of whoever does it")
        )
        self.fields["owner"].required = False


class ReasonForm(forms.Form):
    """Why something is closed, or what shows that it was done. `seen` is the version that the visitor saw."""

    reason = forms.CharField(max_length=400)
    seen = forms.IntegerField(required=False)
