"""Zip archives, read member by member from their directory, or from the members' own headers where that is damaged."""

from __future__ import annotations

import struct
import zlib
from bisect import bisect_left, insort
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.archive.foreign import ForeignExtractor, list_blocks
from morasanu.extract.archive.note import read_around
from morasanu.extract.archive.unpack import (
    FREE_BYTES,
    Content,
    Decoder,
    Source,
    can_decode,
    collect,
    copy_source,
    decode_name,
    expand,
    make_decoder,
    make_label,
    tell,
)
from morasanu.extract.archive.zipaes import FIELD, AesSource, Header, can_decrypt, read_header
from morasanu.extract.archive.zipcrypto import CipherSource
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_END: Final = struct.Struct("<4s4H2LH")
_END64: Final = struct.Struct("<4sQ2H2L4Q")
_LOCATOR: Final = struct.Struct("<4sLQL")
_CENTRAL: Final = struct.Struct("<4s6H3L5H2L")
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_LOCAL_MARK: Final = b"PK\x03\x04"
_SEARCH_BYTES: Final = 1 << 16
_STORED, _LZMA, _PPMD, _AES = 0, 14, 98, 99
_KINDS: Final = {8: "deflate", 9: "deflate64", 12: "bz2", 93: "zstd", 95: "xz"}
_MAX_MISSES: Final = 50  # members that no password opened, one behind the other
_ENCRYPTED, _ENDS, _STREAMED, _STRONG, _UTF8 = 0x1, 0x2, 0x8, 0x40, 0x800
_FULL: Final = 0xFFFFFFFF


class _Entry(NamedTuple):
    label: str
    flags: int
    method: int
    time: int
    crc: int
    packed_bytes: int | None  # None: only the stream itself knows
    raw_bytes: int  # as declared
    offset: int
    aes: Header | None = None


class _Directory(NamedTuple):
    start: int
    end: int
    total: int
    shift: int  # what stands before the archive, as in self-extracting ones
    mark: int  # where its end begins


class ZipExtractor:
    """Members of zip archives, in the order of their directory."""

    formats: tuple[str, ...] = ("zip",)

    def missing(self) -> str:
        """Return `""`: zlib is always there."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield members. Raises InspectError when there are none and the archive is damaged."""
        return _Reading(file, task).run()


class _Reading:
    """One archive being read."""

    def __init__(self, file: BinaryIO, task: Task) -> None:
        self._file = file
        self._task = task
        self._size = file.seek(0, 2)
        self._count = 0
        self._ranges: list[tuple[int, int]] = []
        self._is_damaged = False
        self._passwords = list(task.passwords)
        self._misses = 0
        self._comments: list[bytes] = []

    def run(self) -> Iterator[Extracted]:
        """Yield the members of the directory, then those that only have a header of their own."""
        directory = _find_directory(self._file, self._size)
        self._is_damaged = directory is None
        if directory:
            for entry in self._list_directory(directory):
                if self._is_full():
                    yield unread("MRS-X-022", "", "members")
                    return
                yield from self._read_entry(entry)
            first = min((start for start, _ in self._ranges), default=0)
            limit = self._task.limits.member_bytes
            yield from read_around(self._file, first, directory.mark, limit, self._comments)
        if not self._is_damaged:
            return
        for entry in self._list_headers():
            if self._is_full():
                yield unread("MRS-X-022", "", "members")
                return
            yield from self._read_entry(entry)
        if not self._count:
            raise refuse("MRS-X-021")
        yield unread("MRS-X-021")

    def _is_full(self) -> bool:
        self._count += 1
        return self._count > self._task.limits.members

    def _read_at(self, position: int, size: int) -> bytes:
        if not 0 <= position <= self._size:
            return b""
        self._file.seek(position)
        return self._file.read(size)

    def _list_directory(self, directory: _Directory) -> Iterator[_Entry]:
        position, found = directory.start, 0
        while position < directory.end:
            head = self._read_at(position, _CENTRAL.size)
            if len(head) < _CENTRAL.size or head[:4] != b"PK\x01\x02":
                break
            (_, _, _, flags, method, time, _, crc, packed, size, names, extras, comments, _, _, _, offset) = (
                _CENTRAL.unpack(head)
            )
            tail = self._read_at(position + _CENTRAL.size, names + extras + comments)
            name, extra = tail[:names], tail[names : names + extras]
            self._comments.append(tail[names + extras :])
            size, packed, offset = _widen(extra, size, packed, offset)
            place = offset + directory.shift
            yield _make_entry(_Entry(_label(name, extra, flags), flags, method, time, crc, packed, size, place), extra)
            position += _CENTRAL.size + names + extras + comments
            found += 1
        self._is_damaged = position < directory.end or found & 0xFFFF != directory.total & 0xFFFF

    def _list_headers(self) -> Iterator[_Entry]:
        """Yield what lies outside the ranges that were read, by the headers before the members' bytes."""
        position = 0
        while (position := self._find(_LOCAL_MARK, position)) >= 0:
            known = bisect_left(self._ranges, (position + 1, 0)) - 1
            if known >= 0 and self._ranges[known][1] > position:
                position = self._ranges[known][1]
                continue
            entry = self._read_header(position)
            if entry:
                before = len(self._ranges)
                yield entry
                if len(self._ranges) > before:
                    continue
            position += 4

    def _read_header(self, position: int) -> _Entry | None:
        head = self._read_at(position, _LOCAL.size)
        if len(head) < _LOCAL.size:
            return None
        _, _, flags, method, time, _, crc, packed, size, names, extras = _LOCAL.unpack(head)
        tail = self._read_at(position + _LOCAL.size, names + extras)
        name, extra = tail[:names], tail[names:]
        if len(name) < names or not name:
            return None
        size, packed, _ = _widen(extra, size, packed, 0)
        known: int | None = packed
        if flags & _STREAMED and not known:
            known = None
            if method == _STORED:
                start = position + _LOCAL.size + len(tail)
                known = self._find_end(start) - start
        return _make_entry(_Entry(_label(name, extra, flags), flags, method, time, crc, known, size, position), extra)

    def _find_end(self, start: int) -> int:
        ends = (self._find(mark, start) for mark in (b"PK\x07\x08", _LOCAL_MARK, b"PK\x01\x02"))
        return min((end for end in ends if end >= 0), default=self._size)

    def _find(self, mark: bytes, position: int) -> int:
        while position < self._size:
            block = self._read_at(position, _SEARCH_BYTES)
            found = block.find(mark)
            if found >= 0:
                return position + found
            if len(block) < _SEARCH_BYTES:
                break
            position += len(block) - len(mark) + 1
        return -1

    def _read_entry(self, entry: _Entry) -> Iterator[Extracted]:
        head = self._read_at(entry.offset, _LOCAL.size)
        if len(head) < _LOCAL.size or head[:4] != _LOCAL_MARK:
            yield unread("MRS-X-021", entry.label)
            self._is_damaged = True
            return
        start = entry.offset + _LOCAL.size + sum(struct.unpack("<2H", head[26:30]))
        if self._overlaps(entry.offset, start + (entry.packed_bytes or 0)):
            yield unread("MRS-X-025", entry.label, "overlap")
            return
        yield from tell(self._read_content(entry, start), entry.label)

    def _overlaps(self, start: int, end: int) -> bool:
        """Return whether a member lies within another's bytes: files of thousands of times their size are made that way."""
        index = bisect_left(self._ranges, (start, end))
        if index < len(self._ranges) and self._ranges[index][0] < end:
            return True
        if index and self._ranges[index - 1][1] > start:
            return True
        insort(self._ranges, (start, end))
        return False

    def _read_content(self, entry: _Entry, start: int) -> Content:
        if entry.flags & _STRONG or entry.method == _AES:
            return Content(b"", "MRS-X-020")
        kind = _KINDS.get(entry.method, "")
        is_foreign = entry.method == _PPMD and entry.packed_bytes is not None
        if entry.method not in {_STORED, _LZMA} and not kind and not is_foreign:
            return Content(b"", "MRS-X-005", f"zip method {entry.method}")
        if is_foreign and ForeignExtractor().missing():
            return Content(b"", "MRS-X-024", "libarchive")
        if not can_decode(kind) or (entry.aes and not can_decrypt()):
            return Content(b"", "MRS-X-024", "archive")
        if not entry.flags & _ENCRYPTED:
            return self._unpack(entry, Source(self._file, start, entry.packed_bytes), start)
        content = self._decrypt(entry, start) if self._misses < _MAX_MISSES else None
        self._misses = 0 if content else self._misses + 1
        return content or Content(b"", "MRS-X-020")

    def _decrypt(self, entry: _Entry, start: int) -> Content | None:
        """Return what the first password that fits gives, None when none does; it is tried first for the next member."""
        for password in self._passwords:
            for charset in ("utf-8", "cp932") if not password.isascii() else ("utf-8",):
                source = self._open(entry, start, password.encode(charset, "replace"))
                content = self._unpack(entry, source, start) if source else Content(b"", "MRS-X-021")
                if content.code != "MRS-X-021":
                    self._passwords.remove(password)
                    self._passwords.insert(0, password)
                    return content
        return None

    def _open(self, entry: _Entry, start: int, key: bytes) -> Source | None:
        if entry.aes:
            aes = AesSource(self._file, start, entry.packed_bytes or 0, key, entry.aes.key_bytes)
            return aes if aes.fits else None
        check = entry.time >> 8 if entry.flags & _STREAMED else entry.crc >> 24
        source = CipherSource(self._file, start, entry.packed_bytes, key)
        return source if source.check == check else None

    def _unpack(self, entry: _Entry, source: Source, start: int) -> Content:
        limits = self._task.limits
        if source.size is not None and entry.raw_bytes > max(FREE_BYTES, limits.ratio * source.size):
            return Content(b"", "MRS-X-022", "ratio")  # what it says of itself is enough: it is told either way
        decoder = _make(entry)
        pieces = expand(source, decoder) if decoder else copy_source(source)
        if entry.method == _PPMD:
            packed_data = collect(pieces, limits, source, source.size or 0)
            if packed_data.code:
                return packed_data._replace(data=b"")
            pieces = list_blocks(BytesIO(_wrap(entry, packed_data.data)))
        packed = self._size - start if source.size is None else min(source.size, self._size - start)
        content = collect(pieces, limits, source, packed)
        if source.size is None and decoder:
            # only now is it known where it ends
            self._ranges.remove((entry.offset, start))
            insort(self._ranges, (entry.offset, max(start, start + source.consumed - len(decoder.unused_data))))
        if not content.code and source.size is not None and zlib.crc32(content.data) != entry.crc and entry.crc:
            return Content(content.data, "MRS-X-021")
        return content


def _make(entry: _Entry) -> Decoder | None:
    if entry.method == _LZMA:
        is_open = entry.flags & _ENDS or not entry.raw_bytes  # its end is marked, not counted
        return _LzmaMember(-1 if is_open else entry.raw_bytes)
    return make_decoder(_KINDS[entry.method]) if entry.method in _KINDS else None


def _wrap(entry: _Entry, data: bytes) -> bytes:
    """Return a zip with one member: what `entry` is packed to, not encrypted."""
    shared = struct.pack("<5H3L2H", 63, 0, entry.method, 0, 0, 0, len(data), entry.raw_bytes & _FULL, 1, 0)
    local = _LOCAL_MARK + shared + b"x" + data
    central = b"PK\x01\x02\x3f\0" + shared + bytes(14) + b"x"
    return local + central + _END.pack(b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)


class _LzmaMember:
    """LZMA as zip has it: its properties first, without the size that a file of its own would have."""

    def __init__(self, size: int) -> None:
        self._inner = make_decoder("xz")
        self._size = size.to_bytes(8, "little", signed=True)
        self._is_begun = False

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if not self._is_begun:
            data = data[4:9] + self._size + data[9:]
            self._is_begun = True
        return self._inner.decompress(data, max_length)


def _make_entry(entry: _Entry, extra: bytes) -> _Entry:
    """Return the entry as it is packed inside its encryption, when it has one of WinZip's kind."""
    if entry.method != _AES:
        return entry
    field = next((data for kind, data in _list_extra(extra) if kind == FIELD), b"")
    header = read_header(field)
    return entry._replace(method=header.method, aes=header) if header else entry


def _label(name: bytes, extra: bytes, flags: int) -> str:
    if flags & _UTF8:
        try:
            return make_label(name.decode("utf-8").partition("\0")[0])
        except UnicodeDecodeError:
            return decode_name(name)
    for kind, data in _list_extra(extra):
        # Info-ZIP's Unicode path holds for the name it was made for
        if kind == 0x7075 and len(data) > 5 and struct.unpack("<L", data[1:5])[0] == zlib.crc32(name):
            return make_label(data[5:].decode("utf-8", "replace"))
    return decode_name(name)


def _list_extra(extra: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, position)
        yield kind, extra[position + 4 : position + 4 + size]
        position += 4 + size


def _widen(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return size, packed size and offset, from the zip64 field where the narrow ones are full."""
    if _FULL not in {size, packed, offset}:
        return size, packed, offset
    data = next((data for kind, data in _list_extra(extra) if kind == 1), b"")
    numbers = iter(struct.unpack_from(f"<{len(data) // 8}Q", data))
    size, packed, offset = (next(numbers, narrow) if narrow == _FULL else narrow for narrow in (size, packed, offset))
    return size, packed, offset


def _find_directory(file: BinaryIO, size: int) -> _Directory | None:
    """Return where the central directory stands, None when the archive's end does not say it."""
    start = max(0, size - _END.size - 0xFFFF)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        return None
    _, _, _, _, total, length, offset, _ = _END.unpack_from(tail, at)
    end = last = start + at
    if end >= _LOCATOR.size and (total == 0xFFFF or _FULL in {length, offset}):
        file.seek(end - _LOCATOR.size)
        mark, _, where, _ = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if mark == b"PK\x06\x07" and 0 <= where <= size:
            file.seek(where)
            wide = file.read(_END64.size)
            if len(wide) == _END64.size and wide[:4] == b"PK\x06\x06":
                total, length, offset = _END64.unpack(wide)[7:]
                end = where
    first = end - length
    if first < 0 or offset > first:
        return None
    return _Directory(first, end, total, first - offset, last)
