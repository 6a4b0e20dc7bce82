"""What a state file holds, read as a result: reports stream from it."""

from __future__ import annotations

import json
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from morasanu.finding import Finding, Label, Locator
from morasanu.scan.model import ColumnVerdict, FileRecord, Hit, Reason, ScanInfo, Status
from morasanu.scan.person import PersonSketch

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

WORDS_HELD: Final = 50_000


class StoredResult:
    """The result of one scan, a `ScanResult`, over the tables that `ScanStore` writes."""

    _db: sqlite3.Connection
    _scan: int

    def __init__(self) -> None:
        """Begin without a head: `close_scan` gives it."""
        self._info: ScanInfo | None = None
        self._word = lru_cache(WORDS_HELD)(self._read_word)

    def close_scan(self, info: ScanInfo) -> None:
        """Keep the head of the result."""
        self._info = info

    def _read_word(self, number: int) -> str:
        return str(self._db.execute("SELECT text FROM word WHERE id = ?", (number,)).fetchone()[0])

    @property
    def info(self) -> ScanInfo:
        """Return the head of the report. Raises RuntimeError before `close_scan`."""
        if self._info is None:
            raise RuntimeError("the scan is not closed")
        return self._info

    def files(self) -> Iterator[FileRecord]:
        """Yield every file of the scan in path order."""
        with closing(self._db.cursor()) as cursor:
            for (
                number,
                shown,
                place,
                size,
                charset,
                status,
                reason,
                counts,
                classes,
                persons,
                read_in,
            ) in cursor.execute(
                "SELECT id, shown, place, size, charset, status, reason, counts, classes, persons, read_in"
                " FROM file WHERE scan = ? ORDER BY shown, id",
                (self._scan,),
            ):
                yield FileRecord(
                    number,
                    shown,
                    place,
                    size,
                    charset,
                    Status(status),
                    Reason(*reason.split("\n")) if reason else None,
                    {Label(label): count for label, count in json.loads(counts).items()},
                    json.loads(classes),
                    PersonSketch.unpack(persons),
                    from_state=read_in < self._scan,
                )

    def hits(self) -> Iterator[Hit]:
        """Yield all hits, in order of path and place in the file."""
        with closing(self._db.cursor()) as cursor:
            for (number,) in cursor.execute("SELECT id FROM file WHERE scan = ? ORDER BY shown, id", (self._scan,)):
                yield from self.hits_of(number)

    def hits_of(self, number: int) -> Iterator[Hit]:
        """Yield the hits of one file, in order of place."""
        with closing(self._db.cursor()) as cursor:
            (shown_path,) = cursor.execute("SELECT shown FROM file WHERE id = ?", (number,)).fetchone()
            for (
                line,
                column,
                end_line,
                end_column,
                start,
                end,
                label,
                score,
                why,
                classes,
                shown,
                part,
            ) in cursor.execute(
                "SELECT line, col, end_line, end_col, start, end, label, score, why, classes, shown, part FROM hit"
                " WHERE file = ? ORDER BY piece, start",
                (number,),
            ):
                finding = Finding(start, end, Label(self._word(label)), score, tuple(self._word(why).split("\n")))
                names = self._word(classes)
                locator = Locator(shown_path, line, column, self._word(part))
                yield Hit(locator, end_line, end_column, finding, tuple(names.split("\n")) if names else (), shown)

    def columns_of(self, number: int) -> Iterator[ColumnVerdict]:
        """Yield what the columns of a table hold, in order of columns, the commonest kind first."""
        with closing(self._db.cursor()) as cursor:
            for name, kind, label, found, rows in cursor.execute(
                "SELECT name, type, label, found, rows FROM verdict WHERE file = ? ORDER BY rowid", (number,)
            ):
                yield ColumnVerdict(name, kind, Label(self._word(label)), found, rows)

    def unread_of(self, number: int) -> Iterator[tuple[str, Reason]]:
        """Yield what inside one file could not be read: where, and why."""
        with closing(self._db.cursor()) as cursor:
            for part, *reason in cursor.execute(
                "SELECT part, code, ja, en FROM unread WHERE file = ? ORDER BY rowid", (number,)
            ):
                yield part, Reason(*reason)
