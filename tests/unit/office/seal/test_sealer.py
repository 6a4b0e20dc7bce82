"""Every change reaches the ledger once and in order, also when a process dies between ledger and mark."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import transaction

from morasanu.office.seal import sealer
from morasanu.office.seal.keep import leave_trace
from morasanu.office.seal.models import Outbox
from morasanu.office.seal.sealer import mark_sealed, seal_waiting
from morasanu.office.seal.selectors import describe_seal, find_seal, list_changes
from morasanu.proof.verify import State, verify

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.ledger import Ledger

pytestmark = pytest.mark.django_db


def leave(count: int, subject: str = "tests") -> None:
    with transaction.atomic():
        for number in range(count):
            leave_trace("tests.done", "account/7", f"{subject}/{number % 3}", number // 3 + 1, row={"n": number})


def read_digests(ledger: Ledger) -> list[str]:
    """Return what the ledger holds of changes, in its order."""
    return [json.loads(body)["row"] for _, body in ledger.read_last(10_000) if b'"outbox"' in body]


def read_outbox() -> list[str]:
    return list(Outbox.objects.order_by("pk").values_list("digest", flat=True))


def test_seal_waiting_seals_each_change_once_in_order(ledger: Ledger) -> None:
    leave(7)
    assert seal_waiting(ledger) == 7
    assert seal_waiting(ledger) == 0
    leave(2)
    assert seal_waiting(ledger) == 2
    assert read_digests(ledger) == read_outbox()
    numbers = list(Outbox.objects.order_by("pk").values_list("seq", flat=True))
    assert numbers == list(range(numbers[0], numbers[0] + 9))


def test_seal_waiting_takes_no_more_than_a_batch(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealer, "BATCH", 4)
    leave(10)
    assert [seal_waiting(ledger) for _ in range(4)] == [4, 4, 2, 0]
    assert read_digests(ledger) == read_outbox()


@pytest.mark.parametrize("before", [0, 3])
def test_a_death_between_ledger_and_mark_seals_nothing_twice(
    before: int, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    leave(before)
    seal_waiting(ledger)
    leave(5)

    def die(_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealer, "_mark", die)
        with pytest.raises(KeyboardInterrupt):
            seal_waiting(ledger)
    assert Outbox.objects.filter(seq=None).count() == 5
    leave(2)  # a page goes on writing while the worker is away
    assert mark_sealed(ledger) == 5
    assert mark_sealed(ledger) == 0
    assert seal_waiting(ledger) == 2
    assert read_digests(ledger) == read_outbox()
    assert not Outbox.objects.filter(seq=None).exists()


def test_mark_sealed_passes_over_what_was_erased(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(1)
    seal_waiting(ledger)
    seq = Outbox.objects.get().seq
    assert seq is not None
    ledger.erase(seq)
    assert mark_sealed(ledger) == 0
    del monkeypatch


def test_a_number_that_commits_late_is_sealed_later_and_not_passed_over(ledger: Ledger) -> None:
    leave(3)
    first = Outbox.objects.order_by("pk")[0]
    late = Outbox(**{f.attname: getattr(first, f.attname) for f in Outbox._meta.concrete_fields})
    first.delete()  # what PostgreSQL shows while the transaction that took the first number is still open
    assert seal_waiting(ledger) == 2
    late.save(force_insert=True)
    assert seal_waiting(ledger) == 1
    late.refresh_from_db()
    assert late.seq == max(each.seq or 0 for each in Outbox.objects.all())


def test_a_sealed_ledger_is_verified_and_holds_nothing_of_the_row(ledger: Ledger, tmp_path: Path) -> None:
    with transaction.atomic():
        leave_trace("tests.done", "tests", "tests/1", 1, row={"name": "潮田 汀", "kana": "シオタ"}, changed=["name"])
    seal_waiting(ledger)
    ledger.seal()
    held = b"".join(path.read_bytes() for path in (tmp_path / "ledger").rglob("*") if path.is_file())
    assert "潮田".encode() not in held
    assert "シオタ".encode() not in held
    found = verify(ledger._folder.read, [])
    assert found.state is not State.REFUTED


def test_describe_seal_counts_what_waits(ledger: Ledger) -> None:
    assert describe_seal() == (0, None, None)
    leave(2)
    state = describe_seal()
    assert (state.waiting, state.last) == (2, None)
    assert state.waiting_since == Outbox.objects.order_by("pk")[0].at
    seal_waiting(ledger)
    state = describe_seal()
    assert (state.waiting, state.waiting_since) == (0, None)
    assert state.last == max(each.seq or 0 for each in Outbox.objects.all())


def test_find_seal_returns_the_newest_change_of_that_row() -> None:
    leave(6)
    found = find_seal("tests/1")
    assert found is not None
    assert found.subject_version == 2
    assert find_seal("tests/9") is None
    assert list_changes("tests/1").count() == 2
    assert list_changes().count() == 6
