"""Every suite of the office on PostgreSQL, by hand and at each landing: `make postgresql`."""

from __future__ import annotations

import pytest
from tests.contract.office.test_postgresql import count_passed


@pytest.mark.parametrize("tests", ["tests/unit/office", "tests/matrix"])
def test_the_office_holds_on_postgresql(tests: str, url: str) -> None:
    assert count_passed(url, tests) >= 500
