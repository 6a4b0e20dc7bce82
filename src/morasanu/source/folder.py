"""Folders and files of this machine and of the shares mounted on it."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from morasanu.errors import InputError, InspectError
from morasanu.source.interface import Item

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BUSY = {errno.EBUSY, errno.EAGAIN, errno.EDEADLK, errno.ETXTBSY}


class FolderSource:
    """Files below folders, folder by folder; links are not followed, so that nothing is read twice or for ever."""

    def __init__(self, roots: Sequence[Path], skip: Iterable[Path] = ()) -> None:
        """Take folders or files to look into and files to leave out (the reports being written).

        Raises InputError MRS-I-001 when a root does not exist.
        """
        for root in roots:
            if not _exists(root):
                raise InputError("MRS-I-001", f"見つかりません: {root}", f"not found: {root}")
        self._roots = _outermost(roots)
        self._skip = {_real(path) for path in skip}

    def items(self) -> Iterator[Item]:
        """Yield the files below the roots; a folder that cannot be listed and a link come as items with a problem."""
        for root in self._roots:
            if root.is_dir():
                yield from self._walk(root, root)
            else:
                yield self._read_item(root, root.parent)

    def open(self, path: str) -> BinaryIO:
        """Return the file opened for reading. Raises InspectError MRS-X-001 (gone), 002 (no permission), 003 (in use), 009."""
        try:
            return Path(path).open("rb")
        except OSError as error:
            raise explain(error) from error

    def version(self, path: str) -> str:
        """Return size, times and identity of the file now. Raises InspectError as `open` does."""
        try:
            return _version(Path(path).stat())
        except OSError as error:
            raise explain(error) from error

    def _walk(self, top: Path, root: Path) -> Iterator[Item]:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield Item(str(folder), _place(folder, root), 0, "", explain(error))
                continue
            real = _real(folder)
            folders = []
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(folder / entry.name)
                elif real / entry.name not in self._skip:
                    yield self._read_item(folder / entry.name, root)
            waiting += reversed(folders)

    def _read_item(self, path: Path, root: Path) -> Item:
        place = _place(path.parent, root)
        try:
            status = path.lstat()
            if stat.S_ISLNK(status.st_mode) and path not in self._roots:
                return Item(str(path), place, 0, "", self._explain_link(path))
            status = path.stat()
        except OSError as error:
            return Item(str(path), place, 0, "", explain(error))
        if not stat.S_ISREG(status.st_mode):
            problem = InspectError("MRS-X-008", "ファイルではない特別なもの", "a device, pipe or socket")
            return Item(str(path), place, 0, "", problem)
        return Item(str(path), place, status.st_size, _version(status))

    def _explain_link(self, path: Path) -> InspectError:
        target = _real(path)
        if any(target.is_relative_to(_real(root)) for root in self._roots) and target.exists():
            return InspectError(
                "MRS-X-007", "走査対象の中へのリンク", "a link to something that is scanned where it lies"
            )
        return InspectError("MRS-X-006", "走査対象の外へのリンク", "a link to something outside the scan")


def explain(error: OSError) -> InspectError:
    """Return why the operating system refused, without the path.

    >>> explain(FileNotFoundError(2, "gone")).code
    'MRS-X-001'
    """
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return InspectError("MRS-X-001", "走査中に消えました", "it vanished during the scan")
    if error.errno in _BUSY or getattr(error, "winerror", 0) in {32, 33}:
        return InspectError("MRS-X-003", "他のプログラムが使用中", "another program holds it")
    if isinstance(error, PermissionError):
        return InspectError("MRS-X-002", "読む権限がありません", "no permission to read it")
    name = errno.errorcode.get(error.errno or 0, "?")
    return InspectError("MRS-X-009", f"読み取りエラー（{name}）", f"reading failed ({name})")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # below a folder that may not be entered, or a name too long
        return False


def _outermost(roots: Sequence[Path]) -> tuple[Path, ...]:
    """Return the roots that lie in no other, each once."""
    kept: dict[Path, Path] = {}
    for root in sorted(roots, key=lambda root: (len(_real(root).parts), str(root))):
        real = _real(root)
        if not any(real == other or real.is_relative_to(other) for other in kept):
            kept[real] = root
    return tuple(kept.values())


def _place(folder: Path, root: Path) -> str:
    """Return the share a folder is summed under: the root, or the folder right below it."""
    below = folder.relative_to(root).parts if folder.is_relative_to(root) else ()
    return str(root / below[0]) if below else str(root)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _version(status: os.stat_result) -> str:
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
