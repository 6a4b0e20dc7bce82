"""What tests of the office use: a house, signing in, a ledger, a data folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("cryptography", reason="needs the extra: ledger")

from django.core.cache import cache
from tests.unit.office.house import House, build_house

from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.office.place import Place, open_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from django.test import Client
    from pytest_django.fixtures import SettingsWrapper


@pytest.fixture(autouse=True)
def _be_quick(settings: SettingsWrapper) -> None:
    """Hash passwords without taking long, and forget which codes were used: accounts of different tests share numbers."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    cache.clear()


@pytest.fixture
def house(db: None) -> House:
    """Return a house with two branches (one with a desk below it), two departments and a committee."""
    del db
    return build_house()


@pytest.fixture
def sign_in(house: House) -> Callable[..., Client]:
    """Return what signs in as a role in a unit."""
    return house.sign_in


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Return a ledger that was just begun."""
    begin_ledger(tmp_path / "ledger", "office.test.example/ledger")
    with Ledger(tmp_path / "ledger") as opened:
        yield opened


@pytest.fixture
def place(tmp_path: Path, settings: SettingsWrapper) -> Place:
    """Return an empty data folder, which is the office's own while the test runs."""
    settings.PLACE = open_place(tmp_path / "data")
    found: Place = settings.PLACE
    return found
