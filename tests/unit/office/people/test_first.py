"""The first administrator's link: works once, for a day, and never when there is an account."""

from __future__ import annotations

import datetime as dt
import stat
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from tests.unit.office.house import EAST, PASSWORD, House

from morasanu.office.people import first
from morasanu.office.people.first import LIFE, make_link
from morasanu.office.people.models import Account, OrgUnit
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from morasanu.office.place import Place

pytestmark = pytest.mark.django_db
GIVEN = {"institution": "汐見信用金庫", "number": "A1", "name": "灘 岬", "username": "nada", "password": PASSWORD}


def test_the_link_makes_the_administrator_signs_them_in_and_is_gone(place: Place) -> None:
    link = make_link(place)
    assert stat.S_IMODE(place.first_link.stat().st_mode) == 0o600
    assert link.split("/")[3] not in place.first_link.read_text()
    client = Client()
    assert client.get(link).status_code == 200
    answer = client.post(link, GIVEN)
    assert (answer.status_code, answer["Location"]) == (302, "/account/2fa/")
    assert client.get("/")["Location"] == "/account/2fa/"  # nothing opens before the second factor
    assert not place.first_link.exists()
    for again in (client, Client()):
        assert again.get(link).status_code == 404
        assert again.post(link, GIVEN).status_code == 404
    assert Account.objects.count() == 1
    assert set(Outbox.objects.values_list("actor", flat=True)) == {"first"}


def test_the_password_of_the_link_counts_as_just_given(place: Place) -> None:
    link, client = make_link(place), Client()
    client.post(link, GIVEN)
    assert client.get("/account/2fa/totp/activate/").status_code == 200


def test_a_newer_link_takes_the_place_of_the_older(place: Place) -> None:
    old, new = make_link(place), make_link(place)
    assert Client().get(old).status_code == 404
    assert Client().get(new).status_code == 200


def test_the_link_is_over_after_a_day(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(first, "LIFE", dt.timedelta(seconds=-1))
        link = make_link(place)
    assert dt.timedelta(hours=24) == LIFE
    assert Client().get(link).status_code == 404
    assert Client().post(link, GIVEN).status_code == 404
    assert not Account.objects.exists()


def test_there_is_no_link_when_there_is_an_account(place: Place, house: House) -> None:
    link = make_link(place)
    house.find_account("", EAST)
    assert Client().get(link).status_code == 404
    assert make_link(place) == ""
    assert not place.first_link.exists()


@pytest.mark.parametrize("text", ["", "x", "a b c", "0" * 64 + " never", "\u3042 x"])
def test_a_file_of_the_link_that_says_nothing_opens_nothing(text: str, place: Place) -> None:
    make_link(place)
    place.first_link.write_text(text, encoding="utf-8")
    assert Client().get("/people/first/x/").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [{"password": "short"}, {"password": "password12345"}, {"username": ""}, {"name": ""}, {"number": "x" * 99}],
)
def test_a_form_that_is_not_good_comes_back_and_the_link_stays(wrong: dict[str, str], place: Place) -> None:
    link = make_link(place)
    answer = Client().post(link, GIVEN | wrong)
    assert answer.status_code == 200
    assert "汐見信用金庫" in answer.content.decode()
    assert "errorlist" in answer.content.decode() or 'class="error"' in answer.content.decode()
    assert not Account.objects.exists()
    assert not OrgUnit.objects.exists()
    assert Client().get(link).status_code == 200


def test_two_at_once_make_one_administrator(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    link = make_link(place)
    monkeypatch.setattr(first, "_fits", lambda *_: True)  # both have looked before either wrote
    assert Client().post(link, GIVEN).status_code == 302
    assert Client().post(link, GIVEN | {"username": "eve", "number": "A2"}).status_code == 404
    assert Account.objects.count() == 1


def test_without_a_data_folder_there_is_no_link() -> None:
    assert Client().get("/people/first/x/").status_code == 404
