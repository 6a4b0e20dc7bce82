"""Calls of the system fail, one after the other: the ledger says so, takes nothing more, and has lost nothing it acknowledged.

`make crash` lets every single call fail.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("apsw", reason="apsw, through whose file system the disk is watched, is not installed")

from tests.crash.injury import Injury, count_calls, find_harm

if TYPE_CHECKING:
    from pathlib import Path

EACH = 29


@pytest.mark.parametrize("is_lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_call_that_fails_costs_nothing_acknowledged(error: int, is_lasting: bool, quick_path: Path) -> None:
    calls = count_calls(quick_path / "count")
    assert calls > 300
    for number in range(1 + error % EACH, calls, EACH):
        assert not find_harm(Injury(number, error, is_lasting), quick_path / "live"), f"call {number}"
