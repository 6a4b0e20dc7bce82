"""The register set right by what a scan saw: a new row, or what was missing in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from morasanu.duty.reconcile import Kind
from morasanu.office.reality.reconcile import reconcile
from morasanu.office.register.models import Holding, Location, Medium, Storage
from morasanu.office.register.services import add_storage, save_holding
from morasanu.rules.load import load_rules

if TYPE_CHECKING:
    from morasanu.office.finding.models import Finding

REGISTERING = (Kind.UNREGISTERED, Kind.UNDECLARED_LABEL, Kind.MORE_PERSONS)
"""The differences that a change of the register ends."""


def draft_holding(finding: Finding, location: Location, holding: Holding | None) -> Holding:
    """Return the row as it would have to be, not written yet: `holding` with what it lacks, or a new one."""
    facts = finding.facts
    _, likely, _ = facts["persons"]
    sighting = location.sightings.filter(place=facts["place"]).first()
    rules = load_rules().labels
    also = sighting.counts if sighting else {}  # what is too little to be a difference is in the place all the same
    seen = [*facts["labels"], *(each for each in also if each in rules and rules[each].is_personal)]
    seen = list(dict.fromkeys(seen))
    if holding is not None:
        holding.labels = [*holding.labels, *(label for label in seen if label not in holding.labels)]
        if finding.reason_code == Kind.MORE_PERSONS:
            holding.persons = max(holding.persons, likely)
        return holding
    name = f"{location.name} {facts['place']}".strip()
    return Holding(
        code=f"差-{finding.pk:05}",
        name=name[:120],
        unit=finding.unit,
        medium=Medium.FILE,
        labels=seen,
        persons=likely,
    )


def register_difference(finding: Finding, holding: Holding, actor: str, *, seen: int | None = None) -> None:
    """Write the row, where it lies when it is new, and compare: the finding closes at once when that was all."""
    location, place = finding.facts["location"], finding.facts["place"]
    with transaction.atomic():
        is_new = holding.pk is None
        save_holding(holding, actor, seen=seen)
        if is_new:
            add_storage(Storage(holding=holding, location_id=location, path=place), actor)
        reconcile([location])
