"""From files on a share to findings, and back: what scans see opens findings, what ends it closes them."""

from __future__ import annotations

import datetime as dt
import json
import shutil

import pytest
from django.core import serializers

from morasanu.errors import InputError
from morasanu.office.due.models import DueEvent
from morasanu.office.due.work import work_next
from morasanu.office.finding.models import Action, ClosedAs, Finding, Progress
from morasanu.office.finding.services import accept, add_action
from morasanu.office.reality.models import Plan, Run, RunState, Sighting
from morasanu.office.reality.reconcile import plan_reconcile, reconcile
from morasanu.office.reality.scanning import scan_run
from morasanu.office.reality.services import ask_scan, save_plan
from morasanu.office.register.models import Location
from morasanu.office.requirement.models import Evidence
from morasanu.office.seal.keep import keep
from morasanu.office.seal.models import Outbox
from morasanu.office.wiring import HANDLERS

from .bank import write_customers

ALL = ["CUSTOMER_ID", "PERSON", "ADDRESS", "PHONE", "BANK_ACCOUNT"]


def kinds() -> dict[str, str]:
    return dict(Finding.objects.exclude(state=Progress.CLOSED).values_list("facts__place", "reason_code"))


def test_data_no_holding_names_opens_one_finding_however_often_it_is_scanned(bank) -> None:
    write_customers(bank.folder / "営業" / "2019" / "名簿.csv")
    runs = [bank.scan() for _ in range(3)]
    assert {run.state for run in runs} == {RunState.DONE}
    finding = Finding.objects.get()
    assert (finding.reason_code, finding.facts["place"], finding.unit) == ("unregistered", "営業/2019", bank.risk)
    assert finding.facts["persons"] == [8, 8, 8]
    assert finding.facts["labels"]["PERSON"] == 8
    assert Sighting.objects.get(place="営業/2019").example == "営業/2019/名＊＊＊.csv"


def test_a_finding_closes_by_itself_when_the_register_changes(bank) -> None:
    write_customers(bank.folder / "名簿" / "a.csv")
    bank.scan()
    bank.register("H-1", "名簿", ALL, 8)
    plan_reconcile([bank.share.pk])
    assert work_next(HANDLERS)
    finding = Finding.objects.get()
    assert (finding.state, finding.closed_as) == (Progress.CLOSED, ClosedAs.GONE)
    evidence = Evidence.objects.get(subject=finding.trace_subject)
    assert evidence.kind == "machine"
    assert evidence.collected_at >= finding.opened_at


def test_a_finding_closes_by_itself_with_its_actions_when_the_data_goes(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    finding = Finding.objects.get()
    add_action(Action(finding=finding, title="移す", due_on=dt.date(2026, 12, 1)), "tests")
    (bank.folder / "a.csv").unlink()
    bank.scan()
    finding.refresh_from_db()
    action = finding.actions.get()
    assert (finding.state, action.state) == (Progress.CLOSED, Progress.CLOSED)
    assert Evidence.objects.get(subject=finding.trace_subject).collected_at > action.begun_at


def test_data_that_comes_back_opens_a_new_finding(bank) -> None:
    for _ in range(2):
        write_customers(bank.folder / "a.csv")
        bank.scan()
        (bank.folder / "a.csv").unlink()
        bank.scan()
    assert list(Finding.objects.values_list("state", flat=True)) == [Progress.CLOSED] * 2
    assert len(set(Finding.objects.values_list("key", flat=True))) == 1


def test_what_a_holding_does_not_declare_and_more_persons_are_told_to_its_unit(bank) -> None:
    write_customers(bank.folder / "融資" / "a.csv", accounts=True)
    bank.register("H-1", "融資", ["PERSON", "ADDRESS", "PHONE", "CUSTOMER_ID"], 5)
    bank.scan()
    found = {each.reason_code: each for each in Finding.objects.all()}
    assert set(found) == {"undeclared_label", "more_persons"}
    assert set(found["undeclared_label"].facts["labels"]) == {"BANK_ACCOUNT"}
    assert {each.unit for each in found.values()} == {bank.branch}
    assert found["more_persons"].facts["declared"] == 5


def test_a_holding_of_nothing_is_not_seen(bank) -> None:
    (bank.folder / "空").mkdir()
    bank.register("H-1", "空", ALL, 5)
    bank.scan()
    assert kinds() == {"空": "not_seen"}


def test_a_file_that_cannot_be_read_is_told_and_closes_nothing(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    (bank.folder / "a.csv").unlink()
    (bank.folder / "a.pdf").write_bytes(b"%PDF-1.7 broken")
    run = bank.scan()
    assert run.not_inspected == 1
    assert sorted(Finding.objects.exclude(state=Progress.CLOSED).values_list("reason_code", flat=True)) == [
        "not_inspected",
        "unregistered",
    ]


def test_what_was_accepted_stays_so_until_it_gets_worse(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    accept(Finding.objects.get(), "研修用の架空データ", "tests")
    bank.scan()
    assert kinds() == {}
    write_customers(bank.folder / "b.csv", accounts=True)
    bank.scan()
    assert kinds() == {"": "unregistered"}


def test_a_folder_that_vanished_fails_with_its_reason_and_may_be_tried_again(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    shutil.rmtree(bank.folder)
    run = bank.scan()
    assert (run.state, run.fault) == (RunState.FAILED, "MRS-I-001")
    assert kinds() == {"": "unregistered"}  # what was seen stays: a failure is no clean share
    bank.folder.mkdir()
    assert bank.scan().state == RunState.DONE
    assert kinds() == {}


def test_asking_twice_gives_one_scan(bank) -> None:
    assert ask_scan(bank.share, "a") == ask_scan(bank.share, "b")
    assert Run.objects.count() == 1


def test_a_cabinet_cannot_be_scanned(bank) -> None:
    paper = Location(code="L-9", name="書庫", kind="cabinet", unit=bank.risk)
    keep(paper, "register.location.saved", "tests")
    with pytest.raises(InputError, match="MRS-I-094"):
        ask_scan(paper, "tests")


def test_a_plan_asks_for_scans_and_plans_the_next_in_the_same_step(bank) -> None:
    plan = Plan(location=bank.share, cycle_days=7)
    save_plan(plan, "tests")
    first = DueEvent.objects.get()
    DueEvent.objects.update(at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    assert work_next(HANDLERS)
    second = DueEvent.objects.exclude(pk=first.pk).get()
    assert second.at - dt.datetime.now(dt.UTC) > dt.timedelta(days=6)
    assert Run.objects.count() == 1
    plan.cycle_days = 1
    save_plan(plan, "tests")  # the event of the plan as it was before does nothing more
    DueEvent.objects.filter(pk=second.pk).update(at=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    Run.objects.all().delete()
    assert work_next({"reality.scan": HANDLERS["reality.scan"]})
    assert Run.objects.count() <= 1


def test_a_stray_run_number_that_is_done_is_not_done_again(bank) -> None:
    run = bank.scan()
    ended = run.ended_at
    scan_run(run.pk, bank.reports)
    run.refresh_from_db()
    assert run.ended_at == ended


def test_each_change_of_a_finding_leaves_one_trace(bank) -> None:
    write_customers(bank.folder / "a.csv")
    bank.scan()
    bank.register("H-1", "", ALL, 8)
    reconcile([bank.share.pk])
    finding = Finding.objects.get()
    traces = Outbox.objects.filter(subject=finding.trace_subject)
    assert list(traces.values_list("kind", flat=True)) == ["finding.opened", "finding.closed.gone"]
    assert finding.version == 2


def test_no_value_of_a_scanned_file_is_in_any_row(bank) -> None:
    values = write_customers(bank.folder / "相続" / "山田 花子" / "山田花子 申込書.csv", accounts=True)
    write_customers(bank.folder / "相続" / "C0001234567" / "b.csv")
    bank.scan()
    rows = [row for model in (Sighting, Finding, Run, Outbox, Evidence) for row in model.objects.all()]
    held = json.dumps(json.loads(serializers.serialize("json", rows)), ensure_ascii=False)
    assert Finding.objects.get().facts["place"] == "相続"
    assert [value for value in (*values, "山田", "C0001234567") if value in held] == []
