"""A zip-based office package: its parts in bounded reads, also where the archive is cut off or its directory is gone."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Limits

CHUNK_BYTES: Final = 65_536
_FREE_BYTES: Final = 1_048_576
_SCAN_BYTES: Final = 1_048_576
_LOCAL: Final = b"PK\x03\x04"
_LOCAL_BYTES: Final = 30
_NAME_BYTES: Final = 1_000
_DIRECTORY_BYTES_A_MEMBER: Final = 256
_STORED: Final = 0
_DEFLATED: Final = 8


class Entry(NamedTuple):
    """Where a part lies: the offset of its local header, its packed size (-1: not known), how it is packed."""

    name: str
    offset: int
    packed: int
    method: int
    flags: int
    crc: int


class Package:
    """The parts of a package by name (`/` between folders). `complete` is False where it had to be salvaged."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        """List the parts of `file`. Raises InspectError (MRS-X-021, MRS-X-022) when there are none or too many."""
        self._file = file
        self._limits = limits
        self._total = 0
        self.complete = True
        self.comments: list[bytes] = []
        try:
            listed = _list_directory(file, limits.members, self.comments)
        except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, UnicodeError, OverflowError):
            listed = None
        if listed is None:
            self.complete = False
            listed = list(_scan_headers(file, limits.members))
        self._entries = {entry.name.lower(): entry for entry in listed if not entry.name.endswith("/")}
        if not self._entries:
            raise refuse("MRS-X-021")

    def names(self) -> tuple[str, ...]:
        """Return the names of all parts, in the order of the archive."""
        return tuple(entry.name for entry in self._entries.values())

    def has(self, name: str) -> bool:
        """Return whether there is a part of that name (as in the standard, case does not count)."""
        return name.lower() in self._entries

    def read(self, name: str) -> bytes:
        """Return a part whole. Raises InspectError as `chunks` does."""
        return b"".join(self.chunks(name))

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part unpacked, at most 64 KiB at a time.

        Raises InspectError after what could be read: MRS-X-020 encrypted, MRS-X-021 damaged, MRS-X-022 over a limit.
        """
        entry = self._entries[name.lower()]
        if entry.flags & 1:
            raise refuse("MRS-X-020")
        if entry.method not in {_STORED, _DEFLATED}:
            raise refuse("MRS-X-005", f"zip method {entry.method}")
        crc = 0
        unpacked = 0
        for chunk, packed in self._unpack(entry):
            unpacked += len(chunk)
            self._total += len(chunk)
            self._check(unpacked, packed)
            crc = zlib.crc32(chunk, crc)
            yield chunk
        if entry.crc >= 0 and crc != entry.crc:
            raise refuse("MRS-X-021")

    def _check(self, unpacked: int, packed: int) -> None:
        if unpacked > self._limits.member_bytes:
            raise refuse("MRS-X-022", "member_bytes")
        if self._total > self._limits.total_bytes:
            raise refuse("MRS-X-022", "total_bytes")
        if unpacked > _FREE_BYTES and unpacked > packed * self._limits.ratio:
            raise refuse("MRS-X-022", "ratio")

    def _unpack(self, entry: Entry) -> Iterator[tuple[bytes, int]]:
        """Yield what comes out, with how many packed bytes that took."""
        if entry.offset < 0:
            raise refuse("MRS-X-021")
        self._file.seek(entry.offset)
        header = self._file.read(_LOCAL_BYTES)
        if len(header) < _LOCAL_BYTES or not header.startswith(_LOCAL):
            raise refuse("MRS-X-021")
        start = (
            entry.offset
            + _LOCAL_BYTES
            + int.from_bytes(header[26:28], "little")
            + int.from_bytes(header[28:30], "little")
        )
        blocks = self._blocks(start, entry.packed)
        if entry.method == _STORED:
            taken = 0
            for block in blocks:
                taken += len(block)
                yield block, taken
            if taken < entry.packed:
                raise refuse("MRS-X-021")
            return
        try:
            yield from _inflate(blocks)
        except zlib.error:
            raise refuse("MRS-X-021") from None

    def _blocks(self, position: int, size: int) -> Iterator[bytes]:
        left = size
        while left:
            self._file.seek(position)
            block = self._file.read(min(CHUNK_BYTES, left) if left > 0 else CHUNK_BYTES)
            if not block:
                return
            yield block
            position += len(block)
            left -= len(block) if left > 0 else 0


def _inflate(blocks: Iterator[bytes]) -> Iterator[tuple[bytes, int]]:
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    fed = 0
    for block in blocks:
        fed += len(block)
        waiting = block
        while waiting and not unpacker.eof:
            chunk = unpacker.decompress(waiting, CHUNK_BYTES)
            waiting = unpacker.unconsumed_tail
            if chunk:
                yield chunk, fed - len(waiting)
        if unpacker.eof:
            return
    rest = unpacker.flush()
    if rest:
        yield rest, fed
    if not unpacker.eof:
        raise refuse("MRS-X-021")


def _list_directory(file: BinaryIO, members: int, comments: list[bytes]) -> list[Entry]:
    """Return the entries of the central directory, and fill `comments`. Its size is looked at before a million members become objects."""
    size = file.seek(0, 2)
    file.seek(max(0, size - 65_557))
    tail = file.read(65_557)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        raise ValueError
    directory = int.from_bytes(tail[end + 12 : end + 16], "little")
    locator = tail[end - 20 : end] if end >= 20 else b""
    if locator.startswith(b"PK\x06\x07"):
        file.seek(min(size, int.from_bytes(locator[8:16], "little")))
        directory = int.from_bytes(file.read(56)[40:48], "little")
    if directory > members * _DIRECTORY_BYTES_A_MEMBER:
        raise refuse("MRS-X-022", "members")
    file.seek(0)
    with zipfile.ZipFile(file) as package:
        listed = package.infolist()
    comments += filter(None, (package.comment, *(info.comment for info in listed)))
    if len(listed) > members:
        raise refuse("MRS-X-022", "members")
    return [
        Entry(
            _clean(info.filename), info.header_offset, info.compress_size, info.compress_type, info.flag_bits, info.CRC
        )
        for info in listed
    ]


def _clean(name: str) -> str:
    return name.replace("\\", "/").lstrip("/")


def _scan_headers(file: BinaryIO, members: int) -> Iterator[Entry]:
    """Yield the entries whose local headers stand in `file`, whatever became of the directory."""
    found = 0
    previous: Entry | None = None
    for offset in _find_headers(file):
        entry = _read_header(file, offset)
        if entry is None:
            continue
        found += 1
        if found > members:
            break
        if previous is not None:
            yield _close(previous, offset)
        previous = entry
    if previous is not None:
        yield previous


def _close(entry: Entry, following: int) -> Entry:
    # a stored part whose size stands behind it ends, at the latest, where the next begins (its descriptor before that)
    if entry.packed >= 0 or entry.method != _STORED:
        return entry
    data = entry.offset + _LOCAL_BYTES + len(entry.name.encode())
    return entry._replace(packed=max(0, following - 16 - data))


def _find_headers(file: BinaryIO) -> Iterator[int]:
    base = 0
    kept = b""
    while True:
        file.seek(base + len(kept))
        block = file.read(_SCAN_BYTES)
        if not block:
            return
        data = kept + block
        at = data.find(_LOCAL)
        while at >= 0:
            yield base + at
            at = data.find(_LOCAL, at + 4)
        kept = data[-3:]
        base += len(data) - len(kept)


def _read_header(file: BinaryIO, offset: int) -> Entry | None:
    file.seek(offset)
    header = file.read(_LOCAL_BYTES)
    if len(header) < _LOCAL_BYTES:
        return None
    flags, method = int.from_bytes(header[6:8], "little"), int.from_bytes(header[8:10], "little")
    length = int.from_bytes(header[26:28], "little")
    if method not in {_STORED, _DEFLATED} or not 0 < length <= _NAME_BYTES:
        return None
    raw = file.read(length)
    if len(raw) < length or b"\x00" in raw:
        return None
    late = bool(flags & 8)
    packed = -1 if late else int.from_bytes(header[18:22], "little")
    crc = -1 if late else int.from_bytes(header[14:18], "little")
    return Entry(
        _clean(raw.decode("utf-8", "replace")), offset, -1 if packed == 0xFFFFFFFF else packed, method, flags, crc
    )
