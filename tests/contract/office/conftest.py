"""A PostgreSQL of its own for the office's tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, Server, share, start_postgresql

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return the server, which is skipped over where there is none."""
    pytest.importorskip("psycopg", reason="no psycopg here")
    pytest.importorskip("allauth", reason="needs the extra: web")
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "office"
    folder.mkdir(exist_ok=True)
    with share(folder, "postgresql", start_postgresql) as found:
        yield found


@pytest.fixture
def url(server: Server) -> str:
    """Return the address of a new database, as DATABASE_URL has it."""
    return f"postgresql://admin:{PASSWORD}@127.0.0.1:{server.port}/{server.make()}"
