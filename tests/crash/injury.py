"""A ledger of which one call fails: what it acknowledges afterwards, and what is there when it is opened anew."""

from __future__ import annotations

import errno
import shutil
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.crash.disk import EMPTY, Mark
from tests.crash.life import Found, Life, change_settings, cut_states
from tests.crash.promise import ATTEMPT, Promise
from tests.crash.recorder import CUT, SYNC, Recorder

from morasanu.errors import EvidenceError
from morasanu.ledger.ledger import Draft

if TYPE_CHECKING:
    from pathlib import Path

_DAY: Final = (
    *[Life.append] * 3, Life.seal, *[Life.append] * 6, Life.erase, Life.seal, Life.append, Life.rotate, Life.append, Life.close,
    *[Life.append] * 6, Life.seal, Life.seal, Life.erase, Life.close,
)  # fmt: skip
_CUTS: Final = 6


class Injury(NamedTuple):
    """Which call fails: the `number`-th after the ledger was made, with `error`; for once, or it and all of its kind later."""

    number: int
    error: int = errno.EIO
    is_lasting: bool = False


def count_calls(folder: Path) -> int:
    """Return how many calls the day has. `folder` is new and gone afterwards."""
    with Recorder(folder, EMPTY) as recorder:
        life = Life(recorder, Random(0), change_settings())
        life.begin()
        before = recorder.calls_left
        for act in _DAY:
            act(life)
        count = before - recorder.calls_left
    shutil.rmtree(folder)
    return count


def find_harm(injury: Injury, folder: Path) -> str:
    """Return what is wrong after `injury`, nothing when all is well. `folder` is new and gone afterwards."""
    folder.mkdir()
    random = Random(injury.number)
    with Recorder(folder / "live", EMPTY) as recorder:
        life = Life(recorder, Random(0), change_settings())
        life.begin()
        _hurt(recorder, injury)
        harm = ""
        try:
            for act in _DAY:
                act(life)
        except EvidenceError:
            harm = _append_more(life)
        struck = len(recorder.disk.log)
        with suppress(Exception):
            life.close()
        recorder.fail = lambda _, __: None
        life.ledger = None
        try:  # whoever opens it anew goes on
            for act in (Life.append, Life.seal, Life.rotate, Life.append):
                act(life)
        except EvidenceError as error:
            harm = harm or f"not opened: {error}"
        life.end()
    log = recorder.disk.log
    cuts = sorted(random.randint(struck, len(log)) for _ in range(_CUTS))
    for found in cut_states(Found(EMPTY, Promise()), recorder, cuts, random):
        harm = harm or found.find_fault(folder / "image")
    shutil.rmtree(folder)
    return harm


def _hurt(recorder: Recorder, injury: Injury) -> None:
    left = injury.number
    struck = ""

    def fail(kind: str, _: str) -> int | None:
        nonlocal left, struck
        left -= 1
        if left == 0:
            struck = kind
        full = injury.error == errno.ENOSPC and kind in {SYNC, CUT}  # these do not fill a disk
        return injury.error if not full and (left == 0 or (injury.is_lasting and kind == struck)) else None

    recorder.fail = fail


def _append_more(life: Life) -> str:
    """Return a complaint when a ledger whose store failed acknowledges an event."""
    marks = [entry for entry in life.recorder.disk.log if isinstance(entry, Mark)]
    if life.ledger is None or marks[-1].word != ATTEMPT:  # it failed to open, to seal, to erase
        return ""
    try:
        life.ledger.append([Draft("crash.more", "tests", {})])
    except EvidenceError:
        return ""
    return "acknowledged after a fault"
