"""Drawings pasted as metafiles (EMF, WMF): a table pasted as a picture keeps all its text."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

# MS-EMF 2.1.1, MS-EMFPLUS 2.1.1.1, MS-WMF 2.1.1.1
_END, _NARROW, _WIDE, _SMALL, _COMMENT = 14, 83, 84, 108, 70
_BITMAPS: Final = frozenset((76, 77, 80, 81, 114))
_PLUS: Final = b"EMF+"
_PLUS_STRING, _PLUS_GLYPHS = 0x401C, 0x4036
_BY_GLYPH, _SMALL_CHARS, _NO_RECTANGLE = 0x10, 0x200, 0x100
_PLACEABLE: Final = b"\xd7\xcd\xc6\x9a"
_TEXT_OUT, _EXTENDED_OUT = 0x0521, 0x0A32
_WMF_BITMAPS: Final = frozenset((0x0940, 0x0B41, 0x0D33, 0x0F43))
_MAX_TEXTS: Final = 200_000
_LARGE_BYTES: Final = 4_000


class _Text(NamedTuple):
    """A stretch of text with where it stands; `end` is where the next character would, None when that is not known."""

    text: str
    x: float
    y: float
    end: float | None


class MetafileExtractor:
    """Reads the text of emf and wmf."""

    formats = ("emf", "wmf")

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the text line by line. What is drawn as a picture or glyph by glyph is told to need OCR (MRS-X-023)."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "member_bytes")
        drawing = _Drawing()
        try:
            if data[40:44] == b" EMF":
                drawing.read_emf(data)
            else:
                drawing.read_wmf(data[22:] if data.startswith(_PLACEABLE) else data)
        except struct.error:
            drawing.is_cut = True
        text = _join(drawing.texts or drawing.doubled)
        if text.strip():
            yield Piece("", text)
        if drawing.has_glyphs or (drawing.is_picture and not text.strip()):
            yield unread("MRS-X-023")
        if drawing.is_cut:
            yield unread("MRS-X-021")


class _Drawing:
    def __init__(self) -> None:
        self.texts: list[_Text] = []
        self.doubled: list[_Text] = []  # the same once more for newer readers, or the only one
        self.has_glyphs = self.is_picture = self.is_cut = False

    def read_emf(self, data: bytes) -> None:
        at = 0
        while at + 8 <= len(data) and len(self.texts) < _MAX_TEXTS:
            kind, size = struct.unpack_from("<II", data, at)
            if size < 8 or at + size > len(data):
                self.is_cut = True
                return
            if kind in {_NARROW, _WIDE}:
                self._take_text(data[at : at + size], 2 if kind == _WIDE else 1)
            elif kind == _SMALL:
                self._take_small(data[at : at + size])
            elif kind == _COMMENT and data[at + 12 : at + 16] == _PLUS:
                self._read_plus(data[at + 16 : at + size])
            elif kind in _BITMAPS:
                self.is_picture = self.is_picture or size > _LARGE_BYTES
            elif kind == _END:
                return
            at += size
        self.is_cut = True

    def _take_text(self, record: bytes, width: int) -> None:
        x, y, count, place, options = struct.unpack_from("<iiIII", record, 36)
        if options & _BY_GLYPH:
            self.has_glyphs = True
            return
        raw = record[place : place + count * width]
        text = raw.decode("utf-16-le", "replace") if width == 2 else decode_narrow(raw)
        (spaces,) = struct.unpack_from("<I", record, 72)
        steps = struct.unpack_from(f"<{count}i", record, spaces) if 0 < spaces <= len(record) - 4 * count else ()
        self.texts.append(_Text(text, x, y, x + sum(steps) if steps else None))

    def _take_small(self, record: bytes) -> None:
        x, y, count, options = struct.unpack_from("<iiII", record, 8)
        if options & _BY_GLYPH:
            self.has_glyphs = True
            return
        place = 36 if options & _NO_RECTANGLE else 52
        if options & _SMALL_CHARS:
            text = record[place : place + count].decode("latin-1")
        else:
            text = record[place : place + 2 * count].decode("utf-16-le", "replace")
        self.texts.append(_Text(text, x, y, None))

    def _read_plus(self, data: bytes) -> None:
        at = 0
        while at + 12 <= len(data) and len(self.doubled) < _MAX_TEXTS:
            kind, _, size, _ = struct.unpack_from("<HHII", data, at)
            body = data[at + 12 : at + size]
            if size < 12:
                return
            if kind == _PLUS_STRING and len(body) >= 28:
                (count,) = struct.unpack_from("<I", body, 8)
                x, y = struct.unpack_from("<ff", body, 12)
                self.doubled.append(_Text(body[28 : 28 + 2 * count].decode("utf-16-le", "replace"), x, y, None))
            elif kind == _PLUS_GLYPHS and len(body) >= 16:
                self._take_glyphs(body)
            at += size

    def _take_glyphs(self, body: bytes) -> None:
        options, _, count = struct.unpack_from("<III", body, 4)
        if not options & 1:  # numbers of glyphs, not of characters
            self.has_glyphs = self.has_glyphs or not self.texts
            return
        text = body[16 : 16 + 2 * count].decode("utf-16-le", "replace")
        x, y = struct.unpack_from("<ff", body, 16 + 2 * count + 2 * (count & 1))
        self.doubled.append(_Text(text, x, y, None))

    def read_wmf(self, data: bytes) -> None:
        at = 18
        while at + 6 <= len(data) and len(self.texts) < _MAX_TEXTS:
            words, kind = struct.unpack_from("<IH", data, at)
            if words < 3 or at + 2 * words > len(data):
                self.is_cut = True
                return
            body = data[at + 6 : at + 2 * words]
            if kind == _TEXT_OUT:
                (count,) = struct.unpack_from("<H", body)
                y, x = struct.unpack_from("<hh", body, 2 + count + (count & 1))
                self.texts.append(_Text(decode_narrow(body[2 : 2 + count]), x, y, None))
            elif kind == _EXTENDED_OUT:
                y, x, count, options = struct.unpack_from("<hhHH", body)
                start = 16 if options & 6 else 8
                self.texts.append(_Text(decode_narrow(body[start : start + count]), x, y, None))
            elif kind in _WMF_BITMAPS:
                self.is_picture = self.is_picture or len(body) > _LARGE_BYTES
            elif not kind:
                return
            at += 2 * words
        self.is_cut = True


def _join(texts: list[_Text]) -> str:
    """Return the stretches as lines: what stands at one height is one line, with a tab where there is a gap."""
    out: list[str] = []
    previous: _Text | None = None
    for each in texts:
        if previous is not None:
            if each.y != previous.y or each.x < previous.x:
                out.append("\n")
            elif previous.end is None or each.x - previous.end > (previous.end - previous.x) / max(
                len(previous.text), 1
            ):
                out.append("\t")
        out.append(each.text.replace("\0", "").replace("\r", "\n"))
        previous = each
    lines = "".join(out).split("\n")
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())


EXTRACTORS: list[Extractor] = [MetafileExtractor()]
