"""The invented bank as values: how many people, who was appointed to what, and what is wrong on the first day."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from morasanu.office.access.role import Role
from morasanu.office.demo.bank import (
    BRANCHES,
    CAST,
    COMMITTEE,
    DEPARTMENTS,
    HOUSE,
    TODAY,
    UNITS,
    make_people,
    make_posts,
)
from morasanu.office.demo.name import MEN, SURNAMES, WOMEN

PEOPLE = make_people()
POSTS = make_posts(PEOPLE)


def in_force(day: dt.date):
    return [each for each in POSTS if each.starts_on <= day and (each.ends_on is None or each.ends_on >= day)]


def test_the_bank_has_the_size_of_its_story() -> None:
    assert len(PEOPLE) == 418
    assert Counter(each.kind for each in PEOPLE) == {"officer": 9, "dispatched": 37, "staff": 372}
    assert (len(BRANCHES), len(DEPARTMENTS)) == (12, 12)


def test_the_bank_is_the_same_each_time() -> None:
    assert make_people() == PEOPLE
    assert make_posts(make_people()) == POSTS


def test_nobody_has_the_number_or_the_name_of_another() -> None:
    assert len({each.number for each in PEOPLE}) == 418
    assert len({each.name for each in PEOPLE}) == 418


def test_every_name_is_of_the_story_or_from_the_lists() -> None:
    families, given = {each.text for each in SURNAMES}, {each.text for each in (*MEN, *WOMEN)}
    cast = {words[1].replace(",", " ") for words in CAST}
    others = [each.name.split() for each in PEOPLE if each.name not in cast]
    assert len(others) == 418 - len(CAST)
    assert all(family in families and own in given for family, own in others)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.code)
def test_a_unit_has_its_people_and_one_head(unit) -> None:
    here = [each for each in PEOPLE if each.unit == unit.code]
    assert len(here) == unit.size
    assert sum(each.kind == "dispatched" for each in here) == unit.dispatched
    assert sum(each.post.removeprefix("理事・") in {"支店長", "部長", "室長"} for each in here) == 1


def test_nobody_was_appointed_before_they_came_or_after_they_leave() -> None:
    people = {each.number: each for each in PEOPLE}
    for post in POSTS:
        assert people[post.number].joined_on <= post.starts_on
        assert post.ends_on is None or post.ends_on >= post.starts_on


def test_nobody_holds_a_role_twice_at_a_time() -> None:
    held = Counter((each.number, each.unit, each.role) for each in in_force(TODAY))
    assert max(held.values()) == 1


def test_only_hamacho_lacks_a_manager_since_the_transfer() -> None:
    def find_vacant(day: dt.date) -> set[str]:
        managers = {each.unit for each in in_force(day) if each.role == Role.MANAGER and not each.is_deputy}
        return {unit.code for unit in UNITS} - managers

    assert find_vacant(TODAY) == {"004"}
    assert find_vacant(dt.date(2026, 9, 30)) == set()
    assert find_vacant(dt.date(2025, 1, 15)) == {"004"}  # before the records of that post begin


def test_the_deputy_head_of_hamacho_can_be_appointed_there() -> None:
    assert not [each for each in POSTS if (each.number, each.unit, each.role) == ("S0289", "004", Role.MANAGER)]


def test_every_unit_has_a_deputy_and_the_officer_has_one() -> None:
    deputies = {each.unit for each in in_force(TODAY) if each.is_deputy}
    assert {unit.code for unit in UNITS} | {HOUSE} <= deputies


def test_every_role_is_held_and_the_committee_sits() -> None:
    today = in_force(TODAY)
    assert {each.role for each in today} == set(Role)
    assert any(each.unit == COMMITTEE for each in today)


def test_one_member_of_staff_leaves_next_month() -> None:
    leaving = [each for each in PEOPLE if each.left_on]
    assert [(each.name, each.left_on) for each in leaving] == [("江川 大輔", dt.date(2026, 12, 31))]
