"""The machine judgements: what holds, what does not, what is not known, and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.duty.coverage import EvidenceKind, State, judge_control
from morasanu.duty.judgement import (
    AppointmentFacts,
    DueFacts,
    Facts,
    LastFacts,
    RegisterFacts,
    ShareFacts,
    judge_machine,
)
from morasanu.rules.load import Words
from morasanu.rules.requirement import load_requirements

TODAY = date(2026, 11, 23)
RULES = load_requirements()


def day(offset: int) -> date:
    return TODAY + timedelta(offset)


def judge(name: str, facts: Facts | None) -> bool | None:
    return judge_machine(RULES.judgements[name], facts, TODAY).holds


@pytest.mark.parametrize("name", sorted(RULES.judgements))
def test_judgement_without_facts_is_not_known_and_never_green(name: str) -> None:
    reading = judge_machine(RULES.judgements[name], None, TODAY)
    assert (reading.holds, reading.sentence) == (None, Words("まだ測れない", "not known"))
    assert reading.citations == RULES.judgements[name].citations
    control = next(control for control in RULES.controls if control.judged_by == name)
    assert judge_control(control, [reading.to_evidence(TODAY)], TODAY).state is State.MISSING


@pytest.mark.parametrize(
    ("name", "facts", "holds"),
    [
        ("register_scanned", RegisterFacts((day(0), day(-31)), 0), True),
        ("register_scanned", RegisterFacts((day(0), day(-32)), 0), False),
        ("register_scanned", RegisterFacts((day(0), None), 0), False),
        ("register_scanned", RegisterFacts((day(0), day(1)), 0), False),
        ("register_scanned", RegisterFacts((day(0),), 1), False),
        ("register_scanned", RegisterFacts((), 0), None),
        ("appointments_filled", AppointmentFacts(24, 24, has_officer=True), True),
        ("appointments_filled", AppointmentFacts(24, 23, has_officer=True), False),
        ("appointments_filled", AppointmentFacts(24, 24, has_officer=False), False),
        ("appointments_filled", AppointmentFacts(0, 0, has_officer=True), None),
        ("reviews_on_time", DueFacts(((day(0), None), (day(-9), day(-9)))), True),
        ("reviews_on_time", DueFacts(((day(-1), None),)), False),
        ("reviews_on_time", DueFacts(((day(-1), day(1)),)), False),
        ("reviews_on_time", DueFacts(()), None),
        ("actions_on_time", DueFacts(((day(-9), day(-1)),)), True),
        ("actions_on_time", DueFacts(((day(-9), None), (day(5), None))), False),
        ("backup_restored", LastFacts(day(-92)), True),
        ("backup_restored", LastFacts(day(-93)), False),
        ("backup_restored", LastFacts(None), False),
        ("backup_restored", LastFacts(day(1)), False),
        ("backup_restored", LastFacts(day(-3), day(-4)), True),
        ("backup_restored", LastFacts(day(-3), day(-3)), False),
        ("backup_restored", LastFacts(day(-4), day(-3)), False),
        ("ledger_left", LastFacts(day(-7)), True),
        ("ledger_left", LastFacts(day(-8)), False),
        ("second_factor", ShareFacts(31, 31), True),
        ("second_factor", ShareFacts(31, 30), False),
        ("second_factor", ShareFacts(0, 0), None),
        ("training_done", ShareFacts(418, 418), True),
        ("training_done", ShareFacts(418, 417), False),
        ("pledge_signed", ShareFacts(418, 418), True),
        ("pledge_signed", ShareFacts(418, 0), False),
    ],
)
def test_judgement_holds_or_not(name: str, facts: Facts, holds: bool | None) -> None:
    assert judge(name, facts) is holds


@pytest.mark.parametrize(
    ("name", "facts", "sentence"),
    [
        (
            "register_scanned",
            RegisterFacts((day(0), None, day(-40)), 2),
            Words(
                "置き場所 3 のうち 1 を 31 日以内に走査、開いた差異 2",
                "1 of 3 locations scanned within 31 days, 2 differences open",
            ),
        ),
        (
            "appointments_filled",
            AppointmentFacts(24, 23, has_officer=False),
            Words("責任者が空席、部署 24 のうち管理者あり 23", "officer vacant, 23 of 24 units with a manager"),
        ),
        (
            "reviews_on_time",
            DueFacts(((day(-1), None), (day(-5), day(-2)), (day(3), None))),
            Words("3 件のうち期限超過 1、遅れて完了 1", "of 3, 1 overdue and 1 done late"),
        ),
        (
            "ledger_left",
            LastFacts(day(-8)),
            Words("最後は 2026-11-15（8 日前、期限は 7 日）", "last on 2026-11-15 (8 days ago, limit 7)"),
        ),
        ("ledger_left", LastFacts(None, day(-1)), Words("一度も確かめられていない", "never done")),
        ("backup_restored", LastFacts(day(-9), day(-1)), Words("2026-11-22 に失敗", "failed on 2026-11-22")),
        ("second_factor", ShareFacts(31, 30), Words("対象 31 人のうち 30 人", "30 of 31 people")),
    ],
)
def test_judgement_says_its_counts(name: str, facts: Facts, sentence: Words) -> None:
    assert judge_machine(RULES.judgements[name], facts, TODAY).sentence == sentence


@pytest.mark.parametrize(
    ("name", "facts", "valid_days"),
    [
        ("register_scanned", RegisterFacts((day(0), day(-1)), 0), 7),
        ("register_scanned", RegisterFacts((day(0), day(-29)), 0), 2),
        ("actions_on_time", DueFacts(((day(3), None), (day(90), None))), 3),
        ("actions_on_time", DueFacts(((day(-3), day(-3)),)), 7),
        ("ledger_left", LastFacts(day(-7)), 0),
        ("backup_restored", LastFacts(day(-90)), 2),
        ("second_factor", ShareFacts(1, 1), 7),
    ],
)
def test_reading_holds_no_longer_than_its_facts(name: str, facts: Facts, valid_days: int) -> None:
    assert judge_machine(RULES.judgements[name], facts, TODAY).valid_days == valid_days


def test_limit_comes_from_the_rules() -> None:
    rule = replace(RULES.judgements["second_factor"], limit=90)
    assert judge_machine(rule, ShareFacts(10, 9), TODAY).holds
    assert not judge_machine(rule, ShareFacts(10, 8), TODAY).holds
    late = replace(RULES.judgements["reviews_on_time"], limit=5)
    assert judge_machine(late, DueFacts(((day(-5), None),)), TODAY).holds
    assert not judge_machine(late, DueFacts(((day(-6), None),)), TODAY).holds


def test_reading_becomes_evidence_of_the_machine() -> None:
    reading = judge_machine(RULES.judgements["ledger_left"], LastFacts(day(-5)), TODAY)
    evidence = reading.to_evidence(TODAY, 41)
    assert evidence == (EvidenceKind.MACHINE, TODAY, day(2), True, 41)


def test_facts_of_another_judgement_are_refused() -> None:
    with pytest.raises(TypeError, match="ledger_left"):
        judge_machine(RULES.judgements["ledger_left"], ShareFacts(1, 1), TODAY)


def test_judgement_without_a_function_is_refused() -> None:
    with pytest.raises(KeyError, match="magic"):
        judge_machine(replace(RULES.judgements["ledger_left"], id="magic"), None, TODAY)


DAYS = st.integers(-200, 20).map(day)
FACTS = st.one_of(
    st.tuples(
        st.just("register_scanned"),
        st.builds(RegisterFacts, st.lists(st.none() | DAYS, max_size=4).map(tuple), st.integers(0, 1)),
    ),
    st.tuples(
        st.just("actions_on_time"),
        st.builds(DueFacts, st.lists(st.tuples(DAYS, st.none() | DAYS), max_size=4).map(tuple)),
    ),
    st.tuples(
        st.sampled_from(("ledger_left", "backup_restored")), st.builds(LastFacts, st.none() | DAYS, st.none() | DAYS)
    ),
)


@given(FACTS)
def test_reading_that_holds_would_hold_on_each_day_it_is_valid(named: tuple[str, Facts]) -> None:
    name, facts = named
    rule = RULES.judgements[name]
    reading = judge_machine(rule, facts, TODAY)
    assert 0 <= reading.valid_days <= rule.valid_days
    if reading.holds and not (isinstance(facts, LastFacts) and facts.failed_on and facts.failed_on > TODAY):
        assert judge_machine(rule, facts, TODAY + timedelta(reading.valid_days)).holds
