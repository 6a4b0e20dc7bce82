"""A thousand marked people: every page is opened as every role, and a mark shows only where the table grants a reach to its unit."""

from __future__ import annotations

import json
import logging
import re
from collections import Counter
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.core import serializers
from django.urls import resolve
from tests.matrix.route import read_body
from tests.unit.office.house import BEGUN, DESK, EAST, RISK, WEST, House

from morasanu.office.access.role import Role
from morasanu.office.access.table import Extent, find_extent
from morasanu.office.base.log import BareFilter
from morasanu.office.people.models import Appointment, Person
from morasanu.office.seal.keep import keep_new
from morasanu.office.seal.models import Outbox
from morasanu.office.seal.sealer import seal_waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client

    from morasanu.ledger.ledger import Ledger

EACH = 250
PAGES_OF_A_ROUTE = 40
UNITS = (EAST, DESK, WEST, RISK)
_MARK = re.compile(r"印([0-9]{3})標")
_HREF = re.compile(r'(?:href|action|src)="([^"]*)"')
GRANTED = {
    Extent.NONE: set(),
    Extent.SELF: set(),
    Extent.UNIT: {EAST},
    Extent.BELOW: {EAST, DESK},
    Extent.ALL: set(UNITS),
}
"""Whose marks a visitor of EAST may see. The visitor is not marked."""


def mark_people(house: House) -> None:
    """Fill the units with people whose every word is marked; some of them are appointed."""
    persons = [
        Person(
            number=f"M{unit}{number:03d}",
            name=f"印{unit}標{number}",
            kana=f"カ印{unit}標{number}",
            post=f"役印{unit}標",
            unit=house.units[unit],
            joined_on=BEGUN,
        )
        for unit in UNITS
        for number in range(EACH)
    ]
    keep_new(persons, "people.imported", "tests")
    some = [
        Appointment(person=person, unit=person.unit, role=Role.HANDLER, starts_on=BEGUN)
        for person in persons[:: EACH // 5]
    ]
    keep_new(some, "people.appointed", "tests")


class Crawl:
    """Follows every link from the first page, up to some pages of each route."""

    def __init__(self, client: Client, most: int = PAGES_OF_A_ROUTE) -> None:
        """Begin."""
        self.client = client
        self.address = ""
        self.addresses: list[str] = []
        self._seen: set[str] = set()
        self._of_route: Counter[str] = Counter()
        self._waiting = ["/"]
        self._most = most

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield each page with its route."""
        while self._waiting:
            address = self._waiting.pop()
            path = address.partition("?")[0]
            if address in self._seen or not path.startswith("/") or path.startswith("/static/"):
                continue
            self._seen.add(address)
            route = resolve(path).view_name
            self._of_route[route] += 1
            if self._of_route[route] > self._most:
                continue
            self.address = address
            answer = self.client.get(address)
            body = read_body(answer)
            yield route, body
            if place := answer.headers.get("Location"):
                self._add(path, place)
            for link in _HREF.findall(body):
                self._add(path, unescape(link))

    def _add(self, path: str, link: str) -> None:
        self.addresses.append(link)
        self._waiting.append(f"{path}{link}" if link.startswith("?") else link.partition("#")[0] or path)


@pytest.mark.parametrize("role", [*Role, ""])
def test_no_mark_is_seen_where_the_table_grants_no_reach(
    role: Role | str, house: House, caplog: pytest.LogCaptureFixture
) -> None:
    mark_people(house)
    caplog.handler.addFilter(BareFilter())
    routes: Counter[str] = Counter()
    seen: dict[str, set[str]] = {}
    with caplog.at_level(logging.DEBUG, "morasanu"), caplog.at_level(logging.DEBUG, "allauth"):
        crawl = Crawl(house.sign_in(role, EAST))
        for route, body in crawl:
            routes[route] += 1
            seen.setdefault(route, set()).update(_MARK.findall(body))
        answer = crawl.client.post("/people/persons/", {"words": "カ"})
        seen.setdefault("people:persons", set()).update(_MARK.findall(answer.content.decode()))
        crawl.addresses += _HREF.findall(answer.content.decode())
    for route, marks in seen.items():
        extent = find_extent(route, "GET", Role(role)) if role else Extent.NONE
        assert marks <= GRANTED[extent], route
    assert not [address for address in crawl.addresses if "印" in address or "%E5%8D%B0" in address.upper()]
    assert "印" not in caplog.text
    if role and find_extent("people:persons", "GET", Role(role)) == Extent.ALL:
        assert seen["people:persons"] == set(UNITS)
        assert routes["people:persons"] == routes["people:person"] == PAGES_OF_A_ROUTE
        assert routes.total() > 40
    if role == Role.MANAGER:
        assert seen["people:persons"] == {EAST, DESK}


def test_no_mark_is_in_the_outbox_or_the_ledger(house: House, ledger: Ledger, tmp_path: Path) -> None:
    mark_people(house)
    administrator = house.sign_in(Role.ADMINISTRATOR, EAST)
    person = Person.objects.get(number="M102007")
    party = {"code": "M-1", "name": "印102標商会", "kind": "vendor", "country": "JP", "unit": person.unit_id}
    party |= {"contact": "印102標係", "phone": "03-5555-0114", "mail": "hyou-102@minato.example"}
    assert house.sign_in(Role.OFFICER, EAST).post("/parties/new/", party).status_code == 302
    given = {
        "number": "M102007",
        "name": "印102標改",
        "kind": "staff",
        "unit": person.unit_id,
        "joined_on": BEGUN,
        "seen": 1,
    }
    assert administrator.post(f"/people/persons/{person.pk}/edit/", given).status_code == 302
    while seal_waiting(ledger):
        pass
    ledger.seal()
    rows = serializers.serialize("json", Outbox.objects.all(), ensure_ascii=False)
    assert rows.count('"pk"') > 1_000
    assert "印" not in rows
    assert "M102007" not in rows
    assert "hyou-102" not in rows
    held = [path for path in (tmp_path / "ledger").rglob("*") if path.is_file()]
    for path in held:
        data = path.read_bytes()
        assert "印".encode() not in data
        assert json.dumps("印").strip('"').encode() not in data
        assert b"M102007" not in data
        assert b"hyou-102" not in data
    assert sum(path.stat().st_size for path in held) > 100_000
