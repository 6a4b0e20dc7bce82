"""The register reconciled with reality: what differs, how gravely, and that registering it ends it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.duty.reconcile import Declared, Kind, Persons, Seen, Spot, World, compare, find_personal, weigh
from morasanu.duty.settle import settle
from morasanu.rules.difference import load_difference_rule
from morasanu.rules.load import load_rules

RULES, RULE = load_rules(), load_difference_rule()
LABELS = sorted(RULES.labels)
HERE = Spot(1, "融資")
MANY = Seen(HERE, 10, files=3, counts={"PERSON": 1204, "BANK_ACCOUNT": 40}, persons=Persons(1100, 1204, 1300))
ROW = Declared(5, 20, frozenset(("PERSON", "BANK_ACCOUNT")), 1204, (HERE,))

places = st.sampled_from(("", "a", "a/b", "a/b/c", "ab", "c"))
spots = st.builds(Spot, st.integers(1, 3), places)
persons = st.integers(0, 2_000).map(lambda n: Persons(n * 9 // 10, n, n * 2))
counts = st.dictionaries(st.sampled_from(LABELS), st.integers(1, 50), max_size=5)
sightings = st.lists(
    st.builds(
        Seen, spots, st.just(7), st.integers(1, 9), st.integers(0, 1), counts, st.just({"special_care?": 1}), persons
    ),
    max_size=6,
    unique_by=lambda each: each.spot,
)
registers = st.lists(
    st.builds(
        Declared,
        st.integers(1, 99),
        st.integers(1, 3),
        st.frozensets(st.sampled_from(LABELS), max_size=4),
        st.integers(0, 2_000),
        st.lists(spots, max_size=2).map(tuple),
    ),
    max_size=4,
    unique_by=lambda each: each.holding,
)


def find(register, seen, scanned=(1, 2, 3)):
    return compare(World(register, seen, frozenset(scanned)), RULES, RULE)


def kinds(register, seen, scanned=(1, 2, 3)):
    return [each.kind for each in find(register, seen, scanned)]


def test_data_no_holding_names_is_unregistered_with_its_counts() -> None:
    (found,) = find([], [MANY])
    assert found.kind == Kind.UNREGISTERED
    assert (found.unit, found.labels, found.persons) == (10, MANY.counts, MANY.persons)


def test_data_registered_as_seen_is_no_difference() -> None:
    assert find([ROW], [MANY]) == ()


def test_a_holding_of_the_folder_beside_does_not_name_it() -> None:
    other = replace(ROW, spots=(Spot(1, "融"),))
    assert kinds([other], [MANY]) == [Kind.NOT_SEEN, Kind.UNREGISTERED]


def test_a_label_not_declared_is_told_to_the_holdings_unit() -> None:
    (found,) = find([replace(ROW, labels=frozenset(("PERSON",)))], [MANY])
    assert (found.kind, found.unit, found.labels, found.holdings) == (
        Kind.UNDECLARED_LABEL,
        20,
        {"BANK_ACCOUNT": 40},
        (5,),
    )


def test_a_postal_code_is_covered_by_a_declared_address() -> None:
    seen = replace(MANY, counts={"ADDRESS": 9, "POSTAL_CODE": 9})
    assert find([replace(ROW, labels=frozenset(("ADDRESS",)))], [seen]) == ()


@pytest.mark.parametrize(("declared", "differs"), [(1000, False), (999, True), (0, True)])
def test_more_persons_than_declared_differ_beyond_the_tolerance(declared: int, differs: bool) -> None:
    assert kinds([replace(ROW, persons=declared)], [MANY]) == [Kind.MORE_PERSONS] * differs


def test_the_closest_holding_answers_for_a_place() -> None:
    broad = replace(ROW, holding=6, spots=(Spot(1),))
    close = replace(ROW, labels=frozenset(("PERSON",)))
    found = [each for each in find([broad, close], [MANY]) if each.kind == Kind.UNDECLARED_LABEL]
    assert [each.holdings for each in found] == [(5,)]


def test_a_holding_whose_place_holds_nothing_is_not_seen() -> None:
    assert kinds([ROW], [replace(MANY, counts={"SECRET": 3})]) == [Kind.EXPOSED, Kind.NOT_SEEN]


def test_a_place_that_was_summed_up_with_others_is_not_called_empty() -> None:
    around = replace(MANY, spot=Spot(1))
    assert Kind.NOT_SEEN not in kinds([ROW], [around])
    assert Kind.NOT_SEEN in kinds([ROW], [around, replace(MANY, counts={}, files=0)])


def test_a_place_never_scanned_says_nothing() -> None:
    assert find([ROW], [], scanned=()) == ()


def test_a_place_not_inspected_is_told_and_neither_clean_nor_empty() -> None:
    (found,) = find([ROW], [replace(MANY, counts={}, not_inspected=2)])
    assert (found.kind, found.not_inspected, found.files) == (Kind.NOT_INSPECTED, 2, 3)


def test_a_signature_is_no_holding_but_a_my_number_is() -> None:
    signature = Seen(HERE, 10, counts={"PERSON": 3, "PHONE": 3, "EMAIL": 3}, persons=Persons(1, 1, 2))
    assert find([], [signature]) == ()
    assert kinds([], [replace(signature, counts={"MY_NUMBER": 1})]) == [Kind.UNREGISTERED]


def test_a_password_is_not_personal() -> None:
    assert find_personal(replace(MANY, counts={"SECRET": 99}), RULES, RULE) == {}


@pytest.mark.parametrize(("count", "differs"), [(1, False), (2, True)])
def test_passwords_that_lie_open_differ_whoever_holds_the_place_unless_it_is_declared(
    count: int, differs: bool
) -> None:
    seen = replace(MANY, counts={"SECRET": count})
    found = [each for each in find([], [seen]) if each.kind == Kind.EXPOSED]
    assert [(each.unit, each.grade, dict(each.labels), each.persons.likely) for each in found] == [
        (seen.unit, "middle", {"SECRET": count}, 0)
    ] * differs
    vault = replace(ROW, labels=frozenset(("SECRET",)))
    assert Kind.EXPOSED not in kinds([vault], [seen])
    assert (Kind.EXPOSED in kinds([ROW], [seen])) is differs


@pytest.mark.parametrize(
    ("labels", "classes", "likely", "grade"),
    [
        (("MY_NUMBER",), {"specific_personal": 1}, 1, "high"),
        (("SENSITIVE",), {"special_care?": 1}, 1, "middle"),
        (("PERSON",), {"special_care?": 1}, 1, "low"),
        (("PERSON",), {}, 101, "middle"),
        (("PERSON",), {}, 1001, "high"),
        (("BANK_ACCOUNT",), {"property_damage?": 1}, 1, "low"),
    ],
)
def test_the_grade_is_the_gravest_class_or_the_number_of_persons(labels, classes, likely, grade) -> None:
    assert weigh(labels, classes, Persons(likely, likely, likely), RULES, RULE) == grade


@given(registers, sightings, st.randoms(use_true_random=False))
def test_any_order_gives_the_same_differences_each_key_once(register, seen, random) -> None:
    expected = find(register, seen)
    keys = [each.key for each in expected]
    random.shuffle(register)
    random.shuffle(seen)
    assert find(register, seen) == expected
    assert len(set(keys)) == len(keys)


@given(registers, sightings)
def test_registering_what_was_seen_ends_the_difference(register, seen) -> None:
    for each in find(register, seen):
        if each.kind in (Kind.UNREGISTERED, Kind.UNDECLARED_LABEL, Kind.MORE_PERSONS):
            labels = next(place.counts for place in seen if place.spot == each.spot)
            row = Declared(100, 7, frozenset(labels), each.persons.high, (each.spot,))
            exact = [other for other in register if each.spot not in other.spots]
            assert each.key not in {left.key for left in find([*exact, row], seen)}


@given(registers, sightings)
def test_data_that_went_away_ends_every_difference_of_its_place(register, seen) -> None:
    clean = [replace(each, counts={}, classes={}, persons=Persons(), not_inspected=0) for each in seen]
    assert set(kinds(register, clean)) <= {Kind.NOT_SEEN}


@given(registers, sightings)
def test_settling_twice_changes_nothing(register, seen) -> None:
    first = settle(World(register, seen, {1, 2, 3}), {}, {}, RULES, RULE)
    known = {each.key: each for each in first.opened}
    again = settle(World(register, seen, {1, 2, 3}), known, {}, RULES, RULE)
    assert (again.opened, again.closed) == ((), ())
    assert {each.key for each in again.seen_again} == set(known)


@given(registers, sightings)
def test_what_cannot_be_looked_into_closes_nothing_that_was_seen(register, seen) -> None:
    seen = [replace(each, not_inspected=0) for each in seen]
    known = {each.key: each for each in find(register, seen)}
    blind = [replace(each, counts={}, classes={}, persons=Persons(), not_inspected=each.files) for each in seen]
    assert settle(World(register, blind, {1, 2, 3}), known, {}, RULES, RULE).closed == ()


def test_a_location_that_was_not_scanned_closes_nothing() -> None:
    known = {each.key: each for each in find([], [MANY])}
    assert settle(World([], [], set()), known, {}, RULES, RULE).closed == ()
    assert settle(World([], [], {1}), known, {}, RULES, RULE).closed == tuple(known)


def test_registering_closes_even_what_cannot_be_looked_into_now() -> None:
    known = {each.key: each for each in find([], [MANY])}
    blind = replace(MANY, counts={}, persons=Persons(), not_inspected=3)
    assert settle(World([ROW], [blind], {1}), known, {}, RULES, RULE).closed == tuple(known)


@pytest.mark.parametrize(
    ("change", "opens"),
    [
        ({}, False),
        ({"persons": Persons(1200, 1300, 1400)}, False),
        ({"persons": Persons(1900, 2000, 2100)}, True),
        ({"counts": {**MANY.counts, "MY_NUMBER": 1}}, True),
        ({"classes": {"property_damage": 1}}, False),
    ],
)
def test_what_was_accepted_opens_anew_only_when_it_is_worse(change, opens) -> None:
    accepted = {each.key: each for each in find([], [MANY])}
    settled = settle(World([], [replace(MANY, **change)], {1}), {}, accepted, RULES, RULE)
    assert bool(settled.opened) == opens
