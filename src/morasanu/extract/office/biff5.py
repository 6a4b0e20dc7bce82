"""The records of Excel 2 to 95 (BIFF2 to BIFF5): what differs from those of Excel 97, above all text in a code page."""

from __future__ import annotations

import struct
from typing import Final

from morasanu.extract.legacy.compound import decode_narrow, decode_property
from morasanu.extract.office.biff import Biff, clean_margin, read_number, unpack

_BEGINS: Final = frozenset((0x009, 0x209, 0x409, 0x809))
_CODE_PAGE, _BOUND_SHEET, _PACKED, _INTEGER = 0x42, 0x85, 0x27E, 0x02
_LABELS: Final = frozenset((0x04, 0x204, 0xD6))
_NUMBERS: Final = frozenset((0x03, 0x203))
_FORMULAS: Final = frozenset((0x06, 0x206, 0x406))
_RESULTS: Final = frozenset((0x07, 0x207))
_BOOLS: Final = frozenset((0x05, 0x205))
_FORMATS: Final = frozenset((0x1E, 0x41E))
_STYLES: Final = frozenset((0x43, 0x243, 0x443, 0xE0))
_NOTE, _HEADER, _FOOTER = 0x1C, 0x14, 0x15
_WESTERN: Final = {1252: "cp1252", 10000: "mac_roman", 32768: "mac_roman", 32769: "cp1252"}
_BIFF2: Final = 2


def is_old(stream: bytes) -> bool:
    """Return whether the stream begins as one of Excel 95 or older."""
    if len(stream) < 8 or read_number(stream, 2) not in {4, 6, 8, 16}:
        return False
    return read_number(stream, 0) in _BEGINS - {0x809} or (read_number(stream, 0), read_number(stream, 4)) == (
        0x809,
        0x500,
    )


class OldBiff(Biff):
    """Reads one workbook stream, or a whole file of the time before compound files."""

    def __init__(self, stream: bytes) -> None:
        """Begin at the first record."""
        super().__init__(stream)
        self._page = 1252
        self._version = stream[1] // 2 + _BIFF2 if len(stream) > 1 else _BIFF2
        self._sheets = 0

    def _text(self, data: bytes) -> str:
        data = data.rstrip(b"\0")
        if self._page in _WESTERN:  # Western, and yet a Japanese font may stand in for the code page
            text = decode_narrow(data)
            return text if any(sign >= "\u3000" for sign in text) else data.decode(_WESTERN[self._page], "replace")
        return decode_property(data, {10001: 932}.get(self._page, self._page))

    def _measured(self, body: bytes, at: int, width: int) -> str:
        """Return the text at `at` behind its length in `width` bytes."""
        length = int.from_bytes(body[at : at + width], "little")
        return self._text(body[at + width : at + width + length])

    def _take(self, kind: int, body: bytes, at: int) -> None:
        if kind in _BEGINS:
            self._sheets += 1
            self._begin(self._names.get(at, "") or ("Sheet1" if self._sheets == 1 and kind != 0x809 else ""))
        elif kind == _CODE_PAGE:
            self._page = read_number(body, 0)
        elif kind in _RESULTS and self._waiting:
            self._cells[self._waiting] = self._measured(body, 0, 1 if self._version == _BIFF2 else 2)
            self._waiting = 0
        elif kind in _LABELS | _NUMBERS | _FORMULAS | _BOOLS | {_INTEGER, _PACKED}:
            if len(body) >= 7:
                self._take_old_cell(kind, body)
        elif kind in _FORMATS | _STYLES | {_BOUND_SHEET, _NOTE, _HEADER, _FOOTER}:
            self._take_old_setting(kind, body)
        else:
            super()._take(kind, body, at)

    def _take_old_cell(self, kind: int, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        # three bytes of looks in BIFF2, the number of a style later
        is_first = self._version == _BIFF2 or kind < 0x06 or kind == 0x07
        style, at = (body[5] & 0x3F, 7) if is_first else (read_number(body, 4), 6)
        text = ""
        if kind in _LABELS:
            text = self._measured(body, at, 1 if is_first else 2)
        elif kind == _INTEGER:
            text = self._show(str(read_number(body, at)), style)
        elif kind == _PACKED and len(body) >= 10:
            text = self._show(repr(unpack(int.from_bytes(body[6:10], "little"))), style)
        elif kind in _BOOLS:
            text = "TRUE" if body[at] else "FALSE"
        elif len(body) >= at + 8:
            value = body[at : at + 8]
            if kind in _NUMBERS or value[6:] != b"\xff\xff":
                text = self._show(repr(struct.unpack("<d", value)[0]), style)
            elif value[0] == 0:
                self._put(row, column, "")
                self._waiting = column + 1
                return
            elif value[0] == 1:
                text = "TRUE" if value[2] else "FALSE"
        self._put(row, column, text)

    def _take_old_setting(self, kind: int, body: bytes) -> None:
        if kind == _BOUND_SHEET:
            self._add_sheet(int.from_bytes(body[:4], "little"), self._measured(body, 6, 1))
        elif kind in _FORMATS:
            # those of Excel 2 and 3 go by their order, that of 4 has a word before its length
            number = len(self._custom) if kind == 0x1E or self._version == 4 else read_number(body, 0)
            self._custom[number] = self._measured(body, 0 if kind == 0x1E else 2, 1)
        elif kind in _STYLES:
            at = {0x43: 2, 0x243: 1, 0x443: 1, 0xE0: 2}[kind]
            self._styles.append(read_number(body, at) if kind == 0xE0 else body[at] & 0x3F if len(body) > at else 0)
        elif kind == _NOTE:
            self._sink.add(f"{self._name} comment", self._text(body[6:]).replace("\n", " "))
        elif body:
            part = f"{self._name} {'header' if kind == _HEADER else 'footer'}"
            self._sink.add(part, clean_margin(self._measured(body, 0, 1)))

    def _show(self, raw: str, style: int) -> str:
        return self._format(raw, style) if self._version == _BIFF2 else super()._show(raw, style)
