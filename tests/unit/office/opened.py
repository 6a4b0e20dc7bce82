"""Opens a released folder's pages as its officer, who signs in with password and code, and seals what waits. A process of its own."""

# ruff: noqa: PLC0415 - Django comes after set_up

from __future__ import annotations

import json
import sys
from pathlib import Path

from morasanu.office.place import open_place
from morasanu.office.start import set_up

USERNAME, PASSWORD, SECRET = "ushioda", "shio-kaze 0417 umi", "JBSWY3DPEHPK3PXP"
"""As tests/data/folder/make.py has them."""


def main(data: Path) -> None:
    """Print the status of each page by its route, and how many changes were sealed, as JSON."""
    place = open_place(data)
    set_up(place, "testserver")
    from django.test import Client
    from django.urls import NoReverseMatch, reverse
    from tests.unit.office.code import make_code

    from morasanu.ledger.ledger import Ledger
    from morasanu.office.access.role import Role
    from morasanu.office.access.table import NOBODY, TABLE, Extent
    from morasanu.office.seal.sealer import mark_sealed, seal_waiting

    client = Client()
    client.post("/account/login/", {"login": USERNAME, "password": PASSWORD})
    client.post("/account/2fa/authenticate/", {"code": make_code(SECRET)})
    pages = {}
    for (route, method), row in TABLE.items():
        if method == "GET" and isinstance(row, dict) and row[Role.OFFICER] is not Extent.NONE and row != NOBODY:
            try:
                pages[route] = client.get(reverse(route)).status_code
            except NoReverseMatch:  # a page of one row
                continue
    with Ledger(place.ledger) as ledger:
        mark_sealed(ledger)
        sealed = seal_waiting(ledger)
        ledger.seal()
    sys.stdout.write(json.dumps({"pages": pages, "sealed": sealed}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
