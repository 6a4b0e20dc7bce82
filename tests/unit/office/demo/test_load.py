"""The invented bank in the database: each row valid and traced, two years of history that holds together, loaded once."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db.models import F
from tests.unit.office.demo.conftest import EXAMPLES

from morasanu.office.access.reach import HOUSE
from morasanu.office.base.record import Record
from morasanu.office.demo.load import load_bank
from morasanu.office.due.models import DueEvent
from morasanu.office.finding.models import Action, Finding
from morasanu.office.party.models import Party
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person
from morasanu.office.people.selectors import find_vacancies
from morasanu.office.reality.models import Plan, Run, Sighting
from morasanu.office.reality.services import SCAN
from morasanu.office.register.models import Flow, Holding, Location, Stocktake, Storage
from morasanu.office.requirement.judge import judge_all
from morasanu.office.requirement.models import Control, Coverage, Evidence
from morasanu.office.seal.models import Outbox
from morasanu.rules.requirement import Stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank")]
TODAY = dt.date(2026, 11, 23)
MODELS = (
    Coverage,
    OrgUnit,
    Person,
    Appointment,
    Location,
    Party,
    Holding,
    Storage,
    Flow,
    Control,
    Evidence,
    Finding,
    Action,
    Run,
    Plan,
)


def count_all() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in (*MODELS, Account, Outbox, DueEvent)}


def test_the_bank_has_its_units_and_people() -> None:
    assert OrgUnit.objects.filter(kind__in=("branch", "department")).count() == 24
    assert Person.objects.exclude(kind="vendor").count() == 418
    assert [Person.objects.filter(kind=kind).count() for kind in ("officer", "dispatched")] == [9, 37]


def test_every_page_of_the_office_has_something_to_show() -> None:
    assert [name for name, count in count_all().items() if not count] == []


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_row_is_one_that_a_person_could_have_written(model) -> None:
    for row in model.objects.all()[:150]:
        row.full_clean()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_row_has_one_trace_and_its_version(model) -> None:
    assert issubclass(model, Record)
    traces = list(
        Outbox.objects.filter(subject__startswith=f"{model.sealed_as}/").values_list("subject", "subject_version")
    )
    assert sorted(traces) == sorted((row.trace_subject, 1) for row in model.objects.all())


def test_units_stand_in_a_tree() -> None:
    house = OrgUnit.objects.get(code="000")
    assert all(unit.path == f"/{house.pk}/{unit.pk}/" for unit in OrgUnit.objects.exclude(pk=house.pk))


def test_loading_again_changes_nothing() -> None:
    before = count_all()
    assert load_bank(EXAMPLES) is False
    assert count_all() == before


def test_letters_of_appointment_have_a_number_each() -> None:
    numbers = list(Appointment.objects.values_list("letter_number", flat=True))
    assert len(set(numbers)) == len(numbers)


def test_one_appointment_is_vacant() -> None:
    assert [(each.unit.code, each.role) for each in find_vacancies(HOUSE, TODAY)] == [("004", "manager")]


def test_a_closed_finding_has_evidence_newer_than_its_action() -> None:
    closed = Finding.objects.filter(state="closed")
    assert closed.count() >= 30
    for finding in closed:
        action = finding.actions.get()
        evidence = Evidence.objects.get(subject=finding.trace_subject)
        assert finding.opened_at <= action.begun_at <= action.done_at <= evidence.collected_at <= finding.closed_at
        assert finding.closed_because
        assert finding.closed_as == "done"


def test_open_findings_have_an_action_and_some_are_overdue() -> None:
    still = Finding.objects.exclude(state="closed")
    assert still.count() >= 10
    assert not still.filter(actions=None).exists()
    assert Action.objects.exclude(state="closed").filter(due_on__lt=TODAY).count() == 2
    assert not Action.objects.filter(state="closed", done_at=None).exists()
    assert not Action.objects.filter(owner=None).exists()


def test_two_branches_have_not_signed_this_years_stocktake_and_a_round_is_under_way() -> None:
    last, this, now = Stocktake.objects.order_by("opened_on")
    assert not last.parts.filter(signed_at=None).exists()
    assert [part.unit.code for part in this.parts.filter(signed_at=None)] == ["004", "011"]
    assert not now.parts.exclude(signed_at=None).exists()
    assert this.due_on < TODAY < now.due_on
    for part in this.parts.exclude(signed_at=None):
        assert part.present == part.answers.count() == Holding.objects.filter(unit=part.unit).count()
        assert part.signed_by.unit_id == part.unit_id
        assert this.opened_on <= part.signed_at.date() <= this.due_on


def test_history_covers_two_years_and_ends_before_today() -> None:
    collected = Evidence.objects.order_by("collected_at").values_list("collected_at", flat=True)
    assert (collected.last() - collected.first()).days > 700
    assert collected.last().date() <= TODAY
    assert not Evidence.objects.filter(valid_until__lt=F("collected_at__date")).exists()
    assert not Run.objects.filter(ended_at__date__gt=TODAY).exists()


def test_what_people_did_they_did_on_working_days() -> None:
    days = [*Evidence.objects.exclude(kind="machine").values_list("collected_at__date", flat=True)]
    days += Finding.objects.values_list("opened_at__date", flat=True)
    days += Holding.objects.values_list("checked_on", flat=True)
    assert not [day for day in days if day.weekday() > 4]


def test_some_controls_are_not_shown_and_some_only_by_old_evidence() -> None:
    bare = set(Control.objects.filter(evidence=None).values_list("code", flat=True))
    assert bare == {"C-ABROAD", "C-CARD"}
    old = {
        control.code
        for control in Control.objects.filter(judged_by="person").exclude(evidence=None)
        if control.evidence.order_by("-valid_until").first().valid_until < TODAY
    }
    assert old == {"C-VENDOR-CHECK", "C-DEFEND"}
    amiss = {
        control.code
        for control in Control.objects.filter(judged_by="person").exclude(evidence=None)
        if control.evidence.first().holds is False
    }
    assert amiss == {"C-VENDOR-CONTRACT", "C-TAKE-OUT", "C-AREA"}


def test_a_control_that_the_machine_judges_has_its_readings() -> None:
    judged = Control.objects.exclude(judged_by="person")
    assert judged.count() >= 8
    assert all(control.evidence.count() == 24 for control in judged)


def test_two_cells_of_the_coverage_are_empty_and_every_other_has_a_section_or_a_reason() -> None:
    cells = Coverage.objects.all()
    assert cells.count() == 6 * len(Stage) - 2
    assert all(bool(each.section) != bool(each.reason) for each in cells)


def test_the_machine_judges_the_bank_as_its_story_says() -> None:
    assert judge_all() >= 8
    newest = {
        control.judged_by: control.evidence.order_by("-collected_at", "-pk").first().holds
        for control in Control.objects.exclude(judged_by="person")
    }
    assert newest["appointments_filled"] is False
    assert newest["actions_on_time"] is False


def test_the_last_scans_saw_what_the_register_declares_and_no_more() -> None:
    sightings = Sighting.objects.select_related("location", "run")
    assert {each.location_id for each in sightings} == {each.location_id for each in Run.objects.filter(state="done")}
    for each in sightings:
        assert not Run.objects.filter(location=each.location, ended_at__gt=each.run.ended_at).exists()
        holdings = Holding.objects.filter(storages__location=each.location, storages__path=each.place)
        assert set(each.counts) <= {label for holding in holdings for label in holding.labels}
        assert each.persons_low <= each.persons <= sum(holding.persons for holding in holdings)


def test_the_shares_of_the_examples_are_registered_where_they_lie_and_a_scan_is_asked_for() -> None:
    shares = Location.objects.filter(code__in=("S-003", "S-004", "S-HQ"))
    assert {each.address for each in shares} == {str(EXAMPLES / name) for name in ("汐見支店", "浜町支店", "本部")}
    assert set(Run.objects.filter(state="waiting").values_list("location", flat=True)) == {each.pk for each in shares}
    assert not Run.objects.filter(location__in=shares).exclude(state="waiting").exists()
    plans = Plan.objects.all()
    assert {each.location_id for each in plans} == {each.pk for each in shares}
    assert [each.facts for each in DueEvent.objects.filter(kind=SCAN).order_by("pk")] == [
        {"plan": each.pk, "version": each.version} for each in plans.order_by("pk")
    ]


def test_nothing_personal_is_in_what_waits_for_the_ledger() -> None:
    names = set(Person.objects.values_list("name", flat=True))
    told = " ".join(f"{each.kind} {each.actor} {each.subject} {each.changed}" for each in Outbox.objects.all())
    assert not [name for name in names if name in told]


def test_no_account_has_a_password() -> None:
    assert Account.objects.count() == 8
    assert not any(account.has_usable_password() for account in Account.objects.all())
