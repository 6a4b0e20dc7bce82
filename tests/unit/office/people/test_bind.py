from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("ldap3", reason="needs the extra: ldap")

from hypothesis import given
from hypothesis import strategies as st
from ldap3.utils.dn import parse_dn
from tests.unit.office.people.slapd import (
    BASE,
    PASSWORD,
    PEOPLE,
    PERSON,
    READER,
    READER_PASSWORD,
    STRANGE,
    Slapd,
    run_slapd,
)
from tests.unit.source.certificate import make_certificate

from morasanu.errors import OutsideError
from morasanu.office.people.bind import escape, is_password_right, try_directory
from morasanu.office.people.directory import Ldap, Search

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def slapd() -> Iterator[Slapd]:
    with run_slapd() as running:
        yield running


@pytest.fixture
def search(tmp_path: Path) -> Search:
    path = tmp_path / "reader"
    path.write_text(READER_PASSWORD + "\n", encoding="utf-8")
    return Search(BASE, "(uid={name})", READER, path)


def _make(slapd: Slapd, *, is_tls: bool = True, **more: object) -> Ldap:
    port = slapd.tls_port if is_tls else slapd.port
    values: dict[str, object] = {"person": f"uid={{name}},{PEOPLE}", "search": None, "ca_file": slapd.certificate}
    return Ldap(
        **{"host": "localhost", "port": port, "is_tls": is_tls, "is_plain": False, "timeout_s": 5} | values | more
    )  # type: ignore[arg-type]


@pytest.fixture(params=["template", "search"])
def ldap(request: pytest.FixtureRequest, slapd: Slapd, search: Search) -> Ldap:
    return _make(slapd) if request.param == "template" else _make(slapd, person="", search=search)


def test_right_password_is_right(ldap: Ldap) -> None:
    assert is_password_right(ldap, PERSON, PASSWORD)


def test_right_password_over_start_tls_is_right(slapd: Slapd) -> None:
    assert is_password_right(_make(slapd, is_tls=False), PERSON, PASSWORD)


def test_right_password_without_encryption_on_this_machine_is_right(slapd: Slapd) -> None:
    assert is_password_right(_make(slapd, is_tls=False, is_plain=True), PERSON, PASSWORD)


@pytest.mark.parametrize("password", ["wrong", PASSWORD + " ", PASSWORD.upper(), "another one"])
def test_wrong_password_is_refused(ldap: Ldap, password: str) -> None:
    assert not is_password_right(ldap, PERSON, password)


def test_unknown_person_is_refused(ldap: Ldap) -> None:
    assert not is_password_right(ldap, "m9999", PASSWORD)


def test_empty_password_is_refused_before_anything_is_asked(ldap: Ldap) -> None:
    # this server lets in whoever gives a name and no password, as many do (RFC 4513, 5.1.2)
    assert not is_password_right(replace(ldap, port=1), PERSON, "")


def test_server_of_these_tests_would_let_an_empty_password_in(slapd: Slapd) -> None:
    person = f"uid={PERSON},{PEOPLE}".encode()
    asked = b"\x02\x01\x03\x04" + bytes([len(person)]) + person + b"\x80\x00"
    message = b"\x02\x01\x01\x60" + bytes([len(asked)]) + asked
    with socket.create_connection(("127.0.0.1", slapd.port), 5) as connection:
        connection.sendall(b"\x30" + bytes([len(message)]) + message)
        assert b"\x0a\x01\x00" in connection.recv(100)


@pytest.mark.parametrize(
    "name",
    ["*", "m04*", f"{PERSON})(uid=*", f"x)(|(uid={PERSON})", f"{PERSON},{PEOPLE}", f"{PERSON}+cn=invented", f"x,uid={PERSON}",
     f"{PERSON}\0", f"\\{PERSON}", f"#{PERSON}", f" {PERSON} x", READER, "m0417)(userPassword=*"],
)  # fmt: skip
def test_injection_in_the_name_is_refused(ldap: Ldap, name: str) -> None:
    assert not is_password_right(ldap, name, PASSWORD)


def test_name_with_signs_of_the_language_is_that_person(ldap: Ldap) -> None:
    assert is_password_right(ldap, STRANGE, PASSWORD)


@given(st.text(min_size=1, max_size=40))
def test_escaped_name_is_one_value_whatever_it_is(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        return
    parts = parse_dn(f"uid={escape(name)},{PEOPLE}")
    assert [part[0] for part in parts] == ["uid", "ou", "dc", "dc"]
    assert not set(escape(name)) & set('*()\0,+"<>;=# ')


@pytest.mark.parametrize("is_tls", [True, False])
def test_foreign_certificate_is_refused(slapd: Slapd, tmp_path: Path, is_tls: bool) -> None:
    other, _ = make_certificate(tmp_path)
    with pytest.raises(OutsideError) as caught:
        is_password_right(_make(slapd, is_tls=is_tls, ca_file=other), PERSON, PASSWORD)
    assert caught.value.code == "MRS-O-070"


@pytest.mark.parametrize("is_tls", [True, False])
def test_certificate_for_another_host_is_refused(slapd: Slapd, monkeypatch: pytest.MonkeyPatch, is_tls: bool) -> None:
    find = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *rest, **more: find("127.0.0.1", *rest, **more))
    with pytest.raises(OutsideError) as caught:
        is_password_right(_make(slapd, is_tls=is_tls, host="ldap.other.example"), PERSON, PASSWORD)
    assert caught.value.code == "MRS-O-070"


def test_server_without_our_authority_in_the_systems_list_is_refused(slapd: Slapd) -> None:
    with pytest.raises(OutsideError):
        is_password_right(_make(slapd, ca_file=None), PERSON, PASSWORD)


def test_server_that_is_away_is_told_as_such(ldap: Ldap) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(OutsideError) as caught:
            is_password_right(replace(ldap, port=taken.getsockname()[1]), PERSON, PASSWORD)
    assert caught.value.code == "MRS-O-070"


@contextmanager
def _run_silent() -> Iterator[int]:
    """Yield the port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.mark.parametrize(("is_tls", "is_plain"), [(True, False), (False, False), (False, True)])
def test_silent_server_is_given_up(slapd: Slapd, is_tls: bool, is_plain: bool) -> None:
    with _run_silent() as port:
        began = time.monotonic()
        ldap = _make(slapd, is_tls=is_tls, is_plain=is_plain, port=port, timeout_s=1)
        with pytest.raises(OutsideError) as caught:
            is_password_right(ldap, PERSON, PASSWORD)
    assert caught.value.code == "MRS-O-070"
    assert time.monotonic() - began < 5


def test_slow_server_does_not_take_every_thread(slapd: Slapd) -> None:
    with _run_silent() as port:
        ldap = _make(slapd, port=port, timeout_s=3)

        def ask() -> None:
            with pytest.raises(OutsideError):
                is_password_right(ldap, PERSON, PASSWORD)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.2)
        began = time.monotonic()
        ask()
        assert time.monotonic() - began < 2
        for thread in threads:
            thread.join()
    assert is_password_right(_make(slapd), PERSON, PASSWORD)


def test_service_account_with_a_wrong_password_is_told_as_such(slapd: Slapd, search: Search) -> None:
    search.password_file.write_text("wrong", encoding="utf-8")
    for ask in (lambda ldap: is_password_right(ldap, PERSON, PASSWORD), try_directory):
        with pytest.raises(OutsideError) as caught:
            ask(_make(slapd, person="", search=search))
        assert caught.value.code == "MRS-O-072"


def test_search_that_finds_two_lets_nobody_in(slapd: Slapd, search: Search) -> None:
    wide = replace(search, pattern="(|(uid={name})(cn=invented))")
    assert not is_password_right(_make(slapd, person="", search=wide), PERSON, PASSWORD)


def test_error_holds_neither_name_nor_password(slapd: Slapd) -> None:
    with pytest.raises(OutsideError) as caught:
        is_password_right(_make(slapd, port=1), PERSON, PASSWORD)
    said = f"{caught.value.message_ja} {caught.value.message_en}"
    assert PERSON not in said
    assert PASSWORD not in said


def test_try_directory_that_is_there_says_nothing(ldap: Ldap) -> None:
    try_directory(ldap)


def test_try_directory_reaches_start_tls_too(slapd: Slapd, tmp_path: Path) -> None:
    try_directory(_make(slapd, is_tls=False))
    other, _ = make_certificate(tmp_path)
    with pytest.raises(OutsideError):
        try_directory(_make(slapd, is_tls=False, ca_file=other))
