"""Which database holds the office's rows: that of DATABASE_URL, or the one embedded in the data folder."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError
from morasanu.office.database import sqlite, tool
from morasanu.office.database.tool import DUMP

if TYPE_CHECKING:
    from morasanu.office.database.interface import Database
    from morasanu.office.place import Place

FILES: Final = (sqlite.FILE, DUMP)
"""A copy holds one of these."""


def find_database(place: Place) -> Database:
    """Return the database of a data folder. Raises InputError MRS-I-049 for one that no copy can be made of."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return sqlite.SqliteDatabase(place.database)
    import dj_database_url  # noqa: PLC0415 - an extra

    found = dj_database_url.parse(url)
    if found["ENGINE"] == "django.db.backends.sqlite3":
        return sqlite.SqliteDatabase(Path(str(found["NAME"])))
    if found["ENGINE"] == "django.db.backends.postgresql":
        from morasanu.office.database.postgresql import PostgresqlDatabase  # noqa: PLC0415 - an extra

        return PostgresqlDatabase(url)
    raise InputError(
        "MRS-I-049",
        "控えを取れるのは SQLite と PostgreSQL だけです",
        "copies are made of SQLite and PostgreSQL only",
    )


def count_rows(copy: Path) -> int:
    """Return how many rows the database in a copy holds. Raises ValueError with a file's name when it is broken or missing.

    Raises InputError MRS-I-049 for a copy of PostgreSQL without `pg_restore`.
    """
    if (copy / DUMP).exists():
        return tool.count_rows(copy / DUMP)
    if not (copy / sqlite.FILE).exists():
        raise ValueError(sqlite.FILE)
    return sqlite.count_rows(copy / sqlite.FILE)
