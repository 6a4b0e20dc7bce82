"""What a report says, before it is written: places, classes, risk and its reasons, what was not inspected, what to do first."""

from __future__ import annotations

import heapq
from collections import Counter
from dataclasses import dataclass, field
from math import log10
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.rules.load import Words
from morasanu.scan.model import Status
from morasanu.scan.person import Estimate, PersonSketch

if TYPE_CHECKING:
    from morasanu.finding import Label
    from morasanu.rules.load import Advice, RiskRule, Rules
    from morasanu.scan.model import FileRecord, Reason, ScanInfo, ScanResult

TOP_FILES: Final = 10
_SHOWN_UNREAD: Final = 200


class Point(NamedTuple):
    """Part of a risk: the points and why."""

    points: int
    why: Words


class Risk(NamedTuple):
    """How grave a leak from one place or file would be: 0 and up, with its parts, gravest first."""

    points: int
    parts: tuple[Point, ...]


@dataclass(slots=True)
class Sum:
    """Counts of a place, or of everything."""

    name: str
    files: int = 0
    files_found: int = 0
    counts: Counter[Label] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    not_inspected: int = 0
    sketch: PersonSketch = field(default_factory=PersonSketch)

    def add(self, record: FileRecord) -> None:
        """Count one file."""
        self.files += 1
        self.files_found += bool(record.counts)
        self.counts.update(record.counts)
        self.classes.update(record.classes)
        self.not_inspected += record.status != Status.INSPECTED
        self.sketch.merge(record.persons)

    @property
    def findings(self) -> int:
        """Return how many findings there are."""
        return self.counts.total()

    @property
    def persons(self) -> Estimate:
        """Return how many distinct persons they concern."""
        return self.sketch.estimate()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A file with its risk."""

    number: int
    name: str
    persons: Estimate
    counts: Counter[Label]
    classes: Counter[str]
    risk: Risk


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do, and where."""

    advice: Advice
    where: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All that a report says. `unread` are the first files that were not wholly inspected, `unread_reasons` all of them."""

    info: ScanInfo
    total: Sum
    places: tuple[tuple[Sum, Risk], ...]
    riskiest: tuple[Ranked, ...]
    unread: tuple[FileRecord, ...]
    unread_reasons: Counter[Reason]
    tasks: tuple[Task, ...]
    from_state: int


def summarise(result: ScanResult, rules: Rules) -> Summary:
    """Return what there is to say about `result`; memory grows with the number of places, not of files or findings."""
    total = Sum("")
    places: dict[str, Sum] = {}
    top: list[tuple[int, int, Ranked]] = []
    unread: list[FileRecord] = []
    reasons: Counter[Reason] = Counter()
    targets: dict[str, list[tuple[int, str]]] = {}
    from_state = 0
    for number, record in enumerate(result.files()):
        total.add(record)
        places.setdefault(record.place, Sum(record.place)).add(record)
        from_state += record.from_state
        if record.reason and record.status != Status.INSPECTED:
            reasons[record.reason] += 1
            if len(unread) < _SHOWN_UNREAD:
                unread.append(record)
        ranked = _rank(record, rules)
        if ranked.risk.points:
            heapq.heappush(top, (ranked.risk.points, -number, ranked))
            if len(top) > TOP_FILES:
                heapq.heappop(top)
        for advice in rules.risk.advice:
            if _applies(advice, record, ranked.persons):
                targets.setdefault(advice.id, []).append((-ranked.risk.points, record.path))
    ranked_places = sorted(
        ((place, weigh_risk(place.counts, place.classes, place.persons, rules)) for place in places.values()),
        key=lambda pair: (-pair[1].points, pair[0].name),
    )
    return Summary(
        result.info,
        total,
        tuple(ranked_places),
        tuple(ranked for _, _, ranked in sorted(top, reverse=True, key=lambda entry: entry[:2])),
        tuple(unread),
        reasons,
        tuple(_make_task(advice, targets[advice.id]) for advice in rules.risk.advice if advice.id in targets),
        from_state,
    )


def _rank(record: FileRecord, rules: Rules) -> Ranked:
    persons = record.persons.estimate()
    counts, classes = Counter(record.counts), Counter(record.classes)
    return Ranked(record.number, record.path, persons, counts, classes, weigh_risk(counts, classes, persons, rules))


def _applies(advice: Advice, record: FileRecord, persons: Estimate) -> bool:
    if advice.not_inspected:
        return record.status != Status.INSPECTED
    if advice.persons:
        return persons.likely >= advice.persons
    label_counts = {str(label): count for label, count in record.counts.items()}
    return bool(label_counts.get(advice.label) or record.classes.get(advice.legal_class))


def _make_task(advice: Advice, targets: list[tuple[int, str]]) -> Task:
    where = tuple(path for _, path in sorted(targets)[:5])
    return Task(advice, where, len(targets) - len(where))


def weigh_risk(counts: Counter[Label], classes: Counter[str], persons: Estimate, rules: Rules) -> Risk:
    """Return the risk of holding these findings, by the points of `rules`; classes that need review count half.

    >>> from morasanu.rules.load import load_rules
    >>> weigh_risk(Counter(), Counter(), Estimate(0, 0, 0), load_rules()).points
    0
    """
    risk: RiskRule = rules.risk
    parts = []
    for rule in rules.classes:
        first, more = risk.classes.get(rule.id, (0, 0))
        sure, open_ = classes[rule.id], classes[f"{rule.id}?"]
        points = _scale(sure, first, more) or _scale(open_, first, more) // 2
        if points:
            count = sure or open_
            mark = Words("", "") if sure else Words("（要確認）", " (to be reviewed)")
            why = Words(f"{rule.title.ja} {count:,}件{mark.ja}", f"{count:,} × {rule.title.en}{mark.en}")
            parts.append(Point(points, why))
    for label, (first, more) in risk.labels.items():
        if counts[label]:
            title = rules.title(label)
            why = Words(f"{title.ja} {counts[label]:,}件", f"{counts[label]:,} × {title.en}")
            parts.append(Point(_scale(counts[label], first, more), why))
    reached = [points for start, points in risk.persons if persons.likely >= start]
    if reached:
        why = Words(f"およそ{persons.likely:,}人分", f"about {persons.likely:,} persons")
        parts.append(Point(max(reached), why))
    parts.sort(key=lambda part: -part.points)
    return Risk(sum(part.points for part in parts), tuple(parts))


def _scale(count: int, first: int, more: int) -> int:
    return first + round(more * log10(count)) if count else 0
