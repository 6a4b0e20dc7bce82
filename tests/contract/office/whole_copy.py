"""Copies on PostgreSQL: what its tools are told, what is missing is said, and a drill that did not happen is never reported as done."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("psycopg", reason="no psycopg here")

import psycopg
from django.db.migrations.loader import MigrationLoader
from tests.crash.killing import find_port
from tests.unit.office.released import FOLDERS, count_rows, find_lost, open_pages, run_part, unpack
from tests.unit.source.server import PASSWORD, Server

from morasanu.errors import InputError, MorasanuError, OutsideError
from morasanu.ledger.ledger import begin_ledger
from morasanu.office.backup import check_backup, drill, list_copies, make_backup, restore_backup
from morasanu.office.base.clock import read_now, read_today
from morasanu.office.database import postgresql
from morasanu.office.database.choose import find_database
from morasanu.office.database.postgresql import PostgresqlDatabase
from morasanu.office.due.models import DueEvent, State
from morasanu.office.due.plan import plan
from morasanu.office.due.work import MOST_ATTEMPTS, work_next
from morasanu.office.place import Place, open_place
from morasanu.office.requirement.judge import gather_backup
from morasanu.office.wiring import HANDLERS, SLOW

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
TABLE = "create table person (id integer primary key, name varchar(20) not null)"
STRANGE = "p/w @:%'\" 潮"


def make_url(server: Server, name: str, user: str = "admin", password: str = PASSWORD, more: str = "") -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{server.port}/{name}{more}"


@pytest.fixture
def owner(server: Server) -> str:
    """Return the address of an empty database that belongs to a user who may make no other; the password needs quoting."""
    name = server.make()
    secret = STRANGE.replace("'", "''")
    server.execute("postgres", f"create role {name} login password '{secret}'", f"alter database {name} owner to {name}")  # fmt: skip
    return make_url(server, name, name, STRANGE)


@pytest.fixture
def place(tmp_path: Path, owner: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """Return a data folder with its rows there."""
    found = open_place(tmp_path / "data")
    begin_ledger(found.ledger, "office.test.example/ledger")
    run(owner, TABLE, "insert into person select n, '潮田' || n from generate_series(1, 100) n")
    monkeypatch.setenv("DATABASE_URL", owner)
    return found


def run(url: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as link:
        for statement in statements:
            cursor = link.execute(statement)
        return cursor.fetchall() if cursor.description else []


def write_tool(folder: Path, name: str, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


# -- the tools ---------------------------------------------------------------------------------------------------------


def test_password_is_told_to_no_command_line(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pg_dump", "pg_restore"):
        write_tool(tmp_path / "bin", name, f'echo "$@" >> {tmp_path}/told; exec {shutil.which(name)} "$@"')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    assert make_backup(place, AT).rows == 100
    told = (tmp_path / "told").read_text()
    assert "--format=custom" in told
    assert not [part for part in STRANGE.split() if part in told]


def test_missing_tool_is_said_and_nothing_is_left(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = make_backup(place, AT)
    monkeypatch.setenv("PATH", str(tmp_path))
    for act in (lambda: check_backup(copied.path), lambda: restore_backup(copied.path, tmp_path / "new")):  # fmt: skip
        with pytest.raises(InputError) as refused:
            act()
        assert refused.value.code == "MRS-I-049"
    with pytest.raises(InputError, match=r"MRS-I-049.*pg_dump is missing"):
        make_backup(place, AT + dt.timedelta(days=1))
    assert list(place.backups.iterdir()) == [copied.path]


TOOLS = {
    "older than the server": ("pg_dump", "echo 'pg_dump (PostgreSQL) 9.6.24'", "MRS-I-049"),
    "fails": ("pg_dump", 'case "$1" in --version) echo 99;; *) echo 潮田 汀 >&2; exit 1;; esac', "MRS-O-054"),
    "older than the copy": ("pg_restore", "echo 'unsupported version (1.99) in file header' >&2; exit 1", "MRS-I-049"),
    "finds the copy broken": ("pg_restore", "echo 潮田 汀 >&2; exit 1", "MRS-I-056"),
    "ends without a word": ("pg_dump", 'case "$1" in --version) echo 99;; *) kill -9 $$;; esac', "MRS-O-054"),
}


@pytest.mark.parametrize("tool", TOOLS.values(), ids=TOOLS)
def test_tool_that_cannot_do_it_is_said_without_its_words(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tool: tuple[str, str, str]
) -> None:
    name, text, code = tool
    write_tool(tmp_path / "bin", name, text)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    with pytest.raises(MorasanuError) as refused:
        make_backup(place, AT)
    assert refused.value.code == code
    assert "潮田" not in refused.value.message_ja + refused.value.message_en
    assert list(place.backups.iterdir()) == []


def test_server_that_is_away_is_said_without_the_password(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgresql://shio:{PASSWORD}@127.0.0.1:{find_port()}/x")
    with pytest.raises(OutsideError) as refused:
        make_backup(place, AT)
    assert refused.value.code == "MRS-O-054"
    assert PASSWORD not in str(refused.value)


def test_schema_other_than_public_is_copied_and_tried(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = server.make()
    url = make_url(server, name, more="?options=-c%20search_path%3Doffice")
    run(url, "create schema office", TABLE, "insert into person values (1, '潮田')", "create table public.other ()")
    monkeypatch.setenv("DATABASE_URL", url)
    place = open_place(tmp_path / "data")
    begin_ledger(place.ledger, "office.test.example/ledger")
    copied = make_backup(place, AT)
    assert copied.rows == 1
    assert drill(copied.path, find_database(place)) == copied


def test_copy_is_put_back_wholly_or_not_at_all(
    place: Place, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(os.environ["DATABASE_URL"], "create table zone (id integer primary key)")
    copied = make_backup(place, AT)
    url = make_url(server, server.make())
    run(url, "create type zone as enum ('taken')")
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(OutsideError, match="MRS-O-054"):
        restore_backup(copied.path, tmp_path / "restored")
    assert run(url, "select relname from pg_class where relnamespace = 'public'::regnamespace") == []
    assert not (tmp_path / "restored").exists()


# -- the drill ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def _is_ours(place: Place, settings: SettingsWrapper) -> None:
    settings.PLACE = place


@pytest.mark.django_db
@pytest.mark.usefixtures("_is_ours")
def test_drill_without_room_for_it_is_a_failure_on_the_list_and_for_the_control(place: Place) -> None:
    plan("made", "backup.make", read_now())
    plan("tried", "backup.drill", read_now())
    assert [work_next(HANDLERS, SLOW) for _ in range(2)] == [True, True]
    assert DueEvent.objects.get(key="made").state == State.DONE
    assert len(list_copies(place)) == 1
    tried = DueEvent.objects.get(key="tried")
    assert (tried.state, tried.fault, tried.done_at) == (State.WAITING, "MRS-I-122", None)
    DueEvent.objects.update(at=read_now(), attempts=MOST_ATTEMPTS - 1)
    assert work_next(HANDLERS, SLOW)
    assert DueEvent.objects.get(key="tried").state == State.FAILED
    facts = gather_backup(read_today())
    assert (facts.succeeded_on, facts.failed_on) == (None, read_today())


@pytest.mark.django_db
@pytest.mark.usefixtures("_is_ours")
def test_drill_of_the_worker_is_done_where_its_role_may_make_a_database(server: Server) -> None:
    name = run(os.environ["DATABASE_URL"], "select current_user")[0][0]
    server.execute("postgres", f"alter role {name} createdb")
    plan("tried", "backup.drill", read_now())
    assert work_next(HANDLERS, SLOW)
    tried = DueEvent.objects.get(key="tried")
    assert (tried.state, tried.fault) == (State.DONE, "")
    assert gather_backup(read_today()).succeeded_on == read_today()
    assert list_trials(server, os.environ["DATABASE_URL"]) == []


def list_trials(server: Server, *urls: str) -> list[str]:
    """Return the trials of databases; other tests have theirs on the same server."""
    names = tuple(postgresql._name_trial(url.rpartition("/")[2]) for url in urls)
    return [name for (name,) in server.ask("postgres", "select datname from pg_database") if name.startswith(names)]


def test_what_a_killed_drill_left_goes_with_the_next_one_and_another_office_keeps_its_own(
    server: Server,
) -> None:
    mine, theirs = server.make(), server.make()
    left, other = (postgresql._name_trial(name) + "0" for name in (mine, theirs))
    server.execute("postgres", f"create database {left}", f"create database {other}")
    try:
        with PostgresqlDatabase(make_url(server, mine)).trial():
            assert left not in list_trials(server, mine)
            assert len(list_trials(server, mine, theirs)) == 2
        assert list_trials(server, mine, theirs) == [other]
    finally:
        server.execute("postgres", f"drop database if exists {other}")


def test_drill_with_a_tool_that_puts_nothing_back_is_a_failure(
    place: Place, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = run(os.environ["DATABASE_URL"], "select current_user")[0][0]
    server.execute("postgres", f"alter role {name} createdb")
    copied = make_backup(place, AT)
    real = shutil.which("pg_restore")
    write_tool(tmp_path / "bin", "pg_restore", f'case "$*" in *single*) exit 0;; *) exec {real} "$@";; esac')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    with pytest.raises(InputError, match="MRS-I-121"):
        drill(copied.path, find_database(place))
    fewer = "insert into person values (1, '潮田')"
    lie = f'psql -q "$2" -c "{TABLE}" -c "{fewer}"'
    write_tool(tmp_path / "bin", "pg_restore", f'case "$*" in *single*) {lie};; *) exec {real} "$@";; esac')
    with pytest.raises(InputError, match="MRS-I-056"):
        drill(copied.path, find_database(place))
    assert list_trials(server, os.environ["DATABASE_URL"]) == []


def test_two_drills_at_once_are_refused(server: Server) -> None:
    url = make_url(server, server.make())
    with PostgresqlDatabase(url).trial():
        with pytest.raises(InputError, match="MRS-I-122"), PostgresqlDatabase(url).trial():
            pass
        assert len(list_trials(server, url)) == 1
    assert list_trials(server, url) == []


# -- from the embedded database to the server --------------------------------------------------------------------------


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name.split(".")[0])
def embedded(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy that a released program made of its embedded database."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (copy,) = list_copies(open_place(unpack(request.param, tmp_path / "data")))
    return copy


def count_there(url: str, names: list[str]) -> dict[str, int]:
    return {name: int(str(run(url, f'select count(*) from "{name}"')[0][0])) for name in names}


def test_copy_of_the_embedded_database_moves_to_postgresql_and_is_brought_up_to_date_there(
    embedded: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, path = make_url(server, server.make()), os.environ["PATH"]
    monkeypatch.setenv("DATABASE_URL", url)
    moved, held = restore_backup(embedded, tmp_path / "moved"), count_rows(embedded / "office.db")
    assert count_there(url, list(held)) == held
    assert not (moved.path / "office.db").exists()
    applied = run(url, "select app, name from django_migrations order by id")
    is_older = bool(set(MigrationLoader(None).disk_migrations) - set(applied))
    monkeypatch.setenv("PATH", str(tmp_path))
    told = run_part("prepare", moved.path, url=url)  # without pg_dump
    assert (told.get("code"), "MRS-I-049" in told.get("en", "")) == (("MRS-O-053", True) if is_older else (None, False))
    assert run(url, "select app, name from django_migrations order by id") == applied
    monkeypatch.setenv("PATH", path)
    assert run_part("prepare", moved.path, url=url)["link"] == ""
    assert find_lost(held, count_there(url, list(held))) == {}
    told = open_pages(moved.path, url)
    assert told["pages"]["register:holdings"] == told["pages"]["people:persons"] == 200
    assert not [route for route, status in told["pages"].items() if status >= 500]
    assert told["sealed"] >= 1
    before = list_copies(moved)
    assert len(before) == is_older
    shutil.copytree(embedded, moved.backups / embedded.name)
    for copy in (*before, make_backup(moved, AT).path, moved.backups / embedded.name):  # older ones can still be tried
        assert drill(copy, find_database(moved)).rows > sum(held.values())
    assert list_trials(server, url) == []
    run(url, "insert into django_migrations (app, name, applied) values ('people', '9999_newer', now())")
    assert run_part("prepare", moved.path, url=url)["code"] == "MRS-I-050"


def test_keys_that_were_given_away_do_not_come_again(
    embedded: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = restore_backup(embedded, tmp_path / "again").path
    highest = change(data, "update sqlite_sequence set seq = seq + 5 where name = 'register_flow' returning seq")
    copy = make_backup(open_place(data), AT).path
    url = make_url(server, server.make())
    monkeypatch.setenv("DATABASE_URL", url)
    restore_backup(copy, tmp_path / "moved")
    made = run(url, "insert into register_flow (version, changed_at, kind, party, ground, note, holding_id) select 1, now(), 'use', '', '', '', min(id) from register_holding returning id")  # fmt: skip
    assert made[0][0] == highest[0][0] + 1


def change(data: Path, statement: str) -> list[tuple[int, ...]]:
    with closing(sqlite3.connect(data / "office.db")) as link, link:
        return link.execute(statement).fetchall()


def test_copy_of_a_newer_program_does_not_move(
    embedded: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = restore_backup(embedded, tmp_path / "again").path
    change(data, "insert into django_migrations (app, name, applied) values ('people', '9999_newer', '2027-01-01')")
    copy = make_backup(open_place(data), AT).path
    url = make_url(server, server.make())
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(InputError, match="MRS-I-050"):
        restore_backup(copy, tmp_path / "moved")
    assert run(url, "select relname from pg_class where relnamespace = 'public'::regnamespace") == []


UNFIT = {
    "a text that is too long": "update people_person set post = printf('%.200c', 'x')",
    "a text with a character that PostgreSQL has not": "update people_person set post = char(65, 0, 66)",
    "a table of somebody else": "create table mine (id integer)",
}


@pytest.mark.parametrize("statement", UNFIT.values(), ids=UNFIT)
def test_rows_that_do_not_fit_change_nothing(
    embedded: Path, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    data = restore_backup(embedded, tmp_path / "again").path
    change(data, statement)
    copy = make_backup(open_place(data), AT).path
    url = make_url(server, server.make())
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(InputError) as refused:
        restore_backup(copy, tmp_path / "moved")
    assert refused.value.code == "MRS-I-123"
    assert not (tmp_path / "moved").exists()
    assert run(url, "select relname from pg_class where relnamespace = 'public'::regnamespace") == []


def test_copy_of_postgresql_is_not_put_into_a_folder(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = make_backup(place, AT)
    monkeypatch.delenv("DATABASE_URL")
    with pytest.raises(InputError, match=r"MRS-I-121.*DATABASE_URL"):
        restore_backup(copied.path, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()
