"""Keeps a second writer out: a lock on a file, which ends with the process whatever happens to it."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from morasanu.errors import EvidenceError

if TYPE_CHECKING:
    from pathlib import Path

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows, where the store's own lock has to do
    fcntl = None  # type: ignore[assignment]

LOCK: Final = "lock"
"""The file's name."""
_PAUSE_S: Final = 0.02


class Lock:
    """Held from the moment it is made until it is released."""

    def __init__(self, folder: Path, patience_s: float = 0) -> None:
        """Take the lock, waiting at most `patience_s` for another writer. Raises EvidenceError MRS-E-014 when another writer has it, MRS-E-013 when the folder cannot be written."""
        try:
            self._handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            name = os.strerror(error.errno) if error.errno else type(error).__name__
            raise EvidenceError(
                "MRS-E-013", f"書けません: {folder}（{name}）", f"cannot be written: {folder} ({name})"
            ) from error
        until = time.monotonic() + patience_s
        while fault := self._try():
            if time.monotonic() < until:
                time.sleep(_PAUSE_S)
                continue
            os.close(self._handle)
            raise EvidenceError(
                "MRS-E-014", "ほかのプログラムがこの台帳に書いています", "another writer has this ledger open"
            ) from fault

    def _try(self) -> OSError | None:
        """Return why the lock cannot be had now, None when it is ours."""
        try:
            if fcntl:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error
        return None

    def release(self) -> None:
        """Let another writer in."""
        os.close(self._handle)
