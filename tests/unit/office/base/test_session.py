"""Sessions end when idle or old, and reading goes on when nothing can be written."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as office
from django.db import connection
from tests.unit.office.house import EAST, RISK, House

from morasanu.office.access.role import Role
from morasanu.office.people.models import OrgUnit
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client


def wind(client: Client, *, began_s: int, seen_s: int) -> None:
    session, now = client.session, int(time.time())
    session["began"], session["seen"] = now - began_s, now - seen_s
    session.save()


@pytest.mark.parametrize(
    ("began_s", "seen_s", "status"),
    [
        (0, 0, 200),
        (office.SESSION_IDLE_S + 60, office.SESSION_IDLE_S - 5, 200),
        (office.SESSION_IDLE_S + 60, office.SESSION_IDLE_S + 5, 302),
        (office.SESSION_LONGEST_S - 5, 1, 200),
        (office.SESSION_LONGEST_S + 5, 1, 302),
    ],
)
def test_a_session_ends_when_it_was_idle_or_is_old(began_s: int, seen_s: int, status: int, house: House) -> None:
    client = house.sign_in(Role.HANDLER)
    wind(client, began_s=began_s, seen_s=seen_s)
    assert client.get("/").status_code == status
    assert client.get("/").status_code == status


def test_a_page_a_minute_keeps_it_and_its_beginning_stays(house: House) -> None:
    client = house.sign_in(Role.HANDLER)
    wind(client, began_s=5_000, seen_s=61)
    began = client.session["began"]
    assert client.get("/").status_code == 200
    assert client.session["began"] == began
    assert time.time() - client.session["seen"] < 5


def test_a_page_within_the_minute_writes_nothing(house: House, django_capture_on_commit_callbacks: object) -> None:
    del django_capture_on_commit_callbacks
    client = house.sign_in(Role.HANDLER)
    wind(client, began_s=100, seen_s=30)
    seen = client.session["seen"]
    assert client.get("/").status_code == 200
    assert client.session["seen"] == seen


def test_the_cookies_are_not_for_scripts_nor_other_sites(house: House) -> None:
    client = house.sign_in(Role.HANDLER)
    client.get("/")
    for name in ("morasanu", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert not client.cookies["morasanu"]["max-age"]


@pytest.fixture(params=["read-only", "full"])
def closed(request: pytest.FixtureRequest, house: House) -> Iterator[House]:
    """Return a house whose database takes nothing, once `shut` is called."""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own way")
    yield house
    with connection.cursor() as cursor:
        cursor.execute("pragma query_only = off")
        cursor.execute("pragma max_page_count = 1073741823")
    del request


def shut(kind: str) -> None:
    with connection.cursor() as cursor:
        if kind == "read-only":
            cursor.execute("pragma query_only = on")
        else:
            cursor.execute("pragma freelist_count")
            cursor.execute("pragma max_page_count = 1")


def test_reading_goes_on_when_nothing_can_be_written(
    closed: House, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    client = closed.sign_in(Role.OFFICER, RISK, raise_request_exception=False)
    wind(client, began_s=100, seen_s=90)  # this page would write when it was seen
    kind = request.node.callspec.params["closed"]
    before = Outbox.objects.count()
    shut(kind)
    assert client.get("/").status_code == 200
    assert client.get("/people/units/").status_code == 200
    with caplog.at_level(logging.CRITICAL, "django.request"):
        answer = client.post(
            "/people/units/new/", {"code": "777", "name": "x" * 100, "kind": "branch", "parent": closed.units[EAST].pk}
        )
        for number in range(400):  # a page that is not full yet takes some more
            if answer.status_code == 503:
                break
            values = {"code": f"7{number}", "name": "x" * 100, "kind": "branch", "parent": closed.units[EAST].pk}
            answer = client.post("/people/units/new/", values)
    assert answer.status_code == 503
    assert "いまは保存できません" in answer.content.decode()
    assert "reading goes on" in answer.content.decode()
    assert client.get("/people/units/").status_code == 200
    written = OrgUnit.objects.filter(code__startswith="7").count()
    assert Outbox.objects.count() == before + written
    if kind == "read-only":
        assert not written
