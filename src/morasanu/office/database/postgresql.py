"""The office's rows on a server: copied by PostgreSQL's own tools, put into an empty database in one transaction."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

import dj_database_url
import psycopg
from psycopg import pq, sql
from psycopg.conninfo import make_conninfo

from morasanu.errors import InputError, OutsideError
from morasanu.office.database import sqlite
from morasanu.office.database.tool import DUMP, refuse_older, run_tool
from morasanu.office.place import MARK, open_place
from morasanu.office.supervise import ask_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.office.database.interface import Database

_CONNECT_S: Final = 10
_LOCK: Final = 0x6D6F726173616E75
"""Held in the database while a drill lasts, so that what another one left can be told from what is in use."""
_BARE: Final = ("--no-owner", "--no-privileges")
"""Whoever puts a copy back owns it."""
_STAY: Final = (
    "select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings where name = 'idle_session_timeout'"
)
_SCHEMA: Final = "select coalesce(current_schema(), 'public')"
_TABLES: Final = "select count(*) from pg_catalog.pg_class where relnamespace = (%s)::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
_FORM: Final = (
    "select pg_catalog.pg_encoding_to_char(encoding) from pg_catalog.pg_database where datname = current_database()"
)
_LEFT: Final = "select datname from pg_catalog.pg_database where starts_with(datname, %s) and pg_catalog.pg_has_role(datdba, 'member')"


class PostgresqlDatabase:
    """The database at `url`, as DATABASE_URL has it."""

    def __init__(self, url: str) -> None:
        """Take the address; nothing is connected yet."""
        self._url = url
        found = dj_database_url.parse(url)
        given = {"dbname": found["NAME"], "user": found["USER"], "password": found["PASSWORD"], "host": found["HOST"], "port": found["PORT"]}  # fmt: skip
        known = {each.keyword.decode() for each in pq.Conninfo.get_defaults()}
        more = {name: value for name, value in found.get("OPTIONS", {}).items() if name in known}
        self._given = {"connect_timeout": _CONNECT_S, **more, **{name: value for name, value in given.items() if value}}

    def dump(self, copy: Path) -> None:
        """Write all rows as they are at one moment."""
        with self._connect() as link:
            name, schema = link.info.dbname, _ask(link, _SCHEMA)
            if not _count_tables(link, schema):
                raise InputError(
                    "MRS-I-121",
                    "データベースが空です。DATABASE_URL を確かめてください",
                    "the database is empty: see to DATABASE_URL",
                )
            refuse_older("pg_dump", link.info.server_version // 10_000, self._tell())
        tables = sql.Identifier(schema).as_string() + ".*"
        file = copy / DUMP
        run_tool("pg_dump", [_name(name), *_BARE, "--format=custom", "--lock-wait-timeout=60s", f"--table={tables}", f"--file={file}"], self._tell())  # fmt: skip
        file.chmod(0o600)

    def load(self, copy: Path) -> None:
        """Put the rows of a copy into this database; those of SQLite too."""
        with self._connect() as link:
            name = link.info.dbname
            if _count_tables(link, _ask(link, _SCHEMA)):
                raise InputError(
                    "MRS-I-120",
                    "DATABASE_URL のデータベースが空ではありません",
                    "the database that DATABASE_URL names is not empty",
                )
        if (copy / DUMP).exists():
            run_tool("pg_restore", [_name(name), *_BARE, "--single-transaction", "--exit-on-error", str(copy / DUMP)], self._tell())  # fmt: skip
        else:
            self._move(copy)

    def _move(self, copy: Path) -> None:
        """Put the rows of SQLite into this database: by Django, in a process of its own, since this one may have another database."""
        with tempfile.TemporaryDirectory(prefix="morasanu-move-") as name:
            for file in (sqlite.FILE, MARK, "secret"):
                shutil.copy2(copy / file, Path(name) / file)
            ask_part("move", open_place(Path(name)), database=self._url)

    @contextmanager
    def trial(self) -> Iterator[Database]:
        """Return a database of its own on the same server; its role needs CREATEDB. One that a killed drill left goes away first."""
        with self._connect() as link:
            link.execute(_STAY.encode())
            if _ask(link, f"select pg_try_advisory_lock({_LOCK})") != "True":
                raise InputError("MRS-I-122", "ほかの訓練が続いています", "another drill is running")
            name, schema = _name_trial(link.info.dbname), sql.Identifier(_ask(link, _SCHEMA))
            for (left,) in link.execute(_LEFT, (name,)).fetchall():
                _drop(link, left)
            name += secrets.token_hex(4)
            self._create(link, name)
            try:
                trial = PostgresqlDatabase(_replace_name(self._url, name))
                with trial._connect() as inner:
                    inner.execute(sql.SQL("create schema if not exists {}").format(schema))
                yield trial
            finally:
                with self._connect() as again:  # the first one may have been cut meanwhile
                    _drop(again, name)

    def _create(self, link: psycopg.Connection, name: str) -> None:
        try:
            form = sql.Literal(_ask(link, _FORM))
            link.execute(
                sql.SQL("create database {} template template0 encoding {}").format(sql.Identifier(name), form)
            )
        except psycopg.errors.InsufficientPrivilege as error:
            raise InputError(
                "MRS-I-122",
                "控えを試す場所がありません。データベースの利用者に CREATEDB の権限を与えてください（alter role … createdb）",
                "there is no room to try the copy: give the database's user the right CREATEDB (alter role … createdb)",
            ) from error

    @contextmanager
    def _connect(self) -> Iterator[psycopg.Connection]:
        """Give a connection that commits every statement at once. Raises OutsideError MRS-O-054, without the server's words."""
        try:
            with psycopg.connect(make_conninfo(**self._given), autocommit=True) as link:
                yield link
        except psycopg.Error as error:
            name = error.sqlstate or type(error).__name__
            raise OutsideError(
                "MRS-O-054",
                f"データベースが使えません（{name}）。DATABASE_URL とパスワード、権限を確かめてください",
                f"the database cannot be used ({name}): see to DATABASE_URL, password and rights",
            ) from error

    def _tell(self) -> dict[str, str]:
        """Return what a tool is told by its environment: all but the database's name, and so the password."""
        names = {each.keyword.decode(): each.envvar.decode() for each in pq.Conninfo.get_defaults() if each.envvar}
        return {names[name]: str(value) for name, value in self._given.items() if name in names}


def _name(name: str) -> str:
    return f"--dbname={make_conninfo(dbname=name)}"


def _ask(link: psycopg.Connection, question: str) -> str:
    ((answer,),) = link.execute(question.encode()).fetchall()
    return str(answer)


def _count_tables(link: psycopg.Connection, schema: str) -> int:
    with suppress(psycopg.errors.UndefinedObject, psycopg.errors.InvalidSchemaName):
        row = link.execute(_TABLES.encode(), (sql.Identifier(schema).as_string(),)).fetchone()
        return int(row[0]) if row else 0
    return 0


def _name_trial(name: str) -> str:
    return f"morasanu_drill_{sha256(name.encode()).hexdigest()[:12]}_"


def _drop(link: psycopg.Connection, name: str) -> None:
    link.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))


def _replace_name(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{quote(name)}").geturl()
