"""The rows of an office that runs in processes of its own, seen from outside: embedded, or on PostgreSQL where DATABASE_URL says so."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_NUMBER = count()


@pytest.fixture
def own_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give the processes that a test starts an empty database on the server of DATABASE_URL; without one they use their folder's own."""
    url = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not url.scheme.startswith("postgres"):
        yield
        return
    name = f"own_{os.getpid()}_{next(_NUMBER)}"
    with _connect() as link:
        link.execute(f"create database {name}")
        try:
            monkeypatch.setenv("DATABASE_URL", url._replace(path=f"/{name}").geturl())
            yield
        finally:
            link.execute(f"drop database {name} with (force)")


def is_embedded() -> bool:
    """Return whether the rows lie in the data folder."""
    return not os.environ.get("DATABASE_URL")


@contextmanager
def _connect() -> Iterator[Any]:
    psycopg = pytest.importorskip("psycopg", reason="no psycopg here")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, options="-c timezone=UTC") as link:
        yield link


def ask(data: Path, question: str) -> list[tuple[Any, ...]]:
    """Return the rows that answer `question`."""
    if is_embedded():
        with closing(sqlite3.connect(f"file:{data / 'office.db'}?mode=ro", uri=True, timeout=30)) as link:
            return link.execute(question).fetchall()
    with _connect() as link:
        return list(link.execute(question).fetchall())


def put(data: Path, statement: str, rows: Iterable[Sequence[Any]]) -> None:
    """Run a statement, with `%s` for each value, once for each row, all of it in one transaction."""
    if is_embedded():
        with closing(sqlite3.connect(data / "office.db", timeout=30)) as link, link:
            link.executemany(statement.replace("%s", "?"), rows)
        return
    with _connect() as link, link.transaction(), link.cursor() as cursor:
        cursor.executemany(statement, rows)
