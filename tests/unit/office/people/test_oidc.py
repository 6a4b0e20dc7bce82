from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("jwt", reason="needs the extra: oidc")

from allauth.mfa.totp.internal.auth import TOTP
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from tests.unit.office.people.openid import CLIENT, SECRET, OpenId, run_openid

from morasanu.office.access.role import Role
from morasanu.office.people.directory import Directory, Oidc
from morasanu.office.people.models import Account
from morasanu.office.people.services import open_account
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper
    from tests.unit.office.house import House

NAME = "m0417"
BACK = "/people/sign-in/back/"


@pytest.fixture
def openid() -> Iterator[OpenId]:
    with run_openid() as running:
        running.claims = {"employee": NAME}
        yield running


@pytest.fixture
def oidc(openid: OpenId, tmp_path: Path, settings: SettingsWrapper) -> Oidc:
    path = tmp_path / "secret"
    path.write_text(SECRET, encoding="utf-8")
    made = Oidc(
        Words("行内認証", "Bank"), openid.issuer, CLIENT, path, "employee", 2, None, frozenset(), (openid.issuer,)
    )
    settings.DIRECTORY = Directory(oidc=made)
    return made


@pytest.fixture
def account(house: House, oidc: Oidc) -> Account:
    """Return an account whose person decides nothing."""
    del oidc
    person = house.make_person("0417", "101")
    house.appoint(person, Role.HANDLER, "101")
    return open_account(person, NAME, None, "tests")


@pytest.fixture
def client() -> Client:
    return Client()


def _go(client: Client, openid: OpenId) -> HttpResponse:
    """Go to the provider and come back."""
    sent = client.post("/people/sign-in/")
    assert sent.status_code == 302, sent.content.decode()
    assert sent["Location"].startswith(f"{openid.issuer}/authorize?")
    return client.get(BACK, openid.visit(sent["Location"]))


def _refused(client: Client, answer: HttpResponse, sentence: str) -> bool:
    return answer.status_code == 409 and sentence in answer.content.decode() and "_auth_user_id" not in client.session


def test_person_of_the_provider_signs_in(account: Account, openid: OpenId, client: Client) -> None:
    assert _go(client, openid).status_code == 302
    assert int(client.session["_auth_user_id"]) == account.pk
    assert client.get("/").status_code == 200


def test_sign_in_page_shows_the_button_only_where_there_is_a_provider(
    account: Account, client: Client, settings: SettingsWrapper
) -> None:
    assert "行内認証" in client.get("/account/login/").content.decode()
    settings.DIRECTORY = Directory()
    assert "行内認証" not in client.get("/account/login/").content.decode()
    assert _refused(client, client.post("/people/sign-in/"), "使っていません")
    assert _refused(client, client.get(BACK), "使っていません")
    assert account.pk


def _next_factor(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/account/2fa/authenticate/")


def test_our_second_factor_is_asked_for_whatever_the_provider_says(
    account: Account, openid: OpenId, client: Client
) -> None:
    TOTP.activate(account, "JBSWY3DPEHPK3PXP")
    openid.claims |= {"amr": ["pwd", "mfa"], "acr": "mfa"}
    assert _next_factor(_go(client, openid))
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_providers_second_factor_suffices_where_the_file_says_so(
    account: Account, openid: OpenId, oidc: Oidc, client: Client, settings: SettingsWrapper, house: House, claims: dict[str, object]
) -> None:  # fmt: skip
    house.appoint(account.person, Role.OFFICER, "000")
    settings.DIRECTORY = Directory(oidc=replace(oidc, accepted=frozenset({"mfa"})))
    openid.claims |= claims
    assert _go(client, openid).status_code == 302
    assert client.get("/people/persons/").status_code == 200


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"amr": "mfa"}, {"amr": [["mfa"]]}, {"acr": ["mfa"]}])
def test_sign_in_without_the_providers_second_factor_needs_ours(
    account: Account, openid: OpenId, oidc: Oidc, client: Client, settings: SettingsWrapper, house: House, claims: dict[str, object]
) -> None:  # fmt: skip
    house.appoint(account.person, Role.OFFICER, "000")
    settings.DIRECTORY = Directory(oidc=replace(oidc, accepted=frozenset({"mfa"})))
    openid.claims |= claims
    assert _go(client, openid).status_code == 302
    assert client.get("/people/persons/")["Location"] == "/account/2fa/"


def _now() -> int:
    return int(time.time())


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://other.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"exp": _now() - 3600},
        {"iat": _now() + 3600},
        {"nbf": _now() + 3600},
        {"exp": "soon"},
    ],
)
def test_token_for_another_sign_in_is_refused(openid: OpenId, client: Client, claims: dict[str, object]) -> None:
    openid.claims |= claims
    assert _refused(client, _go(client, openid), "返事が正しくない")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("name", ["iss", "aud", "exp", "iat", "nonce", "sub"])
def test_token_that_lacks_a_claim_is_refused(openid: OpenId, client: Client, name: str) -> None:
    openid.left_out = (name,)
    assert _refused(client, _go(client, openid), "返事が正しくない")


@pytest.mark.usefixtures("account")
def test_token_signed_by_another_key_is_refused(openid: OpenId, client: Client) -> None:
    openid.signer = ec.generate_private_key(ec.SECP256R1())
    assert _refused(client, _go(client, openid), "返事が正しくない")


@pytest.mark.usefixtures("account")
@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
@pytest.mark.parametrize(("algorithm", "signer"), [("none", ""), ("HS256", SECRET)])
def test_token_without_the_providers_signature_is_refused(
    openid: OpenId, client: Client, algorithm: str, signer: str
) -> None:
    openid.algorithm, openid.signer = algorithm, signer
    assert _refused(client, _go(client, openid), "返事が正しくない")


@pytest.mark.usefixtures("account")
def test_answer_to_a_sign_in_of_another_browser_is_refused(openid: OpenId, client: Client) -> None:
    brought = openid.visit(client.post("/people/sign-in/")["Location"])
    other = Client()
    assert _refused(other, other.get(BACK, brought), "この画面から始めた")
    other.post("/people/sign-in/")
    assert _refused(other, other.get(BACK, brought), "この画面から始めた")


@pytest.mark.usefixtures("account")
def test_answer_that_comes_twice_is_refused(openid: OpenId, client: Client) -> None:
    brought = openid.visit(client.post("/people/sign-in/")["Location"])
    assert client.get(BACK, brought).status_code == 302
    client.post("/account/logout/")
    assert _refused(client, client.get(BACK, brought), "この画面から始めた")


@pytest.mark.usefixtures("account")
def test_answer_that_comes_too_late_is_refused(openid: OpenId, client: Client) -> None:
    brought = openid.visit(client.post("/people/sign-in/")["Location"])
    session = client.session
    session["oidc"] = session["oidc"] | {"at": session["oidc"]["at"] - 3600}
    session.save()
    assert _refused(client, client.get(BACK, brought), "時間がたちすぎました")


@pytest.mark.usefixtures("account")
def test_code_of_somebody_elses_sign_in_is_refused(openid: OpenId, client: Client) -> None:
    stolen = openid.visit(Client().post("/people/sign-in/")["Location"], "stolen")
    brought = openid.visit(client.post("/people/sign-in/")["Location"], "own")
    answer = client.get(BACK, {"state": brought["state"], "code": stolen["code"]})
    assert _refused(client, answer, "返事が正しくない")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("more", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://other.example"}])
def test_answer_that_says_no_is_told(openid: OpenId, client: Client, more: dict[str, str]) -> None:
    brought = openid.visit(client.post("/people/sign-in/")["Location"])
    assert _refused(client, client.get(BACK, brought | more), "完了しませんでした")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("claims", [{"employee": "m9999"}, {"employee": ""}, {"employee": [NAME]}, {"employee": None}])
def test_unknown_person_is_refused_and_gets_no_account(
    openid: OpenId, client: Client, claims: dict[str, object]
) -> None:
    openid.claims |= claims | {"email": NAME, "preferred_username": NAME, "sub": NAME}
    assert _refused(client, _go(client, openid), "登録がありません")
    assert Account.objects.count() == 1


def test_deactivated_account_is_refused(account: Account, openid: OpenId, client: Client) -> None:
    account.is_active = False
    account.save()
    assert _refused(client, _go(client, openid), "登録がありません")


def test_account_with_a_password_of_its_own_is_refused(account: Account, openid: OpenId, client: Client) -> None:
    account.set_password("shio-kaze 0417 umi")
    account.save()
    assert _refused(client, _go(client, openid), "登録がありません")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    "said",
    [{"issuer": "https://other.example"}, {"token_endpoint": "http://other.example/token"}, {"jwks_uri": None}, {"x": "y" * 2_000_000}],
)  # fmt: skip
def test_provider_that_is_not_who_it_should_be_is_refused(
    openid: OpenId, client: Client, said: dict[str, object]
) -> None:
    openid.said = said
    assert _refused(client, client.post("/people/sign-in/"), "届きません")


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("status", [302, 404, 500])
def test_provider_that_fails_or_sends_elsewhere_is_told(openid: OpenId, client: Client, status: int) -> None:
    openid.status = status
    assert _refused(client, client.post("/people/sign-in/"), "届きません")


@pytest.mark.usefixtures("account")
def test_provider_that_is_away_is_told(oidc: Oidc, client: Client, settings: SettingsWrapper) -> None:
    settings.DIRECTORY = Directory(oidc=replace(oidc, issuer="http://127.0.0.1:1"))
    assert _refused(client, client.post("/people/sign-in/"), "届きません")


@pytest.mark.usefixtures("oidc", "db")
def test_sign_in_that_another_site_begins_is_refused() -> None:
    client = Client(enforce_csrf_checks=True)
    assert client.post("/people/sign-in/").status_code == 403
    assert client.get("/people/sign-in/").status_code == 405
    assert "oidc" not in client.session
