"""Who somebody is today, and how far a query shows them the house's rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest
from tests.unit.office.house import AUDIT, BEGUN, BOARD, DESK, EAST, HEAD, RISK, WEST, House

from morasanu.office.access import reach as module
from morasanu.office.access.reach import HOUSE, Reach, make_visitor, within
from morasanu.office.access.role import DECIDING, TITLES, Role
from morasanu.office.access.table import Extent, find_extent, find_row, list_methods, may_open
from morasanu.office.base.clock import read_today
from morasanu.office.people.models import Appointment, OrgUnit, Person

if TYPE_CHECKING:
    from pytest_django import DjangoAssertNumQueries

DAY = dt.timedelta(days=1)


def codes(reach: Reach) -> set[str]:
    return set(within(OrgUnit, reach).values_list("code", flat=True))


def test_within_of_the_house_shows_every_unit(house: House) -> None:
    assert codes(HOUSE) == {HEAD, EAST, DESK, WEST, RISK, AUDIT, BOARD} == set(house.units)


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        (Role.MANAGER, EAST, {EAST, DESK}),
        (Role.MANAGER, DESK, {DESK}),
        (Role.HANDLER, EAST, {EAST}),
        (Role.APPROVER, EAST, {EAST, DESK}),
        (Role.OFFICER, RISK, {HEAD, EAST, DESK, WEST, RISK, AUDIT, BOARD}),
        (Role.AUDITOR, AUDIT, {HEAD, EAST, DESK, WEST, RISK, AUDIT, BOARD}),
    ],
)
def test_reach_of_a_role_is_what_the_table_says(role: Role, unit: str, seen: set[str], house: House) -> None:
    reach = house.visit(role, unit).reach("people:units", "GET")
    assert reach is not None
    assert codes(reach) == seen


def test_reach_without_a_role_opens_nothing(house: House) -> None:
    visitor = house.visit("", EAST)
    assert visitor.roles == frozenset()
    assert visitor.reach("today", "GET") is None
    assert not visitor.needs_second_factor


def test_an_account_without_a_person_opens_nothing(house: House) -> None:
    account = house.find_account("", EAST)
    account.person = None
    visitor = make_visitor(account)
    assert (visitor.roles, visitor.person_id) == (frozenset(), 0)
    assert visitor.reach("today", "GET") is None


def test_reach_of_two_roles_joins_their_units(house: House) -> None:
    person = house.find_person(Role.MANAGER, DESK)
    house.appoint(person, Role.HANDLER, WEST)
    reach = house.visit(Role.MANAGER, DESK).reach("people:units", "GET")
    assert reach is not None
    assert codes(reach) == {DESK, WEST}


def test_a_role_in_one_unit_widens_nothing_of_another_role(house: House) -> None:
    """A handler of WEST who is manager of DESK sees persons of DESK only: handlers have no list of persons."""
    person = house.find_person(Role.MANAGER, DESK)
    house.appoint(person, Role.HANDLER, WEST)
    visitor = house.visit(Role.MANAGER, DESK)
    reach = visitor.reach("people:persons", "GET")
    assert reach is not None
    assert codes(reach) == {DESK}


def test_reach_to_what_is_their_own_shows_that_person_only(house: House) -> None:
    house.find_person(Role.MANAGER, EAST)
    mine = house.find_person(Role.HANDLER, EAST)
    reach = house.visit(Role.HANDLER, EAST).reach("people:person", "GET")
    assert reach == Reach(frozenset(), mine.pk)
    assert list(within(Person, reach)) == [mine]
    assert {each.person for each in within(Appointment, reach)} == {mine}


def test_nobody_in_particular_sees_no_row(house: House) -> None:
    house.find_person(Role.MANAGER, EAST)
    for model in (OrgUnit, Person, Appointment):
        assert not within(model, Reach(frozenset(), 0)).exists()


def test_a_row_of_the_whole_house_is_seen_by_who_sees_the_house_only(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrgUnit, "unit_lookup", "")
    every = frozenset(unit.pk for unit in house.units.values())
    assert not within(OrgUnit, Reach(every, 1)).exists()
    assert within(OrgUnit, HOUSE).count() == len(every)


@pytest.mark.parametrize(
    ("starts", "ends", "counts"),
    [
        (-1, None, True),
        (0, 0, True),
        (-9, 0, True),
        (-9, -1, False),
        (1, None, False),
        (1, 9, False),
    ],
)
def test_an_appointment_counts_from_its_first_day_to_its_last(
    starts: int, ends: int | None, counts: bool, house: House
) -> None:
    today = read_today()
    person = house.make_person("S1", EAST)
    account = house.make_account(person, "s1")
    house.appoint(
        person, Role.MANAGER, EAST, starts_on=today + starts * DAY, ends_on=None if ends is None else today + ends * DAY
    )
    assert make_visitor(account).roles == ({Role.MANAGER} if counts else set())


@pytest.mark.parametrize(("left", "roles"), [(None, 1), (0, 1), (1, 1), (-1, 0)])
def test_whoever_has_left_holds_no_role_from_the_day_after(left: int | None, roles: int, house: House) -> None:
    account = house.find_account(Role.MANAGER, EAST)
    Person.objects.update(left_on=None if left is None else read_today() + left * DAY)
    assert len(make_visitor(account).roles) == roles


def test_make_visitor_takes_two_queries_whatever_the_number_of_units(
    house: House, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    account = house.find_account(Role.MANAGER, EAST)
    house.appoint(house.find_person(Role.MANAGER, EAST), Role.HANDLER, WEST)
    with django_assert_num_queries(2):
        make_visitor(account)


def test_a_unit_whose_path_begins_alike_is_not_below(house: House) -> None:
    """Unit 1 is not above unit 11: paths end with a stroke."""
    for unit in house.units.values():
        assert unit.path.endswith(f"/{unit.pk}/")
        assert unit.path.startswith("/")
    below = house.visit(Role.MANAGER, EAST).below[Role.MANAGER]
    assert below == {house.units[EAST].pk, house.units[DESK].pk}


def test_roles_that_decide_need_a_second_factor(house: House) -> None:
    assert frozenset(Role) - {Role.HANDLER} == DECIDING
    assert set(TITLES) == set(Role)
    for role in Role:
        assert house.visit(role, EAST).needs_second_factor == (role in DECIDING)


def test_a_route_without_a_row_opens_for_nobody() -> None:
    assert find_row("nowhere", "GET") == "nobody"
    assert not may_open("nowhere", "GET", Role)
    assert find_extent("nowhere", "GET", Role.OFFICER) == Extent.NONE
    assert list_methods("nowhere") == []
    assert list_methods("people:persons") == ["GET", "POST"]


def test_head_opens_as_get_does() -> None:
    assert find_row("today", "HEAD") == find_row("today", "GET") != find_row("today", "POST")


def test_a_visitor_is_named_in_the_ledger_by_a_number(house: House) -> None:
    visitor = house.visit(Role.OFFICER, RISK)
    assert visitor.actor == f"account/{visitor.account.pk}"
    assert BEGUN.year == 2024
    with pytest.raises(RuntimeError):
        module.read_visitor(_Nobody())  # type: ignore[arg-type]


class _Nobody:
    """A request of nobody in particular."""
