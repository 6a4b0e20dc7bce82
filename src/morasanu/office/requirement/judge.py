"""The machine's judgements: facts are gathered from the rooms, judged by `duty`, and written as evidence."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Max, Q
from django.utils.timezone import localtime

from morasanu.duty.judgement import (
    AppointmentFacts,
    DueFacts,
    Facts,
    LastFacts,
    RegisterFacts,
    ShareFacts,
    judge_machine,
)
from morasanu.ledger.outside.record import read_left
from morasanu.office.access.reach import HOUSE
from morasanu.office.access.role import DECIDING, Role
from morasanu.office.base.clock import read_today
from morasanu.office.due.models import DueEvent, State
from morasanu.office.finding.models import Action, Finding, FindingKind, Progress
from morasanu.office.people.models import Account, Appointment, OrgUnit, UnitKind, held_on
from morasanu.office.people.selectors import find_vacancies
from morasanu.office.reality.models import RunState
from morasanu.office.register.models import Location, StocktakePart
from morasanu.office.requirement.models import Control, Evidence
from morasanu.office.requirement.services import add_reading
from morasanu.office.seal.keep import SYSTEM
from morasanu.rules.requirement import PERSON, load_requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def judge_all() -> int:
    """Return how many readings were written: for each adopted control that a machine judges, unless nobody knows and nobody ever knew."""
    today = read_today()
    rules = load_requirements().as_of(today).judgements
    count = 0
    for control in Control.objects.filter(is_adopted=True).exclude(judged_by=PERSON).select_related("unit"):
        rule = rules.get(control.judged_by)
        if rule is None:
            continue
        gather = FACTS.get(rule.id)
        reading = judge_machine(rule, gather(today) if gather else None, today)
        if reading.holds is not None or Evidence.objects.filter(control=control).exists():
            add_reading(control, reading, SYSTEM)
            count += 1
    return count


def gather_register(today: dt.date) -> RegisterFacts:
    """Return when each place in use was last scanned, or checked where there is nothing to scan."""
    del today
    places = (
        Location.objects.filter(storages__isnull=False)
        .annotate(
            run=Max("runs__ended_at", filter=Q(runs__state=RunState.DONE)), checked=Max("storages__holding__checked_on")
        )
        .values_list("address", "run", "checked")
    )
    days = tuple((localtime(run).date() if run else None) if address else checked for address, run, checked in places)
    differences = Finding.objects.filter(kind=FindingKind.DIFFERENCE).exclude(state=Progress.CLOSED).count()
    return RegisterFacts(days, differences)


def gather_appointments(today: dt.date) -> AppointmentFacts:
    """Return how many units have their manager, and whether the house has its officer."""
    vacant = find_vacancies(HOUSE, today)
    units = OrgUnit.objects.filter(Q(closed_on=None) | Q(closed_on__gt=today))
    units = units.filter(kind__in=(UnitKind.BRANCH, UnitKind.DEPARTMENT))
    count = units.count()
    missing = sum(each.role == Role.MANAGER for each in vacant)
    return AppointmentFacts(count, count - missing, not any(each.role == Role.OFFICER for each in vacant))


def gather_reviews(today: dt.date) -> DueFacts:
    """Return each unit's part of the stocktakes of the last year, and of older ones that is open, with its last day and the day it was signed."""
    recent = Q(stocktake__due_on__gte=today - dt.timedelta(days=365)) | Q(signed_at=None)
    pairs = StocktakePart.objects.filter(recent).values_list("stocktake__due_on", "signed_at")
    return DueFacts(tuple((due, localtime(done).date() if done else None) for due, done in pairs))


def gather_actions(today: dt.date) -> DueFacts:
    """Return every action of the last year with its due day and the day it was done."""
    rows = Action.objects.filter(due_on__gte=today - dt.timedelta(days=365)) | Action.objects.exclude(
        state=Progress.CLOSED
    )
    pairs = rows.values_list("due_on", "done_at")
    return DueFacts(tuple((due, localtime(done).date() if done else None) for due, done in pairs))


def gather_backup(today: dt.date) -> LastFacts:
    """Return when a copy was last put back for trial, and when that last failed."""
    del today
    rows = DueEvent.objects.filter(kind="backup.drill")
    done = rows.filter(state=State.DONE).aggregate(last=Max("done_at"))["last"]
    failed = rows.exclude(fault="").aggregate(last=Max("at"))["last"]
    return LastFacts(localtime(done).date() if done else None, localtime(failed).date() if failed else None)


def gather_checkpoint(today: dt.date) -> LastFacts:
    """Return when a checkpoint of the ledger last left this machine."""
    del today
    left = read_left(settings.PLACE.ledger) if settings.PLACE else []
    days = [dt.datetime.fromisoformat(each.at).date() for each in left]
    return LastFacts(max(days, default=None))


def gather_second_factor(today: dt.date) -> ShareFacts:
    """Return how many accounts of people who decide there are, and how many of them have a second factor."""
    deciding = Appointment.objects.filter(held_on(today), role__in=DECIDING).values("person")
    accounts = Account.objects.filter(person__in=deciding, is_active=True)
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    having = Authenticator.objects.filter(user__in=accounts, type__in=factors).values("user").distinct().count()
    return ShareFacts(accounts.count(), having)


FACTS: Final[Mapping[str, Callable[[dt.date], Facts]]] = {
    "register_scanned": gather_register,
    "appointments_filled": gather_appointments,
    "reviews_on_time": gather_reviews,
    "actions_on_time": gather_actions,
    "backup_restored": gather_backup,
    "ledger_left": gather_checkpoint,
    "second_factor": gather_second_factor,
}
"""What can be known today; the other judgements wait for their rooms."""
