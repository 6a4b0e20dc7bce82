"""The long run by hand (`make crash`): many losses of power, every call failing once, many kills; the figures are kept."""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bench.common import REPOSITORY, describe_machine, format_table
from tests.crash.injury import Injury, count_calls, find_harm
from tests.crash.life import change_settings, find_states

if TYPE_CHECKING:
    from collections.abc import Sequence

STATES = 45


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when nothing was lost that must not be, and something where it must."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--states", type=int, default=100_000, help="losses of power")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--each", type=int, default=1, help="let every so manyth call fail")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench" / "results")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    rows = []
    with tempfile.TemporaryDirectory(prefix="morasanu-", dir=memory) as name:
        for settings, states in (
            ((), options.states),
            (("synchronous = NORMAL",), 2_000),
            (("synchronous = OFF",), 2_000),
        ):
            rows.append(lose_power(Path(name), settings, states))
        rows.append(fail_calls(Path(name), options.each))
    rows.append(run_kills(options.kills))
    table = format_table(("what", "looked at", "harmed", "how"), [row[:4] for row in rows])
    machine = describe_machine()
    report = (
        f"# Crashes of the ledger, {dt.datetime.now(dt.UTC).date()}, commit {machine['commit']}\n\n{machine['cpu']}, {machine['python']}, "
        f"{time.monotonic() - began:.0f} s\n\n{table}\n"
    )
    print(report)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"crash-{dt.datetime.now(dt.UTC).date()}-{machine['commit']}.md").write_text(
        report, encoding="utf-8"
    )
    return 0 if all(row[4] for row in rows) else 1


def lose_power(folder: Path, changes: Sequence[str], states: int) -> tuple[str, str, str, str, bool]:
    """Return what was found in `states` states; with `changes` to the settings harm is what must be found."""
    faults: Counter[str] = Counter()
    seed = count = 0
    generations = {"generations": 1} if changes else {}
    while count < states:
        place = folder / f"power-{len(changes)}-{seed}"
        place.mkdir()
        for found in find_states(Random(seed), place, change_settings(*changes), 12, STATES, **generations):
            count += 1
            if fault := found.find_fault(place / "image", goes_on=not changes and count % 4 == 0):
                faults[fault.partition(":")[0]] += 1
        subprocess.run(["rm", "-rf", str(place)], check=True)
        seed += 1
    name = f"power lost, {changes[0] if changes else 'as shipped'}"
    harmed = faults.total()
    return name, f"{count:,}", f"{harmed:,}", show(faults), bool(harmed) == bool(changes)


def fail_calls(folder: Path, each: int) -> tuple[str, str, str, str, bool]:
    """Return what happened when calls of the system failed."""
    faults: Counter[str] = Counter()
    calls, count = count_calls(folder / "count"), 0
    for error in (errno.EIO, errno.ENOSPC):
        for is_lasting in (False, True):
            for number in range(1, calls, each):
                count += 1
                if harm := find_harm(Injury(number, error, is_lasting), folder / "live"):
                    faults[harm] += 1
    return "a call fails (EIO, ENOSPC; once, lasting)", f"{count:,}", f"{faults.total():,}", show(faults), not faults


def run_kills(kills: int) -> tuple[str, str, str, str, bool]:
    """Return whether the tests with kill -9 and with a server stopped at once held, so many times."""
    names = ("tests/crash/test_ledger_kill.py", "tests/crash/test_postgresql_stop.py")
    environment = os.environ | {"MORASANU_KILLS": str(kills), "MORASANU_STOPS": str(kills)}
    command = [sys.executable, "-m", "pytest", "-q", *names]
    held = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL).returncode == 0
    return "kill -9, PostgreSQL stopped at once", f"{kills * 3:,}", "0" if held else "some", "", held


def show(faults: Counter[str]) -> str:
    """Return the faults with their numbers."""
    return ", ".join(f"{fault} {count:,}" for fault, count in faults.most_common(6)) or "-"


if __name__ == "__main__":
    sys.exit(main())
