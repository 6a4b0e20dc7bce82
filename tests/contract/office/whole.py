"""Every suite of the office on PostgreSQL, by hand and at each landing: `make postgresql`."""

from __future__ import annotations

import pytest
from tests.contract.office.test_postgresql import count_passed


@pytest.mark.parametrize(
    ("tests", "least"), [("tests/matrix", 500), ("tests/unit/office", 500), ("tests/crash/test_office_kill.py", 1)]
)
def test_the_office_holds_on_postgresql(tests: str, least: int, url: str) -> None:
    assert count_passed(url, tests) >= least
