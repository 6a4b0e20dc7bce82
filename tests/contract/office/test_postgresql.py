"""The office on PostgreSQL: writers at the same time. Its whole suites run there by `make postgresql` (whole.py)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def run_pytest(url: str, *arguments: str) -> str:
    """Return what pytest printed at the end; it is a process of its own, since a process has one DATABASE_URL."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", *arguments],
        cwd=ROOT, capture_output=True, check=False, text=True, env={**os.environ, "DATABASE_URL": url},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    return done.stdout


def count_passed(url: str, tests: str) -> int:
    """Return how many tests passed on the database at `url`."""
    (passed,) = re.findall(r"(\d+) passed", run_pytest(url, tests))
    return int(passed)


def test_writers_at_the_same_time_lose_nothing_on_postgresql(url: str) -> None:
    assert count_passed(url, "tests/contract/office/writers.py") >= 6
