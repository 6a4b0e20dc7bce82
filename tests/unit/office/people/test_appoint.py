"""Who may appoint whom: the officer everybody, the administrator the officer of a house that has none."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.unit.office.house import BEGUN, EAST, HEAD, House

from morasanu.errors import InputError
from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_today
from morasanu.office.people import services
from morasanu.office.people.models import Appointment

OFFICER = "/people/appointments/officer/"
NEW = "/people/appointments/new/"


def test_a_new_house_gets_its_officer_from_the_administrator(house: House) -> None:
    house.make_person("D1", HEAD)
    client = house.sign_in(Role.ADMINISTRATOR, HEAD)
    assert OFFICER in client.get("/people/appointments/").content.decode()
    assert "/people/appointments/" in client.get("/").content.decode()
    answer = client.post(OFFICER, {"person": "D1", "starts_on": "2026-04-01"})
    assert answer.status_code == 302
    appointment = Appointment.objects.get(role=Role.OFFICER)
    assert (appointment.person.number, appointment.unit, appointment.is_deputy) == ("D1", house.units[HEAD], False)
    assert appointment.letter_number == "任2026-0001"
    assert OFFICER not in client.get("/people/appointments/").content.decode()


def test_a_second_officer_by_the_administrator_is_refused(house: House) -> None:
    house.find_account(Role.OFFICER, EAST)
    house.make_person("D1", HEAD)
    answer = house.sign_in(Role.ADMINISTRATOR, HEAD).post(OFFICER, {"person": "D1", "starts_on": str(read_today())})
    assert answer.status_code == 422
    assert "個人データ管理責任者は既にいます" in answer.content.decode()
    assert Appointment.objects.filter(role=Role.OFFICER).count() == 1


def test_another_role_or_unit_by_the_administrator_is_refused(house: House) -> None:
    house.make_person("D1", HEAD)
    client = house.sign_in(Role.ADMINISTRATOR, HEAD)
    given = {"person": "D1", "starts_on": "2026-04-01", "role": Role.EXECUTIVE, "unit": house.units[EAST].pk}
    assert client.post(NEW, given).status_code == 403
    assert client.post(OFFICER, given).status_code == 302
    appointment = Appointment.objects.get(person__number="D1")
    assert (appointment.role, appointment.unit) == (Role.OFFICER, house.units[HEAD])


@pytest.mark.parametrize("is_left", [True, False])
def test_the_successor_of_an_officer_who_is_gone_is_appointed_so_too(house: House, is_left: bool) -> None:
    last = dt.date(2026, 3, 31)
    person = house.make_person("D0", HEAD, left_on=last if is_left else None)
    house.appoint(person, Role.OFFICER, HEAD, ends_on=None if is_left else last)
    new = Appointment(person=house.make_person("D1", HEAD), unit=house.units[HEAD], role=Role.OFFICER, starts_on=last)
    with pytest.raises(InputError, match="MRS-I-089"):
        services.appoint_officer(new, "tests")
    new.starts_on = last + dt.timedelta(days=1)
    services.appoint_officer(new, "tests")


def test_a_deputy_is_no_officer(house: House) -> None:
    house.appoint(house.make_person("D0", HEAD), Role.OFFICER, HEAD, is_deputy=True)
    new = Appointment(person=house.make_person("D1", HEAD), unit=house.units[HEAD], role=Role.OFFICER, starts_on=BEGUN)
    services.appoint_officer(new, "tests")


def test_the_form_is_filled_in_with_what_the_page_before_was_about(house: House) -> None:
    person = house.make_person("D1", HEAD)
    client = house.sign_in(Role.OFFICER, HEAD)
    page = client.get(f"{NEW}?person={person.pk}&unit={house.units[EAST].pk}&role=manager").content.decode()
    assert 'value="D1"' in page
    assert f'<option value="{house.units[EAST].pk}" selected>' in page
    assert '<option value="manager" selected>' in page
    assert f"{NEW}?unit={house.units[EAST].pk}&amp;role=manager" in client.get("/people/appointments/").content.decode()
    assert f"{NEW}?person={person.pk}" in client.get(f"/people/persons/{person.pk}/").content.decode()


@pytest.mark.parametrize("key", ["", "x", "-1", "９", "9" * 30, "0"])
def test_an_address_that_names_nothing_leaves_the_form_empty(house: House, key: str) -> None:
    client = house.sign_in(Role.OFFICER, HEAD)
    answer = client.get(NEW, {"person": key, "unit": key, "role": key})
    assert answer.status_code == 200
    assert 'name="person" autocomplete="off"' in answer.content.decode()
