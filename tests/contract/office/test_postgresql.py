"""The office on PostgreSQL: every test of its spine, and writers at the same time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


def run_pytest(url: str, *arguments: str) -> str:
    """Return what pytest printed at the end; it is a process of its own, since a process has one DATABASE_URL."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", *arguments],
        cwd=ROOT, capture_output=True, check=False, text=True, env={**os.environ, "DATABASE_URL": url},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    return done.stdout


@pytest.mark.parametrize(
    ("tests", "least"), [("tests/unit/office", 200), ("tests/matrix", 200), ("tests/contract/office/writers.py", 6)]
)
def test_the_office_holds_on_postgresql(tests: str, least: int, url: str) -> None:
    (passed,) = re.findall(r"(\d+) passed", run_pytest(url, tests))
    assert int(passed) >= least
