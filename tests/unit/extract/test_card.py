"""Cards and calendars: names come out whole however a phone or a calendar has written them."""

from __future__ import annotations

import base64
from io import BytesIO

import pytest
from tests.unit.extract.made import collect

from morasanu.extract.interface import Task
from morasanu.extract.mail.card import CardExtractor
from morasanu.extract.recognise import recognise

READER = CardExtractor()
NAME = "髙橋 花子①㈱ ﾔﾏﾀﾞ"


def quote(text: str, charset: str) -> bytes:
    return b"".join(b"=%02X" % byte for byte in text.encode(charset))


@pytest.mark.parametrize("data", [b"BEGIN:VCARD\r\nFN:x", b"\xef\xbb\xbfBEGIN:VCALENDAR\nX:y", b"begin:vcard\nfn:x"])
def test_card_is_recognised(data: bytes) -> None:
    assert recognise(BytesIO(data), "a.txt") == "card"


@pytest.mark.parametrize("charset", ["SHIFT_JIS", "UTF-8", ""])
def test_name_in_quoted_printable_is_read(charset: str) -> None:
    codec = {"SHIFT_JIS": "cp932"}.get(charset, "utf-8")
    quoted = quote(NAME, codec)
    label = f"N;CHARSET={charset}" if charset else "N"
    data = (
        b"BEGIN:VCARD\r\n"
        + label.encode()
        + b";ENCODING=QUOTED-PRINTABLE:"
        + quoted[:30]
        + b"=\r\n"
        + quoted[30:]
        + b"\r\nTEL:03-0000-0000\r\n"
    )
    answer = collect(READER, data)
    assert f"ENCODING=QUOTED-PRINTABLE:{NAME}\nTEL:03-0000-0000\n" in answer.text
    assert answer.is_complete


def test_folded_line_is_one_line() -> None:
    data = "BEGIN:VCALENDAR\r\nSUMMARY:髙\r\n 橋様\r\n".encode()
    cut = b"BEGIN:VCALENDAR\r\nSUMMARY:" + "髙".encode()[:2] + b"\r\n " + "髙".encode()[2:] + "橋様\r\n".encode()
    assert collect(READER, data).text == collect(READER, cut).text == "BEGIN:VCALENDAR\nSUMMARY:髙橋様\n"


def test_text_in_base64_is_text_and_a_picture_is_a_file() -> None:
    text, picture = base64.b64encode(NAME.encode()), base64.b64encode(b"\x89PNG\r\n\x1a\n")
    data = (
        b"BEGIN:VCARD\nNOTE;CHARSET=UTF-8;ENCODING=BASE64:" + text + b"\nPHOTO;ENCODING=b;TYPE=PNG:" + picture + b"\n"
    )
    answer = collect(READER, data)
    assert f"BASE64:{NAME}\n" in answer.text
    assert [(out.part, out.data) for out in answer.members] == [("PHOTO", b"\x89PNG\r\n\x1a\n")]


def test_broken_base64_is_told() -> None:
    assert [out.code for out in collect(READER, b"BEGIN:VCARD\nPHOTO;ENCODING=b:a\n").unread] == ["MRS-X-021"]


def test_card_of_many_folds_ends() -> None:
    assert collect(READER, b"BEGIN:VCARD\nN;ENCODING=QUOTED-PRINTABLE:" + b"a=\n" * 200_000, Task("a")).text


def test_coding_without_its_word_and_name_of_a_file_are_read() -> None:
    data = (
        "BEGIN:VCARD\r\nNOTE;CHARSET=UTF-8;QUOTED-PRINTABLE:=E5=B1=B1=E7=94=B0\r\n"
        'ATTACH;ENCODING=BASE64;VALUE=BINARY;X-FILENAME="髙﨑.txt":eA==\r\nEND:VCARD\r\n'
    )
    answer = collect(CardExtractor(), data.encode())
    assert "NOTE;CHARSET=UTF-8;QUOTED-PRINTABLE:山田\n" in answer.text
    assert 'X-FILENAME="髙﨑.txt"\n' in answer.text
    assert [member.data for member in answer.members] == [b"x"]
