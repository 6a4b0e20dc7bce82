"""The ledger without power, many times over: `python -m tests.crash [--states 100000] [--kills 100] [--out bench/results]`.

States of the disk with the product's settings and with weaker ones, a fault in every call of a day, and the real program killed.
"""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import os
import sys
import tempfile
import time
from collections import Counter
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

from bench.common import format_table, read_commit, read_cpu, read_version
from tests.crash.injury import Injury, count_calls, find_harm
from tests.crash.killing import find_faults, kill_office
from tests.crash.life import change_settings, find_states, make_folder
from tests.crash.loop import kill_appends, kill_seals

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from multiprocessing.pool import Pool

_LIVES, _STATES = 4, 250
_CONTROLS: Final = ("synchronous = NORMAL", "synchronous = OFF", "journal_mode = DELETE")
_HEAD: Final = ("what", "times", "kept", "broken", "how", "s")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every promise was kept, and the weaker settings broke some; else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--states", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--stride", type=int, default=1, help="which calls of a day fail: every so many")
    parser.add_argument("--seed", type=int, default=1_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="write the figures into this folder")
    options = parser.parse_args(arguments)
    rows, is_well = [], True
    with get_context("fork").Pool(options.jobs) as pool:
        for name, faults, took_s in _run(pool, options):
            kept, broken = faults[""], sum(faults.values()) - faults[""]
            how = ", ".join(f"{fault} {count}" for fault, count in sorted(faults.items()) if fault)
            rows.append([name, f"{kept + broken:,}", f"{kept:,}", f"{broken:,}", how, f"{took_s:.0f}"])
            is_well &= bool(broken) == (name in _CONTROLS)
            print(*rows[-1], flush=True)
    table = format_table(_HEAD, rows)
    print(table)
    if options.out:
        path = options.out / f"crash-{dt.datetime.now(dt.UTC).date()}.md"
        path.write_text(write_report(table, options.seed), encoding="utf-8")
    return int(not is_well)


def _run(pool: Pool, options: argparse.Namespace) -> Iterable[tuple[str, Counter[str], float]]:
    seeds = range(options.seed, options.seed + -(-options.states // (_LIVES * _STATES)))
    yield _add("power lost, WAL and FULL", pool.imap_unordered(count_faults, seeds))
    for control in _CONTROLS:
        weaker = partial(count_faults, change=control, lives=1)
        yield _add(control, pool.imap_unordered(weaker, seeds[: max(1, len(seeds) // 10)]))
    with make_folder() as folder:
        calls = count_calls(Path(folder) / "count")
    for error in (errno.EIO, errno.ENOSPC):
        for is_lasting in (False, True):
            injuries = [Injury(number, error, is_lasting) for number in range(1, calls + 1, options.stride)]
            name = f"{errno.errorcode[error]}, {'from a call on' if is_lasting else 'one call'}"
            yield _add(name, pool.imap_unordered(count_harm, injuries, 10))
    shares = [options.kills // 10] * 10
    yield _add("killed while it appends", pool.imap_unordered(count_append_kills, enumerate(shares, options.seed)))
    yield _add("killed while it seals", pool.imap_unordered(count_seal_kills, enumerate(shares, options.seed)))
    yield _add("office, one process killed", map(count_office_kills, enumerate(shares, options.seed)))


def _add(name: str, found: Iterable[Counter[str]]) -> tuple[str, Counter[str], float]:
    begun = time.monotonic()
    total: Counter[str] = Counter()
    for each in found:
        total.update(each)
    return name, total, time.monotonic() - begun


def count_faults(seed: int, change: str = "", lives: int = _LIVES) -> Counter[str]:
    """Return how often a promise was broken in which way ("" for kept)."""
    settings = change_settings(*filter(None, [change]))
    with make_folder() as name:
        folder = Path(name)
        states = find_states(Random(seed), folder, settings, lives, _STATES)
        try:
            return Counter(found.find_fault(folder / "image") for found in states)
        except Exception as error:  # noqa: BLE001 - a defect of the product or of the test: told with its seed
            return Counter([f"seed {seed}: {error!r}"])


def count_harm(injury: Injury) -> Counter[str]:
    """Return what one fault did."""
    with make_folder() as folder:
        try:
            return Counter([find_harm(injury, Path(folder) / "disk")])
        except Exception as error:  # noqa: BLE001 - as above
            return Counter([f"{injury}: {error!r}"])


def count_append_kills(share: tuple[int, int]) -> Counter[str]:
    """Return how many programs were killed that printed nothing which is not there."""
    with tempfile.TemporaryDirectory() as folder:
        kill_appends(Path(folder) / "ledger", Random(share[0]), share[1])
    return Counter({"": share[1]})


def count_seal_kills(share: tuple[int, int]) -> Counter[str]:
    """Return how many programs were killed that left nothing refuted; those that were done sooner count as well."""
    with tempfile.TemporaryDirectory() as folder:
        kill_seals(Path(folder) / "ledger", Random(share[0]), share[1])
    return Counter({"": share[1]})


def count_office_kills(share: tuple[int, int]) -> Counter[str]:
    """Return how many processes of an office were killed, after which nothing was lost; or what was."""
    random = Random(share[0])
    victims = random.choices(("worker", "web", "supervisor"), k=max(1, share[1]))
    with tempfile.TemporaryDirectory() as name:
        outcome = kill_office(Path(name), random, victims, events=20 * len(victims))
        faults = find_faults(Path(name), outcome)
    return Counter(faults or {"": len(victims)})


def write_report(table: str, seed: int) -> str:
    """Return the figures for people."""
    python = ".".join(map(str, sys.version_info[:3]))
    machine = {"cpu": read_cpu(), "python": python, "apsw": read_version("apsw"), "commit": read_commit(), "seed": seed}
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    text = "What was acknowledged or sealed is there, in order, and the ledger goes on: kept. The model of the disk: tests/crash/disk.py."
    return "\n".join(["# The ledger without power", "", text, "", *lines, "", table, ""])


if __name__ == "__main__":
    sys.exit(main())
