"""What becomes of findings when register and reality are compared again: which open, which go on, which close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from morasanu.duty.reconcile import Kind, Seen, compare, is_below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.duty.reconcile import Difference, World
    from morasanu.rules.difference import DifferenceRule
    from morasanu.rules.load import Rules


@dataclass(frozen=True, slots=True)
class Settled:
    """The differences to open a finding for, those whose finding goes on with new facts, the keys of findings to close."""

    opened: tuple[Difference, ...]
    seen_again: tuple[Difference, ...]
    closed: tuple[str, ...]


def settle(
    world: World,
    open_ones: Mapping[str, Difference],
    accepted: Mapping[str, Difference],
    rules: Rules,
    rule: DifferenceRule,
) -> Settled:
    """Return what becomes of the findings, by key.

    `open_ones` are the differences that a finding is open for, as they were seen last; `accepted` those that a person
    accepted, as they were then. A difference that got worse than what was accepted opens anew. A finding does not close
    because its place could not be looked into this time, nor when its location was not scanned.
    """
    found = {each.key: each for each in compare(world, rules, rule)}
    opened = [
        each
        for key, each in found.items()
        if key not in open_ones and not (key in accepted and _is_covered(each, accepted[key], rule))
    ]
    again = [each for key, each in found.items() if key in open_ones]
    closed = [
        key
        for key, each in open_ones.items()
        if key not in found and each.spot.location in world.scanned and not _is_hidden(each, world, rules, rule)
    ]
    return Settled(tuple(opened), tuple(again), tuple(sorted(closed)))


def _is_covered(difference: Difference, accepted: Difference, rule: DifferenceRule) -> bool:
    """Return whether it is no worse than what was accepted."""
    most = (100 + rule.tolerance_percent) / 100
    ranks = [each.grade for each in rule.grades]
    return (
        set(difference.labels) <= set(accepted.labels)
        and difference.persons.likely <= accepted.persons.likely * most
        and difference.not_inspected <= accepted.not_inspected * most
        and _rank(difference.grade, ranks) >= _rank(accepted.grade, ranks)
    )


def _rank(grade: str, ranks: list[str]) -> int:
    return ranks.index(grade) if grade in ranks else len(ranks)


def _is_hidden(difference: Difference, world: World, rules: Rules, rule: DifferenceRule) -> bool:
    """Return whether what was seen before may still be there, in what could not be looked into this time."""
    spot = difference.spot
    if difference.kind == Kind.NOT_INSPECTED or not any(
        each.not_inspected for each in world.seen if is_below(each.spot, spot) or is_below(spot, each.spot)
    ):
        return False
    as_if = [replace(each, not_inspected=0) for each in world.seen if each.spot != spot]
    if difference.kind != Kind.NOT_SEEN:
        as_if.append(
            Seen(
                spot,
                difference.unit,
                difference.files,
                0,
                difference.labels,
                difference.classes,
                difference.persons,
            )
        )
    return difference.key in {each.key for each in compare(world._replace(seen=as_if), rules, rule)}
