"""What asks for scans and plans them, and how a scan's end is written."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import TOKYO, read_now
from morasanu.office.due.plan import plan
from morasanu.office.reality.models import Plan, Run, RunState, Sighting
from morasanu.office.reality.reconcile import reconcile
from morasanu.office.register.models import Location
from morasanu.office.seal.keep import SYSTEM, keep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCAN: Final = "reality.scan"
_HOUR: Final = 22
"""Scans begin when the branches are closed."""
_OPEN: Final = (RunState.WAITING, RunState.RUNNING)


def ask_scan(location: Location, actor: str) -> Run:
    """Return the scan of a location that waits or runs: a new one unless there is one. Raises InputError MRS-I-094 for paper."""
    if not location.address:
        raise InputError(
            "MRS-I-094",
            "この保管場所には走査できる宛先がありません",
            "this location has no address that a scan could read",
        )
    with transaction.atomic():
        list(Location.objects.select_for_update().filter(pk=location.pk))  # two who ask at once get one scan
        found = Run.objects.filter(location=location, state__in=_OPEN).first()
        if found is None:
            found = Run(location=location, asked_at=read_now())
            keep(found, "reality.run.asked", actor)
        return found


def save_plan(new: Plan, actor: str, *, seen: int | None = None) -> None:
    """Write how often a location is scanned, with the next time on the list of what is due."""
    with transaction.atomic():
        keep(new, "reality.plan.saved", actor, seen=seen)
        if new.is_on:
            _plan_next(new, read_now() - dt.timedelta(days=new.cycle_days))


def scan_due(facts: Mapping[str, Any]) -> None:
    """Ask for the scan that is due, and plan the next one. What is due; an older plan's event does nothing."""
    found = Plan.objects.select_related("location").filter(pk=facts["plan"], is_on=True).first()
    if found is None or found.version != facts["version"]:
        return
    if found.location.address:
        ask_scan(found.location, SYSTEM)
    _plan_next(found, read_now())


def _plan_next(scan_plan: Plan, since: dt.datetime) -> None:
    day = since.astimezone(TOKYO).date() + dt.timedelta(days=scan_plan.cycle_days)
    at = dt.datetime.combine(day, dt.time(_HOUR), TOKYO)
    key = f"{SCAN}/{scan_plan.pk}/{scan_plan.version}/{day}"
    plan(key, SCAN, at, {"plan": scan_plan.pk, "version": scan_plan.version})


def begin_run(run: Run) -> None:
    """Say that a scan has begun; one that goes on after its process died keeps its beginning."""
    run.state = RunState.RUNNING
    run.began_at = run.began_at or read_now()
    keep(run, "reality.run.began", SYSTEM)


def finish_run(run: Run, sightings: Sequence[Sighting]) -> None:
    """Write what a scan saw in place of what the last one saw, and compare it with the register: all of it or nothing."""
    with transaction.atomic():
        Sighting.objects.filter(location=run.location).delete()
        Sighting.objects.bulk_create(sightings, batch_size=500)
        run.state, run.ended_at, run.fault = RunState.DONE, read_now(), ""
        keep(run, "reality.run.done", SYSTEM)
        reconcile([run.location_id])


def fail_run(run: Run, fault: str) -> None:
    """Say why a scan failed, as a code; what an earlier one saw stays."""
    run.state, run.ended_at, run.fault = RunState.FAILED, read_now(), fault[:200]
    keep(run, "reality.run.failed", SYSTEM)
