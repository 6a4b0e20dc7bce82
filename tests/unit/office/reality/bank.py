"""A small invented bank with a share that is scanned, for tests of the rooms `reality` and `finding`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from morasanu.office.people import services
from morasanu.office.people.models import Account, Appointment, OrgUnit, Person, UnitKind
from morasanu.office.reality.scanning import scan_run
from morasanu.office.reality.services import ask_scan
from morasanu.office.register.models import Holding, Location, LocationKind, Storage
from morasanu.office.seal.keep import keep

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.office.access.role import Role
    from morasanu.office.reality.models import Run

NAMES = ("山田 花子", "佐藤 健一", "鈴木 美咲", "高橋 大輔", "田中 由美", "伊藤 翔太", "渡辺 直子", "中村 和也")
BEGUN = dt.date(2024, 4, 1)


def write_customers(path: Path, count: int = 8, *, accounts: bool = False) -> list[str]:
    """Write a list of customers; return the values in it that must be seen nowhere else."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows, values = ["顧客番号,氏名,住所,電話番号" + (",口座番号" if accounts else "")], []
    for n in range(count):
        cells = [f"C{n:07}", NAMES[n % len(NAMES)], f"千葉県船橋市汐見町{n + 1}-2-3", f"090-1234-{5000 + n}"]
        cells += [f"普通 {1234560 + n}"] if accounts else []
        rows.append(",".join(cells))
        values += [cells[1], cells[2], cells[3]]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return values


@dataclass
class Bank:
    """Units, and a share below `folder` that belongs to the risk department."""

    house: OrgUnit
    branch: OrgUnit
    risk: OrgUnit
    share: Location
    folder: Path
    reports: Path

    def scan(self) -> Run:
        """Return a scan of the share that was run to its end in this process."""
        run = ask_scan(self.share, "tests")
        scan_run(run.pk, self.reports)
        run.refresh_from_db()
        return run

    def register(self, code: str, path: str, labels: list[str], persons: int, unit: OrgUnit | None = None) -> Holding:
        """Return a new row of the register that lies in the share."""
        holding = Holding(
            code=code, name=f"台帳 {code}", unit=unit or self.branch, purpose="試験", labels=labels, persons=persons
        )
        keep(holding, "register.holding.saved", "tests")
        keep(Storage(holding=holding, location=self.share, path=path), "register.storage.saved", "tests")
        return holding

    def sign_in(self, role: Role, unit: OrgUnit | None = None) -> Client:
        """Return a client that is signed in as somebody new with `role`."""
        unit = unit or self.risk
        number = f"{role}-{unit.code}-{Person.objects.count()}"
        person = Person(number=number, name="試験 太郎", unit=unit, joined_on=BEGUN)
        services.save_person(person, "tests")
        services.appoint(Appointment(person=person, unit=unit, role=role, starts_on=BEGUN), "tests")
        account = Account(username=number, person=person)
        account.set_unusable_password()
        account.save()
        TOTP.activate(account, "JBSWY3DPEHPK3PXP")
        client = Client()
        client.force_login(account)
        return client


def build_bank(folder: Path, reports: Path) -> Bank:
    """Return a bank whose share is empty."""
    folder.mkdir(exist_ok=True)
    reports.mkdir(exist_ok=True)
    house = OrgUnit(code="000", name="汐見信用金庫", kind=UnitKind.HOUSE)
    branch = OrgUnit(code="101", name="汐見支店", kind=UnitKind.BRANCH)
    risk = OrgUnit(code="201", name="リスク統括部", kind=UnitKind.DEPARTMENT)
    services.save_unit(house, "tests")
    for unit in (branch, risk):
        unit.parent = house
        services.save_unit(unit, "tests")
    share = Location(code="L-001", name="本部共有", kind=LocationKind.SHARE, unit=risk, address=str(folder))
    keep(share, "register.location.saved", "tests")
    return Bank(house, branch, risk, share, folder, reports)
