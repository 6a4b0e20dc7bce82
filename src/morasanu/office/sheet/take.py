"""Writes the rows that a file changes: those with the same columns at once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, TypeVar

from morasanu.office.base.record import Record
from morasanu.office.seal.keep import keep_changed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from django.db.models import QuerySet

    from morasanu.office.sheet.column import Value
    from morasanu.office.sheet.compare import Comparison

Row = TypeVar("Row", bound=Record)
_SHARE: Final = 900
"""Parameters of one query: SQLite once took no more than 999."""


def take_updates(
    comparison: Comparison,
    rows: QuerySet[Row],
    key: str,
    fill: Callable[[Row, Mapping[str, Value]], Row],
    *,
    kind: str,
    actor: str,
) -> None:
    """Write what changes in `rows`, found by their field `key`; `fill` puts values into a row. Only within a transaction."""
    changes = {update.key: {each.column: each.new for each in update.changes} for update in comparison.updates}
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    keys = list(changes)
    for start in range(0, len(keys), _SHARE):
        for row in rows.select_for_update().filter(**{f"{key}__in": keys[start : start + _SHARE]}):
            values = changes[getattr(row, key)]
            groups[tuple(sorted(values))].append(fill(row, values))
    for names, found in groups.items():
        keep_changed(found, names, kind, actor)
