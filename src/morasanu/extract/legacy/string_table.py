"""String tables of Word 97-2003 (STTB, MS-DOC 2.2.4): who commented, revised and saved, bookmarks, variables, captions."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from morasanu.extract.interface import Piece

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_TABLES: Final = 0x9A
_PLACE: Final = 8
# MS-DOC 2.5.6: authors of comments and of revisions, the last ten who saved it and where
_PEOPLE: Final = (36, 51, 71)
# entries of automatic text, bookmarks, title and template, fields of forms, captions, variables, documents below this one
_OTHERS: Final = (9, 21, 32, 45, 52, 60, 72)
_WIDE: Final = b"\xff\xff"
_MOST_STRINGS: Final = 50_000
_DULL: Final = frozenset(("", "Unknown"))


def read_string_tables(stream: bytes, table: bytes) -> Iterator[Piece]:
    """Yield `author` with the people of a document, `strings` with what else in its tables is not in ASCII."""
    people = [text for index in _PEOPLE for text in _read_table(stream, table, index)]
    others = [text for index in _OTHERS for text in _read_table(stream, table, index) if not text.isascii()]
    for part, texts in (("author", people), ("strings", others)):
        if shown := "".join(
            f"{' '.join(text.split())}\n" for text in dict.fromkeys(texts) if text.strip() not in _DULL
        ):
            yield Piece(part, shown)


def _read_table(stream: bytes, table: bytes, index: int) -> list[str]:
    at = _AT_TABLES + _PLACE * index
    if at + _PLACE > len(stream):
        return []
    start, length = struct.unpack_from("<II", stream, at)
    return list(list_strings(table[start : start + length]))


def list_strings(data: bytes) -> Iterator[str]:
    r"""Yield the strings of a table, or of a row of strings each behind its length.

    >>> list(list_strings(b"\xff\xff\1\0\0\0\2\0" + "山田".encode("utf-16-le")))
    ['山田']
    """
    at = extra = 0
    if data.startswith(_WIDE) and len(data) >= 6:
        _, extra = struct.unpack_from("<HH", data, 2)
        at = 6
    for _ in range(_MOST_STRINGS):
        if at + 2 > len(data):
            return
        (length,) = struct.unpack_from("<H", data, at)
        yield data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace").replace("\0", "")
        at += 2 + 2 * length + extra
