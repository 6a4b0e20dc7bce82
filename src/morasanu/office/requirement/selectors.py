"""What the pages about requirements read: each control with its verdict, each requirement from its controls, the coverage of rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max
from django.utils.timezone import localtime

from morasanu.duty import coverage as duty
from morasanu.office.access.reach import within
from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind, Exclusion
from morasanu.rules.load import Words
from morasanu.rules.requirement import PERSON, Requirement, Stage, load_requirements
from morasanu.rules.requirement import Control as ControlRule

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from morasanu.office.access.reach import Reach

_WARN_DAYS = 30


class JudgedControl(NamedTuple):
    """A control with how it stands, and its words: the shipped ones while it is as shipped."""

    control: Control
    verdict: duty.Verdict
    title: Words
    does: Words
    says: Words | None
    """What the newest evidence that counts says."""


class JudgedRequirement(NamedTuple):
    """A requirement with how it stands and the controls that answer it."""

    requirement: Requirement
    verdict: duty.Verdict
    controls: list[JudgedControl]
    exclusion: Exclusion | None


def list_controls(reach: Reach, today: dt.date) -> list[JudgedControl]:
    """Return the adopted controls, judged. Two queries."""
    rows = list(within(Control, reach).filter(is_adopted=True).select_related("unit", "owner"))
    seen = within(Evidence, reach)
    newest = seen.filter(control__in=rows).order_by().values("control", "kind").annotate(last=Max("pk"))
    found: dict[int, list[Evidence]] = {}
    for evidence in seen.filter(pk__in=newest.values("last")):
        found.setdefault(evidence.control_id or 0, []).append(evidence)
    return [judge(row, found.get(row.pk, ()), today) for row in rows]


def judge(control: Control, evidence: Iterable[Evidence], today: dt.date) -> JudgedControl:
    """Return a control judged by its evidence."""
    rules = load_requirements().as_of(today)
    shipped = next((each for each in rules.controls if each.id == control.code), None)
    title = shipped.title if shipped and shipped.title.ja == control.title else Words(control.title, control.title)
    does = shipped.does if shipped and shipped.does.ja == control.does else Words(control.does, control.does)
    rule = ControlRule(
        control.code,
        title,
        does,
        control.cycle_months,
        shipped.warn_days if shipped else _WARN_DAYS,
        tuple(control.answers),
        control.judged_by,
        tuple(cite for name in control.answers if (row := rules.find(name)) for cite in row.citations),
    )
    counting = [each for each in evidence if control.judged_by == PERSON or each.kind == EvidenceKind.MACHINE]
    values = [
        duty.Evidence(
            duty.EvidenceKind(each.kind),
            localtime(each.collected_at).date(),
            each.valid_until or localtime(each.collected_at).date(),
            each.holds,
        )
        for each in counting
    ]
    newest = max(counting, key=lambda each: (each.collected_at, each.pk), default=None)
    says = Words(newest.ja, newest.en or newest.ja) if newest else None
    return JudgedControl(control, duty.judge_control(rule, values, today), title, does, says)


def list_requirements(reach: Reach, today: dt.date) -> list[JudgedRequirement]:
    """Return the requirements in force, judged by the adopted controls and by what does not concern the institution. Three queries."""
    excluded = {each.requirement: each for each in within(Exclusion, reach)}
    by_answer: dict[str, list[JudgedControl]] = {}
    for each in list_controls(reach, today):
        for name in each.control.answers:
            by_answer.setdefault(name, []).append(each)
    return [
        JudgedRequirement(
            row,
            duty.judge_exclusion(row, duty.Exclusion(found.reason, found.valid_until), today)
            if (found := excluded.get(row.id))
            else duty.judge_requirement(row, [each.verdict for each in by_answer.get(row.id, ())]),
            by_answer.get(row.id, []),
            found,
        )
        for row in load_requirements().as_of(today).requirements
    ]


class Line(NamedTuple):
    """A row of the coverage matrix: a rule, and a cell for each stage (None where nothing was written)."""

    rule: str
    cells: list[tuple[Stage, Coverage | None]]


def read_coverage(reach: Reach) -> tuple[list[Line], duty.Coverage]:
    """Return the coverage matrix and what is to be said of it. One query."""
    rows: dict[str, dict[Stage, Coverage]] = {}
    for cell in within(Coverage, reach):
        rows.setdefault(cell.rule, {})[Stage(cell.stage)] = cell
    matrix = {
        rule: {stage: duty.Cell(cell.section, cell.reason) for stage, cell in cells.items()}
        for rule, cells in rows.items()
    }
    lines = [Line(rule, [(stage, cells.get(stage)) for stage in Stage]) for rule, cells in rows.items()]
    return lines, duty.judge_coverage(matrix)
