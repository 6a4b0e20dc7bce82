"""Worker, web server and supervisor killed at random while a client writes: what must be there in the end."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import os
import signal
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tests.crash import part
from tests.crash.office import PATIENCE_S, Office, Visitor, find_parts
from tests.crash.part import KIND
from tests.unit.office.own import ask, is_embedded, put

from morasanu.ledger.ledger import Ledger
from morasanu.office.place import open_place
from morasanu.proof.verify import State, verify

if TYPE_CHECKING:
    from random import Random


@dataclass
class Outcome:
    """What was acknowledged, how often what was killed, and how many events were due."""

    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    events: int = 0


def find_port() -> int:
    """Return a port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def kill_office(folder: Path, random: Random, victims: list[str], events: int) -> Outcome:
    """Return what happened while each of `victims` was killed in turn; the data folder is `folder`/data.

    Raises AssertionError when the office does not come back.
    """
    outcome, port, stop = Outcome(events=events), find_port(), threading.Event()
    office = _start(folder, port)
    try:
        visitor = Visitor(office.address)
        visitor.begin(office.link)
        _plan(folder / "data", events, len(victims))
        writer = threading.Thread(target=_write, args=(visitor, outcome, stop))
        writer.start()
        try:
            for victim in victims:
                time.sleep(0.3 + random.random())
                office = _kill(office, victim, folder, port)
                outcome.kills[victim] = outcome.kills.get(victim, 0) + 1
        finally:
            stop.set()
            writer.join()
        _wait_until_done(folder / "data")
    finally:
        office.stop()
    return outcome


def _start(folder: Path, port: int) -> Office:
    return Office(folder / "data", port, program=(str(Path(part.__file__)),))


def _kill(office: Office, victim: str, folder: Path, port: int) -> Office:
    """Kill one process; the supervisor is started again, as the machine's service would."""
    if victim != "supervisor":
        until = time.monotonic() + PATIENCE_S
        while victim not in (parts := office.find_parts()):
            assert time.monotonic() < until, office.read_log()
            time.sleep(0.05)
        with suppress(ProcessLookupError):
            os.kill(parts[victim], signal.SIGKILL)
        return office
    parts = office.find_parts()
    os.kill(office.process.pid, signal.SIGKILL)
    office.process.wait()
    until = time.monotonic() + PATIENCE_S
    while any(Path(f"/proc/{pid}").exists() for pid in parts.values()):  # they end by themselves
        assert time.monotonic() < until, office.read_log()
        time.sleep(0.05)
    assert not find_parts(office.process.pid)
    return _start(folder, port)


def _plan(data: Path, events: int, kills: int) -> None:
    """Put events on the list that come due while things are killed."""
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
    rows = [
        (f"tests-{n}", KIND, str(now + dt.timedelta(seconds=kills * 1.2 * n / events)), json.dumps({"n": n}))
        for n in range(events)
    ]
    put(
        data,
        "insert into due_dueevent (key, kind, at, facts, state, attempts, fault) values (%s, %s, %s, %s, 'waiting', 0, '')",
        rows,
    )


def _write(visitor: Visitor, outcome: Outcome, stop: threading.Event) -> None:
    """Add units, one after the other; keep those whose writing was acknowledged."""
    number = 0
    while not stop.is_set():
        number += 1
        try:
            answer = visitor.post("/people/units/new/", {"code": f"u{number}", "name": "支店", "kind": "branch"})
        except (OSError, http.client.HTTPException):
            outcome.refused += 1
            time.sleep(0.05)
            continue
        if answer.status == 302 and answer.address.startswith("/people/units/"):
            outcome.acknowledged.append(f"u{number}")
        else:
            outcome.refused += 1


def _wait_until_done(data: Path) -> None:
    question = "select (select count(*) from seal_outbox where seq is null) + (select count(*) from due_dueevent where kind = 'tests.mark' and state != 'done')"
    until = time.monotonic() + PATIENCE_S
    while ask(data, question)[0][0]:
        assert time.monotonic() < until, ask(data, "select state, count(*), max(fault) from due_dueevent group by 1")
        time.sleep(0.1)


def find_faults(folder: Path, outcome: Outcome) -> list[str]:
    """Return which promises were broken."""
    data, faults = folder / "data", []
    stored = {code for (code,) in ask(data, "select code from people_orgunit")}
    if lost := set(outcome.acknowledged) - stored:
        faults.append(f"{len(lost)} acknowledged writes are lost")
    traces = ask(
        data,
        "select u.code, count(o.id) from people_orgunit u left join seal_outbox o on o.subject = 'people.unit/' || u.id group by 1",
    )
    if wrong := [code for code, count in traces if count != 1]:
        faults.append(f"{len(wrong)} units do not have one trace")
    marks = ask(data, "select subject, count(*) from seal_outbox where kind = 'tests.marked' group by 1")
    if len(marks) != outcome.events or any(count != 1 for _, count in marks):
        faults.append(f"{len(marks)} of {outcome.events} events done, at most {max(count for _, count in marks)} times")
    changes = ask(data, "select digest, seq from seal_outbox order by id")
    with Ledger(open_place(data).ledger) as ledger:
        held = [(json.loads(body)["row"], seq) for seq, body in ledger.read_last(10**6) if b'"outbox"' in body]
        if held != changes:
            faults.append(f"the ledger holds {len(held)} changes, the database {len(changes)}, or in another order")
        ledger.seal()
        found = verify(ledger._folder.read, [])
    if found.state is State.REFUTED:
        faults.append("the ledger is refuted")
    if is_embedded() and ask(data, "pragma integrity_check") != [("ok",)]:
        faults.append("the database is broken")
    return faults
