"""IMAP servers that lie, hang, break off or flood: what they do costs what it costs them, and is told."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.certificate import make_certificate
from tests.unit.source.scripted import Talk, numbers, scripted

from morasanu.errors import InputError, InspectError, OutsideError
from morasanu.source import imap, imap_wire
from morasanu.source.imap import open_place
from morasanu.source.interface import Access, Item

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from morasanu.source.imap import ImapSource

SECRETS = {"user": "audit", "password": "himitsu", "tls": "none"}
FIRST = "INBOX/uid-7.eml"


def open_at(url: str, **secrets: str) -> ImapSource:
    return open_place(url, Access({**SECRETS, **secrets}))


def list_all(url: str) -> list[Item]:
    source = open_at(url)
    items = list(source.items())
    source.close()
    return items


def read(url: str, path: str = FIRST) -> bytes:
    source = open_at(url)
    try:
        with source.open(f"{url}/{path}") as file:
            return file.read()
    finally:
        source.close()


def refusal_of(act: Callable[[], object]) -> str:
    with pytest.raises((InputError, OutsideError, InspectError)) as caught:
        act()
    assert "himitsu" not in str(caught.value) + caught.value.message_ja
    return caught.value.code


def test_only_reading_commands_are_ever_sent() -> None:
    with scripted() as server:
        source = open_at(server.url)
        for item in source.items():
            with source.open(item.path) as file:
                assert file.read() == b"mail"
        source.close()
    verbs = {b" ".join(command.split(b" ")[1 : 3 if b" UID " in command else 2]) for command in server.commands}
    assert verbs <= {b"CAPABILITY", b"AUTHENTICATE", b"LIST", b"EXAMINE", b"FETCH", b"UID FETCH", b"LOGOUT"}
    assert all(b"BODY[" not in command for command in server.commands)


@pytest.mark.parametrize(
    ("replies", "code"),
    [
        ({"CAPABILITY": b"* CAPABILITY IMAP4 AUTH=PLAIN\r\n%s OK done\r\n"}, "MRS-O-032"),
        ({"CAPABILITY": b"* CAPABILITY IMAP4rev1 LOGINDISABLED\r\n%s OK done\r\n"}, "MRS-O-032"),
        ({"CAPABILITY": b"%s OK done\r\n"}, "MRS-O-032"),
        ({"CAPABILITY": b"%s NO no\r\n"}, "MRS-O-032"),
        ({"greeting": b"* BYE too many connections\r\n"}, "MRS-O-030"),
        ({"greeting": b"220 mail.shiomi.example ESMTP\r\n"}, "MRS-O-030"),
        ({"greeting": b"\xff" * 2_000_000}, "MRS-O-030"),
        ({"greeting": b""}, "MRS-O-030"),
        ({"answer": b"%s NO himitsu\r\n"}, "MRS-I-032"),
        ({"LIST": b"%s NO himitsu\r\n"}, "MRS-O-032"),
        ({"LIST": b"* LIST {99999999999}\r\n"}, "MRS-O-030"),
    ],
)
def test_server_that_cannot_what_is_needed_is_refused(
    replies: dict[str, bytes], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imap_wire, "SILENCE_S", 0.3)
    with scripted(replies) as server:
        assert refusal_of(lambda: open_at(server.url)) == code


def test_server_that_is_not_there_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert refusal_of(lambda: open_at(f"imap://127.0.0.1:{port}")) == "MRS-O-030"


@pytest.mark.parametrize(
    ("url", "tls"),
    [("imap://mail.shiomi.example", "none"), ("imaps://localhost", "none"), ("imap://localhost", "perhaps")],
)
def test_password_never_leaves_this_machine_in_the_open(url: str, tls: str) -> None:
    assert refusal_of(lambda: open_at(url, tls=tls)) == "MRS-I-034"


@pytest.mark.parametrize("greeting", [b"* OK hello\r\n", b"* PREAUTH hello\r\n"])
def test_server_without_starttls_gets_no_password(greeting: bytes) -> None:
    with scripted({"greeting": greeting}) as server:
        assert refusal_of(lambda: open_at(server.url, tls="")) == "MRS-O-032"
    assert [command.split(b" ")[1] for command in server.commands] == [b"CAPABILITY"]


CAN_TLS = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN\r\n%s OK done\r\n"}


@pytest.mark.parametrize(("injected", "code"), [(b"", ""), (b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "MRS-O-030")])
def test_attack_words_before_tls_is_refused(injected: bytes, code: str, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    with scripted({**CAN_TLS, "STARTTLS": b"%s OK go\r\n" + injected}, context) as server:
        if code:
            assert refusal_of(lambda: open_at(server.url, tls="", ca_file=str(certificate))) == code
            assert not any(b"AUTHENTICATE" in command for command in server.commands)
        else:
            open_at(server.url, tls="", ca_file=str(certificate)).close()


def test_server_that_refuses_starttls_gets_no_password() -> None:
    with scripted({**CAN_TLS, "STARTTLS": b"%s NO no\r\n"}) as server:
        assert refusal_of(lambda: open_at(server.url, tls="")) == "MRS-O-032"
    assert not any(b"AUTHENTICATE" in command for command in server.commands)


def test_login_is_used_where_there_is_nothing_else_and_quoted() -> None:
    with scripted({"CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n%s OK done\r\n"}) as server:
        open_at(server.url, user='a "b"', password='c\\"').close()
        assert server.commands[1].partition(b" ")[2] == b'LOGIN "a \\"b\\"" "c\\\\\\""'
        assert refusal_of(lambda: open_at(server.url, password="a\r\nx LOGOUT")) == "MRS-I-032"
        assert not any(b"x LOGOUT" in command for command in server.commands)


def test_token_is_used_by_xoauth2_and_a_refusal_is_told() -> None:
    can = {"CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\r\n%s OK done\r\n"}
    with scripted(can) as server:
        open_at(server.url, password="", token="abc").close()
    with scripted({**can, "answer": b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n%s NO no\r\n"}) as server:
        assert refusal_of(lambda: open_at(server.url, password="", token="himitsu")) == "MRS-I-032"


@pytest.mark.parametrize(
    "answer",
    [
        b"* 1 FETCH (UID 7 BODY[]<0> {99999999999}\r\n",
        b"* 1 FETCH (UID 7 BODY[]<0> {" + b"9" * 5000 + b"}\r\n",
        b"* 1 FETCH (UID 7 BODY[]<0> {4}\r\nmail)\r\n" * 400_000,
        b"+ go on\r\n" * 2_000_000,
        b"x" * 2_000_000,
    ],
    ids=["huge literal", "number of 5,000 digits", "endless answers", "endless prompts", "endless line"],
)
def test_attack_flood_is_cut_off(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap, "CHUNK_BYTES", 50_000)
    with scripted({"UID": answer}) as server:
        assert refusal_of(lambda: read(server.url)) == "MRS-X-009"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"%s OK done\r\n", "MRS-X-001"),
        (b"* 1 FETCH (UID 8 BODY[]<0> {1}\r\nx)\r\n%s OK done\r\n", "MRS-X-001"),
        (b"%s NO [EXPUNGEISSUED] himitsu\r\n", "MRS-X-001"),
        (b"%s NO [NOPERM] himitsu\r\n", "MRS-X-002"),
        (b"%s NO himitsu\r\n", "MRS-X-009"),
        (b"%s BAD himitsu\r\n", "MRS-X-009"),
        (b"* 1 FETCH (UID 7 RFC822.SIZE 9999999999999 BODY[]<0> {1}\r\nx)\r\n%s OK done\r\n", "MRS-X-022"),
        (b"* 1 FETCH (UID 7 RFC822.SIZE 90000 BODY[]<0> {1}\r\nx)\r\n%s OK done\r\n", "MRS-X-009"),
        (b"* BYE shutting down himitsu\r\n", "MRS-X-040"),
    ],
)
def test_message_that_cannot_be_had_is_told_with_its_reason(answer: bytes, code: str) -> None:
    with scripted({"UID": answer}) as server:
        assert refusal_of(lambda: read(server.url)) == code


@pytest.mark.parametrize(
    "body",
    [b'* 1 FETCH (BODY[]<0> "mail" UID 7)', b"* 1 FETCH (BODY[] {4}\r\nmail UID 7)\r\n* 2 FETCH (FLAGS ())"],
)
def test_answers_may_be_given_in_other_ways(body: bytes) -> None:
    with scripted({"UID": body + b"\r\n%s OK done\r\n"}) as server:
        assert read(server.url) == b"mail"


def test_connection_that_breaks_is_made_again_once() -> None:
    def break_first(talk: Talk, tag: bytes, _: bytes) -> None:
        if talk.number == 1:
            talk.hang_up()
        talk.say(b"* 1 FETCH (UID 7 BODY[]<0> {4}\r\nmail)\r\n" + tag + b" OK done\r\n")

    with scripted({"UID": break_first}) as server:
        assert read(server.url) == b"mail"
        assert server.connections == 2


def test_server_that_keeps_breaking_off_is_given_up() -> None:
    with scripted({"UID": lambda talk, *_: talk.hang_up()}) as server:
        source = open_at(server.url)
        for _ in range(20):
            assert refusal_of(lambda: source.open(f"{server.url}/{FIRST}")) == "MRS-X-040"
        assert server.connections <= 21
        source.close()


def test_server_that_falls_silent_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_wire, "SILENCE_S", 0.2)
    with scripted({"UID": b"* 1 FETCH (UID 7 BODY[]<0> {4}\r\nma"}) as server:
        assert refusal_of(lambda: read(server.url)) == "MRS-X-040"


def test_attack_drip_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_wire, "ANSWER_S", 0.3)

    def drip(talk: Talk, *_: bytes) -> None:
        while True:
            talk.say(b"* OK still there\r\n")

    with scripted({"UID": drip}) as server:
        assert refusal_of(lambda: read(server.url)) in ("MRS-X-040", "MRS-X-009")


def test_mailbox_whose_numbers_are_renewed_midway_is_told() -> None:
    def examine(talk: Talk, tag: bytes, _: bytes) -> None:
        talk.say(b"* 1 EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n" % talk.number + tag + b" OK done\r\n")

    def fetch(talk: Talk, tag: bytes, line: bytes) -> None:
        if b"<0." not in line and talk.number == 1:
            talk.hang_up()
        talk.say(b"* 1 FETCH (UID 7 RFC822.SIZE 20 BODY[] {10}\r\nhalf a mai)\r\n" + tag + b" OK done\r\n")

    with scripted({"EXAMINE": examine, "UID": fetch}) as server:
        assert refusal_of(lambda: read(server.url)) == "MRS-X-004"


def mailbox(count: int, *, break_at: int = 0) -> dict[str, object]:
    """Return replies of a mailbox whose messages have the numbers 10, 20, …; once the listing breaks off at `break_at`."""
    gone: list[int] = []

    def examine(talk: Talk, tag: bytes, _: bytes) -> None:
        exists = count - len(gone)
        talk.say(b"* %d EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n" % exists + tag + b" OK done\r\n")

    def fetch(talk: Talk, tag: bytes, line: bytes) -> None:
        low, high = numbers(line)
        if break_at and low > break_at and not gone:
            gone.append(1)  # the first message goes, so that all numbers move
            talk.hang_up()
        uids = [10 * number for number in range(1 + len(gone), count + 1)][low - 1 : high]
        lines = [b"* %d FETCH (UID %d RFC822.SIZE 9)\r\n" % (low + place, uid) for place, uid in enumerate(uids)]
        talk.say(b"".join(lines) + tag + b" OK done\r\n")

    return {"EXAMINE": examine, "FETCH": fetch}


@pytest.mark.parametrize("break_at", [0, 700])
def test_big_mailbox_is_listed_whole_even_when_the_connection_breaks(break_at: int) -> None:
    with scripted(mailbox(3_000, break_at=break_at)) as server:
        items = list_all(server.url)
    assert [item.path.rpartition("-")[2] for item in items] == [f"{10 * number}.eml" for number in range(1, 3_001)]
    assert not any(item.problem for item in items)


def test_listing_that_keeps_breaking_off_ends_and_is_told() -> None:
    def fetch(talk: Talk, tag: bytes, line: bytes) -> None:
        if numbers(line)[0] > 1:
            talk.hang_up()
        mailbox(2_000)["FETCH"](talk, tag, line)  # type: ignore[operator]

    with scripted({**mailbox(2_000), "FETCH": fetch}) as server:
        items = list_all(server.url)
    assert len(items) == 501
    assert items[-1].problem is not None
    assert items[-1].path == f"{server.url}/INBOX/"


@pytest.mark.parametrize(
    ("replies", "paths", "codes"),
    [
        ({"EXAMINE": b"* 4294967295 EXISTS\r\n%s OK done\r\n", "FETCH": b"%s OK done\r\n"}, ["INBOX/"], ["MRS-X-009"]),
        ({"EXAMINE": b"%s NO [NOPERM] x\r\n"}, ["INBOX/"], ["MRS-X-002"]),
        ({"EXAMINE": b"%s BAD x\r\n"}, ["INBOX/"], ["MRS-X-009"]),
        ({"FETCH": b"%s NO x\r\n"}, ["INBOX/messages 1-1"], ["MRS-X-009"]),
        ({"FETCH": b"* 1 FETCH (UID 7)\r\n* 1 FETCH (UID 7)\r\n%s OK x\r\n"}, [FIRST], [None]),
        ({"LIST": b'* LIST (\\Noselect) "/" a\r\n%s OK x\r\n'}, [], []),
        ({"LIST": b'* LIST () "/" {3}\r\na\r\n\r\n%s OK x\r\n'}, ["a%0D%0A/"], ["MRS-X-009"]),
        ({"LIST": b'* LIST () "/" a\r\n* LIST () "/" a\r\n%s OK x\r\n'}, ["a/uid-7.eml"], [None]),
    ],
)
def test_listing_tells_what_it_could_not_list(
    replies: dict[str, object], paths: list[str], codes: list[str | None]
) -> None:
    with scripted(replies) as server:
        items = list_all(server.url)
    assert [item.path for item in items] == [f"{server.url}/{path}" for path in paths]
    assert [item.problem and item.problem.code for item in items] == codes


def test_listing_of_a_server_that_went_away_is_told() -> None:
    with scripted() as server:
        source = open_at(server.url)
    items = list(source.items())
    source.close()
    assert [item.problem and item.problem.code for item in items] == ["MRS-X-040"]


@pytest.mark.parametrize(
    "examine",
    [b"* 1 EXISTS\r\n%s OK x\r\n", b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n* NO [UIDNOTSTICKY] x\r\n%s OK x\r\n"],
)
def test_message_whose_number_does_not_last_has_no_version(examine: bytes) -> None:
    with scripted({"EXAMINE": examine}) as server:
        assert [item.version for item in list_all(server.url)] == [""]
