"""The ledger's files: written beside and put in place, so that whoever reads sees whole files only, also after a loss of power."""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from morasanu.errors import EvidenceError, InputError

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

_PART: Final = ".part"


class Folder:
    """Reads and writes files under one folder by their paths as a ledger names them (`tile/0/000`)."""

    def __init__(self, path: Path, system: ModuleType = os) -> None:
        """Take the folder, which need not exist yet. `system` is `os` unless a test watches what is asked of it."""
        self.path = path
        self._os = system
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
            self._make(path.parent)
            handle = self._os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
            try:
                self._os.fchmod(handle, mode)
                view = memoryview(data)
                while view:
                    view = view[self._os.write(handle, view) :]
                self._os.fsync(handle)
            finally:
                self._os.close(handle)
            self._os.replace(part, path)
        except OSError as error:
            with suppress(OSError):
                self._os.unlink(part)
            raise _tell(path, error) from error

    def _make(self, folder: Path) -> None:
        """Make a folder and those above it; all up to ours are synced later, for one found may have been made by a killed process."""
        self._touched.update((folder, *folder.parents[: len(folder.parts) - len(self.path.parts)]))
        above = folder
        while not above.exists():
            above = above.parent
            self._touched.add(above)
        self._os.makedirs(folder, exist_ok=True)

    def sync(self) -> None:
        """Make certain that every file written so far is found under its name. Raises EvidenceError MRS-E-013."""
        for folder in sorted(self._touched, reverse=True):
            try:
                handle = self._os.open(folder, os.O_RDONLY)
                try:
                    self._os.fsync(handle)
                finally:
                    self._os.close(handle)
            except OSError as error:
                raise _tell(folder, error) from error
        self._touched.clear()

    def keep(self, name: str) -> None:
        """Make certain that a file found here stays: a process that was killed may have put it in place without `sync`."""
        self._touched.add((self.path / name).parent)
        self.sync()

    def remove(self, name: str) -> None:
        """Remove a file that is no longer needed, if it is there."""
        with suppress(OSError):
            self._os.unlink(self.path / name)


def _tell(path: Path, error: OSError) -> EvidenceError:
    name = os.strerror(error.errno) if error.errno else type(error).__name__
    return EvidenceError("MRS-E-013", f"書けません: {path}（{name}）", f"cannot be written: {path} ({name})")
