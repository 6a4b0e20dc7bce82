"""The invented bank in a database, loaded once for each file of tests; and a browser on this machine in front of the door."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client

from morasanu.office.demo.load import load_bank
from morasanu.office.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[4]
EXAMPLES = ROOT / "examples" / "bank"


@pytest.fixture(scope="module")
def bank(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    del django_db_setup
    with django_db_blocker.unblock(), transaction.atomic():
        assert load_bank(EXAMPLES)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(settings, tmp_path) -> None:
    """Let the office be a demo that only this machine reaches."""
    settings.PLACE = Place(tmp_path, is_demo=True, today="2026-11-23")
    settings.IS_LOCAL = True


@pytest.fixture
def browser() -> Client:
    return Client(SERVER_NAME="127.0.0.1")
