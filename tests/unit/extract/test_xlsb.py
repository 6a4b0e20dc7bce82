"""Binary Excel packages: strings of records that nobody knows better come too, each once."""

from __future__ import annotations

import struct

from tests.unit.extract.package import MARK, lines, make_package

from morasanu.extract.interface import Task
from morasanu.extract.office.xlsb import XlsbExtractor


def record(kind: int, body: bytes) -> bytes:
    head = bytes((kind,)) if kind < 128 else bytes((kind & 0x7F | 0x80, kind >> 7))
    return head + bytes((len(body) & 0x7F | 0x80, len(body) >> 7)) + body


def wide(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<L", len(raw) // 2) + raw


def literal(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return b"\x17" + struct.pack("<H", len(raw) // 2) + raw


def read(parts: dict[str, str | bytes]) -> dict[str, list[str]]:
    return lines(list(XlsbExtractor().extract(make_package(parts), Task("a"))))


def test_strings_of_other_records_are_read() -> None:
    book = record(39, bytes(9) + wide("名前") + literal(f"{MARK}の名"))
    sheet = record(0, bytes(24)) + record(8, bytes(8) + wide("値の髙﨑") + bytes(2) + literal(f"{MARK}の式"))
    sheet += record(64, bytes(12) + wide("題名") + wide(f"{MARK}の検査"))
    parts: dict[str, str | bytes] = {
        "xl/workbook.bin": book,
        "xl/worksheets/sheet1.bin": sheet,
        "xl/comments9.bin": record(637, b"\0" + wide(f"{MARK}の注")),
        "xl/pivotCache/pivotCacheRecords1.bin": record(24, wide(f"{MARK}の元")) * 2,
        "xl/styles.bin": record(44, b"\xaa\0" + wide(f'0"{MARK}"')) + record(44, b"\xab\0" + wide('0"千円"')),
    }
    assert read(parts) == {
        "sheet1!A1:A1": ["値の髙﨑"],
        "xl/workbook.bin": ["名前", f"{MARK}の名"],
        "xl/worksheets/sheet1.bin": [f"{MARK}の式", "題名", f"{MARK}の検査"],
        "xl/comments9.bin": [f"{MARK}の注"],
        "xl/pivotCache/pivotCacheRecords1.bin": [f"{MARK}の元"],
        "xl/styles.bin": [MARK],
    }
