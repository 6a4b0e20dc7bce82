"""Where concrete parts are plugged together: what is due and who does it, where checkpoints and copies go."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings
from django.db import connection

from morasanu.errors import InputError
from morasanu.ledger.folder import Folder
from morasanu.ledger.key import read_public
from morasanu.ledger.outside.folder import FolderPlace
from morasanu.ledger.outside.interface import Parcel
from morasanu.ledger.outside.record import find_since, read_left, record_left
from morasanu.office.backup import drill, drop_old, make_backup
from morasanu.office.reality.keeper import ScanKeeper
from morasanu.office.reality.reconcile import RECONCILE, reconcile_due
from morasanu.office.reality.services import SCAN, scan_due
from morasanu.office.requirement.judge import judge_all
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.note import parse_note
from morasanu.proof.verify import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.due.work import Handler
    from morasanu.office.place import Place

KEPT_COPIES: Final = 14


def send_checkpoint(_: Mapping[str, Any]) -> None:
    """Send the newest checkpoint to the folder that `MORASANU_CHECKPOINT_TO` names. Without one nothing leaves, and the control says so."""
    to = os.environ.get("MORASANU_CHECKPOINT_TO", "")
    place: Place | None = settings.PLACE
    if not to or place is None:
        return
    folder = Folder(place.ledger)
    data = folder.read(CHECKPOINT)
    if data is None:
        return
    note = parse_note(data)
    checkpoint = parse_checkpoint(note.text)
    outside = FolderPlace(Path(to), place.ledger)
    if find_since(read_left(place.ledger), outside.kind, outside.to) == checkpoint.size:
        return
    outside.send(Parcel(note, checkpoint, read_public(folder), folder.read))
    record_left(place.ledger, (outside.kind, outside.to), checkpoint.size, dt.datetime.now(dt.UTC))


def make_copy(_: Mapping[str, Any]) -> None:
    """Make today's copy and drop the oldest ones. Raises InputError MRS-I-049 for another database than the embedded one."""
    place: Place | None = settings.PLACE
    if place is None:
        return
    if connection.vendor != "sqlite":
        raise InputError(
            "MRS-I-049",
            "PostgreSQL の控えは、その仕組み（pg_dump など）で取ってください",
            "copies of PostgreSQL are made with its own tools, such as pg_dump",
        )
    make_backup(place, dt.datetime.now(dt.UTC))
    drop_old(place, KEPT_COPIES)


def try_copy(_: Mapping[str, Any]) -> None:
    """Put the newest copy back for trial. Raises InputError MRS-I-056 when there is none or it does not come back whole."""
    place: Place | None = settings.PLACE
    if place is None:
        return
    copies = sorted(each for each in place.backups.iterdir() if not each.name.startswith("."))
    if not copies:
        make_copy({})
        copies = sorted(place.backups.iterdir())
    drill(copies[-1])


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
}


def make_keeper(place: Place) -> ScanKeeper:
    """Return what keeps the scans running beside the worker."""
    return ScanKeeper(place)
