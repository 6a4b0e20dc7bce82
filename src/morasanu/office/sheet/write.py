"""Writes a table as xlsx, as CSV for old programs (CP932, telling what they cannot hold) and as CSV in UTF-8."""

from __future__ import annotations

import csv
import re
from enum import StrEnum
from io import TextIOWrapper
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.office.sheet.book import FORMULA, Book, Paper
from morasanu.office.sheet.check import say_cell
from morasanu.office.sheet.column import Formatter
from morasanu.office.sheet.narrow import find_lost, narrow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from morasanu.office.sheet.column import Table, Value

_GUARDED: Final = re.compile(f"'*{FORMULA.pattern}")


class Charset(StrEnum):
    """In which characters a CSV is written."""

    CP932 = "cp932"
    UTF8 = "utf-8-sig"


class Lost(NamedTuple):
    """A cell that the character set cannot hold: its row in the file (the header is 1), the column's name, the characters."""

    row: int
    column: str
    characters: str


def write_xlsx(file: BinaryIO, table: Table, rows: Iterable[Mapping[str, Value]], paper: Paper | None = None) -> int:
    """Return how many rows were written to `file` as a workbook. Absent values are empty cells.

    Rows are taken one by one; memory does not grow with them. Raises InputError MRS-I-067 when a text is longer than a cell of
    Excel or there are more rows than it has.
    """
    paper = paper or Paper(table.title)
    with Book(file, table, paper) as book:
        book.write_header([column.title.of(paper.language) for column in table.columns], table.columns)
        formatters = [(column.name, Formatter(column, paper.language)) for column in table.columns]
        count = 0
        for count, row in enumerate(rows, 1):
            cells = [formatter.say(row.get(name)) for name, formatter in formatters]
            book.write_row(count, cells, table.columns)
        book.finish(count, table.columns)
    return count


def write_csv(
    file: BinaryIO, table: Table, rows: Iterable[Mapping[str, Value]], charset: Charset, language: str = "ja"
) -> list[Lost]:
    """Return the cells that `charset` could not hold (none for UTF-8); lines end in CRLF.

    In the file such characters are 〓, never a question mark. A text that a spreadsheet would take for a formula is written
    behind an apostrophe, which reading takes away again.
    """
    lost: list[Lost] = []
    file_text = TextIOWrapper(file, encoding=charset.value, newline="", write_through=True)
    try:
        writer = csv.writer(file_text, lineterminator="\r\n")
        formatters = [(column.name, Formatter(column, language)) for column in table.columns]
        titles = {column.name: column.title.of(language) for column in table.columns}
        writer.writerow([_hold(title, 1, name, charset, lost) for name, title in titles.items()])
        for number, row in enumerate(rows, 2):
            said = [(name, formatter.say(row.get(name))) for name, formatter in formatters]
            texts = [(name, guard(cell) if isinstance(cell, str) else say_cell(cell)) for name, cell in said]
            writer.writerow([_hold(text, number, name, charset, lost) for name, text in texts])
    finally:
        file_text.detach()
    return lost


def _hold(text: str, row: int, column: str, charset: Charset, lost: list[Lost]) -> str:
    """Return `text` as `charset` holds it, and put what it cannot hold on the list."""
    if charset is Charset.UTF8 or text.isascii():
        return text
    if characters := find_lost(text):
        lost.append(Lost(row, column, characters))
        return narrow(text)
    return text


def guard(text: str) -> str:
    """Return `text` so that no spreadsheet takes it for a formula.

    >>> guard("=1+1"), guard("'=1+1"), guard("1+1")
    ("'=1+1", "''=1+1", '1+1')
    """
    return f"'{text}" if _GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Return `text` as it was before `guard`.

    >>> unguard("'=1+1"), unguard("''=1+1"), unguard("'90")
    ('=1+1', "'=1+1", "'90")
    """
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text
