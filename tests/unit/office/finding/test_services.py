"""Findings and actions: one open with a key, none ended without newer evidence, each change with its trace."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import read_now
from morasanu.office.base.record import StaleError
from morasanu.office.finding import services
from morasanu.office.finding.models import Action, ClosedAs, Finding, FindingKind, Progress
from morasanu.office.finding.words import describe_finding
from morasanu.office.people.models import OrgUnit, UnitKind
from morasanu.office.people.services import save_unit
from morasanu.office.requirement.models import Evidence, EvidenceKind
from morasanu.office.seal.models import Outbox
from morasanu.rules.load import Words


@pytest.fixture
def unit(db) -> OrgUnit:
    del db
    found = OrgUnit(code="000", name="汐見信用金庫", kind=UnitKind.HOUSE)
    save_unit(found, "tests")
    return found


def make(unit: OrgUnit, **more: object) -> Finding:
    values = {"kind": FindingKind.OTHER, "key": "k", "reason_code": "x", "title": "鍵が古い", "seen_at": read_now()}
    return Finding(unit=unit, **{**values, **more})


def act(finding: Finding) -> Action:
    action = Action(finding=finding, title="直す", due_on=dt.date(2026, 12, 1))
    services.add_action(action, "tests")
    finding.refresh_from_db()
    return action


def traces(row: Finding | Action | Evidence) -> int:
    return Outbox.objects.filter(subject=row.trace_subject).count()


def test_one_finding_with_a_key_is_open_and_is_renewed(unit) -> None:
    first = services.open_finding(make(unit, facts={"n": 1}))
    again = services.open_finding(make(unit, facts={"n": 2}, grade="high"))
    assert first.pk == again.pk
    stored = Finding.objects.get()
    assert (stored.facts, stored.grade, stored.opened_at) == ({"n": 2}, "high", first.opened_at)
    assert traces(stored) == stored.version == 2


def test_a_finding_seen_as_it_was_leaves_no_trace(unit) -> None:
    at = read_now()
    services.open_finding(make(unit, seen_at=at))
    services.open_finding(make(unit, seen_at=at))
    assert traces(Finding.objects.get()) == 1


def test_a_second_open_row_with_a_key_is_refused(unit) -> None:
    finding = services.open_finding(make(unit))
    finding.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        finding.save(force_insert=True)


def test_closing_without_any_evidence_is_refused(unit) -> None:
    finding = services.open_finding(make(unit))
    with pytest.raises(InputError, match="MRS-I-091"):
        services.close_by_hand(finding, "済み", "tests")
    assert Finding.objects.get().state == Progress.OPEN


def test_closing_with_evidence_older_than_its_action_is_refused(unit) -> None:
    finding = services.open_finding(make(unit))
    services.add_evidence(finding, EvidenceKind.WITNESS, "見た", "tests")
    action = act(finding)
    with pytest.raises(InputError, match="MRS-I-091"):
        services.end_action(action, "tests")
    with pytest.raises(InputError, match="MRS-I-090"):
        services.close_by_hand(finding, "済み", "tests")


def test_evidence_that_says_no_ends_nothing(unit) -> None:
    finding = services.open_finding(make(unit))
    action = act(finding)
    evidence = services.add_evidence(finding, EvidenceKind.WITNESS, "まだあった", "tests")
    Evidence.objects.filter(pk=evidence.pk).update(holds=False)
    with pytest.raises(InputError, match="MRS-I-091"):
        services.end_action(action, "tests")


def test_closing_after_newer_evidence_leaves_a_trace_of_each_step(unit) -> None:
    finding = services.open_finding(make(unit))
    action = act(finding)
    assert finding.state == Progress.DOING
    services.add_evidence(finding, EvidenceKind.WITNESS, "直したことを見た", "tests")
    services.end_action(action, "tests")
    services.close_by_hand(finding, "直した", "tests", seen=finding.version)
    stored = Finding.objects.get()
    assert (stored.state, stored.closed_as, stored.closed_because) == (Progress.CLOSED, ClosedAs.DONE, "直した")
    assert traces(stored) == stored.version == 3
    assert traces(action) == 2


def test_the_machine_closes_with_evidence_of_its_own_and_ends_what_was_open(unit) -> None:
    finding = services.open_finding(make(unit))
    action = act(finding)
    services.close_finding(finding, Words("なくなった", "gone"))
    action.refresh_from_db()
    assert action.state == Progress.CLOSED
    assert Evidence.objects.get().collected_at > action.begun_at
    assert Finding.objects.get().closed_as == ClosedAs.GONE


def test_accepting_without_a_reason_is_refused(unit) -> None:
    finding = services.open_finding(make(unit))
    with pytest.raises(InputError, match="MRS-I-092"):
        services.accept(finding, "  ", "tests")
    assert not Evidence.objects.exists()


def test_accepting_what_somebody_else_changed_is_refused_and_leaves_nothing(unit) -> None:
    finding = services.open_finding(make(unit))
    with pytest.raises(StaleError):
        services.accept(finding, "研修用", "tests", seen=9)
    assert not Evidence.objects.exists()


def test_an_action_on_a_closed_finding_is_refused(unit) -> None:
    finding = services.open_finding(make(unit))
    services.accept(finding, "研修用", "tests")
    with pytest.raises(InputError, match="MRS-I-093"):
        act(finding)


def test_a_reason_nobody_knows_is_shown_by_its_title(unit) -> None:
    assert describe_finding(services.open_finding(make(unit))).ja == "鍵が古い"
