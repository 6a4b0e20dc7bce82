"""Word, PowerPoint and Ichitaro in compound files."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("olefile", reason="the extra `office` is not installed")

from tests.unit.extract.made import (
    MARKERS,
    collect,
    convert_by_office,
    write_compound,
    write_record,
    write_slides,
    write_word,
)

from morasanu.extract.interface import Member, Task, Unread
from morasanu.extract.legacy.compound import Compound, read_pictures
from morasanu.extract.legacy.document import EXTRACTORS, LegacyExtractor
from morasanu.extract.recognise import recognise

if TYPE_CHECKING:
    from pathlib import Path

READER = LegacyExtractor()


def _wide(text: str) -> tuple[bytes, int]:
    return text.encode("utf-16-le"), 2


def test_word_text_of_wide_and_packed_pieces_comes_in_order() -> None:
    packed = "顧客 ①㈱髙﨑 ﾔﾏﾀﾞ\r".encode("cp932")
    answer = collect(READER, write_word([_wide("山田𠮷野\r"), (packed, 1), (b"caf\xe9 \x93x\x94\r", 1)]))
    assert answer.pieces == {"body": "山田𠮷野\n顧客 ①㈱髙﨑 ﾔﾏﾀﾞ\ncafé “x”\n"}
    assert answer.is_complete


def test_word_pair_cut_by_a_piece_is_whole_again() -> None:
    data = "𠮷\r".encode("utf-16-le")
    assert collect(READER, write_word([(data[:2], 2), (data[2:], 2)])).text == "𠮷\n"


def test_word_parts_follow_their_sizes() -> None:
    texts = ("本文\r", "脚注\r", "柱\r", "", "コメント\r")
    answer = collect(READER, write_word([_wide("".join(texts))], [len(text) for text in texts]))
    assert answer.pieces == {"body": "本文\n", "footnote": "脚注\n", "header": "柱\n", "comment": "コメント\n"}


def test_word_field_shows_its_result_and_keeps_its_link() -> None:
    text = "a\x13 PAGE \x14" + '7\x15 \x13 HYPERLINK "mailto:taro@example.jp" \x14太郎\x15z\r'
    answer = collect(READER, write_word([_wide(text)]))
    assert answer.pieces == {"body": "a7 太郎z\n", "link": 'HYPERLINK "mailto:taro@example.jp"\n'}


def test_word_field_without_end_hides_nothing() -> None:
    assert "山田" in collect(READER, write_word([_wide("a\x13 山田\r")])).text


def test_word_rows_end_where_their_paragraph_says() -> None:
    text = "氏名\x07\x07電話\x07\x07花子\x07x\x07"
    stream = write_word([_wide(text)])
    assert collect(READER, stream).pieces["body"] == "氏名\n電話\n花子\tx\t\n"  # nothing said: the best guess


def test_word_of_1995_is_read_in_its_code_page() -> None:
    text = "山田太郎 ﾔﾏﾀﾞ\r次の行\r".encode("cp932")
    stream = bytearray(0x300)
    struct.pack_into("<HHHHHH", stream, 0, 0xA5DC, 0x68, 0, 0x411, 0, 0)
    struct.pack_into("<II", stream, 0x18, 0x300, 0x300 + len(text))
    answer = collect(READER, write_compound({"WordDocument": bytes(stream) + text}))
    assert answer.pieces == {"body": "山田太郎 ﾔﾏﾀﾞ\n次の行\n"}


def test_word_encrypted_is_told_when_no_password_fits() -> None:
    document = write_word([_wide("x")], flags=0x0300)
    assert collect(READER, document).error == "MRS-X-020"
    assert collect(READER, document, Task("x.doc", ("wrong",))).error == "MRS-X-020"


def test_embedded_files_come_as_members() -> None:
    package = b"\x02\x00\x96\xbc.txt\x00C:\\a\x00\x00\x00\x03\x00\x04\x00\x00\x00tmp\x00\x02\x00\x00\x00hi"
    more = {
        "ObjectPool/_1/\x01Ole10Native": struct.pack("<I", len(package)) + package,
        "ObjectPool/_2/Package": b"PK\x03\x04",
    }
    answer = collect(READER, write_word([_wide("x\r")], **more))
    assert [(member.name, member.data[:4]) for member in answer.members] == [
        ("名.txt", b"hi"),
        ("Package", b"PK\x03\x04"),
    ]


def test_embedded_document_is_a_file_of_its_own_with_what_is_embedded_in_it() -> None:
    inner = write_word([_wide("中の髙橋\r")], **{"ObjectPool/_7/Package": b"PK\x03\x04", "Data": bytes(9_000)})
    inside = Compound(BytesIO(inner), 10**7)
    more = {f"ObjectPool/_3/{'/'.join(path)}": inside.read(*path) for path in inside.paths}
    answer = collect(READER, write_word([_wide("x\r")], **more))
    assert [member.part for member in answer.members] == ["ObjectPool/_3"]
    opened = collect(READER, answer.members[0].data)
    assert opened.pieces == {"body": "中の髙橋\n"}
    assert [member.part for member in opened.members] == ["ObjectPool/_7/Package"]
    assert opened.is_complete


def test_kind_is_told_by_the_root_not_by_what_is_embedded() -> None:
    outer = write_compound({"MBD1/WordDocument": b"x", "Workbook": b"\x09\x08", "VBA/ThisWorkbook": b"x"})
    assert recognise(BytesIO(outer), "a.bin") == "xls"
    project = write_compound({"VBA/ThisWorkbook": b"x", "PROJECT": b"x"})
    assert recognise(BytesIO(project), "vbaProject.bin") == "vba"


def test_macro_source_comes_without_what_office_writes() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HI", kind, len(body)) + body

    def store(data: bytes) -> bytes:  # a chunk that is not compressed
        return b"\x01" + struct.pack("<H", 0x3FFF) + data.ljust(4_096, b"\n")

    source = 'Attribute VB_Name = "M"\r\nConst 担当 = "能勢 佳代"\r\n'.encode("cp932")
    directory = record(3, struct.pack("<H", 932)) + record(0x1A, b"M") + record(0x31, struct.pack("<I", 3))
    answer = collect(
        READER,
        write_compound(
            {"VBA/dir": store(directory), "VBA/M": b"old" + store(source), "PROJECT": b"x", "VBA/_VBA_PROJECT": b"x"}
        ),
    )
    assert answer.pieces == {"macro M": 'Const 担当 = "能勢 佳代"\n'}


def test_word_reading_of_a_field_stands_beside_its_word() -> None:
    text = '\x13EQ \\* jc2 \\* "Font:MS 明朝" \\* hps10 \\o\\ad(\\s\\up 9(のせ),能勢)\x15 様\r'
    assert collect(READER, write_word([_wide(text)])).pieces == {"body": "能勢 様\n", "ruby": "のせ\n"}


def test_word_before_compound_files_is_read() -> None:
    text = "顧客 山田太郎\r".encode("cp932")
    data = b"\xdb\xa5\x2d".ljust(0x18, b"\0") + struct.pack("<II", 0x20, 0x20 + len(text)) + text
    assert recognise(BytesIO(data), "a.doc") == "doc"
    assert collect(READER, data).pieces == {"body": "顧客 山田太郎\n"}


def test_slides_behind_a_zip_in_a_record_are_read() -> None:
    text = write_record(0x0FA0, "名簿".encode("utf-16-le"))
    slide = write_record(
        0x03EE, write_record(0x0428, b"PK\x03\x04\xff\xff\xff\xff" * 4, is_container=True) + text, is_container=True
    )
    answer = collect(READER, write_slides(slide))
    assert "名簿" in answer.text
    assert answer.is_complete


def test_slides_notes_and_comments_come_under_their_numbers() -> None:
    def chars(text: str) -> bytes:
        return write_record(0x0FA0, text.encode("utf-16-le"))

    slide = write_record(
        0x03EE, write_record(0xF00C, chars("図の中 ①㈱髙﨑𠮷野"), is_container=True), is_container=True
    )
    notes = write_record(0x03F0, write_record(0x0FA8, b"caf\xe9"), is_container=True)
    persist = write_record(0x03F3, struct.pack("<I", 1) + bytes(16))
    listed = write_record(0x0FF0, persist + chars("題 ﾔﾏﾀﾞ\r二行"), is_container=True)
    noted = write_record(0x0FF0, write_record(0x03F3, struct.pack("<I", 2) + bytes(16)), 2, is_container=True)
    comment = write_record(0x2EE0, write_record(0x0FBA, "評".encode("utf-16-le")), is_container=True)
    directory = write_record(0x1772, struct.pack("<III", 1 | 2 << 20, 0, len(slide)))
    answer = collect(READER, write_slides(slide + notes + listed + noted + comment + directory))
    assert answer.pieces == {
        "slide 1": "図の中 ①㈱髙﨑𠮷野\n題 ﾔﾏﾀﾞ\n二行\n",
        "notes 1": "café\n",
        "comment": "評\n",
    }


def test_slide_object_is_inflated_and_handed_out() -> None:
    packed = struct.pack("<I", 5) + zlib.compress(b"inner")
    answer = collect(READER, write_slides(write_record(0x1011, packed, 1)))
    assert [member.data for member in answer.members] == [b"inner"]


def test_slides_behind_zeros_are_told_as_lost() -> None:
    words = write_record(0x0FA0, "前".encode("utf-16-le"))
    answer = collect(READER, write_slides(words + bytes(16) + words))
    assert (answer.text, [out.code for out in answer.unread]) == ("前\n", ["MRS-X-021"])
    assert collect(READER, write_slides(words + bytes(16))).is_complete


def test_slides_encrypted_are_told() -> None:
    user = bytes(12) + b"\xdf\xc4\xd1\xf3" + bytes(16)
    data = write_compound({"PowerPoint Document": b"x", "Current User": user})
    assert collect(READER, data).error == "MRS-X-020"


def test_ichitaro_body_is_read_and_said_to_be_less_than_all() -> None:
    body = (
        b"SsmgV.01"
        + "山田太郎 ①㈱髙﨑𠮷野\r".encode("utf-16-be")
        + bytes((0, 0x1C, 0, 1))
        + "ﾔﾏﾀﾞ様".encode("utf-16-be")
    )
    answer = collect(READER, write_compound({"DocumentText": body}))
    assert "山田太郎 ①㈱髙﨑𠮷野\n" in answer.text
    assert "ﾔﾏﾀﾞ様" in answer.text
    assert [out.code for out in answer.unread] == ["MRS-X-005"]


@pytest.mark.parametrize("streams", [{"DocumentText": b"\x00\x01"}, {"Somebody": b"x"}])
def test_compound_file_of_another_kind_is_not_supported(streams: dict[str, bytes]) -> None:
    assert collect(READER, write_compound(streams)).error == "MRS-X-005"


def test_ichitaro_margins_are_read_and_marks_are_no_text() -> None:
    header = b"SsmgV.01" + bytes(8) + b"TextV.01\0\0" + "社外秘".encode("utf-16-be") + bytes(2)
    body = b"SsmgV.01TextV.01\0\0" + "能勢 佳代 様".encode("utf-16-be") + bytes(2)
    answer = collect(READER, write_compound({"Header": header, "DocumentText": body}))
    assert answer.pieces == {"header": "社外秘\n", "body": "能勢 佳代 様\n"}


def test_ichitaro_that_is_compressed_is_handed_out_as_an_archive() -> None:
    data = write_compound({"JSCompDocument": b"&\0JustCompressedDocument\0\0\x29\x4a-lh5-rest"})
    assert recognise(BytesIO(data), "文書.jtdc") == "jtd"
    (member,) = collect(READER, data, Task("文書.jtdc")).members
    assert (member.name, member.data[:7]) == ("文書.lzh", b"\x29\x4a-lh5-")


def test_ichitaro_of_version_5_is_read() -> None:
    body = "能勢 佳代".encode("cp932") + b"\xfeA\xfeB" + "様".encode("cp932")
    data = b"DOC".ljust(0x800, b"\0") + struct.pack("<I", len(body) + 4) + body + bytes(99)
    assert recognise(BytesIO(data), "a.jaw") == "jtd"
    answer = collect(READER, data)
    assert answer.pieces == {"body": "能勢 佳代\n様\n"}
    assert [out.code for out in answer.unread] == ["MRS-X-005"]
    assert collect(READER, b"DOC".ljust(0x900, b"\0")).error == "MRS-X-005"


def test_ichitaro_without_a_compound_file_is_not_supported() -> None:
    assert collect(READER, b"plain", Task("a.jtd")).error == "MRS-X-005"


def test_extractor_is_listed_and_misses_nothing() -> None:
    assert [extractor.missing() for extractor in EXTRACTORS] == [""]


def test_word_written_by_libreoffice_gives_every_marker_and_its_rows(tmp_path: Path) -> None:
    rows = "<table><tr><td>氏名</td><td></td><td>電話</td></tr><tr><td>花子</td><td>x</td><td>1</td></tr></table>"
    page = "<meta charset=utf-8><title>顧客名簿</title>" + "".join(f"<p>{line}</p>" for line in MARKERS) + rows
    answer = collect(
        READER, convert_by_office(tmp_path, "a.html", page.encode(), "doc:MS Word 97", "--infilter=HTML (StarWriter)")
    )
    for line in MARKERS:
        assert line + "\n" in answer.pieces["body"]
    assert "氏名\t\t電話\n花子\tx\t1\n" in answer.pieces["body"]
    assert "顧客名簿" in answer.pieces["info"]
    assert answer.is_complete


def test_slides_written_by_libreoffice_give_every_marker(tmp_path: Path) -> None:
    pptx = pytest.importorskip("pptx", reason="python-pptx is not installed")
    show = pptx.Presentation()
    for line in MARKERS:
        slide = show.slides.add_slide(show.slide_layouts[5])
        slide.shapes.title.text = line
        slide.notes_slide.notes_text_frame.text = f"ノート {line}"
    source = BytesIO()
    show.save(source)
    answer = collect(READER, convert_by_office(tmp_path, "a.pptx", source.getvalue(), "ppt:MS PowerPoint 97"))
    for number, line in enumerate(MARKERS, 1):
        assert line + "\n" in answer.pieces[f"slide {number}"]
        assert f"ノート {line}\n" in answer.pieces[f"notes {number}"]
    assert answer.is_complete


def test_pictures_of_kinds_that_nobody_reads_are_told_and_tiffs_are_handed_out() -> None:
    def record(instance: int, kind: int, data: bytes) -> bytes:
        return struct.pack("<HHI", instance << 4, kind, 17 + len(data)) + bytes(17) + data

    stream = record(0x7A8, 0xF01F, bytes(60)) + record(0x6E4, 0xF029, b"II*\0" + bytes(40)) + b"\x80\x7a\x1f\xf0\xff"
    told, tiff = read_pictures(stream, "picture", Task("a.doc"))
    assert isinstance(told, Unread)
    assert (told.code, told.part) == ("MRS-X-023", "picture 1")
    assert isinstance(tiff, Member)
    assert (tiff.name, tiff.data) == ("picture2.tif", b"II*\0" + bytes(40))
