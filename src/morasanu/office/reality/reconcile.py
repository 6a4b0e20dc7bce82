"""Register and reality compared, and findings opened, renewed and closed by what comes out."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import F, Q

from morasanu.duty.reconcile import make_key
from morasanu.duty.settle import settle
from morasanu.office.access.reach import HOUSE, within
from morasanu.office.base.clock import read_now
from morasanu.office.due.plan import plan
from morasanu.office.finding.models import ClosedAs, Finding, FindingKind, Progress
from morasanu.office.finding.services import close_finding, open_finding
from morasanu.office.reality.models import RunState
from morasanu.office.reality.world import from_facts, read_world, to_facts
from morasanu.office.register.models import Location
from morasanu.rules.difference import load_difference_rule
from morasanu.rules.load import Words, load_rules

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Mapping

    from django.db.models import QuerySet

    from morasanu.duty.reconcile import Difference

RECONCILE: Final = "reality.reconcile"
_GONE: Final = Words(
    "台帳と走査の結果を比べ、差異がなくなったことを確かめました",
    "register and scan were compared: the difference is gone",
)


def plan_reconcile(location_ids: Iterable[int]) -> None:
    """Put a comparison of these locations on the list of what is due now, in the transaction of the register's change."""
    now = read_now()
    for location in sorted(set(location_ids)):
        plan(f"{RECONCILE}/{location}/{now:%Y%m%dT%H%M%S.%f}", RECONCILE, now, {"locations": [location]})


def plan_reconcile_all() -> None:
    """Put a comparison of all that was scanned on the list, in the transaction of a change of many rows."""
    now = read_now()
    plan(f"{RECONCILE}/all/{now:%Y%m%dT%H%M%S.%f}", RECONCILE, now)


def reconcile_due(facts: Mapping[str, Any]) -> None:
    """Compare the locations of `facts`, all that were scanned without any; each in a transaction of its own. What is due."""
    scanned = Location.objects.filter(runs__state=RunState.DONE).distinct().values_list("pk", flat=True)
    for location in facts.get("locations") or list(scanned):
        reconcile([location])


def reconcile(locations: Collection[int]) -> None:
    """Compare the register with what scans saw in `locations`; one finding a difference is open afterwards."""
    with transaction.atomic():
        world = read_world(locations)
        open_ones = _read_open(locations)
        settled = settle(
            world,
            {key: _to_difference(each) for key, each in open_ones.items()},
            {key: _to_difference(each) for key, each in _read_accepted(locations).items()},
            load_rules(),
            load_difference_rule(),
        )
        seen_at = _read_times(locations)
        for difference in (*settled.opened, *settled.seen_again):
            at = seen_at.get(difference.spot.location) or read_now()
            open_finding(_make_finding(difference, at))
        for key in settled.closed:
            close_finding(open_ones[key], _GONE)


def _make_finding(difference: Difference, at: dt.datetime) -> Finding:
    holding = difference.holdings[0] if difference.holdings else 0
    return Finding(
        kind=FindingKind.DIFFERENCE,
        key=difference.key,
        unit_id=difference.unit,
        subject=f"register.holding/{holding}" if holding else f"register.location/{difference.spot.location}",
        reason_code=difference.kind.value,
        facts=to_facts(difference),
        grade=difference.grade,
        seen_at=at,
    )


def _to_difference(finding: Finding) -> Difference:
    return from_facts(finding.reason_code, finding.unit_id, finding.grade, finding.facts)


def _read_open(locations: Collection[int]) -> dict[str, Finding]:
    rows = _find_differences(locations).exclude(state=Progress.CLOSED)
    return {each.key: each for each in rows.select_related("unit")}


def _read_accepted(locations: Collection[int]) -> dict[str, Finding]:
    """Return what was accepted and has not been opened anew since."""
    rows = _find_differences(locations).filter(state=Progress.CLOSED).order_by("closed_at", "pk")
    newest = {each.key: each for each in rows}
    return {key: each for key, each in newest.items() if each.closed_as == ClosedAs.ACCEPTED}


def _find_differences(locations: Collection[int]) -> QuerySet[Finding]:
    rows = within(Finding, HOUSE).filter(kind=FindingKind.DIFFERENCE)
    return rows.filter(reduce(or_, (Q(key__startswith=make_key(each)) for each in locations), Q(pk=None)))


def _read_times(locations: Collection[int]) -> dict[int, dt.datetime | None]:
    rows = Location.objects.filter(pk__in=locations, sightings__run__isnull=False)
    return dict(rows.values_list("pk", F("sightings__run__ended_at")).distinct())
