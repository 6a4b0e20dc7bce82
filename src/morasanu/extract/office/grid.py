"""Rows of a sheet to pieces: tab-separated cells in blocks, with the range each block shows; space is taken by cell, not by range."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from morasanu.extract.interface import Piece
from morasanu.extract.office.sink import PIECE_CHARS

BLOCK_ROWS: Final = 500
_MAX_GAP_ROWS: Final = 20
_EMPTY_A_CELL: Final = 20
_EMPTY_FREE: Final = 200
_MAX_PLACES: Final = 64_000
_HEADER_CHARS: Final = 2_000
_LINE_END: Final = str.maketrans(dict.fromkeys("\r\n\t\v\f\x1c\x1d\x1e\x85\u2028\u2029", " "))


def column_to_letters(column: int) -> str:
    """Return the letters of a column counted from 1.

    >>> column_to_letters(1), column_to_letters(28), column_to_letters(16384)
    ('A', 'AB', 'XFD')
    """
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_column(reference: str) -> int:
    """Return the column of a cell's reference, from 1; 0 for one that names none.

    >>> find_column("AB12"), find_column("C"), find_column("?"), find_column("12")
    (28, 3, 0, 0)
    """
    return _letters_to_column(reference.rstrip("0123456789"))


@lru_cache(maxsize=20_000)
def _letters_to_column(letters: str) -> int:
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or len(letters) > 3:
            return 0
        column = column * 26 + ord(letter) - 64
    return column


class Grid:
    r"""Gathers the cells of one sheet row by row; full blocks stand in `ready`.

    >>> grid = Grid("名簿")
    >>> grid.add(1, {1: "氏名", 2: "電話"}); grid.add(2, {1: "山田"}); grid.close()
    >>> grid.ready
    [Piece(part='名簿!A1:B2', text='氏名\t電話\n山田\n', header='')]
    """

    def __init__(self, name: str) -> None:
        """Begin the sheet `name`."""
        self.ready: list[Piece] = []
        self._name = name
        self._header: dict[int, str] = {}
        self._rows: list[tuple[int, dict[int, str]]] = []
        self._columns: set[int] = set()
        self._cells = 0
        self._chars = 0
        self._first_block = True

    def add(self, row: int, cells: dict[int, str]) -> None:
        """Take the cells of a row (numbers from 1). Empty rows need not be told."""
        shown = {
            column: text.translate(_LINE_END).strip() for column, text in cells.items() if text and not text.isspace()
        }
        if not shown:
            return
        size = sum(map(len, shown.values()))
        if self._rows and self._is_full(row, shown, size):
            self.close()
        if not self._header:
            self._header = shown
        self._rows.append((row, shown))
        self._columns.update(shown)
        self._cells += len(shown)
        self._chars += size

    def _is_full(self, row: int, cells: dict[int, str], size: int) -> bool:
        first, last = self._rows[0][0], self._rows[-1][0]
        columns = len(self._columns | cells.keys()) if len(cells) < 100 else len(self._columns) + len(cells)
        return (
            not last < row <= last + _MAX_GAP_ROWS
            or row - first >= BLOCK_ROWS
            or self._chars + size > PIECE_CHARS
            or columns * (len(self._rows) + 1) > _MAX_PLACES
        )

    def close(self) -> None:
        """Put the rows that wait into pieces."""
        if not self._rows:
            return
        first, last = self._rows[0][0], self._rows[-1][0]
        low, high = min(self._columns), max(self._columns)
        exact = (high - low + 1) * (last - first + 1) <= _EMPTY_A_CELL * self._cells + _EMPTY_FREE
        columns = range(low, high + 1) if exact else sorted(self._columns)
        text = "".join(self._lines(columns))
        header = "" if self._first_block else _join(self._header, columns)[:_HEADER_CHARS]
        part = f"{self._name}!{column_to_letters(low)}{first}:{column_to_letters(high)}{last}"
        for start in range(0, len(text), 2 * PIECE_CHARS):
            self.ready.append(Piece(part, text[start : start + 2 * PIECE_CHARS], header))
        self._first_block = False
        self._rows.clear()
        self._columns.clear()
        self._cells = 0
        self._chars = 0

    def _lines(self, columns: range | list[int]) -> list[str]:
        lines: list[str] = []
        expected = self._rows[0][0]
        for row, cells in self._rows:
            # a blank line for a blank row: line and row stay in step
            lines.append("\n" * (row - expected))
            lines.append(_join(cells, columns) + "\n")
            expected = row + 1
        return lines


def _join(cells: dict[int, str], columns: range | list[int]) -> str:
    return "\t".join([cells.get(column, "") for column in columns]).rstrip("\t")
