"""A small house with a register: head office, two branches, somebody in each role."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from morasanu.office.party.models import Party
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person
from morasanu.office.people.services import save_unit
from morasanu.office.register.models import Flow, Holding, Location, Storage
from morasanu.office.seal.keep import keep

if TYPE_CHECKING:
    from morasanu.office.access.role import Role

TODAY = dt.date(2026, 11, 23)


@dataclass
class House:
    """What tests start from."""

    head: OrgUnit
    west: OrgUnit
    north: OrgUnit
    share: Location
    cabinet: Location
    holding: Holding
    far: Holding
    printer: Party

    def make_holding(self, code: str, unit: OrgUnit | None = None, **values: object) -> Holding:
        given = {"name": f"名簿 {code}", "purpose": "融資の審査", "unit": unit or self.west, **values}
        holding = Holding(code=code, **given)
        keep(holding, "register.holding.saved", "test")
        return holding

    def sign_in(self, role: Role, unit: OrgUnit | None = None) -> Client:
        number = f"P-{role}-{unit.code if unit else 'head'}"
        person = Person.objects.filter(number=number).first()
        if person is None:
            person = Person(number=number, name="能勢 佳代", unit=unit or self.head, joined_on=dt.date(2020, 4, 1))
            keep(person, "people.person.saved", "test")
            keep(
                Appointment(person=person, unit=unit or self.head, role=role, starts_on=dt.date(2024, 4, 1)),
                "people.appointed",
                "test",
            )
            account = Account.objects.create(username=number, person=person)
            Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
        client = Client()
        client.force_login(person.account)
        return client


@pytest.fixture(autouse=True)
def _day(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("views", "views_file", "views_stocktake", "stocktake"):
        monkeypatch.setattr(f"morasanu.office.register.{name}.read_today", lambda: TODAY)


@pytest.fixture
def house(db: None) -> House:
    del db
    head = OrgUnit(code="000", name="汐見信用金庫", kind="house")
    save_unit(head, "test")
    west = OrgUnit(code="101", name="西支店", kind="branch", parent=head)
    north = OrgUnit(code="102", name="北支店", kind="branch", parent=head)
    for unit in (west, north):
        save_unit(unit, "test")
    share = Location(code="L-01", name="西支店共有", kind="share", unit=west, address="/srv/west")
    cabinet = Location(code="L-02", name="書庫", kind="cabinet", unit=north)
    for place in (share, cabinet):
        keep(place, "register.location.saved", "test")
    found = House(head, west, north, share, cabinet, Holding(), Holding(), Party())
    found.holding = found.make_holding(
        "W-001", labels=["PERSON", "MY_NUMBER"], persons=120, checked_on=dt.date(2026, 5, 1), users="融資担当"
    )
    found.far = found.make_holding("N-001", north, labels=["PERSON"], persons=7)
    keep(Storage(holding=found.holding, location=share, path="融資/審査"), "register.storage.added", "test")
    printer = Party(code="V-001", name="帳票印刷 有限会社", unit=head)
    keep(printer, "party.party.saved", "test")
    found.printer = printer
    keep(
        Flow(holding=found.holding, kind="entrust", party=printer, ground="委託契約", volume=400),
        "register.flow.added",
        "test",
    )
    return found
