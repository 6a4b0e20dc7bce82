"""What comes again every day or week, put on the list of what is due each day anew."""

from __future__ import annotations

import datetime as dt
from typing import Final, NamedTuple

from morasanu.office.base.clock import TOKYO, read_now
from morasanu.office.due.plan import plan


class Routine(NamedTuple):
    """Something that is due on some days of the week (Monday is 0) from an hour on."""

    kind: str
    hour: int
    weekdays: frozenset[int] = frozenset(range(7))


ROUTINES: Final = (
    Routine("ledger.leave", 1),
    Routine("backup.make", 2),
    Routine("backup.drill", 3, frozenset((0,))),
    Routine("reality.reconcile", 4),
    Routine("control.judge", 5),
)
"""What an institution may want at other hours is not asked yet: at night nobody waits."""


def plan_routines() -> None:
    """Put today's routines on the list; those that are there stay as they are, so that this may be called at any time."""
    today = read_now().astimezone(TOKYO).date()
    for routine in ROUTINES:
        if today.weekday() in routine.weekdays:
            at = dt.datetime.combine(today, dt.time(routine.hour), TOKYO)
            plan(f"{routine.kind}/{today}", routine.kind, at)
