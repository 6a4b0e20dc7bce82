"""The worker: seals changes into the ledger and does what is due, one thing after the other."""

from __future__ import annotations

import logging
import signal
import threading
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Final

from django.db import InterfaceError, OperationalError, close_old_connections

from morasanu.errors import EvidenceError
from morasanu.ledger.ledger import Ledger
from morasanu.office.due.routine import plan_routines
from morasanu.office.due.work import release_leases, work_next
from morasanu.office.seal.sealer import mark_sealed, seal_waiting
from morasanu.office.wiring import HANDLERS, SLOW, make_keeper

if TYPE_CHECKING:
    from morasanu.office.place import Place

PAUSE_S: Final = 0.5
ROUTINES_S: Final = 60
PATIENCE_S: Final = 30
"""How long it waits for another worker, which is about to end."""
_log = logging.getLogger(__name__)


def work(place: Place, stop: threading.Event | None = None) -> None:
    """Work until `stop` is set or a signal asks. Raises EvidenceError when the ledger takes nothing more: whoever started it starts it anew."""
    stop = stop or threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not the main thread: a test stops it
            signal.signal(number, lambda *_: stop.set())
    with Ledger(place.ledger, patience_s=PATIENCE_S) as ledger, closing(make_keeper(place)) as keeper:
        is_new, next_look = True, 0.0
        while not stop.is_set():
            try:
                if is_new:  # the ledger is ours, so whoever worked before is gone
                    mark_sealed(ledger)
                    release_leases()
                    is_new = False
                if time.monotonic() >= next_look:
                    plan_routines()
                    next_look = time.monotonic() + ROUTINES_S
                keeper.look_after()
                is_busy = _do_one_round(ledger)
            except (OperationalError, InterfaceError) as error:  # full disk, no database: what waits stays on its lists
                _log.warning("worker: %s", type(error).__name__)
                is_busy = False
                is_new = True  # the mark of what was just sealed may be what failed
            if not is_busy:
                close_old_connections()
                stop.wait(PAUSE_S)


def _do_one_round(ledger: Ledger) -> bool:
    try:
        sealed = seal_waiting(ledger)
        if sealed:
            ledger.seal()
    except EvidenceError as error:
        _log.error("worker: %s", error.code)
        raise
    return work_next(HANDLERS, SLOW) or sealed > 0
