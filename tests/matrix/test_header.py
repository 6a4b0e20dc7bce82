"""The headers of every answer, word for word."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.matrix.route import list_routes, release
from tests.matrix.test_table import OWN, ROUTES, make_address
from tests.unit.office.house import EAST, House

from morasanu.office.access.role import Role

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper
    from tests.matrix.route import Route

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "base-uri 'none'; connect-src 'self'; default-src 'none'; form-action 'self'; frame-ancestors 'none'; "
        "img-src 'self' data:; manifest-src 'self'; script-src 'self'; style-src 'self'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-get=(self), publickey-credentials-create=(self)"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Permitted-Cross-Domain-Policies": "none",
}
"""What every answer carries, and no other header but those of its content."""
OF_CONTENT = {
    "Allow", "Content-Disposition", "Content-Language", "Content-Length", "Content-Type", "Expires", "Location", "Vary",
}  # fmt: skip


def read_headers(answer: object) -> dict[str, str]:
    found = {name: value for name, value in answer.headers.items() if name not in OF_CONTENT}  # type: ignore[attr-defined]
    if policy := found.get("Content-Security-Policy"):
        found["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
    return found


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
@pytest.mark.parametrize("role", [None, Role.ADMINISTRATOR])
def test_every_route_answers_with_the_same_headers(route: Route, role: Role | None, house: House) -> None:
    client = Client() if role is None else house.sign_in(role, EAST)
    for method in ("GET", "POST", "PUT"):
        answer = client.generic(method, make_address(house, route, OWN, role or ""))
        release(answer)
        assert read_headers(answer) == HEADERS, method


def test_errors_answer_with_the_same_headers(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    client = house.sign_in(Role.OFFICER, EAST, raise_request_exception=False)
    assert read_headers(client.get("/nowhere/")) == HEADERS
    assert read_headers(Client(enforce_csrf_checks=True).post("/account/login/")) == HEADERS
    monkeypatch.setattr("morasanu.office.people.selectors.list_persons", stumble)
    answer = client.get("/people/persons/")
    assert (answer.status_code, read_headers(answer)) == (500, HEADERS)
    assert list_routes()


def test_a_file_of_the_office_itself_may_be_kept_but_not_guessed_at(db: None) -> None:
    del db
    with closing(Client().get("/static/office/office.css")) as answer:
        assert answer.status_code == 200
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Type"].startswith("text/css")


def test_over_tls_a_browser_is_told_to_stay_there(house: House, settings: SettingsWrapper) -> None:
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    client = Client()  # of its own: the middleware that is loaded has read its settings
    client.force_login(house.find_account(Role.OFFICER, EAST))
    answer = client.get("/", secure=True)
    assert read_headers(answer) == HEADERS | {"Strict-Transport-Security": "max-age=31536000"}
