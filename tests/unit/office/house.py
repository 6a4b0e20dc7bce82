"""A house for tests of the office: a small invented bank with units, and a person for each role in each unit, made when asked for."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from morasanu.office.access.reach import Visitor, make_visitor
from morasanu.office.access.role import DECIDING, Role
from morasanu.office.people import services
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, UnitKind

if TYPE_CHECKING:
    from django.test.client import ClientHandler

BEGUN = dt.date(2024, 4, 1)
HEAD, EAST, DESK, WEST, RISK, AUDIT, BOARD = "000", "101", "111", "102", "201", "202", "900"
UNITS = (
    (HEAD, "汐見信用金庫", UnitKind.HOUSE, ""),
    (EAST, "汐見支店", UnitKind.BRANCH, HEAD),
    (DESK, "汐見支店港出張所", UnitKind.BRANCH, EAST),
    (WEST, "浜町支店", UnitKind.BRANCH, HEAD),
    (RISK, "リスク統括部", UnitKind.DEPARTMENT, HEAD),
    (AUDIT, "監査部", UnitKind.DEPARTMENT, HEAD),
    (BOARD, "個人データ保護委員会", UnitKind.COMMITTEE, HEAD),
)
"""Code, name, kind and the unit above. DESK stands below EAST."""
SECRET = "JBSWY3DPEHPK3PXP"
PASSWORD = "shio-kaze 0417 umi"


@dataclass
class House:
    """The units by code, and who was asked for."""

    units: dict[str, OrgUnit] = field(default_factory=dict)
    _accounts: dict[tuple[str, str], Account] = field(default_factory=dict)

    def make_person(self, number: str, unit: str, **more: object) -> Person:
        """Return a new person."""
        values = {"name": f"試験 {number}", "joined_on": BEGUN} | more
        person = Person(number=number, unit=self.units[unit], **values)
        services.save_person(person, "tests")
        return person

    def make_account(self, person: Person, username: str, *, has_second_factor: bool = True) -> Account:
        """Return a new account."""
        account = Account(username=username, person=person)
        account.set_password(PASSWORD)
        account.save()
        if has_second_factor:
            TOTP.activate(account, SECRET)
        return account

    def appoint(self, person: Person, role: Role, unit: str, **more: object) -> Appointment:
        """Return a new appointment."""
        appointment = Appointment(person=person, unit=self.units[unit], role=role, **{"starts_on": BEGUN, **more})
        services.appoint(appointment, "tests")
        return appointment

    def find_account(self, role: Role | str, unit: str = EAST) -> Account:
        """Return the account of whoever holds `role` in `unit`; for the role "" that of somebody without any."""
        if (role, unit) not in self._accounts:
            name = f"{role or 'nobody'}-{unit}"
            person = self.make_person(name, unit)
            if role:
                self.appoint(person, Role(role), unit)
            is_deciding = bool(role) and Role(role) in DECIDING
            self._accounts[role, unit] = self.make_account(person, name, has_second_factor=is_deciding)
        return self._accounts[role, unit]

    def find_person(self, role: Role | str, unit: str = EAST) -> Person:
        """Return whoever holds `role` in `unit`."""
        person = self.find_account(role, unit).person
        assert person is not None
        return person

    def visit(self, role: Role | str, unit: str = EAST) -> Visitor:
        """Return who that is to the office."""
        return make_visitor(self.find_account(role, unit))

    def sign_in(self, role: Role | str, unit: str = EAST, **more: bool) -> Client:
        """Return a client that is signed in as whoever holds `role` in `unit`."""
        client = make_client(**more)
        client.force_login(self.find_account(role, unit))
        return client


_HANDLERS: dict[bool, ClientHandler] = {}


def make_client(*, enforce_csrf_checks: bool = False, **more: bool) -> Client:
    """Return a client. All of them come through the same middleware: to load it takes longer than most pages do."""
    client = Client(enforce_csrf_checks=enforce_csrf_checks, **more)
    client.handler = _HANDLERS.setdefault(enforce_csrf_checks, client.handler)
    return client


def build_house() -> House:
    """Return a house with its units and nobody in it."""
    house = House()
    for code, name, kind, above in UNITS:
        unit = OrgUnit(code=code, name=name, kind=kind, parent=house.units.get(above))
        services.save_unit(unit, "tests")
        house.units[code] = unit
    return house
