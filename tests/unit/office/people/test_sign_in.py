"""Signing in: a failure makes the next attempt wait longer, for that name at that address and for nobody else."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.conf import settings as office
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from tests.unit.office.code import make_code
from tests.unit.office.house import EAST, PASSWORD, House

from morasanu.office.access.role import Role
from morasanu.office.base.clock import read_today
from morasanu.office.people.models import Account, Attempt, Person
from morasanu.office.people.services import open_account
from morasanu.office.people.sign_in import FORGOTTEN_AFTER, FREE, LONGEST_S, count_wait_s, use_code
from morasanu.office.people.vault import Vault
from morasanu.office.seal.models import Outbox

if TYPE_CHECKING:
    from pytest_django import DjangoCaptureOnCommitCallbacks
    from pytest_django.fixtures import SettingsWrapper

HASHERS = list(office.PASSWORD_HASHERS)  # before a test makes them quick
encrypt_all = import_module("morasanu.office.people.migrations.0002_encrypt_second_factors").encrypt_all
SECRET = "JBSWY3DPEHPK3PXP"


@pytest.fixture
def account(house: House) -> Account:
    person = house.make_person("S1", EAST)
    house.appoint(person, Role.HANDLER, EAST)
    return open_account(person, "shiomi", PASSWORD, "tests")


def try_in(username: str, password: str, *, address: str = "192.0.2.7", client: Client | None = None) -> str:
    """Return where it led to: an address, or `again` or `wait`."""
    answer = (client or Client()).post(
        "/account/login/", {"login": username, "password": password}, REMOTE_ADDR=address
    )
    if answer.status_code == 302:
        return str(answer["Location"])
    return "wait" if "秒待って" in answer.content.decode() else "again"


def pass_time(seconds: float) -> None:
    for attempt in Attempt.objects.all():
        attempt.next_at -= dt.timedelta(seconds=seconds)
        attempt.save()


def test_count_wait_s_grows_and_never_locks_out() -> None:
    waits = [count_wait_s(failures) for failures in range(100)]
    assert waits == sorted(waits)
    assert waits[: FREE + 1] == [0] * (FREE + 1)
    assert max(waits) == LONGEST_S == 300
    assert count_wait_s(10**9) == LONGEST_S


def test_a_name_and_its_password_open_the_office(account: Account) -> None:
    client = Client()
    assert try_in(account.username, PASSWORD, client=client) == "/"
    assert client.get("/").status_code == 200


def test_after_some_failures_the_next_attempt_waits_longer_each_time(account: Account) -> None:
    for _ in range(FREE + 1):
        assert try_in(account.username, "wrong") == "again"
    waits = []
    for _ in range(3):
        assert try_in(account.username, PASSWORD) == "wait"  # also with the right one
        found = Attempt.objects.get()
        waits.append((found.next_at - dt.datetime.now(dt.UTC)).total_seconds())
        pass_time(waits[-1] + 1)
        assert try_in(account.username, "wrong") == "again"
    assert 1 < waits[0] <= 2 < waits[1] <= 4 < waits[2] <= 8
    pass_time(LONGEST_S)
    assert try_in(account.username, PASSWORD) == "/"
    assert not Attempt.objects.filter(failures__gt=0).exists()


def test_somebody_elsewhere_is_not_locked_out_by_the_failures_of_others(account: Account) -> None:
    for _ in range(FREE + 2):
        try_in(account.username, "wrong", address="198.51.100.1")
    assert try_in(account.username, PASSWORD, address="198.51.100.1") == "wait"
    assert try_in(account.username, PASSWORD, address="192.0.2.7") == "/"


def test_another_name_at_the_same_address_need_not_wait(account: Account, house: House) -> None:
    other = open_account(house.make_person("S2", EAST), "minato", PASSWORD, "tests")
    for _ in range(FREE + 2):
        try_in(other.username, "wrong")
    assert try_in(account.username, PASSWORD) == "/"


def test_the_same_name_in_other_letters_waits_as_well(account: Account) -> None:
    for _ in range(FREE + 1):
        try_in(account.username.upper(), "wrong")
    assert try_in(account.username, PASSWORD) == "wait"


def test_a_name_that_is_nobodys_waits_in_the_same_way(account: Account) -> None:
    del account
    told = [try_in("nobody-here", "wrong") for _ in range(FREE + 2)]
    assert told == ["again"] * (FREE + 1) + ["wait"]


def test_failures_are_kept_without_name_or_address(account: Account) -> None:
    try_in(account.username, "wrong", address="192.0.2.7")
    found = Attempt.objects.get()
    assert len(found.key) == 64
    assert str(found) == "1"
    assert found.key != hashlib.sha256(b"shiomi\0192.0.2.7").hexdigest()


def test_old_failures_are_forgotten(account: Account) -> None:
    try_in("somebody-else", "wrong")
    pass_time(FORGOTTEN_AFTER.total_seconds() + 60)
    try_in(account.username, "wrong")
    assert Attempt.objects.get().failures == 1


def test_whoever_has_left_cannot_sign_in_from_the_day_after(account: Account) -> None:
    Person.objects.filter(pk=account.person_id).update(left_on=read_today())
    assert try_in(account.username, PASSWORD) == "/"
    Person.objects.filter(pk=account.person_id).update(left_on=read_today() - dt.timedelta(days=1))
    client = Client()
    assert try_in(account.username, PASSWORD, client=client) != "/"
    assert client.get("/").status_code == 302


def test_a_second_factor_is_asked_for_after_the_password(account: Account) -> None:
    TOTP.activate(account, SECRET)
    client = Client()
    assert try_in(account.username, PASSWORD, client=client) == "/account/2fa/authenticate/"
    assert client.get("/").status_code == 302
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.get("/").status_code == 302
    answer = client.post("/account/2fa/authenticate/", {"code": make_code(SECRET)})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


def test_a_code_that_was_used_is_refused(account: Account) -> None:
    TOTP.activate(account, SECRET)
    code = make_code(SECRET)
    for expected in (302, 200):
        client = Client()
        try_in(account.username, PASSWORD, client=client)
        assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == expected
        cache.clear()  # where allauth keeps it, for a third of the time that the code is good


def test_a_code_is_good_again_when_chance_brings_it_back(account: Account) -> None:
    use_code(account.pk, "123 456")
    with pytest.raises(ValidationError):
        use_code(account.pk, "123456")
    use_code(account.pk + 1, "123456")
    pass_time(90)
    use_code(account.pk, "123456")


def test_second_factors_lie_encrypted(account: Account) -> None:
    TOTP.activate(account, SECRET)
    RecoveryCodes.activate(account)
    codes = RecoveryCodes(Authenticator.objects.get(type="recovery_codes")).get_unused_codes()
    assert len(set(codes)) == 10
    stored = [row["data"] for row in Authenticator.objects.values("data")]
    assert SECRET not in str(stored)
    assert all(value.startswith("gAAAAA") for row in stored for name, value in row.items() if name != "used_mask")


def test_second_factors_of_another_folder_open_nothing(account: Account, settings: SettingsWrapper) -> None:
    TOTP.activate(account, SECRET)
    settings.SECRET_KEY = "another folder's"
    client = Client()
    try_in(account.username, PASSWORD, client=client)
    answer = client.post("/account/2fa/authenticate/", {"code": make_code(SECRET)})
    assert "二要素の鍵を読めません" in answer.content.decode()
    assert client.get("/").status_code == 302


def test_what_older_folders_hold_in_the_clear_is_encrypted(account: Account) -> None:
    old = {
        "totp": {"secret": SECRET},
        "recovery_codes": {"seed": "ab" * 40, "used_mask": 0},
        "webauthn": {"credential": 1},
    }
    for kind, data in old.items():
        Authenticator.objects.create(user=account, type=kind, data=data)
    encrypt_all(apps, connection.schema_editor())
    new = {each.type: each.data for each in Authenticator.objects.all()}
    assert new["webauthn"] == old["webauthn"]
    assert new["recovery_codes"]["used_mask"] == 0
    assert [Vault().decrypt(new["totp"]["secret"]), Vault().decrypt(new["recovery_codes"]["seed"])] == [
        SECRET,
        "ab" * 40,
    ]


def test_make_code_is_that_of_the_standard() -> None:
    """RFC 6238, appendix B, the last six digits."""
    secret = base64.b32encode(b"12345678901234567890").decode()
    assert [make_code(secret, at) for at in (59, 1111111109, 2000000000)] == ["287082", "081804", "279037"]


def test_guessing_codes_makes_the_next_guess_wait(account: Account) -> None:
    TOTP.activate(account, SECRET)
    for number in range(FREE + 1):
        client = Client()
        try_in(account.username, PASSWORD, client=client)
        answer = client.post("/account/2fa/authenticate/", {"code": "000000"}, REMOTE_ADDR=f"192.0.2.{number}")
        assert "秒待って" not in answer.content.decode()
    answer = client.post("/account/2fa/authenticate/", {"code": make_code(SECRET)})
    assert "秒待って" in answer.content.decode()
    assert client.get("/").status_code == 302
    pass_time(LONGEST_S)
    assert client.post("/account/2fa/authenticate/", {"code": make_code(SECRET)}).status_code == 302
    assert not Attempt.objects.filter(failures__gt=0).exists()


def test_a_change_of_password_or_second_factor_is_in_the_ledger(
    account: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client = Client()
    try_in(account.username, PASSWORD, client=client)
    given = {"oldpassword": PASSWORD, "password1": PASSWORD[::-1], "password2": PASSWORD[::-1]}
    assert client.post("/account/password/change/", given).status_code == 302
    client.post("/account/reauthenticate/", {"password": PASSWORD[::-1]})
    page = client.get("/account/2fa/totp/activate/")
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post("/account/2fa/totp/activate/", {"code": make_code(secret)}).status_code == 302
    kinds = list(Outbox.objects.filter(subject=f"people.account/{account.pk}").values_list("kind", flat=True))
    assert kinds == [f"people.account.{what}" for what in ("opened", "password_changed", "totp_activated")]
    assert [each.subject_version for each in Outbox.objects.filter(kind__startswith="people.account.")] == [1, 2, 3]
    assert client.get("/account/2fa/").status_code == 200


def test_nobody_signs_up(account: Account) -> None:
    assert Client().get("/account/signup/").status_code == 404
    assert Authenticator.objects.filter(user=account).count() == 0


def test_a_page_before_the_sign_in_holds_no_way_elsewhere(account: Account) -> None:
    answer = Client().post(
        "/account/login/?next=https://evil.example/",
        {"login": account.username, "password": PASSWORD, "next": "https://evil.example/"},
    )
    assert answer["Location"] == "/"


def test_a_password_is_kept_with_argon2_and_is_in_no_trace(house: House, settings: SettingsWrapper) -> None:
    settings.PASSWORD_HASHERS = HASHERS
    account = open_account(house.make_person("S1", EAST), "shiomi", PASSWORD, "tests")
    assert account.password.startswith("argon2$argon2id$")
    assert Outbox.objects.filter(subject=f"people.account/{account.pk}").count() == 1
