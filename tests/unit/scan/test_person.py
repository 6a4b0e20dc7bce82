"""Counting persons: exact for few, within the stated error for many, mergeable in any order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.finding import Finding, Label
from morasanu.scan.person import SKETCH_SIZE, PersonSketch, sketch_persons

KEY = b"test"


def _sketch(*lines: list[tuple[str, str]]) -> PersonSketch:
    text = ""
    findings = []
    for line in lines:
        for value, label in line:
            findings.append(Finding(len(text), len(text) + len(value), Label(label), 0.9, ()))
            text += value + " "
        text += "\n"
    return sketch_persons(text, findings, KEY)


def test_the_same_name_written_differently_is_one_person() -> None:
    sketch = _sketch([("髙橋　太郎", "PERSON")], [("高橋太郎", "PERSON")], [("高橋 太郎", "PERSON")])
    assert sketch.estimate().likely == 1


def test_namesakes_with_other_dates_of_birth_are_two_persons() -> None:
    sketch = _sketch(
        [("山田 太郎", "PERSON"), ("1970/1/1", "DATE_OF_BIRTH")],
        [("山田 太郎", "PERSON"), ("1985/5/5", "DATE_OF_BIRTH")],
    )
    low, likely, high = sketch.estimate()
    assert (low, likely, high) == (1, 2, 2)


def test_a_reading_beside_its_name_is_no_second_person() -> None:
    assert _sketch([("山田 太郎", "PERSON"), ("ヤマダ タロウ", "PERSON")]).estimate().likely == 1


def test_a_surname_alone_may_be_a_further_person() -> None:
    low, likely, high = _sketch([("山田 太郎", "PERSON")], [("佐藤", "PERSON")]).estimate()
    assert (low, likely, high) == (1, 1, 2)


def test_numbers_without_names_are_persons_too() -> None:
    sketch = _sketch([("123456789018", "MY_NUMBER")], [("987654321093", "MY_NUMBER")])
    assert sketch.estimate().likely == 2


@pytest.mark.parametrize("persons", [50_000])
def test_an_estimate_of_many_holds_the_truth_in_its_range(persons: int) -> None:
    sketch = PersonSketch()
    for start in range(0, persons, 5000):
        sketch.merge(_sketch(*([(f"山田 {n}", "PERSON")] for n in range(start, start + 5000))))
    assert len(sketch.full) == SKETCH_SIZE
    low, likely, high = sketch.estimate()
    assert low <= persons <= high
    assert abs(likely - persons) < persons * 0.08


_SKETCHES = st.builds(
    PersonSketch,
    full=st.dictionaries(st.integers(0, 2**64 - 1), st.tuples(st.sets(st.integers(0, 8)), st.sets(st.integers(0, 8)))),
    short=st.sets(st.integers(0, 99)),
    bare=st.dictionaries(st.sampled_from(["PHONE", "EMAIL"]), st.sets(st.integers(0, 99))),
)


@given(_SKETCHES, _SKETCHES)
def test_merging_does_not_depend_on_the_order(one: PersonSketch, other: PersonSketch) -> None:
    def merged(first: PersonSketch, second: PersonSketch) -> PersonSketch:
        copy = PersonSketch.unpack(first.pack())
        copy.merge(second)
        return copy

    assert merged(one, other) == merged(other, one)


@given(_SKETCHES)
def test_what_is_packed_is_unpacked(sketch: PersonSketch) -> None:
    assert PersonSketch.unpack(sketch.pack()) == sketch
