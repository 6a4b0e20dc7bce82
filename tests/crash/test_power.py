"""The power goes at any moment: nothing that was acknowledged is lost, nothing is out of order, and the ledger goes on.

`make crash` looks at many more states.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("apsw", reason="apsw, through whose file system the disk is watched, is not installed")

from tests.crash.life import change_settings, find_states

if TYPE_CHECKING:
    from pathlib import Path

LIVES, STATES = 12, 45


@pytest.mark.parametrize("seed", range(6))
def test_power_lost_at_any_moment_loses_nothing_acknowledged(seed: int, quick_path: Path) -> None:
    states = 0
    for states, found in enumerate(find_states(Random(seed), quick_path, change_settings(), LIVES, STATES), 1):
        assert not found.find_fault(quick_path / "image", goes_on=states % 4 == 0), f"state {states}"
    assert states == LIVES * STATES


@pytest.mark.parametrize("synchronous", ["NORMAL", "OFF"])
def test_without_a_sync_at_each_commit_events_are_lost(synchronous: str, quick_path: Path) -> None:
    settings = change_settings(f"synchronous = {synchronous}")
    found = find_states(Random(1), quick_path, settings, lives=4, states=20, generations=1)
    faults = [each.find_fault(quick_path / "image", goes_on=False) for each in found]
    assert any(faults)
