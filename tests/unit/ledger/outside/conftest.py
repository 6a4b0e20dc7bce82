"""A ledger of one event, and a certificate for this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import Grown
from tests.unit.source.certificate import make_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Grown:
    """Return a ledger that no test changes."""
    return Grown(tmp_path_factory.mktemp("first") / "ledger")


@pytest.fixture(scope="session")
def parcel(first: Grown) -> Parcel:
    return first.grow(0)


@pytest.fixture
def ledger(first: Grown, tmp_path: Path) -> Grown:
    return first.copy(tmp_path / "ledger")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return make_certificate(tmp_path_factory.mktemp("tls"))
