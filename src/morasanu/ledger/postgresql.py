"""Rows in PostgreSQL: one row of the table for each commit, flushed by the server (and what it replicates to) before a commit returns."""

from __future__ import annotations

import os
import ssl
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from morasanu.errors import EvidenceError
from morasanu.ledger.pack import pack_records, pack_rows, unpack_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from morasanu.ledger.interface import Row
    from morasanu.ledger.place import Place

_CONNECT_S: Final = 10
_SILENCE_S: Final = 30
"""How long a server may not answer at all before its connection is given up."""
_LOCK_S: Final = 1
"""How long a writer that was killed may take to leave."""
_PAGE_ROWS: Final = 32
_SESSION: Final = (
    "set synchronous_commit = on",
    "set client_min_messages = error",
    "select set_config(name, '0', false) from pg_catalog.pg_settings where name = 'idle_session_timeout'",
)
_TABLE: Final = """
create table batch (
    first bigint not null,
    count integer not null check (count > 0),
    entries bytea not null,
    records bytea not null,
    primary key (first) include (count)
)
"""
_DENSE: Final = """
select coalesce(max(first + count), 0), min(before) filter (where first <> before)
from (select first, count, lag(first + count, 1, 0::bigint) over (order by first) as before from batch) as it
"""
_READ: Final = f"""
select first, count, entries, records from batch
where first >= coalesce((select max(first) from batch where first <= %s), 0) and first < %s
order by first limit {_PAGE_ROWS}
"""  # noqa: S608 - a number of ours


class PostgresqlStore:
    """A store in one schema of a database. After a fault it takes nothing more: what the server kept is only known once it is opened anew."""

    def __init__(self, place: Place, *, is_reader: bool = False) -> None:
        """Open it, and create it when it is not there. A reader needs no lock, and changes nothing.

        Raises EvidenceError MRS-E-011 when it cannot be opened, MRS-E-012 when its rows are not dense, MRS-E-014 when another writer has
        it open, MRS-E-019 when the server does not sync.
        """
        self._is_broken = False
        try:
            self._link = _connect(place)
        except psycopg.Error as error:
            raise _refuse_opening(error) from error
        try:
            self._prepare(place.schema, is_reader=is_reader)
            self._size = self._count()
        except psycopg.Error as error:
            self.close()
            raise _refuse_opening(error) from error
        except BaseException:
            self.close()
            raise

    def _prepare(self, schema: str, *, is_reader: bool) -> None:
        name = sql.Identifier(schema)
        for statement in _SESSION:
            self._link.execute(statement.encode())
        self._link.execute(sql.SQL("set search_path = {}, pg_temp").format(name))
        if is_reader:
            self._link.execute(b"set default_transaction_read_only = on")
            return
        if self._ask("show fsync")[0][0] != "on":
            raise EvidenceError(
                "MRS-E-019",
                "データベースがディスクに書き終えるのを待ちません（fsync = off）",
                "the database does not wait for its disk (fsync = off)",
            )
        try:
            with self._link.transaction():
                self._link.execute(f"set local lock_timeout = '{_LOCK_S}s'".encode())
                self._link.execute("select pg_advisory_lock(%s)", (_find_lock(schema),))
        except psycopg.errors.LockNotAvailable as error:
            raise EvidenceError(
                "MRS-E-014", "ほかのプログラムがこの台帳に書いています", "another writer has this ledger open"
            ) from error
        if self._ask("select to_regclass('batch')")[0][0] is None:
            with self._link.transaction():
                if self._ask("select to_regnamespace(%s)", (schema,))[0][0] is None:  # one may have been prepared
                    self._link.execute(sql.SQL("create schema {}").format(name))
                self._link.execute(_TABLE)

    def _ask(self, query: str, given: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._link.execute(query.encode(), given).fetchall()

    def _count(self) -> int:
        ((size, missing),) = self._ask(_DENSE)
        if missing is not None:
            raise EvidenceError(
                "MRS-E-012", f"台帳の{missing}番がありません", f"number {missing} of the ledger is missing"
            )
        return int(size)

    @property
    def size(self) -> int:
        """Return how many rows are durable."""
        return self._size

    def append(self, rows: Sequence[Row]) -> None:
        """Keep `rows` in one transaction."""
        entries, records = pack_rows(rows)
        with self._change():
            self._link.execute("insert into batch values (%s, %s, %b, %b)", (self._size, len(rows), entries, records))
        self._size += len(rows)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """Do what stands below, or fail and refuse all that comes later: nobody knows whether a commit that was not answered was made."""
        if self._is_broken:
            raise EvidenceError("MRS-E-010", "台帳に書けません", "the ledger cannot be written")
        try:
            yield
        except BaseException as error:
            self._is_broken = True
            raise EvidenceError(
                "MRS-E-010", f"台帳に書けません（{_name(error)}）", f"the ledger cannot be written ({_name(error)})"
            ) from error

    def read(self, first: int, count: int) -> Iterator[Row]:
        """Yield rows; raises EvidenceError MRS-E-012 when the server does not give them."""
        at, end = first, min(first + count, self._size)
        while at < end:
            try:
                found = self._ask(_READ, (at, end))
                for start, _, entries, records in found:
                    for number, row in enumerate(unpack_rows(entries, records), start):
                        if first <= number < end:
                            yield row
            except (psycopg.Error, ValueError) as error:
                raise EvidenceError(
                    "MRS-E-012",
                    f"台帳の行を読めません（{_name(error)}）",
                    f"rows of the ledger cannot be read ({_name(error)})",
                ) from error
            reached = found[-1][0] + found[-1][1] if found else at
            if reached <= at:
                raise EvidenceError("MRS-E-012", f"台帳の{at}番がありません", f"number {at} of the ledger is missing")
            at = reached

    def erase(self, number: int) -> None:
        """Take the record out of its row and have the row's former version cleared away.

        What lies in the server's log, its replicas and backups, and in free space that is not used again yet, goes when the server lets go of it.
        """
        with self._change():
            ((first, _, entries, records),) = self._ask(_READ, (number, number + 1))
            rows = list(unpack_rows(entries, records))
            rows[number - first] = rows[number - first]._replace(salt=b"", body=b"")
            self._link.execute("update batch set records = %b where first = %s", (pack_records(rows), first))
            self._link.execute("vacuum batch")

    def close(self) -> None:
        """Close the connection, which lets another writer in."""
        self._link.close()


def _connect(place: Place) -> psycopg.Connection[tuple[Any, ...]]:
    given: dict[str, Any] = {"host": place.host, "port": place.port, "user": place.user}
    return psycopg.connect(
        **{name: value for name, value in given.items() if value},
        **_choose_tls(place),
        dbname=place.database,
        connect_timeout=_CONNECT_S,
        application_name="morasanu ledger",
        keepalives_idle=_SILENCE_S,
        tcp_user_timeout=_SILENCE_S * 1_000,
        autocommit=True,
    )


def _choose_tls(place: Place) -> dict[str, Any]:
    """Return what makes sure that it is the right server, beyond this machine: libpq itself would be content with any, and with none."""
    if place.is_near or "PGSSLMODE" in os.environ:
        return {}
    trusted = os.environ.get("PGSSLROOTCERT") or ssl.get_default_verify_paths().cafile or "system"
    return {"sslmode": "verify-full", "sslrootcert": trusted}


def _find_lock(schema: str) -> int:
    """Return the number of the lock that the writer in `schema` holds; it ends with his connection whatever happens to him."""
    return int.from_bytes(sha256(f"morasanu ledger\n{schema}".encode()).digest()[:8], "big", signed=True)


def _name(error: BaseException) -> str:
    """Return what the server calls the fault; its message may hold anything."""
    return (error.sqlstate if isinstance(error, psycopg.Error) else None) or type(error).__name__


def _refuse_opening(error: psycopg.Error) -> EvidenceError:
    return EvidenceError(
        "MRS-E-011", f"台帳を開けません（{_name(error)}）", f"the ledger cannot be opened ({_name(error)})"
    )
