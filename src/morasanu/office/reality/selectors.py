"""What the pages about differences and scans read."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Sum, When

from morasanu.duty.reconcile import Kind
from morasanu.finding import Label
from morasanu.office.access.reach import within
from morasanu.office.base.clock import read_now
from morasanu.office.finding.models import Finding, FindingKind, Grade, Progress
from morasanu.office.finding.words import GRADES
from morasanu.office.reality.models import Run, RunState
from morasanu.office.reality.words import KINDS, RUN_SHAPES, RUN_STATES, SENTENCES, describe_fault, name_place
from morasanu.office.register.models import Holding, Location
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.rules.load import Belonging

NEW: Final = dt.timedelta(days=7)
"""How long a difference is new."""
SHAPES: Final = {Grade.HIGH: "late", Grade.MIDDLE: "doing", Grade.LOW: "open"}


class Counted(NamedTuple):
    """A kind of data with how many findings; `is_declared` says whether the register names it."""

    title: Words
    found: int
    classes: tuple[Words, ...]
    is_declared: bool


class DifferenceRow(NamedTuple):
    """A difference as pages show it: what the register says, what was seen, how grave it is."""

    finding: Finding
    kind: Kind
    title: Words
    sentence: Words
    shape: str
    grade: Words
    location: Location | None
    place: Words
    holdings: list[Holding]
    labels: list[Counted]
    declared: int
    low: int
    likely: int
    high: int


def list_differences(
    reach: Reach, *, kind: str = "", grade: str = "", unit: str = "", state: str = ""
) -> QuerySet[Finding]:
    """Return differences: those that are open, or with `state` `closed` those that are closed. The gravest has the least `rank`."""
    rank = Case(When(grade=Grade.HIGH, then=0), When(grade=Grade.MIDDLE, then=1), default=2)
    rows = within(Finding, reach).filter(kind=FindingKind.DIFFERENCE).select_related("unit").annotate(rank=rank)
    rows = rows.filter(state=Progress.CLOSED) if state == "closed" else rows.exclude(state=Progress.CLOSED)
    for name, value in (("reason_code", kind), ("grade", grade), ("unit__code", unit)):
        if value:
            rows = rows.filter(**{name: value})
    return rows


def make_rows(findings: Collection[Finding], reach: Reach) -> list[DifferenceRow]:
    """Return differences as pages show them. Two queries, however many; what lies out of reach is not named."""
    places = {each.facts["location"] for each in findings}
    ids = {holding for each in findings for holding in each.facts["holdings"]}
    locations = within(Location, reach).in_bulk(places)
    holdings = within(Holding, reach).in_bulk(ids)
    return [
        _make_row(
            each,
            locations.get(each.facts["location"]),
            [holdings[key] for key in each.facts["holdings"] if key in holdings],
        )
        for each in findings
    ]


def _make_row(finding: Finding, location: Location | None, holdings: list[Holding]) -> DifferenceRow:
    kind = Kind(finding.reason_code)
    declared = {label for holding in holdings for label in holding.labels}
    labels = [count_label(label, count, declared) for label, count in finding.facts["labels"].items()]
    low, likely, high = finding.facts["persons"]
    return DifferenceRow(
        finding,
        kind,
        KINDS[kind],
        SENTENCES[kind](finding.facts),
        SHAPES[Grade(finding.grade)],
        GRADES[Grade(finding.grade)],
        location,
        Words(location.name, location.name)
        if location and not finding.facts["place"]
        else name_place(finding.facts["place"]),
        holdings,
        labels,
        sum(each.persons for each in holdings),
        low,
        likely,
        high,
    )


def count_label(label: str, count: int, declared: Collection[str] = ()) -> Counted:
    """Return a label as pages show it, with the legal classes it belongs to."""
    rules = load_rules()
    found = rules.labels.get(Label(label))
    titles = {each.id: each.title for each in rules.classes}
    classes = tuple(_name_class(each, titles) for each in (found.classes if found else ()))
    return Counted(rules.title(Label(label)), count, classes, label in declared)


def _name_class(belonging: Belonging, titles: dict[str, Words]) -> Words:
    title = titles[belonging.legal_class]
    return title if belonging.is_sure else Words(f"{title.ja}（要確認）", f"{title.en} (to be reviewed)")


class DifferenceCounts(NamedTuple):
    """How many differences are open, how many of them are grave, how many are new; and the gravest few."""

    open: int
    grave: int
    new: int
    first: list[DifferenceRow]


def count_differences(reach: Reach, first: int = 4) -> DifferenceCounts:
    """Return what today's page says about differences. Four queries."""
    rows = list_differences(reach)
    counts = rows.aggregate(
        open=Count("pk"),
        grave=Count("pk", filter=Q(grade=Grade.HIGH)),
        new=Count("pk", filter=Q(opened_at__gte=read_now() - NEW)),
    )
    found = list(rows.order_by(F("rank"), "-opened_at", "-pk")[:first]) if counts["open"] else []
    return DifferenceCounts(counts["open"], counts["grave"], counts["new"], make_rows(found, reach))


class ScanRow(NamedTuple):
    """A location as the page of scans shows it, with its newest scan and the newest that came to its end."""

    location: Location
    run: Run | None
    state: Words
    shape: str
    fault: Words | None
    not_inspected: int
    is_busy: bool


def list_locations(reach: Reach) -> QuerySet[Location]:
    """Return the locations that a scan can read, with the key of the newest scan of each and what it could not look into."""
    rows = within(Location, reach).exclude(address="").select_related("unit", "plan")
    return rows.annotate(newest=Subquery(_find_newest(reach, "pk")))


def _find_newest(reach: Reach, field: str) -> QuerySet[Run, Any]:
    rows: QuerySet[Run, Any] = within(Run, reach).filter(location=OuterRef("pk")).order_by("-asked_at", "-pk")
    found: QuerySet[Run, Any] = rows.values(field)[:1]
    return found


def make_scan_rows(locations: Iterable[Location], reach: Reach) -> list[ScanRow]:
    """Return locations as the page of scans shows them. Two queries, however many."""
    locations = list(locations)
    runs = within(Run, reach).in_bulk([each.newest for each in locations if each.newest])  # type: ignore[attr-defined]
    keys = [each.pk for each in locations]
    counted = within(Location, reach).filter(pk__in=keys).order_by().annotate(missing=Sum("sightings__not_inspected"))
    missing = dict(counted.values_list("pk", "missing"))
    return [_make_scan_row(each, runs.get(each.newest), missing.get(each.pk) or 0) for each in locations]  # type: ignore[attr-defined]


def _make_scan_row(location: Location, run: Run | None, missing: int) -> ScanRow:
    if run is None:
        return ScanRow(location, None, Words("未走査", "never scanned"), "unknown", None, missing, is_busy=False)
    state = RunState(run.state)
    fault = describe_fault(run.fault) if state == RunState.FAILED else None
    is_busy = state in (RunState.WAITING, RunState.RUNNING)
    return ScanRow(location, run, RUN_STATES[state], RUN_SHAPES[state], fault, missing, is_busy)


class ScanCounts(NamedTuple):
    """How many locations can be scanned, how many never were, how many scans failed last, how many are at work."""

    locations: int
    never: int
    failed: int
    busy: int


def count_scans(reach: Reach) -> ScanCounts:
    """Return how the scans stand. One query."""
    rows = within(Location, reach).exclude(address="").annotate(last=Subquery(_find_newest(reach, "state")))
    counts = rows.aggregate(
        locations=Count("pk"),
        never=Count("pk", filter=Q(last=None)),
        failed=Count("pk", filter=Q(last=RunState.FAILED)),
        busy=Count("pk", filter=Q(last__in=(RunState.WAITING, RunState.RUNNING))),
    )
    return ScanCounts(**counts)
