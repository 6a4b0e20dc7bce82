"""Databases for tests: a new one each, on servers that run once for all workers of a test run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, Place, Server, share, start_mariadb, start_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _folder(factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all workers of this test run share."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with share(_folder(tmp_path_factory), "postgresql", start_postgresql) as server:
        yield server


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with share(_folder(tmp_path_factory), "mariadb", start_mariadb) as server:
        yield server


@pytest.fixture
def postgresql(postgresql_server: Server) -> Iterator[Place]:
    """Return an empty database of PostgreSQL and a role `audit_…` without rights."""
    place = Place(postgresql_server, postgresql_server.make("TEMPLATE template0"))
    place.execute(f"CREATE ROLE {place.user} LOGIN PASSWORD '{PASSWORD}'")
    yield place
    place.server.execute("postgres", f"DROP DATABASE {place.name} WITH (FORCE)", f"DROP ROLE {place.user}")


@pytest.fixture
def mariadb(mariadb_server: Server) -> Iterator[Place]:
    """Return an empty database of MariaDB and a user `audit_…` without rights."""
    place = Place(mariadb_server, mariadb_server.make())
    place.execute(f"CREATE USER {place.user}@'%' IDENTIFIED BY '{PASSWORD}'")
    yield place
    place.execute(f"DROP USER {place.user}@'%'", f"DROP DATABASE {place.name}")
