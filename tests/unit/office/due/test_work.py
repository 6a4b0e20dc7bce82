"""What is due is done once: with a lease, again when it failed, and undone when somebody else had it meanwhile."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import read_now
from morasanu.office.due import work
from morasanu.office.due.models import DueEvent, State
from morasanu.office.due.plan import plan
from morasanu.office.due.selectors import list_events
from morasanu.office.due.work import LEASE, MOST_ATTEMPTS, release_leases, retry, work_next
from morasanu.office.seal.keep import leave_trace
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from morasanu.office.due.work import Handler

pytestmark = pytest.mark.django_db
PAST = dt.timedelta(seconds=-1)


def put(key: str, kind: str = "mark", after: dt.timedelta = PAST, **facts: Any) -> None:
    plan(key, kind, read_now() + after, facts)


def do(facts: Mapping[str, Any]) -> None:
    leave_trace("tests.done", "office", f"tests/{facts['n']}", 1, row={})


def fail(facts: Mapping[str, Any]) -> None:
    do(facts)
    raise InputError("MRS-I-053", "名前", "a name of a person")


HANDLERS: Mapping[str, Handler] = {"mark": do, "fail": fail}


def count_marks() -> int:
    return Outbox.objects.filter(kind="tests.done").count()


def test_work_next_does_what_is_due_the_soonest_first_and_each_once() -> None:
    put("late", after=-dt.timedelta(hours=1), n=2)
    put("later", after=-dt.timedelta(hours=2), n=1)
    put("not-yet", after=dt.timedelta(hours=1), n=3)
    assert [work_next(HANDLERS) for _ in range(3)] == [True, True, False]
    assert list(Outbox.objects.order_by("pk").values_list("subject", flat=True)) == ["tests/1", "tests/2"]
    done = DueEvent.objects.get(key="late")
    assert (done.state, done.attempts, done.lease_until, done.fault) == (State.DONE, 1, None, "")
    assert done.done_at is not None
    assert DueEvent.objects.get(key="not-yet").state == State.WAITING


def test_plan_of_the_same_key_twice_is_done_once() -> None:
    put("once", n=1)
    put("once", n=1)
    assert [work_next(HANDLERS) for _ in range(2)] == [True, False]
    put("once", n=1)
    assert not work_next(HANDLERS)
    assert count_marks() == 1


def test_plan_in_a_transaction_that_fails_is_not_there() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the fault comes after the change
        put("gone", n=1)
        raise ZeroDivisionError
    assert not DueEvent.objects.exists()


def test_what_nobody_can_do_stays_on_the_list() -> None:
    put("other", kind="unknown", n=1)
    assert not work_next(HANDLERS)
    assert DueEvent.objects.get().state == State.WAITING


def test_a_failure_undoes_its_changes_and_is_tried_later_each_time() -> None:
    put("bad", kind="fail", n=1)
    pauses = []
    for attempt in range(1, MOST_ATTEMPTS):
        DueEvent.objects.update(at=read_now() + PAST)
        assert work_next(HANDLERS)
        event = DueEvent.objects.get()
        assert (event.state, event.attempts, event.fault) == (State.WAITING, attempt, "MRS-I-053")
        assert not work_next(HANDLERS)
        pauses.append((event.at - read_now()).total_seconds())
    assert [round(each) for each in pauses] == [60, 120, 240, 480]
    DueEvent.objects.update(at=read_now() + PAST)
    assert work_next(HANDLERS)
    event = DueEvent.objects.get()
    assert (event.state, event.fault, event.lease_until) == (State.FAILED, "MRS-I-053", None)
    assert not work_next(HANDLERS)
    assert count_marks() == 0


def test_a_failure_says_what_kind_it_was_and_nothing_of_the_data(caplog: pytest.LogCaptureFixture) -> None:
    def stumble(_: Mapping[str, Any]) -> None:
        raise ValueError("潮田 汀")

    put("bad", kind="stumble", n=1)
    assert work_next({"stumble": stumble})
    assert DueEvent.objects.get().fault == "ValueError"
    assert "潮田" not in caplog.text
    assert "due stumble failed: ValueError" in caplog.text


def test_one_failure_holds_up_nothing_else() -> None:
    put("bad", kind="fail", after=-dt.timedelta(hours=1), n=1)
    put("good", n=2)
    assert [work_next(HANDLERS) for _ in range(3)] == [True, True, False]
    assert count_marks() == 1


def test_retry_begins_anew_only_what_failed() -> None:
    put("bad", kind="fail", n=1)
    event = DueEvent.objects.get()
    retry(event)
    assert DueEvent.objects.get().attempts == 0
    DueEvent.objects.update(state=State.FAILED, attempts=MOST_ATTEMPTS, at=read_now() + dt.timedelta(days=1))
    retry(event)
    event = DueEvent.objects.get()
    assert (event.state, event.attempts) == (State.WAITING, 0)
    assert event.at <= read_now()


def test_an_event_whose_worker_died_is_done_when_its_lease_has_run_out() -> None:
    put("held", n=1)
    now = dt.datetime.now(dt.UTC)
    DueEvent.objects.update(state=State.RUNNING, attempts=1, lease_until=now + LEASE)
    assert not work_next(HANDLERS)
    DueEvent.objects.update(lease_until=now + PAST)
    assert work_next(HANDLERS)
    assert (DueEvent.objects.get().state, count_marks()) == (State.DONE, 1)


@pytest.mark.parametrize("kind", ["mark", "fail"])
def test_a_worker_that_was_overtaken_undoes_what_it_did(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def take_slowly(kinds: tuple[str, ...]) -> DueEvent | None:
        event = take(kinds)
        DueEvent.objects.update(attempts=2)  # the lease ran out and another worker took it
        return event

    take = work._take
    monkeypatch.setattr(work, "_take", take_slowly)
    put("slow", kind=kind, n=1)
    assert work_next(HANDLERS)
    assert count_marks() == 0
    event = DueEvent.objects.get()
    assert (event.state, event.attempts, event.done_at, event.fault) == (State.RUNNING, 2, None, "")


def test_release_leases_puts_back_what_a_dead_worker_held() -> None:
    put("held", n=1)
    put("done", n=2)
    put("deadly", n=3)
    later = dt.datetime.now(dt.UTC) + LEASE
    DueEvent.objects.filter(key="held").update(state=State.RUNNING, attempts=1, lease_until=later)
    DueEvent.objects.filter(key="deadly").update(state=State.RUNNING, attempts=MOST_ATTEMPTS, lease_until=later)
    DueEvent.objects.filter(key="done").update(state=State.DONE, attempts=1)
    assert release_leases() == 1
    found = dict(DueEvent.objects.values_list("key", "state"))
    assert found == {"held": State.WAITING, "done": State.DONE, "deadly": State.FAILED}
    assert DueEvent.objects.get(key="deadly").fault == "died"
    assert work_next(HANDLERS)
    assert not work_next(HANDLERS)


def test_list_events_narrows_by_state() -> None:
    put("one", n=1)
    put("two", after=dt.timedelta(days=1), n=2)
    work_next(HANDLERS)
    assert list_events().count() == 2
    assert [each.key for each in list_events(State.DONE)] == ["one"]
    assert str(list_events(State.DONE)[0]) == "one"
