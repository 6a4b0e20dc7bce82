"""Programs that unpack themselves (自己解凍形式): the archive behind the program is read, the program never run."""

from __future__ import annotations

import re
import zlib
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Member
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

PROGRAM: Final = b"MZ"
_SEARCH_BYTES: Final = 2_000_000
# programs hold the marks that they look for themselves, so what follows a mark has to fit too
_MARKS: Final = (
    (".7z", re.compile(rb"7z\xbc\xaf\x27\x1c\0"), 0),
    (".rar", re.compile(rb"Rar!\x1a\x07(?:\x01\0|\0..\x73)", re.DOTALL), 0),
    (".cab", re.compile(rb"MSCF\0{4}"), 0),
    (".lzh", re.compile(rb"-lh[0-7d]-"), 2),  # behind two bytes of its header
)


class Packed(NamedTuple):
    """Where an archive begins in a program, and the suffix of its kind."""

    start: int
    suffix: str


def find_packed(file: BinaryIO) -> Packed | None:
    """Return where the archive of a program stands, None when it has none. A zip is found by its end instead."""
    file.seek(0)
    data = file.read(_SEARCH_BYTES)
    for suffix, mark, back in _MARKS:
        for match in mark.finditer(data, back):
            if _fits(suffix, data, match.start() - back):
                return Packed(match.start() - back, suffix)
    return None


def _fits(suffix: str, data: bytes, at: int) -> bool:
    if suffix == ".7z":
        return zlib.crc32(data[at + 12 : at + 32]) == int.from_bytes(data[at + 8 : at + 12], "little")
    if suffix == ".lzh":
        head = data[at : at + 2 + data[at]]
        is_newer = data[at + 20 : at + 21] == b"\2"
        return len(head) > 24 and (is_newer or sum(head[2:]) & 0xFF == head[1])
    if suffix == ".cab":
        return len(data) >= at + 36 and data[at + 12 : at + 16] == bytes(4) and data[at + 24 : at + 26] == b"\3\1"
    return True


class SelfExtractor:
    """The archive of a program that unpacks itself."""

    formats: tuple[str, ...] = ("sfx",)

    def missing(self) -> str:
        """Return `""`: what reads the archive says what it needs."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the archive. Raises InspectError MRS-X-021 when there is none, MRS-X-022 when it is too large."""
        found = find_packed(file)
        if found is None:
            raise refuse("MRS-X-021")
        file.seek(found.start)
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "member_bytes")
        yield Member("", PurePath(task.name).stem + found.suffix, data)
