"""Taking events in: from many threads, in order, dense, in groups; never acknowledged when they are not there."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.batch import LONGEST_RECORD_BYTES, MOST_BYTES, MOST_EVENTS, Draft, Ready, cut
from morasanu.ledger.ledger import Ledger
from morasanu.ledger.place import open_store
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.event import OWN_KINDS, digest_record, parse_event

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.unit.ledger.conftest import Clock

    from morasanu.ledger.interface import Row

PATIENCE_S = 60


def draft(record: object = None, kind: str = "record", actor: str = "u-17") -> Draft:
    return Draft(kind, actor, {} if record is None else record)


def read(path: Path) -> list[Row]:
    """Return the rows as a new process finds them."""
    with Ledger(path) as ledger:
        return list(ledger._store.read(0, ledger.size))


class Slow:
    """A store whose first commit waits until it is let go; counts the rows of each."""

    def __init__(self, path: Path) -> None:
        self.store = open_store(path, "")
        self.counts: list[int] = []
        self.is_writing, self.may_go_on = threading.Event(), threading.Event()

    def append(self, rows: Sequence[Row]) -> None:
        self.is_writing.set()
        assert self.may_go_on.wait(PATIENCE_S)
        self.counts.append(len(rows))
        self.store.append(rows)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)


def test_numbers_of_many_threads_are_dense_and_each_keeps_its_order(path: Path) -> None:
    def append(who: int) -> list[int]:
        return [
            seq
            for turn in range(25)
            for seq in ledger.append([draft([who, turn, part]) for part in range(turn % 3 + 1)])
        ]

    with Ledger(path) as ledger, ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(append, range(8)))
        size = ledger.size
    assert all(found == sorted(found) for found in numbers)
    assert sorted(seq for found in numbers for seq in found) == list(range(1, size))
    rows = read(path)
    for seq, row in enumerate(rows):
        event = parse_event(row.entry)
        assert (event.seq, event.digest) == (seq, digest_record(row.salt, row.body))
    wanted = [[who, turn, part] for who in range(8) for turn in range(25) for part in range(turn % 3 + 1)]
    assert [rows[seq].body for found in numbers for seq in found] == [encode_canonical(record) for record in wanted]
    assert len({row.salt for row in rows}) == size


def test_whoever_comes_while_one_is_written_is_written_together(path: Path) -> None:
    slow = Slow(path)
    with Ledger(path, slow) as ledger, ThreadPoolExecutor(50) as pool:
        first = pool.submit(ledger.append, [draft()])
        assert slow.is_writing.wait(PATIENCE_S)
        others = [pool.submit(ledger.append, [draft(number)]) for number in range(40)]
        while ledger._open is None or len(ledger._open.events) < 40:
            threading.Event().wait(0.001)
        assert not any(other.done() for other in others)
        slow.may_go_on.set()
        assert first.result() == [1]
        assert sorted(other.result()[0] for other in others) == list(range(2, 42))
    assert slow.counts == [1, 40]


@pytest.mark.parametrize("count", [0, 1, MOST_EVENTS - 1, MOST_EVENTS, MOST_EVENTS + 1, 2 * MOST_EVENTS + 500])
def test_a_caller_may_bring_more_than_one_commit_holds(path: Path, count: int) -> None:
    slow = Slow(path)
    slow.may_go_on.set()
    with Ledger(path, slow) as ledger:
        assert ledger.append([draft(number) for number in range(count)]) == list(range(1, count + 1))
    assert all(taken <= MOST_EVENTS for taken in slow.counts)
    assert [row.body for row in read(path)[1:]] == [b"%d" % number for number in range(count)]


def test_numbers_are_those_of_the_caller_also_when_another_comes_between(path: Path) -> None:
    slow = Slow(path)
    with Ledger(path, slow) as ledger, ThreadPoolExecutor(2) as pool:
        large = pool.submit(ledger.append, [draft(0)] * (2 * MOST_EVENTS))
        assert slow.is_writing.wait(PATIENCE_S)
        small = pool.submit(ledger.append, [draft(1)])
        while ledger._open is None:
            threading.Event().wait(0.001)
        slow.may_go_on.set()
        mine, other = large.result(), small.result()
    assert len(mine) == 2 * MOST_EVENTS
    assert sorted(mine + other) == list(range(1, 2 * MOST_EVENTS + 2))


def test_records_of_many_bytes_are_cut_into_commits_as_well(path: Path) -> None:
    slow = Slow(path)
    slow.may_go_on.set()
    large = "x" * (LONGEST_RECORD_BYTES - 2)
    with Ledger(path, slow) as ledger:
        assert ledger.append([draft(large)] * 18) == list(range(1, 19))
    assert slow.counts == [8, 8, 2]
    assert [len(group) for group in cut([Ready("a", "b", bytes(MOST_BYTES))] * 2)] == [1, 1]


@pytest.mark.parametrize(
    "wrong",
    [
        *(draft(kind=kind) for kind in ("", "Record", "走査", "a b", "a" * 65, *OWN_KINDS)),
        *(draft(actor=actor) for actor in ("", "山田", "yamada@bank.example", "a b", "a" * 65)),
        *map(draft, (2**53, float("nan"), "\ud800", {1: 2}, b"x", "x" * LONGEST_RECORD_BYTES)),
    ],
    ids=lambda wrong: repr(wrong)[:40],
)
def test_of_what_cannot_be_kept_nothing_is_taken(ledger: Ledger, wrong: Draft) -> None:
    with pytest.raises(InputError) as refused:
        ledger.append([draft(), wrong, draft()])
    assert refused.value.code == "MRS-I-043"
    assert ledger.size == 1
    assert ledger.append([draft()]) == [1]


def test_no_record_is_in_what_is_told(ledger: Ledger) -> None:
    with pytest.raises(InputError) as refused:
        ledger.append([draft({"氏名": "椎名 恵理香", "n": 2**60}, actor="u")])
    assert "椎名" not in refused.value.message_ja + refused.value.message_en + str(refused.value)


class Failing(Slow):
    """A store that fails: before it kept the rows, or after, when nobody could know."""

    def __init__(self, path: Path, fault: BaseException, *, is_late: bool = False) -> None:
        super().__init__(path)
        self.fault, self.is_late = fault, is_late

    def append(self, rows: Sequence[Row]) -> None:
        self.is_writing.set()
        assert self.may_go_on.wait(PATIENCE_S)
        if self.is_late:
            self.store.append(rows)
        raise self.fault


@pytest.mark.parametrize(
    "fault", [EvidenceError("MRS-E-010", "", ""), OSError(), MemoryError(), KeyboardInterrupt()], ids=repr
)
@pytest.mark.parametrize("is_late", [False, True])
def test_nobody_is_told_that_what_failed_was_kept(path: Path, fault: BaseException, is_late: bool) -> None:
    failing = Failing(path, fault, is_late=is_late)
    told: list[BaseException] = []

    def append() -> None:
        try:
            ledger.append([draft()])
        except BaseException as error:  # noqa: BLE001 - whatever comes is what is told
            told.append(error)

    with Ledger(path, failing) as ledger:
        threads = [threading.Thread(target=append) for _ in range(6)]
        threads[0].start()
        assert failing.is_writing.wait(PATIENCE_S)
        for thread in threads[1:]:
            thread.start()
        while ledger._open is None or len(ledger._open.events) < 5:
            threading.Event().wait(0.001)
        failing.may_go_on.set()
        for thread in threads:
            thread.join(PATIENCE_S)
            assert not thread.is_alive()
    assert len(told) == 6
    assert sum(isinstance(error, EvidenceError) and error.code == "MRS-E-010" for error in told) >= 4


def test_who_is_interrupted_while_waiting_leaves_nobody_waiting(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Interrupted:
        def __enter__(self) -> None:
            while len(ledger._open.events) < 2:
                threading.Event().wait(0.001)
            raise KeyboardInterrupt

        def __exit__(self, *_: object) -> None:
            raise AssertionError

    with Ledger(path) as ledger:
        monkeypatch.setattr(ledger, "_commit", Interrupted())
        with ThreadPoolExecutor(2) as pool:
            found = [pool.submit(ledger.append, [draft()]) for _ in range(2)]
            told = {type(each.exception(PATIENCE_S)) for each in found}
        assert told == {KeyboardInterrupt, EvidenceError}
        monkeypatch.undo()
        assert ledger.append([draft()]) == [1]


@pytest.mark.parametrize("back_s", [0.5, 1.9, 2])
def test_a_clock_that_goes_back_a_little_stands_still(path: Path, clock: Clock, back_s: float) -> None:
    with Ledger(path, now=clock) as ledger:
        ledger.append([draft()])
        clock.move(-back_s)
        ledger.append([draft()])
    first, second = (parse_event(row.entry).at for row in read_at(path, clock)[1:])
    assert first == second == "2100-04-01T00:00:00.000000Z"


def read_at(path: Path, clock: Clock) -> list[Row]:
    with Ledger(path, now=clock) as ledger:
        return list(ledger._store.read(0, ledger.size))


def test_a_clock_that_goes_back_is_told_until_it_is_accepted(path: Path, clock: Clock) -> None:
    with Ledger(path, now=clock) as ledger:
        ledger.append([draft()])
        clock.move(-2.1)
        for _ in range(2):
            with pytest.raises(EvidenceError) as refused:
                ledger.append([draft()])
            assert refused.value.code == "MRS-E-017"
        assert ledger.size == 2
    with Ledger(path, now=clock) as ledger:  # also in another process
        with pytest.raises(EvidenceError):
            ledger.append([draft()])
        ledger.accept_clock("u-18")
        ledger.accept_clock("u-18")  # nothing more to accept
        assert ledger.append([draft()]) == [3]
        clock.move(3_600)
        assert ledger.append([draft()]) == [4]
    events = [parse_event(row.entry) for row in read_at(path, clock)]
    assert [(event.kind, event.actor) for event in events[1:4]] == [
        ("record", "u-17"), ("ledger.clock", "u-18"), ("record", "u-17"),
    ]  # fmt: skip
    assert events[2].at == events[3].at < events[1].at
    assert read_at(path, clock)[2].body == b'{"before":"2100-04-01T00:00:00.000000Z"}'


def test_time_is_utc_to_the_microsecond(path: Path, clock: Clock) -> None:
    clock.move(0.000001)
    with Ledger(path, now=lambda: clock() + 999) as ledger:
        ledger.append([draft()])
    assert parse_event(read_at(path, clock)[1].entry).at == "2100-04-01T00:00:00.000001Z"
