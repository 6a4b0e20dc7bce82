"""A whole office over a data folder for tests with real processes: `begin`, `register` and `rows` run in processes of their own."""

# ruff: noqa: PLC0415 - Django comes after set_up

from __future__ import annotations

import json
import sys
from pathlib import Path

from morasanu.office.place import open_place
from morasanu.office.start import prepare, set_up


def main(act: str, data: str, *given: str) -> None:
    """Do one thing in the office and print what came of it as JSON."""
    place = open_place(Path(data))
    set_up(place)
    if act == "begin":
        prepare(place)
    from tests.unit.office.reality import bank  # after set_up

    from morasanu.office.finding.models import Finding
    from morasanu.office.people.models import OrgUnit
    from morasanu.office.reality.models import Run
    from morasanu.office.reality.reconcile import plan_reconcile
    from morasanu.office.reality.services import ask_scan
    from morasanu.office.register.models import Location
    from morasanu.office.seal.models import Outbox

    if act == "begin":
        bank.build_bank(Path(given[0]), place.reports)
    share, units = Location.objects.get(), {each.code: each for each in OrgUnit.objects.all()}
    if act == "ask":
        ask_scan(share, "tests")
    if act == "register":
        here = bank.Bank(units["000"], units["101"], units["201"], share, Path(share.address), place.reports)
        here.register("H-1", given[0], given[1].split(","), 9_000)
        plan_reconcile([share.pk])
    found = {
        "runs": list(Run.objects.order_by("pk").values("state", "fault", "files", "files_done")),
        "findings": list(Finding.objects.order_by("pk").values("state", "reason_code", "closed_as")),
        "waiting": Outbox.objects.filter(seq=None).count(),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
