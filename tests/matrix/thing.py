"""What a route's address is about: a room that adds a route with arguments says here how to make such a thing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Final

from allauth.mfa.models import Authenticator
from tests.unit.office.house import House

from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_now
from morasanu.office.due.models import DueEvent
from morasanu.office.people.models import Account, Appointment

_NUMBER = itertools.count(1)
Values = dict[str, object]
Make = Callable[[House, str, Account], Values]
"""Makes a thing in a unit, which is the account's own where a thing can be somebody's; returns the values of the address."""


def make_unit(house: House, unit: str, _owner: Account) -> Values:
    return {"key": house.units[unit].pk}


def make_person(_house: House, _unit: str, owner: Account) -> Values:
    return {"key": owner.person_id}


def make_appointment(house: House, unit: str, owner: Account) -> Values:
    assert owner.person is not None
    year = 2000 + next(_NUMBER) % 20  # one that is over; what the visitor holds today stays as it is
    found = Appointment.objects.filter(person=owner.person, unit__code=unit, starts_on__year=year).first()
    day = read_now().date().replace(year=year, month=1, day=1)
    return {"key": (found or house.appoint(owner.person, Role.HANDLER, unit, starts_on=day, ends_on=day)).pk}


def make_event(_house: House, _unit: str, _owner: Account) -> Values:
    number = next(_NUMBER)
    return {"key": DueEvent.objects.create(key=f"matrix-{number}", kind="matrix", at=read_now()).pk}


def make_passkey(_house: House, _unit: str, owner: Account) -> Values:
    data = {"name": "key", "passwordless": True, "credential": {}}
    return {"pk": Authenticator.objects.create(user=owner, type=Authenticator.Type.WEBAUTHN, data=data).pk}


THINGS: Final[Mapping[str, Make]] = {
    "people:unit": make_unit,
    "people:unit-edit": make_unit,
    "people:person": make_person,
    "people:person-edit": make_person,
    "people:account": make_person,
    "people:appointment": make_appointment,
    "people:appointment-end": make_appointment,
    "due:retry": make_event,
    "mfa_edit_webauthn": make_passkey,
    "mfa_remove_webauthn": make_passkey,
}
"""By route. An address whose argument is none of a thing stands in FIXED."""

FIXED: Final[Mapping[str, Values]] = {
    "people:first": {"token": "x"},
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "x", "key": "x"},
}
