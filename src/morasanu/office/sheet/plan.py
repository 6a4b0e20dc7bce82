"""What an uploaded file would do to a table of the office, and a digest of exactly that, so that nothing else is done."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from morasanu.office.sheet.read import CellError, fold_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.compare import Comparison
    from morasanu.office.sheet.read import Preview, Row
    from morasanu.rules.load import Words


class Plan(NamedTuple):
    """What a file would do, and the digest of exactly that."""

    preview: Preview
    comparison: Comparison
    digest: str

    @property
    def does_anything(self) -> bool:
        """Return whether anything would be added or changed."""
        return bool(self.comparison.inserts or self.comparison.updates)


class Done(NamedTuple):
    """How many rows were added and changed."""

    inserted: int
    updated: int


def digest_comparison(comparison: Comparison) -> str:
    """Return a digest of everything that would be written."""
    found = hashlib.sha256()
    for row in comparison.inserts:
        found.update(json.dumps(dict(row.values), default=str, sort_keys=True).encode())
    for update in comparison.updates:
        found.update(json.dumps([update.key, update.changes], default=str).encode())
    return found.hexdigest()


def find_reversed(
    rows: Iterable[Row], existing: Iterable[Mapping[str, Value]], columns: tuple[str, str, str], said: Words
) -> Iterator[CellError]:
    """Yield an error for each row that would end before it begins; `columns` are those of the code, the first and the last day.

    A file may hold one of the two days only: the other one is that of the row that exists.
    """
    code, begins, ends = columns
    known = {fold_key(row[code]): row for row in existing}
    for row in rows:
        values = {**known.get(fold_key(row.values.get(code)), {}), **row.values}
        first, last = values.get(begins), values.get(ends)
        if first and last and str(last) < str(first) and not row.errors:
            yield CellError(row.number, ends if ends in row.values else begins, said)


def add_errors(preview: Preview, errors: Iterable[CellError]) -> Preview:
    """Return the preview with more that is wrong; a row with something wrong does nothing."""
    more: dict[int, list[CellError]] = {}
    for error in errors:
        more.setdefault(error.row, []).append(error)
    if not more:
        return preview
    rows = tuple(
        type(row)(row.number, row.cells, row.values, (*row.errors, *more[row.number])) if row.number in more else row
        for row in preview.rows
    )
    return type(preview)(
        preview.table,
        rows,
        (*preview.errors, *(error for found in more.values() for error in found)),
        preview.suggestions,
        preview.unknown_columns,
        preview.titles,
        preview.places,
        preview.header_row,
    )
