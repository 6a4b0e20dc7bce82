"""Metafiles of Windows (EMF, EMF+, WMF): the text that they write, and the bitmaps that they show; a reader of our own."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_MOST_RECORDS: Final = 2_000_000
_MOST_BITMAPS: Final = 200
_LEAST_BITMAP: Final = 4_096
_PLACEABLE: Final = b"\xd7\xcd\xc6\x9a"
# EMF, [MS-EMF] 2.1.1: records of text, and those of bitmaps with where their head's place stands
_END, _COMMENT, _SMALL_TEXT = 14, 70, 108
_TEXT_NARROW, _TEXT_WIDE = 83, 84
_POLYTEXT: Final = {96: False, 97: True}
_BITMAPS: Final = {76: 84, 77: 84, 78: 84, 79: 96, 80: 48, 81: 48, 114: 84, 116: 84}
_GLYPHS: Final = 0x10
_NO_RECTANGLE: Final = 0x100
_NARROW: Final = 0x200
# EMF+, [MS-EMFPLUS] 2.1.1
_DRAW_STRING, _DRAW_DRIVER_STRING, _OBJECT = 0x401C, 0x4036, 0x4008
_IMAGE_OBJECT: Final = 5
# WMF, [MS-WMF] 2.1.1: where the bitmap of a record begins, in words behind its function
_WMF_TEXT, _WMF_EXT_TEXT, _WMF_FONT = 0x0521, 0x0A32, 0x02FB
_SHIFT_JIS: Final = 128
# a whole EMF in pieces, inside of comments that are escapes: [MS-WMF] 2.3.6.17
_WMF_ESCAPE: Final = 0x0626
_ENHANCED: Final = b"\x0f\x00"
_ENHANCED_MARK: Final = b"WMFC\x01\x00\x00\x00"
_ENHANCED_HEAD: Final = 38
_WMF_BITMAPS: Final = {0x0940: 8, 0x0B41: 10, 0x0F43: 11, 0x0D33: 9}


class _Run(NamedTuple):
    x: float
    y: float
    width: float
    text: str


class MetafileExtractor:
    """Reads EMF and WMF, placeable or not."""

    formats = ("metafile",)

    def missing(self) -> str:
        """Return nothing: the reader is our own."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the text as one piece, lines as they stand, then the bitmaps as members.

        Letters that are numbers of a font's shapes, and pictures of EMF+, are told (MRS-X-023). Raises InspectError MRS-X-022.
        """
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        reader = _Reader(data)
        if data[40:44] == b" EMF":
            reader.read_emf()
        else:
            reader.read_wmf()
        yield from reader.finish()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._left = len(data)  # every text has bytes of its own
        self._runs: list[_Run] = []
        self._plus: list[_Run] = []
        self._bitmaps: list[bytes] = []
        self._is_cut = False
        self._is_over = False
        self._has_unseen = False
        self._is_japanese = False
        self._inner = bytearray()

    def finish(self) -> Iterator[Extracted]:
        """Yield what came together. EMF+ text counts where nothing else says it: most files say everything twice."""
        text = _set_lines(self._runs or self._plus)
        if text:
            yield Piece("", text)
        for number, bitmap in enumerate(self._bitmaps, 1):
            yield Member(f"bitmap {number}", "bitmap.bmp", bitmap)
        if self._has_unseen and not (self._runs or self._bitmaps):
            yield unread("MRS-X-023")
        if self._is_over:
            yield unread("MRS-X-022", "", "records")
        if self._is_cut:
            yield unread("MRS-X-021")

    def read_emf(self) -> None:
        """Read record by record until the last one."""
        at = 0
        for _ in range(_MOST_RECORDS):
            if at + 8 > len(self._data):
                self._is_cut = True
                return
            kind, size = struct.unpack_from("<II", self._data, at)
            if size < 8 or at + size > len(self._data):
                self._is_cut = True
                return
            try:
                self._read_emf_record(kind, self._data[at : at + size])
            except struct.error:
                self._is_cut = True
            if kind == _END:
                return
            at += size
        self._is_over = True

    def _read_emf_record(self, kind: int, record: bytes) -> None:
        if kind in {_TEXT_NARROW, _TEXT_WIDE}:
            self._read_text(record, 36, is_wide=kind == _TEXT_WIDE)
        elif kind in _POLYTEXT:
            (count,) = struct.unpack_from("<I", record, 36)
            for index in range(min(count, (len(record) - 40) // 40)):
                self._read_text(record, 40 + index * 40, is_wide=_POLYTEXT[kind])
        elif kind == _SMALL_TEXT:
            x, y, count, options = struct.unpack_from("<iiII", record, 8)
            at = 36 if options & _NO_RECTANGLE else 52
            data = record[at : at + count * (1 if options & _NARROW else 2)]
            self._add(x, y, 0, data, is_wide=not options & _NARROW, options=options)
        elif kind in _BITMAPS:
            self._read_bitmap(record, *struct.unpack_from("<IIII", record, _BITMAPS[kind]))
        elif kind == _COMMENT and record[12:16] == b"EMF+":
            self._read_plus(record[16:])

    def _read_text(self, record: bytes, at: int, *, is_wide: bool) -> None:
        x, y, count, place, options = struct.unpack_from("<iiIII", record, at)
        (widths_at,) = struct.unpack_from("<I", record, at + 36)
        data = record[place : place + count * (2 if is_wide else 1)]
        held = min(count, max(len(record) - widths_at, 0) // 4, max(self._left, 0)) if widths_at else 0
        width = sum(struct.unpack_from(f"<{held}i", record, widths_at)) if held else 0
        self._is_cut = self._is_cut or len(data) < count * (2 if is_wide else 1)
        self._add(x, y, width, data, is_wide=is_wide, options=options)

    def _read_plus(self, data: bytes) -> None:
        at = 0
        while at + 12 <= len(data):
            kind, flags, size = struct.unpack_from("<HHI", data, at)
            body = data[at + 12 : at + size]
            if kind == _DRAW_STRING and len(body) >= 28:
                (count,) = struct.unpack_from("<I", body, 8)
                x, y = struct.unpack_from("<ff", body, 12)
                self._plus.append(_Run(x, y, 0, body[28 : 28 + count * 2].decode("utf-16-le", "replace")))
            elif kind == _DRAW_DRIVER_STRING and len(body) >= 16:
                options, _matrix, count = struct.unpack_from("<III", body, 4)
                text = body[16 : 16 + count * 2].decode("utf-16-le", "replace")
                places = body[16 + count * 2 : 24 + count * 2]
                if options & 1 and len(places) == 8:
                    x, y = struct.unpack("<ff", places)
                    self._plus.append(_Run(x, y, 0, text))
                else:
                    self._has_unseen = True
            elif kind == _OBJECT and flags >> 8 & 0x7F == _IMAGE_OBJECT:
                self._has_unseen = True
            at += max(size, 12)

    def read_wmf(self) -> None:
        """Read record by record; the last one is of kind 0."""
        at = 22 if self._data.startswith(_PLACEABLE) else 0
        at += 18
        for _ in range(_MOST_RECORDS):
            if at + 6 > len(self._data):
                self._is_cut = True
                return
            words, kind = struct.unpack_from("<IH", self._data, at)
            if kind == 0:
                self._read_inner()
                return
            if words < 3 or at + words * 2 > len(self._data):
                self._is_cut = True
                return
            try:
                self._read_wmf_record(kind, self._data[at + 6 : at + words * 2])
            except struct.error:
                self._is_cut = True
            at += words * 2
        self._is_over = True

    def _read_inner(self) -> None:
        """Read the EMF that lies inside a WMF: it says the same, and more."""
        if not self._inner:
            return
        inner = _Reader(bytes(self._inner))
        inner.read_emf()
        self._runs = inner._runs or inner._plus or self._runs
        self._bitmaps = inner._bitmaps or self._bitmaps
        self._has_unseen = self._has_unseen or inner._has_unseen
        self._is_cut = self._is_cut or inner._is_cut

    def _read_wmf_record(self, kind: int, body: bytes) -> None:
        if kind == _WMF_TEXT:
            (count,) = struct.unpack_from("<H", body)
            y, x = struct.unpack_from("<hh", body, 2 + count + count % 2)
            self._add(x, y, 0, body[2 : 2 + count], is_wide=False)
        elif kind == _WMF_EXT_TEXT:
            y, x, count, options = struct.unpack_from("<hhHH", body)
            at = 16 if options & 6 else 8
            widths = body[at + count + count % 2 :]
            held = min(count, len(widths) // 2)
            width = sum(struct.unpack_from(f"<{held}h", widths))
            self._add(x, y, width, body[at : at + count], is_wide=False, options=options)
        elif kind == _WMF_ESCAPE and body.startswith(_ENHANCED) and body[4:12] == _ENHANCED_MARK:
            self._inner += body[_ENHANCED_HEAD:]
        elif kind == _WMF_FONT and len(body) > 13:
            self._is_japanese = self._is_japanese or body[13] == _SHIFT_JIS
        elif kind in _WMF_BITMAPS and len(body) > _WMF_BITMAPS[kind] * 2 + 40:
            dib = body[_WMF_BITMAPS[kind] * 2 :]
            self._add_bitmap(dib, _find_bits(dib))

    def _add(self, x: int, y: int, width: int, data: bytes, *, is_wide: bool, options: int = 0) -> None:
        self._left -= len(data)
        if self._left < 0:
            self._is_over = True
            return
        if options & _GLYPHS:
            self._has_unseen = self._has_unseen or bool(data)
            return
        text = data.decode("utf-16-le", "replace") if is_wide else self._decode(data)
        if text:
            self._runs.append(_Run(x, y, width, text))

    def _decode(self, data: bytes) -> str:
        if self._is_japanese:
            try:
                return data.decode("cp932")
            except UnicodeDecodeError:
                pass
        return decode_narrow(data)

    def _read_bitmap(self, record: bytes, head_at: int, head_size: int, bits_at: int, bits_size: int) -> None:
        if head_size < 40:
            return
        head, bits = record[head_at : head_at + head_size], record[bits_at : bits_at + bits_size]
        if len(head) < head_size or len(bits) < bits_size:
            self._is_cut = True
            return
        self._add_bitmap(head + bits, len(head))

    def _add_bitmap(self, dib: bytes, bits_at: int) -> None:
        width, height = struct.unpack_from("<ii", dib, 4)
        if abs(width * height) < _LEAST_BITMAP:
            return
        if len(self._bitmaps) >= _MOST_BITMAPS:
            self._is_over = True
            return
        self._bitmaps.append(b"BM" + struct.pack("<IHHI", 14 + len(dib), 0, 0, 14 + bits_at) + dib)


def _find_bits(dib: bytes) -> int:
    """Return where the pixels of a device-independent bitmap begin: behind its head, masks and colours."""
    size, _, _, _, depth, packing = struct.unpack_from("<IiiHHI", dib)
    (colours,) = struct.unpack_from("<I", dib, 32)
    masks = 12 if packing == 3 and size == 40 else 0
    return int(size + masks + 4 * (colours or (1 << depth if depth <= 8 else 0)))


def _set_lines(runs: list[_Run]) -> str:
    """Return runs in their order: what goes on where the last one ended joins it, what stands beside it comes behind a tab."""
    out: list[str] = []
    last: _Run | None = None
    for run in runs:
        if last is not None:
            em = abs(last.width) / max(len(last.text), 1)
            is_beside = abs(run.y - last.y) <= max(em / 2, 1)
            if not is_beside:
                out.append("\n")
            elif not last.width or abs(run.x - last.x - last.width) > em / 2:
                out.append("\t")
        out.append(" ".join(run.text.replace("\0", "").splitlines()))
        last = run
    text = "".join(out).strip()
    return text + "\n" if text else ""


EXTRACTORS: list[Extractor] = [MetafileExtractor()]
