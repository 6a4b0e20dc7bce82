"""The ledger's files: written beside and put in place, so that whoever reads sees whole files only, also after a loss of power."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from morasanu.errors import EvidenceError, InputError

if TYPE_CHECKING:
    from pathlib import Path

_PART: Final = ".part"


class Folder:
    """Reads and writes files under one folder by their paths as a ledger names them (`tile/0/000`)."""

    def __init__(self, path: Path) -> None:
        """Take the folder, which need not exist yet."""
        self.path = path
        self._touched: set[Path] = set()

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file, None when it is not there. Raises InputError MRS-I-001 when it cannot be read."""
        path = self.path / name
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error

    def write(self, name: str, data: bytes, *, mode: int = 0o644) -> None:
        """Put a file in place, synced; that it is there is certain after `sync`. Raises EvidenceError MRS-E-013."""
        path = self.path / name
        part = path.with_name(path.name + _PART)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                os.fchmod(handle, mode)
                _write_all(handle, data)
                os.fsync(handle)
            finally:
                os.close(handle)
            part.replace(path)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise _tell(path, error) from error
        self._touched.update((path.parent, *path.parent.parents[: len(path.parent.parts) - len(self.path.parts)]))

    def sync(self) -> None:
        """Make certain that every file written so far is found under its name. Raises EvidenceError MRS-E-013."""
        for folder in sorted(self._touched, reverse=True):
            try:
                handle = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
            except OSError as error:
                raise _tell(folder, error) from error
        self._touched.clear()

    def remove(self, name: str) -> None:
        """Remove a file that is no longer needed, if it is there."""
        with suppress(OSError):
            (self.path / name).unlink()


def _write_all(handle: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(handle, view) :]


def _tell(path: Path, error: OSError) -> EvidenceError:
    name = os.strerror(error.errno) if error.errno else type(error).__name__
    return EvidenceError("MRS-E-013", f"書けません: {path}（{name}）", f"cannot be written: {path} ({name})")
