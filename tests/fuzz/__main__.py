"""Fuzzes the parsers, each in a process of its own: `python -m tests.fuzz [--seconds 60 | --runs 500] [name …]`.

Figures go to bench/results, inputs worth keeping to `.fuzz/corpus`, where the next run goes on, and what broke a parser
to `.fuzz/found`, with the log beside it. What is mended moves from there to `tests/fuzz/cases`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import re
import sys
import time
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import atheris

# what the parsers compare with is seen by the fuzzer only in modules that are imported here
with atheris.instrument_imports(include=["morasanu", "olefile", "py7zr"]):
    from tests.fuzz.target import TARGETS

    for _name in ("olefile", "py7zr"):
        if find_spec(_name):
            import_module(_name)

from bench.common import REPOSITORY, format_table, read_commit, read_cpu, read_version

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_BYTES: Final = 65_536
MAX_CPU_S: Final = 2.0
_MEMORY_MB: Final = 1_200
_BY_TIME, _BY_INPUTS = "time", "inputs"
_HEAD: Final = ("target", "inputs", "a second", "edges", "features", "corpus", "peak MB", "slowest s", "ended by")


class Options(NamedTuple):
    """How a target is run: where its files go and when it ends."""

    folder: Path
    seconds: int
    runs: int
    seed: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when nothing broke, else 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(TARGETS)} (default: all)")
    parser.add_argument("--seconds", type=int, default=60, help="time for each target")
    parser.add_argument(
        "--runs", type=int, default=0, help="inputs for each target instead; the same ones on every run"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers, 0 for another one every time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--folder", type=Path, default=REPOSITORY / ".fuzz", help="where corpora and finds are kept")
    parser.add_argument("--out", type=Path, help="write the figures into this folder")
    options = parser.parse_args(arguments)
    names = options.names or list(TARGETS)
    os.environ["PATH"] = ""  # no parser shall start a program
    how = Options(options.folder, options.seconds, options.runs, options.seed)
    missing = {name: TARGETS[name].missing() for name in names}
    rows = run_all([name for name in names if not missing[name]], how, options.jobs)
    rows += [[name, *"-------", f"not run: no {extra}"] for name, extra in missing.items() if extra]
    table = format_table(_HEAD, rows)
    print(table)
    if options.out:
        path = options.out / f"fuzz-{dt.datetime.now(dt.UTC).date()}-{read_commit()}.md"
        path.write_text(write_report(table, how), encoding="utf-8")
    return int(any(row[-1].partition(":")[0] not in {_BY_TIME, _BY_INPUTS, "not run"} for row in rows))


def run_all(names: Sequence[str], how: Options, jobs: int) -> list[list[str]]:
    """Return the figures of each target, `jobs` having run at a time."""
    waiting = list(names)
    running: dict[int, str] = {}
    rows: dict[str, list[str]] = {}
    while waiting or running:
        while waiting and len(running) < jobs:
            sys.stdout.flush()
            name = waiting.pop(0)
            child = os.fork()  # what has been imported and instrumented is there at once
            if not child:
                fuzz(name, how)
            running[child] = name
        child, status = os.wait()
        name = running.pop(child)
        rows[name] = tabulate(name, how, os.waitstatus_to_exitcode(status))
    return [rows[name] for name in names]


def fuzz(name: str, how: Options) -> None:
    """Fuzz one target and end this process: with 0 unless something broke."""
    corpus, found = how.folder / "corpus" / name, how.folder / "found" / name
    for folder in (corpus, found):
        folder.mkdir(parents=True, exist_ok=True)
    with _log(how, name).open("wb") as log:
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    target = TARGETS[name]
    for number, data in enumerate(target.seeds()):
        (corpus / f"seed-{number:02}").write_bytes(data)
    for case in sorted((Path(__file__).parent / "cases" / name).glob("*")):
        (corpus / f"case-{case.name}").write_bytes(case.read_bytes())

    def run(data: bytes) -> None:
        begun = time.process_time()
        target.run(data)
        spent = time.process_time() - begun
        assert spent < MAX_CPU_S, f"{spent:.1f} s for {len(data)} bytes"

    limit = f"-runs={how.runs}" if how.runs else f"-max_total_time={how.seconds}"
    flags = [
        limit, f"-seed={how.seed}", f"-max_len={MAX_BYTES}", f"-rss_limit_mb={_MEMORY_MB}", "-timeout=30", "-reload=0", "-len_control=20",
        "-print_final_stats=1", f"-artifact_prefix={found}/",
    ]  # fmt: skip
    atheris.Setup(["fuzz", *flags, str(corpus)], run, custom_mutator=mutate)
    atheris.Fuzz()
    os._exit(0)


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Return `data` changed in libFuzzer's way; once in a while a stretch of it many times over, which shows what is quadratic."""
    chance = random.Random(seed)
    if data and not chance.randrange(200):
        start = chance.randrange(len(data))
        stretch = data[start : start + 1 + chance.randrange(24)]
        times = min(chance.choice((10, 100, 1_000, 100_000)), (max_size - len(data)) // len(stretch))
        return data[:start] + stretch * times + data[start:]
    return bytes(atheris.Mutate(data, max_size))


def _log(how: Options, name: str) -> Path:
    return how.folder / f"{name}.log"


def tabulate(name: str, how: Options, code: int) -> list[str]:
    """Return a row of figures from the log that libFuzzer wrote."""
    log = _log(how, name).read_text(encoding="utf-8", errors="replace")
    figures = dict(re.findall(r"^stat::(\w+): +(\d+)", log, re.MULTILINE))
    state = re.findall(r"cov: (\d+) ft: (\d+) corp: (\d+)/", log)
    ended = _BY_INPUTS if how.runs else _BY_TIME
    if code:
        fault = re.search(r"(?m)^[A-Za-z_.]*(?:Error|Exception|Exit)\b.*$|(?<=ERROR: libFuzzer: ).*$", log)
        ended = fault[0] if fault else f"exit {code}"
    inputs, speed, peak, slow = (figures.get(key, "-") for key in _FIGURES)
    return [name, inputs, speed, *(state[-1] if state else "---"), peak, slow, ended[:70]]


_FIGURES: Final = ("number_of_executed_units", "average_exec_per_sec", "peak_rss_mb", "slowest_unit_time_sec")


def write_report(table: str, how: Options) -> str:
    """Return the figures for people."""
    python = ".".join(map(str, sys.version_info[:3]))
    machine = {"cpu": read_cpu(), "python": python, "atheris": read_version("atheris"), "commit": read_commit()}
    lines = [f"- {name}: {value}" for name, value in machine.items()]
    each = f"{how.runs} inputs" if how.runs else f"{how.seconds} s"
    return "\n".join([f"# Fuzzing, {each} a parser", "", *lines, "", table, ""])


if __name__ == "__main__":
    sys.exit(main())
