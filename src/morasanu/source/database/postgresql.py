"""PostgreSQL: read-only snapshots, row security told instead of followed, samples by blocks."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, Final

from morasanu.source.credential import load_trust
from morasanu.source.database.cell import MOST_BYTES, MOST_CHARACTERS, decode_text
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
    read_tls,
    run,
)
from morasanu.source.database.fault import refuse
from morasanu.source.database.sample import plan_blocks
from morasanu.source.interface import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import psycopg
    from sqlalchemy import Connection

    from morasanu.source.database.address import Address

# Whoever owns a database can put functions of his own before those of the system, or set them off by row security.
_SESSION: Final = (
    "SET search_path = pg_catalog",
    "SET row_security = off",
    "SET synchronize_seqscans = off",
    "SET DateStyle = 'ISO, YMD'",
    f"SET lock_timeout = '{LOCK_S}s'",
    f"SET statement_timeout = '{STEP_S}s'",
)
_INTEGERS: Final = frozenset(("int2", "int4", "int8"))
_SHORT: Final = _INTEGERS | frozenset(
    "bool oid float4 float8 numeric money date time timetz timestamp timestamptz interval uuid inet cidr macaddr macaddr8 char name".split()
)
_TEXTS: Final = frozenset(("text", "varchar", "bpchar"))
_AS_TEXT: Final = (
    "text", "varchar", "bpchar", "name", '"char"', "date", "time", "timetz", "timestamp", "timestamptz", "interval", "uuid", "inet", "cidr",
)  # fmt: skip
_SYSTEM: Final = "n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'"
# A partitioned table is read as one, unless a part of it lies on another server: then the others one by one.
_TABLES: Final = f"""
WITH RECURSIVE part (root, leaf) AS (
    SELECT oid, oid FROM pg_catalog.pg_class WHERE relkind = 'p' AND NOT relispartition
    UNION ALL
    SELECT part.root, i.inhrelid FROM part JOIN pg_catalog.pg_inherits i ON i.inhparent = part.leaf
), pages AS (
    SELECT c.oid, c.relkind, c.relpages::bigint + coalesce(t.relpages, 0) AS pages
    FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid
), family AS (
    SELECT part.root, bool_or(pages.relkind = 'f') AS is_mixed, sum(pages.pages) AS pages
    FROM part JOIN pages ON pages.oid = part.leaf GROUP BY part.root
)
SELECT n.nspname::text, c.relname::text, c.relkind::text,
    CASE WHEN coalesce(family.pages, pages.pages) > 0 OR c.relkind NOT IN ('r', 'm') OR EXISTS (
        SELECT 1 FROM pg_catalog.pg_locks l WHERE l.relation = c.oid AND l.mode = 'AccessExclusiveLock'
    ) THEN (coalesce(family.pages, pages.pages) * current_setting('block_size')::bigint)::bigint
    ELSE pg_relation_size(c.oid) END,
    has_schema_privilege(n.oid, 'USAGE') AND (has_table_privilege(c.oid, 'SELECT') OR has_any_column_privilege(c.oid, 'SELECT')),
    row_security_active(c.oid)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pages ON pages.oid = c.oid
LEFT JOIN part ON part.leaf = c.oid
LEFT JOIN family ON family.root = coalesce(part.root, c.oid)
WHERE {_SYSTEM} AND c.relpersistence <> 't' AND (CAST(:schema AS text) IS NULL OR n.nspname = CAST(:schema AS text))
    AND CASE WHEN c.relkind = 'p' THEN NOT c.relispartition AND NOT family.is_mixed
             WHEN c.relkind IN ('r', 'm') THEN NOT c.relispartition OR family.is_mixed
             ELSE c.relkind = 'f' END
ORDER BY 1, 2
"""  # noqa: S608 - our own words
_TABLE: Final = """
SELECT c.oid, c.relkind::text, has_table_privilege(c.oid, 'SELECT') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = CAST(:schema AS text) AND c.relname = CAST(:table AS text)
"""
_COLUMNS: Final = """
SELECT a.attname::text, format_type(a.atttypid, a.atttypmod),
    CASE WHEN tn.nspname = 'pg_catalog' THEN coalesce(b.typname, t.typname)::text ELSE '' END,
    has_column_privilege(a.attrelid, a.attnum, 'SELECT'), array_position(i.indkey::int2[], a.attnum)
FROM pg_catalog.pg_attribute a
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
JOIN pg_catalog.pg_namespace tn ON tn.oid = coalesce(b.typnamespace, t.typnamespace)
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
WHERE a.attrelid = CAST(:oid AS oid) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
"""
_BLOCK_BYTES: Final = 8_192
_ROW_BYTES: Final = 28
"""What a row takes beside its values."""


class PostgreSQL(Dialect):
    """PostgreSQL by psycopg."""

    name = "postgresql+psycopg"

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - see Dialect
        """Return a connection whose transactions are read-only snapshots."""
        import psycopg  # noqa: PLC0415 - an extra

        given: dict[str, Any] = {
            "host": address.host,
            "port": address.port,
            "user": secrets.get("user"),
            "password": secrets.get("password"),
        }
        connection = psycopg.connect(
            **{name: value for name, value in given.items() if value},
            **_write_tls(read_tls(address, secrets), secrets.get("ca_file")),
            dbname=address.database,
            connect_timeout=CONNECT_S,
            application_name="morasanu",
            autocommit=True,
            prepare_threshold=None,
        )
        with closed_on_failure(connection):
            for statement in _SESSION:
                connection.execute(statement.encode())
            connection.autocommit = False
            connection.read_only = True
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            _read_leniently(connection)
        return connection

    def has_schema(self, connection: Connection, schema: str) -> bool:
        """Return whether there is such a schema."""
        return bool(
            ask(connection, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = CAST(:name AS text)", name=schema)
        )

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:
        """Yield tables and materialised views; a partitioned table once."""
        for owner, name, kind, size_bytes, is_granted, is_secured in ask(connection, _TABLES, schema=schema):
            problem = None
            if kind == "f":
                problem = refuse("MRS-X-050", "foreign table")
            elif not is_granted:
                problem = refuse("MRS-X-002")
            elif is_secured:
                problem = refuse("MRS-X-051")
            yield Table((owner, name), size_bytes, problem)
        ((objects,),) = ask(connection, "SELECT count(*) FROM pg_catalog.pg_largeobject_metadata")
        if objects and schema is None:
            yield Table(("pg_largeobject",), 0, refuse("MRS-X-052", objects))

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return the table's columns that may be read."""
        schema, table = names
        found = ask(connection, _TABLE, schema=schema, table=table)
        if not found or found[0][1] not in "rpm":
            raise refuse("MRS-X-001")
        oid, kind, is_granted = found[0]  # where only columns are granted, ctid is not
        columns = ask(connection, _COLUMNS, oid=oid)
        granted = [column for column in columns if column[3]]
        if columns and not granted:
            raise refuse("MRS-X-002")
        fields = tuple(
            Field(c[0], c[1], _write_cell(self.quote(c[0]), c[2]), c[2] in _INTEGERS, _weigh(c[2])) for c in granted
        )
        keyed = sorted((c[4], at) for at, c in enumerate(granted) if c[4] is not None)
        is_whole = len(keyed) == sum(c[4] is not None for c in columns)
        source = self.qualify(names) if kind == "p" else f"ONLY {self.qualify(names)}"
        rows, width = self._estimate(connection, source, [c[0] for c in granted])
        return Shape(
            source,
            fields,
            tuple(at for _, at in keyed) if is_whole else (),
            "ctid" if is_granted and kind != "p" else "",
            rows,
            max(_BLOCK_BYTES / (width + _ROW_BYTES), 1) if is_granted else 0,
            tuple(Gap(c[0], refuse("MRS-X-002")) for c in columns if not c[3]),
        )

    def sample(
        self, read: Callable[[str], Iterator[tuple[Any, ...]]], shape: Shape, rows: int, wanted: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows of blocks that PostgreSQL chooses, the same ones while the table stays as it is."""
        return (
            read(write_sample(self, shape, rows, wanted))
            if shape.rows_a_block
            else super().sample(read, shape, rows, wanted)
        )

    def _estimate(self, connection: Connection, source: str, names: list[str]) -> tuple[int, int]:
        """Return about how many rows there are and how wide one is, as the planner sees it."""
        asked = f"EXPLAIN (FORMAT JSON) {self.select(', '.join(map(self.quote, names)), source)}"
        plan = run(connection, asked)[0][0][0]["Plan"]
        return int(plan["Plan Rows"]), int(plan["Plan Width"])


def write_sample(dialect: Dialect, shape: Shape, rows: int, wanted: int) -> str:
    """Return the SQL that reads about `wanted` of `rows` rows."""
    blocks = plan_blocks(rows, shape.rows_a_block, wanted)
    source = shape.source
    if blocks.percent < 100:
        source += f" TABLESAMPLE SYSTEM ({blocks.percent:.6f}) REPEATABLE (1)"
    rest = (
        ""
        if blocks.every == 1
        else f"WHERE (pg_catalog.hashtext(pg_catalog.concat(ctid)) & 2147483647) % {blocks.every} = 0"
    )
    return dialect.select(shape.select_list, source, rest, wanted * 2)


def _weigh(kind: str) -> int:
    return 0 if kind in _SHORT else BLOB_BYTES if kind == "bytea" else TEXT_BYTES


def _write_cell(column: str, kind: str) -> str:
    """Return the SQL of a cell that is not too long; text comes out of a type by its output function, never by a cast, which may be anybody's."""
    if kind in _SHORT:
        return column
    if kind in _TEXTS:
        return f"pg_catalog.substr({column}, 1, {MOST_CHARACTERS + 1})"
    if kind == "bytea":
        return f"pg_catalog.substr({column}, 1, {MOST_BYTES + 1})"
    return f"nullif(pg_catalog.substr(pg_catalog.concat({column}), 1, {MOST_CHARACTERS + 1}), '')"


def _write_tls(tls: str, ca_file: str | None) -> dict[str, Any]:
    if tls == "verify":
        load_trust(ca_file)
        return {"sslmode": "verify-full", "sslrootcert": ca_file or ssl.get_default_verify_paths().cafile or "system"}
    return {"sslmode": "require" if tls == "encrypt" else "prefer"}


def _read_leniently(connection: psycopg.Connection[Any]) -> None:
    """Have text decoded by us, as databases hold what they say they do not, and dates taken as text, as some lie beyond Python's."""
    from psycopg.adapt import Loader  # noqa: PLC0415 - an extra

    encoding = connection.info.encoding

    class Text(Loader):
        def load(self, data: Any) -> Any:  # noqa: ANN401 - whatever buffer the driver has
            return decode_text(bytes(data), encoding)

    for name in _AS_TEXT:
        connection.adapters.register_loader(name, Text)
