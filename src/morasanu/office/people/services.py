"""What changes people, units and appointments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, PersonKind, UnitKind, held_on
from morasanu.office.seal.keep import keep, leave_trace

if TYPE_CHECKING:
    import datetime as dt


def save_unit(unit: OrgUnit, actor: str, *, seen: int | None = None) -> None:
    """Write a unit; those below it move with it. Raises InputError MRS-I-052 when it would stand below itself."""
    with transaction.atomic():
        _lock_house()
        parent = unit.parent
        if parent:
            parent.refresh_from_db(fields=["path"])
        if unit.pk and parent and parent.path.startswith(unit.path):
            raise InputError("MRS-I-052", "自分の下には移せません", "a unit cannot stand below itself")
        before = unit.path
        keep(unit, "people.unit.saved", actor, seen=seen)
        unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
        if unit.path == before:
            return
        OrgUnit.objects.filter(pk=unit.pk).update(path=unit.path)
        below = list(OrgUnit.objects.filter(path__startswith=before).exclude(pk=unit.pk)) if before else []
        for each in below:
            each.path = unit.path + each.path.removeprefix(before)
        OrgUnit.objects.bulk_update(below, ["path"])


def _lock_house() -> None:
    """Let one change of the tree, or one letter's number, follow the other."""
    list(OrgUnit.objects.select_for_update().filter(parent=None))


def save_person(person: Person, actor: str, *, seen: int | None = None) -> None:
    """Write a person. Whoever has left can no longer sign in from the day after.

    Raises InputError MRS-I-112 when somebody who is not a vendor's staff is given a vendor.
    """
    if person.party_id is not None and person.kind != PersonKind.VENDOR:
        raise InputError(
            "MRS-I-112",
            "委託先は、区分が委託先要員の人だけに書いてください",
            "only vendor's staff have a vendor",
        )
    keep(person, "people.person.saved", actor, seen=seen)


def appoint(appointment: Appointment, actor: str) -> None:
    """Write an appointment and give its letter a number.

    Raises InputError MRS-I-053 when the person holds the role there in that time already.
    """
    with transaction.atomic():
        _lock_house()
        same = Appointment.objects.filter(person=appointment.person, unit=appointment.unit, role=appointment.role)
        if appointment.ends_on:
            same = same.filter(starts_on__lte=appointment.ends_on)
        if any(each.ends_on is None or each.ends_on >= appointment.starts_on for each in same):
            raise InputError(
                "MRS-I-053",
                "同じ人の同じ任命が期間の重なる形で既にあります",
                "the person holds this role there in that time already",
            )
        year = appointment.starts_on.year
        count = Appointment.objects.filter(starts_on__year=year).count()
        appointment.letter_number = f"任{year}-{count + 1:04d}"
        keep(appointment, "people.appointed", actor)


def appoint_officer(appointment: Appointment, actor: str) -> None:
    """Write the appointment of the officer of a house that has none: who may appoint does not exist yet, or is gone.

    Raises InputError MRS-I-089 when somebody is the officer that day.
    """
    with transaction.atomic():
        _lock_house()
        held = held_on(appointment.starts_on)
        if Appointment.objects.filter(held, role=Role.OFFICER, is_deputy=False).exists():
            raise InputError(
                "MRS-I-089",
                "個人データ管理責任者は既にいます。次からの任命は責任者が行います",
                "there is a data protection officer already, who makes all further appointments",
            )
        appoint(appointment, actor)


def end_appointment(appointment: Appointment, day: dt.date, actor: str, *, seen: int | None = None) -> None:
    """End an appointment with `day` as its last. Raises InputError MRS-I-057 when it has ended before, or begins later."""
    if appointment.starts_on > day or (appointment.ends_on and appointment.ends_on < day):
        raise InputError(
            "MRS-I-057",
            "まだ始まっていないか、既に終わった任命です",
            "the appointment has not begun, or has ended already",
        )
    appointment.ends_on = day
    keep(appointment, "people.appointment.ended", actor, seen=seen)


def open_account(person: Person, username: str, password: str | None, actor: str) -> Account:
    """Return a new account; with None for a password it signs in through the institution's directory, and only so.

    Raises Django's ValidationError for a name that is taken or a password that is too weak.
    """
    account = Account(username=username, person=person)
    if password is not None:
        validate_password(password, account)
    account.set_password(password)
    with transaction.atomic():
        account.full_clean()
        account.save()
        row = {"person": person.pk, "active": account.is_active}
        leave_trace("people.account.opened", actor, f"people.account/{account.pk}", 1, row=row)
    return account


def begin_house(
    name: str, *, number: str, person_name: str, username: str, password: str, today: dt.date
) -> Account | None:
    """Return the account of the first administrator, with the institution as the root of the tree; None when there is one by now."""
    with transaction.atomic():
        if Account.objects.exists():
            return None
        house = OrgUnit.objects.filter(parent=None).first()
        if house is None:
            house = OrgUnit(code="000", name=name, kind=UnitKind.HOUSE)
            save_unit(house, "first")
        person = Person(number=number, name=person_name, unit=house, joined_on=today)
        save_person(person, "first")
        account = open_account(person, username, password, "first")
        appoint(Appointment(person=person, unit=house, role=Role.ADMINISTRATOR, starts_on=today), "first")
    return account
