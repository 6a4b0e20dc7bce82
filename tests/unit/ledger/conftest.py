"""A ledger to write in, and a clock that a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from morasanu.ledger.ledger import Ledger, begin_ledger

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    """Shows the time that it was set to, until it is set again."""

    def __init__(self) -> None:
        # far from now: the first entry was written by the machine's own clock
        self.at = datetime(2100, 4, 1, tzinfo=UTC)

    def __call__(self) -> int:
        return (self.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1_000

    def move(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the folder of a new ledger."""
    path = tmp_path / "evidence"
    begin_ledger(path, "bank.example/evidence")
    return path


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger(path) as ledger:
        yield ledger
