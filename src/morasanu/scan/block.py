"""A long text in blocks that fit the engine, each with the context it needs: the header row, the lines just before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.source.interface import Column

BLOCK_CHARS: Final = 16_384
"""Characters a block holds at most."""
_CONTEXT_CHARS: Final = 200
_HEADER_CHARS: Final = 2_000
_FIRST_LINES: Final = 10
_DELIMITERS: Final = "\t,;|│"
_SEPARATOR: Final = re.compile(r"[\s,;、。|}\])>](?=[^\s,;、。|}\])>]*\Z)")
_INSERT: Final = re.compile(r"INSERT\s+INTO\b[^;()]{1,200}\([^()]{3,2000}\)\s*VALUES\b", re.IGNORECASE)
_STATEMENT_END: Final = re.compile(r";[ \t\r]*(?:\n|\Z)")


class Grid(NamedTuple):
    """The table whose rows the lines of a block are, cells apart by tabs: its columns, and by line the key that finds the row again.

    `name` tells several tables of one file apart. Without `keys` the line says which row it is. `key_columns` are the
    columns (by name) whose values stand in the keys. A sheet may as well hold a form, and blank lines.
    """

    columns: tuple[Column, ...]
    keys: tuple[str, ...] = ()
    name: str = ""
    key_columns: tuple[str, ...] = ()
    is_sheet: bool = False


class GridCell(NamedTuple):
    """A cell of a table that is read on its own: its row (from 1), its column (from 0), and where it stands by its row's key.

    A key may be personal: `by_key` (`""` without one) is shown only when it is not.
    """

    row: int
    column: int
    by_key: str


class Block(NamedTuple):
    """A piece of a text: its header (context, not searched), its offset in the text, and its line and column from 1.

    `piece` counts the pieces of a file that holds several, `part` says where this one stands in it; `grid` is the table
    whose rows the lines are, when they are; `cell` the one whose text it is, when it is one's.
    """

    text: str
    header: str
    offset: int
    line: int
    column: int
    piece: int = 0
    part: str = ""
    grid: Grid | None = None
    cell: GridCell | None = None


class BlockCutter:
    r"""Cuts a text that comes in pieces into blocks, at line ends where there are any.

    >>> cutter = BlockCutter()
    >>> [(block.text, block.line) for block in (*cutter.feed("a\nb"), *cutter.finish())]
    [('a\nb', 1)]
    """

    def __init__(self) -> None:
        """Begin at line 1, column 1."""
        self._held = ""
        self._header = ""
        self._first_lines: list[str] = []
        self._insert = ""
        self._offset = 0
        self._line = 1
        self._column = 1

    def feed(self, text: str) -> Iterator[Block]:
        """Yield the blocks that are full with `text`."""
        self._held += text
        position = 0
        while len(self._held) - position > BLOCK_CHARS:
            size = _find_cut(self._held[position : position + BLOCK_CHARS])
            yield self._make(self._held[position : position + size])
            position += size
        self._held = self._held[position:]

    def finish(self) -> Iterator[Block]:
        """Yield the rest."""
        if self._held:
            yield self._make(self._held)
        self._held = ""

    def _make(self, text: str) -> Block:
        first = text[:_HEADER_CHARS].split("\n", 1)[0]
        row = self._find_header(first) if self._offset else ""
        block = Block(
            text, "\n".join(filter(None, (self._insert, row, self._header))), self._offset, self._line, self._column
        )
        if not self._offset:
            self._first_lines = [line for line in text[: _HEADER_CHARS * 2].split("\n")[:_FIRST_LINES] if line.strip()]
        self._remember_insert(text)
        lines = text.count("\n")
        self._offset += len(text)
        self._line += lines
        self._column = len(text) - text.rfind("\n") if lines else self._column + len(text)
        self._header = _read_tail(text)
        return block

    def _find_header(self, row: str) -> str:
        """Return the line among the first of the text that has as many cells as `row`."""
        for delimiter in _DELIMITERS:
            count = row.count(delimiter)
            if count:
                for line in self._first_lines:
                    if line.count(delimiter) == count and len(line) <= _HEADER_CHARS:
                        return line
        return ""

    def _remember_insert(self, text: str) -> None:
        found = list(_INSERT.finditer(text)) if "(" in text else []
        last = found[-1] if found else None
        if last:
            self._insert = " ".join(last.group().split())
        if self._insert and _STATEMENT_END.search(text, last.end() if last else 0):
            self._insert = ""


def cut_piece(text: str, header: str, piece: int, part: str, grid: Grid | None = None) -> Iterator[Block]:
    """Yield the blocks of one piece of a file; `header` names its columns, when it does not begin with them."""
    cutter = BlockCutter()
    for block in (*cutter.feed(text), *cutter.finish()):
        joined = "\n".join(filter(None, (header, block.header)))
        yield block._replace(header=joined, piece=piece, part=part, grid=grid)


def _read_tail(text: str) -> str:
    """Return the last two lines, as the context of what follows."""
    tail = text[-_CONTEXT_CHARS:]
    if "\n" not in tail:
        return tail
    lines = tail.rstrip("\n").split("\n")
    return "\n".join(lines[-2:]) if len(lines) > 2 or len(text) <= _CONTEXT_CHARS else lines[-1]


def _find_cut(text: str) -> int:
    """Return where the first block of `text` ends: after an empty line, a line, a separator, or where it must."""
    size = len(text)
    for mark, floor in (("\n\n", size * 3 // 4), ("\n", 0)):
        found = text.rfind(mark, floor)
        if found >= 0:
            return found + len(mark)
    separator = _SEPARATOR.search(text, size - _HEADER_CHARS)
    return separator.end() if separator else size
