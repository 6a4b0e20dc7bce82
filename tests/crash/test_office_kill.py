"""kill -9 of any process of the office at any time loses no acknowledged write and no due event."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("cryptography", reason="needs the extra: ledger")

from tests.crash.killing import find_faults, kill_office
from tests.unit.office.own import own_database

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["own_database"]


@pytest.mark.usefixtures("own_database")
def test_a_killed_office_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    outcome = kill_office(tmp_path, Random(1), ["worker", "web", "supervisor", "worker"], events=60)
    assert outcome.acknowledged
    assert outcome.kills == {"worker": 2, "web": 1, "supervisor": 1}
    assert find_faults(tmp_path, outcome) == []
