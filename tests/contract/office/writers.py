"""Writers at the same time, on a database where their numbers are committed out of order. Run by test_postgresql."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction
from tests.unit.office.conftest import _be_quick, ledger
from tests.unit.office.house import BEGUN, EAST, PASSWORD, WEST, House, build_house

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_now, read_today
from morasanu.office.due.models import DueEvent, State
from morasanu.office.due.plan import plan
from morasanu.office.due.work import work_next
from morasanu.office.people import services
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person
from morasanu.office.seal.keep import keep, leave_trace
from morasanu.office.seal.models import Outbox
from morasanu.office.seal.sealer import seal_waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from morasanu.ledger.ledger import Ledger

__all__ = ["_be_quick", "ledger"]
pytestmark = pytest.mark.django_db(transaction=True)
THREADS = 4


@pytest.fixture
def house(transactional_db: None) -> House:
    del transactional_db
    return build_house()


def together(act: Callable[[int], Any], times: int = THREADS) -> list[Any]:
    """Return what came of an act that was begun by several threads at once."""
    gate = threading.Barrier(times)

    def run(number: int) -> Any:
        try:
            gate.wait(10)
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def read_leaves(ledger: Ledger) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in ledger.read_last(100_000) if b'"outbox"' in body]


def test_this_is_postgresql() -> None:
    assert connection.vendor == "postgresql"


def test_a_change_that_commits_after_a_later_one_is_sealed_all_the_same(ledger: Ledger) -> None:
    taken, may_commit = threading.Event(), threading.Event()

    def act(number: int) -> None:
        if number == 0:
            with transaction.atomic():
                leave_trace("tests.slow", "tests", "tests/slow", 1, row={})
                taken.set()
                assert may_commit.wait(10)
        else:
            assert taken.wait(10)
            with transaction.atomic():
                leave_trace("tests.quick", "tests", "tests/quick", 1, row={})
            assert seal_waiting(ledger) == 1
            may_commit.set()

    together(act, 2)
    slow, quick = Outbox.objects.get(kind="tests.slow"), Outbox.objects.get(kind="tests.quick")
    assert slow.pk < quick.pk
    assert slow.seq is None
    assert seal_waiting(ledger) == 1
    slow.refresh_from_db()
    assert slow.seq is not None
    assert quick.seq is not None
    assert slow.seq > quick.seq
    assert seal_waiting(ledger) == 0


def test_changes_of_one_row_are_sealed_in_the_order_of_its_versions(house: House, ledger: Ledger) -> None:
    persons = [house.make_person(f"S{number}", EAST) for number in range(3)]
    done, finished = threading.Event(), list[int]()

    def act(number: int) -> None:
        if number == THREADS:  # the sealer, all the while
            while not done.is_set():
                seal_waiting(ledger)
            return
        for turn in range(25):
            with transaction.atomic():
                person = Person.objects.select_for_update().get(pk=persons[turn % 3].pk)
                person.post = f"{number}-{turn}"
                keep(person, "people.person.saved", f"account/{number}")
        finished.append(number)
        if len(finished) == THREADS:
            done.set()

    together(act, THREADS + 1)
    while seal_waiting(ledger):
        pass
    versions: dict[str, list[int]] = defaultdict(list)
    for leaf in read_leaves(ledger):
        versions[leaf["subject"]].append(leaf["version"])
    for person in persons:
        found = versions[person.trace_subject]
        assert found == list(range(1, len(found) + 1))
    assert sum(len(versions[person.trace_subject]) for person in persons) == 3 + THREADS * 25
    assert len({leaf["row"] for leaf in read_leaves(ledger)}) == Outbox.objects.count() == len(read_leaves(ledger))


def test_a_change_that_saw_an_older_version_waits_and_counts_on(house: House, ledger: Ledger) -> None:
    """Without a version seen the later one counts; no version is there twice."""
    person = house.make_person("S1", EAST)

    def act(number: int) -> None:
        mine = Person.objects.get(pk=person.pk)
        mine.post = str(number)
        keep(mine, "people.person.saved", "tests")

    together(act)
    versions = list(
        Outbox.objects.filter(subject=person.trace_subject).order_by("pk").values_list("subject_version", flat=True)
    )
    assert versions == list(range(1, THREADS + 2))
    assert all(later - earlier == 1 for earlier, later in pairwise(versions))
    del ledger


def test_what_is_due_is_done_once_by_many_workers() -> None:
    def do(facts: Mapping[str, Any]) -> None:
        leave_trace("tests.done", "office", f"tests/{facts['n']}", 1, row={})

    for number in range(60):
        plan(f"once-{number}", "mark", read_now(), {"n": number})

    def act(_: int) -> int:
        count = 0
        while work_next({"mark": do}):
            count += 1
        return count

    assert sum(together(act)) == 60
    assert DueEvent.objects.filter(state=State.DONE, attempts=1).count() == 60
    assert Outbox.objects.values("subject").distinct().count() == Outbox.objects.count() == 60


def test_letters_of_appointments_made_at_once_have_numbers_of_their_own(house: House) -> None:
    persons = [house.make_person(f"S{number}", EAST) for number in range(THREADS)]

    def act(number: int) -> None:
        for unit in (EAST, WEST):
            appointment = Appointment(
                person=persons[number], unit=house.units[unit], role=Role.HANDLER, starts_on=BEGUN
            )
            services.appoint(appointment, "tests")

    together(act)
    numbers = sorted(Appointment.objects.values_list("letter_number", flat=True))
    assert numbers == [f"任{BEGUN.year}-{number:04d}" for number in range(1, 2 * THREADS + 1)]


def test_the_same_appointment_made_at_once_is_made_once(house: House) -> None:
    person = house.make_person("S1", EAST)

    def act(_: int) -> str:
        try:
            services.appoint(
                Appointment(person=person, unit=house.units[EAST], role=Role.MANAGER, starts_on=BEGUN), "tests"
            )
        except InputError as error:
            return error.code
        return ""

    assert sorted(together(act)) == ["", *["MRS-I-053"] * (THREADS - 1)]


def test_units_that_move_below_each_other_at_once_make_no_ring(house: House) -> None:
    def act(number: int) -> str:
        code, above = ((EAST, WEST), (WEST, EAST))[number % 2]
        unit = OrgUnit.objects.get(code=code)
        unit.parent = OrgUnit.objects.get(code=above)
        try:
            services.save_unit(unit, "tests")
        except InputError as error:
            return error.code
        return ""

    together(act, 2)
    paths = dict(OrgUnit.objects.values_list("code", "path"))
    for unit in OrgUnit.objects.select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
    assert len(set(paths.values())) == len(house.units)


def test_two_first_administrators_at_once_are_one(transactional_db: None) -> None:
    del transactional_db

    def act(number: int) -> object:
        try:
            return services.begin_house(
                "汐見信用金庫", number=f"A{number}", person_name="灘 岬", username=f"nada{number}", password=PASSWORD, today=read_today(),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - which one does not matter: nothing was made
            return type(error).__name__

    made = [each for each in together(act) if isinstance(each, Account)]
    assert len(made) == Account.objects.count() == OrgUnit.objects.count() == 1
