"""Each change leaves exactly one trace in the same transaction; a stale one leaves nothing."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from tests.unit.office.house import BEGUN, EAST, House

from morasanu.office.base.record import StaleError
from morasanu.office.people.models import Person
from morasanu.office.seal.keep import drop, keep, keep_changed, keep_new, leave_trace
from morasanu.office.seal.models import Outbox
from morasanu.proof.canonical import encode_canonical

if TYPE_CHECKING:
    from collections.abc import Sequence


def make(house: House, number: str) -> Person:
    return Person(number=number, name="潮田 汀", unit=house.units[EAST], joined_on=BEGUN)


def traces(person: Person) -> Sequence[Outbox]:
    return list(Outbox.objects.filter(subject=person.trace_subject))


def test_keep_of_a_new_row_leaves_one_trace_with_its_salted_digest(house: House) -> None:
    person = make(house, "S1")
    assert keep(person, "people.person.saved", "account/1")
    (trace,) = traces(person)
    assert (trace.kind, trace.actor, trace.subject_version) == ("people.person.saved", "account/1", 1)
    assert trace.digest == hashlib.sha256(bytes(trace.salt) + encode_canonical(person.describe())).hexdigest()
    assert trace.seq is None
    assert len(trace.salt) == 32


def test_keep_of_a_change_counts_the_version_and_names_the_fields_only(house: House) -> None:
    person = make(house, "S1")
    keep(person, "people.person.saved", "tests")
    person.post, person.kana = "支店長", "シオタ"
    assert keep(person, "people.person.saved", "tests", seen=1)
    trace = traces(person)[-1]
    assert (trace.subject_version, sorted(trace.changed)) == (2, ["kana", "post"])
    stored = Person.objects.get(pk=person.pk)
    assert (stored.version, stored.post) == (2, "支店長")
    assert trace.digest == hashlib.sha256(bytes(trace.salt) + encode_canonical(stored.describe())).hexdigest()


def test_keep_of_an_unchanged_row_writes_nothing(house: House) -> None:
    person = make(house, "S1")
    keep(person, "people.person.saved", "tests")
    assert not keep(Person.objects.get(pk=person.pk), "people.person.saved", "tests", seen=1)
    assert len(traces(person)) == 1
    assert Person.objects.get(pk=person.pk).version == 1


def test_keep_of_a_stale_row_shows_what_is_stored_and_writes_nothing(house: House) -> None:
    person = make(house, "S1")
    keep(person, "people.person.saved", "tests")
    mine, theirs = Person.objects.get(pk=person.pk), Person.objects.get(pk=person.pk)
    theirs.post = "次長"
    keep(theirs, "people.person.saved", "tests", seen=1)
    mine.post = "課長"
    with pytest.raises(StaleError) as caught:
        keep(mine, "people.person.saved", "tests", seen=1)
    assert caught.value.stored["post"] == "次長"
    assert Person.objects.get(pk=person.pk).post == "次長"
    assert len(traces(person)) == 2


def test_keep_of_a_row_that_cannot_be_leaves_neither_row_nor_trace(house: House) -> None:
    before = Outbox.objects.count()
    with pytest.raises(ValidationError):
        keep(Person(number="", name="", unit=house.units[EAST], joined_on=BEGUN), "people.person.saved", "tests")
    assert Outbox.objects.count() == before
    assert not Person.objects.exists()


def test_keep_within_a_transaction_that_fails_leaves_neither(house: House) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the fault comes after the change
        keep(make(house, "S1"), "people.person.saved", "tests")
        raise ZeroDivisionError
    assert not Person.objects.exists()
    assert not Outbox.objects.filter(kind="people.person.saved").exists()


@pytest.mark.parametrize(
    ("kind", "actor"), [("people.saved", "潮田"), ("People", "tests"), ("", "tests"), ("a b", "x")]
)
def test_a_trace_that_the_ledger_would_refuse_is_refused(kind: str, actor: str, house: House) -> None:
    before = Outbox.objects.count()
    with pytest.raises(ValueError, match=f"^{kind}$"):
        keep(make(house, "S1"), kind, actor)
    assert Outbox.objects.count() == before
    assert not Person.objects.exists()


def test_keep_new_leaves_one_trace_for_each_row_in_their_order(house: House) -> None:
    persons = [make(house, f"S{number}") for number in range(30)]
    keep_new(persons, "people.imported", "tests")
    found = list(Outbox.objects.filter(kind="people.imported").order_by("pk").values_list("subject", flat=True))
    assert found == [each.trace_subject for each in persons]
    for each in persons:
        (trace,) = traces(each)
        assert trace.digest == hashlib.sha256(bytes(trace.salt) + encode_canonical(each.describe())).hexdigest()


def test_keep_changed_leaves_one_trace_for_each_row_and_writes_its_fields_only(house: House) -> None:
    persons = [make(house, f"S{number}") for number in range(5)]
    keep_new(persons, "people.imported", "tests")
    for each in persons:
        each.post, each.name = "係長", "written by mistake"
    keep_changed(persons, ["post"], "people.moved", "tests")
    for stored in Person.objects.filter(number__startswith="S"):
        assert (stored.version, stored.post, stored.name) == (2, "係長", "潮田 汀")
        assert [(each.subject_version, each.changed) for each in traces(stored)] == [(1, []), (2, ["post"])]


def test_keep_of_many_when_there_are_none_writes_nothing(house: House) -> None:
    before = Outbox.objects.count()
    keep_new([], "people.imported", "tests")
    keep_changed([], ["post"], "people.moved", "tests")
    assert Outbox.objects.count() == before
    assert house.units


def test_drop_leaves_the_trace_with_the_version_that_was_stored_last(house: House) -> None:
    person = make(house, "S1")
    keep(person, "people.person.saved", "tests")
    newer = Person.objects.get(pk=person.pk)
    newer.post = "次長"
    keep(newer, "people.person.saved", "tests")
    subject = person.trace_subject
    drop(person, "people.person.purged", "tests")
    assert not Person.objects.exists()
    assert list(Outbox.objects.filter(subject=subject).values_list("subject_version", flat=True)) == [1, 2, 3]


def test_two_rows_alike_have_digests_that_do_not_show_it(house: House) -> None:
    with transaction.atomic():
        leave_trace("tests.done", "tests", "tests/1", 1, row={"name": "潮田 汀"})
        leave_trace("tests.done", "tests", "tests/2", 1, row={"name": "潮田 汀"})
    one, two = Outbox.objects.filter(kind="tests.done")
    assert one.digest != two.digest
    assert house.units


@pytest.mark.django_db(transaction=True)
def test_a_trace_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError):
        leave_trace("tests.done", "tests", "tests/1", 1, row={})
    assert not Outbox.objects.exists()
