"""RTF: charsets, destinations, objects, and what real writers make."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import MARKERS, collect, convert_by_office

from morasanu.extract.legacy.rtf import EXTRACTORS, RtfExtractor

if TYPE_CHECKING:
    from pathlib import Path

READER = RtfExtractor()
HEAD = r"{\rtf1\ansi\ansicpg932\deff0{\fonttbl{\f0\fcharset128 MS Mincho;}{\f1\fcharset0 Arial;}{\f2\fcharset204 X;}}"


def _codes(text: str, charset: str = "cp932") -> str:
    return "".join(f"\\'{byte:02x}" for byte in text.encode(charset))


def _units(text: str) -> str:
    raw = text.encode("utf-16-le")
    return "".join(f"\\u{unit}?" for (unit,) in struct.iter_unpack("<h", raw))


def _body(source: str) -> str:
    return collect(READER, (HEAD + source + "}").encode()).pieces.get("body", "")


@pytest.mark.parametrize("line", MARKERS)
def test_markers_come_whole_as_units(line: str) -> None:
    assert _body(r"\f0 " + _units(line) + r"\par") == line + "\n"


@pytest.mark.parametrize("line", ["山田太郎 ①㈱髙﨑", "ﾔﾏﾀﾞ ﾀﾛｳ 様", "表ソ能"])
@pytest.mark.parametrize("font", [r"\f0 ", r"\f1 ", r"\f9 ", ""])
def test_bytes_are_read_in_the_code_page_whatever_the_font_says(line: str, font: str) -> None:
    assert _body(font + _codes(line)) == line + "\n"


def test_second_byte_may_stand_as_a_character() -> None:
    assert _body(r"\f0 \'83e\'83X\'83g \'95\\\par") == "テスト 表\n"


def test_font_of_another_script_decides() -> None:
    assert _body(r"{\f2 \'c8\'e2\'e0\'ed} {\f0 \'8e\'52}") == "Иван 山\n"


def test_fallback_of_a_unit_is_skipped_as_long_as_said() -> None:
    assert _body(r"\uc2 \u23665\'8e\'52x{\uc0 \u30000 y}\u26412\'96\'7bz") == "山x田y本z\n"


def test_destinations_go_to_their_parts() -> None:
    source = (
        r"{\info{\title T}{\author A}}{\header H\par}{\footer F}a{\footnote N}b"
        r"{\*\atnauthor C1}{\*\annotation C2}{\*\unknown X}{\field{\*\fldinst HYPERLINK "
        r'"mailto:taro@example.jp"}{\fldrslt R}}{\stylesheet S;}{\*\shpinst{\sp{\sn s}{\sv v}}{\shptxt B}}'
    )
    pieces = collect(READER, (HEAD + source + "}").encode()).pieces
    assert pieces == {
        "info": "title\tT\nauthor\tA\n",
        "header": "H\n",
        "body": "abRB\n",
        "footnote": "N\n",
        "comment": "C1\nC2\n",
        "footer": "F\n",
        "link": 'HYPERLINK "mailto:taro@example.jp"\n',
    }


def test_cells_stand_apart_by_tabs_and_rows_are_lines() -> None:
    assert _body(r"\trowd a\cell\cell b\cell\row c\cell d\cell\row") == "a\t\tb\nc\td\n"


def test_signs_and_symbols_are_characters() -> None:
    assert _body(r"a\~b\_c\-d\{e\}\\\emdash\tab f\line g") == "a\u00a0b-cd{e}\\—\tf\ng\n"


def test_hidden_and_deleted_text_is_text() -> None:
    assert _body(r"{\v secret}{\deleted gone}") == "secretgone\n"


def test_pictures_come_as_members_whether_in_digits_or_raw() -> None:
    source = HEAD.encode() + b"{\\pict\\pngblip 8950\n4e47}{\\pict{\\*\\picprop x}\\jpegblip\\bin4 \xff\xd8}{z}"
    members = collect(READER, source).members
    assert [(member.name, member.data) for member in members] == [
        ("picture1.png", b"\x89PNG"),
        ("picture2.jpg", b"\xff\xd8}{"),
    ]


def _object(name: bytes, native: bytes) -> str:
    data = (
        struct.pack("<III", 0x501, 2, len(name) + 1) + name + b"\0" + bytes(8) + struct.pack("<I", len(native)) + native
    )
    return r"{\object\objemb{\*\objclass c}{\*\objdata " + data.hex() + r"}{\result r}}"


def test_embedded_objects_come_as_members() -> None:
    package = b"\x02\x00" + "名簿.csv".encode("cp932") + b"\0C:\\a\0\0\0\3\0\1\0\0\0t\3\0\0\0a,b"
    answer = collect(
        READER, (HEAD + _object(b"Package", package) + _object(b"Excel.Sheet.8", b"\xd0\xcf") + "}").encode()
    )
    assert [(member.name, member.data) for member in answer.members] == [("名簿.csv", b"a,b"), ("object2", b"\xd0\xcf")]
    assert answer.pieces["body"] == "rr\n"


def test_text_cut_off_is_read_and_told() -> None:
    answer = collect(READER, (HEAD + r"\f0 " + _codes("山田") + r"\par{\b x").encode())
    assert answer.text == "山田\nx\n"
    assert [out.code for out in answer.unread] == ["MRS-X-021"]


def test_text_behind_the_end_is_read() -> None:
    assert "behind" in collect(READER, (HEAD + "x} behind").encode()).text


def test_document_written_by_libreoffice_gives_every_marker(tmp_path: Path) -> None:
    rows = "<table><tr><td>氏名</td><td></td><td>電話</td></tr><tr><td>花子</td><td>x</td><td>1</td></tr></table>"
    page = "<meta charset=utf-8><title>顧客名簿</title>" + "".join(f"<p>{line}</p>" for line in MARKERS) + rows
    options = "--infilter=HTML (StarWriter)"
    answer = collect(READER, convert_by_office(tmp_path, "a.html", page.encode(), "rtf:Rich Text Format", options))
    for line in MARKERS:
        assert line + "\n" in answer.pieces["body"]
    assert "氏名\t\t電話\n花子\tx\t1\n" in answer.pieces["body"]
    assert "顧客名簿" in answer.pieces["info"]
    assert answer.is_complete


def test_extractor_is_listed_and_misses_nothing() -> None:
    assert [extractor.missing() for extractor in EXTRACTORS] == [""]


def test_reading_in_a_field_stands_beside_its_word() -> None:
    code = "EQ \\\\o\\\\ad(\\\\s\\\\up 9(Nose),Kayo)"
    data = b"{\\rtf1 {\\field{\\*\\fldinst " + code.encode() + b"}{\\fldrslt }} x{\\*\\cs7 y}}"
    assert collect(READER, data).pieces == {"body": "Kayo xy\n", "ruby": "Nose\n"}


@pytest.mark.parametrize(
    "source",
    [
        r"{\shp{\*\shpinst{\sp{\sn wzDescription}{\sv MARK}}}}",
        r"{\*\bkmkstart MARK}",
        r"{\object{\*\objname MARK}}",
        r"{\*\mailmerge{\*\mmdatasource MARK}}",
        r"{\*\unknown{\*\inner MARK}}",
        r"{\shprslt{\*\do{\dptxbxtext MARK}}}",
    ],
)
def test_japanese_in_a_destination_nobody_knows_stands_beside(source: str) -> None:
    pieces = collect(
        READER, (HEAD + "body " + source.replace("MARK", r"\u23665?\u30000?") + r"{\*\other Plain}}").encode()
    ).pieces
    assert pieces == {"body": "body \n", "beside": "山田\n"}


def test_result_of_a_shape_that_the_body_shows_is_not_given_twice() -> None:
    mark = r"\u23665?\u30000?"
    pieces = collect(READER, (HEAD + mark + r"{\shprslt " + mark + "}}").encode()).pieces
    assert pieces == {"body": "山田\n"}
