"""What mail carries in formats of its own: winmail.dat, signatures."""

from __future__ import annotations

import struct
from io import BytesIO

from tests.unit.extract.made import collect

from morasanu.extract.interface import Task
from morasanu.extract.mail.smime import SmimeExtractor
from morasanu.extract.mail.tnef import TnefExtractor
from morasanu.extract.recognise import recognise

NAME = "能勢 佳代"


def attribute(name: int, body: bytes) -> bytes:
    return struct.pack("<BHHI", 1, name, 0, len(body)) + body + b"\0\0"


def padded(data: bytes) -> bytes:
    return struct.pack("<I", len(data)) + data + bytes(-len(data) % 4)


def values(*given: tuple[int, int, bytes]) -> bytes:
    return struct.pack("<I", len(given)) + b"".join(struct.pack("<HH", kind, tag) + body for kind, tag, body in given)


def wide(text: str) -> bytes:
    return struct.pack("<I", 1) + padded(text.encode("utf-16-le") + b"\0\0")


def winmail() -> bytes:
    named = struct.pack("<16xII", 1, 4) + "担当".encode("utf-16-le") + wide("営業部")
    person = values((0x1F, 0x3001, wide(NAME)), (0x1F, 0x3003, wide("k.nose@shiomi.example")), (3, 0x0C15, bytes(4)))
    message = values(
        (0x1F, 0x0037, wide("名簿の件")),
        (0x40, 0x0039, bytes(8)),
        (0x1F, 0x8005, named),
        (0x1002, 0x1234, struct.pack("<I", 2) + bytes(8)),
    )
    return b"\x78\x9f\x3e\x22\1\0" + b"".join((
        attribute(0x9007, struct.pack("<II", 932, 0)),
        attribute(0x800C, "本文です\r\n".encode("cp932")),
        attribute(0x9004, struct.pack("<I", 1) + person),
        attribute(0x9003, message),
        attribute(0x9002, bytes(14)),
        attribute(0x8010, "短い.csv\0".encode("cp932")),
        attribute(0x800F, b"data"),
        attribute(0x9005, values((0x1F, 0x3707, wide("長い名前.csv")))),
    ))  # fmt: skip


def test_winmail_gives_headers_body_properties_and_attachments() -> None:
    answer = collect(TnefExtractor(), winmail())
    assert answer.pieces == {
        "headers": f"Recipient: {NAME} / k.nose@shiomi.example\nSubject: 名簿の件\n",
        "body": "本文です\n",
        "properties": "営業部\n担当\n",
        "attachment 1 長い名前.csv: properties": "短い.csv\n",
    }
    assert [(member.part, member.name, member.data) for member in answer.members] == [
        ("attachment 1 長い名前.csv", "長い名前.csv", b"data")
    ]
    assert answer.is_complete


def test_winmail_gives_texts_of_any_property() -> None:
    owner = "山田".encode("cp932")
    data = b"\x78\x9f\x3e\x22\1\0" + b"".join((
        attribute(0x9007, struct.pack("<II", 932, 0)),
        attribute(0x0000, struct.pack("<H", len(owner) + 1) + owner + b"\0" + struct.pack("<H", 1) + b"\0"),
        attribute(0x8005, struct.pack("<7H", 2024, 4, 1, 9, 0, 0, 1)),
        attribute(0x9003, values((0x1F, 0x0037, wide("件名")), (0x1F, 0x0070, wide("件名")), (0x1F, 0x3FFA, wide(NAME)))),
    ))  # fmt: skip
    assert collect(TnefExtractor(), data).pieces == {"headers": "Subject: 件名\n", "properties": f"{NAME}\n山田\n"}


def test_winmail_cut_anywhere_is_told_and_never_fails() -> None:
    whole = winmail()
    last = whole.rindex(struct.pack("<BH", 1, 0x9005))
    for end in range(6, len(whole) - 2):
        answer = collect(TnefExtractor(), whole[:end])
        assert answer.unread or answer.error or end <= last


def der(tag: int, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return bytes((tag, 0x82)) + len(body).to_bytes(2, "big") + body


SIGNED = bytes.fromhex("06092a864886f70d010702")
DATA = bytes.fromhex("06092a864886f70d010701")
CERTIFICATE = der(0xA0, der(0x30, der(0x31, der(0x0C, NAME.encode()))))


def test_signed_mail_gives_what_was_signed_and_who_signed() -> None:
    mail = f"Content-Type: text/plain; charset=utf-8\r\n\r\n{NAME}".encode()
    content = der(0x30, DATA, der(0xA0, der(0x24, der(0x04, mail[:20]), der(0x04, mail[20:]))))
    data = der(0x30, SIGNED, der(0xA0, der(0x30, content, CERTIFICATE)))
    assert recognise(BytesIO(data), "smime.p7m") == "p7m"
    answer = collect(SmimeExtractor(), data)
    assert [(member.name, member.data) for member in answer.members] == [("content.eml", mail)]
    assert answer.pieces == {"signature": f"{NAME}\n"}


def test_signed_content_of_unknown_length_is_read_and_keeps_its_name() -> None:
    content = (
        b"\x30\x80"
        + DATA
        + b"\xa0\x80\x24\x80"
        + der(
            0x04,
            b"<a>",
        )
        + der(0x04, b"</a>")
        + bytes(4)
        + bytes(2)
    )
    data = b"\x30\x80" + SIGNED + b"\xa0\x80\x30\x80" + content + CERTIFICATE + bytes(6)
    answer = collect(SmimeExtractor(), data, Task("書類.xml.p7m"))
    assert [(member.name, member.data) for member in answer.members] == [("書類.xml", b"<a></a>")]
    assert answer.pieces == {"signature": f"{NAME}\n"}


def test_sealed_mail_is_told_as_encrypted() -> None:
    assert collect(SmimeExtractor(), der(0x30, SIGNED[:-1] + b"\3", bytes(20))).error == "MRS-X-020"
