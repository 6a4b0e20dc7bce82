"""Oracle by its thin driver. No server of this kind has run these lines; their SQL is written from its manual."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from morasanu.source.database.dialect import (
    BLOB_BYTES,
    CONNECT_S,
    STEP_S,
    TEXT_BYTES,
    Dialect,
    Field,
    Shape,
    Table,
    ask,
    make_trust,
    read_tls,
)
from morasanu.source.database.fault import refuse
from morasanu.source.interface import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from morasanu.source.database.address import Address

_TABLES: Final = """
SELECT t.owner, t.table_name, NVL(t.num_rows, 0) * NVL(t.avg_row_len, 0), CASE WHEN x.table_name IS NULL THEN 0 ELSE 1 END
FROM all_tables t LEFT JOIN all_external_tables x ON x.owner = t.owner AND x.table_name = t.table_name
WHERE t.owner NOT IN (SELECT username FROM all_users WHERE oracle_maintained = 'Y') AND (:owner IS NULL OR t.owner = :owner)
    AND t.nested = 'NO' AND t.secondary = 'N' AND t.temporary = 'N' AND t.dropped = 'NO' AND t.iot_name IS NULL
ORDER BY t.owner, t.table_name
"""
_TABLE: Final = "SELECT num_rows, iot_type FROM all_tables WHERE owner = :owner AND table_name = :name"
_COLUMNS: Final = """
SELECT c.column_name, c.data_type, k.position FROM all_tab_cols c LEFT JOIN (
    SELECT s.column_name, s.position FROM all_constraints p
    JOIN all_cons_columns s ON s.owner = p.owner AND s.constraint_name = p.constraint_name
    WHERE p.owner = :owner AND p.table_name = :name AND p.constraint_type = 'P'
) k ON k.column_name = c.column_name
WHERE c.owner = :owner AND c.table_name = :name AND c.user_generated = 'YES' AND c.virtual_column = 'NO'
ORDER BY c.internal_column_id
"""
_SCHEMA: Final = "SELECT 1 FROM all_users WHERE username = :name"
_PLAIN: Final = frozenset(("CHAR", "NCHAR", "VARCHAR2", "NVARCHAR2", "NUMBER", "FLOAT", "BINARY_FLOAT", "BINARY_DOUBLE",
                           "RAW", "LONG", "LONG RAW", "CLOB", "NCLOB", "BLOB", "BOOLEAN"))  # fmt: skip
_WEIGHTS: Final = {"LONG": TEXT_BYTES, "LONG RAW": BLOB_BYTES, "JSON": TEXT_BYTES, "XMLTYPE": TEXT_BYTES}
"""Of large objects only a handle comes."""
_BY_BLOCKS_FROM: Final = 1_000_000
_LEAST_PERCENT: Final = 0.000001
_MOST_PERCENT: Final = 99.9


class Oracle(Dialect):
    """Oracle Database by python-oracledb, without Oracle's own client."""

    name = "oracle+oracledb"
    hides = True
    settings: ClassVar[dict[str, Any]] = {"auto_convert_lobs": False}

    def connect(self, address: Address, secrets: Mapping[str, str]) -> Any:  # noqa: ANN401 - see Dialect
        """Return a connection; large objects come as handles, so that only as much is fetched as is read."""
        import oracledb  # noqa: PLC0415 - an extra

        connection = oracledb.connect(**write_target(address, secrets))
        connection.call_timeout = STEP_S * 1000
        return connection

    def begin(self, connection: Connection) -> None:
        """Begin a transaction that only reads, in which the data stands still."""
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

    def has_schema(self, connection: Connection, schema: str) -> bool:
        """Return whether there is such a user."""
        return bool(ask(connection, _SCHEMA, name=schema))

    def list_tables(self, connection: Connection, schema: str | None) -> Iterator[Table]:
        """Yield the tables on which this account has any right."""
        for owner, name, size_bytes, is_external in ask(connection, _TABLES, owner=schema):
            problem = refuse("MRS-X-050", "external table") if is_external else None
            yield Table((owner, name), int(size_bytes), problem)

    def describe(self, connection: Connection, names: tuple[str, ...]) -> Shape:
        """Return the table's columns; what is computed from others is left out."""
        owner, name = names
        found = ask(connection, _TABLE, owner=owner, name=name)
        if not found:
            raise refuse("MRS-X-001")
        found_columns = ask(connection, _COLUMNS, owner=owner, name=name)
        columns = [c for c in found_columns if write_cell("", c[1]) is not None]
        fields = tuple(
            Field(c[0], c[1], write_cell(self.quote(c[0]), c[1]) or "", most_bytes=_WEIGHTS.get(c[1], 0))
            for c in columns
        )
        gaps = tuple(Gap(c[0], refuse("MRS-X-005", "object")) for c in found_columns if c not in columns)
        key = tuple(at for _, at in sorted((c[2], at) for at, c in enumerate(columns) if c[2] is not None))
        rows, organised = found[0]
        locator = "" if organised else "ROWIDTOCHAR(ROWID)"
        return Shape(self.qualify(names), fields, key, locator, None if rows is None else int(rows), gaps=gaps)

    def select(self, what: str, source: str, rest: str = "", limit: int | None = None) -> str:
        """Return a SELECT, limited as Oracle does since 12c."""
        return super().select(what, source, rest) + ("" if limit is None else f" FETCH FIRST {limit} ROWS ONLY")

    def sample(
        self, read: Callable[[str], Iterator[tuple[Any, ...]]], shape: Shape, rows: int, wanted: int
    ) -> Iterator[tuple[Any, ...]]:
        """Yield rows that Oracle chooses, of a large table by blocks; the same ones while the table stays as it is."""
        percent = min(max(100 * wanted / max(rows, 1), _LEAST_PERCENT), _MOST_PERCENT)
        kind = "SAMPLE BLOCK" if rows >= _BY_BLOCKS_FROM else "SAMPLE"
        return read(self.select(shape.select_list, f"{shape.source} {kind} ({percent:.6f}) SEED (1)", limit=wanted * 2))


def write_target(address: Address, secrets: Mapping[str, str]) -> dict[str, Any]:
    """Return what the driver is to connect to: port 2484 with TLS, 1521 without."""
    tls = read_tls(address, secrets)
    target: dict[str, Any] = {
        "host": address.host,
        "port": address.port or (1521 if tls == "none" else 2484),
        "service_name": address.database,
        "user": secrets.get("user"),
        "password": secrets.get("password"),
        "tcp_connect_timeout": CONNECT_S,
        "protocol": "tcp" if tls == "none" else "tcps",
    }
    if tls != "none":
        target |= {"ssl_context": make_trust(tls, secrets.get("ca_file")), "ssl_server_dn_match": tls == "verify"}
    return target


def write_cell(column: str, kind: str) -> str | None:
    r"""Return the SQL of a cell, None when nothing plain comes out of its type; dates come as text, as Oracle's begin 4712 BC.

    >>> write_cell('"生年月日"', "DATE"), write_cell('"氏名"', "VARCHAR2")
    ('TO_CHAR("生年月日", \'SYYYY-MM-DD HH24:MI:SS\')', '"氏名"')
    """
    if kind == "DATE":
        return f"TO_CHAR({column}, 'SYYYY-MM-DD HH24:MI:SS')"
    if kind.startswith("TIMESTAMP"):
        zone = " TZH:TZM" if "TIME ZONE" in kind else ""
        return f"TO_CHAR({column}, 'SYYYY-MM-DD HH24:MI:SS.FF{zone}')"
    if kind in _PLAIN or kind.startswith("INTERVAL"):
        return column
    if kind == "JSON":
        return f"JSON_SERIALIZE({column} RETURNING CLOB)"
    if kind == "XMLTYPE":
        return f"XMLSERIALIZE(CONTENT {column} AS CLOB)"
    return None
