"""What a picture says of itself: Exif with its position, XMP, IPTC, comments and text chunks; a bounds-checked reader of our own."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.page.tail import list_gif_blocks
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted

_GIF_TEXT, _GIF_COMMENT = 0x01, 0xFE
_MOST_BYTES: Final = 1_000_000
_MOST_TAKEN_BYTES: Final = 4_000_000
_MOST_ENTRIES: Final = 1_000
_MOST_READ_ENTRIES: Final = 20_000
_MOST_PARTS: Final = 10_000
_MOST_LINES: Final = 1_000
_EXIF: Final = b"Exif\x00\x00"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\x00"
_PHOTOSHOP: Final = b"Photoshop 3.0\x00"
_IPTC: Final = 0x0404
_SCAN_BEGINS: Final = 0xDA
_TEXTS: Final = {
    0x010D: "DocumentName", 0x010E: "ImageDescription", 0x011D: "PageName", 0x013B: "Artist", 0x013C: "HostComputer",
    0x8298: "Copyright", 0x9286: "UserComment", 0xA430: "CameraOwnerName", 0x9C9B: "XPTitle", 0x9C9C: "XPComment",
    0x9C9D: "XPAuthor", 0x9C9E: "XPKeywords", 0x9C9F: "XPSubject",
}  # fmt: skip
_WIDE_TEXTS: Final = range(0x9C9B, 0x9CA0)
_USER_COMMENT: Final = 0x9286
_INNER: Final = (0x8769, 0x8825)  # where Exif's own entries and those of the position begin
_GPS: Final = 0x8825
_ASCII: Final = 2
_POSITION_TEXTS: Final = {0x1B: "GPSProcessingMethod", 0x1C: "GPSAreaInformation"}
_XMP_TAG: Final = 700
_IPTC_TAG: Final = 33_723
_CHARSETS: Final = {b"ASCII\0\0\0": "", b"JIS\0\0\0\0\0": "iso2022_jp", b"UNICODE\0": "wide", bytes(8): ""}


class _Entry(NamedTuple):
    tag: int
    kind: int
    data: bytes


def read_metadata(data: bytes) -> Iterator[Extracted]:
    """Yield a piece `metadata` of lines `name<tab>value`, and XMP as the XML it is. Nothing when there is none.

    What is damaged is read as far as it goes, and told.
    """
    reader = _Reader()
    if data.startswith(b"\xff\xd8"):
        reader.read_jpeg(data)
    elif data.startswith(b"\x89PNG"):
        reader.read_png(data)
    elif data.startswith(b"RIFF"):
        reader.read_riff(data)
    elif data.startswith(b"GIF8"):
        reader.read_gif(data)
    elif data.startswith((b"II*\x00", b"MM\x00*")):
        reader.read_tiff(data)
    yield from reader.finish()


class _Reader:
    """Collects lines from the blocks that a picture keeps beside its pixels."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._xmp: list[bytes] = []
        self._is_cut = False
        self._left = _MOST_TAKEN_BYTES
        self._left_entries = _MOST_READ_ENTRIES

    def finish(self) -> Iterator[Extracted]:
        """Yield what came together."""
        lines = list(dict.fromkeys(self._lines))
        if lines:
            yield Piece("metadata", "".join(lines[:_MOST_LINES]))
        for number, packet in enumerate(dict.fromkeys(self._xmp), 1):
            yield Member(f"XMP {number}" if number > 1 else "XMP", "xmp.xml", packet)
        if self._is_cut or len(lines) > _MOST_LINES:
            yield unread("MRS-X-022" if len(lines) > _MOST_LINES else "MRS-X-021", "metadata", "lines")

    def read_jpeg(self, data: bytes) -> None:
        """Read the segments before the picture itself begins."""
        at = 2
        for _ in range(_MOST_PARTS):
            if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] == _SCAN_BEGINS:
                return
            if data[at + 1] == 0xFF:
                at += 1
                continue
            size = int.from_bytes(data[at + 2 : at + 4], "big")
            self._read_segment(data[at + 1], data[at + 4 : at + 2 + size])
            at += 2 + max(size, 2)

    def read_png(self, data: bytes) -> None:
        """Read the chunks that hold text or Exif."""
        at = 8
        for _ in range(_MOST_PARTS):
            if at + 12 > len(data):
                return
            size, kind = struct.unpack_from(">I4s", data, at)
            body = data[at + 8 : at + 8 + size]
            if kind == b"eXIf":
                self.read_tiff(body)
            elif kind in {b"tEXt", b"zTXt", b"iTXt"}:
                self._read_text_chunk(kind, body)
            at += 12 + size

    def read_gif(self, data: bytes) -> None:
        """Read comments, texts to be shown, and XMP."""
        for label, _, body in list_gif_blocks(data):
            if label in {_GIF_TEXT, _GIF_COMMENT}:
                self._add("Comment", _decode(body[13:] if label == _GIF_TEXT else body))
            elif b"<x:xmpmeta" in body:
                self._xmp.append(body.partition(b"\x01\xff")[0])

    def read_riff(self, data: bytes) -> None:
        """Read the chunks of a WebP."""
        at = 12
        for _ in range(_MOST_PARTS):
            if at + 8 > len(data):
                return
            kind, size = struct.unpack_from("<4sI", data, at)
            body = data[at + 8 : at + 8 + size]
            if kind == b"EXIF":
                self.read_tiff(body.removeprefix(_EXIF))
            elif kind == b"XMP ":
                self._xmp.append(body)
            at += 8 + size + size % 2

    def read_tiff(self, data: bytes) -> None:
        """Read the entries of every page and what they lead to; each place once, so that none leads in circles."""
        order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4], "")
        if not order or len(data) < 8:
            self._is_cut = True
            return
        waiting = [(int.from_bytes(data[4:8], "little" if order == "<" else "big"), 0)]
        seen: set[int] = set()
        while waiting and len(seen) < _MOST_ENTRIES:
            at, kind = waiting.pop()
            if at in seen or not at:
                continue
            seen.add(at)
            entries, following = self._read_entries(data, at, order)
            waiting.append((following, kind))
            if kind == _GPS:
                self._read_position(entries, order)
                continue
            for entry in entries:
                if entry.tag in _INNER and len(entry.data) >= 4:
                    waiting.append((struct.unpack_from(order + "I", entry.data)[0], entry.tag))
                else:
                    self._read_entry(entry, order)

    def _read_segment(self, mark: int, body: bytes) -> None:
        if mark == 0xE1 and body.startswith(_EXIF):
            self.read_tiff(body.removeprefix(_EXIF))
        elif mark == 0xE1 and body.startswith(_XMP):
            self._xmp.append(body.removeprefix(_XMP))
        elif mark == 0xED and body.startswith(_PHOTOSHOP):
            self._read_photoshop(body.removeprefix(_PHOTOSHOP))
        elif mark == 0xFE:
            self._add("Comment", _decode(body))

    def _read_text_chunk(self, kind: bytes, body: bytes) -> None:
        name, _, rest = body.partition(b"\0")
        is_packed = kind == b"zTXt"
        if kind == b"iTXt":
            is_packed, rest = rest[:1] == b"\x01", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        elif is_packed:
            rest = rest[1:]
        if is_packed:
            rest = self._unpack(rest)
        if name == b"XML:com.adobe.xmp":
            self._xmp.append(rest)
        else:
            self._add(_decode(name)[:80], _decode(rest))

    def _unpack(self, data: bytes) -> bytes:
        unpacker = zlib.decompressobj()
        try:
            out = unpacker.decompress(data, min(_MOST_BYTES, max(self._left, 1)))
        except zlib.error:
            out = b""
        self._left -= len(out)
        self._is_cut = self._is_cut or not unpacker.eof
        return out

    def _read_entries(self, data: bytes, at: int, order: str) -> tuple[list[_Entry], int]:
        """Return the entries that stand at `at`, and where the next ones do (0: nowhere)."""
        entries = []
        try:
            (count,) = struct.unpack_from(order + "H", data, at)
            for index in range(min(count, _MOST_ENTRIES, self._left_entries)):
                self._left_entries -= 1
                place = at + 2 + index * 12
                tag, kind, number = struct.unpack_from(order + "HHI", data, place)
                if (
                    kind != _ASCII
                    and tag not in _TEXTS
                    and tag not in _INNER
                    and tag not in {_XMP_TAG, _IPTC_TAG}
                    and tag > 0x1F
                ):
                    continue
                size = number * {3: 2, 4: 4, 5: 8, 9: 4, 10: 8}.get(kind, 1)
                start = place + 8 if size <= 4 else struct.unpack_from(order + "I", data, place + 8)[0]
                self._is_cut = self._is_cut or start + size > len(data) or size > self._left
                body = data[start : start + min(size, _MOST_BYTES, max(self._left, 0))]
                self._left -= len(body)
                entries.append(_Entry(tag, kind, body))
            return entries, struct.unpack_from(order + "I", data, at + 2 + count * 12)[0]
        except struct.error:
            self._is_cut = True
            return entries, 0

    def _read_entry(self, entry: _Entry, order: str) -> None:
        if entry.tag == _XMP_TAG:
            self._xmp.append(entry.data)
        elif entry.tag == _IPTC_TAG:
            self._read_iptc(entry.data)
        elif entry.tag in _WIDE_TEXTS:
            self._add(_TEXTS[entry.tag], entry.data.decode("utf-16-le", "replace"))
        elif entry.tag == _USER_COMMENT:
            self._add("UserComment", _decode_headed(entry.data, order))
        elif entry.tag in _TEXTS:
            self._add(_TEXTS[entry.tag], _decode(entry.data))
        elif not entry.data.isascii() or b"@" in entry.data:  # else a camera, a program, a date
            self._add(f"tag {entry.tag}", _decode(entry.data))

    def _read_position(self, entries: list[_Entry], order: str) -> None:
        found = {entry.tag: entry for entry in entries}
        latitude = _read_angle(found.get(1), found.get(2), order)
        longitude = _read_angle(found.get(3), found.get(4), order)
        if latitude is not None and longitude is not None:
            self._add("GPSPosition", f"{latitude:.6f}, {longitude:.6f}")
        for tag, name in _POSITION_TEXTS.items():
            if tag in found:
                self._add(name, _decode_headed(found[tag].data, order))

    def _read_photoshop(self, data: bytes) -> None:
        at = 0
        for _ in range(_MOST_ENTRIES):
            if data[at : at + 4] != b"8BIM" or at + 7 > len(data):
                return
            kind = int.from_bytes(data[at + 4 : at + 6], "big")
            at += 6 + (data[at + 6] // 2 + 1) * 2  # a name behind its length, padded to an even count
            size = int.from_bytes(data[at : at + 4], "big")
            if kind == _IPTC:
                self._read_iptc(data[at + 4 : at + 4 + size])
            at += 4 + size + size % 2

    def _read_iptc(self, data: bytes) -> None:
        at = 0
        for _ in range(_MOST_ENTRIES):
            if at + 5 > len(data) or data[at] != 0x1C:
                return
            size = int.from_bytes(data[at + 3 : at + 5], "big")
            if size > 0x7FFF:  # sizes of sizes: for pictures inside, not for text
                self._is_cut = True
                return
            if data[at + 1] == 2 and data[at + 2]:
                self._add(f"IPTC {data[at + 2]}", _decode(data[at + 5 : at + 5 + size]))
            at += 5 + size

    def _add(self, name: str, value: str) -> None:
        text = " ".join(value.replace("\0", " ").split())
        if text:
            self._lines.append(f"{name}\t{text}\n")


def _decode(data: bytes) -> str:
    text = data[:_MOST_BYTES].rstrip(b"\0 ")
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return decode_narrow(text)


def _decode_headed(data: bytes, order: str) -> str:
    """Return a text that begins with the name of its charset; writers often leave that out or empty."""
    charset = _CHARSETS.get(data[:8])
    body = data[8:] if charset is not None else data
    if charset == "wide":
        return body.decode("utf-16-le" if order == "<" else "utf-16-be", "replace")
    return body.decode(charset, "replace") if charset else _decode(body)


def _read_angle(side: _Entry | None, angle: _Entry | None, order: str) -> float | None:
    """Return degrees, minutes and seconds (pairs of numbers) as degrees, south and west below zero."""
    if angle is None or len(angle.data) < 24:
        return None
    numbers: tuple[int, ...] = struct.unpack_from(order + "6I", angle.data)
    if not numbers[1]:
        return None
    parts = [over / (under or 1) for over, under in zip(numbers[::2], numbers[1::2], strict=True)]
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3_600
    if degrees > 180:
        return None
    return -degrees if side is not None and side.data[:1] in {b"S", b"W"} else degrees
