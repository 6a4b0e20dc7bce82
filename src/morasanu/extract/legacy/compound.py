"""Compound files (OLE): streams by name, also of files cut off, and what lies embedded in them."""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.storage import wrap
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

Handle: TypeAlias = Any  # what olefile gives: it carries no types

_STREAM: Final = 2
_NARROW, _WIDE = 30, 31
_MAX_PROPERTIES: Final = 1_000
_MAX_DEPTH: Final = 50
_MAX_PADDING_BYTES: Final = 64_000_000
_PROPERTIES: Final = {
    "\x05SummaryInformation": {2: "title", 3: "subject", 4: "author", 5: "keywords", 6: "comments", 8: "last_saved_by"},
    "\x05DocumentSummaryInformation": {2: "category", 14: "manager", 15: "company"},
}
_WIDE_PAIR: Final = re.compile("[\u2460-\u24ff\u3001-\u33ff\u4e00-\u9fff\uf900-\ufaff\uff01-\uff5e]{2}")
# pictures by their own marks; records of metafiles, and of kinds that are told only: DIB and PICT (MS-ODRAW 2.2.23)
_PICTURE: Final = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\x00|MM\x00\*|(?:[\x40\x50]\x3d\x1a|[\x60\x70]\x21\x1b)(\xf0)"
    rb"|(?:[\x80\x90]\x7a\x1f|[\x20\x30]\x54\x1c)(\xf0)"
)
_SUFFIXES: Final = {0x89: "png", 0xFF: "jpg"}
_TWO_MARKS: Final = frozenset((0x3D5, 0x217))
_METAFILE_HEAD: Final = 34
_PICTURE_KINDS: Final = frozenset((0xF01D, 0xF01E, 0xF029, 0xF02A))
_NATIVE: Final = frozenset(("\x01ole10native",))
_WHOLE: Final = frozenset(("package", "contents"))
_INNER: Final = frozenset(
    "worddocument workbook book documenttext visiodocument encryptedpackage __properties_version1.0".split()
) | {"powerpoint document"}


class Compound:
    """The streams of one compound file. `is_cut` says that something was missing and what remained was read."""

    def __init__(self, file: BinaryIO, limit_bytes: int) -> None:
        """Open the directory. Raises InspectError MRS-X-021 when there is none, MRS-X-022 when the file is too large."""
        file.seek(0)
        self._data = file.read(limit_bytes + 1)
        if len(self._data) > limit_bytes:
            raise refuse("MRS-X-022", "bytes")
        self.is_cut = False
        try:
            self._ole = _open(self._data)
            self.is_cut = bound_streams(self._ole, len(self._data))
            self.paths = _list_streams(self._ole)
        except Exception:  # noqa: BLE001 - whatever olefile stumbles over
            self._restore()
            self.paths = _list_streams(self._ole)

    def has(self, *path: str) -> bool:
        """Return whether there is a stream of this path; case does not count."""
        wanted = "/".join(path).lower()
        return any("/".join(known).lower() == wanted for known in self.paths)

    def read(self, *path: str) -> bytes:
        """Return the bytes of a stream, `b""` when it is missing or wholly lost."""
        for attempt in range(2):
            try:
                data = bytes(self._ole.openstream(list(path)).read())
                self.is_cut = self.is_cut or self._is_circular(path)
                return data  # noqa: TRY300 - what follows is for the next attempt
            except Exception:  # noqa: BLE001 - a broken chain of sectors, in whatever words
                if attempt or not self.has(*path):
                    break
                self._restore()
        self.is_cut = self.is_cut or self.has(*path)
        return b""

    def read_properties(self) -> Iterator[Piece]:
        """Yield the summary information (title, author, company …) as one piece `info`."""
        lines = []
        for stream, names in _PROPERTIES.items():
            found = _read_property_set(self.read(stream)) if self.has(stream) else {}
            texts = ((name, " ".join(found.get(number, "").split())) for number, name in names.items())
            lines += [f"{name}\t{text}\n" for name, text in texts if text]
            if 14 in names and self.has(stream):  # those that people have named stand in a second section
                named = _read_property_set(self.read(stream), 1).values()
                lines += [f"custom\t{' '.join(text.split())}\n" for text in named if text.strip()]
        if lines:
            yield Piece("info", "".join(lines))

    def _is_circular(self, path: tuple[str, ...]) -> bool:
        """Return whether the stream's chain of sectors comes back to itself: olefile then repeats bytes without a word."""
        entry = self._ole.direntries[self._ole._find(list(path))]  # noqa: SLF001 - there is no public way to the chain
        fat = self._ole.minifat if entry.is_minifat else self._ole.fat
        sector, seen = entry.isectStart, set()
        while sector < len(fat) and sector not in seen:
            seen.add(sector)
            sector = fat[sector]
        return sector in seen

    def _restore(self) -> None:
        """Open again with the missing end filled with zeros, so that chains of sectors reach their end."""
        self.is_cut = True
        sectors = int.from_bytes(self._data[44:48], "little")
        missing = max((sectors * 128 + 2) * 512 - len(self._data), 0) + 4_096
        try:
            self._ole = _open(self._data + bytes(min(missing, _MAX_PADDING_BYTES)))
            bound_streams(self._ole, len(self._data))
        except Exception as error:
            raise refuse("MRS-X-021") from error


def _open(data: bytes) -> Handle:
    import olefile  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, loaded when it is needed

    return olefile.OleFileIO(BytesIO(data))


def bound_streams(ole: Handle, size: int) -> bool:
    """Let no stream claim more than the `size` bytes of its file, and return whether one did.

    A chain of sectors that goes in a circle would really give it: 17 KB became 600 MB.
    """
    found = [entry for entry in ole.direntries if entry is not None and entry.size > size]
    for entry in found:
        entry.size = size
    return bool(found)


def _list_streams(ole: Handle) -> list[list[str]]:
    """Return the paths of all streams. Each entry is visited once: a folder may hold itself, in two ways even."""
    found: list[list[str]] = []
    seen: set[int] = set()
    waiting: list[tuple[Handle, list[str]]] = [(ole.root, [])]
    while waiting:
        entry, path = waiting.pop()
        if entry.sid in seen or len(path) > _MAX_DEPTH:
            continue
        seen.add(entry.sid)
        if entry.entry_type == _STREAM and path:
            found.append(path)
        waiting += ((kid, [*path, kid.name]) for kid in reversed(entry.kids))
    return found


def _read_property_set(data: bytes, section: int = 0) -> dict[int, str]:
    """Return the texts of a property set by number. Our own, as olefile goes on for as many entries as the head claims."""
    found: dict[int, str] = {}
    try:
        if section >= struct.unpack_from("<I", data, 24)[0]:
            return found
        (start,) = struct.unpack_from("<I", data, 44 + 20 * section)
        (count,) = struct.unpack_from("<I", data, start + 4)
        page = 0
        for index in range(min(count, _MAX_PROPERTIES)):
            number, offset = struct.unpack_from("<II", data, start + 8 + index * 8)
            kind, length = struct.unpack_from("<II", data, start + offset)
            at = start + offset + 8
            if number == 1:
                page = length & 0xFFFF
            elif not number:  # the names of the others
                continue
            elif kind == _NARROW:
                found[number] = decode_property(data[at : at + length], page).split("\0")[0]
            elif kind == _WIDE:
                found[number] = data[at : at + length * 2].decode("utf-16-le", "replace").split("\0")[0]
    except struct.error:
        return found
    return found


def decode_property(value: bytes, page: int) -> str:
    """Return the text of a property in code page `page`.

    >>> decode_property("髙橋".encode("cp932"), 932)
    '髙橋'
    """
    charset = {1200: "utf-16-le", 65001: "utf-8", 0: "cp932"}.get(page, f"cp{page}")
    try:
        return value.decode(charset, "replace")
    except LookupError:
        return decode_narrow(value)


def decode_narrow(data: bytes) -> str:
    r"""Return 8-bit text: CP932 when it reads as Japanese, otherwise Windows Western.

    >>> decode_narrow("髙﨑 様".encode("cp932")), decode_narrow(b"na\xefve \x93q\x94")
    ('髙﨑 様', 'naïve “q”')
    """
    if not data.isascii():
        try:
            text = data.decode("cp932")
        except UnicodeDecodeError:
            text = ""
        if _WIDE_PAIR.search(text):
            return text
    return data.decode("cp1252", "replace")


def unpack_native(data: bytes) -> tuple[str, bytes]:
    r"""Return name and bytes of the file in a `Package` object (the native data behind its size), `("", data)` otherwise.

    >>> unpack_native(b"\2\0a.txt\0C:\\a.txt\0\0\0\3\0\4\0\0\0tmp\0\2\0\0\0hi")
    ('a.txt', b'hi')
    """
    try:
        if data[:2] != b"\x02\x00":
            return "", data
        label_end = data.index(b"\0", 2)
        path_end = data.index(b"\0", label_end + 1)
        (size,) = struct.unpack_from("<I", data, path_end + 5)
        at = path_end + 9 + size
        (length,) = struct.unpack_from("<I", data, at)
        return decode_property(data[2:label_end], 932), data[at + 4 : at + 4 + length]
    except (ValueError, struct.error):
        return "", data


def read_embedded(compound: Compound, task: Task) -> Iterator[Extracted]:
    """Yield the files embedded as objects; a storage with a document in it as a compound file of its own."""
    storages = {tuple(path[:-1]) for path in compound.paths if len(path) > 1 and path[-1].lower() in _INNER}
    taken: set[tuple[str, ...]] = set()
    count = 0
    for path in compound.paths:
        last, part = path[-1].lower(), "/".join(path).replace("\x01", "")
        place = next((place for depth in range(1, len(path)) if (place := tuple(path[:depth])) in storages), None)
        if place in taken or not (place or last in _NATIVE or (last in _WHOLE and len(path) > 1)):
            continue
        count += 1
        if count > task.limits.members:
            yield unread("MRS-X-022", part, "members")
            return
        if place:
            taken.add(place)
            yield _take_out(compound, list(place))
        elif last in _NATIVE:
            name, data = unpack_native(compound.read(*path)[4:])
            yield Member(part, name or "object", data)
        else:
            yield Member(part, path[-1], compound.read(*path))


def _take_out(compound: Compound, place: list[str]) -> Member:
    paths = [path for path in compound.paths if path[: len(place)] == place]
    part = "/".join(place).replace("\x01", "")
    return Member(part, "object", wrap((path[len(place) :], compound.read(*path)) for path in paths))


def read_pictures(data: bytes, part: str, task: Task) -> Iterator[Extracted]:
    """Yield the pictures of a drawing stream: a record's header stands 25 or 41 bytes before a png, jpeg or tiff, metafiles are packed, others are told."""
    count = 0
    for match in _PICTURE.finditer(data):
        at = match.start()
        found = b"" if match[2] else _take_metafile(data, at, task) if match[1] else _take_bitmap(data, at)
        if not found and not (match[2] and _is_record(data, at)):
            continue
        count += 1
        if count > task.limits.members:
            yield unread("MRS-X-022", part, "members")
            return
        if not found:
            yield unread("MRS-X-023", f"{part} {count}")
            continue
        suffix = "emf" if match[1] else _SUFFIXES.get(data[at], "tif")
        yield Member(f"{part} {count}", f"picture{count}.{suffix}", found)


def _is_record(data: bytes, at: int) -> bool:
    """Return whether a record of a length that fits begins at `at`."""
    return at + 8 <= len(data) and 25 < struct.unpack_from("<I", data, at + 4)[0] <= len(data) - at - 8


def _take_bitmap(data: bytes, start: int) -> bytes:
    for back in (25, 41):
        at = start - back
        if at < 0:
            continue
        kind, length = struct.unpack_from("<HI", data, at + 2)
        if kind in _PICTURE_KINDS and back - 8 < length <= len(data) - at - 8:
            return data[start : at + 8 + length]
    return b""


def _take_metafile(data: bytes, at: int, task: Task) -> bytes:
    """Return the metafile of the record at `at`, `b""` when it is none or larger than anybody's. Source: MS-ODRAW 2.2.24."""
    if at + 8 + _METAFILE_HEAD > len(data):
        return b""
    instance, _, length = struct.unpack_from("<HHI", data, at)
    start = at + 8 + (32 if instance >> 4 in _TWO_MARKS else 16) + _METAFILE_HEAD
    packed = data[start : at + 8 + length]
    if data[start - 2 : start - 1] != b"\0":
        return packed
    limit = min(task.limits.member_bytes, max(1_000_000, task.limits.ratio * len(packed)))
    try:
        return zlib.decompressobj().decompress(packed, limit)
    except zlib.error:
        return b""
