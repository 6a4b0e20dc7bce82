"""Every route, method, role and relation agrees with the one table."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from tests.matrix.route import Route, list_routes, read_body, release
from tests.matrix.thing import FIXED, THINGS
from tests.unit.office.house import DESK, EAST, WEST, House

from morasanu.office.access.role import Role
from morasanu.office.access.table import ANYBODY, NOBODY, SIGNED_IN, TABLE, Extent, find_extent, find_row

if TYPE_CHECKING:
    from django.http import HttpResponse

    from morasanu.office.people.models import Account

ROUTES = list_routes()
ROLES = [*Role, ""]
OWN, MATE, BELOW, OTHER, ABSENT = "own", "mate", "below", "other", "absent"
RELATIONS = {OWN: EAST, MATE: EAST, BELOW: DESK, OTHER: WEST, ABSENT: EAST}
"""Where the thing lies for a visitor whose role is in EAST."""
SEEN = {
    Extent.SELF: {OWN},
    Extent.UNIT: {OWN, MATE},
    Extent.BELOW: {OWN, MATE, BELOW},
    Extent.ALL: {OWN, MATE, BELOW, OTHER},
}
WELL = {200, 302, 400, 409, 422}
"""What an open door may answer to a form with nothing in it."""
UNREADY = {
    "people:letter": {409},  # no executive to sign it
    "people:import-check": {302, 422},  # nothing was sent
    "people:import-answer": {302, 404, 422},
    "party:import-check": {302, 422},
    "party:import-answer": {302, 404, 422},
    "register:import-check": {302, 422},
    "register:import-answer": {302, 404, 422},
    "requirement:coverage-of": {302},
    "requirement:exclusion": {302},
    "requirement:file": {404},
}
"""What an open door answers while the house is empty, where that is not its page."""


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    names = {route.name for route in ROUTES}
    rows = {name for name, _ in TABLE}
    assert names - rows == set(), "a route without a row"
    assert rows - names == set(), "a row without a route"


def test_every_route_with_arguments_says_what_they_are() -> None:
    asked = {route.name for route in ROUTES if route.arguments}
    assert asked - THINGS.keys() - FIXED.keys() == set(), "say in tests/matrix/thing.py how to make such a thing"
    assert (THINGS.keys() | FIXED.keys()) - asked == set(), "a thing without a route"


def find_owner(house: House, relation: str, role: str) -> Account:
    """Return whose the thing is."""
    return house.find_account(role, EAST) if relation == OWN else house.find_account("", RELATIONS[relation])


def make_address(house: House, route: Route, relation: str, role: str) -> str:
    if route.name in FIXED:
        return reverse(route.name, kwargs=FIXED[route.name])
    if not route.arguments:
        return reverse(route.name)
    owner = find_owner(house, relation, role)
    values = THINGS[route.name](house, RELATIONS[relation], owner)
    if relation == ABSENT:
        values = dict.fromkeys(values, 987_654_321)
    return reverse(route.name, kwargs=values)


def expect(route: Route, method: str, role: str, relation: str) -> set[int]:
    """Return what the table lets the office answer."""
    row = find_row(route.name, method)
    if row == NOBODY:
        is_closed = all(each == NOBODY for (name, _), each in TABLE.items() if name == route.name)
        return {404} if is_closed else {405}
    if row == ANYBODY:
        return {404} if route.name in FIXED or route.name == "demo:enter" else WELL
    if row == SIGNED_IN:
        return {*WELL, 404}  # a factor of one's own that is there or not; others' are tried below
    extent = find_extent(route.name, method, Role(role)) if role else Extent.NONE
    if extent == Extent.NONE:
        return {403}
    if route.arguments and relation not in SEEN[extent]:
        return {404}
    return UNREADY.get(route.name, {200}) if method == "GET" else WELL - {400}


def list_relations(route: Route, method: str, role: str) -> list[str]:
    """Return what to try: whose a thing is makes no difference where nothing opens."""
    if method not in {"GET", "POST"} or not role or find_extent(route.name, method, Role(role)) == Extent.NONE:
        return [OWN]
    is_about_something = route.name in THINGS and find_row(route.name, method) != NOBODY
    if not is_about_something:
        return [OWN]
    if find_row(route.name, method) == SIGNED_IN:
        return [OWN]
    if route.name == "due:retry":
        return [OWN, ABSENT]
    return list(RELATIONS)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_route_answers_what_the_table_says(route: Route, house: House) -> None:
    wrong = []
    for role in ROLES:
        client = house.sign_in(role, EAST)
        for method in ("GET", "POST", "PUT", "DELETE"):
            for relation in list_relations(route, method, role):
                if route.name.startswith(("account", "mfa")):  # they change who is signed in, and how
                    client = house.sign_in(role, EAST)
                address = make_address(house, route, relation, role)
                answer = client.generic(method, address)
                release(answer)
                status = answer.status_code
                expected = expect(route, method, role, relation)
                if status not in expected:
                    wrong.append(f"{method} as {role or 'nobody'} of what is {relation}: {status}, not {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_a_stranger_gets_no_further_than_the_sign_in(route: Route, house: House) -> None:
    house.find_account(Role.HANDLER, EAST)
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = Client().generic(method, make_address(house, route, MATE, ""))
        row = find_row(route.name, method)
        if row in (ANYBODY, NOBODY):
            assert answer.status_code in expect(route, method, "", OWN)
        else:
            assert answer.status_code == 302
            assert answer["Location"].startswith("/account/login/?next=/")


@pytest.mark.parametrize("route", [each for each in ROUTES if each.name in THINGS], ids=lambda route: route.name)
def test_what_is_not_yours_looks_as_what_is_not_there(route: Route, house: House) -> None:
    for role in Role:
        for method in ("GET", "POST"):
            if find_row(route.name, method) in (ANYBODY, NOBODY, SIGNED_IN):
                continue
            if find_extent(route.name, method, role) in {Extent.NONE, Extent.ALL}:
                continue
            client = house.sign_in(role, EAST)
            bodies = {
                _strip(client.generic(method, make_address(house, route, relation, role)))
                for relation in (OTHER, ABSENT)
            }
            assert len(bodies) == 1


def _strip(answer: HttpResponse) -> str:
    """Return an answer without what differs from one address to the next."""
    body = read_body(answer)
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w{64}"', "", body)
    return f"{answer.status_code} " + re.sub(r'name="next" value="[^"]*"', "", body)


@pytest.mark.parametrize(
    "route", [each for each in ROUTES if find_row(each.name, "POST") != NOBODY], ids=lambda route: route.name
)
def test_a_form_from_elsewhere_is_refused(route: Route, house: House) -> None:
    role = Role.ADMINISTRATOR
    client = Client(enforce_csrf_checks=True)
    client.force_login(house.find_account(role, EAST))
    address = make_address(house, route, OWN, role)
    for more in ({}, {"HTTP_ORIGIN": "https://evil.example"}):
        answer = client.post(address, {"csrfmiddlewaretoken": "x" * 64}, **more)
        assert answer.status_code == 403
        assert "別の場所から" in answer.content.decode()


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_passkey_of_somebody_else_is_not_there(name: str, method: str, house: House) -> None:
    client = house.sign_in(Role.ADMINISTRATOR, EAST)
    account = house.find_account(Role.ADMINISTRATOR, EAST)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(account.pk)
    session.save()
    route = next(each for each in ROUTES if each.name == name)
    statuses = {
        relation: client.generic(method, make_address(house, route, relation, Role.ADMINISTRATOR)).status_code
        for relation in (OWN, MATE, ABSENT)
    }
    assert statuses[OWN] in {200, 302}
    assert (statuses[MATE], statuses[ABSENT]) == (404, 404)
