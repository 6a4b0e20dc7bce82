"""The real processes: a worker that scans and seals, a scan that is killed, and a ledger that proves what happened."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.office.own import ask, own_database

from .bank import write_customers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 90


def act(what: str, data: Path, *given: str) -> dict[str, list[dict[str, object]]]:
    """Do one thing in the office; return how it stands."""
    command = [sys.executable, "-m", "tests.unit.office.reality.office", what, str(data), *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=make_environment())
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def make_environment() -> dict[str, str]:
    return {
        name: value for name, value in os.environ.items() if name not in ("DJANGO_SETTINGS_MODULE", "MORASANU_DATA")
    }


@contextmanager
def run_worker(data: Path) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "morasanu.office", "worker", "--data", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=make_environment()) as worker:
        try:
            yield worker
        finally:
            worker.terminate()
            worker.wait(30)


def wait_for(what: Callable[[], object]) -> object:
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if found := what():
            return found
        time.sleep(0.05)
    raise TimeoutError


def find_scan(worker: subprocess.Popen[bytes]) -> int:
    """Return the number of the process that scans for `worker`, 0 for none."""
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for child in children:
        if b"\0scan\0" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    return 0


def verify(data: Path, *given: str) -> int:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", "verify", str(data / "ledger"), *given]
    return subprocess.run(command, capture_output=True, check=False).returncode


__all__ = ["own_database"]
pytestmark = [
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc"),
    pytest.mark.usefixtures("own_database"),
]


def test_a_difference_is_found_registered_closed_and_proved_by_the_ledger(tmp_path) -> None:
    data, share = tmp_path / "data", tmp_path / "share"
    write_customers(share / "営業" / "名簿.csv")
    act("begin", data, str(share))
    act("ask", data)
    with run_worker(data):
        wait_for(lambda: ask(data, "select 1 from finding_finding where state = 'open'"))
        act("register", data, "営業", "CUSTOMER_ID,PERSON,ADDRESS,PHONE")
        wait_for(lambda: ask(data, "select 1 from finding_finding where state = 'closed'"))
        wait_for(lambda: not ask(data, "select 1 from seal_outbox where seq is null"))
    found = act("rows", data)
    assert found["findings"] == [{"state": "closed", "reason_code": "unregistered", "closed_as": "gone"}]
    assert [run["state"] for run in found["runs"]] == ["done"]
    assert found["waiting"] == 0
    kept = shutil.copy(data / "ledger" / "checkpoint", tmp_path / "checkpoint")
    assert verify(data) == 4  # unproven: nothing that left this machine says so
    assert verify(data, "--checkpoint", str(kept)) == 0
    kinds = {kind for (kind,) in ask(data, "select kind from seal_outbox")}
    assert {"reality.run.done", "finding.opened", "finding.closed.gone", "requirement.evidence.added"} <= kinds


def test_a_scan_that_is_killed_goes_on_where_it_was(tmp_path) -> None:
    data, share = tmp_path / "data", tmp_path / "share"
    for n in range(60):
        write_customers(share / f"店{n % 5}" / f"{n:03}.csv", 200)
    act("begin", data, str(share))
    act("ask", data)
    with run_worker(data) as worker:
        wait_for(lambda: ask(data, "select 1 from reality_run where state = 'running' and files_done >= 3"))
        scan = find_scan(worker)
        os.kill(scan, signal.SIGKILL)
        (read,) = ask(data, "select files_done from reality_run where state = 'running'")
        assert 3 <= int(read[0]) < 60
        wait_for(lambda: ask(data, "select 1 from reality_run where state = 'done'"))
    (state,) = (data / "reports").glob("location-*.state")
    with closing(sqlite3.connect(state)) as database:
        last = int(database.execute("select value from meta where name = 'scan'").fetchone()[0])
        first = database.execute("select count(*) from file where read_in < ?", (last,)).fetchone()[0]
    assert last == 2
    assert first >= int(read[0])  # what was read before the kill was not read again
    found = act("rows", data)
    assert [(run["state"], run["files"], run["files_done"]) for run in found["runs"]] == [("done", 60, 60)]
    assert len(found["findings"]) == 5


def test_a_worker_that_is_killed_takes_its_scan_along_and_the_next_one_goes_on(tmp_path) -> None:
    data, share = tmp_path / "data", tmp_path / "share"
    for n in range(60):
        write_customers(share / f"{n:03}.csv", 200)
    act("begin", data, str(share))
    act("ask", data)
    with run_worker(data) as worker:
        wait_for(lambda: ask(data, "select 1 from reality_run where state = 'running' and files_done >= 2"))
        worker.kill()
    with run_worker(data):
        wait_for(lambda: ask(data, "select 1 from reality_run where state = 'done'"))
        wait_for(lambda: not ask(data, "select 1 from seal_outbox where seq is null"))
    found = act("rows", data)
    assert [(run["state"], run["files"], run["files_done"]) for run in found["runs"]] == [("done", 60, 60)]
    assert [each["state"] for each in found["findings"]] == ["open"]
