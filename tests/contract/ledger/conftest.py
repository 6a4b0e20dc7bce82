"""Stores to try, each with a way to open it again: SQLite in a file, PostgreSQL on a live server that syncs."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

import pytest
from tests.contract.ledger.bench import PostgresqlBench, SqliteBench
from tests.unit.source.server import PASSWORD, Server, share, start_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.ledger.bench import Bench


@pytest.fixture(scope="session")
def syncing_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="no psycopg here")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "syncing"
    folder.mkdir(exist_ok=True)
    with share(folder, "postgresql", partial(start_postgresql, fsync="on")) as server:
        yield server


@pytest.fixture
def address(syncing_postgresql: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the address of a new schema; who logs in stands in the environment, as libpq wants it."""
    monkeypatch.setenv("PGUSER", "admin")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    return f"{syncing_postgresql.url}/{syncing_postgresql.make()}"


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "sqlite":
        made: Bench = SqliteBench(tmp_path / "rows.db")
    else:
        address = request.getfixturevalue("address")
        made = PostgresqlBench(address, request.getfixturevalue("syncing_postgresql"))
    yield made
    made.close()
