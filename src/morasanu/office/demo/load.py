"""Writes the invented bank into a fresh data folder: each row with its trace, as people would have written it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Final

from django.db import transaction

from morasanu.errors import InputError
from morasanu.office.base.clock import TOKYO, read_now
from morasanu.office.demo import bank, history
from morasanu.office.demo.door import GUESTS
from morasanu.office.demo.holding import make_passings, make_register
from morasanu.office.demo.party import make_parties, make_staff
from morasanu.office.demo.place import EXAMPLES, make_places
from morasanu.office.demo.stocktake import load_rounds
from morasanu.office.due.plan import plan
from morasanu.office.finding.models import Action, ClosedAs, Finding, Progress
from morasanu.office.party.models import Party
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, UnitKind
from morasanu.office.people.services import save_unit
from morasanu.office.reality.models import Plan, Run, RunState, Sighting
from morasanu.office.reality.services import SCAN
from morasanu.office.register.models import Flow, Holding, Location, Storage
from morasanu.office.requirement.models import Control, Coverage, Evidence, Exclusion
from morasanu.office.seal.keep import keep_new, leave_trace
from morasanu.office.seal.models import Outbox
from morasanu.rules.requirement import load_requirements

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from morasanu.office.demo.history import Wrong

ACTOR: Final = "demo"
"""Who did all this, for the ledger. Its leaves carry the day of loading: a history cannot be sealed afterwards."""
_SAFETY: Final = {
    "file": "共有フォルダーの閲覧権限を部店に限る。印刷物は施錠して保管する。",
    "system": "利用者ごとの認証、操作の記録、権限の半年ごとの棚卸し。",
    "paper": "施錠できるキャビネットに保管し、鍵の貸出しを記録する。",
    "media": "暗号化し、持出しは承認と返却の記録による。",
}
_DISPOSAL: Final = {"file": "消去", "system": "消去", "paper": "溶解", "media": "上書き・破壊"}


@transaction.atomic
def load_bank(examples: Path | None = None) -> bool:
    """Write the bank, wholly or not at all; return False when it is there already, and then nothing changes.

    Raises InputError MRS-I-079 when the database holds another house: its people must not stand in the door.
    `examples` is the folder with the shares of the bank: they are registered where they really lie, and a scan is asked for.
    """
    if OrgUnit.objects.exists():
        if not Outbox.objects.filter(actor=ACTOR, kind="people.unit.saved").exists():
            raise InputError(
                "MRS-I-079",
                "このデータベースには別の組織が入っています。デモは空のデータベースで始めてください",
                "this database holds another house: begin the demo with an empty one",
            )
        return False
    units = _load_units()
    parties = _load_parties(units)
    persons = _load_persons(units, parties)
    _load_accounts(persons)
    places = _load_places(units, examples)
    _load_register(units, persons, places, parties)
    custodians = _find_custodians(units)
    load_rounds({unit: persons[custodians[code]] for code, unit in units.items() if code in custodians}, ACTOR)
    _load_controls(units, persons)
    _load_findings(units, persons)
    _load_scans(places)
    if examples is not None:
        _ask_for_scans(places)
    return True


def _load_units() -> dict[str, OrgUnit]:
    house = OrgUnit(code=bank.HOUSE, name=bank.HOUSE_NAME, kind=UnitKind.HOUSE)
    save_unit(house, ACTOR)
    units = {house.code: house}
    below = [(each, UnitKind.BRANCH) for each in bank.BRANCHES] + [
        (each, UnitKind.DEPARTMENT) for each in bank.DEPARTMENTS
    ]
    rows = [OrgUnit(code=each.code, name=each.name, kind=kind, parent=house) for each, kind in below]
    rows.append(OrgUnit(code=bank.COMMITTEE, name=bank.COMMITTEE_NAME, kind=UnitKind.COMMITTEE, parent=house))
    for row in rows:
        save_unit(row, ACTOR)
        units[row.code] = row
    return units


def _load_parties(units: Mapping[str, OrgUnit]) -> dict[str, Party]:
    parties: dict[str, Party] = {}
    for is_below in (False, True):
        rows = [
            Party(**each._asdict() | {"unit": units[each.unit], "parent": parties.get(each.parent)})
            for each in make_parties()
            if bool(each.parent) == is_below
        ]
        keep_new(rows, "party.party.saved", ACTOR)
        parties.update({row.code: row for row in rows})
    return parties


def _load_persons(units: Mapping[str, OrgUnit], parties: Mapping[str, Party]) -> dict[str, Person]:
    people = bank.make_people()
    persons = {
        each.number: Person(**dataclasses.asdict(each) | {"unit": units[each.unit], "party": parties.get(party)})
        for each, party in [*((each, "") for each in people), *make_staff()]
    }
    keep_new(list(persons.values()), "people.person.saved", ACTOR)
    counts: dict[int, int] = {}
    posts = []
    for each in bank.make_posts(people):
        year = each.starts_on.year
        counts[year] = counts.get(year, 0) + 1
        posts.append(
            Appointment(
                person=persons[each.number],
                unit=units[each.unit],
                role=each.role,
                is_deputy=each.is_deputy,
                starts_on=each.starts_on,
                ends_on=each.ends_on,
                letter_number=f"任{year}-{counts[year]:04d}",
            )
        )
    keep_new(posts, "people.appointed", ACTOR)
    return persons


def _load_accounts(persons: Mapping[str, Person]) -> None:
    """Open an account for each guest; none of them has a password, so that the door is the only way in."""
    for guest in GUESTS:
        account = Account(username=guest.number.lower(), person=persons[guest.number])
        account.set_unusable_password()
        account.save()
        row = {"person": account.person_id, "active": account.is_active}
        leave_trace("people.account.opened", ACTOR, f"people.account/{account.pk}", 1, row=row)


def _load_places(units: Mapping[str, OrgUnit], examples: Path | None) -> dict[str, Location]:
    places: dict[str, Location] = {}
    for is_inside in (False, True):
        rows = [
            Location(
                code=each.code,
                name=each.name,
                kind=each.kind,
                unit=units[each.unit],
                parent=places.get(each.parent),
                address=_find_address(each.code, each.address, examples),
                note=each.note,
            )
            for each in make_places()
            if bool(each.parent) == is_inside
        ]
        keep_new(rows, "register.location.saved", ACTOR)
        places.update({row.code: row for row in rows})
    return places


def _find_address(code: str, address: str, examples: Path | None) -> str:
    """Return where a scan finds a location: for the shares under examples/ their folder on this machine."""
    folder = EXAMPLES.get(code)
    return str((examples / folder).resolve()) if examples is not None and folder else address


def _load_register(
    units: Mapping[str, OrgUnit],
    persons: Mapping[str, Person],
    places: Mapping[str, Location],
    parties: Mapping[str, Party],
) -> None:
    custodians = _find_custodians(units)
    passings = make_passings()
    holdings = {}
    for each in make_register():
        mine = [passing for code, passing in passings if code == each.code]
        holdings[each.code] = Holding(
            code=each.code,
            name=each.name,
            unit=units[each.unit],
            custodian=persons.get(custodians.get(each.unit, "")),
            medium=each.medium,
            purpose=each.purpose,
            subjects=each.subjects,
            labels=list(each.labels),
            persons=each.persons,
            source="本人から直接",
            users=units[each.unit].name,
            provided_to="、".join(row.party for row in mine if row.kind == "provide"),
            entrusted_to="、".join(row.party for row in mine if row.kind in {"entrust", "cross_border"}),
            is_abroad=any(row.kind == "cross_border" for row in mine),
            retention=each.retention,
            disposal=_DISPOSAL[each.medium],
            safety=_SAFETY[each.medium],
            started_on=each.started_on,
            checked_on=each.checked_on,
        )
    keep_new(list(holdings.values()), "register.holding.saved", ACTOR)
    storages = [
        Storage(holding=holdings[each.code], location=places[lying.location], path=lying.path)
        for each in make_register()
        for lying in each.lies
    ]
    keep_new(storages, "register.storage.added", ACTOR)
    named = {each.name: each for each in parties.values()}
    flows = [
        Flow(
            holding=holdings[code],
            kind=row.kind,
            party=named[row.party] if row.party else None,
            ground=row.ground,
            volume=row.volume,
            note=row.note,
        )
        for code, row in passings
    ]
    keep_new(flows, "register.flow.added", ACTOR)


def _find_custodians(units: Mapping[str, OrgUnit]) -> dict[str, str]:
    """Return the newest manager of each unit by staff number; where the post is vacant the one who was transferred."""
    del units
    posts = bank.make_posts(bank.make_people())
    return {each.unit: each.number for each in posts if each.role == "manager" and not each.is_deputy}


def _load_controls(units: Mapping[str, OrgUnit], persons: Mapping[str, Person]) -> None:
    requirements = load_requirements().as_of(bank.TODAY)
    custodians = _find_custodians(units)
    controls = {
        each.id: Control(
            code=each.id,
            title=each.title.ja,
            does=each.does.ja,
            unit=units[history.find_unit(each.id)],
            owner=persons.get(custodians.get(history.find_unit(each.id), "")),
            answers=list(each.answers),
            judged_by=each.judged_by,
            cycle_months=each.cycle_months,
        )
        for each in requirements.controls
    }
    keep_new(list(controls.values()), "requirement.control.saved", ACTOR)
    rows = [
        Evidence(
            control=controls[each.control],
            unit=units[each.unit],
            kind=each.kind,
            holds=each.holds,
            ja=each.ja,
            en=each.en,
            collected_at=_at(each.on),
            valid_until=each.valid_until,
        )
        for each in sorted(history.show_controls(requirements), key=lambda each: each.on)
    ]
    keep_new(rows, "requirement.evidence.added", ACTOR)
    cells = [Coverage(unit=units[bank.HOUSE], **each._asdict()) for each in history.make_coverage()]
    keep_new(cells, "requirement.coverage.saved", ACTOR)
    excluded = [Exclusion(unit=units[bank.HOUSE], **each._asdict()) for each in history.EXCLUDED]
    keep_new(excluded, "requirement.excluded", ACTOR)


def _load_findings(units: Mapping[str, OrgUnit], persons: Mapping[str, Person]) -> None:
    wrongs = [*history.find_past(), *history.find_open()]
    managers = _find_custodians(units)
    findings = [_make_finding(each, number, units[each.unit]) for number, each in enumerate(wrongs, 1)]
    keep_new(findings, "finding.opened", ACTOR)
    actions = [
        Action(
            finding=finding,
            unit=finding.unit,
            title=each.action,
            owner=persons.get(each.owner or managers.get(each.unit, "")),
            due_on=each.due_on,
            state=_find_state(each),
            begun_at=_at(each.opened_on, 11),
            done_at=_at(each.done_on, 14) if each.done_on else None,
        )
        for each, finding in zip(wrongs, findings, strict=True)
    ]
    keep_new(actions, "finding.action.saved", ACTOR)
    proofs = [
        Evidence(
            subject=finding.trace_subject,
            unit=finding.unit,
            kind="witness",
            ja=f"{each.action}。現場で確かめた",
            en="Done; seen on the spot",
            collected_at=_at(each.done_on, 15),
        )
        for each, finding in zip(wrongs, findings, strict=True)
        if each.done_on
    ]
    keep_new(proofs, "requirement.evidence.added", ACTOR)


def _make_finding(wrong: Wrong, number: int, unit: OrgUnit) -> Finding:
    ended = wrong.done_on
    return Finding(
        kind=wrong.kind,
        key=f"demo/{number}",
        unit=unit,
        reason_code="noted",
        facts={"number": number},
        title=wrong.title,
        grade=wrong.grade,
        cause=wrong.cause,
        state=_find_state(wrong),
        opened_at=_at(wrong.opened_on),
        seen_at=_at(ended or wrong.opened_on, 16),
        closed_at=_at(ended, 16) if ended else None,
        closed_as=ClosedAs.DONE if ended else "",
        closed_because="改善を現場で確かめた" if ended else "",
    )


def _find_state(wrong: Wrong) -> Progress:
    if wrong.done_on:
        return Progress.CLOSED
    return Progress.DOING if wrong.is_begun else Progress.OPEN


def _load_scans(places: Mapping[str, Location]) -> None:
    rows = [
        Run(
            location=places[each.location],
            state=RunState.DONE,
            asked_at=_at(each.on, 1),
            began_at=_at(each.on, 1),
            ended_at=_at(each.on, 2),
            files=each.files,
            files_done=each.files,
            not_inspected=each.not_inspected,
            findings=each.findings,
        )
        for each in history.find_scans()
    ]
    keep_new(rows, "reality.run.ended", ACTOR)
    newest = {row.location.code: row for row in rows}
    sightings = [
        Sighting(
            location=places[each.location],
            run=newest[each.location],
            place=each.place,
            files=each.files,
            counts=each.counts,
            persons_low=each.persons * 4 // 5,
            persons=each.persons,
            persons_high=each.persons * 6 // 5,
        )
        for each in history.find_sighted()
    ]
    Sighting.objects.bulk_create(sightings)


def _ask_for_scans(places: Mapping[str, Location]) -> None:
    """Have the shares that really lie here scanned: now, and every week from then on."""
    now = read_now()
    keep_new([Run(location=places[code], asked_at=now) for code in EXAMPLES], "reality.run.asked", ACTOR)
    plans = [Plan(location=places[code], cycle_days=7) for code in EXAMPLES]
    keep_new(plans, "reality.plan.saved", ACTOR)
    day = now.astimezone(TOKYO).date() + dt.timedelta(days=7)
    for each in plans:
        facts = {"plan": each.pk, "version": each.version}
        plan(f"{SCAN}/{each.pk}/{each.version}/{day}", SCAN, _at(day, 22), facts)


def _at(day: dt.date, hour: int = 10) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), TOKYO)
