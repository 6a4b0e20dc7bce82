"""Rows that SQLite has let go of but not overwritten: free pages, gaps between rows, and the logs beside a database."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Piece
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_HEAD: Final = 100
_TABLE_LEAF: Final = 0x0D
_TREES: Final = {0x02: 12, 0x05: 12, 0x0A: 8, 0x0D: 8}
"""Kinds of pages of a tree, with the length of their heads (SQLite's file format, 1.6)."""
_MOST_COLUMNS: Final = 2_000
_CONSTANTS: Final = {8: "0", 9: "1"}
_LOG: Final = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")
_LOG_HEAD, _FRAME_HEAD, _JOURNAL_HEAD = 32, 24, 28
_PIECE_CHARACTERS: Final = 200_000
_LEAST_BYTES: Final = 5
_MOST_SEEN: Final = 500_000
# text of at least three characters in UTF-8; what stands between is numbers and heads of rows
_TEXT: Final = re.compile(
    rb"(?:[\x20-\x7e]|[\xc3-\xdf][\x80-\xbf]|[\xe1-\xef][\x80-\xbf]{2}|\xf0[\x90-\xbf][\x80-\xbf]{2}){3,}"
)


class LogExtractor:
    """Reads write-ahead logs (`-wal`) and rollback journals (`-journal`): the pages in them hold rows, newer or older ones."""

    formats = ("sqlite-log",)

    def missing(self) -> str:
        """Return nothing: the reader is our own."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the rows and texts of every page. Raises InspectError MRS-X-022 when it is too large."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        yield from _set_pieces("log", _read_log(data))
        if len(data) > _LOG_HEAD and _page_size(data) is None:
            yield unread("MRS-X-021")


def read_leftover(data: bytes) -> Iterator[Extracted]:
    """Yield what deleted rows have left in the database `data`: whole rows on free pages, texts in gaps.

    Of a database in UTF-16 it is told only that there is something (MRS-X-027).
    """
    size = int.from_bytes(data[16:18], "big")
    size = 65_536 if size == 1 else size
    count = len(data) // size
    free = list(_list_free(data, size, count))
    if int.from_bytes(data[56:60], "big") in {2, 3}:
        if free:
            yield unread("MRS-X-027", "free pages")
        return
    view = memoryview(data)
    yield from _set_pieces("free pages", (line for page in free for line in _read_page(view[page * size :][:size])))
    kept = set(free)
    yield from _set_pieces(
        "gaps between rows",
        (
            line
            for page in range(count)
            if page not in kept
            for gap in _list_gaps(view[page * size :][:size], _HEAD if page == 0 else 0)
            for line in carve(gap)
        ),
    )


def _set_pieces(part: str, lines: Iterator[str]) -> Iterator[Piece]:
    """Yield `lines` in pieces, each once: a log holds the same page again and again."""
    seen: set[int] = set()
    held: list[str] = []
    length = number = 0
    for line in lines:
        if hash(line) in seen:
            continue
        if len(seen) >= _MOST_SEEN:
            seen.clear()
        seen.add(hash(line))
        held.append(line + "\n")
        length += len(line)
        if length > _PIECE_CHARACTERS:
            number += 1
            yield Piece(f"{part} {number}", "".join(held))
            held, length = [], 0
    if held:
        yield Piece(f"{part} {number + 1}" if number else part, "".join(held))


def _list_free(data: bytes, size: int, count: int) -> Iterator[int]:
    """Yield the numbers (from 0) of the pages on the list of free ones."""
    trunk = int.from_bytes(data[32:36], "big")
    seen: set[int] = set()
    while 0 < trunk <= count and trunk not in seen:
        seen.add(trunk)
        at = (trunk - 1) * size
        trunk_next, leaves = struct.unpack_from(">II", data, at)
        yield trunk - 1
        for index in range(min(leaves, size // 4 - 2)):
            (leaf,) = struct.unpack_from(">I", data, at + 8 + index * 4)
            if 0 < leaf <= count and leaf not in seen:
                seen.add(leaf)
                yield leaf - 1
        trunk = trunk_next


def _list_gaps(page: memoryview, head: int) -> Iterator[memoryview]:
    """Yield the stretches of a tree's page where no row lies: before the first one, and the blocks set free."""
    kind = page[head]
    if kind not in _TREES or len(page) < head + 12:
        return
    block, cells, content = struct.unpack_from(">HHH", page, head + 1)
    start, content = head + _TREES[kind] + 2 * cells, content or 65_536
    if start < content:
        yield page[start:content]
    for _ in range(len(page) // 4):
        if not 0 < block <= len(page) - 4:
            return
        following, length = struct.unpack_from(">HH", page, block)
        yield page[block + 4 : block + length]
        if following <= block:
            return
        block = following


def _read_log(data: bytes) -> Iterator[str]:
    size = _page_size(data)
    if size is None:
        return
    view = memoryview(data)
    if data.startswith(_LOG):
        for at in range(_LOG_HEAD + _FRAME_HEAD, len(data), size + _FRAME_HEAD):
            yield from _read_page(view[at : at + size])
        return
    # a journal: pages behind their numbers, before their checksums
    at = int.from_bytes(data[20:24], "big")
    for place in range(at + 4, len(data), size + 8):
        yield from _read_page(view[place : place + size])


def _page_size(data: bytes) -> int | None:
    at = 8 if data.startswith(_LOG) else 24
    size = int.from_bytes(data[at : at + 4], "big")
    sector = 512 if data.startswith(_LOG) else int.from_bytes(data[20:24], "big")
    return size if 512 <= size <= 65_536 and not size & (size - 1) and 0 < sector <= 65_536 else None


def _read_page(page: memoryview) -> Iterator[str]:
    """Yield the rows of a page of a table, columns apart by tabs; where it is none, or not whole, what text stands on it."""
    is_whole = False
    if len(page) > 8 and page[0] == _TABLE_LEAF:
        is_whole = yield from _read_rows(page)
    for gap in _list_gaps(page, 0) if is_whole else (page,):
        yield from carve(gap)


def _read_rows(page: memoryview) -> Generator[str, None, bool]:
    """Yield the rows. Return whether every one was there: each has bytes of its own."""
    (cells,) = struct.unpack_from(">H", page, 3)
    left = len(page)
    for index in range(min(cells, (len(page) - 8) // 2)):
        (at,) = struct.unpack_from(">H", page, 8 + index * 2)
        row, end = _read_row(page, at)
        left -= max(min(end, len(page)) - at, 3)
        if left < 0 or row is None:
            return False
        if row:
            yield row
    return bool(cells)


def _read_row(page: memoryview, at: int) -> tuple[str | None, int]:
    """Return the row at `at`, as far as it lies on this page, and where it ends; None when it cannot be one."""
    try:
        _, at = _read_varint(page, at)  # the length of the row
        _, at = _read_varint(page, at)  # its number
        start = at
        size, at = _read_varint(page, at)
        kinds: list[int] = []
        while at < start + size and len(kinds) < _MOST_COLUMNS:
            kind, at = _read_varint(page, at)
            kinds.append(kind)
    except IndexError:
        return None, at
    values = []
    for kind in kinds:
        length = (kind - 12) // 2 if kind >= 12 else (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)[kind]
        values.append(_write_value(kind, page[at : at + length]))
        at += length
    return "\t".join(values) if any(values) else "", at


def _write_value(kind: int, data: memoryview) -> str:
    if kind in _CONSTANTS:
        return _CONSTANTS[kind]
    if 1 <= kind <= 6:
        return str(int.from_bytes(data, "big", signed=True))
    if kind == 7 and len(data) == 8:
        return str(struct.unpack(">d", data)[0])
    if kind >= 13 and kind % 2:
        text = bytes(data).decode("utf-8", "replace").replace("\0", "")
        return " ".join(text.split())
    return " ".join(carve(data)) if kind >= 12 else ""


def _read_varint(page: memoryview, at: int) -> tuple[int, int]:
    """Return the number of up to nine bytes at `at`, and where it ends. Raises IndexError beyond the page."""
    value = 0
    for index in range(9):
        byte = page[at + index]
        if index == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            break
    return value, at + index + 1


def carve(data: bytes | memoryview) -> Iterator[str]:
    """Yield the texts that stand in bytes of anything.

    >>> list(carve("山田 太郎".encode() + bytes(3) + b"ab" + bytes(2) + b"taro@example.jp"))
    ['山田 太郎', 'taro@example.jp']
    """
    for match in _TEXT.finditer(data):
        if len(match[0]) >= _LEAST_BYTES:
            yield " ".join(match[0].decode("utf-8", "ignore").split())


EXTRACTORS: list[Extractor] = [LogExtractor()]
