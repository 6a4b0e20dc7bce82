"""The embedded database: one file, copied while it is in use."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.office.database.interface import Database

FILE: Final = "office.db"
"""What the rows are called in a copy."""


class SqliteDatabase:
    """The database in the file `path`."""

    def __init__(self, path: Path) -> None:
        """Take the file, which need not be there yet."""
        self._path = path

    def dump(self, copy: Path) -> None:
        """Write all rows as they are at one moment."""
        if not self._path.exists():
            raise InputError(
                "MRS-I-121",
                "データベースがありません。PostgreSQL に置いているなら DATABASE_URL が要ります",
                "there is no database: one on PostgreSQL needs DATABASE_URL",
            )
        try:
            copy_file(self._path, copy / FILE)
        except sqlite3.Error as error:
            name = error.sqlite_errorname
            raise OutsideError(
                "MRS-O-054",
                f"データベースを写せません（{name}）。空き容量と権限を確かめてください",
                f"the database cannot be copied ({name}): see to free space and rights",
            ) from error

    def load(self, copy: Path) -> None:
        """Put the rows of a copy of SQLite in place."""
        if not (copy / FILE).exists():
            raise InputError(
                "MRS-I-121",
                "PostgreSQL の控えです。空のデータベースを DATABASE_URL で示してください",
                "a copy of PostgreSQL: name an empty database with DATABASE_URL",
            )
        path = self._path
        if path.exists():
            raise InputError("MRS-I-120", f"空のデータベースではありません: {path}", f"not an empty database: {path}")
        shutil.copy2(copy / FILE, path)
        path.chmod(0o600)

    @contextmanager
    def trial(self) -> Iterator[Database]:
        """Return one in a folder that goes away."""
        with tempfile.TemporaryDirectory(prefix="morasanu-drill-") as name:
            yield SqliteDatabase(Path(name) / FILE)


def copy_file(source: Path, target: Path) -> None:
    """Copy a database that may be in use, by itself and whole."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=20)) as reader,
        closing(sqlite3.connect(target)) as writer,
    ):
        reader.backup(writer, pages=2_000)
        writer.execute("pragma journal_mode = delete")
    target.chmod(0o600)


def count_rows(file: Path) -> int:
    """Return how many rows a copied database holds in all. Raises ValueError when it is broken, or a reference in it leads nowhere."""
    with tempfile.TemporaryDirectory(prefix="morasanu-") as folder:  # looking into a database may write beside it
        trial = Path(folder) / FILE
        shutil.copyfile(file, trial)
        try:
            with closing(sqlite3.connect(trial)) as link:
                if link.execute("pragma integrity_check").fetchone() != ("ok",):
                    raise ValueError(file.name)
                if link.execute("pragma foreign_key_check").fetchone():
                    raise ValueError(file.name)
                return sum(link.execute(f'select count(*) from "{name}"').fetchone()[0] for name in list_tables(link))  # noqa: S608 - names from the database itself
        except sqlite3.Error as error:
            raise ValueError(file.name) from error


def list_tables(link: sqlite3.Connection) -> list[str]:
    """Return the names of its tables, those of SQLite's own included."""
    return [row[0] for row in link.execute("select name from sqlite_schema where type = 'table' order by name")]
