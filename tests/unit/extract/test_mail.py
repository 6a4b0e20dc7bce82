"""Mail: headers and texts come out whole whatever is declared, and what is attached comes out under its name."""

from __future__ import annotations

import base64
import binascii
from email.message import EmailMessage
from io import BytesIO

import pytest

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Limits, Member, Piece, Task, Unread
from morasanu.extract.mail.header import decode_declared, decode_header, read_parameter
from morasanu.extract.mail.internet import EXTRACTORS
from morasanu.extract.recognise import recognise
from morasanu.extract.walk import walk

LINE = "顧客 ①㈱髙﨑 様 ﾔﾏﾀﾞ 090-0000-0000"
_NOT_IN_JIS = {"髙": (0x7C, 0x62), "﨑": (0x79, 0x75)}


def to_jis(text: str) -> bytes:
    """Return `text` as Japanese mail programs write ISO-2022-JP, with NEC's characters and half-width kana."""
    out = b""
    for character in text:
        if character.isascii():
            out += b"\x1b(B" + character.encode()
        elif "\uff61" <= character <= "\uff9f":
            out += b"\x1b(I" + bytes((ord(character) - 0xFF61 + 0x21,))
        else:
            lead, trail = character.encode("cp932")
            row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 0x21 + (trail >= 0x9F)
            cell = trail - 0x7E if trail >= 0x9F else trail - 0x1F - (trail > 0x7F)
            out += b"\x1b$B" + bytes(_NOT_IN_JIS.get(character, (row, cell)))
    return out + b"\x1b(B"


def encode_word(data: bytes, charset: str) -> bytes:
    return b"=?" + charset.encode() + b"?B?" + base64.b64encode(data) + b"?="


def read(data: bytes, form: str = "eml", limits: Limits | None = None) -> list[Extracted]:
    extractor = next(each for each in EXTRACTORS if form in each.formats)
    assert not extractor.missing()
    return list(extractor.extract(BytesIO(data), Task("x", (), limits or Limits())))


def text_of(found: list[Extracted]) -> str:
    return "".join(out.text for out in found if isinstance(out, Piece))


def members(found: list[Extracted]) -> dict[str, bytes]:
    return {out.name: out.data for out in found if isinstance(out, Member)}


def told(found: list[Extracted]) -> list[tuple[str, str]]:
    return [(out.part, out.code) for out in found if isinstance(out, Unread)]


def make_mail() -> bytes:
    mail = EmailMessage()
    mail["From"] = "花子 <hanako@bank.example>"
    mail["Subject"] = LINE + "𠮷"
    mail.set_content(LINE + "𠮷\n")
    mail.add_alternative(f"<p>{LINE}𠮷</p>", subtype="html")
    mail.add_attachment(b"a,b\n", maintype="application", subtype="octet-stream", filename="①名簿" * 20 + ".csv")
    inner = EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inside\n")
    mail.add_attachment(inner)
    return mail.as_bytes()


@pytest.mark.parametrize("declared", ["ISO-2022-JP", "us-ascii", "utf-8", "cp50221", "nonsense", ""])
def test_text_in_iso2022jp_with_nec_characters_and_kana_is_whole_whatever_is_declared(declared: str) -> None:
    data = b"Content-Type: text/plain; charset=" + declared.encode() + b"\r\n\r\n" + to_jis(LINE) + b"\r\n"
    assert read(data) == [Piece("part 1", LINE + "\n")]


@pytest.mark.parametrize("real", ["cp932", "utf-8"])
@pytest.mark.parametrize("declared", ["ISO-2022-JP", "shift_jis", "utf-8", "us-ascii", "idna", "unicode_escape"])
def test_text_is_read_in_the_set_it_is_really_in(real: str, declared: str) -> None:
    line = "山田太郎様の口座番号は次のとおりです。"
    assert decode_declared(line.encode(real), declared).text == line or (real, declared) == ("utf-8", "shift_jis")


@pytest.mark.parametrize(
    "raw",
    [
        to_jis(LINE),
        LINE.encode("cp932"),
        LINE.encode(),
        encode_word(to_jis(LINE), "ISO-2022-JP"),
        encode_word(LINE.encode("cp932"), "Shift_JIS"),
        encode_word(LINE.encode(), "UTF-8"),
        encode_word(LINE.encode()[:10], "UTF-8") + b"\r\n " + encode_word(LINE.encode()[10:], "utf-8"),
        encode_word(LINE.encode(), "UTF-8").rstrip(b"?=").rstrip(b"="),
        b"=?UTF-8?Q?" + "".join(f"={byte:02x}" for byte in LINE.encode()).encode() + b"?=",
    ],
    ids=["raw-jis", "raw-sjis", "raw-utf8", "word-jis", "word-sjis", "word-utf8", "cut-character", "no-end", "quoted"],
)
def test_header_is_read_however_it_is_written(raw: bytes) -> None:
    assert text_of(read(b"Subject: " + raw + b"\r\n\r\n\r\n")) == f"Subject: {LINE}\n"


@pytest.mark.parametrize("name", ["髙橋", "①", "山田", "ﾔﾏﾀﾞ ﾀﾛｳ", "㈱髙﨑"])
def test_short_name_in_raw_cp932_is_read(name: str) -> None:
    assert text_of(read(b"From: " + name.encode("cp932") + b" <a@x.example>\n\n\n")) == f"From: {name} <a@x.example>\n"


def test_words_keep_what_stands_around_them() -> None:
    word = encode_word("山田".encode(), "utf-8").decode()
    assert decode_header(f'"{word}" <a@bank.example>, {word} x {word}') == '"山田" <a@bank.example>, 山田 x 山田'


@pytest.mark.parametrize(
    "value",
    [
        b'attachment; filename="' + "①表.csv".encode("cp932") + b'"',
        b'attachment; filename="' + "①表.csv".encode() + b'"',
        b'attachment; filename="' + to_jis("①表.csv") + b'"; size=1',
        b'attachment; filename="' + encode_word(to_jis("①表.csv"), "ISO-2022-JP") + b'"',
        b"attachment; filename=" + encode_word("①表.csv".encode(), "utf-8"),
        b"attachment; filename*=utf-8'ja'%E2%91%A0%E8%A1%A8.csv",
        b"attachment; FILENAME*0*=utf-8''%E2%91;\r\n\tfilename*1*=%A0%E8%A1;\r\n filename*2*=%A8; filename*3=.csv",
        b"attachment; filename=x; filename*=cp932''%87%40%95%5C.csv",
    ],
)
def test_attachment_has_its_name_however_it_is_written(value: bytes) -> None:
    found = read(b"Content-Type: application/x\r\nContent-Disposition: " + value + b"\r\n\r\nabc")
    assert found == [Member("part 1 ①表.csv", "①表.csv", b"abc")]


def test_name_that_ends_in_a_backslash_byte_ends_there() -> None:
    raw = b'x; name="' + "表".encode("cp932") + b'"; y="z"'
    assert read_parameter(raw.decode("ascii", "surrogateescape"), "name") == "表"


def test_mail_of_several_parts_gives_all_of_them_in_order() -> None:
    found = read(make_mail())
    assert [out.part.partition(" ①")[0] for out in found] == [
        "headers",
        "part 1.1",
        "part 1.2.html",
        "part 2",
        "part 3",
    ]
    assert text_of(found).count(LINE + "𠮷") == 2
    assert "花子 <hanako@bank.example>" in text_of(found)
    inside = members(found)
    assert LINE + "𠮷" in inside["part.html"].decode()
    assert inside["①名簿" * 20 + ".csv"] == b"a,b\n"
    assert text_of(read(inside["message.eml"])) == "Subject: inner\ninside\n"


def test_page_in_iso2022jp_comes_out_in_utf8() -> None:
    data = b"Content-Type: text/html; charset=iso-2022-jp\n\n<p>" + to_jis(LINE) + b"</p>\n"
    assert members(read(data))["part.html"].decode() == f"<p>{LINE}</p>\n"


def test_attached_message_in_base64_is_unpacked() -> None:
    data = b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(
        b"Subject: a\n\nb\n"
    )
    assert members(read(data)) == {"message.eml": b"Subject: a\n\nb\n"}


def test_winmail_is_handed_out() -> None:
    data = b"Content-Type: application/ms-tnef\n\n\x78\x9f\x3e\x22"
    assert members(read(data)) == {"winmail.dat": b"\x78\x9f\x3e\x22"}


def test_text_that_programs_do_not_show_is_read() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\nbefore\n--b\n\nin\n--b--\nafter\n"
    assert text_of(read(data)) == "beforeafter\nin"


def test_mail_whose_parts_never_begin_is_read_as_text_and_told() -> None:
    found = read(b"Content-Type: multipart/mixed; boundary=b\n\nonly text\n")
    assert text_of(found) == "only text\n"
    assert told(found) == [("", "MRS-X-021")]


def test_bytes_in_no_set_are_told() -> None:
    found = read(b"Content-Type: text/plain; charset=utf-8\n\n" + bytes(range(128, 256)) * 3 + b"\n")
    assert [code for _, code in told(found)] == ["MRS-X-021"]


def test_charset_that_is_no_name_costs_nothing() -> None:
    data = b'Content-Type: text/plain; charset="utf\0-8"\n\n' + "山田太郎様".encode() + b"\n"
    assert text_of(read(data)) == "山田太郎様\n"


def test_deep_parts_end_with_the_limit_and_siblings_stay() -> None:
    inner = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(20)) + "\ndeep\n"
    inner += "".join(f"--b{n}--\n" for n in reversed(range(20)))
    data = f"Content-Type: multipart/mixed; boundary=b\n\n--b\n{inner}\n--b\n\nsibling\n--b--\n"
    found = read(data.encode())
    assert "sibling" in text_of(found)
    assert [code for _, code in told(found)] == ["MRS-X-022"]


def test_mailbox_gives_every_message_with_its_quoting_undone() -> None:
    data = b"".join(
        b"From a@x.example Mon Jan  1 00:00:00 2024\n" + make_mail() + b"\n>From me\n\nFrom here on\n\n" for _ in "ab"
    )
    found = read(data, "mbox")
    assert [out.part for out in found] == ["message 1", "message 2"]
    assert [out.name for out in found if isinstance(out, Member)] == ["message 1.eml", "message 2.eml"]
    assert all(isinstance(out, Member) and b"\nFrom me\n\nFrom here on\n" in out.data for out in found)


def test_mailbox_with_lines_without_a_date_is_split_too() -> None:
    found = read(b"From ???@???\nSubject: a\n\nx\n\nFrom ???@???\nSubject: b\n\ny\n", "mbox")
    assert len(members(found)) == 2


def test_mailbox_with_too_many_messages_ends_with_the_limit() -> None:
    found = read(b"From x\n\nhello\n\n" * 10, "mbox", Limits(members=3))
    assert (len(members(found)), told(found)) == (3, [("", "MRS-X-022")])


def test_message_larger_than_the_limit_keeps_its_beginning() -> None:
    data = b"From x\n" + b"a" * 50 + b"\n" * 2 + b"b" * 50 + b"\n\nFrom y\n\nshort\n"
    found = read(data, "mbox", Limits(member_bytes=40))
    assert told(found) == [("message 1", "MRS-X-022")]
    assert b"short" in members(found)["message 2.eml"]


@pytest.mark.parametrize("form", ["eml", "mbox"])
def test_empty_file_is_refused(form: str) -> None:
    with pytest.raises(InspectError, match="MRS-X-021"):
        read(b"", form)


def test_field_of_a_house_of_its_own_is_read_and_what_only_carries_is_not() -> None:
    found = read(
        b"Subject: x\r\nX-Kokyaku: "
        + encode_word("佐伯 恵理子".encode(), "utf-8")
        + b"\r\nDKIM-Signature: b=AAAA\r\n\r\nbody"
    )
    assert "X-Kokyaku: 佐伯 恵理子\n" in text_of(found)
    assert "DKIM" not in text_of(found)


TEXT = "Content-Type: text/plain; charset=utf-8"


def test_text_behind_base64_is_kept() -> None:
    body = base64.b64encode("山田太郎\n".encode()) + b"\n_____\nthe list\n" + base64.b64encode("髙橋花子様へ".encode())
    found = read(f"{TEXT}\nContent-Transfer-Encoding: base64\n\n".encode() + body)
    assert found == [Piece("part 1", "山田太郎\n\n_____\nthe list\n髙橋花子様へ")]


def test_coding_in_quotes_is_a_coding() -> None:
    found = read(f'{TEXT}\nContent-Transfer-Encoding: "BASE64"\n\n'.encode() + base64.b64encode("山田".encode()))
    assert found == [Piece("part 1", "山田")]


def test_file_written_out_as_letters_goes_out() -> None:
    body = b"see below\nbegin 644 a.txt\n" + binascii.b2a_uu("①㈱髙﨑".encode()) + b"`\nend\n"
    assert Member("part 1 a.txt", "a.txt", "①㈱髙﨑".encode()) in read(TEXT.encode() + b"\n\n" + body)


def test_lines_that_flow_are_joined_and_quoted_ones_are_not() -> None:
    found = read(f"{TEXT}; format=flowed; delsp=yes\n\n東京都千 \n代田区\n> 引用 \n> 二行\n-- \n署名\n".encode())
    assert found == [Piece("part 1", "東京都千代田区\n> 引用 \n> 二行\n-- \n署名\n")]


def test_headers_that_came_back_are_a_message() -> None:
    inside = b"Subject: " + encode_word("山田".encode(), "utf-8") + b"\nMIME-Version: 1.0"
    data = (
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: text/rfc822-headers\n\n"
        + inside
        + b"\n--b--\n"
    )
    found = walk(BytesIO(data), Task("x.eml"), {"eml": EXTRACTORS[0]})
    assert list(found) == [Piece("part 1 › headers", "Subject: 山田\n")]


def test_japanese_in_a_field_of_the_way_or_of_a_part_is_read() -> None:
    word = encode_word("山田".encode(), "utf-8")
    data = (
        b"X-MS-A: "
        + word
        + b"\nReceived: from a\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Description: "
    )
    found = read(data + word + b"\n\nhi\n--b--\n")
    assert found[:2] == [Piece("headers", "X-MS-A: 山田\n"), Piece("part 1 headers", "Content-Description: 山田\n")]


def test_kana_of_eight_bits_and_a_broken_pair_leave_the_rest() -> None:
    head = b"Content-Type: text/plain; charset=iso-2022-jp\n\n"
    whole = to_jis("髙橋 様") + b"\xd4\xcf\xc0\xde\n"
    assert read(head + whole) == [Piece("part 1", "髙橋 様ﾔﾏﾀﾞ\n")]
    found = read(head + whole + b"\x1b$B\x7f\x7f\x1b(B\n")
    assert isinstance(found[0], Piece)
    assert "髙橋 様ﾔﾏﾀﾞ" in found[0].text
    assert told(found) == [("part 1", "MRS-X-021")]


def test_mark_of_utf_8_before_the_headers_is_no_header() -> None:
    data = "\ufeffSubject: 山田\nMIME-Version: 1.0\nFrom: a@example.jp\n\nhi\n".encode()
    assert recognise(BytesIO(data), "a.eml") == "eml"
    assert read(data)[0] == Piece("headers", "Subject: 山田\nFrom: a@example.jp\n")
