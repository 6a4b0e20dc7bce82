"""The door of the demo: who goes in as whom, and who must not."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from morasanu.office.access.role import Role
from morasanu.office.demo.door import GUESTS
from morasanu.office.people.models import Account, Appointment
from morasanu.office.place import Place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bank")]
DOOR = "/demo/"


def go_in(browser: Client, number: str):
    return browser.post(DOOR, {"number": number})


@pytest.mark.usefixtures("demo")
def test_the_door_offers_eight_people_with_their_roles(browser) -> None:
    page = browser.get(DOOR).content.decode()
    assert page.count('name="number"') == len(GUESTS) == 8
    assert "鷲尾 典子" in page
    assert "個人データ管理責任者" in page


@pytest.mark.usefixtures("demo")
def test_the_door_speaks_english_when_asked(browser) -> None:
    page = browser.get(DOOR, headers={"accept-language": "en"}).content.decode()
    assert "Who do you go in as?" in page
    assert "誰として" not in page


def test_every_role_has_somebody_in_the_door_who_holds_it() -> None:
    assert {guest.role for guest in GUESTS} == set(Role)
    for guest in GUESTS:
        held = Appointment.objects.filter(person__number=guest.number, role=guest.role, ends_on=None)
        assert held.exists(), guest.number


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("guest", GUESTS, ids=lambda guest: f"{guest.role}-{guest.number}")
def test_a_guest_goes_in_and_sees_today_without_a_second_factor(browser, guest) -> None:
    answer = go_in(browser, guest.number)
    assert (answer.status_code, answer.url) == (302, reverse("today"))
    assert browser.session["demo"] is True
    assert browser.get("/").status_code == 200


@pytest.mark.usefixtures("demo")
def test_a_guest_sees_no_more_than_their_role(browser) -> None:
    go_in(browser, "S0412")
    assert browser.get(reverse("people:persons")).status_code == 403
    go_in(browser, "S0377")
    page = browser.get(reverse("people:persons")).content.decode()
    assert "富樫 美奈子" in page
    assert "猪股 健" not in page


@pytest.mark.usefixtures("demo")
def test_going_in_as_another_begins_a_new_session(browser) -> None:
    go_in(browser, "S0101")
    before = browser.session.session_key
    go_in(browser, "S0125")
    assert browser.session.session_key != before


@pytest.mark.usefixtures("demo")
def test_the_page_to_sign_in_leads_to_the_door(browser) -> None:
    assert f'href="{DOOR}"' in browser.get(reverse("account_login")).content.decode()


def test_the_page_to_sign_in_of_no_demo_has_no_door(browser) -> None:
    assert DOOR not in browser.get(reverse("account_login")).content.decode()


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("number", ["", "S0289", "S9999", "s0101", "S0101 "])
def test_going_in_as_somebody_who_is_not_offered_is_refused(browser, number) -> None:
    assert go_in(browser, number).status_code == 200
    assert "_auth_user_id" not in browser.session


@pytest.mark.usefixtures("demo")
def test_going_in_with_an_account_that_was_closed_is_refused(browser) -> None:
    Account.objects.filter(username="s0101").update(is_active=False)
    go_in(browser, "S0101")
    assert "_auth_user_id" not in browser.session


@pytest.mark.usefixtures("demo")
def test_going_in_as_somebody_who_has_a_password_is_refused(browser) -> None:
    account = Account.objects.get(username="s0101")
    account.set_password("shio-kaze 0417 umi")
    account.save()
    go_in(browser, "S0101")
    assert "_auth_user_id" not in browser.session


def test_the_door_without_a_demo_is_refused(browser, settings, tmp_path) -> None:
    settings.IS_LOCAL = True
    for place in (None, Place(tmp_path)):
        settings.PLACE = place
        assert browser.get(DOOR).status_code == 404
        assert go_in(browser, "S0101").status_code == 404
    assert "_auth_user_id" not in browser.session


@pytest.mark.usefixtures("demo")
def test_the_door_of_a_server_that_others_reach_is_refused(browser, settings) -> None:
    settings.IS_LOCAL = False
    assert browser.get(DOOR).status_code == 404
    assert go_in(browser, "S0101").status_code == 404


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("address", ["10.0.0.7", "192.0.2.1", "2001:db8::1", "", "localhost.attacker.example", "127.0.0.1, 10.0.0.7"])  # fmt: skip
def test_a_request_from_another_machine_is_refused(address) -> None:
    browser = Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address)
    assert browser.get(DOOR).status_code == 404
    assert go_in(browser, "S0101").status_code == 404


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-Host", "Forwarded", "X-Real-IP", "Via"])
def test_a_request_that_a_proxy_passed_on_is_refused(browser, name) -> None:
    headers = {name: "192.0.2.1"}
    assert browser.get(DOOR, headers=headers).status_code == 404
    assert browser.post(DOOR, {"number": "S0101"}, headers=headers).status_code == 404


@pytest.mark.usefixtures("demo")
def test_a_request_by_another_name_is_refused(settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    assert Client(SERVER_NAME="rebound.attacker.example").get(DOOR).status_code == 404


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "[::1]"])
def test_a_browser_on_this_machine_finds_the_door_by_each_of_its_names(host) -> None:
    assert Client(headers={"host": host}).get(DOOR).status_code == 200


@pytest.mark.usefixtures("demo")
def test_a_form_from_another_site_is_refused() -> None:
    browser = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    assert go_in(browser, "S0101").status_code == 403


@pytest.mark.usefixtures("demo")
def test_a_session_of_the_demo_in_a_real_house_still_needs_a_second_factor(browser, settings, tmp_path) -> None:
    go_in(browser, "S0101")
    settings.PLACE = Place(tmp_path)
    assert browser.get(reverse("people:units")).url == reverse("mfa_index")


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(browser, method) -> None:
    assert getattr(browser, method)(DOOR).status_code == 405
