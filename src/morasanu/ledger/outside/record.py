"""What left and what came back, beside the ledger: `outside.jsonl` and the folder `outside`."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import EvidenceError
from morasanu.ledger.outside.folder import place_new

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

_RECORD: Final = "outside.jsonl"
_KEPT: Final = "outside"
_MOST: Final = 1_000_000


class Left(NamedTuple):
    """A checkpoint that left: when (UTC, as in an event), in which way, where to, and its size."""

    at: str
    kind: str
    to: str
    size: int


def record_left(ledger: Path, place: tuple[str, str], size: int, at: datetime) -> Left:
    """Return what was added to the record of what left for `place` (kind and address), synced. Raises EvidenceError MRS-E-013."""
    left = Left(at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), *place, size)
    line = json.dumps(left._asdict()).encode() + b"\n"
    path = ledger / _RECORD
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            end = os.lseek(handle, 0, os.SEEK_END)
            is_cut = end > 0 and os.pread(handle, 1, end - 1) != b"\n"  # by a loss of power
            line = b"\n" * is_cut + line
            if os.write(handle, line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(handle)
        finally:
            os.close(handle)
        if not end:
            _sync_folder(ledger)
    except OSError as error:
        raise _tell(path, error) from error
    return left


def read_left(ledger: Path) -> list[Left]:
    """Return all that left, in the order in which it was recorded; lines that are none are passed over. Raises EvidenceError MRS-E-013."""
    path = ledger / _RECORD
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _tell(path, error) from error
    return [left for line in lines if (left := _parse(line))]


def find_since(lefts: list[Left], kind: str, to: str) -> int:
    """Return the largest size that left for this place, 0 when none did."""
    return max((left.size for left in lefts if (left.kind, left.to) == (kind, to)), default=0)


def find_last(lefts: list[Left]) -> Left | None:
    """Return the last one that somebody else holds now: a time-stamping authority keeps nothing, its answer lies in the ledger's folder."""
    return next((left for left in reversed(lefts) if left.kind != "timestamp"), None)


def keep(ledger: Path, size: int, note: bytes, token: bytes) -> str:
    """Return the name, without suffix, under which what came back is kept: `.txt` is the note, `.tsr` the answer of a time-stamping authority.

    Raises EvidenceError MRS-E-013.
    """
    folder = ledger / _KEPT
    try:
        if not folder.is_dir():
            folder.mkdir(exist_ok=True)
            _sync_folder(ledger)
        for number in range(_MOST):
            name = f"{size}-{number}"
            if place_new(folder / f"{name}.txt", note):
                if token:
                    place_new(folder / f"{name}.tsr", token)
                return f"{_KEPT}/{name}"
    except OSError as error:
        raise _tell(folder, error) from error
    raise _tell(folder, FileExistsError())


def _parse(line: bytes) -> Left | None:
    try:
        found = Left(**json.loads(line))
    except (ValueError, TypeError):
        return None
    texts = isinstance(found.at, str) and isinstance(found.kind, str) and isinstance(found.to, str)
    return found if texts and isinstance(found.size, int) else None


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tell(path: Path, error: OSError) -> EvidenceError:
    name = os.strerror(error.errno) if error.errno else type(error).__name__
    return EvidenceError("MRS-E-013", f"書けません: {path}（{name}）", f"cannot be written: {path} ({name})")
