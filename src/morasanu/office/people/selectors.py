"""What the pages about people read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count, Q

from morasanu.office.access.reach import within
from morasanu.office.access.role import TITLES, Role
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, UnitKind, held_on

if TYPE_CHECKING:
    import datetime as dt

    from django.db.models import QuerySet

    from morasanu.office.access.reach import Reach
    from morasanu.rules.load import Words


class Vacancy(NamedTuple):
    """A unit that lacks somebody in a role that it must have."""

    unit: OrgUnit
    role: Role

    @property
    def role_words(self) -> Words:
        """Return the role's title."""
        return TITLES[self.role]


def list_units(reach: Reach, today: dt.date) -> QuerySet[OrgUnit]:
    """Return the units with how many people they have."""
    here = Q(persons__left_on=None) | Q(persons__left_on__gte=today)
    return within(OrgUnit, reach).select_related("parent").annotate(size=Count("persons", filter=here))


def list_persons(
    reach: Reach, today: dt.date, *, unit: str = "", kind: str = "", party: str = "", words: str = ""
) -> QuerySet[Person]:
    """Return the people who are here, narrowed by the unit's code, the kind, the code of their party, a part of the name or the number."""
    rows = within(Person, reach).select_related("unit", "party").filter(Q(left_on=None) | Q(left_on__gte=today))
    if unit:
        rows = rows.filter(unit__code=unit)
    if party:
        rows = rows.filter(party__code=party)
    if kind:
        rows = rows.filter(kind=kind)
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(kana__contains=words) | Q(number__startswith=words))
    return rows


def list_appointments(reach: Reach, *, role: str = "", on: dt.date | None = None) -> QuerySet[Appointment]:
    """Return appointments, those in force `on` a day or all of them."""
    rows = within(Appointment, reach).select_related("person", "unit")
    if role:
        rows = rows.filter(role=role)
    if on:
        rows = rows.filter(held_on(on))
    return rows


def find_account(person: Person) -> Account | None:
    """Return how a person that may be seen signs in, None when they cannot."""
    return Account.objects.filter(person=person).first()


def find_vacancies(reach: Reach, today: dt.date) -> list[Vacancy]:
    """Return what is not filled today: a manager in each open branch and department, an officer in the house. Two queries."""
    held = set(Appointment.objects.filter(held_on(today), is_deputy=False).values_list("unit_id", "role"))
    found = []
    for unit in within(OrgUnit, reach).filter(Q(closed_on=None) | Q(closed_on__gt=today)):
        if unit.kind == UnitKind.HOUSE:
            if not any(role == Role.OFFICER for _, role in held):
                found.append(Vacancy(unit, Role.OFFICER))
        elif unit.kind != UnitKind.COMMITTEE and (unit.pk, Role.MANAGER) not in held:
            found.append(Vacancy(unit, Role.MANAGER))
    return found
