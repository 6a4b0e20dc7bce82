from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("ldap3", reason="needs the extra: ldap")

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from tests.unit.office.people.slapd import PASSWORD, PEOPLE, PERSON, Slapd, run_slapd

from morasanu.office.access.role import Role
from morasanu.office.people.directory import Directory, Ldap
from morasanu.office.people.models import Account, Attempt
from morasanu.office.people.services import open_account

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper
    from tests.unit.office.house import House

OWN = "shio-kaze 0417 umi"
BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend", "morasanu.office.people.ldap.DirectoryBackend"]


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    with run_slapd() as running:
        yield running


def _point(settings: SettingsWrapper, slapd: Slapd, port: int = 0) -> None:
    settings.AUTHENTICATION_BACKENDS = BACKENDS
    settings.DIRECTORY = Directory(
        Ldap("localhost", port or slapd.tls_port, True, False, 2, slapd.certificate, f"uid={{name}},{PEOPLE}", None)
    )


@pytest.fixture
def account(house: House, slapd: Slapd, settings: SettingsWrapper) -> Account:
    """Return an account of the directory, whose person decides nothing."""
    _point(settings, slapd)
    person = house.make_person("0417", "101")
    house.appoint(person, Role.HANDLER, "101")
    return open_account(person, PERSON, None, "tests")


def _sign_in(name: str, password: str, client: Client | None = None) -> HttpResponse:
    return (client or Client()).post("/account/login/", {"login": name, "password": password})


def test_person_of_the_directory_signs_in(account: Account) -> None:
    client = Client()
    assert _sign_in(PERSON, PASSWORD, client).status_code == 302
    assert int(client.session["_auth_user_id"]) == account.pk
    assert client.get("/").status_code == 200


def test_person_with_a_second_factor_is_asked_for_it(account: Account) -> None:
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    client = Client()
    answer = _sign_in(PERSON, PASSWORD, client)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/2fa/authenticate/")
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("password", ["wrong", " ", "another one"])
def test_wrong_password_of_the_directory_is_refused(password: str) -> None:
    client = Client()
    assert _sign_in(PERSON, password, client).status_code == 200
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("account")
def test_failures_at_the_directory_make_the_next_one_wait() -> None:
    for _ in range(4):
        _sign_in(PERSON, "wrong")
    assert Attempt.objects.get().failures == 4
    client = Client()
    assert "待ってから" in _sign_in(PERSON, PASSWORD, client).content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("account")
def test_person_of_the_directory_without_an_account_is_refused() -> None:
    client = Client()
    assert _sign_in("m0418", "another one", client).status_code == 200
    assert "_auth_user_id" not in client.session
    assert not Account.objects.filter(username="m0418").exists()


def test_deactivated_account_is_refused(account: Account) -> None:
    account.is_active = False
    account.save()
    client = Client()
    _sign_in(PERSON, PASSWORD, client)
    assert "_auth_user_id" not in client.session


def test_account_with_a_password_of_its_own_is_not_asked_about(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.set_password(OWN)
    account.save()
    monkeypatch.setattr("morasanu.office.people.ldap.is_password_right", pytest.fail)
    client = Client()
    assert _sign_in(PERSON, PASSWORD, client).status_code == 200
    assert "_auth_user_id" not in client.session
    assert _sign_in(PERSON, OWN, client).status_code == 302


def test_directory_that_is_away_is_told_and_counts_as_no_failure(
    account: Account, slapd: Slapd, settings: SettingsWrapper, house: House
) -> None:
    _point(settings, slapd, port=1)
    client = Client()
    shown = _sign_in(account.username, PASSWORD, client).content.decode()
    assert "社内の認証サーバーに確かめられません" in shown
    assert not Attempt.objects.exists()
    open_account(house.make_person("0500", "101"), "local-0500", OWN, "tests")
    assert _sign_in("local-0500", OWN, client).status_code == 302


def test_administrator_makes_an_account_without_a_password_only_where_there_is_a_directory(
    house: House, settings: SettingsWrapper, slapd: Slapd
) -> None:
    client, person = house.sign_in(Role.ADMINISTRATOR, "000"), house.make_person("0600", "101")
    address = f"/people/persons/{person.pk}/account/"
    assert client.post(address, {"username": "m0600", "password": ""}).status_code == 422
    _point(settings, slapd)
    assert client.post(address, {"username": "m0600", "password": ""}).status_code == 302
    assert not Account.objects.get(username="m0600").has_usable_password()
    assert "社内の認証" in client.get(f"/people/persons/{person.pk}/").content.decode()
