"""The keeper of scans: one at a time, started again, given up when it dies again and again."""

from __future__ import annotations

import subprocess
import sys

import pytest

from morasanu.office.place import Place
from morasanu.office.reality import keeper as module
from morasanu.office.reality.keeper import BUSY, DIED, MOST_DEATHS, ScanKeeper
from morasanu.office.reality.models import Run, RunState
from morasanu.office.reality.services import ask_scan


class Starts:
    """Stands for `subprocess`: every process ends at once with the code that is wanted."""

    PIPE = subprocess.PIPE

    def __init__(self, code: int) -> None:
        self.code = code
        self.commands: list[list[str]] = []

    def Popen(self, command: list[str], **more: object) -> subprocess.Popen[bytes]:  # noqa: N802 - the name there
        del more
        self.commands.append(command)
        process = subprocess.Popen([sys.executable, "-c", f"raise SystemExit({self.code})"])
        process.wait()
        return process


@pytest.fixture
def start(monkeypatch, bank):
    def use(code: int) -> tuple[Starts, ScanKeeper]:
        starts = Starts(code)
        monkeypatch.setattr(module, "subprocess", starts)
        monkeypatch.setattr(module, "_PAUSE_S", 0.0)
        return starts, ScanKeeper(Place(bank.folder))

    return use


def test_nothing_is_started_when_nothing_waits(start) -> None:
    starts, keeper = start(0)
    keeper.look_after()
    assert starts.commands == []


def test_what_was_begun_comes_before_what_waits(start, bank) -> None:
    run = ask_scan(bank.share, "tests")
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
    later = Run.objects.create(location=bank.share, asked_at=run.asked_at, changed_at=run.changed_at)
    starts, keeper = start(0)
    keeper.look_after()
    assert starts.commands[0][-2:] == ["--run", str(run.pk)]
    assert later.pk != run.pk


def test_a_scan_that_dies_again_and_again_fails_with_its_reason(start, bank) -> None:
    run = ask_scan(bank.share, "tests")
    starts, keeper = start(9)
    for _ in range(MOST_DEATHS + 1):
        keeper.look_after()
    run.refresh_from_db()
    assert (run.state, run.fault) == (RunState.FAILED, DIED.code)
    assert len(starts.commands) == MOST_DEATHS


def test_a_scan_whose_state_file_is_still_held_is_tried_again_without_end(start, bank) -> None:
    run = ask_scan(bank.share, "tests")
    starts, keeper = start(BUSY)
    for _ in range(MOST_DEATHS * 2):
        keeper.look_after()
    run.refresh_from_db()
    assert run.state == RunState.WAITING
    assert len(starts.commands) == MOST_DEATHS * 2
