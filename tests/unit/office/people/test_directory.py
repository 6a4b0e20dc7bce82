from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

pytest.importorskip("ldap3", reason="needs the extra: ldap")
pytest.importorskip("jwt", reason="needs the extra: oidc")

from hypothesis import given, settings
from hypothesis import strategies as st

from morasanu.errors import InputError
from morasanu.office.people import directory
from morasanu.office.people.directory import Directory, is_safe_address, read_directory, read_secret
from morasanu.office.place import open_place

if TYPE_CHECKING:
    from pathlib import Path

LDAP = {"server": "ldaps://ldap.shiomi.example", "person": "uid={name},ou=people,dc=shiomi,dc=example"}
SEARCH = {"base": "dc=shiomi,dc=example", "filter": "(uid={name})", "as": "cn=reader", "password_file": "reader"}
OIDC = {"issuer": "https://id.shiomi.example", "client_id": "morasanu", "secret_file": "secret", "claim": "employee"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("reader", "secret", "ca.pem"):
        (tmp_path / name).write_text("yomu 0417\n", encoding="utf-8")
        (tmp_path / name).chmod(0o600)
    return tmp_path


def _read(folder: Path, raw: object) -> Directory:
    (folder / "directory.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return read_directory(folder)


def _refuse(folder: Path, raw: object) -> InputError:
    with pytest.raises(InputError) as caught:
        _read(folder, raw)
    return caught.value


def test_read_directory_without_the_file_is_nothing(tmp_path: Path) -> None:
    assert read_directory(tmp_path) == Directory()
    assert not Directory().is_there


def test_read_directory_with_a_template_takes_what_is_usual_for_the_rest(folder: Path) -> None:
    found = _read(folder, {"ldap": LDAP})
    assert found.is_there
    assert found.ldap
    assert (found.ldap.host, found.ldap.port, found.ldap.is_tls, found.ldap.is_plain) == (
        "ldap.shiomi.example",
        636,
        True,
        False,
    )
    assert (found.ldap.timeout_s, found.ldap.ca_file, found.ldap.search) == (5, None, None)


def test_read_directory_with_a_search_and_files(folder: Path) -> None:
    raw = {"server": "ldap://ldap.shiomi.example:3389", "search": SEARCH, "ca_file": "ca.pem", "timeout_s": 2}
    ldap = _read(folder, {"ldap": raw}).ldap
    assert ldap
    assert ldap.search
    assert (ldap.port, ldap.is_tls, ldap.is_plain, ldap.ca_file) == (3389, False, False, folder / "ca.pem")
    assert read_secret(ldap.search.password_file) == "yomu 0417"


def test_read_directory_with_a_provider(folder: Path) -> None:
    raw = OIDC | {
        "title": {"ja": "行内認証", "en": "Bank"},
        "second_factor": ["mfa"],
        "origins": ["https://login.shiomi.example"],
    }
    oidc = _read(folder, {"oidc": raw}).oidc
    assert oidc
    assert oidc.accepted == {"mfa"}
    assert oidc.origins == ("https://id.shiomi.example", "https://login.shiomi.example")
    assert oidc.title.ja == "行内認証"


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ([], "directory.yaml"),
        ({"ldpa": LDAP}, "ldpa"),
        ({"ldap": "x"}, "ldap"),
        ({"ldap": {}}, "ldap.server"),
        ({"ldap": LDAP | {"password": "x"}}, "ldap.password"),
        ({"ldap": LDAP | {"server": "http://ldap.shiomi.example"}}, "ldap.server"),
        ({"ldap": LDAP | {"server": "ldap://ldap.shiomi.example:x"}}, "ldap.server"),
        ({"ldap": LDAP | {"server": "ldap://who:secret@ldap.shiomi.example"}}, "ldap.server"),
        ({"ldap": LDAP | {"server": "ldap://ldap.shiomi.example", "plain": True}}, "ldap.plain"),
        ({"ldap": LDAP | {"plain": "yes"}}, "ldap.plain"),
        ({"ldap": LDAP | {"person": "uid=x"}}, "ldap.person"),
        ({"ldap": LDAP | {"search": SEARCH}}, "ldap.person"),
        ({"ldap": {"server": "ldaps://ldap.shiomi.example"}}, "ldap.person"),
        ({"ldap": LDAP | {"timeout_s": 0}}, "ldap.timeout_s"),
        ({"ldap": LDAP | {"timeout_s": True}}, "ldap.timeout_s"),
        ({"ldap": {"server": LDAP["server"], "search": SEARCH | {"filter": "uid={name}"}}}, "ldap.search.filter"),
        ({"ldap": {"server": LDAP["server"], "search": SEARCH | {"password_file": ""}}}, "ldap.search.password_file"),
        ({"ldap": {"server": LDAP["server"], "search": SEARCH | {"more": ""}}}, "ldap.search.more"),
        ({"oidc": OIDC | {"issuer": "http://id.shiomi.example"}}, "oidc.issuer"),
        ({"oidc": OIDC | {"issuer": "https://id.shiomi.example; script-src *"}}, "oidc.issuer"),
        ({"oidc": OIDC | {"origins": ["https://a.example/path"]}}, "oidc.origins"),
        ({"oidc": OIDC | {"origins": "https://a.example"}}, "oidc.origins"),
        ({"oidc": OIDC | {"claim": "email"}}, "oidc.claim"),
        ({"oidc": OIDC | {"claim": "name"}}, "oidc.claim"),
        ({"oidc": OIDC | {"title": {"ja": "a"}}}, "oidc.title.en"),
    ],
)
def test_read_directory_that_is_not_right_says_which_key(folder: Path, raw: object, key: str) -> None:
    error = _refuse(folder, raw)
    assert error.code == "MRS-I-070"
    assert key in error.message_ja
    assert key in error.message_en


@pytest.mark.parametrize(
    "text", ["ldap: [", "ldap: !!python/object/apply:os.system [true]", "\udcff", "a: " + "x" * 200_000]
)
def test_read_directory_that_is_no_yaml_is_refused(folder: Path, text: str) -> None:
    (folder / "directory.yaml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError) as caught:
        read_directory(folder)
    assert caught.value.code == "MRS-I-070"


@pytest.mark.parametrize("content", [None, "", "two\nlines", "\udcff"])
def test_secret_that_cannot_be_used_is_told_without_what_it_holds(folder: Path, content: str | None) -> None:
    path = folder / "secret"
    path.unlink()
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
        path.chmod(0o600)
    error = _refuse(folder, {"oidc": OIDC})
    assert error.code == "MRS-I-071"
    assert "two" not in error.message_en


def test_secret_that_others_may_read_is_refused(folder: Path) -> None:
    (folder / "secret").chmod(0o640)
    assert _refuse(folder, {"oidc": OIDC}).code == "MRS-I-071"


def test_missing_authority_is_told(folder: Path) -> None:
    assert _refuse(folder, {"ldap": LDAP | {"ca_file": "not-there.pem"}}).code == "MRS-I-071"


@pytest.mark.parametrize(("raw", "extra"), [({"ldap": LDAP}, "morasanu[ldap]"), ({"oidc": OIDC}, "morasanu[oidc]")])
def test_missing_extra_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch, raw: object, extra: str) -> None:
    monkeypatch.setattr(directory, "find_spec", lambda _: None)
    error = _refuse(folder, raw)
    assert error.code == "MRS-I-072"
    assert extra in error.message_en


@given(st.text())
@settings(max_examples=200)
def test_safe_address_never_breaks_out_of_a_header(address: str) -> None:
    for each in (address, f"https://{address}"):
        if is_safe_address(each):
            assert not set(each) & set(" ;,\"'")


def test_office_does_not_start_with_a_directory_that_is_not_right(tmp_path: Path) -> None:
    place = open_place(tmp_path / "data")
    (place.path / "directory.yaml").write_text("ldap: {server: http://x.example}", encoding="utf-8")
    command = [sys.executable, "-m", "morasanu.office", "prepare", "--data", str(place.path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "MRS-I-070" in done.stdout
    assert "ldap.server" in done.stdout
