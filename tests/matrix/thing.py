"""What a route's address is about: a room that adds a route with arguments says here how to make such a thing."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from typing import Final

from allauth.mfa.models import Authenticator
from tests.unit.office.house import HEAD, House

from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_now, read_today
from morasanu.office.due.models import DueEvent
from morasanu.office.finding.models import Action, Finding, FindingKind
from morasanu.office.party.models import Party
from morasanu.office.people.models import Account, Appointment
from morasanu.office.register.models import (
    Flow,
    FlowKind,
    Holding,
    Location,
    LocationKind,
    Stocktake,
    StocktakePart,
    Storage,
)
from morasanu.office.requirement.models import Control, Exclusion
from morasanu.office.seal.keep import keep

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


def make_location(house: House, unit: str, _owner: Account) -> Values:
    number = next(_NUMBER)
    location = Location(code=f"M-{number}", name=f"棚 {number}", kind=LocationKind.SHARE, unit=house.units[unit])
    location.address = "/nowhere"
    keep(location, "tests", "tests")
    return {"key": location.pk}


def make_holding(house: House, unit: str, _owner: Account) -> Values:
    number = next(_NUMBER)
    holding = Holding(code=f"M-{number}", name=f"台帳 {number}", unit=house.units[unit], purpose="試験")
    keep(holding, "tests", "tests")
    return {"key": holding.pk}


def make_party(house: House, unit: str, _owner: Account) -> Values:
    number = next(_NUMBER)
    party = Party(code=f"M-{number}", name=f"相手 {number}", unit=house.units[unit])
    keep(party, "tests", "tests")
    return {"key": party.pk}


def make_storage(house: House, unit: str, owner: Account) -> Values:
    holding, location = make_holding(house, unit, owner)["key"], make_location(house, unit, owner)["key"]
    storage = Storage(holding_id=holding, location_id=location)
    keep(storage, "tests", "tests")
    return {"key": holding, "part": storage.pk}


def make_flow(house: House, unit: str, owner: Account) -> Values:
    flow = Flow(holding_id=make_holding(house, unit, owner)["key"], kind=FlowKind.USE)
    keep(flow, "tests", "tests")
    return {"key": flow.holding_id, "part": flow.pk}


def make_stocktake(_house: House, _unit: str, _owner: Account) -> Values:
    today = read_now().date()
    stocktake = Stocktake(title=f"棚卸 {next(_NUMBER)}", opened_on=today, due_on=today)
    keep(stocktake, "tests", "tests")
    return {"key": stocktake.pk}


def make_stocktake_part(house: House, unit: str, owner: Account) -> Values:
    part = StocktakePart(stocktake_id=make_stocktake(house, unit, owner)["key"], unit=house.units[unit])
    keep(part, "tests", "tests")
    return {"key": part.pk}


def make_difference(house: House, unit: str, owner: Account) -> Values:
    """Return one about a place that no holding names: the reason that can be registered."""
    place = {"location": make_location(house, unit, owner)["key"], "place": "", "holdings": [], "labels": {"PERSON": 9}}
    counts = {"classes": {}, "persons": [9, 9, 9], "declared": 0, "files": 1, "not_inspected": 0}
    return _make_finding(house, unit, FindingKind.DIFFERENCE, "unregistered", place | counts)


def make_finding(house: House, unit: str, _owner: Account) -> Values:
    return _make_finding(house, unit, FindingKind.OTHER, "noted", {})


def _make_finding(house: House, unit: str, kind: FindingKind, reason: str, facts: dict[str, object]) -> Values:
    now = read_now()
    finding = Finding(kind=kind, key=f"m/{next(_NUMBER)}", unit=house.units[unit], reason_code=reason, title="試験")
    finding.facts, finding.opened_at, finding.seen_at = facts, now, now
    keep(finding, "tests", "tests")
    return {"key": finding.pk}


def make_action(house: House, unit: str, owner: Account) -> Values:
    now = read_now()
    finding = make_finding(house, unit, owner)["key"]
    action = Action(finding_id=finding, unit=house.units[unit], title="直す", due_on=now.date(), begun_at=now)
    keep(action, "tests", "tests")
    return {"key": action.pk}


def make_control(house: House, _unit: str, _owner: Account) -> Values:
    control = Control(
        code=f"M-{next(_NUMBER)}", title="試験", does="試す", unit=house.units[HEAD], answers=["PPC-10-1"]
    )
    keep(control, "tests", "tests")
    return {"key": control.pk}


def make_exclusion(house: House, _unit: str, _owner: Account) -> Values:
    exclusion = Exclusion(
        requirement=f"M-{next(_NUMBER)}", unit=house.units[HEAD], reason="試験", valid_until=read_today()
    )
    keep(exclusion, "tests", "tests")
    return {"key": exclusion.pk}


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
    "people:letter": make_appointment,
    "party:party": make_party,
    "party:party-edit": make_party,
    "register:location": make_location,
    "register:location-edit": make_location,
    "register:holding": make_holding,
    "register:holding-edit": make_holding,
    "register:holding-check": make_holding,
    "register:holding-close": make_holding,
    "register:storage-add": make_holding,
    "register:storage-drop": make_storage,
    "register:flow-add": make_holding,
    "register:flow-drop": make_flow,
    "register:stocktake": make_stocktake,
    "register:stocktake-part": make_stocktake_part,
    "register:stocktake-answer": make_stocktake_part,
    "register:stocktake-sign": make_stocktake_part,
    "reality:difference": make_difference,
    "reality:register": make_difference,
    "reality:location": make_location,
    "reality:scan": make_location,
    "reality:plan": make_location,
    "finding:finding": make_finding,
    "finding:action-add": make_finding,
    "finding:evidence-add": make_finding,
    "finding:close": make_finding,
    "finding:accept": make_finding,
    "finding:action-done": make_action,
    "requirement:control": make_control,
    "requirement:control-edit": make_control,
    "requirement:evidence-add": make_control,
    "requirement:exclusion": make_exclusion,
    "requirement:include": make_exclusion,
    "mfa_edit_webauthn": make_passkey,
    "mfa_remove_webauthn": make_passkey,
}
"""By route. An address whose argument is none of a thing stands in FIXED."""

FIXED: Final[Mapping[str, Values]] = {
    "people:first": {"token": "x"},
    "account_confirm_email": {"key": "x"},
    "account_reset_password_from_key": {"uidb36": "x", "key": "x"},
    "people:export": {"kind": "xlsx"},
    "party:export": {"kind": "xlsx"},
    "register:export": {"book": "whole", "kind": "xlsx"},
    "requirement:requirement": {"name": "PPC-10-1"},
    "requirement:exclude": {"name": "PPC-10-1"},
    "requirement:file": {"key": 987_654_321},
    "requirement:coverage-of": {"key": 1},
}
