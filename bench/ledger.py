"""Speed of the ledger as ratios in one run: a durable append against a raw write and sync, groups, verifying against appending."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.common import REPOSITORY, describe_machine, format_table
from morasanu.ledger.batch import MOST_EVENTS, Draft
from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.proof.verify import Outside, State, verify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 40
SINGLES = 50
RECORD_BYTES = 300


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every ratio that must be shown is shown, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.ledger", description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="how many are appended and verified")
    parser.add_argument(
        "--dir", type=Path, default=None, help="where the ledger is made (default: the temporary folder)"
    )
    parser.add_argument("--out", type=Path, default=REPOSITORY / "bench" / "results")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.dir) as name:
        path = Path(name) / "ledger"
        begin_ledger(path, "bench.example/ledger")
        with Ledger(path) as ledger:
            raw_s, single_s, group_s = measure_appends(ledger, Path(name) / "raw")
            append_s, seal_s, verify_s = measure_whole(ledger, path, options.events)
    rows = (
        ("single append, of raw write + fdatasync", raw_s / single_s, 0.8),
        (f"group of {MOST_EVENTS}, of single appends", single_s / group_s, 30.0),
        (f"verifying {options.events:,} events, of appending them", append_s / verify_s, 1.0),
    )
    table = format_table(
        ("ratio", "measured", "must be", "held"),
        [(what, f"{found:.2f}", f"{wanted:.1f}", "yes" if found >= wanted else "NO") for what, found, wanted in rows],
    )
    machine = describe_machine()
    report = (
        f"# Ledger, {dt.datetime.now(dt.UTC).date()}, commit {machine['commit']}\n\n{machine['cpu']}, {machine['python']}\n\n{table}\n\n"
        f"raw write + fdatasync {raw_s * 1e6:.0f} us, single append {single_s * 1e6:.0f} us, in a group {group_s * 1e6:.2f} us an event; "
        f"{options.events:,} events: appended in {append_s:.1f} s, sealed in {seal_s:.1f} s, verified in {verify_s:.1f} s\n"
    )
    print(report)
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / f"ledger-{dt.datetime.now(dt.UTC).date()}-{machine['commit']}.md").write_text(
        report, encoding="utf-8"
    )
    return 0 if all(found >= wanted for _, found, wanted in rows) else 1


def measure_appends(ledger: Ledger, raw: Path) -> tuple[float, float, float]:
    """Return the seconds of a raw synced write, a single append, and an event in a group: medians of interleaved rounds."""
    handle = os.open(raw, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    data = bytes(RECORD_BYTES)
    one, many = [make_draft(0)], [make_draft(number) for number in range(MOST_EVENTS)]

    def write() -> None:
        os.write(handle, data)
        os.fdatasync(handle)

    found = [
        (
            clock(write, SINGLES) / SINGLES,
            clock(lambda: ledger.append(one), SINGLES) / SINGLES,
            clock(lambda: ledger.append(many), 1) / MOST_EVENTS,
        )
        for _ in range(ROUNDS)
    ]
    os.close(handle)
    raw_s, single_s, group_s = (statistics.median(column) for column in zip(*found, strict=True))
    return raw_s, single_s, group_s


def measure_whole(ledger: Ledger, path: Path, events: int) -> tuple[float, float, float]:
    """Return the seconds to append `events`, to seal them, and to verify everything with an outside checkpoint."""
    many = [make_draft(number) for number in range(MOST_EVENTS)]
    append_s = clock(lambda: ledger.append(many), events // MOST_EVENTS)
    seal_s = clock(ledger.seal, 1)
    outside = [Outside("outside", ledger.seal().encoded)]
    folder = Folder(path)
    began = time.perf_counter()
    verdict = verify(folder.read, outside)
    verify_s = time.perf_counter() - began
    if verdict.state != State.VERIFIED:
        raise SystemExit(str(verdict))
    return append_s, seal_s, verify_s


def make_draft(number: int) -> Draft:
    """Return an event as the product writes them."""
    return Draft("scan.done", "u-17", {"files": number, "place": "本店/融資", "rules": "2026-11", "report": "a" * 64})


def clock(act: Callable[[], object], times: int) -> float:
    """Return the seconds that `times` calls take."""
    began = time.perf_counter()
    for _ in range(times):
        act()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
