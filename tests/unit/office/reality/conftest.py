"""What tests of the room `reality` use."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.office.reality.bank import Bank, build_bank

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def bank(db: None, tmp_path: Path) -> Bank:
    """Return a small bank whose share is empty."""
    del db
    return build_bank(tmp_path / "share", tmp_path / "reports")
