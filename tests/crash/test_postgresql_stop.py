"""PostgreSQL stopped at once while threads append: what was acknowledged is there, in order and dense, and nothing was taken in between.

`MORASANU_STOPS=100 pytest tests/crash/test_postgresql_stop.py` stops it a hundred times.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from itertools import count
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, restart_postgresql, start_postgresql, stop

from morasanu.errors import EvidenceError
from morasanu.ledger.batch import Draft
from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.event import digest_record, parse_event
from morasanu.proof.verify import State, verify

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    from tests.unit.source.server import Server

STOPS = int(os.environ.get("MORASANU_STOPS", "12"))
THREADS = 4
PATIENCE_S = 60


class Machine:
    """A server that can be stopped as if its plug were pulled, and started again."""

    def __init__(self, server: Server, home: Path, process: subprocess.Popen[bytes]) -> None:
        self.server, self.home, self.process = server, home, process

    def stop(self) -> None:
        """Stop it at once ("immediate"): no last words to clients, nothing written that was not."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(PATIENCE_S)

    def start(self) -> None:
        self.process = restart_postgresql(self.server, self.home)


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    pytest.importorskip("psycopg", reason="no psycopg here")
    made = Machine(*start_postgresql(fsync="on"))
    yield made
    stop(made.home, made.process)


class Writer(threading.Thread):
    """Appends until the ledger takes nothing more, and remembers what was acknowledged."""

    def __init__(self, ledger: Ledger, name: str, enough: threading.Event, wanted: int) -> None:
        super().__init__(daemon=True)
        self.ledger, self.own, self.enough, self.wanted = ledger, name, enough, wanted
        self.acknowledged: list[tuple[int, dict[str, object]]] = []
        self.refused: list[str] = []

    def run(self) -> None:
        for number in count():
            group = [{"writer": self.own, "number": number, "part": part} for part in range(1 + number % 3)]
            try:
                numbers = self.ledger.append([Draft("record", self.own, record) for record in group])
            except EvidenceError as refused:
                self.refused.append(refused.code)
                if len(self.refused) == 3:
                    return
                continue
            assert not self.refused, "acknowledged after a fault"
            self.acknowledged += zip(numbers, group, strict=True)
            if len(self.acknowledged) >= self.wanted:
                self.enough.set()


@pytest.fixture
def path(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a new ledger whose rows are kept on the server."""
    monkeypatch.setenv("PGUSER", "admin")
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    path = tmp_path / "evidence"
    begin_ledger(path, "bank.example/evidence", f"{machine.server.url}/{machine.server.make()}")
    return path


def test_a_server_that_stops_at_once_loses_nothing_that_was_acknowledged(machine: Machine, path: Path) -> None:
    acknowledged: dict[int, dict[str, object]] = {}
    for turn in range(STOPS):
        acknowledged |= stop_while_writing(machine, path, turn)
        assert find_lost(path, acknowledged) == []
    with Ledger(path) as ledger:
        ledger.seal()
    assert verify(Folder(path).read, []).state is State.UNPROVEN


def test_without_waiting_for_the_disk_something_is_lost(
    machine: Machine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("morasanu.ledger.postgresql._SESSION", ("set synchronous_commit = off",))
    lost = (find_lost(path, stop_while_writing(machine, path, turn)) for turn in range(100))
    assert any(lost), "the test would not notice a loss"


def stop_while_writing(machine: Machine, path: Path, turn: int) -> dict[int, dict[str, object]]:
    """Return what was acknowledged until the server stopped; it runs again then."""
    acknowledged: dict[int, dict[str, object]] = {}
    enough = threading.Event()
    with Ledger(path) as ledger:
        wanted = random.Random(turn).randrange(1, 60)
        writers = [Writer(ledger, f"w{turn}-{number}", enough, wanted) for number in range(THREADS)]
        for writer in writers:
            writer.start()
        assert enough.wait(PATIENCE_S)
        machine.stop()
        for writer in writers:
            writer.join(PATIENCE_S)
            assert not writer.is_alive()
            assert set(writer.refused) == {"MRS-E-010"}
        with pytest.raises(EvidenceError):
            ledger.append([Draft("record", "u", {})])
    for writer in writers:
        numbers = [seq for seq, _ in writer.acknowledged]
        assert numbers == sorted(set(numbers))
        assert not acknowledged.keys() & numbers
        acknowledged.update(writer.acknowledged)
    machine.start()
    return acknowledged


def find_lost(path: Path, acknowledged: dict[int, dict[str, object]]) -> list[int]:
    """Return the acknowledged events that are not in their place; what else there is was asked for, dense and in its writer's order."""
    with Ledger(path) as ledger:
        rows = list(ledger._store.read(0, ledger.size))
        assert len(rows) == ledger.size
    last: dict[str, int] = {}
    for seq, row in enumerate(rows):
        event = parse_event(row.entry)
        assert event.seq == seq
        assert event.digest == digest_record(row.salt, row.body)
        if seq:
            number = int(row.body.split(b'"number":')[1].split(b",")[0])
            assert number >= last.get(event.actor, 0)
            last[event.actor] = number
    return [
        seq for seq, record in acknowledged.items() if seq >= len(rows) or rows[seq].body != encode_canonical(record)
    ]
