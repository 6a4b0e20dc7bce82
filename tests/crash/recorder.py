"""Does what SQLite and the ledger's folder ask for in a real folder, and keeps a log of it for `disk.State`; fails where told to.

What SQLite asks comes through a VFS (https://www.sqlite.org/vfs.html) of apsw, which brings a SQLite of its own; what the
folder asks comes through the calls of `os`. Nothing is really synced: the log says what would be.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Self

import apsw
from tests.crash.disk import FOLDER, Cut, Disk, Sync, SyncFolder, Write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from tests.crash.disk import Image

OPEN, WRITE, CUT, SYNC, REMOVE = "open", "write", "truncate", "sync", "remove"
NEVER: Final = 1 << 60
_IO_ERRORS: Final = {OPEN: 14, WRITE: 778, CUT: 1546, SYNC: 1034, REMOVE: 2570}  # SQLITE_CANTOPEN, SQLITE_IOERR_…
_NEW_JOURNALS: Final = apsw.SQLITE_OPEN_MAIN_JOURNAL | apsw.SQLITE_OPEN_SUPER_JOURNAL | apsw.SQLITE_OPEN_WAL


class Recorder:
    """A folder that is watched, the log of what was done in it, and what is to fail.

    `fail` is asked before each call, with its kind and the file's name, for the number of an error (None: go on). After
    `calls_left` calls everything fails and nothing changes any more, as if the process had been killed; what it wrote stays readable.
    """

    def __init__(self, folder: Path, image: Image) -> None:
        image.write(folder)
        self.folder = folder
        self.disk = Disk(image)
        self.fail: Callable[[str, str], int | None] = lambda _, __: None
        self.calls_left = NEVER

    @property
    def is_dead(self) -> bool:
        """Return whether the process counts as killed."""
        return self.calls_left <= 0

    def __enter__(self) -> Self:
        self._vfs = _Vfs(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._vfs.unregister()

    def connect(self, path: Path) -> apsw.Connection:
        """Return a connection whose files are watched."""
        return apsw.Connection(str(path), vfs=self._vfs.name)

    def name(self, path: str | Path) -> str:
        """Return a path as the disk's log has it."""
        return str(Path(path).relative_to(self.folder))

    def ask(self, kind: str, name: str) -> int | None:
        """Return the error that a call shall end with."""
        self.calls_left -= 1
        return errno.EIO if self.is_dead else self.fail(kind, name)


class _Vfs(apsw.VFS):
    def __init__(self, recorder: Recorder) -> None:
        self.name = f"recorder-{id(recorder)}"
        self._recorder = recorder
        super().__init__(self.name, "")

    def xOpen(self, name: Any, flags: list[int]) -> apsw.VFSFile:  # noqa: N802
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        if not path:
            return apsw.VFSFile("", name, flags)  # a temporary file, which does not outlive the process
        return _VfsFile(self._recorder, name, path, flags)

    def xDelete(self, path: str, sync: bool) -> None:  # noqa: N802
        name = self._recorder.name(path)
        _raise(REMOVE, self._recorder.ask(REMOVE, name))
        super().xDelete(path, sync)
        self._recorder.disk.enter(name, None)
        if sync:
            self._recorder.disk.log.append(SyncFolder(_parent(name)))


class _VfsFile(apsw.VFSFile):
    def __init__(self, recorder: Recorder, name: Any, path: str, flags: list[int]) -> None:
        self._recorder, self._name = recorder, recorder.name(path)
        _raise(OPEN, recorder.ask(OPEN, self._name))
        # SQLite's own unix VFS syncs the folder at the first sync of a journal that it may have made (os_unix.c, UNIXFILE_DIRSYNC)
        self._syncs_folder = bool(flags[0] & _NEW_JOURNALS and flags[0] & apsw.SQLITE_OPEN_CREATE)
        is_new = not os.path.exists(path)  # noqa: PTH110
        super().__init__("", name, flags)
        known = None if is_new else recorder.disk.find(self._name)
        self._file = recorder.disk.make(self._name) if known is None else known

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        _raise(WRITE, self._recorder.ask(WRITE, self._name))
        super().xWrite(data, offset)
        self._recorder.disk.log.append(Write(self._file, offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        _raise(CUT, self._recorder.ask(CUT, self._name))
        super().xTruncate(size)
        self._recorder.disk.log.append(Cut(self._file, size))

    def xSync(self, flags: int) -> None:  # noqa: N802, ARG002
        log = self._recorder.disk.log
        if fault := self._recorder.ask(SYNC, self._name):
            if not self._recorder.is_dead:
                log.append(Sync(self._file, failed=len(log)))
            _raise(SYNC, fault)
        log.append(Sync(self._file))
        if self._syncs_folder:
            log.append(SyncFolder(_parent(self._name)))
            self._syncs_folder = False


def _parent(name: str) -> str:
    return str(PurePosixPath(name).parent)


def _raise(kind: str, fault: int | None) -> None:
    if fault == errno.ENOSPC and kind == WRITE:
        raise apsw.FullError
    if fault:
        error = apsw.CantOpenError() if kind == OPEN else apsw.IOError()
        error.extendedresult = _IO_ERRORS[kind]
        raise error


class System:
    """The calls of `os` that `ledger.folder` makes, watched; what else it takes from `os` it gets from there."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._open: dict[int, tuple[str, int]] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def _ask(self, kind: str, path: str | Path) -> str:
        name = self._recorder.name(path)
        if fault := self._recorder.ask(kind, name):
            raise OSError(fault, os.strerror(fault), str(path))
        return name

    def open(self, path: Path, flags: int, mode: int = 0o777) -> int:
        name, disk = self._ask(OPEN, path), self._recorder.disk
        is_new = not os.path.lexists(path)
        handle = os.open(path, flags, mode)
        if path.is_dir():
            self._open[handle] = (name, FOLDER)
            return handle
        known = None if is_new else disk.find(name)
        file = disk.make(name) if known is None else known
        if flags & os.O_TRUNC and not is_new:
            disk.log.append(Cut(file, 0))
        self._open[handle] = (name, file)
        return handle

    def write(self, handle: int, data: Sequence[int]) -> int:
        name, file = self._open[handle]
        self._ask(WRITE, self._recorder.folder / name)
        offset = os.lseek(handle, 0, os.SEEK_CUR)
        count = os.write(handle, bytes(data))
        self._recorder.disk.log.append(Write(file, offset, bytes(data[:count])))
        return count

    def fsync(self, handle: int) -> None:
        name, file = self._open[handle]
        log = self._recorder.disk.log
        try:
            self._ask(SYNC, self._recorder.folder / name)
        except OSError:
            if file != FOLDER and not self._recorder.is_dead:
                log.append(Sync(file, failed=len(log)))
            raise
        log.append(SyncFolder(name) if file == FOLDER else Sync(file))

    def replace(self, old: Path, new: Path) -> None:
        name, disk = self._ask(REMOVE, old), self._recorder.disk
        file = disk.find(name)
        old.replace(new)
        disk.enter(self._recorder.name(new), file)
        disk.enter(name, None)

    def unlink(self, path: Path) -> None:
        name = self._ask(REMOVE, path)
        path.unlink()
        self._recorder.disk.enter(name, None)

    def makedirs(self, path: Path, *, exist_ok: bool) -> None:
        for each in (*reversed(path.parents), path):
            if not each.exists():
                name = self._ask(OPEN, each)
                each.mkdir()
                self._recorder.disk.enter(name, FOLDER)
        assert exist_ok
