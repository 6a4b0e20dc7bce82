"""SQL Server by ODBC. No server of this kind has run these lines; their SQL is written from its manual."""

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
    read_tls,
    run,
)
from morasanu.source.database.fault import refuse
from morasanu.source.interface import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from morasanu.source.database.address import Address

_DRIVERS: Final = ("ODBC Driver 18 for SQL Server", "ODBC Driver 17 for SQL Server")
_TABLES: Final = """
SELECT s.name, t.name, t.is_external,
    (SELECT COALESCE(SUM(a.used_pages), 0) * 8192 FROM sys.partitions p
     JOIN sys.allocation_units a ON a.container_id = p.partition_id WHERE p.object_id = t.object_id),
    HAS_PERMS_BY_NAME(QUOTENAME(s.name) + '.' + QUOTENAME(t.name), 'OBJECT', 'SELECT', NULL, NULL),
    (SELECT COUNT(*) FROM sys.security_predicates r JOIN sys.security_policies y ON y.object_id = r.object_id
     WHERE r.target_object_id = t.object_id AND r.predicate_type = 0 AND y.is_enabled = 1)
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id
WHERE t.is_ms_shipped = 0 AND (:owner IS NULL OR s.name = :owner)
ORDER BY s.name, t.name
"""
_TABLE: Final = """
SELECT t.object_id, (SELECT SUM(p.rows) FROM sys.partitions p WHERE p.object_id = t.object_id AND p.index_id IN (0, 1))
FROM sys.tables t JOIN sys.schemas s ON s.schema_id = t.schema_id WHERE s.name = :owner AND t.name = :name
"""
_COLUMNS: Final = """
SELECT c.name, TYPE_NAME(c.user_type_id), COALESCE(TYPE_NAME(c.system_type_id), TYPE_NAME(c.user_type_id)), c.max_length,
    COALESCE(m.is_persisted, 1), CASE WHEN c.encryption_type IS NULL THEN 0 ELSE 1 END,
    CASE WHEN c.is_masked = 1 AND HAS_PERMS_BY_NAME(DB_NAME(), 'DATABASE', 'UNMASK') = 0 THEN 1 ELSE 0 END,
    HAS_PERMS_BY_NAME(QUOTENAME(:owner) + '.' + QUOTENAME(:name), 'OBJECT', 'SELECT', c.name, 'COLUMN'),
    (SELECT k.key_ordinal FROM sys.indexes i JOIN sys.index_columns k ON k.object_id = i.object_id AND k.index_id = i.index_id
     WHERE i.object_id = c.object_id AND i.is_primary_key = 1 AND k.column_id = c.column_id)
FROM sys.columns c LEFT JOIN sys.computed_columns m ON m.object_id = c.object_id AND m.column_id = c.column_id
WHERE c.object_id = :oid ORDER BY c.column_id
"""
_SNAPSHOT: Final = "SELECT snapshot_isolation_state FROM sys.databases WHERE name = DB_NAME()"
_INTEGERS: Final = frozenset(("tinyint", "smallint", "int", "bigint"))
_BYTES: Final = frozenset(("binary", "varbinary"))
_DATES: Final = frozenset(("date", "time", "datetime", "datetime2", "smalldatetime", "datetimeoffset"))
_BLOCKS_FROM: Final = 100_000
"""SQL Server samples whole pages only: of a smaller table it might give none."""


class SQLServer(Dialect):
    """Microsoft SQL Server by pyodbc and Microsoft's own driver."""

    name = "mssql+pyodbc"
    quotes = "[]"
    hides = True

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - see Dialect
        """Return a connection that says it only reads."""
        import pyodbc  # type: ignore[import-not-found,unused-ignore]  # noqa: PLC0415 - an extra

        installed = set(pyodbc.drivers())
        driver = next((name for name in _DRIVERS if name in installed), _DRIVERS[0])
        connection = pyodbc.connect(write_target(address, secrets, driver), timeout=CONNECT_S)
        connection.timeout = STEP_S
        return connection

    def begin(self, connection: Connection) -> None:
        """Read a snapshot where the database allows it; elsewhere what is committed, without waiting long for a lock."""
        connection.exec_driver_sql(f"SET LOCK_TIMEOUT {LOCK_S * 1000}")
        if run(connection, _SNAPSHOT) == [(1,)]:
            connection.commit()  # the level cannot change inside a transaction
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SNAPSHOT")
            connection.commit()

    def has_schema(self, connection: Connection, schema: str) -> bool:
        """Return whether there is such a schema."""
        return bool(ask(connection, "SELECT 1 FROM sys.schemas WHERE name = :name", name=schema))

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:
        """Yield the tables whose definition this account may see."""
        for owner, name, is_external, size_bytes, is_granted, is_secured in ask(connection, _TABLES, owner=schema):
            problem = None
            if is_external:
                problem = refuse("MRS-X-050", "external table")
            elif is_secured:
                problem = refuse("MRS-X-051")
            elif is_granted == 0:
                problem = refuse("MRS-X-002")
            yield Table((owner, name), int(size_bytes), problem)

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return the table's columns; masked and encrypted ones are told, what is computed from others is left out."""
        owner, name = names
        found = ask(connection, _TABLE, owner=owner, name=name)
        if not found:
            raise refuse("MRS-X-001")
        fields: list[Field] = []
        gaps: list[Gap] = []
        key: list[tuple[int, int]] = []
        for column in ask(connection, _COLUMNS, owner=owner, name=name, oid=found[0][0]):
            title, kind, base, length, is_stored, is_encrypted, is_masked, is_granted, place = column
            why = "MRS-X-020" if is_encrypted else "MRS-X-054" if is_masked else "MRS-X-002" if is_granted == 0 else ""
            if why:
                gaps.append(Gap(title, refuse(why)))
            elif is_stored:
                if place is not None:
                    key.append((place, len(fields)))
                fields.append(
                    Field(
                        title, kind, sql := write_cell(self.quote(title), base, length), base in _INTEGERS, weigh(sql)
                    )
                )
        if gaps and not fields:
            raise gaps[0].problem
        rows = None if found[0][1] is None else int(found[0][1])
        return Shape(
            self.qualify(names), tuple(fields), tuple(at for _, at in sorted(key)), rows=rows, gaps=tuple(gaps)
        )

    def select(self, what: str, source: str, rest: str = "", limit: int | None = None) -> str:
        """Return a SELECT, limited by TOP."""
        return super().select(what if limit is None else f"TOP ({limit}) {what}", source, rest)

    def sample(
        self, read: Callable[[str], Iterator[tuple[Any, ...]]], shape: Shape, rows: int, wanted: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield stretches of a numeric key; without one rows of pages that SQL Server chooses, or the first rows of a smaller table."""
        if self.number(shape) is not None or rows < _BLOCKS_FROM:
            return super().sample(read, shape, rows, wanted)
        return read(
            self.select(
                shape.select_list, f"{shape.source} TABLESAMPLE ({wanted} ROWS) REPEATABLE (1)", limit=wanted * 2
            )
        )


def write_target(address: Address, secrets: Mapping[str, str], driver: str) -> str:
    """Return the driver's connection string. What stands in braces is one value, whatever is in it.

    >>> from morasanu.source.database.address import parse_address
    >>> write_target(parse_address("mssql://127.0.0.1/core"), {"user": "audit", "password": "a};Encrypt=no"}, "D")
    'DRIVER={D};SERVER={127.0.0.1,1433};DATABASE={core};UID={audit};PWD={a}};Encrypt=no};Encrypt=no;ApplicationIntent=ReadOnly;APP=morasanu'
    """
    tls = read_tls(address, secrets)
    values = {
        "DRIVER": driver,
        "SERVER": f"{address.host},{address.port or 1433}",
        "DATABASE": address.database,
        "UID": secrets.get("user", ""),
        "PWD": secrets.get("password", ""),
    }
    if not secrets.get("user"):  # as whoever runs this
        del values["UID"], values["PWD"]
    if tls != "none" and "ca_file" in secrets:
        values["ServerCertificate"] = secrets["ca_file"]
    parts = [f"{name}={{{value.replace('}', '}}')}}}" for name, value in values.items()]
    parts += [] if values.keys() >= {"UID"} else ["Trusted_Connection=yes"]
    parts += (
        ["Encrypt=no"]
        if tls == "none"
        else ["Encrypt=yes", f"TrustServerCertificate={'no' if tls == 'verify' else 'yes'}"]
    )
    return ";".join((*parts, "ApplicationIntent=ReadOnly", "APP=morasanu"))


def weigh(sql: str) -> int:
    """Return how much memory a cell may take that `sql` gives.

    >>> weigh("[id]"), weigh("SUBSTRING([備考], 1, 1000001)"), weigh("SUBSTRING([写真], 1, 16000001)")
    (0, 2000000, 48000000)
    """
    if not sql.startswith("SUBSTRING"):
        return 0
    return BLOB_BYTES if sql.endswith(f"{MOST_BYTES + 1})") else TEXT_BYTES


def write_cell(column: str, kind: str, length: int) -> str:
    """Return the SQL of a cell that the driver knows and that is not too long; `length` is -1 for types without a limit.

    >>> write_cell("[備考]", "nvarchar", -1), write_cell("[写真]", "image", 16), write_cell("[日付]", "datetimeoffset", 10)
    ('SUBSTRING([備考], 1, 1000001)', 'SUBSTRING(CONVERT(varbinary(max), [写真]), 1, 16000001)', 'CONVERT(nvarchar(64), [日付], 121)')
    """
    if kind in _DATES:
        return f"CONVERT(nvarchar(64), {column}, 121)"
    if kind in {"image", "geometry", "geography"}:
        return f"SUBSTRING(CONVERT(varbinary(max), {column}), 1, {MOST_BYTES + 1})"
    if kind in {"text", "ntext", "xml", "sql_variant", "hierarchyid", "json"}:
        return f"SUBSTRING(CONVERT(nvarchar(max), {column}), 1, {MOST_CHARACTERS + 1})"
    if length == -1:
        return f"SUBSTRING({column}, 1, {MOST_BYTES + 1 if kind in _BYTES else MOST_CHARACTERS + 1})"
    return column
