"""What the pages about findings read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Q

from morasanu.office.access.reach import within
from morasanu.office.finding.models import Action, Finding, FindingKind, Grade, Progress
from morasanu.office.finding.words import GRADES, KINDS, STATES, describe_finding
from morasanu.office.requirement.models import Evidence

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.rules.load import Words

_SHAPES = {Progress.OPEN: "open", Progress.DOING: "doing", Progress.CLOSED: "done"}


class FindingRow(NamedTuple):
    """A finding as a list shows it."""

    finding: Finding
    sentence: Words
    kind: Words
    grade: Words
    state: Words
    shape: str


def make_rows(findings: Iterable[Finding]) -> list[FindingRow]:
    """Return findings as a list shows them."""
    return [
        FindingRow(
            each,
            describe_finding(each),
            KINDS[FindingKind(each.kind)],
            GRADES[Grade(each.grade)],
            STATES[Progress(each.state)],
            _SHAPES[Progress(each.state)],
        )
        for each in findings
    ]


def list_findings(reach: Reach, *, kind: str = "", state: str = "", grade: str = "") -> QuerySet[Finding]:
    """Return findings, narrowed by kind, grade and state; without a state those that are not closed, `all` for all."""
    rows = within(Finding, reach).select_related("unit")
    if kind:
        rows = rows.filter(kind=kind)
    if grade:
        rows = rows.filter(grade=grade)
    if state == "all":
        return rows
    return rows.filter(state=state) if state else rows.exclude(state=Progress.CLOSED)


def list_evidence(finding: Finding, actions: Iterable[Action], reach: Reach) -> QuerySet[Evidence]:
    """Return the evidence about a finding and its actions, the newest first."""
    subjects = [finding.trace_subject, *(each.trace_subject for each in actions)]
    return within(Evidence, reach).filter(subject__in=subjects)


def count_late(reach: Reach, today: dt.date) -> int:
    """Return how many actions are past their day."""
    return within(Action, reach).filter(~Q(state=Progress.CLOSED), due_on__lt=today).count()
