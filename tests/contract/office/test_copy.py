"""Copies of a data folder hold its rows wherever they lie: one suite for the embedded database and for PostgreSQL."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
import threading
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Protocol

import pytest

pytest.importorskip("cryptography", reason="needs the extra: ledger")
pytest.importorskip("psycopg", reason="needs the extra: postgresql")

from tests.unit.source.server import PASSWORD, Server

from morasanu.errors import InputError
from morasanu.ledger.ledger import begin_ledger
from morasanu.office.backup import check_backup, drill, list_copies, make_backup, restore_backup
from morasanu.office.database import postgresql
from morasanu.office.database.choose import FILES, find_database
from morasanu.office.place import Place, open_place

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TEXTS = ("値", "tab\tand\nline", "\\.", "COPY x FROM stdin;\n", "\\N", "'\"", "")
"""What a row may hold that looks like the form of a dump."""
TABLES = (
    "create table kind (id integer primary key, name varchar(20) not null unique)",
    "create table row (id integer primary key, it varchar(200), kind_id integer not null references kind (id))",
)


class Rows(Protocol):
    """What holds the rows of a data folder, seen from outside."""

    file: str

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Make it that of the office."""

    def make_other(self) -> Rows:
        """Return an empty one."""

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement and commit it; return its rows."""

    def list_trials(self) -> list[str]:
        """Return what is left of drills."""


@dataclass
class SqliteRows:
    """The embedded database."""

    folder: Path
    file: str = "office.db"

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DATABASE_URL", raising=False)
        if self.folder.name != "data":
            monkeypatch.setenv("DATABASE_URL", f"sqlite:///{self.folder}/office.db")

    def make_other(self) -> SqliteRows:
        other = self.folder.with_name("other")
        other.mkdir()
        return SqliteRows(other)

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "office.db", timeout=20)) as link, link:
            return link.execute(statement.replace("%s", "?"), values).fetchall()

    def list_trials(self) -> list[str]:
        return []


@dataclass
class PostgresqlRows:
    """A database on a server."""

    server: Server
    name: str
    file: str = "office.dump"

    def use(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", f"postgresql://admin:{PASSWORD}@127.0.0.1:{self.server.port}/{self.name}")

    def make_other(self) -> PostgresqlRows:
        return PostgresqlRows(self.server, self.server.make())

    def run(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        with self.server.connect(self.name) as link:
            cursor = link.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def list_trials(self) -> list[str]:
        mine = postgresql._name_trial(self.name)
        return [
            name for (name,) in self.server.ask("postgres", "select datname from pg_database") if name.startswith(mine)
        ]


@pytest.fixture(params=("sqlite", "postgresql"))
def rows(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rows:
    """Return the rows of the folder tmp_path/data: two tables, of which one refers to the other."""
    place = open_place(tmp_path / "data")
    begin_ledger(place.ledger, "office.test.example/ledger")
    if request.param == "sqlite":
        found: Rows = SqliteRows(place.path)
    else:
        server = request.getfixturevalue("server")
        found = PostgresqlRows(server, server.make())
    found.use(monkeypatch)
    for statement in TABLES:
        found.run(statement)
    found.run("insert into kind values (1, 'kind')")
    for number, text in enumerate(TEXTS * 10):
        found.run("insert into row values (%s, %s, 1)", (number, text))
    return found


@pytest.fixture
def place(rows: Rows, tmp_path: Path) -> Place:
    """Return the folder of those rows."""
    del rows
    return open_place(tmp_path / "data")


def test_copy_put_back_holds_every_row_as_it_was(
    rows: Rows, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = make_backup(place, AT)
    assert copied.rows == check_backup(copied.path).rows == 1 + len(TEXTS) * 10
    assert {name for name in FILES if (copied.path / name).exists()} == {rows.file}
    assert (copied.path / rows.file).stat().st_mode & 0o077 == 0
    other = rows.make_other()
    other.use(monkeypatch)
    restored = restore_backup(copied.path, tmp_path / "restored")
    for question in ("select * from kind", "select * from row order by id"):
        assert other.run(question) == rows.run(question)
    assert not [name for name in FILES if (restored.path / name).exists()]
    with pytest.raises(Exception, match=r"(?i)unique"):
        other.run("insert into kind values (2, 'kind')")


def test_drill_puts_every_row_back_and_leaves_nothing(rows: Rows, place: Place) -> None:
    copied = make_backup(place, AT)
    before = rows.run("select count(*) from row")
    assert drill(copied.path, find_database(place)) == copied
    assert rows.run("select count(*) from row") == before
    assert rows.list_trials() == []


def test_copies_made_while_rows_are_written_hold_one_moment(rows: Rows, place: Place) -> None:
    """A row is written after the one it refers to: a copy with it alone would not go back."""
    stop, count = threading.Event(), [0]

    def write() -> None:
        while not stop.is_set():
            count[0] += 1
            rows.run("insert into kind values (%s, %s)", (count[0] + 1, f"kind {count[0]}"))
            rows.run("insert into row values (%s, 'new', %s)", (1_000 + count[0], count[0] + 1))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        copies = [make_backup(place, AT + dt.timedelta(seconds=n)) for n in range(3)]
    finally:
        stop.set()
        thread.join()
    assert count[0] > 0
    assert copies[0].rows < copies[-1].rows
    for copied in copies:
        assert drill(copied.path, find_database(place)) == copied


def test_copy_is_not_put_into_a_database_that_holds_something(
    rows: Rows, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = make_backup(place, AT)
    other = rows.make_other()
    other.use(monkeypatch)
    other.run("create table mine (id integer)")
    with pytest.raises(InputError) as refused:
        restore_backup(copied.path, tmp_path / "restored")
    assert refused.value.code == "MRS-I-120"
    assert other.run("select count(*) from mine") == [(0,)]
    assert not (tmp_path / "restored").exists()
    assert sorted(path.name for path in tmp_path.iterdir() if path.name != "other") == ["data"]


def test_folder_without_rows_is_not_copied(rows: Rows, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    rows.make_other().use(monkeypatch)
    with pytest.raises(InputError) as refused:
        make_backup(place, AT)
    assert refused.value.code == "MRS-I-121"
    assert list_copies(place) == []


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_copy_with_broken_rows_is_refused_although_its_digest_fits(
    rows: Rows, place: Place, tmp_path: Path, share: float
) -> None:
    copied = make_backup(place, AT)
    file = copied.path / rows.file
    data = bytearray(file.read_bytes())
    if share > 0.8:
        del data[int(len(data) * share) :]
    else:
        data[int(len(data) * share) : int(len(data) * share) + 300] = bytes(300)
    file.write_bytes(data)
    told = json.loads((copied.path / "copy.json").read_text())
    told["files"][rows.file] = sha256(data).hexdigest()
    (copied.path / "copy.json").write_text(json.dumps(told))
    for act in (check_backup, lambda path: drill(path, find_database(place)), lambda path: restore_backup(path, tmp_path / "again")):  # fmt: skip
        with pytest.raises(InputError, match="MRS-I-056"):
            act(copied.path)


def test_copy_without_its_rows_is_refused(rows: Rows, place: Place) -> None:
    copied = make_backup(place, AT)
    (copied.path / rows.file).unlink()
    told = json.loads((copied.path / "copy.json").read_text())
    del told["files"][rows.file]
    (copied.path / "copy.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match="MRS-I-056"):
        check_backup(copied.path)
