"""What a file would change in the register: rows to add, rows to change, rows that stay, and rows that only the register has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from morasanu.office.sheet.column import settle
from morasanu.office.sheet.narrow import GETA, narrow
from morasanu.office.sheet.read import fold_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from morasanu.office.sheet.column import Column, Table, Value
    from morasanu.office.sheet.read import Row


class Change(NamedTuple):
    """A cell that differs: the column's name, what the register has, what the file has."""

    column: str
    old: Value
    new: Value

    @property
    def is_doubtful(self) -> bool:
        """Return whether the file has a 〓 that the register has not: a program could not hold a character, which would be lost."""
        return GETA in str(self.new) and GETA not in str(self.old)


@dataclass(frozen=True, slots=True)
class Update:
    """A row that changes: its key in the register, its row in the file, the cells that differ."""

    key: str
    row: Row
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file would do. `absent` are keys that only the register has: told, never deleted. Rows with errors do nothing."""

    inserts: tuple[Row, ...]
    updates: tuple[Update, ...]
    unchanged: tuple[Row, ...]
    absent: tuple[str, ...]


def compare(table: Table, rows: Iterable[Row], existing: Iterable[Mapping[str, Value]]) -> Comparison:
    """Return what `rows` would change in `existing`, rows of the register by the key of `table`.

    A row without a key is added. A column that the file or the register lacks is left as it is. What CP932 has made of a character
    (〓) is no change.
    """
    known = {fold_key(settle(table.key_column, row.get(table.key))): row for row in existing}
    columns = {column.name: column for column in table.columns}
    inserts, updates, unchanged = [], [], []
    met = set()
    for row in rows:
        key = fold_key(row.values.get(table.key))
        met.add(key)
        old = known.get(key) if key else None
        if row.errors:
            continue
        if old is None:
            inserts.append(row)
        elif changes := tuple(_find_changes(columns, old, row.values)):
            updates.append(Update(str(old[table.key]), row, changes))
        else:
            unchanged.append(row)
    absent = tuple(str(row[table.key]) for key, row in known.items() if key not in met)
    return Comparison(tuple(inserts), tuple(updates), tuple(unchanged), absent)


def _find_changes(
    columns: Mapping[str, Column], old: Mapping[str, Value], new: Mapping[str, Value]
) -> Iterable[Change]:
    for name, value in new.items():
        before = old.get(name, value)
        if before != value and not _is_same(columns[name], before, value):
            yield Change(name, before, value)


def _is_same(column: Column, old: Value, new: Value) -> bool:
    old, new = settle(column, old), settle(column, new)
    return old == new or settle(column, _narrow(old)) == new


def _narrow(value: Value) -> Value:
    """Return what CP932 makes of a value."""
    if isinstance(value, tuple):
        return tuple(map(narrow, value))
    return narrow(value) if isinstance(value, str) else value
