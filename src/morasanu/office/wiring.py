"""Where concrete parts are plugged together: what is due and who does it, where checkpoints and copies go."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from morasanu.ledger.folder import Folder
from morasanu.ledger.outside.folder import FolderPlace
from morasanu.ledger.outside.leave import leave_for, make_parcel
from morasanu.office.backup import drill, drop_old, list_copies, make_backup
from morasanu.office.database.choose import find_database
from morasanu.office.place import need
from morasanu.office.reality.keeper import ScanKeeper
from morasanu.office.reality.reconcile import RECONCILE, reconcile_due
from morasanu.office.reality.services import SCAN, scan_due
from morasanu.office.register.stocktake import OVER, find_unsigned
from morasanu.office.requirement.judge import judge_all
from morasanu.proof.note import parse_note
from morasanu.proof.verify import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.due.work import Handler
    from morasanu.office.place import Place

KEPT_COPIES: Final = 14


def send_checkpoint(_: Mapping[str, Any]) -> None:
    """Send the newest checkpoint to the folder that `MORASANU_CHECKPOINT_TO` names. Without one nothing leaves, and the control says so."""
    to, ledger = os.environ.get("MORASANU_CHECKPOINT_TO", ""), need(settings.PLACE).ledger
    data = Folder(ledger).read(CHECKPOINT)
    if to and data is not None:
        leave_for(ledger, FolderPlace(Path(to), ledger), make_parcel(ledger, parse_note(data)))


def make_copy(_: Mapping[str, Any]) -> None:
    """Make today's copy and drop the oldest ones."""
    place = need(settings.PLACE)
    make_backup(place, dt.datetime.now(dt.UTC))
    drop_old(place, KEPT_COPIES)


def try_copy(_: Mapping[str, Any]) -> None:
    """Put the newest copy back for trial. Raises InputError MRS-I-056 when it does not come back whole, MRS-I-122 when it cannot be tried."""
    place = need(settings.PLACE)
    if not list_copies(place):
        make_copy({})
    drill(list_copies(place)[-1], find_database(place))


def judge_controls(_: Mapping[str, Any]) -> None:
    """Let the machine judge the controls."""
    judge_all()


SLOW: Final = frozenset(("ledger.leave", "backup.make", "backup.drill", RECONCILE))
"""Those that work on files only, or in several transactions of which each may be done again."""
HANDLERS: Final[Mapping[str, Handler]] = {
    "ledger.leave": send_checkpoint,
    "backup.make": make_copy,
    "backup.drill": try_copy,
    "control.judge": judge_controls,
    SCAN: scan_due,
    RECONCILE: reconcile_due,
    OVER: find_unsigned,
}


def make_keeper(place: Place) -> ScanKeeper:
    """Return what keeps the scans running beside the worker."""
    return ScanKeeper(place)
