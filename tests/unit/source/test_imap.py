"""Mailboxes of a real server: all is listed and read, and nothing about them changes."""

from __future__ import annotations

import os
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.dovecot import run_dovecot

from morasanu.errors import InputError, InspectError, OutsideError
from morasanu.extract.recognise import recognise
from morasanu.source import imap
from morasanu.source.credential import Credentials
from morasanu.source.imap import ImapSource, open_place
from morasanu.source.imap_reply import encode_folder
from morasanu.source.interface import Access
from morasanu.source.place import open_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.unit.source.dovecot import Dovecot


def make_mail(text: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "花子 <hanako@shiomi.example>", "audit@shiomi.example"
    mail["Subject"] = "名簿"
    mail.set_content(text)
    return mail.as_bytes().replace(b"\n", b"\r\n")


MAILS = {
    "": {"1.M1.h:2,": make_mail("一通目"), "2.M1.h:2,S": make_mail("二通目"), "3.M1.h:2,FT": make_mail("削除予定")},
    f".{encode_folder('受信箱').decode()}": {"1.M1.h:2,": make_mail("受信箱の中")},
    f".{encode_folder('受信箱').decode()}.{encode_folder('50% & co').decode()}": {"1.M1.h:2,": make_mail("下の箱")},
    ".Empty": {},
}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    with run_dovecot() as server:
        for folder, mails in MAILS.items():
            for name, mail in mails.items():
                server.add(name, mail, folder)
        yield server


@pytest.fixture(params=["imaps", "imap"])
def url(request: pytest.FixtureRequest, dovecot: Dovecot) -> str:
    return f"{request.param}://localhost:{getattr(dovecot, request.param)}"


@pytest.fixture
def source(url: str, dovecot: Dovecot) -> Iterator[ImapSource]:
    made = open_place(url, Access(dovecot.secrets()))
    yield made
    made.close()


def test_every_message_of_every_folder_is_listed_once_below_the_address(source: ImapSource, url: str) -> None:
    items = list(source.items())
    assert [item.path.removeprefix(url) for item in items] == [
        "/INBOX/uid-1.eml", "/INBOX/uid-2.eml", "/INBOX/uid-3.eml",
        "/受信箱/uid-1.eml", "/受信箱/50%25 & co/uid-1.eml",
    ]  # fmt: skip
    assert {item.place.removeprefix(url) for item in items} == {"/INBOX", "/受信箱", "/受信箱/50%25 & co"}
    assert all(item.problem is None and item.version.endswith(item.path[-5]) for item in items)


def test_message_is_read_as_it_is_and_known_for_a_mail(source: ImapSource) -> None:
    read = []
    for item in source.items():
        with source.open(item.path) as file:
            os.fstat(file.fileno())
            assert recognise(file, item.path) == "eml"
            data = file.read()
        assert len(data) == item.size_bytes
        assert source.version(item.path) == item.version
        read.append(data)
    assert sorted(read) == sorted(mail for mails in MAILS.values() for mail in mails.values())


def test_nothing_is_marked_moved_or_changed(source: ImapSource, dovecot: Dovecot) -> None:
    before = dovecot.snapshot()
    for item in source.items():
        source.open(item.path).close()
    assert dovecot.snapshot() == before
    assert [name for name in before if name.endswith(",S")] == ["cur/2.M1.h:2,S"]


def test_version_asked_for_at_another_time_is_the_same(source: ImapSource, url: str, dovecot: Dovecot) -> None:
    versions = {item.path: item.version for item in source.items()}
    other = open_place(url, Access(dovecot.secrets()))
    assert {path: other.version(path) for path in versions} == versions
    other.close()


def test_long_message_comes_in_chunks(source: ImapSource, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "CHUNK_BYTES", 50)
    items = {item.path: item.size_bytes for item in source.items()}
    for path, size_bytes in items.items():
        with source.open(path) as file:
            assert len(file.read()) == size_bytes


def test_many_messages_are_listed_in_pages(source: ImapSource, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(source.items())
    monkeypatch.setattr(imap, "LISTED", 2)
    assert list(source.items()) == whole


def test_address_of_a_folder_gives_it_and_what_lies_below(dovecot: Dovecot) -> None:
    for name in ("受信箱", "%E5%8F%97%E4%BF%A1%E7%AE%B1/"):
        url = f"imaps://localhost:{dovecot.imaps}/{name}"
        source = open_place(url, Access(dovecot.secrets()))
        paths = [item.path for item in source.items()]
        assert len(paths) == 2
        assert all(path.startswith(url) for path in paths)
        source.open(paths[0]).close()
        source.close()


def test_inbox_may_be_written_in_any_case(dovecot: Dovecot) -> None:
    source = open_place(f"imaps://localhost:{dovecot.imaps}/inbox", Access(dovecot.secrets()))
    assert len(list(source.items())) == 3
    source.close()


def test_message_above_the_limit_is_told(dovecot: Dovecot) -> None:
    source = open_place(f"imaps://localhost:{dovecot.imaps}", Access(dovecot.secrets(), spool_bytes=20))
    with pytest.raises(InspectError) as caught:
        source.open(next(source.items()).path)
    assert caught.value.code == "MRS-X-022"
    source.close()


def test_message_that_went_away_is_told(source: ImapSource, url: str, dovecot: Dovecot) -> None:
    dovecot.add("9.M1.h:2,", make_mail("消える"), ".Gone", "other")
    other = open_place(f"{url}/Gone", Access(dovecot.secrets("other")))
    (item,) = other.items()
    (dovecot.mail / "other" / ".Gone" / "cur" / "9.M1.h:2,").unlink()
    for ask in (other.open, other.version):
        with pytest.raises(InspectError) as caught:
            ask(item.path)
        assert caught.value.code == "MRS-X-001"
    other.close()
    for path in (f"{url}/Nix/uid-1.eml", f"{url}/INBOX/uid-77.eml", f"{url}/INBOX/x"):
        with pytest.raises(InspectError) as caught:
            source.open(path)
        assert caught.value.code == "MRS-X-001"


def test_folder_that_may_not_be_opened_is_told_and_the_rest_is_read(dovecot: Dovecot) -> None:
    for folder in ("", ".Closed", ".Other"):
        dovecot.add("1.M1.h:2,", make_mail("秘"), folder, "third")
    closed = dovecot.mail / "third" / ".Closed" / "cur"
    closed.chmod(0)
    url = f"imaps://localhost:{dovecot.imaps}"
    try:
        source = open_place(url, Access(dovecot.secrets("third")))
        items = [(item.path.removeprefix(url), item.problem is None) for item in source.items()]
        source.close()
    finally:
        closed.chmod(0o700)
    assert items == [("/Closed/", False), ("/INBOX/uid-1.eml", True), ("/Other/uid-1.eml", True)]


@pytest.mark.parametrize(
    ("secrets", "code"),
    [
        ({"password": "x"}, "MRS-I-032"),
        ({"user": "nobody"}, "MRS-I-032"),
        ({"ca_file": None}, "MRS-O-031"),
        ({"ca_file": "/nonexistent"}, "MRS-I-001"),
        ({"token": "abc"}, "MRS-O-032"),
        ({"user": None}, "MRS-I-031"),
        ({"password": None}, "MRS-I-031"),
        ({"pasword": "x"}, "MRS-I-031"),
    ],
)
def test_login_that_cannot_be_is_refused(dovecot: Dovecot, secrets: dict[str, str | None], code: str) -> None:
    given = {name: value for name, value in {**dovecot.secrets(), **secrets}.items() if value is not None}
    with pytest.raises((InputError, OutsideError)) as caught:
        open_place(f"imaps://localhost:{dovecot.imaps}", Access(given))
    assert caught.value.code == code
    assert dovecot.secrets()["password"] not in str(caught.value) + caught.value.message_ja


def test_folder_that_is_not_there_is_refused(dovecot: Dovecot) -> None:
    with pytest.raises(InputError) as caught:
        open_place(f"imaps://localhost:{dovecot.imaps}/Nix", Access(dovecot.secrets()))
    assert caught.value.code == "MRS-I-033"


def test_certificate_of_another_name_is_not_trusted(dovecot: Dovecot) -> None:
    with pytest.raises(OutsideError) as caught:  # the certificate names localhost and 127.0.0.1
        open_place(f"imaps://127.0.0.2:{dovecot.imaps}", Access(dovecot.secrets()))
    assert caught.value.code in ("MRS-O-031", "MRS-O-030")  # or nothing listens there


def test_scan_reaches_it_by_its_address(dovecot: Dovecot) -> None:
    url = f"imaps://localhost:{dovecot.imaps}"
    source = open_places([url], Credentials([{"url": url, **dovecot.secrets()}]))
    assert len(list(source.items())) == 5
