"""Reads an uploaded table: finds its header, checks every cell, and says what is wrong, row by row, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from xlsxwriter.utility import xl_col_to_name

from morasanu.errors import InputError
from morasanu.office.sheet.book import name_sheet
from morasanu.office.sheet.check import Checker, say_cell
from morasanu.office.sheet.column import fold_title
from morasanu.office.sheet.grid import SheetLimits, read_grids
from morasanu.office.sheet.narrow import GETA
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from morasanu.office.sheet.column import Cell, Column, Table, Value
    from morasanu.office.sheet.grid import Grid

REMARK: Final = Words("確認してください", "please check")
"""The column of a returned workbook that says what is wrong; it is passed over when that is read again."""
_UNREADABLE: Final = Words("読めない文字があります", "there are characters that cannot be read")
_MISSING: Final = Words("必須の列がありません", "this column is required and missing")
_TWICE: Final = Words("同じ列が2つあります", "this column stands there twice")
_UNUSED: Final = Words("この名前の列はありません", "there is no column of this name")
_GETA_KEY: Final = Words(
    "文字が 〓 に変わっています。元の文字に直してください", "a character has become 〓: write the one that stood there"
)
_HEADER_ROWS: Final = 30
_NEAR: Final = 100


class CellError(NamedTuple):
    """What is wrong in a cell: its row in the file (1 is the first), the column's name, a sentence, what was probably meant."""

    row: int
    column: str
    message: Words
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the file: its number, its cells as they stand (`Preview.titles`), the values of the cells that are right, what is wrong."""

    number: int
    cells: tuple[Cell, ...]
    values: Mapping[str, Value]
    errors: tuple[CellError, ...] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a file says, before anything is done with it.

    `titles` are the columns as the file names them, `places` the names of the table's columns there (`""`: not one of them).
    `errors` are those of the header and of every row; `suggestions` ask about what was read, or not used, but may have been meant
    otherwise; `unknown_columns` are those that are not used, by title or, without one, by letter (`(H)`). A column that is absent has no value in any row.
    """

    table: Table
    rows: tuple[Row, ...]
    errors: tuple[CellError, ...]
    suggestions: tuple[CellError, ...]
    unknown_columns: tuple[str, ...]
    titles: tuple[str, ...]
    places: tuple[str, ...]
    header_row: int


class _Header(NamedTuple):
    """Where the header stands and which place holds which column."""

    row: int
    titles: tuple[str, ...]
    columns: Mapping[int, Column]
    twice: tuple[str, ...]


def read_table(path: Path, name: str, table: Table, limits: SheetLimits | None = None, language: str = "ja") -> Preview:
    """Return what stands in the file at `path`, uploaded as `name`. Suggestions are written in `language`.

    The header is found by the columns' titles in either language or by their names, in any order, below a title too. Empty rows are
    passed over. Raises InputError as `read_grids` does, and MRS-I-065 when no row is the header, or it lacks the key.
    """
    sheets = [name_sheet(title) for title in (*table.title, table.name)]
    for grid in read_grids(path, name, limits or SheetLimits(), sheets):
        header = _find_header(grid, table)
        if header:
            return _check(grid, header, table, language)
    key = table.key_column.title
    raise InputError(
        "MRS-I-065",
        f"見出しの行が見つかりません。「{key.ja}」の列が要ります",
        f"no row is the header: the column “{key.en}” is needed",
    )


def _find_header(grid: Grid, table: Table) -> _Header | None:
    known = {fold_title(word): column for column in reversed(table.columns) for word in (*column.title, column.name)}
    best: _Header | None = None
    for number, cells in enumerate(grid.rows[:_HEADER_ROWS], 1):
        columns: dict[int, Column] = {}
        twice = []
        for place, cell in enumerate(cells):
            column = known.get(fold_title(cell)) if isinstance(cell, str) and len(cell) < _NEAR else None
            if column and column in columns.values():
                twice.append(column.name)
            elif column:
                columns[place] = column
        if table.key_column in columns.values() and len(columns) > (len(best.columns) if best else 0):
            best = _Header(number, tuple(say_cell(cell).strip() for cell in cells), columns, tuple(twice))
    if best is None:
        return None
    width = max(map(len, grid.rows[best.row :]), default=0)  # what stands beyond the header is told, not lost
    return best._replace(titles=best.titles + ("",) * (width - len(best.titles)))


def _check(grid: Grid, header: _Header, table: Table, language: str) -> Preview:
    errors, suggestions, unknown = _judge_header(header, table, language)
    remarks = {fold_title(word) for word in REMARK}
    kept = [place for place, title in enumerate(header.titles) if fold_title(title) not in remarks]
    checkers = [(place, Checker(column, language)) for place, column in header.columns.items()]
    unnamed = [place for place in kept if not header.titles[place]]
    used: set[int] = set()
    rows = []
    keys: dict[str, int] = {}
    for number, cells in enumerate(grid.rows[header.row :], header.row + 1):
        if any(cells[place] is not None and say_cell(cells[place]).strip() for place in kept if place < len(cells)):
            row, notes = _check_row(number, cells, checkers, is_doubtful=grid.is_doubtful)
            row = _check_key(row, table, keys)
            errors.extend(row.errors)
            suggestions.extend(notes)
            rows.append(_keep(row, cells, kept))
            used.update(place for place in unnamed if place < len(cells) and cells[place] is not None)
    return Preview(
        table,
        tuple(rows),
        tuple(errors),
        tuple(suggestions),
        (*unknown, *(f"({xl_col_to_name(place)})" for place in sorted(used))),
        tuple(header.titles[place] for place in kept),
        tuple(header.columns[place].name if place in header.columns else "" for place in kept),
        header.row,
    )


def _judge_header(
    header: _Header, table: Table, language: str
) -> tuple[list[CellError], list[CellError], tuple[str, ...]]:
    """Return what is wrong with the header, which unknown titles are nearly known ones, and the unknown titles."""
    found = set(header.columns.values())
    absent = [column for column in table.columns if column not in found]
    errors = [CellError(header.row, column.name, _MISSING) for column in absent if column.required]
    errors += [CellError(header.row, name, _TWICE) for name in header.twice]
    remarks = {fold_title(word) for word in REMARK}
    titles = [title for place, title in enumerate(header.titles) if place not in header.columns and title]
    unknown = tuple(dict.fromkeys(title for title in titles if fold_title(title) not in remarks))
    words = {fold_title(word): column.title.of(language) for column in absent for word in column.title}
    suggestions = []
    for title in unknown[:_NEAR]:
        near = get_close_matches(fold_title(title[:_NEAR]), words, 1, 0.6)
        if near:
            suggestions.append(CellError(header.row, title, _UNUSED, words[near[0]]))
    return errors, suggestions, unknown


def _check_row(
    number: int, cells: Sequence[Cell], checkers: Sequence[tuple[int, Checker]], *, is_doubtful: bool
) -> tuple[Row, list[CellError]]:
    values: dict[str, Value] = {}
    errors, notes = [], []
    width = len(cells)
    for place, checker in checkers:
        cell = cells[place] if place < width else None
        parsed = checker.read(cell)
        name = checker.column.name
        if is_doubtful and isinstance(cell, str) and "\ufffd" in cell:
            errors.append(CellError(number, name, _UNREADABLE))
        elif parsed.error is not None:
            errors.append(CellError(number, name, parsed.error, parsed.suggestion))
        else:
            values[name] = parsed.value
            if parsed.note is not None:
                notes.append(CellError(number, name, parsed.note, say_cell(cell)))
    return Row(number, (), values, tuple(errors)), notes


def _check_key(row: Row, table: Table, keys: dict[str, int]) -> Row:
    """Return the row with an error when another one before it has its key."""
    key = fold_key(row.values.get(table.key))
    if not key:
        return row
    first = keys.setdefault(key, row.number)
    if first == row.number and GETA not in key:
        return row
    said = _GETA_KEY if GETA in key else Words(f"{first}行目と同じです", f"the same as in row {first}")
    return Row(row.number, row.cells, row.values, (*row.errors, CellError(row.number, table.key, said)))


def _keep(row: Row, cells: Sequence[Cell], kept: Sequence[int]) -> Row:
    stand = tuple(cells[place] if place < len(cells) else None for place in kept)
    return Row(row.number, stand, row.values, row.errors)


def fold_key(value: Value) -> str:
    """Return a key as keys are compared: width, case and spaces folded; `""` for none."""
    return fold_title(str(value)) if value is not None else ""
