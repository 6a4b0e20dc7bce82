"""A store on the bench: opened, opened again, its rows changed from outside, its writes made to fail."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from morasanu.ledger.place import open_store

if TYPE_CHECKING:
    from pathlib import Path

    from tests.unit.source.server import Server

    from morasanu.ledger.interface import Store


class Bench(Protocol):
    """What a test of the contract needs of a kind of store."""

    def open(self) -> Store:
        """Return the store, opened; whatever was open before is closed."""

    def close(self) -> None:
        """Close what is open."""

    def change(self, statement: str) -> None:
        """Run SQL on the table `batch` behind the store's back, while it is closed."""

    def break_writes(self) -> None:
        """Make every write of the open store fail from now on."""

    def find(self, data: bytes) -> bool:
        """Return whether `data` can still be found where the rows are kept."""


@dataclass
class SqliteBench:
    """SQLite in a file."""

    path: Path
    opened: list[Store] = field(default_factory=list)

    def open(self) -> Store:
        self.close()
        self.opened.append(open_store(self.path.parent, ""))
        return self.opened[-1]

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def change(self, statement: str) -> None:
        self.close()
        with closing(sqlite3.connect(self.path, isolation_level=None)) as link:
            link.execute(statement)

    def break_writes(self) -> None:
        # as a full disk does: there is no page left for the next row
        pages = self.opened[-1]._link.execute("pragma page_count").fetchone()[0]
        self.opened[-1]._link.execute(f"pragma max_page_count = {pages}").fetchall()

    def find(self, data: bytes) -> bool:
        return any(data in path.read_bytes() for path in self.path.parent.iterdir() if path.is_file())


@dataclass
class PostgresqlBench:
    """A schema on a live PostgreSQL."""

    address: str
    server: Server
    opened: list[Store] = field(default_factory=list)

    def open(self) -> Store:
        self.close()
        self.opened.append(open_store(None, self.address))
        return self.opened[-1]

    def close(self) -> None:
        while self.opened:
            self.opened.pop().close()

    def _execute(self, statement: str) -> None:
        self.server.execute(self.address.rpartition("/")[2], "set search_path = morasanu_ledger", statement)

    def change(self, statement: str) -> None:
        self.close()
        self._execute(statement)

    def break_writes(self) -> None:
        self._execute("alter table batch add constraint full_disk check (first < 0) not valid")

    def find(self, data: bytes) -> bool:
        found = self.server.ask(
            self.address.rpartition("/")[2],
            f"select count(*) from morasanu_ledger.batch where position('\\x{data.hex()}'::bytea in records) > 0",
        )
        return bool(found[0][0])
