"""The register reconciled with reality: what is declared and what scans saw in, differences out.

A place is a folder or table below a location's address (`""` is the address itself). The holding that names a place most
closely answers for it. Nothing is decided about a location that was never scanned.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.finding import Label

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from morasanu.rules.difference import DifferenceRule
    from morasanu.rules.load import Belonging, Rules


class Kind(StrEnum):
    """In what way register and reality differ."""

    UNREGISTERED = "unregistered"
    UNDECLARED_LABEL = "undeclared_label"
    MORE_PERSONS = "more_persons"
    NOT_SEEN = "not_seen"
    NOT_INSPECTED = "not_inspected"
    EXPOSED = "exposed"


class Persons(NamedTuple):
    """How many distinct persons: at least, most likely, at most."""

    low: int = 0
    likely: int = 0
    high: int = 0


NOBODY: Final = Persons()


class Spot(NamedTuple):
    """A place of a location."""

    location: int
    place: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """A row of the register: what it says is held, of how many persons, where; `unit` answers for it."""

    holding: int
    unit: int
    labels: frozenset[str]
    persons: int
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a scan saw in a place: files, findings by label and legal class (`?` at the end: to be reviewed), persons."""

    spot: Spot
    unit: int
    files: int = 0
    not_inspected: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    persons: Persons = NOBODY


class World(NamedTuple):
    """The register and what scans saw; `scanned` are the locations that a scan has looked into."""

    register: Collection[Declared]
    seen: Collection[Seen]
    scanned: Collection[int]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. `labels` are the findings that make it, by label; `declared` is how many persons the register says."""

    kind: Kind
    spot: Spot
    unit: int
    grade: str
    holdings: tuple[int, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    classes: Mapping[str, int] = field(default_factory=dict)
    persons: Persons = NOBODY
    declared: int = 0
    files: int = 0
    not_inspected: int = 0

    @property
    def key(self) -> str:
        """Return what the difference is about: the same however often it is seen.

        >>> Difference(Kind.UNREGISTERED, Spot(3, "融資"), 1, "low").key
        'difference/3/unregistered/fbf4b337e64ecaf6'
        """
        about = "/".join((self.spot.place, *(map(str, self.holdings) if self.kind == Kind.NOT_SEEN else ())))
        return f"{make_key(self.spot.location)}{self.kind}/{hashlib.sha256(about.encode()).hexdigest()[:16]}"


def make_key(location: int) -> str:
    """Return how the keys of all differences of a location begin."""
    return f"difference/{location}/"


def compare(world: World, rules: Rules, rule: DifferenceRule) -> tuple[Difference, ...]:
    """Return the differences in order of key. The same rows in any order give the same differences."""
    register = sorted(world.register, key=lambda each: each.holding)
    seen = sorted(world.seen, key=lambda each: each.spot)
    found = [*_compare_places(register, seen, rules, rule), *_find_unseen(register, seen, world.scanned, rules)]
    found += _find_not_inspected(seen)
    return tuple(sorted(found, key=lambda each: each.key))


def _compare_places(
    register: list[Declared], seen: list[Seen], rules: Rules, rule: DifferenceRule
) -> Iterable[Difference]:
    by_spot: dict[Spot, list[Declared]] = {}
    for declared in register:
        for spot in dict.fromkeys(declared.spots):
            by_spot.setdefault(spot, []).append(declared)
    for each in seen:
        holdings = next((by_spot[above] for above in list_above(each.spot) if above in by_spot), [])
        yield from _find_secrets(each, holdings, rule)
        labels = find_personal(each, rules, rule)
        if not labels:
            continue
        grade = weigh(labels, each.classes, each.persons, rules, rule)
        if not holdings:
            yield _make(Kind.UNREGISTERED, each, grade, labels)
            continue
        ids, unit = tuple(holding.holding for holding in holdings), holdings[0].unit
        named = {label for holding in holdings for label in holding.labels}
        named |= {part for label in named for part in rule.covers.get(Label(label), ())}
        if extra := {label: count for label, count in labels.items() if label not in named}:
            gravity = weigh(extra, each.classes, each.persons, rules, rule)
            yield _make(Kind.UNDECLARED_LABEL, each, gravity, extra, holdings=ids, unit=unit)
        persons = sum(holding.persons for holding in holdings)
        if each.persons.low * 100 > persons * (100 + rule.tolerance_percent):
            yield _make(Kind.MORE_PERSONS, each, grade, labels, holdings=ids, unit=unit, declared=persons)


def _find_secrets(seen: Seen, holdings: list[Declared], rule: DifferenceRule) -> Iterable[Difference]:
    """Yield what lies open in a place and opens something else, unless the register says that it lies there."""
    named = {label for holding in holdings for label in holding.labels}
    labels = {str(label): seen.counts[label] for label in sorted(rule.secrets.labels - named) if label in seen.counts}
    if sum(labels.values()) >= rule.secrets.least_findings:
        ids, unit = tuple(holding.holding for holding in holdings), holdings[0].unit if holdings else 0
        alone = replace(seen, classes={}, persons=NOBODY)  # whose they are is not what matters
        yield _make(Kind.EXPOSED, alone, rule.secrets.grade, labels, holdings=ids, unit=unit)


def _make(
    kind: Kind,
    seen: Seen,
    grade: str,
    labels: Mapping[str, int],
    *,
    holdings: tuple[int, ...] = (),
    unit: int = 0,
    declared: int = 0,
) -> Difference:
    return Difference(
        kind,
        seen.spot,
        unit or seen.unit,
        grade,
        holdings,
        labels,
        dict(seen.classes),
        seen.persons,
        declared,
        seen.files,
        seen.not_inspected,
    )


def _find_unseen(
    register: list[Declared], seen: list[Seen], scanned: Collection[int], rules: Rules
) -> Iterable[Difference]:
    """Yield what the register names and a scan found nothing personal in. What was not inspected may hold it all."""
    places = {each.spot for each in seen}
    holding = {
        each.spot for each in seen if each.not_inspected or any(_is_personal(label, rules) for label in each.counts)
    }
    around = {above for spot in holding for above in list_above(spot)}
    for declared in register:
        for spot in dict.fromkeys(declared.spots):
            is_seen = spot in around
            if spot not in places:  # it may have been summed up with what lies around it
                is_seen = is_seen or any(above in holding for above in list_above(spot))
            if spot.location in scanned and not is_seen:
                yield Difference(Kind.NOT_SEEN, spot, declared.unit, "low", (declared.holding,))


def _find_not_inspected(seen: list[Seen]) -> Iterable[Difference]:
    """Yield for each location with anything that could not be looked into how much of it."""
    for location, group in groupby(seen, key=lambda each: each.spot.location):  # they are in order of location
        here = list(group)
        if missing := sum(each.not_inspected for each in here):
            files = sum(each.files for each in here)
            yield Difference(
                Kind.NOT_INSPECTED, Spot(location), here[0].unit, "low", files=files, not_inspected=missing
            )


def list_above(spot: Spot) -> Iterable[Spot]:
    """Yield a place and what it lies in, the closest first.

    >>> [each.place for each in list_above(Spot(1, "融資/旧"))]
    ['融資/旧', '融資', '']
    """
    place = spot.place
    yield spot
    while place:
        place = place.rpartition("/")[0]
        yield Spot(spot.location, place)


def is_below(spot: Spot, other: Spot) -> bool:
    """Return whether `spot` is `other` or lies in it.

    >>> is_below(Spot(1, "融資/旧"), Spot(1, "融資")), is_below(Spot(1, "融資旧"), Spot(1, "融資"))
    (True, False)
    """
    if spot.location != other.location:
        return False
    return not other.place or spot.place == other.place or spot.place.startswith(f"{other.place}/")


def find_personal(seen: Seen, rules: Rules, rule: DifferenceRule) -> dict[str, int]:
    """Return the labels of a place that count: personal ones, beyond the threshold, the commonest first."""
    is_many = seen.persons.likely >= rule.least_persons
    found = {}
    for label, count in sorted(seen.counts.items(), key=lambda pair: (-pair[1], pair[0])):
        least = rule.least_of.get(Label(label), rule.least_findings if is_many else 0)
        if _is_personal(label, rules) and least and count >= least:
            found[label] = count
    return found


def weigh(
    labels: Iterable[str], classes: Mapping[str, int], persons: Persons, rules: Rules, rule: DifferenceRule
) -> str:
    """Return the grade: by the gravest legal class of `labels` that was seen, and by the likely number of persons."""
    possible = {b.legal_class for label in labels for b in _belongings(label, rules)}
    worst = len(rule.grades)
    for rank, grade in enumerate(rule.grades):
        sure = any(classes.get(name) for name in grade.classes & possible)
        unsure = any(classes.get(f"{name}?") for name in grade.classes & possible)
        if sure or persons.likely >= grade.persons:
            worst = min(worst, rank)
        elif unsure:
            worst = min(worst, rank + 1)
    return rule.grades[worst].grade if worst < len(rule.grades) else "low"


def _belongings(label: str, rules: Rules) -> tuple[Belonging, ...]:
    found = rules.labels.get(Label(label))
    return found.classes if found else ()


def _is_personal(label: str, rules: Rules) -> bool:
    found = rules.labels.get(Label(label))
    return found is None or found.is_personal  # a detector of the house's own looks for what the house cares for
