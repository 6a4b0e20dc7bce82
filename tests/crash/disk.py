"""A disk that loses power: every call is kept in a log, and from any place in it the states are made that the disk may be found in.

The model, which is harsher than the file systems it stands for:

- What was synced is there: a file's bytes and length after `fsync` of the file, names after `fsync` of their folder.
- A write that was not synced survives by chance, each sector of 512 bytes on its own, whatever was written before or after
  it. Bytes beside a write are left alone (SQLite's "powersafe overwrite", https://www.sqlite.org/psow.html).
- A file that was longer when the power went may have its new length, the old one, or end where its last sector ends; what
  was not written in between reads as zeros. A file that was cut may still be whole.
- Each name that was made, replaced or removed since its folder's last `fsync` is found as it is now, as it was then or as it
  was in between; the two names of a rename each by itself. (ext4 and XFS journal renames as a whole and in order. POSIX does not ask for it.)
- A `fsync` that fails settles by chance which sectors were written; those that were not never will be, though reading shows them until the
  power goes: Linux calls the pages clean after the fault (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC
  2020). For a folder, whose changes are in the journal, nothing is settled, and a later `fsync` may succeed.

Sources: https://www.sqlite.org/atomiccommit.html section 2 (hardware assumptions), https://www.sqlite.org/wal.html; Pillai
et al., "All File Systems Are Not Created Equal", OSDI 2014.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from random import Random
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SECTOR: Final = 512
_CHANCES: Final = (0.0, 0.0, 0.1, 0.5, 0.9, 1.0, 1.0)
"""How much of a file survives: often nothing or all, so that one file lags behind another."""


class Write(NamedTuple):
    """Bytes put into a file."""

    file: int
    offset: int
    data: bytes


class Cut(NamedTuple):
    """A file made shorter or longer."""

    file: int
    size: int


class Sync(NamedTuple):
    """A file's `fsync`; with a seed when it failed."""

    file: int
    failed: int | None = None


class Enter(NamedTuple):
    """A name that leads to a file, to a folder (`FOLDER`), or to nothing from here on (None)."""

    name: str
    file: int | None


class SyncFolder(NamedTuple):
    """A folder's `fsync`."""

    name: str


class Mark(NamedTuple):
    """No call: something that the program said at this moment."""

    word: str
    value: object = None


Entry = Write | Cut | Sync | Enter | SyncFolder | Mark
FOLDER: Final = 0
TOP: Final = "."


class Image(NamedTuple):
    """What is found: files with their bytes, and folders."""

    files: dict[str, bytes]
    folders: frozenset[str]

    def write(self, path: Path) -> None:
        """Make it real in the new folder `path`."""
        path.mkdir()
        for name in sorted(self.folders):
            (path / name).mkdir()
        for name, data in self.files.items():
            (path / name).write_bytes(data)
            (path / name).chmod(0o600)


EMPTY: Final = Image({}, frozenset())


class _File:
    def __init__(self, data: bytes = b"") -> None:
        self.synced = bytearray(data)
        self.waiting: list[Write | Cut] = []

    def sync(self, chance: Callable[[], bool] | None = None) -> None:
        for call in self.waiting:
            _apply(self.synced, call, chance)
        self.waiting.clear()

    def survive(self, random: Random) -> bytes:
        if not self.waiting:
            return bytes(self.synced)
        rate = random.choice(_CHANCES)
        data = bytearray(self.synced)
        longest = len(data)
        for call in self.waiting:
            _apply(data, call, lambda: random.random() < rate)
            longest = max(longest, call.size if isinstance(call, Cut) else call.offset + len(call.data))
        if len(data) > len(self.synced):
            size = random.choice((len(self.synced), len(data), longest))
            data = data[:size].ljust(size, b"\0")
        return bytes(data)


def _apply(data: bytearray, call: Write | Cut, chance: Callable[[], bool] | None) -> None:
    """Do to `data` what `call` did, each sector by `chance`, all of it without one."""
    if isinstance(call, Cut):
        if chance is None or chance():
            del data[call.size :]
            data.extend(bytes(call.size - len(data)))
        return
    at, end = call.offset, call.offset + len(call.data)
    while at < end:
        stop = end if chance is None else min(end, at - at % SECTOR + SECTOR)
        if chance is None or chance():
            data.extend(bytes(max(0, at - len(data))))
            data[at:stop] = call.data[at - call.offset : stop - call.offset]
        at = stop


class Disk:
    """The log of what was done to a disk that held `image`, and the files' numbers while it is written."""

    def __init__(self, image: Image = EMPTY) -> None:
        self.image = image
        self.log: list[Entry] = []
        self._numbers = {name: number for number, name in enumerate(image.files, 1)}
        self._last = len(image.files)

    def make(self, name: str) -> int:
        """Return the number of the new file that `name` leads to from here on."""
        self._last += 1
        self.enter(name, self._last)
        return self._last

    def find(self, name: str) -> int | None:
        """Return the number of the file that `name` leads to, None when it leads nowhere."""
        return self._numbers.get(name)

    def enter(self, name: str, file: int | None) -> None:
        """Make `name` lead elsewhere."""
        self.log.append(Enter(name, file))
        if file is None:
            self._numbers.pop(name, None)
        else:
            self._numbers[name] = file

    def mark(self, word: str, value: object = None) -> None:
        """Say something."""
        self.log.append(Mark(word, value))


class State:
    """A disk as its log is followed, entry by entry."""

    def __init__(self, image: Image) -> None:
        self._files = {number: _File(data) for number, data in enumerate(image.files.values(), 1)}
        names = {name: number for number, name in enumerate(image.files, 1)} | dict.fromkeys(image.folders, FOLDER)
        self._names: dict[str, list[int | None]] = {name: [file] for name, file in names.items()}

    def follow(self, entry: Entry) -> None:
        """Take in what was done next."""
        match entry:
            case Write(file, _, _) | Cut(file, _):
                self._files[file].waiting.append(entry)
            case Sync(file, None):
                self._files[file].sync()
            case Sync(file, seed):
                chance = Random(seed)
                self._files[file].sync(lambda: chance.random() < 0.5)
            case Enter(name, file):
                self._names.setdefault(name, [None]).append(file)
                if file:
                    self._files.setdefault(file, _File())
            case SyncFolder(folder):
                for name, found in self._names.items():
                    if len(found) > 1 and str(PurePosixPath(name).parent) == folder:
                        del found[:-1]
            case Mark():
                pass

    def survive(self, random: Random) -> Image:
        """Return what is found when the power goes now."""
        rate = random.choice(_CHANCES)
        names = {name: _choose(found, rate, random) for name, found in self._names.items()}
        folders: set[str] = {TOP}
        for name in sorted(name for name, file in names.items() if file == FOLDER):
            if str(PurePosixPath(name).parent) in folders:
                folders.add(name)
        files = {
            name: self._files[file].survive(random)
            for name, file in names.items()
            if file and str(PurePosixPath(name).parent) in folders
        }
        return Image(files, frozenset(folders - {TOP}))


def _choose(found: list[int | None], rate: float, random: Random) -> int | None:
    chosen = found[0]
    for later in found[1:]:
        if random.random() < rate:
            chosen = later
    return chosen
