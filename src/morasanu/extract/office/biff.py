"""The records of an old Excel workbook (BIFF8): cells, comments, boxes, margins, read one by one, as far as they go."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from morasanu.extract.office.cell import format_number, name_format
from morasanu.extract.office.grid import Grid
from morasanu.extract.office.sink import Sink
from morasanu.extract.office.workbook import SHEET_NAMES
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted

# [MS-XLS] 2.3: the numbers of the records
_BEGIN, _BOUND_SHEET, _LOCKED, _HEADER, _FOOTER = 0x809, 0x85, 0x2F, 0x14, 0x15
_NOTE, _TEXT_BOX, _CONTINUE, _LINK, _STRINGS, _FORMAT, _STYLE, _DATES = (
    0x1C,
    0x1B6,
    0x3C,
    0x1B8,
    0xFC,
    0x41E,
    0xE0,
    0x22,
)
_SHARED, _LABEL, _RICH, _NUMBER, _PACKED, _MULTIPLE, _FORMULA, _RESULT, _BOOL = (
    0xFD, 0x204, 0xD6, 0x203, 0x27E, 0xBD, 0x06, 0x207, 0x205,
)  # fmt: skip
_NAME, _VALIDATION, _CONDITION, _USER, _CAPTION, _CACHE = 0x18, 0x1BE, 0x1B1, 0x5C, 0x100D, 0x5A
_LITERALS: Final = {
    _NAME: "defined name",
    _VALIDATION: "validation",
    _CONDITION: "conditional format",
    _FORMULA: "formula",
}
_LITERAL: Final = re.compile(rb"\x17(.)(?=([\0\1]))", re.DOTALL)
_CELLS: Final = frozenset((_SHARED, _LABEL, _RICH, _NUMBER, _PACKED, _FORMULA, _BOOL))
_BIFF8, _GRAPH = 0x600, 0x680
_GRAPH_NUMBER, _GRAPH_LABEL = 0x03, 0x04
_ADDRESS: Final = re.compile(r"(?:https?://|mailto:|file://|\\\\)[^\x00-\x1f]{1,500}")
_MARGIN_CODE: Final = re.compile(r'&(?:"[^"]{0,200}"|\d{1,3}|[LCRPNDTFAZGBIUESXY])')
_MAX_STRINGS_BYTES: Final = 200_000_000


def is_biff8(stream: bytes) -> bool:
    """Return whether the stream begins as one of Excel 97 or later, or of the charts (Microsoft Graph) of that time."""
    return len(stream) > 8 and read_number(stream, 0) == _BEGIN and read_number(stream, 4) in {_BIFF8, _GRAPH}


def read_number(data: bytes, at: int) -> int:
    """Return the two bytes at `at` as a number."""
    return int.from_bytes(data[at : at + 2], "little")


def clean_margin(text: str) -> str:
    """Return the text of a header or footer without what says how it looks."""
    return _MARGIN_CODE.sub(" ", text).strip()


class Biff:
    """Reads one workbook stream."""

    def __init__(self, stream: bytes) -> None:
        """Begin at the first record."""
        self._stream = stream
        self._sink = Sink()
        self._names: dict[int, str] = {}
        self._strings: list[str] = []
        self._readings: set[str] = set()
        self._custom: dict[int, str] = {}
        self._styles: list[int] = []
        self._from_1904 = False
        self._name = ""
        self._grid = Grid("")
        self._row = 0
        self._cells: dict[int, str] = {}
        self._waiting = 0
        self._is_cut = False

    def read(self) -> Iterator[Extracted]:
        """Yield the blocks of each sheet, then what stands beside them. Raises InspectError MRS-X-020 when it is encrypted."""
        at, stream = 0, self._stream
        while at + 4 <= len(stream):
            kind, size = read_number(stream, at), read_number(stream, at + 2)
            if not kind and not size:
                # nothing but zeros follows: the end of the sector, or what was cut off
                break
            self._take(kind, stream[at + 4 : at + 4 + size], at)
            if self._grid.ready:
                yield from self._grid.ready
                self._grid.ready.clear()
            yield from self._sink.drain()
            at += 4 + size
        self._begin("")
        yield from self._grid.ready
        yield from self._sink.finish()
        if self._is_cut or at > len(stream) or stream[at:].strip(b"\0"):
            yield unread("MRS-X-021")

    def _take(self, kind: int, body: bytes, at: int) -> None:
        if kind == _BEGIN:
            self._begin(self._names.get(at, ""))
        elif kind == _LOCKED:
            raise refuse("MRS-X-020")
        elif kind in _CELLS and len(body) >= 7:
            self._take_cell(kind, body)
            if kind == _FORMULA and b"\x17" in body:
                self._take_words(kind, body[22:])
        elif kind in {_GRAPH_NUMBER, _GRAPH_LABEL} and len(body) > 8:
            self._take_graph(kind, body)
        elif kind == _MULTIPLE and len(body) >= 6:
            for index in range((len(body) - 6) // 6):
                style, packed = struct.unpack_from("<HI", body, 4 + 6 * index)
                self._put(read_number(body, 0), read_number(body, 2) + index, self._show(repr(unpack(packed)), style))
        elif kind == _RESULT and self._waiting:
            self._cells[self._waiting] = _decode(body[2:], read_number(body, 0))
            self._waiting = 0
        else:
            self._take_beside(kind, body, at)

    def _take_beside(self, kind: int, body: bytes, at: int) -> None:
        if kind == _STRINGS:
            self._read_strings(body, at)
        elif kind == _TEXT_BOX:
            text = _Segments(self._continued(at)).text(read_number(body, 10))
            self._sink.add(f"{self._name} comment", text.replace("\n", " "))
        else:
            self._take_setting(kind, body)

    def _take_graph(self, kind: int, body: bytes) -> None:
        """Take a cell of the sheet behind a chart; three bytes of looks stand before its value."""
        row, column = struct.unpack_from("<HH", body)
        if kind == _GRAPH_LABEL:
            self._put(row, column, _decode(body[8:], body[7]))
        elif len(body) >= 15:
            self._put(row, column, format_number(repr(struct.unpack_from("<d", body, 7)[0]), ""))

    def _begin(self, name: str) -> None:
        self._end_row()
        self._grid.close()
        ready = self._grid.ready
        # a chart inside a sheet begins without a place in the list
        self._name = name or self._name
        self._grid = Grid(self._name)
        self._grid.ready = ready

    def _take_cell(self, kind: int, body: bytes) -> None:
        row, column, style = struct.unpack_from("<HHH", body)
        text = ""
        if kind == _SHARED and len(body) >= 10:
            index = int.from_bytes(body[6:10], "little")
            text = self._strings[index] if index < len(self._strings) else ""
            self._is_cut = self._is_cut or index >= len(self._strings)
        elif kind in {_LABEL, _RICH}:
            text = _decode(body[8:], read_number(body, 6))
        elif kind == _PACKED and len(body) >= 10:
            text = self._show(repr(unpack(int.from_bytes(body[6:10], "little"))), style)
        elif kind == _BOOL:
            text = "TRUE" if body[6] else "FALSE"
        elif kind in {_NUMBER, _FORMULA} and len(body) >= 14:
            if kind == _NUMBER or body[12:14] != b"\xff\xff":
                text = self._show(repr(struct.unpack_from("<d", body, 6)[0]), style)
            elif body[6] == 1:
                text = "TRUE" if body[8] else "FALSE"
            elif body[6] == 0:
                # its text stands in the record that follows
                self._put(row, column, "")
                self._waiting = column + 1
                return
        self._put(row, column, text)

    def _put(self, row: int, column: int, text: str) -> None:
        if row + 1 != self._row or self._cells.get(column + 1):
            self._end_row()
            self._row = row + 1
        self._cells[column + 1] = text

    def _end_row(self) -> None:
        self._grid.add(self._row, self._cells)
        self._cells = {}
        self._waiting = 0

    def _show(self, raw: str, style: int) -> str:
        return self._format(raw, self._styles[style]) if style < len(self._styles) else format_number(raw, "")

    def _format(self, raw: str, number: int) -> str:
        return format_number(raw, name_format(number, self._custom), from_1904=self._from_1904)

    def _take_setting(self, kind: int, body: bytes) -> None:
        if kind == _BOUND_SHEET and len(body) > 8:
            self._add_sheet(int.from_bytes(body[:4], "little"), _decode(body[7:], body[6]))
        elif kind == _FORMAT and len(body) > 5:
            self._custom[read_number(body, 0)] = _decode(body[4:], read_number(body, 2))
        elif kind == _STYLE:
            self._styles.append(read_number(body, 2))
        elif kind == _DATES:
            self._from_1904 = read_number(body, 0) == 1
        elif kind in {_HEADER, _FOOTER} and len(body) > 3:
            part = f"{self._name} {'header' if kind == _HEADER else 'footer'}"
            self._sink.add(part, clean_margin(_decode(body[2:], read_number(body, 0))))
        elif kind == _NOTE and len(body) > 11:
            self._sink.add("author", _decode(body[10:], read_number(body, 8)))
        elif kind in _LITERALS or kind in {_USER, _CAPTION, _CACHE}:
            self._take_words(kind, body)
        elif kind == _LINK:
            for address in _ADDRESS.findall(body.decode("utf-16-le", "ignore")):
                self._sink.add("link", address)

    def _take_words(self, kind: int, body: bytes) -> None:
        """Put what people wrote into names, checks of input, captions of charts, and the copies of other workbooks' cells."""
        if kind == _USER:
            self._sink.add("author", _decode(body[2:], read_number(body, 0)).strip())
        elif kind == _CAPTION and len(body) > 3:
            self._sink.add(f"{self._name} chart".strip(), _decode(body[3:], body[2]))
        elif kind == _CACHE:
            self._sink.add("copies of other workbooks", "\t".join(_list_copies(body)))
        elif kind == _NAME and len(body) > 14:
            self._sink.add("defined name", _decode(body[14:], body[3]))
        elif kind == _VALIDATION:
            at = 4
            for _ in range(4):
                length = read_number(body, at)
                self._sink.add(f"{self._name} validation".strip(), _decode(body[at + 2 :], length).strip("\0"))
                at += 3 + length * (2 if body[at + 2 : at + 3] == b"\x01" else 1)
        if kind in _LITERALS:
            for text in _list_literals(body):
                self._sink.add(f"{'' if kind == _NAME else self._name} {_LITERALS[kind]}".strip(), text)

    def _add_sheet(self, place: int, name: str) -> None:
        self._names[place] = name
        self._sink.add(SHEET_NAMES, name)

    def _continued(self, at: int) -> Iterator[bytes]:
        """Yield the bodies of the records that continue the one at `at`."""
        at += 4 + read_number(self._stream, at + 2)
        while read_number(self._stream, at) == _CONTINUE and at + 4 <= len(self._stream):
            size = read_number(self._stream, at + 2)
            yield self._stream[at + 4 : at + 4 + size]
            at += 4 + size

    def _read_strings(self, body: bytes, at: int) -> None:
        def segments() -> Iterator[bytes]:
            yield body[8:]
            yield from self._continued(at)

        reader = _Segments(segments())
        held = 0
        while held < _MAX_STRINGS_BYTES and (head := reader.take(3)) and len(head) == 3:
            runs = read_number(reader.take(2), 0) if head[2] & 8 else 0
            extra = int.from_bytes(reader.take(4), "little") if head[2] & 4 else 0
            self._strings.append(reader.text(read_number(head, 0), head[2]))
            held += 80 + 2 * len(self._strings[-1])
            reader.take(4 * runs)
            self._add_reading(reader.take(extra))

    def _add_reading(self, extra: bytes) -> None:
        """Put the reading (ふりがな) of a string, each once. Source: MS-XLS 2.5.87."""
        if len(extra) > 14 and extra[0] == 1:
            length = read_number(extra, 12)
            reading = extra[14 : 14 + 2 * length].decode("utf-16-le", "replace").rstrip("\0")
            if reading not in self._readings:
                self._readings.add(reading)
                self._sink.add("ruby", reading)


class _Segments:
    """Bytes in several records. Text that crosses into the next says anew how wide its characters are."""

    def __init__(self, segments: Iterator[bytes]) -> None:
        self._segments = segments
        self._data = b""
        self._at = 0

    def _next(self) -> bool:
        while self._at >= len(self._data):
            following = next(self._segments, None)
            if following is None:
                return False
            self._data, self._at = following, 0
        return True

    def take(self, count: int) -> bytes:
        taken: list[bytes] = []
        while count > 0 and self._next():
            taken.append(self._data[self._at : self._at + count])
            self._at += len(taken[-1])
            count -= len(taken[-1])
        return b"".join(taken)

    def text(self, count: int, flags: int = -1) -> str:
        """Return `count` characters; without `flags` the first byte says how wide they are."""
        taken: list[bytes] = []
        while count > 0:
            if flags < 0 or self._at >= len(self._data):
                if not self._next():
                    break
                flags = self._data[self._at]
                self._at += 1
            width = 2 if flags & 1 else 1
            piece = self._data[self._at : self._at + width * count]
            self._at += len(piece)
            count -= max(1, len(piece) // width)
            # a pair of surrogates may be torn apart here, so all of it is decoded together
            taken.append(piece[: len(piece) & -2] if width == 2 else piece.decode("latin-1").encode("utf-16-le"))
        return b"".join(taken).decode("utf-16-le", "replace")


def _decode(body: bytes, length: int) -> str:
    """Return `length` characters; the first byte of `body` says how wide they are."""
    if body[:1] == b"\x01":
        return body[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return body[1 : 1 + length].decode("latin-1")


def _list_literals(body: bytes) -> Iterator[str]:
    """Yield the texts in a formula ([MS-XLS] 2.5.198.89) that are not in ASCII; the bytes of a number may look like one."""
    for match in _LITERAL.finditer(body):
        text = _decode(body[match.end() :], match[1][0])
        if (
            len(text.encode("utf-16-le", "replace")) == 2 * match[1][0]
            and not text.isascii()
            and text.replace("\0", "").isprintable()
        ):
            yield text.replace("\0", ", ")


def _list_copies(body: bytes) -> Iterator[str]:
    """Yield the texts of cells that another workbook had ([MS-XLS] 2.4.50)."""
    at = 4
    while at + 4 < len(body):
        if body[at] != 2:
            at += 9
            continue
        length = read_number(body, at + 1)
        yield _decode(body[at + 3 :], length)
        at += 4 + length * (2 if body[at + 3] == 1 else 1)


def unpack(packed: int) -> float:
    """Return a number packed in 30 bits ([MS-XLS] 2.5.217, [MS-XLSB] 2.5.122).

    >>> unpack(12345 << 2 | 2), unpack(12345 << 2 | 3), unpack(0xFFFFFFFE)
    (12345.0, 123.45, -1.0)
    """
    if packed & 2:
        value = float((packed >> 2) - (1 << 30 if packed >> 31 else 0))
    else:
        value = float(struct.unpack("<d", struct.pack("<Q", (packed & ~3) << 32))[0])
    return value / 100 if packed & 1 else value
