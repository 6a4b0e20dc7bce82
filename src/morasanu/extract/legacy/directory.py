"""The directory of a compound file, read without a library: the names at its root tell formats apart."""

from __future__ import annotations

import struct
from typing import BinaryIO, Final

_HEAD_BYTES: Final = 512
_ENTRY_BYTES: Final = 128
_LISTED: Final = 109  # sectors of the allocation table that the header itself names
_MAX_SECTORS: Final = 2_000
_NOBODY: Final = 0xFFFFFFFF


def list_root(file: BinaryIO) -> set[str]:
    """Return the names of what lies at the root of a compound file, empty when its directory cannot be followed.

    Names further down (an embedded Word document, a macro called ThisWorkbook) say nothing of the file itself.
    """
    try:
        return _read_names(_read_directory(file))
    except struct.error:
        return set()


def _read_directory(file: BinaryIO) -> bytes:
    file.seek(0)
    head = file.read(_HEAD_BYTES)
    (shift,) = struct.unpack_from("<H", head, 30)
    if shift not in {9, 12}:
        return b""
    size = 1 << shift
    (sector,) = struct.unpack_from("<I", head, 48)
    table = struct.unpack_from(f"<{_LISTED}I", head, 76)

    def read(number: int) -> bytes:
        file.seek((number + 1) * size)
        return file.read(size)

    kept: list[bytes] = []
    seen: set[int] = set()
    while sector not in seen and len(seen) < _MAX_SECTORS:
        seen.add(sector)
        kept.append(read(sector))
        index = sector * 4 // size
        if index >= _LISTED:
            break  # beyond what the header lists: files of megabytes whose directory stands late
        (sector,) = struct.unpack_from("<I", read(table[index]), sector * 4 % size)
        if sector >= _NOBODY - 5:
            break
    return b"".join(kept)


def _read_names(directory: bytes) -> set[str]:
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [struct.unpack_from("<I", directory, 76)[0]] if directory else []
    while waiting:
        number = waiting.pop()
        if number == _NOBODY or number in seen or (number + 1) * _ENTRY_BYTES > len(directory):
            continue
        seen.add(number)
        at = number * _ENTRY_BYTES
        length = min(struct.unpack_from("<H", directory, at + 64)[0], 64)
        found.add(directory[at : at + length].decode("utf-16-le", "replace").rstrip("\0"))
        waiting += struct.unpack_from("<II", directory, at + 68)
    return found
