"""Parties for tests: a printer whom a department is in charge of, who entrusts delivery on, a cloud abroad, one that ended."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.unit.office.house import EAST, RISK, WEST

from morasanu.office.party.models import Party
from morasanu.office.party.services import save_party
from morasanu.office.register.models import Flow, Holding
from morasanu.office.seal.keep import keep
from morasanu.office.sheet import upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.office.house import House

TODAY = dt.date(2026, 11, 23)


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("views", "views_file"):
        monkeypatch.setattr(f"morasanu.office.party.{name}.read_today", lambda: TODAY)
    monkeypatch.setattr(upload, "_find_folder", lambda: tmp_path)


@pytest.fixture
def parties(house: House) -> dict[str, Party]:
    found: dict[str, Party] = {}
    for code, name, more in (
        ("V-1", "帳票印刷 有限会社", {"unit": RISK, "kana": "チョウヒョウインサツ", "phone": "03-5555-0114"}),
        ("V-2", "潮の便 株式会社", {"unit": RISK, "parent": "V-1"}),
        ("V-3", "Cloud Pte. Ltd.", {"unit": RISK, "country": "SG", "kind": "recipient"}),
        ("V-4", "発送社", {"unit": WEST, "ends_on": dt.date(2026, 3, 31)}),
        ("V-5", "支店の清掃", {"unit": EAST}),
    ):
        values = more | {"unit": house.units[str(more["unit"])], "parent": found.get(str(more.get("parent")))}
        found[code] = Party(code=code, name=name, **values)
        save_party(found[code], "tests")
    return found


@pytest.fixture
def flow(house: House, parties: dict[str, Party]) -> Callable[[str, str], Flow]:
    """Return what lets data of a new holding in a unit flow to a party."""
    count = iter(range(1, 1_000))

    def add(unit: str, code: str, **values: object) -> Flow:
        holding = Holding(code=f"D-{next(count):03}", name=f"名簿 {unit}", unit=house.units[unit], purpose="試験")
        keep(holding, "tests", "tests")
        found = Flow(holding=holding, party=parties[code], **{"kind": "entrust", "ground": "委託契約", **values})
        keep(found, "tests", "tests")
        return found

    return add
