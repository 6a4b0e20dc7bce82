"""The real program, killed at random moments, again and again."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Draft, Ledger, begin_ledger
from morasanu.proof.verify import Outside, State, verify

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


def _start(*arguments: object, **streams: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "morasanu.cli", "ledger", *map(str, arguments)]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, **streams)


def kill_appends(path: Path, random: Random, times: int) -> int:
    """Return how many events were acknowledged by programs that were killed, all of which were found again.

    Raises AssertionError for one that was not, or that is not the one that was acknowledged.
    """
    begin_ledger(path, "bank.example/ledger")
    total = 0
    for turn in range(times):
        process = _start("append", path, "-", stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        feeder = threading.Thread(target=_feed, args=(process, turn, random.choice((1, 7, 300))))
        feeder.start()
        first = process.stdout.readline()
        time.sleep(random.random() * 0.3)
        process.kill()
        printed = (first + process.stdout.read()).splitlines(keepends=True)
        process.wait()
        process.stdout.close()
        feeder.join()
        numbers = [int(line) for line in printed if line.endswith(b"\n")]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        with Ledger(path) as ledger:
            assert ledger.size > numbers[-1]
            for place, row in enumerate(ledger._store.read(numbers[0], len(numbers))):
                assert json.loads(row.body) == {"turn": turn, "line": place}
        total += len(numbers)
    return total


def _feed(process: subprocess.Popen[bytes], turn: int, group: int) -> None:
    assert process.stdin is not None
    line = 0
    with suppress(OSError):
        while True:
            lines = [json.dumps({"turn": turn, "line": line + place}) + "\n" for place in range(group)]
            process.stdin.write("".join(lines).encode())
            process.stdin.flush()
            line += group
    with suppress(OSError):
        process.stdin.close()


def kill_seals(path: Path, random: Random, times: int) -> int:
    """Return how many of `times` programs were killed before they had sealed; none left files that are refuted.

    Raises AssertionError when files are refuted or the ledger cannot be sealed afterwards.
    """
    begin_ledger(path, "bank.example/ledger")
    heads: list[Outside] = []
    killed, took_s = 0, 0.0
    for turn in range(times):
        with Ledger(path) as ledger:
            ledger.append([Draft("crash.loop", "tests", {"turn": turn, "it": it}) for it in range(8_000)])
        begun = time.monotonic()
        process = _start("checkpoint", path, stdout=subprocess.PIPE)
        if turn:  # the first one says how long it takes
            time.sleep(took_s * (0.3 + 0.7 * random.random()))
            process.kill()
        printed, _ = process.communicate()
        took_s = took_s or time.monotonic() - begun
        if process.returncode == 0:
            heads.append(Outside(f"turn {turn}", printed))
        else:
            killed += 1
        found = verify(Folder(path).read, heads)
        assert found.state is not State.REFUTED, found
        with Ledger(path) as ledger:
            heads.append(Outside(f"after turn {turn}", ledger.seal().encoded))
        found = verify(Folder(path).read, heads)
        assert found.state is State.VERIFIED, found
    return killed
