"""The worker seals and does what is due, waits when the database is away, and stops when asked."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, cast

import pytest
from django.db import OperationalError, transaction

from morasanu.errors import EvidenceError
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.office import wiring, worker
from morasanu.office.base.clock import read_now
from morasanu.office.due.models import DueEvent, State
from morasanu.office.due.plan import plan
from morasanu.office.seal import sealer
from morasanu.office.seal.keep import leave_trace
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.place import Place

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_routines(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is due every day depends on the hour."""
    monkeypatch.setattr(worker, "plan_routines", lambda: None)


@pytest.fixture
def begun(place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    begin_ledger(place.ledger, "office.test.example/ledger")
    monkeypatch.setattr(worker, "PAUSE_S", 0.01)
    monkeypatch.setattr(worker, "plan_routines", lambda: None)
    monkeypatch.setattr(worker, "close_old_connections", lambda: None)  # the test's own connection
    return place


class Rounds(threading.Event):
    """Stops a worker after some pauses."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self._left = count

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self._left -= 1
        if not self._left:
            self.set()
        return self.is_set()


def leave(count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            leave_trace("tests.done", "tests", f"tests/{number}", 1, row={})


def test_work_seals_what_waits_does_what_is_due_and_seals_that_too(begun: Place) -> None:
    def do(facts: Mapping[str, Any]) -> None:
        leave_trace("tests.due", "office", f"due/{facts['n']}", 1, row={})

    handlers = cast("dict[str, object]", wiring.HANDLERS)
    handlers["tests.due"] = do
    try:
        leave(3)
        plan("once", "tests.due", read_now(), {"n": 1})
        worker.work(begun, Rounds(1))
    finally:
        del handlers["tests.due"]
    assert DueEvent.objects.get().state == State.DONE
    assert Outbox.objects.count() == 4
    assert not Outbox.objects.filter(seq=None).exists()
    with Ledger(begun.ledger) as ledger:
        assert ledger.size == 1 + 4


def test_work_begins_with_what_a_dead_worker_left(begun: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    leave(3)
    with monkeypatch.context() as patch, Ledger(begun.ledger) as ledger:
        patch.setattr(sealer, "_mark", lambda _: 0)
        sealer.seal_waiting(ledger)
    plan("held", "tests.unknown", read_now(), {})
    DueEvent.objects.update(state=State.RUNNING, attempts=1, lease_until=read_now())
    worker.work(begun, Rounds(1))
    with Ledger(begun.ledger) as ledger:
        assert ledger.size == 1 + 3
    assert not Outbox.objects.filter(seq=None).exists()
    assert DueEvent.objects.get().state == State.WAITING


def test_work_goes_on_when_the_database_is_back_and_seals_nothing_twice(
    begun: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail_twice(numbers: Mapping[int, int]) -> int:
        faults.append(1)
        if len(faults) <= 2:
            raise OperationalError("database or disk is full: 潮田")
        return mark(numbers)

    faults: list[int] = []
    mark = sealer._mark
    monkeypatch.setattr(sealer, "_mark", fail_twice)
    leave(3)
    with caplog.at_level(logging.WARNING):
        worker.work(begun, Rounds(4))
    assert not Outbox.objects.filter(seq=None).exists()
    with Ledger(begun.ledger) as ledger:
        assert ledger.size == 1 + 3
    assert caplog.messages == ["worker: OperationalError"] * 2


def test_work_ends_when_the_ledger_takes_nothing_more(begun: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise EvidenceError("MRS-E-010", "書けません", "cannot be written")

    monkeypatch.setattr(Ledger, "append", fail)
    leave(1)
    with pytest.raises(EvidenceError):
        worker.work(begun, Rounds(9))
    assert Outbox.objects.filter(seq=None).count() == 1


def test_a_second_worker_waits_for_the_first(begun: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PATIENCE_S", 0.05)
    with Ledger(begun.ledger), pytest.raises(EvidenceError) as caught:
        worker.work(begun, Rounds(1))
    assert caught.value.code == "MRS-E-014"
