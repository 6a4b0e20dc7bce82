"""Character sets: what offices and their systems write is read back, whole or in pieces, and what is no text is refused."""

from __future__ import annotations

import codecs
import struct
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.charset import Decoded, StreamDecoder, decode_bytes, detect_charset

SENTENCE = "口座番号：1234567、山田太郎様のご依頼です。\n"
NOTE = "口座の名義は ﾔﾏﾀﾞ ﾀﾛｳ 様、電話は090-1234-5678です。\r\n受付 abc\n"
# Letters that JIS X 0208 does not have: NEC's row 13 and IBM's kanji.
VENDOR = "①㈱髙﨑№㌔"
VENDOR_EUC = bytes.fromhex("ada1 adea fce2 f9f5 ade2 adc1")
VENDOR_JIS = bytes.fromhex("2d21 2d6a 7c62 7975 2d62 2d41")
LETTERS = st.sampled_from("あいうかがアイウン漢字山田口座番号一二三東京都①㈱髙、。ー（）abc 09-\n")


def feed(pieces: list[bytes]) -> tuple[str, str, int]:
    decoder = StreamDecoder()
    text = "".join(decoder.feed(piece, is_last=False) for piece in pieces) + decoder.feed(b"", is_last=True)
    return text, decoder.charset, decoder.unreadable


def cut_at(data: bytes, *places: int) -> list[bytes]:
    return [data[a:b] for a, b in pairwise((0, *places, len(data)))]


def escape_jis(*runs: tuple[str, bytes]) -> bytes:
    """Return ISO-2022-JP with vendor rows (CP50221), which Python cannot write."""
    marks = {"ascii": b"\x1b(B", "kanji": b"\x1b$B", "kana": b"\x1b(I"}
    return b"".join(marks[mode] + run for mode, run in runs) + b"\x1b(B"


def half_kana(text: str) -> bytes:
    return bytes(ord(c) - 0xFF61 + 0x21 for c in text)


@pytest.mark.parametrize(
    ("codec", "charset"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp932", "cp932"),
        ("euc_jp", "euc-jp"),
        ("iso2022_jp_ext", "iso-2022-jp"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
        ("utf-32-le", "utf-32-le"),
        ("utf-32-be", "utf-32-be"),
    ],
)
@pytest.mark.parametrize(
    "text", [SENTENCE, NOTE, "山田,090\n", SENTENCE * 2_000], ids=["sentence", "note", "row", "long"]
)
def test_decode_office_text_round_trips(text: str, codec: str, charset: str) -> None:
    assert decode_bytes(text.encode(codec)) == Decoded(text, charset, 0)


@pytest.mark.parametrize(
    ("mark", "codec"),
    [(codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le")],
)
def test_decode_byte_order_mark_decides_and_is_no_text(mark: bytes, codec: str) -> None:
    assert decode_bytes(mark + NOTE.encode(codec)) == Decoded(NOTE, codec, 0)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize(
    "text",
    [
        "Å,1\r\n2,3\r\n",
        "première,deuxième\r\nà,é\r\n",
        "name,tel\nNose,03-0000-0000\n",
        "①髙橋\u3000かよ様の ごいらいです。〒220-0000 横浜市…\n",
    ],
)
def test_decode_wide_characters_without_mark_are_read_with_accents_and_when_short(text: str, codec: str) -> None:
    assert decode_bytes(text.encode(codec)) == Decoded(text, codec, 0)


@pytest.mark.parametrize("width", [2, 4, 8])
@pytest.mark.parametrize("order", ["little", "big"])
@pytest.mark.parametrize("top", [3, 30, 300, 3_000, 30_000])
def test_decode_rows_of_numbers_are_no_text(top: int, order: Literal["little", "big"], width: int) -> None:
    numbers = [number * 7_919 % top for number in range(1, 200)]
    assert decode_bytes(b"".join(number.to_bytes(width, order) for number in numbers)) is None


@pytest.mark.parametrize("order", "<>")
def test_decode_numbers_with_a_point_are_no_text(order: str) -> None:
    assert decode_bytes(struct.pack(f"{order}40f", *(1 + number * 7 % 5 for number in range(40)))) is None


def test_decode_ages_in_four_bytes_are_no_text() -> None:
    ages = [20 + number * 37 % 70 for number in range(200)]
    assert decode_bytes(b"".join(age.to_bytes(4, "little") for age in ages)) is None


@given(st.text(LETTERS, min_size=12, max_size=60).filter(lambda t: sum(c > "あ" for c in t) >= 8))
def test_decode_cp932_any_office_text_round_trips(text: str) -> None:
    assert decode_bytes(text.encode("cp932")) == Decoded(text, "cp932", 0)


@pytest.mark.parametrize("text", ["", "plain ASCII, 090-1234-5678\r\n"])
def test_decode_ascii_is_ascii(text: str) -> None:
    assert decode_bytes(text.encode()) == Decoded(text, "ascii", 0)


def test_decode_latin_letters_is_latin() -> None:
    text = "Jos\u00e9 Garc\u00eda, Calle Mayor 3, Le\u00f3n. Dear Sir, we write about the account you hold with us.\n"
    assert decode_bytes(text.encode("latin-1")) == Decoded(text, "latin-1", 0)


def test_decode_cp932_reads_vendor_letters() -> None:
    assert decode_bytes((VENDOR + SENTENCE).encode("cp932")) == Decoded(VENDOR + SENTENCE, "cp932", 0)


def test_decode_cp932_reads_half_width_kana_alone() -> None:
    assert decode_bytes("ﾔﾏﾀﾞ ﾀﾛｳ\r\nｻﾄｳ ﾊﾅｺ\r\n".encode("cp932")) == Decoded("ﾔﾏﾀﾞ ﾀﾛｳ\r\nｻﾄｳ ﾊﾅｺ\r\n", "cp932", 0)


def test_decode_cp932_reads_kanji_that_end_in_a_backslash() -> None:
    text = "予表示能ソ十申貼暴\\\n"
    assert decode_bytes((SENTENCE + text).encode("cp932")) == Decoded(SENTENCE + text, "cp932", 0)


def test_decode_euc_reads_vendor_letters() -> None:
    data = SENTENCE.encode("euc_jp") + VENDOR_EUC
    assert decode_bytes(data) == Decoded(SENTENCE + VENDOR, "euc-jp", 0)


def test_decode_euc_reads_the_third_set() -> None:
    text = "丂丄丅"  # JIS X 0212
    data = (SENTENCE + text).encode("euc_jp")
    assert b"\x8f" in data
    assert decode_bytes(data) == Decoded(SENTENCE + text, "euc-jp", 0)


def test_decode_iso2022_reads_vendor_letters() -> None:
    sentence = "山田".encode("iso2022_jp") + escape_jis(("kanji", VENDOR_JIS), ("ascii", b" 1\n"))
    assert decode_bytes(sentence) == Decoded(f"山田{VENDOR} 1\n", "iso-2022-jp", 0)


def test_decode_iso2022_reads_half_width_kana_by_escape() -> None:
    data = escape_jis(("kana", half_kana("ﾔﾏﾀﾞ")), ("ascii", b" "), ("kana", half_kana("ﾀﾛｳ")))
    assert decode_bytes(data) == Decoded("ﾔﾏﾀﾞ ﾀﾛｳ", "iso-2022-jp", 0)


def test_decode_iso2022_reads_half_width_kana_by_shift() -> None:
    data = b"name " + b"\x0e" + half_kana("ﾔﾏﾀﾞ") + b"\x0f" + b" tel\n" + "山田".encode("iso2022_jp")
    assert decode_bytes(data) == Decoded("name ﾔﾏﾀﾞ tel\n山田", "iso-2022-jp", 0)


def test_decode_iso2022_line_that_forgot_to_return_ends_with_the_line() -> None:
    data = "山田".encode("iso2022_jp").removesuffix(b"\x1b(B") + b"\ntel 090\n"
    assert decode_bytes(data) == Decoded("山田\ntel 090\n", "iso-2022-jp", 0)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n1 0 obj\n",
        b"PK\x03\x04" + b"name.xml" * 10,
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 100,
        b"SQLite format 3\x00" + b"\x10\x00" * 40,
        b"\x7fELF\x02\x01\x01" + bytes(50),
        bytes(300),
        bytes(range(256)) * 4,
        b"\x01\x02\x03\x04text" * 20,
    ],
    ids=["pdf", "zip", "png", "jpeg", "ole", "sqlite", "elf", "zeros", "all", "control"],
)
def test_decode_binary_file_is_refused(data: bytes) -> None:
    assert decode_bytes(data) is None
    assert detect_charset(data) == ""
    decoder = StreamDecoder()
    assert decoder.feed(data) == ""
    assert decoder.feed(b"", is_last=True) == ""
    assert decoder.is_binary


@pytest.mark.parametrize(
    ("codec", "broken"),
    [
        ("cp932", b"abc \x85\x40 def\n"),
        ("cp932", b"abc \x81\n"),
        ("euc_jp", b"abc \xa4 def\n"),
        ("iso2022_jp", b"\x1b$B\x30\x1b(B def\n"),
        ("utf-16-le", b"\x00\xdc"),
    ],
)
def test_decode_broken_byte_is_counted_and_the_rest_is_read(codec: str, broken: bytes) -> None:
    mark = codecs.BOM_UTF16_LE if codec == "utf-16-le" else b""
    decoded = decode_bytes(mark + (SENTENCE * 3).encode(codec) + broken + SENTENCE.encode(codec))
    assert decoded is not None
    assert decoded.text.startswith(SENTENCE * 3)
    assert decoded.text.endswith(SENTENCE)
    assert decoded.unreadable == decoded.text.count("\ufffd") == 1


@pytest.mark.parametrize("broken", [b"\xe5\x8f\n", b"caf\xe9\n", b"\xff\n"])
def test_decode_broken_utf8_is_counted_and_the_rest_is_read(broken: bytes) -> None:
    decoded = decode_bytes((SENTENCE * 20).encode() + broken + SENTENCE.encode())
    assert decoded is not None
    assert decoded.text.startswith(SENTENCE * 20)
    assert decoded.text.endswith(SENTENCE)


def test_decode_utf8_cut_at_its_end_is_read() -> None:
    decoded = decode_bytes((SENTENCE * 20).encode() + b"\xe5\x8f")
    assert decoded is not None
    assert decoded.text == SENTENCE * 20 + "\ufffd"


@pytest.mark.parametrize(("codec", "rest"), [("cp932", b"\x8e"), ("euc_jp", b"\xa4")])
def test_decode_text_cut_at_its_end_is_read(codec: str, rest: bytes) -> None:
    decoded = decode_bytes(SENTENCE.encode(codec) + rest)
    assert decoded is not None
    assert (decoded.text, decoded.unreadable) == (SENTENCE + "\ufffd", 1)


def test_stream_lines_of_two_sets_are_read_each_by_its_own() -> None:
    decoder = StreamDecoder()
    data = SENTENCE.encode("cp932") * 3 + SENTENCE.encode() + SENTENCE.encode("cp932")
    assert decoder.feed(data, is_last=True) == SENTENCE * 5
    assert (decoder.charset, decoder.is_mixed, decoder.unreadable) == ("cp932", True, 0)


def test_stream_later_piece_in_another_set_is_read_by_lines() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(SENTENCE.encode() * 3) == SENTENCE * 3
    assert decoder.feed(SENTENCE.encode("cp932") + SENTENCE.encode(), is_last=True) == SENTENCE * 2
    assert (decoder.charset, decoder.is_mixed, decoder.unreadable) == ("utf-8", True, 0)


def test_stream_log_of_utf8_with_a_line_of_cp932_is_read() -> None:
    decoder = StreamDecoder()
    data = SENTENCE.encode() * 3 + SENTENCE.encode("cp932") + SENTENCE.encode()
    assert decoder.feed(data, is_last=True) == SENTENCE * 5


def test_stream_one_set_is_not_mixed() -> None:
    decoder = StreamDecoder()
    decoder.feed(SENTENCE.encode("euc_jp"), is_last=True)
    assert not decoder.is_mixed


def test_stream_ascii_first_decides_at_the_first_other_byte() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(b"id,name\n" * 100) == "id,name\n" * 100
    assert decoder.charset == "ascii"
    assert decoder.feed(SENTENCE.encode("cp932"), is_last=True) == SENTENCE
    assert decoder.charset == "cp932"


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16", "utf-32"])
def test_stream_cut_anywhere_equals_the_whole(codec: str) -> None:
    text = SENTENCE + NOTE
    data = text.encode(codec)
    whole = decode_bytes(data)
    assert whole is not None
    assert whole.text == text
    for place in range(1, len(data)):
        assert feed(cut_at(data, place)) == whole, place
    for size in range(1, 9):
        assert feed([data[i : i + size] for i in range(0, len(data), size)]) == whole, size


@given(st.text(LETTERS, max_size=30), st.sampled_from(("utf-8", "cp932", "utf-16")), st.data())
def test_stream_any_office_text_in_any_pieces_equals_the_whole(text: str, codec: str, data: st.DataObject) -> None:
    encoded = (text + SENTENCE).encode(codec)
    places = data.draw(st.lists(st.integers(1, len(encoded)), max_size=5).map(sorted))
    assert feed(cut_at(encoded, *places)) == decode_bytes(encoded)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_stream_wide_characters_without_mark_cut_after_the_start_equals_the_whole(codec: str) -> None:
    text = SENTENCE + NOTE
    data = text.encode(codec)
    for place in range(64 if codec.startswith("utf-16") else 160, len(data)):
        assert feed(cut_at(data, place)) == (text, codec, 0), place


def test_stream_iso2022_cut_once_anywhere_equals_the_whole() -> None:
    data = escape_jis(("kanji", VENDOR_JIS), ("kana", half_kana("ﾔﾏﾀﾞ"))) + (NOTE + SENTENCE).encode("iso2022_jp_ext")
    whole = decode_bytes(data)
    assert whole == Decoded(f"{VENDOR}ﾔﾏﾀﾞ{NOTE}{SENTENCE}", "iso-2022-jp", 0)
    for place in range(1, len(data)):
        assert feed(cut_at(data, place)) == whole, place


def test_stream_iso2022_line_longer_than_a_piece_equals_the_whole() -> None:
    data = ("山田太郎様の口座番号は一二三四です。" * 3).encode("iso2022_jp")
    assert feed(cut_at(data, 64)) == decode_bytes(data)


def test_stream_empty_first_piece_changes_nothing() -> None:
    data = SENTENCE.encode("utf-16")
    assert feed([b"", data]) == decode_bytes(data)


def test_stream_first_piece_binary_stays_binary() -> None:
    decoder = StreamDecoder()
    assert decoder.feed(b"\x00\x01\x02\x03" * 30) == ""
    assert decoder.feed(SENTENCE.encode(), is_last=True) == ""
    assert decoder.is_binary


@given(st.binary(max_size=200))
def test_decode_any_bytes_gives_text_or_refuses(data: bytes) -> None:
    decoded = decode_bytes(data)
    if decoded is not None:
        assert decoded.unreadable <= len(data)
        assert decoded.charset == detect_charset(data)


@given(st.binary(max_size=200), st.lists(st.integers(0, 200), max_size=4).map(sorted))
def test_stream_any_bytes_in_any_pieces_never_fails(data: bytes, places: list[int]) -> None:
    text, _, unreadable = feed(cut_at(data, *(min(place, len(data)) for place in places)))
    assert unreadable <= max(len(text), 1)


@pytest.mark.parametrize("charset", ["cp037", "cp500", "cp1140"])
def test_host_text_is_no_text_of_ours(charset: str) -> None:
    record = "0010234 YAMADA TARO        1234567  20261125  000120000 CHIBA 1-2-3"
    assert detect_charset((record * 40).encode(charset)) == ""
    assert detect_charset("\n".join([record] * 40).encode(charset)) == ""


def test_host_text_with_kanji_between_shifts_is_no_text_of_ours() -> None:
    record = "0010234 ".encode("cp037") + b"\x0e\x45\x66\x48\xc4\x40\x40\x0f" + "  1234567  TARO ".encode("cp037")
    assert detect_charset(record * 40) == ""


def test_full_width_blanks_of_a_form_are_no_host_text() -> None:
    form = "氏名　　　　　　山田　太郎　　　　　　口座　　　１２３４５６７　　　　　"
    assert detect_charset((form * 20).encode("cp932")) == "cp932"
    assert detect_charset(("ｼﾒｲ      ﾔﾏﾀﾞ ﾀﾛｳ" * 20).encode("cp932")) == "cp932"
    assert detect_charset(("@@@@@@" * 30).encode()) == "ascii"
