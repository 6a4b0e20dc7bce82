"""The matrix uses the house of the office's own tests."""

from __future__ import annotations

from tests.unit.office.conftest import _be_quick, house, ledger, place, sign_in

__all__ = ["_be_quick", "house", "ledger", "place", "sign_in"]
