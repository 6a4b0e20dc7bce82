"""The program is killed, or its disk fails: every number that it printed is there, and what it sealed is not refuted."""

from __future__ import annotations

import errno
import json
import os
import resource
import subprocess
import sys
from functools import partial
from random import Random
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="needs the extra: ledger")
pytest.importorskip("apsw", reason="needs apsw, whose file system can be written in Python")

from tests.crash.disk import EMPTY
from tests.crash.life import Watched, change_settings
from tests.crash.loop import kill_appends, kill_seals
from tests.crash.promise import patched
from tests.crash.recorder import SYNC, Recorder, System

from morasanu.cli.__main__ import main
from morasanu.ledger.ledger import Ledger, begin_ledger

if TYPE_CHECKING:
    from pathlib import Path


def test_every_number_that_a_killed_program_printed_is_there(tmp_path: Path) -> None:
    assert kill_appends(tmp_path / "ledger", Random(1), 4) > 4


def test_a_program_killed_while_it_seals_leaves_nothing_refuted(tmp_path: Path) -> None:
    assert kill_seals(tmp_path / "ledger", Random(2), 3) >= 0


@pytest.mark.parametrize("number", [3, 4, 6])
def test_a_sync_that_fails_ends_the_program_and_acknowledges_nothing_more(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = tmp_path / "lines"
    lines.write_text("".join(json.dumps({"line": line, "it": "x" * 90}) + "\n" for line in range(4_000)))
    monkeypatch.setenv("MORASANU_LANG", "en")
    with Recorder(tmp_path / "disk", EMPTY) as recorder, lines.open() as file:
        path = recorder.folder / "ledger"
        with patched(partial(Watched, recorder=recorder, settings=change_settings()), System(recorder)):
            begin_ledger(path, "bank.example/ledger")
            left = number

            def fail(kind: str, name: str) -> int | None:
                nonlocal left
                left -= kind == SYNC and name.endswith("-wal")
                return errno.EIO if left == 0 and kind == SYNC else None

            recorder.fail = fail
            monkeypatch.setattr(sys, "stdin", file)
            assert main(["ledger", "append", str(path), "-"]) == 2
            recorder.fail = lambda _, __: None
            printed = capsys.readouterr()
            numbers = [int(line) for line in printed.out.split()]
            assert "MRS-E-01" in printed.err
            assert len(numbers) < 4_000
            with Ledger(path) as ledger:
                assert ledger.size > max(numbers, default=0)
                bodies = [json.loads(row.body)["line"] for row in ledger._store.read(1, len(numbers))]
            assert numbers == list(range(1, 1 + len(numbers)))
            assert bodies == list(range(len(numbers)))


def test_a_full_disk_ends_the_program_and_takes_nothing_that_it_printed(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    begin_ledger(path, "bank.example/ledger")
    lines = "".join(json.dumps({"line": line, "it": "x" * 2_000}) + "\n" for line in range(6_000))
    process = subprocess.run(
        [sys.executable, "-m", "morasanu.cli", "ledger", "append", str(path), "-"],
        input=lines.encode(),
        preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (4_300_000, 4_300_000)),
        capture_output=True,
        check=False,
        env={**os.environ, "MORASANU_LANG": "en"},
    )
    assert process.returncode == 2
    assert b"MRS-E-010" in process.stderr
    numbers = [int(line) for line in process.stdout.split()]
    assert 0 < len(numbers) < 6_000
    with Ledger(path) as ledger:
        assert ledger.size > numbers[-1]
        assert json.loads(next(ledger._store.read(numbers[-1], 1)).body)["line"] == len(numbers) - 1
