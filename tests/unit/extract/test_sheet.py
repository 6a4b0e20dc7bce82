"""Workbooks: every place where text can stand gives its marker line, and cells stand where the part says."""

from __future__ import annotations

import struct
from datetime import date
from io import BytesIO

import pytest
from tests.unit.extract.package import MARK, lines, make_package

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Member, Piece, Task, Unread
from morasanu.extract.office.biff import Biff
from morasanu.extract.office.encrypted import EncryptedExtractor
from morasanu.extract.office.sheet import SheetExtractor
from morasanu.extract.office.xls import XlsExtractor
from morasanu.extract.office.xlsb import XlsbExtractor

NS = 'xmlns="urn:s" xmlns:r="urn:r"'
RELS = '<Relationships xmlns="urn:x">{}</Relationships>'


def relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="r{number}" Type="urn:x/{kind}" Target="{target}"/>'


def sheet(rows: str, rest: str = "") -> str:
    return f"<worksheet {NS}><sheetData>{rows}</sheetData>{rest}</worksheet>"


def inline(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


FIRST = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    f'<row r="2" hidden="1">{inline("A2", MARK + "直")}<c r="B2" s="1"><v>12345</v></c><c r="C2" s="2"><v>31138</v></c>'
    '<c r="D2"><v>1.23456789012E+11</v></c></row>'
    f'<row r="4"><c r="A4" t="str"><f>"{MARK}"&amp;B1</f><v>{MARK}式</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" s="3"><v>1500001</v></c></row>'
)
REST = (
    f'<autoFilter><filterColumn><filters><filter val="{MARK}絞込"/></filters></filterColumn></autoFilter>'
    f'<dataValidations><dataValidation prompt="{MARK}入力"><formula1>"{MARK},他"</formula1></dataValidation></dataValidations>'
    f'<headerFooter><oddHeader>&amp;L&amp;"ＭＳ 明朝,太字"&amp;12{MARK}ヘッダー &amp;P</oddHeader><evenFooter>&amp;R{MARK}フッター</evenFooter></headerFooter>'
)
XLSX: dict[str, str | bytes] = {
    "xl/workbook.xml": f'<workbook {NS}><sheets><sheet name="名簿" sheetId="9" r:id="r2"/><sheet name="隠し" state="veryHidden" r:id="r1"/></sheets>'
    f'<definedNames><definedName name="担当">"{MARK}"</definedName></definedNames></workbook>',
    "xl/_rels/workbook.xml.rels": RELS.format(
        relation(1, "worksheet", "worksheets/sheet1.xml") + relation(2, "worksheet", "/xl/worksheets/sheet2.xml")
    ),
    "xl/sharedStrings.xml": f'<sst {NS}><si><r><t>氏</t></r><r><t xml:space="preserve">名 </t></r><rPh sb="0" eb="1"><t>シメイ</t></rPh></si><si><t>{MARK}共有</t></si></sst>',
    "xl/styles.xml": f'<styleSheet {NS}><numFmts><numFmt numFmtId="170" formatCode="0000000"/><numFmt numFmtId="171" formatCode="[&lt;=999]000;[&lt;=9999]000-00;000-0000"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="57"/><xf numFmtId="171"/></cellXfs></styleSheet>',
    "xl/worksheets/sheet2.xml": sheet(FIRST, REST),
    "xl/worksheets/sheet1.xml": sheet(f'<row r="1">{inline("A1", MARK + "隠")}</row>'),
    "xl/worksheets/sheet7.xml": sheet(f'<row r="1">{inline("B3", MARK + "迷子")}</row>'),
    "xl/worksheets/_rels/sheet2.xml.rels": RELS.format(
        relation(1, "comments", "../comments1.xml")
        + relation(2, "threadedComment", "../threadedComments/threadedComment1.xml")
        + relation(3, "drawing", "../drawings/drawing1.xml")
        + f'<Relationship Id="r4" TargetMode="External" Target="mailto:{MARK}"/>'
    ),
    "xl/comments1.xml": f'<comments {NS}><authors><author>{MARK}記入者</author></authors><comment ref="B2"><text><r><t>{MARK}</t></r><r><t>注</t></r></text></comment></comments>',
    "xl/threadedComments/threadedComment1.xml": f'<T {NS}><threadedComment ref="C3"><text>{MARK}会話</text></threadedComment></T>',
    "xl/drawings/drawing1.xml": f'<d xmlns:a="urn:a"><sp><cNvPr descr="{MARK}代替"/><a:p><a:r><a:t>{MARK}箱</a:t></a:r></a:p></sp></d>',
    "xl/drawings/vmlDrawing1.vml": f"<xml><div>{MARK}釦<br></div></xml>",
    "xl/pivotCache/pivotCacheDefinition1.xml": f'<p {NS}><cacheField name="電話"><sharedItems><s v="090-0000-0000"/></sharedItems></cacheField></p>',
    "xl/pivotCache/pivotCacheRecords1.xml": f'<p {NS}><r><s v="{MARK}"/><x v="0"/><n v="7"/></r></p>',
    "xl/externalLinks/externalLink1.xml": f"<e {NS}><cell r='A1'><v>{MARK}外部</v></cell></e>",
    "xl/connections.xml": f'<c {NS}><connection><dbPr connection="DSN=a;UID=yamada"/></connection></c>',
    "docProps/core.xml": f"<core><creator>{MARK}作成者</creator></core>",
    "xl/embeddings/oleObject1.bin": b"\xd0\xcf\x11\xe0",
    "xl/printerSettings/printerSettings1.bin": b"dull",
}  # fmt: skip


def read_xlsx(parts: dict[str, str | bytes]) -> list[Extracted]:
    return list(SheetExtractor().extract(make_package(parts), Task("a.xlsx")))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (
            "名簿!A1:D4",
            ["氏名\t" + MARK + "共有", f"{MARK}直\t0012345\tS60.4.1\t123456789012", "", f"{MARK}式\tTRUE\t150-0001"],
        ),
        ("隠し!A1:A1", [MARK + "隠"]),
        ("sheet7!B1:B1", [MARK + "迷子"]),
        ("名簿 formula", [f'"{MARK}"&B1']),
        ("名簿 filter", [MARK + "絞込"]),
        ("名簿 dataValidation", [MARK + "入力"]),
        ("名簿 validation", [f'"{MARK},他"']),
        ("名簿 header", [MARK + "ヘッダー"]),
        ("名簿 footer", [MARK + "フッター"]),
        ("名簿!B2 comment", [MARK + "注"]),
        ("名簿!C3 comment", [MARK + "会話"]),
        ("author", [MARK + "記入者"]),
        ("名簿 text box", [MARK + "箱"]),
        ("名簿 text box alternative text", [MARK + "代替"]),
        ("xl/drawings/vmlDrawing1.vml", [MARK + "釦"]),
        ("defined name", [f'担当: "{MARK}"']),
        ("pivot cache", ["電話: 090-0000-0000", f"{MARK}\t\t7"]),
        ("xl/externalLinks/externalLink1.xml", [MARK + "外部"]),
        ("xl/connections.xml", ["DSN=a;UID=yamada"]),
        ("link", ["mailto:" + MARK]),
        ("properties", [f"creator: {MARK}作成者"]),
    ],
)
def test_xlsx_with_a_line_in_every_place_gives_each(where: str, expected: list[str]) -> None:
    found = read_xlsx(XLSX)
    assert lines(found)[where] == expected
    assert [each.name for each in found if isinstance(each, Member)] == ["oleObject1.bin"]
    assert not [each for each in found if isinstance(each, Unread)]


def test_xlsx_of_many_rows_comes_in_blocks_with_the_header() -> None:
    rows = "".join(f'<row r="{n}">{inline(f"B{n}", f"名{n}")}{inline(f"C{n}", str(n))}</row>' for n in range(2, 1_203))
    pieces = [each for each in read_xlsx({"xl/worksheets/sheet1.xml": sheet(rows)}) if isinstance(each, Piece)]
    assert [(piece.part, piece.header) for piece in pieces] == [
        ("sheet1!B2:C501", ""),
        ("sheet1!B502:C1001", "名2\t2"),
        ("sheet1!B1002:C1202", "名2\t2"),
    ]
    assert pieces[1].text.startswith("名502\t502\n")


def test_xlsx_cell_with_line_ends_stays_one_row() -> None:
    found = read_xlsx(
        {"xl/worksheets/s.xml": sheet(f'<row r="1">{inline("A1", "一&#10;二&#9;三")}{inline("B1", "四")}</row>')}
    )
    assert lines(found)["s!A1:B1"] == ["一 二 三\t四"]


def test_xlsx_of_openpyxl_gives_its_lines() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    comments = pytest.importorskip("openpyxl.comments")
    book = openpyxl.Workbook()
    first = book.active
    first.title = "名簿"
    first.append([MARK, date(1985, 4, 1), 123456789012])
    first["A1"].comment = comments.Comment(MARK + "注", MARK)
    hidden = book.create_sheet("隠し")
    hidden.sheet_state = "hidden"
    hidden["B2"] = MARK + "隠"
    file = BytesIO()
    book.save(file)
    found = lines(list(SheetExtractor().extract(file, Task("a.xlsx"))))
    assert found["名簿!A1:C1"] == [f"{MARK}\t1985-04-01\t123456789012"]
    assert found["名簿!A1 comment"] == [MARK + "注"]
    assert found["隠し!B2:B2"] == [MARK + "隠"]


def test_xls_of_xlwt_gives_its_lines() -> None:
    xlwt = pytest.importorskip("xlwt")
    if XlsExtractor().missing():
        pytest.skip("the extra office is not installed")
    book = xlwt.Workbook(encoding="utf-8")
    first, hidden = book.add_sheet("名簿"), book.add_sheet("隠し")
    first.write(1, 1, MARK)
    first.write(1, 2, 123456789012)
    first.write(2, 1, date(1985, 4, 1), xlwt.easyxf(num_format_str="yyyy/mm/dd"))
    first.write(2, 2, 12345, xlwt.easyxf(num_format_str="0000000"))
    for number in range(2_000):
        first.write(100 + number, 0, f"{MARK}{number}")
    hidden.visibility = 1
    hidden.write(0, 0, MARK + "隠")
    file = BytesIO()
    book.save(file)
    found = list(XlsExtractor().extract(BytesIO(file.getvalue()), Task("a.xls")))
    assert lines(found)["名簿!B2:C3"] == [f"{MARK}\t123456789012", "1985/04/01\t0012345"]
    rest = [line for part, each in lines(found).items() if part.startswith("名簿!A") for line in each]
    assert rest == [f"{MARK}{number}" for number in range(2_000)]
    assert lines(found)["隠し!A1:A1"] == [MARK + "隠"]
    assert not [each for each in found if isinstance(each, Unread)]


@pytest.mark.parametrize(("behind", "told"), [(b"", []), (bytes(60), []), (bytes(8) + b"rest", ["MRS-X-021"])])
def test_xls_records_behind_zeros_are_told_as_lost(behind: bytes, told: list[str]) -> None:
    begin = struct.pack("<HHHHIII", 0x809, 16, 0x600, 0x10, 0, 0, 0)
    cell = struct.pack("<HHHHHHB", 0x204, 10, 0, 0, 0, 1, 0) + b"a"
    found = list(Biff(begin + cell + behind).read())
    assert [each.text for each in found if isinstance(each, Piece)] == ["a\n"]
    assert [each.code for each in found if isinstance(each, Unread)] == told


def test_cell_of_a_shared_string_that_is_not_there_is_told() -> None:
    cell = struct.pack("<HHHHIII", 0x809, 16, 0x600, 0x10, 0, 0, 0) + struct.pack("<HHHHHI", 0xFD, 10, 0, 0, 0, 5)
    pages = {**XLSX, "xl/sharedStrings.xml": f"<sst {NS}><si><t>氏</t></si></sst>"}
    packed = {**make_xlsb(), "xl/sharedStrings.bin": b""}
    found = list(Biff(cell).read()), read_xlsx(pages), list(XlsbExtractor().extract(make_package(packed), Task("a")))
    for each in found:
        assert [out.code for out in each if isinstance(out, Unread)] == ["MRS-X-021"]


def record(kind: int, body: bytes) -> bytes:
    size, head = len(body), bytes([kind]) if kind < 0x80 else bytes([kind & 0x7F | 0x80, kind >> 7])
    while size >= 0x80:
        head, size = head + bytes([size & 0x7F | 0x80]), size >> 7
    return head + bytes([size]) + body


def wide(text: str) -> bytes:
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def xlsb_cell(kind: int, column: int, body: bytes, style: int = 0) -> bytes:
    return record(kind, struct.pack("<II", column, style) + body)


def make_xlsb() -> dict[str, str | bytes]:
    margins = b"\x00\x00" + wide(f"&C{MARK}ヘッダー") + wide("&R足") + b"\xff\xff\xff\xff" * 4
    cells = xlsb_cell(7, 0, struct.pack("<I", 0)) + xlsb_cell(2, 1, struct.pack("<I", 12345 << 2 | 2), 1)
    cells += xlsb_cell(6, 2, wide(MARK + "式")) + xlsb_cell(5, 16383, struct.pack("<d", 123456789012.0))
    return {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.bin": record(156, struct.pack("<II", 2, 1) + wide("r1") + wide("名簿")),
        "xl/_rels/workbook.bin.rels": RELS.format(relation(1, "worksheet", "worksheets/sheet1.bin")),
        "xl/sharedStrings.bin": record(19, b"\x00" + wide(MARK + "共有")),
        "xl/styles.bin": record(44, struct.pack("<H", 170) + wide("0000000"))
        + record(617, b"")
        + b"".join(record(47, struct.pack("<HH", 0, n) + b"\x00" * 12) for n in (0, 170))
        + record(618, b""),
        "xl/worksheets/sheet1.bin": record(0, struct.pack("<I", 1_048_575) + b"\x00" * 13)
        + cells
        + record(479, margins),
        "xl/worksheets/_rels/sheet1.bin.rels": RELS.format(relation(1, "comments", "../comments1.bin")),
        "xl/comments1.bin": record(632, wide(MARK)) + record(637, b"\x00" + wide(MARK + "注")),
    }


def test_xlsb_gives_cells_margins_and_comments() -> None:
    found = list(XlsbExtractor().extract(make_package(make_xlsb()), Task("a.xlsb")))
    assert lines(found) == {
        "名簿!A1048576:XFD1048576": [f"{MARK}共有\t0012345\t{MARK}式\t123456789012"],
        "名簿 header": [MARK + "ヘッダー"],
        "名簿 footer": ["足"],
        "author": [MARK],
        "名簿 comment": [MARK + "注"],
        "sheet names": ["名簿"],
    }
    assert not [each for each in found if not isinstance(each, Piece)]


def encrypt(password: str) -> bytes:
    module = pytest.importorskip("msoffcrypto.format.ooxml")
    openpyxl = pytest.importorskip("openpyxl")
    file, locked = BytesIO(), BytesIO()
    openpyxl.Workbook().save(file)
    file.seek(0)
    module.OOXMLFile(file).encrypt(password, locked)
    return locked.getvalue()


def test_encrypted_workbook_with_the_password_goes_out_opened() -> None:
    found = list(EncryptedExtractor().extract(BytesIO(encrypt("ひみつ1")), Task("名簿.xlsx", ("外れ", "ひみつ1"))))
    assert [type(each) for each in found] == [Member]
    assert found[0] == Member("", "名簿.xlsx", found[0].data)  # type: ignore[union-attr]
    assert found[0].data.startswith(b"PK")  # type: ignore[union-attr]


def test_encrypted_workbook_without_the_password_is_told() -> None:
    with pytest.raises(InspectError) as caught:
        list(EncryptedExtractor().extract(BytesIO(encrypt("a")), Task("a.xlsx", ("b",))))
    assert caught.value.code == "MRS-X-020"


def test_encrypted_workbook_cut_off_is_told_as_damaged() -> None:
    pytest.importorskip("msoffcrypto")
    with pytest.raises(InspectError) as caught:
        list(EncryptedExtractor().extract(BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 50), Task("a.xlsx")))
    assert caught.value.code == "MRS-X-021"


def test_readings_of_shared_strings_come_once() -> None:
    item = "<si><t>能勢</t><rPh sb='0' eb='2'><t>ノセ</t></rPh></si>"
    parts: dict[str, str | bytes] = {
        "xl/sharedStrings.xml": f"<sst>{item}{item}</sst>",
        "xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
    }
    assert lines(read_xlsx(parts))["ruby"] == ["ノセ"]
