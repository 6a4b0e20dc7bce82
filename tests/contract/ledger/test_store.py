"""What every store keeps to: rows dense and in order, all of a commit or none, gone when erased, and nothing after a fault."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import EvidenceError
from morasanu.ledger.interface import Row

if TYPE_CHECKING:
    from tests.contract.ledger.bench import Bench

    from morasanu.ledger.interface import Store


def make_rows(count: int, start: int = 0) -> list[Row]:
    return [
        Row(b"entry %d" % n, n.to_bytes(32, "big"), b"record %d" % n * (n % 7)) for n in range(start, start + count)
    ]


def fill(store: Store, *counts: int) -> list[Row]:
    rows: list[Row] = []
    for count in counts:
        group = make_rows(count, len(rows))
        store.append(group)
        rows += group
        assert store.size == len(rows)
    return rows


def test_a_new_store_is_empty_also_when_opened_again(bench: Bench) -> None:
    for _ in range(2):
        store = bench.open()
        assert store.size == 0
        assert list(store.read(0, 10)) == []


def test_rows_come_back_in_order_in_every_range(bench: Bench) -> None:
    store = bench.open()
    rows = fill(store, 1, 5, 1, 1, 300, 2, *[1] * 70)
    for first in (0, 1, 5, 6, 7, 8, 100, 307, 308, 309, 310, 340, 379):
        for count in (0, 1, 2, 33, 300, 1_000):
            assert list(store.read(first, count)) == rows[first : first + count]
    assert list(store.read(len(rows), 5)) == []
    assert list(bench.open().read(0, 1_000)) == rows


def test_rows_of_every_kind_of_bytes_come_back(bench: Bench) -> None:
    rows = [
        Row(b"", bytes(32), b""),
        Row(bytes(range(256)), bytes(32), bytes(range(256))),
        Row(b"\0" * 65_535, b"\xff" * 32, "椿".encode()),
    ]
    rows.append(Row(b"e", bytes(32), random.Random(1).randbytes(3_000_000)))
    bench.open().append(rows)
    assert list(bench.open().read(0, 9)) == rows


def test_a_store_goes_on_where_it_stood(bench: Bench) -> None:
    rows = fill(bench.open(), 3, 2)
    store = bench.open()
    assert store.size == 5
    store.append(make_rows(4, 5))
    assert list(bench.open().read(0, 99)) == rows + make_rows(4, 5)


def test_a_thousand_rows_are_one_commit(bench: Bench) -> None:
    store = bench.open()
    rows = fill(store, 1_000, 1_000)
    assert list(store.read(990, 20)) == rows[990:1_010]


@pytest.mark.parametrize("number", [0, 3, 4, 5, 8])
def test_what_is_erased_is_gone_and_the_rest_stays(bench: Bench, number: int) -> None:
    store = bench.open()
    rows = [Row(b"entry %d" % n, os.urandom(32), b"secret of %d: " % n + os.urandom(20)) for n in range(9)]
    store.append(rows[:4])
    store.append(rows[4:5])
    store.append(rows[5:])
    assert bench.find(rows[number].salt)
    for _ in range(2):  # once more changes nothing
        store.erase(number)
    rows[number], erased = Row(rows[number].entry), rows[number]
    assert list(store.read(0, 9)) == rows
    assert list(store.read(number, 1)) == [Row(erased.entry)]
    assert not bench.find(erased.salt)
    assert not bench.find(erased.body[-20:])
    assert not bench.find(b"secret of %d:" % number)
    assert list(bench.open().read(0, 9)) == rows
    bench.open().append(make_rows(1, 9))
    assert bench.open().size == 10


def test_a_large_record_is_erased_too(bench: Bench) -> None:
    store = bench.open()
    large = os.urandom(900_000)
    store.append([Row(b"a", os.urandom(32), large), Row(b"b", os.urandom(32), large[::-1])])
    store.erase(0)
    assert not any(bench.find(large[at : at + 60]) for at in range(0, len(large) - 60, 30_000))
    assert [row.body for row in store.read(0, 2)] == [b"", large[::-1]]


@pytest.mark.parametrize(("gone", "missing"), [(0, 0), (3, 3), (5, 5)])
def test_rows_that_are_not_dense_are_refused_on_opening(bench: Bench, gone: int, missing: int) -> None:
    fill(bench.open(), 3, 2, 1, 1)
    bench.change(f"delete from batch where first = {gone}")
    with pytest.raises(EvidenceError, match=f"number {missing} ") as refused:
        bench.open()
    assert refused.value.code == "MRS-E-012"


def test_rows_that_lie_over_each_other_are_refused_on_opening(bench: Bench) -> None:
    fill(bench.open(), 3, 2)
    bench.change("update batch set count = 4 where first = 0")
    with pytest.raises(EvidenceError) as refused:
        bench.open()
    assert refused.value.code == "MRS-E-012"


def test_a_missing_end_is_not_noticed_here_but_by_the_checkpoint(bench: Bench) -> None:
    fill(bench.open(), 3, 2)
    bench.change("delete from batch where first = 3")
    assert bench.open().size == 3


def test_after_a_fault_nothing_more_is_taken_and_nothing_is_lost(bench: Bench) -> None:
    store = bench.open()
    rows = fill(store, 3, 2)
    bench.break_writes()
    for _ in range(2):
        with pytest.raises(EvidenceError) as refused:
            store.append([Row(b"x" * 1_000, bytes(32), bytes(1_000_000))])
        assert refused.value.code == "MRS-E-010"
        assert store.size == 5
    with pytest.raises(EvidenceError):
        store.append(make_rows(1, 5))
    assert list(bench.open().read(0, 9)) == rows


def test_after_a_fault_nothing_is_erased_either(bench: Bench) -> None:
    store = bench.open()
    rows = fill(store, 3)
    bench.break_writes()
    with pytest.raises(EvidenceError):
        store.append([Row(b"x" * 1_000, bytes(32), bytes(1_000_000))])
    with pytest.raises(EvidenceError) as refused:
        store.erase(1)
    assert refused.value.code == "MRS-E-010"
    assert list(bench.open().read(0, 9)) == rows


@pytest.mark.parametrize("column", ["entries", "records"])
def test_rows_that_are_cut_are_told(bench: Bench, column: str) -> None:
    fill(bench.open(), 2, 3)
    bench.change(f"update batch set {column} = substr({column}, 1, 4) where first = 2")
    store = bench.open()
    assert len(list(store.read(0, 2))) == 2
    with pytest.raises(EvidenceError) as refused:
        list(store.read(0, 5))
    assert refused.value.code == "MRS-E-012"


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_done_in_whatever_order_a_list_does_the_same(bench: Bench, seed: int) -> None:
    chance = random.Random(seed)
    store, rows = bench.open(), []
    for _ in range(60):
        act = chance.choice(("append", "append", "append", "read", "read", "erase", "open"))
        if act == "append":
            lengths = [chance.choice((0, 1, 40, 500, 9_000)) for _ in range(chance.choice((1, 1, 2, 20)))]
            group = [
                Row(chance.randbytes(chance.randrange(300)), chance.randbytes(32), chance.randbytes(n)) for n in lengths
            ]
            store.append(group)
            rows += group
        elif act == "read":
            first, count = chance.randrange(len(rows) + 3), chance.randrange(50)
            assert list(store.read(first, count)) == rows[first : first + count]
        elif act == "erase" and rows:
            number = chance.randrange(len(rows))
            store.erase(number)
            rows[number] = Row(rows[number].entry)
        elif act == "open":
            store = bench.open()
        assert store.size == len(rows)
    assert list(bench.open().read(0, len(rows) + 1)) == rows
