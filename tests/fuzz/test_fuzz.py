"""Every parser, fuzzed for a moment, from the same random numbers every time; and what broke one before."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fuzz.target import TARGETS

HERE = Path(__file__).resolve().parent
CASES = sorted(HERE.glob("cases/*/*"))


@pytest.fixture(autouse=True)
def _starts_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")


def _run(name: str, data: bytes) -> None:
    target = TARGETS[name]
    if target.missing():
        pytest.skip(f"the extra {target.missing()} is not installed")
    target.run(data)


@pytest.mark.parametrize("name", TARGETS)
def test_parser_reads_what_fuzzing_starts_from(name: str) -> None:
    seeds = TARGETS[name].seeds()
    assert seeds
    for data in seeds:
        _run(name, data)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_what_broke_a_parser_once_breaks_it_no_more(case: Path) -> None:
    _run(case.parent.name, case.read_bytes())


def test_no_parser_breaks_in_a_hundred_inputs(tmp_path: Path) -> None:
    pytest.importorskip("atheris", reason="atheris is not installed")
    options = ("--runs", "100", "--seed", "1", "--jobs", "2", "--folder", str(tmp_path))
    process = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", *options],
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert process.returncode == 0, process.stdout + process.stderr[-2_000:]
