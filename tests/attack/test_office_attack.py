"""Hostile and damaged office files: each ends within its limits, and none looks like a clean one."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zipfile
from io import BytesIO

import pytest
from tests.unit.extract.made import write_compound

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Extractor, Limits, Piece, Task, Unread
from morasanu.extract.office.encrypted import EncryptedExtractor
from morasanu.extract.office.odf import OdfExtractor
from morasanu.extract.office.sheet import SheetExtractor
from morasanu.extract.office.word import SlideExtractor, WordExtractor
from morasanu.extract.office.xls import XlsExtractor
from morasanu.extract.office.xlsb import XlsbExtractor

MARK = "①㈱髙﨑𠮷 ﾔﾏﾀﾞ"
CPU_S = 2.0
MAIN = {
    "docx": "word/document.xml",
    "pptx": "ppt/slides/slide1.xml",
    "xlsx": "xl/worksheets/sheet1.xml",
    "odt": "content.xml",
}
EXTRACTORS: dict[str, Extractor] = {
    "docx": WordExtractor(), "pptx": SlideExtractor(), "xlsx": SheetExtractor(), "odt": OdfExtractor(), "xlsb": XlsbExtractor(),
}  # fmt: skip


def make_package(parts: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", method) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


def read(extractor: Extractor, data: bytes, limits: Limits = Limits()) -> list[Extracted]:  # noqa: B008 - frozen
    """Return what comes out, a refusal as what it says; fails when it takes too long."""
    found: list[Extracted] = []
    start = time.process_time()
    try:
        found.extend(extractor.extract(BytesIO(data), Task("file", (), limits)))
    except InspectError as error:
        found.append(Unread("", error.code, error.message_ja, error.message_en))
    assert time.process_time() - start < CPU_S
    return found


def codes(found: list[Extracted]) -> set[str]:
    return {each.code for each in found if isinstance(each, Unread)}


def texts(found: list[Extracted]) -> str:
    return "".join(each.text for each in found if isinstance(each, Piece))


@pytest.mark.parametrize("form", MAIN)
def test_zip_bomb_part_is_refused(form: str) -> None:
    data = make_package({MAIN[form]: b" " * 50_000_000})
    assert "MRS-X-022" in codes(read(EXTRACTORS[form], data, Limits(ratio=500)))


@pytest.mark.parametrize("form", MAIN)
def test_part_larger_than_a_member_may_be_is_refused(form: str) -> None:
    data = make_package({MAIN[form]: b" " * 3_000_000}, zipfile.ZIP_STORED)
    assert "MRS-X-022" in codes(read(EXTRACTORS[form], data, Limits(member_bytes=1_000_000)))


def test_many_large_parts_together_are_refused() -> None:
    parts: dict[str, str | bytes] = {f"word/media/{number}.png": b" " * 900_000 for number in range(40)}
    assert "MRS-X-022" in codes(read(EXTRACTORS["docx"], make_package(parts), Limits(total_bytes=5_000_000)))


def test_many_parts_are_refused() -> None:
    parts: dict[str, str | bytes] = {f"word/{number}.xml": "<a/>" for number in range(2_000)}
    assert "MRS-X-022" in codes(read(EXTRACTORS["docx"], make_package(parts), Limits(members=1_000)))


ENTITIES = (
    '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]>"
)


@pytest.mark.parametrize("form", MAIN)
def test_entity_bomb_is_refused(form: str) -> None:
    found = read(EXTRACTORS[form], make_package({MAIN[form]: f"{ENTITIES}<a>&a11;</a>"}))
    assert codes(found) == {"MRS-X-025"}
    assert not texts(found)


@pytest.mark.parametrize("form", MAIN)
@pytest.mark.parametrize("kind", ["SYSTEM", 'PUBLIC "x"'])
def test_external_entity_is_refused(form: str, kind: str) -> None:
    document = f'<!DOCTYPE a [<!ENTITY b {kind} "file:///etc/hostname">]><a><p>&b;</p></a>'
    found = read(EXTRACTORS[form], make_package({MAIN[form]: document}))
    assert codes(found) == {"MRS-X-025"}
    assert not texts(found)


def test_entity_bomb_in_a_side_part_leaves_the_body() -> None:
    body = f"<w:d xmlns:w='urn:w'><w:p><w:t>{MARK}</w:t></w:p></w:d>"
    found = read(EXTRACTORS["docx"], make_package({"word/header1.xml": f"{ENTITIES}<a/>", MAIN["docx"]: body}))
    assert MARK in texts(found)
    assert codes(found) == {"MRS-X-025"}


@pytest.mark.parametrize("form", MAIN)
@pytest.mark.parametrize("tag", ["a", "tc", "table-cell", "sp", "table"])
def test_xml_200000_deep_is_refused(form: str, tag: str) -> None:
    document = f"<{tag}>" * 200_000 + f"</{tag}>" * 200_000
    assert codes(read(EXTRACTORS[form], make_package({MAIN[form]: document}))) == {"MRS-X-022"}


@pytest.mark.parametrize("form", MAIN)
def test_attribute_of_many_megabytes_is_refused(form: str) -> None:
    document = f"<a b='{'x' * 10_000_000}'/>"
    assert "MRS-X-022" in codes(read(EXTRACTORS[form], make_package({MAIN[form]: document}, zipfile.ZIP_STORED)))


def test_text_of_many_megabytes_ends_in_bounded_pieces() -> None:
    document = f"<p><t>{MARK * 400_000}</t></p>"
    found = read(EXTRACTORS["docx"], make_package({MAIN["docx"]: document}))
    assert max(len(each.text) for each in found if isinstance(each, Piece)) <= 64_001
    assert len(texts(found)) > 4_000_000


LONG = {
    "docx": "<d><tbl><tr><tc>{}</tc></tr></tbl></d>",
    "odt": "<d><table><table-row><table-cell>{}</table-cell></table-row></table></d>",
    "xlsx": "<w><row><c t='str'>{}</c></row></w>",
}


@pytest.mark.parametrize("form", LONG)
def test_cell_of_many_megabytes_ends_in_bounded_pieces(form: str) -> None:
    inside = "".join(f"<p><t>{MARK * 1_000}</t></p>" for _ in range(300))
    found = read(EXTRACTORS[form], make_package({MAIN[form]: LONG[form].format(inside)}))
    assert max(len(each.text) for each in found if isinstance(each, Piece)) <= 128_001
    assert texts(found).count("①㈱") == 300_000


def test_unknown_encoding_is_refused() -> None:
    document = b"<?xml version='1.0' encoding='x-none'?><a/>"
    assert codes(read(EXTRACTORS["docx"], make_package({MAIN["docx"]: document}))) == {"MRS-X-025"}


def xlsx(rows: str) -> bytes:
    return make_package(
        {MAIN["xlsx"]: f"<worksheet><dimension ref='A1:XFD1048576'/><sheetData>{rows}</sheetData></worksheet>"}
    )


def test_sparse_sheet_ends_without_taking_its_range() -> None:
    rows = f"<row r='1'><c r='A1' t='str'><v>{MARK}</v></c></row><row r='1048576'><c r='XFD1048576' t='str'><v>{MARK}</v></c></row>"
    tracemalloc.start()
    found = read(EXTRACTORS["xlsx"], xlsx(rows))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(each.part, each.text) for each in found if isinstance(each, Piece)] == [
        ("sheet1!A1:A1", MARK + "\n"),
        ("sheet1!XFD1048576:XFD1048576", MARK + "\n"),
    ]
    assert peak < 5_000_000


def test_sheet_of_far_apart_cells_ends_in_little_text() -> None:
    rows = "".join(f"<row r='{n}'><c r='A{n}'><v>1</v></c><c r='XFD{n}'><v>2</v></c></row>" for n in range(1, 5_001))
    assert len(texts(read(EXTRACTORS["xlsx"], xlsx(rows)))) < 200_000


def test_sheet_of_a_diagonal_ends_in_bounded_text() -> None:
    rows = "".join(
        f"<row r='{n}'><c r='{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[n // 676]}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}{n}'><v>1</v></c></row>"
        for n in range(1, 10_000)
    )
    assert len(texts(read(EXTRACTORS["xlsx"], xlsx(rows)))) < 5_000_000


def test_cell_told_many_times_ends_with_every_value() -> None:
    rows = "<row r='1'>" + "".join(f"<c r='A1'><v>{n}</v></c>" for n in range(5_000)) + "</row>"
    assert texts(read(EXTRACTORS["xlsx"], xlsx(rows))).split() == [str(n) for n in range(5_000)]


@pytest.mark.parametrize("number", ["1e999", "-1e308", "nan", "9" * 400, "0x10", "１", "-5", "1e18"])
def test_number_out_of_bounds_ends(number: str) -> None:
    styles = "<s><cellXfs><xf numFmtId='14'/><xf numFmtId='99999999999'/></cellXfs></s>"
    cells = (
        f"<row r='{number}'><c r='{number}' s='0'><v>{number}</v></c><c s='{number}' t='s'><v>{number}</v></c></row>"
    )
    parts: dict[str, str | bytes] = {MAIN["xlsx"]: f"<w><sheetData>{cells}</sheetData></w>", "xl/styles.xml": styles}
    assert codes(read(EXTRACTORS["xlsx"], make_package(parts))) == {"MRS-X-021"}  # no such shared string


@pytest.mark.parametrize("count", ["10000000", "99999999999999999999", "-1", "x"])
def test_repeated_cells_of_ods_end_in_little_text(count: str) -> None:
    cell = f"<table:table-cell table:number-columns-repeated='{count}'><text:p>{MARK}</text:p></table:table-cell>"
    row = f"<table:table-row table:number-rows-repeated='{count}'>{cell * 3}</table:table-row>"
    body = f"<office:spreadsheet><table:table table:name='a'>{row * 3}</table:table></office:spreadsheet>"
    document = f"<d xmlns:office='urn:o' xmlns:table='urn:t' xmlns:text='urn:x'>{body}</d>"
    text = texts(read(EXTRACTORS["odt"], make_package({"content.xml": document})))
    assert 9 <= text.count(MARK) <= 3 * 3 * 16 * 16


def test_repeated_spaces_of_odt_end_in_little_text() -> None:
    document = "<d xmlns:text='urn:x'><text:p>a<text:s text:c='99999999'/>b</text:p></d>"
    assert len(texts(read(EXTRACTORS["odt"], make_package({"content.xml": document})))) < 200


def full(form: str) -> bytes:
    lines = [f"{MARK}{number}" for number in range(3_000)]
    parts: dict[str, str | bytes] = {"first.xml": "<a/>"}
    if form in {"docx", "pptx"}:
        parts[MAIN[form]] = "<d>" + "".join(f"<p><r><t>{line}</t></r></p>" for line in lines) + "</d>"
    elif form == "xlsx":
        rows = "".join(f"<row><c t='inlineStr'><is><t>{line}</t></is></c></row>" for line in lines)
        parts[MAIN[form]] = f"<w><sheetData>{rows}</sheetData></w>"
    elif form == "odt":
        parts[MAIN[form]] = "<d>" + "".join(f"<p>{line}</p>" for line in lines) + "</d>"
    else:
        wide = [line.encode("utf-16-le") for line in lines]
        cells = b"".join(
            struct.pack("<BBIBB", 0, 4, n, 6, (12 + len(w)) & 0x7F) + struct.pack("<III", 0, 0, len(w) // 2) + w
            for n, w in enumerate(wide)
        )
        parts["xl/worksheets/sheet1.bin"] = cells
    parts["docProps/last.xml"] = "<a/>"
    return make_package(parts)


@pytest.mark.parametrize("form", EXTRACTORS)
@pytest.mark.parametrize("tenth", range(10))
def test_package_truncated_at_a_tenth_ends_as_damaged_with_what_is_there(form: str, tenth: int) -> None:
    whole = full(form)
    assert texts(read(EXTRACTORS[form], whole)).count(MARK) == 3_000
    found = read(EXTRACTORS[form], whole[: len(whole) * tenth // 10])
    assert codes(found) & {"MRS-X-021", "MRS-X-022"}
    if tenth > 2:
        assert texts(found).count(MARK) > 100 * tenth


def test_streamed_package_without_directory_ends_with_its_text() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise OSError

        def seek(self, *_: int) -> int:
            raise OSError

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr(MAIN["docx"], f"<d><p><t>{MARK}</t></p></d>")
    data = pipe.getvalue()
    found = read(EXTRACTORS["docx"], data[: data.index(b"PK\x01\x02")])
    assert MARK in texts(found)
    assert codes(found) == {"MRS-X-021"}


def test_changed_byte_in_a_part_is_told_as_damaged() -> None:
    data = bytearray(make_package({MAIN["docx"]: f"<d><p><t>{MARK}</t></p></d>"}, zipfile.ZIP_STORED))
    data[data.index("㈱".encode()) + 2] ^= 1
    assert codes(read(EXTRACTORS["docx"], bytes(data))) == {"MRS-X-021"}


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x03\x04" * 50_000, b"PK\x05\x06" + b"\x00" * 18, b"\x00" * 100_000])
def test_package_of_nothing_is_refused(data: bytes) -> None:
    for extractor in EXTRACTORS.values():
        assert codes(read(extractor, data)) == {"MRS-X-021"}


def test_local_headers_without_end_are_bounded() -> None:
    header = b"PK\x03\x04" + b"\x00" * 22 + struct.pack("<HH", 1, 0)
    data = b"".join(header + struct.pack("<B", 97 + n % 26) for n in range(30_000))
    assert codes(read(EXTRACTORS["docx"], data))


def test_path_out_of_the_package_stays_a_name() -> None:
    found = read(EXTRACTORS["docx"], make_package({"word/../../../etc/x.bin": b"a", MAIN["docx"]: "<d/>"}))
    assert [each.name for each in found if not isinstance(each, Piece | Unread)] == ["x.bin"]


def test_encrypted_package_with_endless_key_derivation_is_refused() -> None:
    pytest.importorskip("msoffcrypto")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b'<p spinCount="2000000000"/>'
    assert codes(read(EncryptedExtractor(), data)) == {"MRS-X-022"}


@pytest.mark.parametrize("tenth", range(10))
def test_xls_truncated_at_a_tenth_ends_as_damaged(tenth: int) -> None:
    xlwt = pytest.importorskip("xlwt")
    if XlsExtractor().missing():
        pytest.skip("the extra office is not installed")
    book = xlwt.Workbook(encoding="utf-8")
    for number in range(500):
        book.add_sheet("a") if not number else None
        book.get_sheet(0).write(number, 0, f"{MARK}{number}")
    file = BytesIO()
    book.save(file)
    whole = file.getvalue()
    found = read(XlsExtractor(), whole[: len(whole) * tenth // 10])
    assert codes(found) == {"MRS-X-021"}
    if tenth > 7:
        assert MARK in texts(found)


def test_sparse_xls_ends_without_taking_its_range() -> None:
    xlwt = pytest.importorskip("xlwt")
    if XlsExtractor().missing():
        pytest.skip("the extra office is not installed")
    book = xlwt.Workbook()
    sheet = book.add_sheet("a")
    sheet.write(0, 0, "a")
    sheet.write(65_535, 255, "b")
    file = BytesIO()
    book.save(file)
    assert [each.part for each in read(XlsExtractor(), file.getvalue())] == [
        "a!A1:A1",
        "a!IV65536:IV65536",
        "author",
        "sheet names",
    ]


def test_xls_whose_directory_goes_in_a_circle_and_names_nothing_is_not_handed_on() -> None:
    if XlsExtractor().missing():
        pytest.skip("the extra office is not installed")
    data = bytearray(write_compound({"Workbook": b"\x09\x08"}))
    directory = int.from_bytes(data[48:52], "little")
    data[512 + directory * 512 + 128 : 1024 + directory * 512] = bytes(384)
    table = int.from_bytes(data[76:80], "little")
    struct.pack_into("<I", data, 512 + table * 512 + directory * 4, directory)
    assert codes(read(XlsExtractor(), bytes(data))) == {"MRS-X-021"}
