"""The state of controls, requirements and the coverage of rules, judged from the evidence there is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.rules.load import Words
from morasanu.rules.requirement import PERSON, Stage
from morasanu.text.day import show_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from morasanu.rules.load import Citation
    from morasanu.rules.requirement import Control, Requirement


class State(StrEnum):
    """How a control or requirement stands, worst first."""

    FAILED = "failed"
    MISSING = "missing"
    STALE = "stale"
    DUE_SOON = "due_soon"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"

    @property
    def words(self) -> Words:
        """Return what the state is called."""
        return _STATES[self]

    @property
    def is_green(self) -> bool:
        """Return whether evidence holds today."""
        return self in {State.MET, State.DUE_SOON}

    @property
    def rank(self) -> int:
        """Return 0 for the worst state, more for better ones."""
        return tuple(State).index(self)


_STATES: Final = {
    State.FAILED: Words("不適合", "failed"),
    State.MISSING: Words("証拠なし", "no evidence"),
    State.STALE: Words("期限切れ", "out of date"),
    State.DUE_SOON: Words("期限間近", "due soon"),
    State.MET: Words("適合", "met"),
    State.NOT_APPLICABLE: Words("該当なし", "not applicable"),
}


class EvidenceKind(StrEnum):
    """What evidence is. Only a machine reading counts for a control that the machine judges."""

    MACHINE = "machine"
    FILE = "file"
    LINK = "link"
    WITNESS = "witness"


class Evidence(NamedTuple):
    """One piece of evidence. `holds` is None where it is not known; `seq` is its place in the ledger, None until sealed.

    `valid_until` is the last day on which it counts.
    """

    kind: EvidenceKind
    collected_on: date
    valid_until: date
    holds: bool | None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state with its reason. `since`: its first day, None where unknown; `until`: the last day of green, else None."""

    state: State
    why: Words
    since: date | None
    until: date | None
    citations: tuple[Citation, ...]


class Exclusion(NamedTuple):
    """That a requirement does not concern this institution: why, and the last day before somebody looks again."""

    reason: str
    valid_until: date


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule says of a stage: the document that lays it down, or the reason why none does."""

    document: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far the rules cover the stages: cells with a document, with a reason, and those with neither, row by row."""

    documented: int
    reasoned: int
    gaps: tuple[tuple[str, Stage], ...]
    why: Words

    @property
    def is_complete(self) -> bool:
        """Return whether there are cells and none is a gap."""
        return not self.gaps and self.documented + self.reasoned > 0


def judge_control(control: Control, evidence: Iterable[Evidence], today: date) -> Verdict:
    """Return how the control stands on `today`: green only while its newest evidence holds and is fresh.

    Evidence of a later day than `today` is not looked at. Of the same day, what the ledger has later counts as newer, what is not
    yet sealed as newest; where that does not tell, the worse. A "no" does not expire: it stands until newer evidence.
    """
    is_machine = control.judged_by != PERSON
    seen = [e for e in evidence if e.collected_on <= today and (not is_machine or e.kind == EvidenceKind.MACHINE)]
    if not seen:
        words = Words("機械の測定がない", "no machine reading") if is_machine else Words("証拠がない", "no evidence")
        return Verdict(State.MISSING, words, None, None, control.citations)
    newest = max(seen, key=_weigh_age)
    state, why = _judge_newest(newest, control.warn_days, today)
    since = newest.valid_until + timedelta(1) if state is State.STALE else newest.collected_on
    return Verdict(state, why, since, newest.valid_until if state.is_green else None, control.citations)


def _weigh_age(evidence: Evidence) -> tuple[date, float, int, int]:
    """Return what sorts evidence by age, the newest last; among equals the worse, then the sooner out of date, last."""
    seq = inf if evidence.seq is None else evidence.seq
    badness = {True: 0, None: 1, False: 2}[evidence.holds]
    return evidence.collected_on, seq, badness, -evidence.valid_until.toordinal()


def _judge_newest(newest: Evidence, warn_days: int, today: date) -> tuple[State, Words]:
    day, until = _show(newest.collected_on), _show(newest.valid_until)
    if newest.holds is False:
        return State.FAILED, Words(f"{day.ja}の証拠は、満たしていないと示す", f"evidence of {day.en} says no")
    if newest.holds is None:
        return State.MISSING, Words(f"{day.ja}の証拠からは分からない", f"evidence of {day.en} leaves it open")
    if newest.valid_until < today:
        return State.STALE, Words(
            f"{day.ja}の証拠は{until.ja}で期限が切れた", f"evidence of {day.en} ran out on {until.en}"
        )
    if (newest.valid_until - today).days <= warn_days:
        return State.DUE_SOON, Words(
            f"{day.ja}の証拠は{until.ja}で期限が切れる", f"evidence of {day.en} runs out on {until.en}"
        )
    return State.MET, Words(f"{day.ja}の証拠が{until.ja}まで有効", f"evidence of {day.en} holds until {until.en}")


def _show(day: date) -> Words:
    return Words(show_day(day, "ja"), show_day(day, "en"))


def judge_requirement(requirement: Requirement, verdicts: Iterable[Verdict]) -> Verdict:
    """Return how the requirement stands, from the verdicts of the controls that answer it: as the worst of them.

    No control at all is `missing`. `since` is the earliest day of the worst state, None where one of them is unknown.
    """
    found = list(verdicts)
    if not found:
        return Verdict(
            State.MISSING, Words("答える対策がない", "no control answers it"), None, None, requirement.citations
        )
    state = min((verdict.state for verdict in found), key=lambda state: state.rank)
    worst = [verdict for verdict in found if verdict.state is state]
    days = [verdict.since for verdict in worst if verdict.since is not None]
    since = min(days) if len(days) == len(worst) else None
    until = min((verdict.until for verdict in found if verdict.until is not None), default=None)
    why = Words(
        f"対策 {len(found)} のうち {len(worst)} が「{state.words.ja}」",
        f"{len(worst)} of {len(found)} controls: {state.words.en}",
    )
    return Verdict(state, why, since, until if state.is_green else None, requirement.citations)


def judge_exclusion(requirement: Requirement, exclusion: Exclusion, today: date) -> Verdict:
    """Return how a requirement stands that does not concern the institution: `stale` once somebody has to look again.

    It stands so whatever controls there are.
    """
    last, until = exclusion.valid_until, _show(exclusion.valid_until)
    if last < today:
        why = Words(
            f"該当なしとした判断は{until.ja}まで。見直しが要る", f"held not applicable until {until.en}: look again"
        )
        return Verdict(State.STALE, why, last + timedelta(1), None, requirement.citations)
    why = Words(f"{until.ja}まで。理由: {exclusion.reason}", f"until {until.en}, because: {exclusion.reason}")
    return Verdict(State.NOT_APPLICABLE, why, None, last, requirement.citations)


def judge_coverage(matrix: Mapping[str, Mapping[Stage, Cell]]) -> Coverage:
    """Return how far the rules (rows) cover the stages of handling (all of `Stage`); a blank reason is none.

    Hand in only documents in force. A stage that a row does not name is a gap; no rows at all is not complete.

    >>> judge_coverage({"持出し": {Stage.USE: Cell("D-12"), Stage.ERASE: Cell(reason="廃棄は委託先が行う")}}).why.en
    '1 with a rule, 1 with a reason, 4 with neither'
    """
    documented = reasoned = 0
    gaps = []
    for row, cells in matrix.items():
        for stage in Stage:
            cell = cells.get(stage, Cell())
            if cell.document.strip():
                documented += 1
            elif cell.reason.strip():
                reasoned += 1
            else:
                gaps.append((row, stage))
    why = Words(
        f"規程あり {documented}、理由あり {reasoned}、どちらもなし {len(gaps)}",
        f"{documented} with a rule, {reasoned} with a reason, {len(gaps)} with neither",
    )
    return Coverage(documented, reasoned, tuple(gaps), why)
