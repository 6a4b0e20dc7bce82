"""The door: what it answers to whom before a view runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from tests.unit.office.house import EAST, RISK, House

from morasanu.office.access.role import Role
from morasanu.office.place import open_place

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper


def test_a_stranger_is_led_to_the_sign_in_and_back(house: House) -> None:
    del house
    answer = Client().get("/people/persons/?unit=101")
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/people/persons/%3Funit%3D101")
    answer = Client().post("/people/units/new/", {"name": "x"})
    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=/")


@pytest.mark.parametrize("role", [role for role in Role if role != Role.HANDLER])
def test_a_role_that_decides_opens_nothing_without_a_second_factor(role: Role, house: House) -> None:
    Authenticator.objects.filter(user=house.find_account(role)).delete()
    answer = house.sign_in(role).get("/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")


def test_a_handler_needs_no_second_factor(house: House) -> None:
    assert house.sign_in(Role.HANDLER).get("/").status_code == 200


def test_the_door_of_the_demo_is_shut_in_a_house_that_is_none(
    house: House, tmp_path: Path, settings: SettingsWrapper
) -> None:
    Authenticator.objects.all().delete()
    client = house.sign_in(Role.OFFICER, RISK)
    Authenticator.objects.all().delete()
    session = client.session
    session["demo"] = True
    session.save()
    settings.PLACE = open_place(tmp_path / "real")
    assert client.get("/").status_code == 302
    settings.PLACE = open_place(tmp_path / "demo", is_demo=True)
    assert client.get("/").status_code == 200


def test_who_holds_no_role_is_told_whom_to_ask(house: House) -> None:
    answer = house.sign_in("").get("/")
    assert answer.status_code == 403
    assert "任命を相談" in answer.content.decode()


def test_an_account_that_was_closed_is_nobody(house: House) -> None:
    client = house.sign_in(Role.HANDLER)
    account = house.find_account(Role.HANDLER)
    account.is_active = False
    account.save()
    assert client.get("/").status_code == 302


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_another_method_is_refused_with_those_that_open(method: str, house: House) -> None:
    answer = getattr(house.sign_in(Role.OFFICER, RISK), method)("/people/persons/")
    assert answer.status_code == 405
    assert answer["Allow"] == "GET, POST"


def test_an_address_of_nobody_is_not_found_for_everybody(house: House) -> None:
    for client in (Client(), house.sign_in(Role.ADMINISTRATOR)):
        for path in ("/account/signup/", "/account/password/reset/", "/account/email/"):
            assert client.get(path).status_code == 404
            assert client.post(path, {}).status_code == 404


def test_a_demotion_counts_from_the_next_page_on(house: House) -> None:
    client = house.sign_in(Role.MANAGER, EAST)
    assert client.get("/people/persons/").status_code == 200
    house.find_person(Role.MANAGER, EAST).appointments.all().delete()
    assert client.get("/people/persons/").status_code == 403
