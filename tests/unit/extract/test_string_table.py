"""String tables of Word 97-2003: authors of comments and revisions, bookmarks; of any bytes they end."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.extract.made import collect, write_word

from morasanu.extract.legacy.document import LegacyExtractor
from morasanu.extract.legacy.string_table import list_strings, read_string_tables


def xst(text: str) -> bytes:
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def test_people_and_bookmarks_are_read() -> None:
    owners = xst("能勢 佳代") + xst("Taro Yamada")
    bookmarks = b"\xff\xff" + struct.pack("<HH", 2, 2) + xst("顧客_髙﨑") + b"\0\0" + xst("_Toc1") + b"\0\0"
    stream = bytearray(0x400)
    struct.pack_into("<II", stream, 0x9A + 8 * 36, 0, len(owners))
    struct.pack_into("<II", stream, 0x9A + 8 * 21, len(owners), len(bookmarks))
    pieces = {piece.part: piece.text for piece in read_string_tables(bytes(stream), owners + bookmarks)}
    assert pieces == {"author": "能勢 佳代\nTaro Yamada\n", "strings": "顧客_髙﨑\n"}


def test_document_without_tables_has_none() -> None:
    answer = collect(LegacyExtractor(), write_word([("山田\r".encode("utf-16-le"), 2)]))
    assert answer.pieces == {"body": "山田\n"}


@given(st.binary(max_size=200))
def test_strings_of_any_bytes_end(data: bytes) -> None:
    assert len(list(list_strings(data))) <= 1 + len(data) // 2
