"""One table while it is read: in steps that fit into memory, no faster than asked, to batches of rows."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from morasanu.source.database.cell import make_value, measure
from morasanu.source.database.dialect import run
from morasanu.source.database.fault import explain_reading, refuse
from morasanu.source.database.key import show_key
from morasanu.source.database.sample import FEW
from morasanu.source.interface import Gap, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, CursorResult

    from morasanu.source.database.dialect import Dialect, Shape
    from morasanu.source.interface import Access

BATCH: Final = 500
_BATCH_BYTES: Final = 8_000_000
_STEP: Final = 16
_STEP_BYTES: Final = 4_000_000


class Pace:
    """Holds reading back to so many rows a second.

    >>> slept = []
    >>> pace = Pace(100, clock=lambda: 0.0, sleep=slept.append)
    >>> pace.wait(50); pace.wait(25); slept
    [0.5, 0.75]
    """

    def __init__(
        self,
        rows_per_s: int | None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Begin now; None means as fast as it goes."""
        self._rows_per_s, self._clock, self._sleep = rows_per_s, clock, sleep
        self._began = clock()
        self._rows = 0

    @property
    def most(self) -> int:
        """Return how many rows may be asked for at once."""
        return BATCH if self._rows_per_s is None else max(min(BATCH, self._rows_per_s), 1)

    def wait(self, rows: int) -> None:
        """Wait until so many rows more may have come."""
        self._rows += rows
        if self._rows_per_s is not None:
            early_s = self._rows / self._rows_per_s - (self._clock() - self._began)
            if early_s > 0:
                self._sleep(early_s)


def next_step(step: int, row_bytes: int, most: int) -> int:
    """Return how many rows to ask for after `step`, of which the largest took `row_bytes`: never twice as many, never more than 4 MB.

    >>> next_step(16, 100, 500), next_step(400, 100, 500), next_step(400, 1_000_000, 500), next_step(400, 10**9, 500)
    (32, 500, 4, 1)
    """
    return max(min(step * 2, most, _STEP_BYTES // max(row_bytes, 1)), 1)


class Reader:
    """Reads one table over a connection of its own."""

    def __init__(self, connection: Connection, dialect: Dialect, shape: Shape, access: Access, gaps: list[Gap]) -> None:
        """Take what it needs; what cannot be read of a cell is added to `gaps`."""
        self._connection, self._dialect, self._shape, self._wanted = connection, dialect, shape, access.rows
        self._pace = Pace(access.rows_per_s)
        self._gaps = gaps
        self._cut: set[int] = set()
        self._result: CursorResult[Any] | None = None

    def count(self) -> int | None:
        """Return about how many rows there are when there are more than wanted, else None: then all are read."""
        wanted, rows = self._wanted, self._shape.rows
        if wanted is None:
            return None
        most = FEW * wanted + 1
        counted: int
        ((counted,),) = run(self._connection, self._dialect.count_some(self._shape.source, most))
        if counted <= wanted:
            return None
        return counted if counted < most or rows is None else max(rows, counted)

    def batches(self, rows: int | None) -> Iterator[tuple[Record, ...]]:
        """Yield the records; of about `rows` rows a sample, all when it is None. Raises InspectError when reading breaks off."""
        shape, dialect = self._shape, self._dialect
        if not shape.fields:
            return
        batch: list[Record] = []
        size_bytes = 0
        try:
            found = (
                self._read(dialect.select(shape.select_list, shape.source))
                if rows is None or self._wanted is None
                else dialect.sample(self._read, shape, rows, self._wanted)
            )
            for number, row in enumerate(found, 1):
                record, row_bytes = self._make_record(row, number)
                batch.append(record)
                size_bytes += row_bytes
                if len(batch) >= BATCH or size_bytes >= _BATCH_BYTES:
                    yield tuple(batch)
                    batch, size_bytes = [], 0
        except Exception as error:  # noqa: BLE001 - a driver may throw anything at what it cannot decode
            if batch:
                yield tuple(batch)
            raise explain_reading(getattr(error, "orig", None) or error) from None
        if batch:
            yield tuple(batch)

    def close(self) -> None:
        """Hang up, whatever is still to come, and let go of the result."""
        with suppress(Exception):
            if self._result is not None:
                self._dialect.leave(self._result.cursor)
            self._connection.invalidate()
        with suppress(Exception):
            if self._result is not None:
                self._result.close()

    def _read(self, sql: str) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a SELECT, step by step, so that a few large ones do not fill the memory."""
        settings = {"stream_results": True, "max_row_buffer": 1, "no_parameters": True}
        self._result = result = self._connection.exec_driver_sql(sql, execution_options=settings)
        most = min(self._pace.most, self._shape.most_rows)
        step = min(_STEP, most)
        while rows := result.fetchmany(step):
            yield from map(tuple, rows)
            self._pace.wait(len(rows))
            largest = max(sum(len(cell) for cell in row if isinstance(cell, str | bytes)) for row in rows)
            step = next_step(step, largest, most)

    def _make_record(self, row: tuple[Any, ...], number: int) -> tuple[Record, int]:
        shape = self._shape
        values = []
        for at in range(len(shape.fields)):
            value, is_cut = make_value(row[at])
            values.append(value)
            if is_cut and at not in self._cut:
                self._cut.add(at)
                self._gaps.append(Gap(shape.fields[at].name, refuse("MRS-X-022", "cell")))
        key = show_key([shape.fields[at].name for at in shape.key], [values[at] for at in shape.key])
        if not key:
            key = f"{locator_name(shape.locator)}={row[len(values)]}" if shape.locator else f"row {number}"
        return Record(key, tuple(values)), sum(map(measure, values))


def locator_name(locator: str) -> str:
    """Return what a locator is called in keys.

    >>> locator_name("ROWIDTOCHAR(ROWID)"), locator_name("ctid")
    ('rowid', 'ctid')
    """
    return "rowid" if "row" in locator.lower() or locator == "oid" else locator
