"""What every test may use: the shipped engine, and property tests that give the same answer on every run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from morasanu.detect.load import load_engine

if TYPE_CHECKING:
    from morasanu.detect.interface import Detector

# No deadline (a busy machine is no defect), no database (tests write nowhere), fixed examples (a landing is no lottery).
settings.register_profile(
    "landing", deadline=None, database=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
# For hunting: `pytest --hypothesis-profile=hunt`.
settings.register_profile("hunt", settings.get_profile("landing"), derandomize=False, max_examples=5_000)
settings.load_profile("landing")


@pytest.fixture(scope="session")
def engine() -> Detector:
    """Return the engine of the shipped rules and dictionaries."""
    return load_engine()
