"""The source of a database: its tables as items, each read over a connection of its own."""

from __future__ import annotations

import logging
from contextlib import ExitStack, contextmanager
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from morasanu.errors import MorasanuError
from morasanu.source.credential import check_settings
from morasanu.source.database.address import parse_address, read_path, write_path
from morasanu.source.database.fault import explain_connecting, explain_reading, refuse, refuse_place
from morasanu.source.interface import Column, Item, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from morasanu.source.database.address import Address
    from morasanu.source.database.dialect import Dialect
    from morasanu.source.interface import Access, Gap

_DIALECTS: Final = {
    "sqlite": ("sqlite", "SQLite", "sqlite3", "sql"),
    "postgresql": ("postgresql", "PostgreSQL", "psycopg", "postgresql"),
    "mysql": ("mysql", "MySQL", "pymysql", "mysql"),
    "mariadb": ("mysql", "MySQL", "pymysql", "mysql"),
    "oracle": ("oracle", "Oracle", "oracledb", "oracle"),
    "mssql": ("mssql", "SQLServer", "pyodbc", "mssql"),
}
"""Of each scheme: our module and class, the driver's module and the extra that installs it."""
_SETTINGS: Final = ("user", "password", "tls", "ca_file")


def missing(scheme: str) -> str:
    """Return the extra that brings SQLAlchemy and the driver of `scheme`, `""` when both are there."""
    _, _, driver, extra = _DIALECTS[scheme]
    return "" if find_spec("sqlalchemy") and find_spec(driver) else extra


def open_place(url: str, access: Access) -> DatabaseSource:
    """Return the source of a database, after having connected to it once.

    Raises InputError MRS-I-030 (form of the address), MRS-I-031 (setting in the credentials), MRS-I-032 (login refused), MRS-I-033
    (no such database or schema), OutsideError MRS-O-030 (cannot be reached), MRS-O-031 (certificate).
    """
    address = parse_address(url)
    check_settings(access.secrets, _SETTINGS)
    module, name, _, _ = _DIALECTS[address.scheme]
    dialect: Dialect = getattr(import_module(f"morasanu.source.database.{module}"), name)()
    source = DatabaseSource(address, dialect, access)
    source.check()
    return source


class DatabaseSource:
    """The tables of one database, or of one schema in it."""

    def __init__(self, address: Address, dialect: Dialect, access: Access) -> None:
        """Take where it is and how to talk to it; nothing is opened yet."""
        from sqlalchemy import create_engine  # noqa: PLC0415 - an extra
        from sqlalchemy.pool import NullPool  # noqa: PLC0415

        logging.getLogger("sqlalchemy").setLevel(logging.CRITICAL)  # errors are told; a driver's words may hold values
        self._address, self._dialect, self._access = address, dialect, access
        self._engine: Engine = create_engine(
            f"{dialect.name}://",
            creator=lambda: dialect.connect(address, access.secrets),
            poolclass=NullPool,  # one lost connection costs one table
            hide_parameters=True,
            **dialect.settings,
        )

    def check(self) -> None:
        """Connect once. Raises what `open_place` does."""
        with self._connect() as connection:
            schema = self._address.schema
            try:
                is_there = self._dialect.has_schema(connection, schema or "")
            except Exception as error:  # noqa: BLE001 - see reader
                raise explain_connecting(getattr(error, "orig", None) or error) from None
            if schema is not None and not is_there:
                raise refuse_place()

    def items(self) -> Iterator[Item]:
        """Yield the tables, schema by schema; what is there and cannot be read comes with a problem."""
        base, schema = self._address.base, self._address.schema
        place = write_path(base, *filter(None, (schema,)))
        try:
            with self._connect() as connection:
                self._dialect.begin(connection)
                tables = list(self._dialect.list_tables(connection, schema))
        except MorasanuError as error:
            yield Item(place, place, 0, "", error)
            return
        except Exception as error:  # noqa: BLE001 - see reader
            yield Item(place, place, 0, "", explain_reading(getattr(error, "orig", None) or error))
            return
        for table in tables:
            yield Item(
                write_path(base, *table.names), write_path(base, *table.names[:-1]), table.size_bytes, "", table.problem
            )
        if not tables and self._dialect.hides:
            yield Item(place, place, 0, "", refuse("MRS-X-053"))

    def open(self, path: str) -> Rows:
        """Return a table's rows, or a sample of them. Raises InspectError MRS-X-001 (gone), 002 (no permission), 003 (locked), 009, 041."""
        from morasanu.source.database.reader import Reader  # noqa: PLC0415 - needs SQLAlchemy

        with ExitStack() as stack:
            try:
                connection = stack.enter_context(self._connect())
            except MorasanuError as error:
                raise refuse("MRS-X-040", error.code) from error
            try:
                self._dialect.begin(connection)
                shape = self._dialect.describe(connection, read_path(self._address.base, path))
                gaps: list[Gap] = list(shape.gaps)
                reader = Reader(connection, self._dialect, shape, self._access, gaps)
                stack.callback(reader.close)
                rows = reader.count() if shape.fields else None
            except Exception as error:  # noqa: BLE001 - see reader
                raise explain_reading(getattr(error, "orig", None) or error) from None
            return Rows(
                tuple(Column(field.name, field.type) for field in shape.fields),
                reader.batches(rows),
                rows,
                stack.pop_all().close,
                tuple(shape.fields[at].name for at in shape.key),
                gaps,
            )

    def version(self, path: str) -> str:  # noqa: ARG002 - see Source
        """Return `""`: no database says whether a table has changed."""
        return ""

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        """Give a connection. Raises as `open_place` does."""
        try:
            connection = self._engine.connect()
        except MorasanuError:
            raise
        except Exception as error:  # noqa: BLE001 - see reader
            raise explain_connecting(getattr(error, "orig", None) or error) from None
        with connection:
            yield connection
