"""The register at full size: 100,000 holdings, 5,000 persons, 1,000 parties, 300 units. Times of the pages, queries, export, import.

    python -m bench.register FOLDER [--pages | --files]

Makes a data folder with an invented register in FOLDER (kept for the next time) and prints a table.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HOLDINGS, PERSONS, PARTIES, UNITS, LOCATIONS, IMPORTED = 100_000, 5_000, 1_000, 300, 2_000, 35_000
REPEATS = 40
DAY = dt.date(2026, 11, 23)


def set_up(folder: Path) -> bool:
    """Return whether the folder is new; Django is ready over it then."""
    from morasanu.office.place import open_place  # noqa: PLC0415 - before Django
    from morasanu.office.start import prepare, set_up  # noqa: PLC0415

    is_new = not folder.exists()
    place = open_place(folder, today=DAY.isoformat())
    set_up(place, "testserver localhost 127.0.0.1")
    prepare(place)
    return is_new


def fill() -> None:
    """Write the invented register."""
    from django.db import transaction  # noqa: PLC0415 - after set_up

    from morasanu.office.people.models import OrgUnit, Person  # noqa: PLC0415
    from morasanu.office.people.services import save_unit  # noqa: PLC0415
    from morasanu.office.register.models import Flow, Location, Storage  # noqa: PLC0415
    from morasanu.office.seal.keep import keep_new  # noqa: PLC0415
    from morasanu.rules.load import load_rules  # noqa: PLC0415

    dice = random.Random(7)
    labels = list(load_rules().labels)
    with transaction.atomic():
        head = OrgUnit(code="000", name="汐見信用金庫", kind="house")
        save_unit(head, "bench")
        units = [OrgUnit(code=f"{n:03}", name=f"第{n}支店", kind="branch", parent=head) for n in range(1, UNITS)]
        for unit in units:
            save_unit(unit, "bench")
        parties = fill_parties(dice, units)
        persons = [
            Person(
                number=f"{n:06}",
                name=f"能勢 {n}",
                unit=dice.choice(units),
                joined_on=DAY,
                kind="vendor" if n % 5 == 0 else "staff",
                party=dice.choice(parties) if n % 5 == 0 else None,
            )
            for n in range(PERSONS)
        ]
        keep_new(persons, "people.person.saved", "bench")
        places = [
            Location(code=f"L-{n:05}", name=f"共有 {n}", kind="share", unit=dice.choice(units), address=f"/srv/{n}")
            for n in range(LOCATIONS)
        ]
        keep_new(places, "register.location.saved", "bench")
        holdings = [_make(dice, number, units, persons, labels) for number in range(HOLDINGS)]
        keep_new(holdings, "register.holding.saved", "bench")
        storages = [Storage(holding=each, location=dice.choice(places), path=f"業務/{each.code}") for each in holdings]
        keep_new(storages, "register.storage.added", "bench")
        flows = [Flow(holding=each, kind="entrust", party=dice.choice(parties)) for each in holdings[::3]]
        flows += [Flow(holding=each, kind="entrust", party=parties[0]) for each in holdings[1::6]]  # one has very many
        keep_new(flows, "register.flow.added", "bench")
        _see(places, holdings, storages)


def fill_parties(dice: random.Random, units: list) -> list:  # type: ignore[type-arg]
    """Return new parties, of which some are abroad, some have ended, and a fifth is entrusted by another one."""
    from morasanu.office.party.models import Party  # noqa: PLC0415 - after set_up
    from morasanu.office.seal.keep import keep_new  # noqa: PLC0415

    parties = [
        Party(
            code=f"V-{n:05}",
            name=f"帳票印刷 {n} 有限会社",
            unit=dice.choice(units),
            country=dice.choice(("JP", "JP", "JP", "SG", "")),
            ends_on=DAY - dt.timedelta(dice.randrange(-900, 300)),
        )
        for n in range(PARTIES)
    ]
    keep_new(parties[: PARTIES * 4 // 5], "party.party.saved", "bench")
    for each in parties[PARTIES * 4 // 5 :]:
        each.parent = dice.choice(parties[: PARTIES * 4 // 5])
    keep_new(parties[PARTIES * 4 // 5 :], "party.party.saved", "bench")
    return parties


def _make(dice: random.Random, number: int, units: list, persons: list, labels: list) -> object:  # type: ignore[type-arg]
    from morasanu.office.register.models import Holding  # noqa: PLC0415

    return Holding(
        code=f"D-{number:06}",
        name=f"{dice.choice(('融資', '預金', '相続', '外為', '人事', '渉外'))}関係書類 {number}",
        unit=dice.choice(units),
        custodian=dice.choice(persons),
        medium=dice.choice(("system", "file", "paper", "media")),
        purpose="融資の審査、契約の管理および法令に基づく報告のため",
        labels=dice.sample(labels, 4),
        persons=dice.randrange(20_000),
        users="融資担当、支店長",
        safety="施錠した書庫。アクセス権は年2回見直す。",
        retention="契約終了後10年",
        checked_on=None if dice.random() < 0.05 else DAY - dt.timedelta(dice.randrange(500)),
        status="closed" if dice.random() < 0.1 else "active",
    )


def _see(places: list, holdings: list, storages: list) -> None:  # type: ignore[type-arg]
    from morasanu.office.base.clock import read_now  # noqa: PLC0415
    from morasanu.office.reality.models import Run, Sighting  # noqa: PLC0415

    now = read_now()
    runs = Run.objects.bulk_create([Run(location=each, asked_at=now, changed_at=now) for each in places])
    by_location = {run.location_id: run for run in runs}
    Sighting.objects.bulk_create(
        [
            Sighting(
                location_id=each.location_id,
                run=by_location[each.location_id],
                place=each.path,
                persons_low=5,
                persons=9,
                persons_high=20,
            )
            for each in storages[::2]
        ],
        batch_size=2_000,
    )
    del holdings


def sign_in(role: str, unit_code: str = "000") -> object:
    """Return a client that is signed in."""
    from allauth.mfa.models import Authenticator  # noqa: PLC0415 - after set_up
    from django.test import Client  # noqa: PLC0415

    from morasanu.office.people.models import Account, Appointment, OrgUnit, Person  # noqa: PLC0415
    from morasanu.office.seal.keep import keep  # noqa: PLC0415

    number = f"B-{role}-{unit_code}"
    account = Account.objects.filter(username=number).first()
    if account is None:
        unit = OrgUnit.objects.get(code=unit_code)
        person = Person(number=number, name="能勢 佳代", unit=unit, joined_on=DAY)
        keep(person, "people.person.saved", "bench")
        keep(Appointment(person=person, unit=unit, role=role, starts_on=DAY), "people.appointed", "bench")
        account = Account.objects.create(username=number, person=person)
        Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
    client = Client()
    client.force_login(account)
    return client


def measure(name: str, work: Callable[[], object], repeats: int = REPEATS) -> None:
    """Print median and 95th percentile in milliseconds, by the clock and of the processor, and the queries of one call."""
    from django.db import connection  # noqa: PLC0415 - after set_up
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    work()
    times, busy = [], []
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - start) * 1_000)
        busy.append((time.process_time() - used) * 1_000)
    with CaptureQueriesContext(connection) as seen:
        work()
    slow = max(seen.captured_queries, key=lambda each: float(each["time"]), default={"time": "0"})
    figures = (*_rank(times), *_rank(busy))
    print(f"{name:40}{''.join(f'{each:10.1f}' for each in figures)}{len(seen):8}{float(slow['time']) * 1000:9.0f}")
    if os.environ.get("BENCH_SLOW"):
        print("   ", slow.get("sql", "")[-700:])


def _rank(times: list[float]) -> tuple[float, float]:
    """Return median and 95th percentile."""
    return statistics.median(times), sorted(times)[min(len(times) - 1, int(len(times) * 0.95))]


def measure_pages() -> None:
    """Print the times of the pages."""
    officer, manager = sign_in("officer"), sign_in("manager", "007")
    from morasanu.office.serve import settle  # noqa: PLC0415 - after set_up

    settle()
    print(f"{'page':40}{'ms':>10}{'p95':>10}{'cpu ms':>10}{'p95':>10}{'queries':>8}{'slowest':>9}")
    base = "/register/holdings/"
    from morasanu.office.register.models import Holding  # noqa: PLC0415 - after set_up

    deep = {sort: Holding.objects.order_by(*order).values_list("pk", flat=True)[80_000] for sort, order in _ORDERS}
    queries = {
        "first page": "", "unit": "?unit=007", "class": "?class=specific_personal", "label": "?label=PERSON",
        "not checked": "?late=1&sort=checked", "medium + closed": "?medium=paper&status=closed", "nothing found": "?unit=xxx",
        "late of one label by persons": "?late=1&label=MY_NUMBER&sort=persons",
    } | {f"deep by {sort}": f"?sort={sort}&after={key}" for sort, key in deep.items()} | {f"deep back by {sort}": f"?sort={sort}&before={key}" for sort, key in deep.items()}  # fmt: skip
    for name, query in queries.items():
        measure(f"holdings: {name}", lambda query=query: officer.get(base + query))
    measure("holdings: search by name", lambda: officer.post(base, {"words": "相続関係書類 9"}))
    measure("holdings: manager of a branch", lambda: manager.get(base))
    measure("holding", lambda: officer.get(f"{base}{deep['code']}/"))
    measure("locations", lambda: officer.get("/register/locations/"))
    measure("location", lambda: officer.get("/register/locations/1000/"))
    measure("edit", lambda: officer.get(f"{base}{deep['code']}/edit/"))
    measure("print of a branch", lambda: officer.get(f"{base}print/?unit=007"))
    measure_people(officer, manager)
    from morasanu.office.register.models import Stocktake  # noqa: PLC0415 - after set_up

    if not Stocktake.objects.exists():
        officer.post("/register/stocktakes/new/", {"title": "2026年度", "due_on": "2026-12-20"})
    measure("stocktakes", lambda: officer.get("/register/stocktakes/"))
    measure("stocktake of 300 units", lambda: officer.get(f"/register/stocktakes/{Stocktake.objects.first().pk}/"))
    measure("part of a unit", lambda: officer.get("/register/stocktakes/part/7/"))


def measure_people(officer: object, manager: object) -> None:
    """Print the times of the lists of people, units and parties, and of what belongs to them."""
    from morasanu.office.party.models import Party  # noqa: PLC0415 - after set_up
    from morasanu.office.people.models import Person  # noqa: PLC0415

    person = Person.objects.order_by("number").values_list("pk", flat=True)[4_000]
    party = Party.objects.order_by("code").values_list("pk", flat=True)
    pages = {
        "persons": "/people/persons/", "persons: unit": "/people/persons/?unit=007", "persons: vendors' staff": "/people/persons/?kind=vendor",
        "persons: deep": f"/people/persons/?after={person}", "person": f"/people/persons/{person}/",
        "edit of a person": f"/people/persons/{person}/edit/", "appointments": "/people/appointments/",
        "units": "/people/units/", "unit": "/people/units/7/",
        "parties": "/parties/", "parties: abroad": "/parties/?abroad=1", "parties: ended": "/parties/?ended=1",
        "parties: deep": f"/parties/?after={party[600]}", "parties: kind, unit": "/parties/?kind=vendor&unit=007",
        "party": f"/parties/{party[500]}/", "party with 16,667 flows": f"/parties/{party[0]}/",
        "edit of a party": f"/parties/{party[500]}/edit/", "new party": "/parties/new/",
    }  # fmt: skip
    for name, address in pages.items():
        measure(name, lambda address=address: officer.get(address))
    measure("persons: search by name", lambda: officer.post("/people/persons/", {"words": "能勢 9"}))
    measure("parties: search by name", lambda: officer.post("/parties/", {"words": "印刷 9"}))
    for name in ("persons", "units", "parties", "party with 16,667 flows"):
        measure(f"{name}: manager of a branch", lambda name=name: manager.get(pages[name]))
    measure("locations: manager of a branch", lambda: manager.get("/register/locations/"))


_ORDERS = (
    ("code", ("code",)),
    ("name", ("name", "pk")),
    ("persons", ("-persons", "pk")),
    ("checked", ("checked_on", "pk")),
)


def measure_files(folder: Path) -> None:
    """Print the times of exports and of an import of 35,000 rows."""
    officer = sign_in("officer")
    measure_import(officer, folder)
    for book, kind in (("fsa", "xlsx"), ("ppc", "xlsx"), ("ppc", "cp932"), ("whole", "csv")):
        start = time.perf_counter()
        size = sum(map(len, officer.get(f"/register/holdings/export/{book}.{kind}").streaming_content))
        print(f"export {book}.{kind} of {HOLDINGS:,}: {time.perf_counter() - start:.1f} s, {size / 1e6:.1f} MB")
    print(f"largest resident size: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def measure_import(officer: object, folder: Path) -> None:
    """Print the times of an import of 35,000 rows: half new, half changed, 35 wrong."""
    from morasanu.office.access.reach import HOUSE  # noqa: PLC0415 - after set_up
    from morasanu.office.register.export import read_entries  # noqa: PLC0415
    from morasanu.office.register.load import find_known  # noqa: PLC0415
    from morasanu.office.register.models import Holding  # noqa: PLC0415
    from morasanu.office.register.whole import make_whole_table, read_whole  # noqa: PLC0415
    from morasanu.office.sheet.write import write_xlsx  # noqa: PLC0415

    mark = f"{time.time():.0f}"
    rows = []
    for number, entry in enumerate(read_entries(Holding.objects.all())):
        if number == IMPORTED:
            break
        row = dict(read_whole(entry))
        if number % 2:
            row["persons"], row["note"] = 1 + row["persons"], mark
        else:
            row["code"] = f"{mark}-{number}"
        if number % 1_000 == 0:
            row["persons"] = -1
        rows.append(row)
    path = folder / "import.xlsx"
    with path.open("wb") as file:
        write_xlsx(file, make_whole_table(find_known(HOUSE)), rows)
    start = time.perf_counter()
    with path.open("rb") as file:
        page = officer.post("/register/holdings/import/", {"file": file}).content.decode()
    seen = time.perf_counter()
    digest = page.split('name="digest" value="')[1].split('"')[0]
    answer = officer.get("/register/holdings/import/answer/")
    size = sum(map(len, answer.streaming_content))
    told = time.perf_counter()
    assert officer.post("/register/holdings/import/check/", {"digest": digest}).status_code == 302
    done = time.perf_counter()
    changed = Holding.objects.filter(note=mark).count(), Holding.objects.filter(code__startswith=mark).count()
    print(
        f"import of {IMPORTED:,} rows ({changed} changed and added, 35 wrong) into {HOLDINGS:,}: "
        f"upload and preview {seen - start:.1f} s, workbook with errors {told - seen:.1f} s ({size / 1e6:.1f} MB), apply {done - told:.1f} s"
    )


def main() -> None:
    """Make the register if there is none, and measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?", default=Path(tempfile.gettempdir()) / "morasanu-bench-register")
    parser.add_argument("--pages", action="store_true", help="pages only")
    parser.add_argument("--files", action="store_true", help="files only")
    options = parser.parse_args()
    is_new = set_up(options.folder)
    if is_new:
        start = time.perf_counter()
        fill()
        print(f"filled in {time.perf_counter() - start:.1f} s", file=sys.stderr)
    if not options.files:
        measure_pages()
    if not options.pages:
        measure_files(options.folder)


if __name__ == "__main__":
    main()
