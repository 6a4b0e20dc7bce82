"""The machine judgements: plain facts of the office in, a reading with its counts out; limits come from the rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from morasanu.duty.coverage import Evidence, EvidenceKind
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from morasanu.rules.load import Citation
    from morasanu.rules.requirement import JudgementRule

_UNKNOWN: Final = Words("まだ測れない", "not known")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a machine judgement says. `holds` is None where it is not known; `valid_days` counts from the day of reading."""

    holds: bool | None
    sentence: Words
    valid_days: int
    citations: tuple[Citation, ...]

    def to_evidence(self, today: date, seq: int | None = None) -> Evidence:
        """Return the reading, taken on `today`, as evidence."""
        return Evidence(EvidenceKind.MACHINE, today, today + timedelta(self.valid_days), self.holds, seq)


@dataclass(frozen=True, slots=True)
class RegisterFacts:
    """Per location of the register the last day it was scanned (paper: counted), None for never; differences still open."""

    scanned_on: tuple[date | None, ...]
    open_differences: int


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """Units, those of them with a manager today, and whether the chief data manager is there today."""

    units: int
    with_manager: int
    has_officer: bool


@dataclass(frozen=True, slots=True)
class DueFacts:
    """Reviews or actions, each with its due day and the day it was done (None while open)."""

    items: tuple[tuple[date, date | None], ...]


@dataclass(frozen=True, slots=True)
class LastFacts:
    """The last day it went well, None for never; and the last day it was tried and failed."""

    succeeded_on: date | None
    failed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ShareFacts:
    """People concerned, and those of them who have it."""

    concerned: int
    having: int


Facts = RegisterFacts | AppointmentFacts | DueFacts | LastFacts | ShareFacts


def judge_machine(rule: JudgementRule, facts: Facts | None, today: date) -> Reading:
    """Return the reading of the judgement `rule`; not known for None: the room that knows has handed nothing in.

    The reading is never valid for longer than its facts hold: it ends with the last day of a scan, drill or open item in time.
    Raises KeyError for a rule that no function judges, TypeError for facts of another judgement.
    """
    kind, judge = _JUDGES[rule.id]
    if facts is None:
        return Reading(None, _UNKNOWN, rule.valid_days, rule.citations)
    if not isinstance(facts, kind):
        raise TypeError(rule.id)
    return judge(rule, facts, today)


def judge_register(rule: JudgementRule, facts: RegisterFacts, today: date) -> Reading:
    """Return whether every location was scanned within the limit and no difference is open; not known without locations."""
    ages = [(today - day).days for day in facts.scanned_on if day is not None and day <= today]
    fresh = [age for age in ages if age <= rule.limit]
    total = len(facts.scanned_on)
    sentence = Words(
        f"置き場所 {total:,} のうち {len(fresh):,} を {rule.limit} 日以内に走査、開いた差異 {facts.open_differences:,}",
        f"{len(fresh):,} of {total:,} locations scanned within {rule.limit} days, {facts.open_differences:,} differences open",
    )
    holds = (len(fresh) == total and facts.open_differences == 0) if total else None
    return _read(rule, holds, sentence, rule.limit - max(fresh, default=0))


def judge_appointments(rule: JudgementRule, facts: AppointmentFacts, today: date) -> Reading:
    """Return whether the chief data manager and enough of the units' managers are there; not known without units."""
    del today
    officer = Words("責任者あり", "officer present") if facts.has_officer else Words("責任者が空席", "officer vacant")
    sentence = Words(
        f"{officer.ja}、部署 {facts.units:,} のうち管理者あり {facts.with_manager:,}",
        f"{officer.en}, {facts.with_manager:,} of {facts.units:,} units with a manager",
    )
    is_filled = facts.has_officer and _reaches(facts.with_manager, facts.units, rule.limit)
    return _read(rule, is_filled if facts.units else None, sentence)


def judge_dues(rule: JudgementRule, facts: DueFacts, today: date) -> Reading:
    """Return whether nothing is open past its due day by more than the limit; not known when nothing was planned."""
    slack = [(due - today).days + rule.limit for due, done in facts.items if done is None or done > today]
    overdue = sum(days < 0 for days in slack)
    late = sum(done is not None and due < done <= today for due, done in facts.items)
    sentence = Words(
        f"{len(facts.items):,} 件のうち期限超過 {overdue:,}、遅れて完了 {late:,}",
        f"of {len(facts.items):,}, {overdue:,} overdue and {late:,} done late",
    )
    return _read(rule, overdue == 0 if facts.items else None, sentence, min(slack, default=rule.valid_days))


def judge_last(rule: JudgementRule, facts: LastFacts, today: date) -> Reading:
    """Return whether it went well within the limit and was not tried in vain since; a day to come does not count."""
    last, failed = (day if day is not None and day <= today else None for day in (facts.succeeded_on, facts.failed_on))
    if last is None:
        return _read(rule, holds=False, sentence=Words("一度も確かめられていない", "never done"))
    if failed is not None and failed >= last:
        return _read(rule, holds=False, sentence=Words(f"{failed} に失敗", f"failed on {failed}"))
    age = (today - last).days
    sentence = Words(
        f"最後は {last}（{age:,} 日前、期限は {rule.limit} 日）",
        f"last on {last} ({age:,} days ago, limit {rule.limit})",
    )
    return _read(rule, age <= rule.limit, sentence, rule.limit - age)


def judge_share(rule: JudgementRule, facts: ShareFacts, today: date) -> Reading:
    """Return whether enough of the people concerned have it, in percent; not known when it concerns nobody."""
    del today
    sentence = Words(
        f"対象 {facts.concerned:,} 人のうち {facts.having:,} 人", f"{facts.having:,} of {facts.concerned:,} people"
    )
    holds = _reaches(facts.having, facts.concerned, rule.limit) if facts.concerned else None
    return _read(rule, holds, sentence)


def _reaches(part: int, whole: int, percent: int) -> bool:
    return part * 100 >= whole * percent


def _read(rule: JudgementRule, holds: bool | None, sentence: Words, left_days: int | None = None) -> Reading:
    valid_days = min(rule.valid_days, left_days) if holds and left_days is not None else rule.valid_days
    return Reading(holds, sentence, valid_days, rule.citations)


_JUDGES: Final[Mapping[str, tuple[type, Callable[..., Reading]]]] = {
    "register_scanned": (RegisterFacts, judge_register),
    "appointments_filled": (AppointmentFacts, judge_appointments),
    "reviews_on_time": (DueFacts, judge_dues),
    "actions_on_time": (DueFacts, judge_dues),
    "backup_restored": (LastFacts, judge_last),
    "ledger_left": (LastFacts, judge_last),
    "second_factor": (ShareFacts, judge_share),
    "training_done": (ShareFacts, judge_share),
    "pledge_signed": (ShareFacts, judge_share),
}
