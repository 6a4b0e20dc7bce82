"""The workbook that goes back when something is wrong: the rows as they came, wrong cells coloured, a column that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.office.sheet.book import Book, Paper
from morasanu.office.sheet.column import LONGEST, Column, count_units, settle_text
from morasanu.office.sheet.read import REMARK
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from morasanu.office.sheet.column import Cell
    from morasanu.office.sheet.read import CellError, Preview, Row

_MEANT: Final = Words("もしかして", "did you mean")
_REMARK: Final = Column("", REMARK, width=44)
_COMMENTS: Final = 2_000
"""Comments are kept in memory and drawn by Excel one by one; the column says everything in any case."""


def write_answer(file: BinaryIO, preview: Preview, paper: Paper | None = None) -> int:
    """Return how many rows have something to correct, after writing the rows of `preview` to `file` as a workbook.

    The first column says what is wrong in each row and what was probably meant; required columns that were missing stand at the end.
    When it is corrected and uploaded, that column is passed over. Raises InputError MRS-I-067 as `Book.write_row` does.
    """
    paper = paper or Paper(preview.table.title)
    language = paper.language
    known = {column.name: column for column in preview.table.columns}
    added = [known[error.column] for error in _errors_of_header(preview) if error.column not in preview.places]
    columns = [_REMARK, *(known.get(name) for name in preview.places), *added]
    titles = [REMARK.of(language), *map(settle_text, preview.titles), *(column.title.of(language) for column in added)]
    places = {column.name: place for place, column in enumerate(columns) if column and column.name}
    wrong_rows = comments = 0
    with Book(file, preview.table, paper) as book:
        book.write_header(titles, columns)
        for error in _errors_of_header(preview):
            book.comment(0, places[error.column], error.message.of(language))
        for number, row in enumerate(preview.rows, 1):
            wrong = frozenset(places[error.column] for error in row.errors)
            cells = [_cut(_say(row, known, language)), *map(_cut, row.cells), *(None for _ in added)]
            book.write_row(number, cells, columns, wrong)
            wrong_rows += bool(wrong)
            for error in row.errors:
                comments += 1
                if comments <= _COMMENTS:
                    book.comment(number, places[error.column], _say_error(error, language))
        book.finish(len(preview.rows), columns)
    return wrong_rows


def _errors_of_header(preview: Preview) -> Iterable[CellError]:
    return [error for error in preview.errors if error.row == preview.header_row]


def _say(row: Row, known: dict[str, Column], language: str) -> str:
    """Return what is wrong in a row, a line for each cell."""
    lines = (f"「{known[error.column].title.of(language)}」{_say_error(error, language)}" for error in row.errors)
    return "\n".join(lines)


def _say_error(error: CellError, language: str) -> str:
    meant = f"（{_MEANT.of(language)}: {error.suggestion}）" if error.suggestion else ""
    return f"{error.message.of(language)}{meant}"


def _cut(cell: Cell) -> Cell:
    """Return a cell as a workbook holds it: what is too long is told beside it, and its beginning is enough to find it."""
    if not isinstance(cell, str):
        return cell
    text = settle_text(cell)
    return text if count_units(text) <= LONGEST else text[: LONGEST // 2]
