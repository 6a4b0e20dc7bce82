"""SQLite: a file that is opened for reading only, with no other file made beside it where that can be."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import OperationalError

from morasanu.errors import InputError
from morasanu.source.database.cell import decode_text
from morasanu.source.database.dialect import (
    BLOB_BYTES,
    LOCK_S,
    Dialect,
    Field,
    Shape,
    Table,
    ask,
    closed_on_failure,
    run,
)
from morasanu.source.database.fault import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from morasanu.source.database.address import Address

_HARMLESS: Final = frozenset(
    (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION)
)
_PRAGMAS: Final = frozenset(("table_xinfo", "page_count", "page_size", "read_uncommitted"))
_MOST_CELL_BYTES: Final = 256_000_000
_WAL: Final = b"\x02\x02"
_VIRTUAL: Final = 2
_ROW_IDS: Final = ("rowid", "_rowid_", "oid")
# the content of an index of words or places lies in ordinary tables beside it
_INDEXES: Final = ("fts3", "fts4", "fts5", "rtree", "rtree_i32", "geopoly")


class SQLite(Dialect):
    """SQLite by the standard library."""

    name = "sqlite+pysqlite"

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401, ARG002 - see Dialect
        """Return a connection that can do nothing but read. Raises InputError MRS-I-001 when there is no such file."""
        path = Path(address.database)
        try:
            with path.open("rb") as file:
                head = file.read(20)
        except OSError as error:
            raise InputError("MRS-I-001", f"読めません: {path}", f"cannot be read: {path}") from error
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{choose_mode(head, path)}",
            uri=True,
            timeout=LOCK_S,
            isolation_level=None,
            check_same_thread=False,
        )
        with closed_on_failure(connection):
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MOST_CELL_BYTES)
            connection.text_factory = partial(decode_text, encoding="utf-8")
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON", "temp_store = MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
            connection.set_authorizer(_authorise)
        return connection

    def begin(self, connection: Connection) -> None:
        """Begin a transaction, in which the data stands still."""
        connection.exec_driver_sql("BEGIN")

    def has_schema(self, connection: Connection, schema: str) -> bool:  # noqa: ARG002 - see Dialect
        """Return whether the file is a database; raises what SQLite does when it is none."""
        return bool(ask(connection, "SELECT count(*) FROM main.sqlite_master"))

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:  # noqa: ARG002 - there is one
        """Yield the tables; of virtual ones only those whose content lies nowhere here."""
        question = "SELECT name, rootpage, sql FROM main.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY name"
        listed = ask(connection, question)
        ((pages,),) = run(connection, "PRAGMA page_count")
        ((page_bytes,),) = run(connection, "PRAGMA page_size")
        for name, page, made in listed:
            if page:
                yield Table((_text(name),), pages * page_bytes // len(listed))
            elif not is_index(_text(made)):
                yield Table((_text(name),), 0, refuse("MRS-X-050", "virtual table"))

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return the table's columns; what is computed from others is left out."""
        (table,) = names
        question = "SELECT 1 FROM main.sqlite_master WHERE type = 'table' AND rootpage > 0 AND name = :name"
        if not ask(connection, question, name=table):
            raise refuse("MRS-X-001")
        described = run(connection, f"PRAGMA main.table_xinfo({self.quote(table)})")
        columns = [(name, kind, place) for _, name, kind, _, _, place, hidden in described if hidden != _VIRTUAL]
        fields = tuple(Field(_text(c[0]), _text(c[1]), self.quote(_text(c[0])), most_bytes=BLOB_BYTES) for c in columns)
        key = tuple(at for _, at in sorted((c[2], at) for at, c in enumerate(columns) if c[2]))
        source = f"main.{self.quote(table)}"
        return Shape(source, fields, key, _find_row_id(connection, source, fields))

    def count_some(self, source: str, most: int) -> str:  # noqa: ARG002 - SQLite knows of no table how large it is
        """Return the SQL that counts all rows."""
        return f"SELECT count(*) FROM {source}"  # noqa: S608 - quoted

    def number(self, shape: Shape) -> str | None:
        """Return what numbers the rows of the table."""
        return shape.locator or None


def choose_mode(head: bytes, path: Path) -> str:
    """Return how to open a database that begins with `head`: one with a log (WAL) that is empty needs no file beside it.

    >>> choose_mode(b"SQLite format 3" + bytes(5), Path("a.db"))
    'mode=ro'
    """
    log = path.with_name(f"{path.name}-wal")
    is_logged = head[18:20] == _WAL and log.exists() and log.stat().st_size > 0
    return "mode=ro&immutable=1" if head[18:20] == _WAL and not is_logged else "mode=ro"


def is_index(made: str) -> bool:
    """Return whether the virtual table that `made` makes keeps its content in tables beside it.

    >>> is_index("CREATE VIRTUAL TABLE 全文 USING fts5(本文)"), is_index("create virtual table t using csv(filename='a.csv')")
    (True, False)
    """
    words = made.lower().replace("(", " ").split()
    return "using" in words and any(word in _INDEXES for word in words[words.index("using") + 1 :][:1])


def _find_row_id(connection: Connection, source: str, fields: tuple[Field, ...]) -> str:
    """Return the name under which the table's row numbers are had, `""` when it has none."""
    taken = {field.name.lower() for field in fields}
    for name in _ROW_IDS:
        if name not in taken:
            try:
                run(connection, f"SELECT {name} FROM {source} LIMIT 0")  # noqa: S608 - quoted
            except OperationalError:
                return ""
            return name
    return ""


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "replace")


def _authorise(action: int, first: str | None, *_: str | None) -> int:
    is_allowed = action in _HARMLESS or (action == sqlite3.SQLITE_PRAGMA and first in _PRAGMAS)
    return sqlite3.SQLITE_OK if is_allowed else sqlite3.SQLITE_DENY
