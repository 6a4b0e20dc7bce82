"""Mail on disks, as programs keep it: known without a suffix, read whole, or told; text that only looks like it stays text."""

from __future__ import annotations

from email.message import EmailMessage
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.extract.test_message import make_ole

from morasanu.extract.interface import Limits, Piece, Task, Unread
from morasanu.extract.mail.shape import is_message, recognise_mail
from morasanu.extract.recognise import recognise
from morasanu.extract.registry import load_extractors
from morasanu.extract.walk import walk

PLIST = b'<?xml version="1.0"?><!DOCTYPE plist PUBLIC "-" "x"><plist><dict><key>subject</key><string>p</string></dict></plist>'


def make_mail(text: str = "本文 090-0000-0000") -> bytes:
    mail = EmailMessage()
    mail["From"], mail["Subject"] = "hanako@shiomi.example", "名簿 %PDF-1.7"
    mail.set_content(text, cte="base64")
    mail.add_attachment(
        "氏名\n能勢\n".encode("cp932"), maintype="application", subtype="octet-stream", filename="a.csv"
    )
    return mail.as_bytes()


MAIL = make_mail()
SENT = b"From: a@shiomi.example\nSubject: x\n\nhello"
MBOX = b"From a@shiomi.example Tue Nov 24 10:00:00 2026\n"


def read(data: bytes, name: str, limits: Limits | None = None) -> list[Piece | Unread]:
    return list(walk(BytesIO(data), Task(name, (), limits or Limits()), load_extractors()))


def text_of(found: list[Piece | Unread]) -> str:
    return "".join(out.text for out in found if isinstance(out, Piece))


def codes(found: list[Piece | Unread]) -> list[str]:
    return [out.code for out in found if isinstance(out, Unread)]


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (MAIL, "1616161616.M1P2.host:2,S", "eml"),
        (MAIL, "1616161616.M1P2.host", "eml"),
        (SENT, "1616161616.M1P2Q3.host,S=40:2,FS", "eml"),
        (SENT, "1616161616.M1P2.host;2,", "eml"),
        (SENT, "memo", ""),
        (SENT, "1616161616.log", ""),
        (b"Received: from a by b; now\n  folded\nDelivered-To: x\n\n", "1", "eml"),
        (b"Return-Path: <>\r\nReceived: by a\r\n" + b"X-Long: " + b"x" * 5_000, "new/1", "eml"),
        (b"From: <Saved by a browser>\nMIME-Version: 1.0\nContent-Type: multipart/related\n\n", "page", "eml"),
        (SENT, "page.mht", "eml"),
        (b"<html>", "page.mht", ""),
        (b"From - Tue Nov 24 10:00:00 2026\r\nFrom: a\r\n", "INBOX", "mbox"),
        (b"From \r\n" + MAIL, "Sent", "mbox"),
        (b'From "a b"@shiomi.example\n' + MAIL, "Sent", "mbox"),
        (b"From \r\nhere to there", "Sent", ""),
        (b"%d   \n" % len(MAIL) + MAIL, "1", "emlx"),
        (b"40\n" + SENT, "1.emlx", "emlx"),
        (b"40\n" + SENT, "1", ""),
        (MAIL, "box.bmf", "bmf"),
        (b"!BDN\x00", "a.ost", "pst"),
        (b"\xcf\xad\x12\xfe\xc5", "a", "dbx"),
        (b"\x1a\x00\x00\x04\x00\x00\x29", "a", "nsf"),
        (make_ole({"__properties_version1.0": b"x" * 40}), "template.oft", "msg"),
        (b"Subject: %PDF-1.7\nFrom: a\n\n", "a.eml", "eml"),
    ],
)
def test_mail_is_known_by_its_head_and_where_that_leaves_it_open_by_its_name(
    data: bytes, name: str, expected: str
) -> None:
    assert recognise(BytesIO(data), name) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "差出人: 山田\n件名: 名簿\n\n本文",
        "From: 山田\nTo: 佐藤\nDate: 2026-11-24\nSubject: 名簿\n\n本文",
        "From here\nMessage-ID: <a@b>\n",
        "Message-ID: <a@b>\n",
        "Message-ID: unknown\nFrom: a\n\n",
        "MIME-Version: 1.0 and From: a\n",
        "The header was:\nReceived: from a\nFrom: b\n\n",
        "Received: 3 boxes\nFrom: the factory\n\n",
        "Received: from a\nand so on\nFrom: b\n\n",
        "Metadata-Version: 2.1\nName: x\nVersion: 1\n\n",
        "dn: cn=a\nmail: a@shiomi.example\n\n",
        "Return-Path: none\nSubject: x\n\n",
    ],
)
def test_text_that_only_looks_like_mail_stays_text(text: str) -> None:
    assert not is_message(text.encode())
    assert recognise_mail(text.encode(), "memo.txt") == ""


@given(st.binary(max_size=300), st.text(max_size=20))
def test_attack_any_head_is_looked_at_without_an_error(head: bytes, name: str) -> None:
    recognise_mail(b"Received: from a\n" + head, name)


@pytest.mark.parametrize(
    ("data", "name", "times"),
    [
        (MAIL, "1616161616.M1P2.host:2,S", 1),
        (b"From - Tue Nov 24 10:00:00 2026\r\nX-Mozilla-Status: 0001\r\n" + MAIL, "INBOX", 1),
        (MBOX + MAIL + b"\nFrom - \r\n" + MAIL + b"\nFrom \r\n" + MAIL + b"\nFrom now on\n", "INBOX", 3),
        (b"From \r\n" + MAIL + b"\r\nFrom \r\n" + MAIL, "Sent", 2),
        (b"%d   \n" % len(MAIL) + MAIL + PLIST, "1.emlx", 1),
        (MAIL, "page.mhtml", 1),
    ],
)
def test_texts_and_attachments_of_every_message_are_read(data: bytes, name: str, times: int) -> None:
    found = read(data, name)
    assert text_of(found).count("090-0000-0000") == text_of(found).count("能勢") == times
    assert codes(found) == []


def test_what_apple_mail_notes_is_read_too() -> None:
    assert "<string>p</string>" in text_of(read(b"%d\n" % len(MAIL) + MAIL + PLIST, "1.emlx"))


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"99999\n" + MAIL, "MRS-X-021"), (b"x\n" + MAIL, "MRS-X-021"), (b"-5\n" + MAIL, "MRS-X-021")],
)
def test_message_of_apple_mail_whose_length_is_wrong_is_told(data: bytes, code: str) -> None:
    extractor = load_extractors()["emlx"]
    found: list[str] = []
    try:
        found += [out.code for out in extractor.extract(BytesIO(data), Task("1.emlx")) if isinstance(out, Unread)]
    except Exception as error:  # noqa: BLE001 - whichever way it is told
        found.append(getattr(error, "code", ""))
    assert found == [code]


def test_long_message_of_apple_mail_is_cut_and_told() -> None:
    found = read(b"%d\n" % len(MAIL) + MAIL + PLIST, "1.emlx", Limits(member_bytes=200))
    assert codes(found).count("MRS-X-022") == 1
    assert "<string>p</string>" in text_of(found)


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("smime.p7m", b"0\x80\x06\x09*\x86H\x86\xf7\r\x01\x07\x03" + bytes(range(256)), "MRS-X-020"),
        ("a.asc", b"-----BEGIN PGP MESSAGE-----\n\nhQ==", "MRS-X-005"),
    ],
)
def test_encrypted_mail_is_told(name: str, data: bytes, code: str) -> None:
    mail = EmailMessage()
    mail["From"] = "hanako@shiomi.example"
    mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    assert codes(read(mail.as_bytes(), "a.eml")) == [code]


@pytest.mark.parametrize("name", ["a.pst", "a.ost", "a.dbx", "a.nsf", "a.bmf"])
def test_mailbox_that_nobody_reads_yet_is_told(name: str) -> None:
    magic = {"pst": b"!BDN", "ost": b"!BDN", "dbx": b"\xcf\xad\x12\xfe", "nsf": b"\x1a\0\0\x04\0\0", "bmf": MAIL}
    found = read(magic[name[2:]] + b"x" * 100, name)
    assert codes(found) == ["MRS-X-005"]
    assert text_of(found) == ""
