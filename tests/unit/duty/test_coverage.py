"""Controls, requirements and coverage: green only while evidence holds, whatever its order, and never greener by waiting."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.duty.coverage import (
    Cell,
    Evidence,
    EvidenceKind,
    Exclusion,
    State,
    Verdict,
    judge_control,
    judge_coverage,
    judge_exclusion,
    judge_requirement,
)
from morasanu.rules.load import Citation, Words
from morasanu.rules.requirement import PERSON, Category, Control, Level, Requirement, Stage

TODAY = date(2026, 11, 23)
CITED = (Citation("個人情報保護法", "23条"),)
FILE, MACHINE = EvidenceKind.FILE, EvidenceKind.MACHINE
OF_CONTROLS = [state for state in State if state is not State.NOT_APPLICABLE]


def make_control(judged_by: str = PERSON, warn_days: int = 30) -> Control:
    return Control("C", Words("対策", "control"), Words("する", "do"), 12, warn_days, ("R",), judged_by, CITED)


def make_verdict(state: State, since: date | None = TODAY, until: date | None = None) -> Verdict:
    return Verdict(state, Words("理由", "reason"), since, until, CITED)


def day(offset: int) -> date:
    return TODAY + timedelta(offset)


REQUIREMENT = Requirement(
    "R", Words("要求", "requirement"), Words("求める", "ask"), None, CITED, Level.MUST, Category.POLICY,
    (Stage.USE,), (Words("記録", "record"),), date(2022, 4, 1), None, "verified", "text",
)  # fmt: skip
EVIDENCE = st.builds(
    lambda kind, start, length, holds, seq: Evidence(kind, day(start), day(start + length), holds, seq),
    st.sampled_from(EvidenceKind),
    st.integers(-400, 40),
    st.integers(0, 400),
    st.sampled_from((True, False, None)),
    st.none() | st.integers(0, 5),
)
CONTROLS = st.builds(make_control, st.sampled_from((PERSON, "register_scanned")), st.integers(0, 60))


@pytest.mark.parametrize(
    ("evidence", "state", "since", "until"),
    [
        ([], State.MISSING, None, None),
        ([Evidence(FILE, day(-10), day(31), True)], State.MET, day(-10), day(31)),
        ([Evidence(FILE, day(-10), day(30), True)], State.DUE_SOON, day(-10), day(30)),
        ([Evidence(FILE, day(-10), day(0), True)], State.DUE_SOON, day(-10), day(0)),
        ([Evidence(FILE, day(-10), day(-1), True)], State.STALE, day(0), None),
        ([Evidence(FILE, day(-10), day(90), False)], State.FAILED, day(-10), None),
        ([Evidence(FILE, day(-10), day(-1), False)], State.FAILED, day(-10), None),
        ([Evidence(FILE, day(-10), day(90), None)], State.MISSING, day(-10), None),
        ([Evidence(FILE, day(1), day(90), True)], State.MISSING, None, None),
        (
            [Evidence(FILE, day(-9), day(90), True), Evidence(FILE, day(-3), day(90), False)],
            State.FAILED,
            day(-3),
            None,
        ),
        (
            [Evidence(FILE, day(-9), day(90), False), Evidence(FILE, day(-3), day(90), True)],
            State.MET,
            day(-3),
            day(90),
        ),
        ([Evidence(FILE, day(-9), day(90), True), Evidence(FILE, day(-3), day(-2), True)], State.STALE, day(-1), None),
    ],
)
def test_control_stands_as_its_newest_evidence(
    evidence: list[Evidence], state: State, since: date | None, until: date | None
) -> None:
    verdict = judge_control(make_control(), evidence, TODAY)
    assert (verdict.state, verdict.since, verdict.until) == (state, since, until)
    assert verdict.citations == CITED


@pytest.mark.parametrize(
    ("seqs", "state"),
    [
        ((1, 2), State.FAILED),
        ((2, 1), State.MET),
        ((None, 2), State.MET),
        ((2, None), State.FAILED),
        ((None, None), State.FAILED),
    ],
)
def test_control_evidence_of_one_day_is_ordered_by_the_ledger(
    seqs: tuple[int | None, int | None], state: State
) -> None:
    evidence = [Evidence(FILE, TODAY, day(90), True, seqs[0]), Evidence(FILE, TODAY, day(90), False, seqs[1])]
    assert judge_control(make_control(), evidence, TODAY).state is state


@pytest.mark.parametrize("kind", [EvidenceKind.FILE, EvidenceKind.LINK, EvidenceKind.WITNESS])
def test_uploaded_file_over_a_failed_reading_is_refused(kind: EvidenceKind) -> None:
    evidence = [Evidence(MACHINE, day(-1), day(6), False), Evidence(kind, TODAY, day(365), True)]
    assert judge_control(make_control("register_scanned", 2), evidence, TODAY).state is State.FAILED
    assert judge_control(make_control("register_scanned", 2), evidence[1:], TODAY).state is State.MISSING


def test_control_reason_names_the_days() -> None:
    verdict = judge_control(make_control(), [Evidence(FILE, date(2025, 1, 2), date(2026, 1, 2), True)], TODAY)
    assert verdict.why == Words(
        "2025年1月2日(木)の証拠は2026年1月2日(金)で期限が切れた", "evidence of Thu 2 Jan 2025 ran out on Fri 2 Jan 2026"
    )


@given(CONTROLS, st.lists(EVIDENCE, max_size=6))
def test_control_is_green_only_while_newest_evidence_holds(control: Control, evidence: list[Evidence]) -> None:
    verdict = judge_control(control, evidence, TODAY)
    if verdict.state.is_green:
        assert any(e.holds and e.collected_on <= TODAY <= e.valid_until for e in evidence)
        assert verdict.until is not None
        assert verdict.until >= TODAY
    else:
        assert verdict.until is None


@given(CONTROLS, st.lists(EVIDENCE, max_size=6))
def test_control_with_all_evidence_past_is_never_green(control: Control, evidence: list[Evidence]) -> None:
    later = max((e.valid_until for e in evidence), default=TODAY) + timedelta(1)
    assert not judge_control(control, evidence, later).state.is_green


@given(CONTROLS, st.lists(EVIDENCE, max_size=4))
def test_control_verdict_is_the_same_in_any_order(control: Control, evidence: list[Evidence]) -> None:
    assert len({judge_control(control, order, TODAY) for order in permutations(evidence)}) == 1


@given(CONTROLS, st.lists(EVIDENCE, max_size=6), st.integers(0, 500), st.integers(0, 500))
def test_control_gets_no_better_by_waiting(control: Control, evidence: list[Evidence], wait: int, more: int) -> None:
    evidence = [e for e in evidence if e.collected_on <= TODAY]
    soon, later = (judge_control(control, evidence, day(n)).state for n in (wait, wait + more))
    assert later is soon or (later.rank < soon.rank and soon.is_green)


@given(CONTROLS, st.lists(EVIDENCE, min_size=1, max_size=6))
def test_control_turns_on_the_day_after_until(control: Control, evidence: list[Evidence]) -> None:
    evidence = [e for e in evidence if e.collected_on <= TODAY]
    verdict = judge_control(control, evidence, TODAY)
    if verdict.until is not None:
        assert judge_control(control, evidence, verdict.until).state.is_green
        after = judge_control(control, evidence, verdict.until + timedelta(1))
        assert (after.state, after.since) == (State.STALE, verdict.until + timedelta(1))


@given(st.lists(st.sampled_from(OF_CONTROLS), min_size=1, max_size=6))
def test_requirement_stands_as_its_worst_control(states: list[State]) -> None:
    verdict = judge_requirement(REQUIREMENT, [make_verdict(state) for state in states])
    assert verdict.state.rank == min(state.rank for state in states)
    assert verdict.state.is_green == all(state.is_green for state in states)
    assert verdict.citations == CITED


def test_requirement_without_a_control_is_missing() -> None:
    assert judge_requirement(REQUIREMENT, []).state is State.MISSING


def test_requirement_says_since_when_and_how_many() -> None:
    verdicts = [make_verdict(State.MET, day(-9), day(50)), make_verdict(State.DUE_SOON, day(-5), day(3))]
    verdict = judge_requirement(REQUIREMENT, verdicts)
    assert (verdict.state, verdict.since, verdict.until) == (State.DUE_SOON, day(-5), day(3))
    assert verdict.why == Words("対策 2 のうち 1 が「期限間近」", "1 of 2 controls: due soon")
    failed = judge_requirement(REQUIREMENT, [*verdicts, make_verdict(State.FAILED, day(-2))])
    assert (failed.state, failed.since, failed.until) == (State.FAILED, day(-2), None)


def test_requirement_with_an_unknown_day_says_none() -> None:
    verdicts = [make_verdict(State.MISSING, None), make_verdict(State.MISSING, day(-1))]
    assert judge_requirement(REQUIREMENT, verdicts).since is None


def test_state_has_words_each_its_own() -> None:
    assert len({state.words for state in State}) == len(State)
    assert [state for state in State if state.is_green] == [State.DUE_SOON, State.MET]


def test_coverage_cell_with_neither_document_nor_reason_is_a_gap() -> None:
    cells = {stage: Cell(document="D-1") for stage in Stage}
    whole = judge_coverage({"本規程": cells})
    assert (whole.is_complete, whole.documented, whole.gaps) == (True, 6, ())
    blank = judge_coverage({"本規程": {**cells, Stage.ERASE: Cell(document=" ", reason="　\n")}})
    assert (blank.is_complete, blank.gaps) == (False, (("本規程", Stage.ERASE),))
    reasoned = judge_coverage({"本規程": {**cells, Stage.ERASE: Cell(reason="紙のみで、廃棄は本部が行う")}})
    assert (reasoned.is_complete, reasoned.documented, reasoned.reasoned) == (True, 5, 1)


def test_coverage_of_a_row_without_cells_is_all_gaps() -> None:
    assert judge_coverage({"本規程": {}}).gaps == tuple(("本規程", stage) for stage in Stage)


def test_coverage_of_nothing_is_not_complete() -> None:
    assert not judge_coverage({}).is_complete


@given(
    st.dictionaries(
        st.text(max_size=3),
        st.dictionaries(
            st.sampled_from(Stage), st.builds(Cell, st.sampled_from(("", "D")), st.sampled_from(("", "理由")))
        ),
    )
)
def test_coverage_counts_every_cell_once(matrix: dict[str, dict[Stage, Cell]]) -> None:
    coverage = judge_coverage(matrix)
    assert coverage.documented + coverage.reasoned + len(coverage.gaps) == len(matrix) * len(Stage)


@pytest.mark.parametrize(("until", "state"), [(0, State.NOT_APPLICABLE), (30, State.NOT_APPLICABLE), (-1, State.STALE)])
def test_judge_exclusion_holds_until_its_day_and_is_looked_at_again_after(until: int, state: State) -> None:
    verdict = judge_exclusion(REQUIREMENT, Exclusion("外国に支店がない", day(until)), TODAY)
    assert verdict.state is state
    assert not verdict.state.is_green
    assert (verdict.until, verdict.since) == ((day(until), None) if state is State.NOT_APPLICABLE else (None, TODAY))
    assert ("外国に支店がない" in verdict.why.ja) is (state is State.NOT_APPLICABLE)
