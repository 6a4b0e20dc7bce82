"""The register and what scans saw, as the plain values that `duty` decides on; and differences as what a finding holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from morasanu.duty.reconcile import Declared, Difference, Kind, Persons, Seen, Spot, World
from morasanu.office.access.reach import HOUSE, within
from morasanu.office.reality.models import Run, RunState, Sighting
from morasanu.office.register.models import Holding, Status, Storage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def read_world(locations: Collection[int]) -> World:
    """Return what is declared in `locations` and what was seen there. Three queries, however many."""
    spots: dict[int, list[Spot]] = {}
    for holding, location, path in (
        within(Storage, HOUSE)
        .filter(location__in=locations, holding__status=Status.ACTIVE)
        .values_list("holding_id", "location_id", "path")
    ):
        spots.setdefault(holding, []).append(Spot(location, clean_path(path)))
    register = [
        Declared(pk, unit, frozenset(labels), persons, tuple(spots[pk]))
        for pk, unit, labels, persons in within(Holding, HOUSE)
        .filter(pk__in=list(spots))
        .values_list("pk", "unit_id", "labels", "persons")
    ]
    scanned = frozenset(
        Run.objects.filter(location__in=locations, state=RunState.DONE).values_list("location_id", flat=True)
    )
    rows = Sighting.objects.filter(location__in=locations).select_related("location")
    return World(register, [read_seen(each) for each in rows], scanned)


def read_seen(row: Sighting) -> Seen:
    """Return a sighting as a value."""
    return Seen(
        Spot(row.location_id, row.place),
        row.location.unit_id,
        row.files,
        row.not_inspected,
        row.counts,
        row.classes,
        Persons(row.persons_low, row.persons, row.persons_high),
    )


def clean_path(path: str) -> str:
    r"""Return a storage's path as places are written: `/` between names, none at the ends.

    >>> clean_path(" \\融資/旧/ ")
    '融資/旧'
    """
    return path.strip().replace("\\", "/").strip("/")


def to_facts(difference: Difference) -> dict[str, Any]:
    """Return what a finding holds of a difference: counts, ids and the place."""
    return {
        "location": difference.spot.location,
        "place": difference.spot.place,
        "holdings": list(difference.holdings),
        "labels": dict(difference.labels),
        "classes": dict(difference.classes),
        "persons": list(difference.persons),
        "declared": difference.declared,
        "files": difference.files,
        "not_inspected": difference.not_inspected,
    }


def from_facts(kind: str, unit: int, grade: str, facts: Mapping[str, Any]) -> Difference:
    """Return the difference of which a finding holds the facts."""
    return Difference(
        Kind(kind),
        Spot(facts["location"], facts["place"]),
        unit,
        grade,
        tuple(facts["holdings"]),
        facts["labels"],
        facts["classes"],
        Persons(*facts["persons"]),
        facts["declared"],
        facts["files"],
        facts["not_inspected"],
    )
