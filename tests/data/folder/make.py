"""Writes a small whole data folder with the program that is on the path, for tests of later programs. Run once for each release:

    git worktree add --detach ../released COMMIT
    PYTHONPATH=../released/src python tests/data/folder/make.py tests/data/folder/FORMAT-COMMIT-DATE.tar.xz

Then add the lines that `tests/unit/office/test_upgrade.py` asks for to `migrations.txt`. Both stay as they are for good: it is what users have.
"""

# ruff: noqa: PLC0415, T201 - Django comes after set_up; a program of its own

from __future__ import annotations

import datetime as dt
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from morasanu.office.backup import make_backup
from morasanu.office.place import Place, open_place
from morasanu.office.start import prepare, set_up

PASSWORD, SECRET, DAY = "shio-kaze 0417 umi", "JBSWY3DPEHPK3PXP", dt.date(2024, 4, 1)
CUSTOMERS = "顧客番号,氏名,住所,電話番号\n" + "".join(
    f"C{n:07},{name},千葉県船橋市汐見町{n}-2-3,090-1234-{5000 + n}\n"
    for n, name in enumerate(("山田 花子", "佐藤 健一", "鈴木 美咲", "高橋 大輔"))
)


def main(target: Path) -> None:
    """Write the folder as an archive."""
    with tempfile.TemporaryDirectory() as name:
        place = open_place(Path(name) / "data")
        set_up(place)
        prepare(place)
        _fill(place, Path(name) / "share")
        _seal(place)
        _leave_waiting()
        make_backup(place, dt.datetime.now(dt.UTC))
        _pack(place.path, target)
    print(target, target.stat().st_size)


def _fill(place: Place, share: Path) -> None:
    units, persons = _fill_people()
    location = _fill_register(units, persons, share)
    _scan(location, place, share)
    _fill_controls(units, persons, place)
    _fill_rest(units, persons)


def _fill_people() -> tuple[dict[str, Any], dict[str, Any]]:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    from morasanu.office.access.role import Role
    from morasanu.office.people import services
    from morasanu.office.people.models import Appointment, OrgUnit, Person, UnitKind

    first = services.begin_house("汐見信用金庫", number="A1", person_name="灘 岬", username="nada", password=PASSWORD, today=DAY)  # fmt: skip
    assert first is not None
    units = {"000": OrgUnit.objects.get()}
    for code, name, kind, above in (
        ("101", "汐見支店", UnitKind.BRANCH, "000"),
        ("111", "汐見支店港出張所", UnitKind.BRANCH, "101"),
        ("201", "リスク統括部", UnitKind.DEPARTMENT, "000"),
    ):
        units[code] = OrgUnit(code=code, name=name, kind=kind, parent=units[above])
        services.save_unit(units[code], "make")
    persons = {}
    for number, name, unit, role in (
        ("S1", "潮田 汀", "000", Role.OFFICER),
        ("S2", "磯辺 渚", "101", Role.MANAGER),
        ("S3", "浜名 凪", "101", Role.HANDLER),
        ("S4", "岬 渡", "201", Role.AUDITOR),
    ):
        persons[number] = Person(number=number, name=name, kana="カナ", unit=units[unit], joined_on=DAY)
        services.save_person(persons[number], "make")
        services.appoint(Appointment(person=persons[number], unit=units[unit], role=role, starts_on=DAY), "make")
    ended = Appointment.objects.get(person=persons["S4"])
    services.end_appointment(ended, DAY + dt.timedelta(days=500), "make")
    account = services.open_account(persons["S1"], "ushioda", PASSWORD, "make")
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    return units, persons


def _fill_register(units: dict[str, Any], persons: dict[str, Any], share: Path) -> Any:
    from morasanu.office.register import services
    from morasanu.office.register.models import Flow, FlowKind, Holding, Location, LocationKind, Medium, Storage

    place = Location(code="L-1", name="本部共有", kind=LocationKind.SHARE, unit=units["201"], address=str(share))
    cabinet = Location(code="L-2", name="書庫の棚", kind=LocationKind.CABINET, unit=units["101"], parent=None)
    for location in (place, cabinet):
        services.save_location(location, "make")
    for number in range(12):
        holding = Holding(
            code=f"H-{number:02}", name=f"申込書綴り {number}", unit=units["101" if number % 2 else "201"],
            custodian=persons["S2"], medium=Medium.PAPER if number % 3 else Medium.FILE, purpose="融資の審査", subjects="お客様",
            labels=["PERSON", "ADDRESS"], persons=100 * number, retention="10年", started_on=DAY,
        )  # fmt: skip
        services.save_holding(holding, "make")
        services.add_storage(Storage(holding=holding, location=cabinet if number % 3 else place, path=f"棚{number}"), "make")  # fmt: skip
        services.add_flow(Flow(holding=holding, kind=FlowKind.ENTRUST, party="㈲クリーン葛南", ground="委託契約", volume=number), "make")  # fmt: skip
    services.close_holding(Holding.objects.get(code="H-11"), "make")
    return place


def _scan(location: Any, place: Place, share: Path) -> None:
    from morasanu.office.reality.models import Plan
    from morasanu.office.reality.scanning import scan_run
    from morasanu.office.reality.services import ask_scan, save_plan
    from morasanu.office.register.services import save_location

    for name in ("営業/名簿.csv", "棚0/一覧.csv"):
        (share / name).parent.mkdir(parents=True, exist_ok=True)
        (share / name).write_text(CUSTOMERS, encoding="utf-8")
    save_plan(Plan(location=location), "make")
    scan_run(ask_scan(location, "make").pk, place.reports)
    location.refresh_from_db()
    location.address = "/mnt/share"
    save_location(location, "make")
    ask_scan(location, "make")  # waits for the worker of whoever opens the folder


def _fill_controls(units: dict[str, Any], persons: dict[str, Any], place: Place) -> None:
    from morasanu.office.requirement import services
    from morasanu.office.requirement.judge import judge_all
    from morasanu.office.requirement.models import Control, Coverage, Evidence, EvidenceKind

    services.adopt_controls(units["201"], "make")
    control = Control.objects.filter(judged_by="person").first()
    assert control is not None
    control.owner = persons["S2"]
    services.save_control(control, "make")
    digest = services.store_file(place.files, [b"the minutes of a meeting"])
    services.add_evidence(Evidence(control=control, kind=EvidenceKind.FILE, ja="議事録", digest=digest, name="議事録.txt"), "make")  # fmt: skip
    services.save_cell(Coverage(unit=units["000"], rule="個人データ取扱規程", stage="acquire", section="第2章"), "make")
    judge_all()


def _fill_rest(units: dict[str, Any], persons: dict[str, Any]) -> None:
    from morasanu.office.base.clock import read_now, read_today
    from morasanu.office.due.models import DueEvent, State
    from morasanu.office.due.plan import plan
    from morasanu.office.due.routine import plan_routines
    from morasanu.office.finding import services
    from morasanu.office.finding.models import Action, Finding, FindingKind
    from morasanu.office.register.models import Stocktake, StocktakePart, Verdict
    from morasanu.office.register.stocktake import (
        Answer,
        answer_holdings,
        list_part_holdings,
        open_stocktake,
        sign_part,
    )
    from morasanu.office.requirement.models import EvidenceKind

    open_stocktake(Stocktake(title="2026年度 棚卸し", opened_on=DAY, due_on=read_today()), "make")
    part = StocktakePart.objects.get(unit=units["101"])
    holdings = list(list_part_holdings(part))
    answers = {each.pk: Answer(Verdict.PRESENT, "") for each in holdings}
    answers[holdings[0].pk] = Answer(Verdict.MISSING, "棚にない")
    answer_holdings(part, answers, "make")
    sign_part(part, persons["S2"], "磯辺 渚", "make")
    finding = services.open_finding(
        Finding(
            kind=FindingKind.REVIEW,
            key="made/1",
            unit=units["101"],
            reason_code="noted",
            facts={"n": 1},
            title="施錠の点検がない",
            seen_at=read_now(),
        )
    )
    action = Action(finding=finding, title="点検表に欄を加える", owner=persons["S3"], due_on=read_today())
    services.add_action(action, "make")
    services.add_evidence(finding, EvidenceKind.WITNESS, "点検表を見た", "make")
    services.end_action(action, "make")
    finding.refresh_from_db()
    services.close_by_hand(finding, "改善を確かめた", "make")
    plan_routines()
    plan("made/done", "control.judge", read_now())
    DueEvent.objects.filter(key="made/done").update(state=State.DONE, done_at=read_now())


def _seal(place: Place) -> None:
    from morasanu.ledger.ledger import Ledger
    from morasanu.office.seal.sealer import seal_waiting

    with Ledger(place.ledger) as ledger:
        while seal_waiting(ledger):
            ledger.seal()


def _leave_waiting() -> None:
    """Leave a change that is not in the ledger yet, as a worker that was stopped does."""
    from morasanu.office.people.models import Person
    from morasanu.office.people.services import save_person

    person = Person.objects.get(number="S3")
    person.post = "主任"
    save_person(person, "make")


def _pack(folder: Path, target: Path) -> None:
    with tarfile.open(target, "w:xz", preset=9) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.add(path, path.relative_to(folder).as_posix(), filter=_forget_owner)


def _forget_owner(told: tarfile.TarInfo) -> tarfile.TarInfo:
    told.uid = told.gid = 0
    told.uname = told.gname = ""
    return told


if __name__ == "__main__":
    main(Path(sys.argv[1]))
