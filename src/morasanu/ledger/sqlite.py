"""Rows in SQLite: one row of the table for each commit, the write-ahead log synced before a commit returns."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from morasanu.errors import EvidenceError
from morasanu.ledger.pack import pack_records, pack_rows, unpack_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from morasanu.ledger.interface import Row

SETTINGS: Final = (
    "page_size = 4096", "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 1000",
)  # fmt: skip
_TABLE: Final = """
create table if not exists batch (
    first integer primary key,
    count integer not null check (count > 0),
    entries blob not null,
    records blob not null
) strict
"""
_READ: Final = """
select first, entries, records from batch
where first >= coalesce((select max(first) from batch where first <= ?), 0) and first < ? order by first
"""
_INSERT: Final = "insert into batch values (?, ?, ?, ?)"
LOG_BYTES: Final = 4_000_000


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that leaves transactions to us."""
    return sqlite3.connect(path, isolation_level=None, timeout=5, check_same_thread=False)


def open_reader(path: Path) -> SqliteStore:
    """Return a store that is only read, also while somebody writes. Raises EvidenceError MRS-E-011, MRS-E-012."""

    def connect(path: Path) -> sqlite3.Connection:
        return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)

    return SqliteStore(path, connect, settings=("query_only = ON",), is_reader=True)


class SqliteStore:
    """A store in one file. After a fault it takes nothing more: what the disk holds then is only known once it is opened anew."""

    def __init__(
        self,
        path: Path,
        connect: Callable[[Path], Any] = connect,
        settings: Sequence[str] = SETTINGS,
        log_bytes: int = LOG_BYTES,
        *,
        is_reader: bool = False,
    ) -> None:
        """Open or create it. Raises EvidenceError MRS-E-011 when it cannot be opened, MRS-E-012 when its rows are not dense."""
        self._is_broken = False
        self._link: Any = None
        try:
            self._link = connect(path)
            for setting in settings:
                self._link.execute(f"pragma {setting}").fetchall()
            if not is_reader:
                self._empty_log()
                self._link.execute(_TABLE)
                self._fill_log(log_bytes)
            self._size = self._count()
        except Exception as error:
            if self._link is not None:
                with suppress(Exception):
                    self._link.close()
            if isinstance(error, EvidenceError):
                raise
            raise EvidenceError(
                "MRS-E-011", "台帳を開けません", f"the ledger cannot be opened ({type(error).__name__})"
            ) from error

    def _empty_log(self) -> None:
        """Move what the log holds into the file, synced, and cut the log.

        A process that was killed, or whose sync failed, leaves commits in the log that can be read and may not be on the disk.
        """
        is_busy, *_ = self._link.execute("pragma wal_checkpoint(truncate)").fetchone()
        if is_busy:
            raise sqlite3.OperationalError

    def _fill_log(self, log_bytes: int) -> None:
        """Make the log as long as it will be: growing it would cost every commit a second write of the file system."""
        execute = self._link.execute
        execute("begin immediate")
        execute("create table filling (it blob)")
        execute("insert into filling values (zeroblob(?))", (log_bytes,))
        execute("rollback")

    def _count(self) -> int:
        size = 0
        for first, count in self._link.execute("select first, count from batch order by first"):
            if first != size:
                raise EvidenceError(
                    "MRS-E-012", f"台帳の{size}番がありません", f"number {size} of the ledger is missing"
                )
            size += count
        return size

    @property
    def size(self) -> int:
        """Return how many rows are durable."""
        return self._size

    def append(self, rows: Sequence[Row]) -> None:
        """Keep `rows` in one transaction."""
        entries, records = pack_rows(rows)
        # one statement is a transaction of its own, which has ended when this returns
        self._change(lambda: self._link.execute(_INSERT, (self._size, len(rows), entries, records)))
        self._size += len(rows)

    def _change(self, act: Callable[[], object]) -> None:
        """Do what changes rows; after a fault refuse whatever comes later."""
        if self._is_broken:
            raise EvidenceError("MRS-E-010", "台帳に書けません", "the ledger cannot be written")
        try:
            act()
        except BaseException as error:
            self._is_broken = True
            raise EvidenceError(
                "MRS-E-010", "台帳に書けません", f"the ledger cannot be written ({type(error).__name__})"
            ) from error

    def read(self, first: int, count: int) -> Iterator[Row]:
        """Yield rows; several threads must not read at a time. Raises EvidenceError MRS-E-012 when they cannot be read."""
        end = min(first + count, self._size)
        try:
            for start, entries, records in self._link.execute(_READ, (first, end)):
                for number, row in enumerate(unpack_rows(entries, records), start):
                    if first <= number < end:
                        yield row
        except (sqlite3.Error, ValueError) as error:
            name = type(error).__name__
            raise EvidenceError(
                "MRS-E-012", f"台帳の行を読めません（{name}）", f"rows of the ledger cannot be read ({name})"
            ) from error

    def erase(self, number: int) -> None:
        """Overwrite the record, in the file and in the log. Raises EvidenceError MRS-E-010."""
        self._change(lambda: self._erase(number))

    def _erase(self, number: int) -> None:
        execute = self._link.execute
        query = "select first, entries, records from batch where first <= ? order by first desc limit 1"
        first, entries, records = execute(query, (number,)).fetchone()
        rows = list(unpack_rows(entries, records))
        rows[number - first] = rows[number - first]._replace(salt=b"", body=b"")
        execute("update batch set records = ? where first = ?", (pack_records(rows), first))
        self._empty_log()

    def close(self) -> None:
        """Close the file. What is durable stays so, whatever happens meanwhile."""
        with suppress(Exception):
            self._link.close()
