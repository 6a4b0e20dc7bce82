"""Works off what is due: taken with a lease, done in one transaction with its mark, retried with growing pauses."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.db.models import Q

from morasanu.errors import MorasanuError
from morasanu.office.base.clock import read_now
from morasanu.office.due.models import DueEvent, State

if TYPE_CHECKING:
    from django.db.models import QuerySet

Handler = Callable[[Mapping[str, Any]], None]
"""Does what is due, from the facts that were planned; what it changes is in the transaction that marks it done."""

LEASE: Final = dt.timedelta(minutes=5)
MOST_ATTEMPTS: Final = 5
_log = logging.getLogger(__name__)


class LostLeaseError(Exception):
    """It took longer than the lease, and another worker has begun it again: what this one did is undone."""


def release_leases() -> int:
    """Put on the list again what a worker that is dead had begun; return how much. Only for the one worker, when it begins."""
    held = DueEvent.objects.filter(state=State.RUNNING)
    held.filter(attempts__gte=MOST_ATTEMPTS).update(state=State.FAILED, lease_until=None, fault="died")
    return held.update(state=State.WAITING, lease_until=None)


def work_next(handlers: Mapping[str, Handler], slow: Collection[str] = ()) -> bool:
    """Do the next thing that is due, if any; return whether there was one.

    Kinds that are `slow` change nothing in the database, and do not keep it locked while they work.
    """
    event = _take(tuple(handlers))
    if event is None:
        return False
    try:
        with nullcontext() if event.kind in slow else transaction.atomic():
            handlers[event.kind](event.facts)
            if not _find_held(event).update(state=State.DONE, done_at=read_now(), lease_until=None, fault=""):
                raise LostLeaseError  # noqa: TRY301 - it undoes the transaction
    except Exception as error:  # noqa: BLE001 - whatever failed is told on the list and tried again
        _log.warning("due %s failed: %s", event.kind, type(error).__name__)
        _give_back(event, error)
    return True


def _take(kinds: tuple[str, ...]) -> DueEvent | None:
    now = dt.datetime.now(dt.UTC)  # a demo's day may stand still, a lease may not
    ready = Q(state=State.WAITING, at__lte=read_now()) | Q(state=State.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        event = DueEvent.objects.select_for_update(skip_locked=True).filter(ready, kind__in=kinds).first()
        if event is not None:
            event.state, event.lease_until, event.attempts = State.RUNNING, now + LEASE, event.attempts + 1
            event.save()
    return event


def _find_held(event: DueEvent) -> QuerySet[DueEvent]:
    """Return the event unless somebody else took it when its lease had run out."""
    return DueEvent.objects.filter(pk=event.pk, state=State.RUNNING, attempts=event.attempts)


def _give_back(event: DueEvent, error: Exception) -> None:
    is_over = event.attempts >= MOST_ATTEMPTS
    _find_held(event).update(
        state=State.FAILED if is_over else State.WAITING,
        at=event.at if is_over else read_now() + dt.timedelta(seconds=30 * 2**event.attempts),
        lease_until=None,
        fault=error.code if isinstance(error, MorasanuError) else type(error).__name__,
    )


def retry(event: DueEvent) -> None:
    """Put what failed on the list again."""
    DueEvent.objects.filter(pk=event.pk, state=State.FAILED).update(state=State.WAITING, at=read_now(), attempts=0)
