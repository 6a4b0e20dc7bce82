"""Moves the rows of an embedded database to a server: table by table, in one transaction. Only after `start.set_up`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import Error, sql

from morasanu.errors import InputError
from morasanu.office.database.sqlite import list_tables

if TYPE_CHECKING:
    from pathlib import Path

    from django.db.backends.utils import CursorWrapper

_OWN: Final = "django_migrations"
"""Both sides know by themselves what was applied."""
_HIGHEST: Final = "sqlite_sequence"
_BATCH_ROWS: Final = 1_000


def move_rows(source: Path) -> int:
    """Return how many rows were moved from an SQLite database to the empty one of DATABASE_URL: all or none.

    The tables become what they are in `source`, which may be of an older program; whoever opens them next brings them up to date. Keys stay
    what they are, and none that was given away comes again. Raises InputError MRS-I-120 when the target is not empty, MRS-I-050 when
    `source` is of a newer program, MRS-I-123 when a row does not fit.
    """
    with closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old:
        try:
            with transaction.atomic(), connection.cursor() as new:
                _make_tables(old, new)
                names = _match_tables(old, new)
                rows = sum(_move_table(old, new, name) for name in names)
                _keep_keys(old, new)
                new.execute("set constraints all immediate")
        except (DatabaseError, Error) as error:  # a copy's faults are not Django's
            cause = (
                getattr(error, "sqlstate", None) or getattr(error.__cause__, "sqlstate", None) or type(error).__name__
            )
            raise _refuse(str(cause)) from error
    return rows


def _make_tables(old: sqlite3.Connection, new: CursorWrapper) -> None:
    if connection.introspection.table_names(new):
        raise InputError(
            "MRS-I-120",
            "DATABASE_URL のデータベースが空ではありません",
            "the database that DATABASE_URL names is not empty",
        )
    executor = MigrationExecutor(connection)
    nodes = executor.loader.graph.node_map
    seen = set(old.execute(f"select app, name from {_OWN}"))  # noqa: S608 - a name of ours
    if seen - set(nodes):
        raise InputError(
            "MRS-I-050",
            "控えは新しい版で取られています。この版では開けません",
            "the copy was made by a newer version, which this one cannot open",
        )
    newest = [each for each in seen if not any(child.key in seen and child.key[0] == each[0] for child in nodes[each].children)]  # fmt: skip
    executor.migrate(newest)
    if set(executor.recorder.applied_migrations()) != seen:
        raise _refuse(_OWN)


def _match_tables(old: sqlite3.Connection, new: CursorWrapper) -> list[str]:
    """Return the tables to move. Raises InputError MRS-I-123 when one side has another one, since its rows would be lost."""
    here = {name for name in list_tables(old) if not name.startswith("sqlite_")}
    there = set(connection.introspection.table_names(new))
    for name in sorted(here ^ there):
        raise _refuse(name)
    return sorted(here - {_OWN})


def _move_table(old: sqlite3.Connection, new: CursorWrapper, name: str) -> int:
    columns = [row[1] for row in old.execute(f'pragma table_info("{name}")')]
    if set(columns) != {each.name for each in connection.introspection.get_table_description(new, name)}:
        raise _refuse(name)
    listed = ", ".join(f'"{column}"' for column in columns)
    found = old.execute(f'select {listed} from "{name}"')  # noqa: S608 - names from the database itself
    fields = sql.SQL(", ").join(map(sql.Identifier, columns))
    count = 0
    with new.copy(sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(name), fields)) as to:
        while batch := found.fetchmany(_BATCH_ROWS):
            for row in batch:  # the server reads what SQLite holds: 0 and 1, days and times in UTC, JSON
                to.write_row(row)
            count += len(batch)
    return count


def _keep_keys(old: sqlite3.Connection, new: CursorWrapper) -> None:
    """Go on counting where SQLite would: the ledger names rows by their keys, also those that are gone."""
    highest = dict(old.execute(f"select name, seq from {_HIGHEST}")) if _HIGHEST in list_tables(old) else {}  # noqa: S608 - a name of ours
    for table, key in highest.items():
        for each in connection.introspection.get_sequences(new, table) if key else ():
            new.execute("select setval(%s, %s)", [each["name"], key])


def _refuse(what: str) -> InputError:
    return InputError(
        "MRS-I-123",
        f"SQLite の控えを PostgreSQL に移せません（{what}）。何も変えていません",
        f"the copy of SQLite cannot be moved to PostgreSQL ({what}): nothing was changed",
    )
