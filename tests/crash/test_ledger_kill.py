"""The command line is killed at any moment: every number it printed is there, and what it sealed is never refuted.

`MORASANU_KILLS` says how often (8 in `make test`).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from random import Random
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="the extra `ledger` is not installed")

from morasanu.ledger.batch import Draft
from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.proof.event import digest_record
from morasanu.proof.verify import Outside, State, verify

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("MORASANU_KILLS", "8"))
MOST = 200_000


def start(*arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", *arguments]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes], after_s: float) -> list[int]:
    """Return the numbers that the program printed until it was killed."""
    time.sleep(after_s)
    process.send_signal(signal.SIGKILL)
    printed, _ = process.communicate()
    *lines, _ = printed.split(b"\n")  # the last may be cut
    return list(map(int, lines))


def test_append_killed_has_every_number_it_printed(tmp_path: Path) -> None:
    path, random = tmp_path / "ledger", Random(4)
    begin_ledger(path, "bank.example/ledger")
    lines = tmp_path / "lines"
    lines.write_text("".join(f'{{"n":{number}}}\n' for number in range(MOST)), encoding="ascii")
    printed = 0
    for _ in range(KILLS):
        with Ledger(path) as ledger:
            before = ledger.size
        with lines.open("rb") as source:
            command = [sys.executable, "-m", "morasanu.cli", "ledger", "append", str(path), "-"]
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert process.stdout is not None
            first = process.stdout.readline()
            numbers = [int(first), *kill(process, random.random() / 10)]
        assert numbers == list(range(before, before + len(numbers)))
        printed += len(numbers)
        with Ledger(path) as ledger:
            assert ledger.size >= before + len(numbers)
            rows = list(ledger._store.read(before, len(numbers)))
        for number, row in enumerate(rows):
            assert json.loads(row.body) == {"n": number}
            assert digest_record(row.salt, row.body) == json_digest(row.entry)
    assert printed > KILLS


def json_digest(entry: bytes) -> bytes:
    from morasanu.proof.event import parse_event  # noqa: PLC0415

    return parse_event(entry).digest


def test_sealing_killed_is_never_refuted(tmp_path: Path) -> None:
    path, random = tmp_path / "ledger", Random(5)
    begin_ledger(path, "bank.example/ledger")
    heads = [(path / "checkpoint").read_bytes()]
    for _ in range(KILLS):
        with Ledger(path) as ledger:
            ledger.append([Draft("crash.event", "tests", number) for number in range(random.randint(1, 2_000))])
        process = start("checkpoint", str(path))
        time.sleep(random.uniform(0.1, 0.5))
        process.send_signal(signal.SIGKILL)
        printed, _ = process.communicate()
        if printed:
            heads.append(printed)
        verdict = verify(Folder(path).read, [Outside(str(number), head) for number, head in enumerate(heads)])
        assert verdict.state is State.VERIFIED, verdict
    with Ledger(path) as ledger:
        ledger.seal()
        size = ledger.size
    verdict = verify(Folder(path).read, [Outside(str(number), head) for number, head in enumerate(heads)])
    assert (verdict.state, verdict.size) == (State.VERIFIED, size)
