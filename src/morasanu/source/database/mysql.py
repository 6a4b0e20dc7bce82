"""MySQL and MariaDB: read-only snapshots, unbuffered reading, dates as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from morasanu.source.database.cell import MOST_BYTES, MOST_CHARACTERS
from morasanu.source.database.dialect import (
    BLOB_BYTES,
    CONNECT_S,
    LOCK_S,
    STEP_S,
    TEXT_BYTES,
    Dialect,
    Field,
    Shape,
    Table,
    ask,
    closed_on_failure,
    make_trust,
    read_tls,
)
from morasanu.source.database.fault import refuse
from morasanu.source.interface import Gap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Connection

    from morasanu.source.database.address import Address

_SESSION: Final = (
    "SET SESSION TRANSACTION READ ONLY",
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    f"SET SESSION lock_wait_timeout = {LOCK_S}",
    f"SET SESSION net_write_timeout = {STEP_S}",  # a slow reader is no dead one
)
_SYSTEM: Final = frozenset(("information_schema", "mysql", "performance_schema", "sys", "ndbinfo"))
_ELSEWHERE: Final = frozenset(("FEDERATED", "CONNECT", "SPIDER", "S3", "SPHINX", "OQGRAPH", "CASSANDRA"))
_TABLES: Final = """
SELECT table_schema, table_name, table_type, coalesce(engine, ''), coalesce(data_length, 0)
FROM information_schema.tables {} ORDER BY table_schema, table_name
"""
_TABLE: Final = """
SELECT table_schema, table_name, table_type, table_rows FROM information_schema.tables
WHERE table_schema = :schema AND table_name = :table
"""
_COLUMNS: Final = """
SELECT table_name, column_name, column_type, data_type, column_key, extra, privileges FROM information_schema.columns
WHERE table_schema = :schema AND table_name = :table ORDER BY ordinal_position
"""
_INTEGERS: Final = frozenset(("tinyint", "smallint", "mediumint", "int", "bigint"))
_LONG_TEXTS: Final = frozenset(("mediumtext", "longtext", "json"))
_LONG_BYTES: Final = frozenset(("mediumblob", "longblob"))
_DATES: Final = (7, 10, 11, 12, 14)
"""Types of the protocol: MySQL's dates may be 0000-00-00 or 2026-02-31, its times 800 hours."""
_MOST_THINNED: Final = 1_000_000
"""A larger table is not looked through for a sample."""


class MySQL(Dialect):
    """MySQL and MariaDB by PyMySQL."""

    name = "mysql+pymysql"
    quotes = "``"
    hides = True

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - see Dialect
        """Return a connection whose transactions are read-only snapshots."""
        import pymysql  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra
        from pymysql.converters import conversions  # type: ignore[import-untyped]  # noqa: PLC0415

        tls = read_tls(address, secrets)
        connection = pymysql.connect(
            host=address.host,
            port=address.port or 3306,
            user=secrets.get("user", ""),
            password=secrets.get("password", ""),
            database=address.schema,
            charset="utf8mb4",
            connect_timeout=CONNECT_S,
            read_timeout=STEP_S,
            conv={kind: convert for kind, convert in conversions.items() if kind not in _DATES},
            # without a context TLS is used where the server offers it
            ssl=None if tls == "none" else make_trust(tls, secrets.get("ca_file")),
        )
        with closed_on_failure(connection), connection.cursor() as cursor:
            for statement in _SESSION:
                cursor.execute(statement)
        return connection

    def begin(self, connection: Connection) -> None:
        """Begin a snapshot."""
        connection.exec_driver_sql("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def has_schema(self, connection: Connection, schema: str) -> bool:
        """Return whether there is such a database."""
        found = ask(
            connection, "SELECT schema_name FROM information_schema.schemata WHERE schema_name = :name", name=schema
        )
        return (schema,) in found

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:
        """Yield the tables of a database, or of every one that this account sees."""
        values = {} if schema is None else {"schema": schema}
        question = _TABLES.format("" if schema is None else "WHERE table_schema = :schema")
        for owner, name, kind, engine, size_bytes in ask(connection, question, **values):
            if owner.lower() in _SYSTEM or kind in {"VIEW", "SYSTEM VIEW", "SEQUENCE"} or schema not in {None, owner}:
                continue
            problem = refuse("MRS-X-050", engine) if engine.upper() in _ELSEWHERE else None
            yield Table((owner, name), int(size_bytes), problem)

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return the table's columns that may be read; what is computed from others is left out."""
        schema, table = names
        values = {"schema": schema, "table": table}
        found = [row for row in ask(connection, _TABLE, **values) if row[:2] == names and row[2] != "VIEW"]
        if not found:
            raise refuse("MRS-X-001")
        columns = [row[1:] for row in ask(connection, _COLUMNS, **values) if row[0] == table]
        stored = [column for column in columns if "VIRTUAL GENERATED" not in column[4].upper()]
        granted = [column for column in stored if "select" in column[5].lower().split(",")]
        if not granted:
            raise refuse("MRS-X-002")
        fields = tuple(
            Field(c[0], c[1], _write_cell(self.quote(c[0]), kind), kind in _INTEGERS, _weigh(kind))
            for c in granted
            for kind in (c[2].lower(),)
        )
        key = tuple(at for at, c in enumerate(granted) if c[3] == "PRI")
        is_whole = len(key) == sum(c[3] == "PRI" for c in columns)
        # rows of the past are rows that somebody keeps
        history = " FOR SYSTEM_TIME ALL" if found[0][2] == "SYSTEM VERSIONED" else ""
        return Shape(
            self.qualify(names) + history,
            fields,
            key if is_whole else (),
            rows=None if found[0][3] is None else int(found[0][3]),
            gaps=tuple(Gap(c[0], refuse("MRS-X-002")) for c in stored if c not in granted),
        )

    def leave(self, cursor: Any) -> None:  # noqa: ANN401 - see Dialect
        """Keep PyMySQL from reading an unbuffered result to its end, which may be hours away; it knows no other way to stop."""
        if getattr(cursor, "_result", None) is not None:
            cursor._result.unbuffered_active = False  # noqa: SLF001
            cursor.connection = None

    def thin(self, shape: Shape, rows: int, wanted: int) -> str:
        """Return a condition on the primary key that one in so many rows meets."""
        if not shape.key or rows > _MOST_THINNED:
            return ""
        keys = ", ".join(self.quote(shape.fields[at].name) for at in shape.key)
        return f"WHERE CRC32(CONCAT_WS(',', {keys})) % {max(rows // max(wanted, 1), 1)} = 0"


def _weigh(kind: str) -> int:
    return BLOB_BYTES if kind in _LONG_BYTES else TEXT_BYTES if kind in _LONG_TEXTS else 0


def _write_cell(column: str, kind: str) -> str:
    if kind in _LONG_TEXTS:
        return f"LEFT({column}, {MOST_CHARACTERS + 1})"
    if kind in _LONG_BYTES:
        return f"LEFT({column}, {MOST_BYTES + 1})"
    return f"CAST({column} AS UNSIGNED)" if kind == "bit" else column
