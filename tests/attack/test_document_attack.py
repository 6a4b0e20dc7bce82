"""Hostile and damaged documents: each ends soon, in little memory, and is never taken for a clean one."""

from __future__ import annotations

import resource
import struct
import time
import zlib
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import (
    Answer,
    collect,
    write_compound,
    write_pdf,
    write_record,
    write_slides,
    write_stream,
    write_word,
)
from tests.unit.extract.test_image import write_png
from tests.unit.extract.test_table import write_dbf, write_parquet, write_sqlite

from morasanu.extract.interface import Limits, Task
from morasanu.extract.legacy.document import LegacyExtractor
from morasanu.extract.legacy.rtf import RtfExtractor
from morasanu.extract.page import pdf
from morasanu.extract.page.image import ImageExtractor
from morasanu.extract.page.pdf import PdfExtractor
from morasanu.extract.table import DbfExtractor, ParquetExtractor, SqliteExtractor

if TYPE_CHECKING:
    from morasanu.extract.interface import Extractor

MAX_CPU_S = 2.0
MAX_GROWTH_KB = 300_000
ALL = {
    "pdf": PdfExtractor(),
    "image": ImageExtractor(lambda _: None),
    "doc": LegacyExtractor(),
    "rtf": RtfExtractor(),
    "sqlite": SqliteExtractor(),
    "parquet": ParquetExtractor(),
    "dbf": DbfExtractor(),
}
TEXT = "山田太郎\r".encode("utf-16-le")


@pytest.fixture(autouse=True)
def _no_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "has_reader", lambda: False)
    for name, module in (("pdf", "pypdfium2"), ("doc", "olefile"), ("parquet", "pyarrow")):
        if ALL[name].missing():
            pytest.skip(f"{module} is not installed")


def attack(extractor: Extractor, data: bytes) -> Answer:
    """Return what `extractor` says of `data`, having seen that it ends within the limits of a child."""
    begun, held = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = collect(extractor, data)
    assert time.process_time() - begun < MAX_CPU_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - held < MAX_GROWTH_KB
    return answer


def _write_pdf(pages: bytes, *more: bytes) -> bytes:
    return write_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, *more])


def test_pdf_that_claims_a_million_pages_ends() -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    answer = attack(ALL["pdf"], _write_pdf(b"<< /Type /Pages /Kids [3 0 R] /Count 1000000 >>", page))
    assert len(answer.unread) < 200
    assert {out.code for out in answer.unread} >= {"MRS-X-021"}


def test_pdf_with_a_page_tree_that_holds_itself_ends() -> None:
    answer = attack(ALL["pdf"], _write_pdf(b"<< /Type /Pages /Kids [2 0 R 2 0 R 2 0 R] /Count 100000 >>"))
    assert not answer.is_complete


def test_pdf_with_parents_in_a_circle_ends() -> None:
    inner = b"<< /Type /Pages /Parent 2 0 R /Kids [2 0 R 3 0 R] /Count 9 >>"
    assert not attack(
        ALL["pdf"], _write_pdf(b"<< /Type /Pages /Parent 3 0 R /Kids [3 0 R] /Count 9 >>", inner)
    ).is_complete


@pytest.mark.parametrize(("unit", "count"), [(b" ", 60_000_000), (b"q ", 1_000_000), (b"0 0 m ", 1_000_000)])
def test_pdf_with_a_bomb_for_a_page_ends(unit: bytes, count: int) -> None:
    bomb = write_stream(zlib.compress(unit * count, 9), b"/Filter /FlateDecode")
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    attack(ALL["pdf"], _write_pdf(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, bomb))


def test_pdf_with_a_bomb_of_objects_ends() -> None:
    inner = b"".join(b"%d 0 " % number for number in range(10, 110))
    packed = zlib.compress(inner + b"[" * 20_000_000, 9)
    bomb = write_stream(packed, b"/Type /ObjStm /N 100 /First %d /Filter /FlateDecode" % len(inner))
    assert not attack(ALL["pdf"], _write_pdf(b"<< /Type /Pages /Kids [10 0 R] /Count 1 >>", bomb)).is_complete


def test_pdf_with_deep_brackets_ends() -> None:
    assert not attack(ALL["pdf"], _write_pdf(b"[" * 200_000)).is_complete


def test_pdf_with_an_outline_in_a_circle_ends() -> None:
    outline = b"<< /First 5 0 R /Last 5 0 R >>"
    item = b"<< /Title (x) /Next 5 0 R /First 5 0 R /Parent 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    data = write_pdf([b"<< /Type /Catalog /Pages 2 0 R /Outlines 4 0 R >>", pages, page, outline, item])
    assert attack(ALL["pdf"], data).pieces["outline"] == "x\n"


def test_pdf_page_of_a_square_kilometre_is_drawn_small(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def read(data: bytes) -> str:
        sizes.append(len(data))
        return ""

    monkeypatch.setattr(pdf, "has_reader", lambda: True)
    monkeypatch.setattr(pdf, "read_image", read)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %s] /Contents 4 0 R >>"
    for box in (b"3000000 3000000", b"3000000 1", b"0 0"):
        square = write_stream(b"0 0 9999 9999 re f")
        attack(ALL["pdf"], _write_pdf(b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page % box, square))
    assert sizes
    assert max(sizes) < 13_000_000


def test_pdf_salvage_of_endless_objects_ends() -> None:
    assert attack(ALL["pdf"], b"%PDF-1.7\n" + b"1 0 obj " * 300_000).error == "MRS-X-021"


def test_rtf_of_a_hundred_thousand_groups_is_refused() -> None:
    answer = attack(ALL["rtf"], b"{\\rtf1 " + b"{" * 100_000 + b"x" + b"}" * 100_001)
    assert [out.code for out in answer.unread] == ["MRS-X-022"]


def test_rtf_with_more_ends_than_groups_ends() -> None:
    answer = attack(ALL["rtf"], b"{\\rtf1 a" + b"}" * 100_000 + b"b")
    assert answer.text == "ab\n"  # all of it was read, so nothing is told


@pytest.mark.parametrize("length", [b"9999999999", b"-9", b"2147483648"])
def test_rtf_with_a_lie_about_raw_bytes_ends(length: bytes) -> None:
    answer = attack(ALL["rtf"], b"{\\rtf1 before\\bin" + length + b" after}")
    assert answer.text.startswith("before")
    assert "after" in answer.text or not answer.is_complete


def test_rtf_with_odd_digits_and_backslashes_ends() -> None:
    hostile = (
        b"{\\rtf1\\ansicpg99999\\uc999999999 \\u-99999999999 \\'zz\\'8\\"
        + b"\\" * 1_001
        + b"{\\pict\\pngblip 8}{\\*\\objdata ff}x"
    )
    assert not attack(ALL["rtf"], hostile).is_complete


def test_rtf_of_a_million_escapes_ends() -> None:
    answer = attack(ALL["rtf"], b"{\\rtf1\\ansicpg932 " + b"\\'8e\\'52" * 500_000 + b"}")
    assert len(answer.text) == 500_001


def _change(data: bytes, at: int, value: int) -> bytes:
    place = 512 + at  # the first stream begins behind the head
    return data[:place] + struct.pack("<I", value) + data[place + 4 :]


@pytest.mark.parametrize("value", [0, 5, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("at", [0x4C, 0x54, 0x102, 0x106, 0x18, 0x1C])
def test_word_with_a_lie_about_its_parts_ends(at: int, value: int) -> None:
    answer = attack(ALL["doc"], _change(write_word([(TEXT, 2)]), at, value))
    assert "山" in answer.text or not answer.is_complete or at == 0x4C


@pytest.mark.parametrize("value", [1, 4_000, 0x7FFFFFFF, 0xFFFFFFFF])
@pytest.mark.parametrize("at", [0x1A2, 0x1A6])
def test_word_with_a_piece_table_beyond_its_stream_is_refused(at: int, value: int) -> None:
    answer = attack(ALL["doc"], _change(write_word([(TEXT, 2)]), at, value))
    assert "山" in answer.text or not answer.is_complete


def test_word_with_pieces_beyond_the_text_is_refused() -> None:
    table = struct.pack("<II", 0, 0x7FFFFFFF) + struct.pack("<HIH", 0, 0x3FFFFFF0, 0)
    data = write_word([(TEXT, 2)]).replace(b"\x02\x10\x00\x00\x00", b"\x02\x10\x00\x00\x00", 1)
    at = data.index(b"\x02\x10\x00\x00\x00") + 5
    assert not attack(ALL["doc"], data[:at] + table + data[at + len(table) :]).is_complete


def test_word_with_many_pieces_of_the_same_bytes_ends() -> None:
    count = 50_000
    places = struct.pack(f"<{count + 1}I", *range(0, count * 40_000 + 1, 40_000))
    clx = places + struct.pack("<HIH", 0, 0, 0) * count
    stream = bytearray(1_000_000)
    struct.pack_into("<HHHHHH", stream, 0, 0xA5EC, 0xC1, 0, 0x411, 0, 0x200)
    struct.pack_into("<i", stream, 0x4C, 0x7FFFFFFF)
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx) + 5)
    table = b"\x02" + struct.pack("<I", len(clx)) + clx
    answer = attack(ALL["doc"], write_compound({"WordDocument": bytes(stream), "1Table": table}))
    assert len(answer.text) < 10_000_000


def test_word_of_open_fields_ends() -> None:
    answer = attack(ALL["doc"], write_word([("\x13a".encode("utf-16-le") * 200_000, 2)]))
    assert "a" in answer.text


def test_compound_file_whose_chains_run_in_circles_is_refused() -> None:
    data = bytearray(write_word([(TEXT, 2)]))
    at = len(data) - 512
    data[at : at + 512] = struct.pack("<128I", *([0] * 128))
    assert not attack(ALL["doc"], bytes(data)).is_complete


def test_compound_file_whose_folder_holds_itself_is_refused() -> None:
    data = bytearray(write_word([(TEXT, 2)]))
    at = data.index("WordDocument".encode("utf-16-le"))
    data[at + 72 : at + 80] = struct.pack("<II", 1, 1)
    attack(ALL["doc"], bytes(data))


def test_compound_file_whose_folders_hold_each_other_twice_ends() -> None:
    data = bytearray(write_compound({"A/x": b"1", "B/y": b"2", "WordDocument": b""}))
    for name in ("A", "B"):
        at = data.index((name + "\0").encode("utf-16-le") + bytes(20))
        data[at + 68 : at + 80] = struct.pack("<III", 1 if name == "B" else 0xFFFFFFFF, 3, 1)
    assert not attack(ALL["doc"], bytes(data)).is_complete


def test_compound_file_that_claims_billions_of_properties_ends() -> None:
    claims = bytes(44) + struct.pack("<III", 48, 0, 0xFFFFFFFF)
    answer = attack(ALL["doc"], write_word([(TEXT, 2)], **{"\x05SummaryInformation": claims}))
    assert "山田" in answer.text


def test_slides_with_records_in_records_end() -> None:
    heads = write_record(0x03E8, b"", is_container=True, claims=0xFFFFFFFF) * 100_000
    assert not attack(ALL["doc"], write_slides(heads)).is_complete


def test_slides_with_empty_records_end() -> None:
    answer = attack(
        ALL["doc"], write_slides(write_record(0x0FA0, b"") * 100_000 + write_record(0x0FA0, "山".encode("utf-16-le")))
    )
    assert answer.text == "山\n"


def test_slides_with_a_lie_about_a_text_are_refused() -> None:
    answer = attack(ALL["doc"], write_slides(write_record(0x0FA0, TEXT, claims=0x7FFFFFFF)))
    assert "山田" in answer.text
    assert not answer.is_complete


def test_slides_with_a_bomb_for_an_object_are_refused() -> None:
    packed = bytes(4) + zlib.compress(bytes(30_000_000), 9)
    limits = Limits(member_bytes=20_000_000)
    answer = collect(ALL["doc"], write_slides(write_record(0x1011, packed, 1)), Task("a.ppt", limits=limits))
    assert [out.code for out in answer.unread] == ["MRS-X-022"]


def test_sqlite_with_an_endless_view_ends() -> None:
    view = "CREATE VIEW v AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"
    answer = attack(ALL["sqlite"], write_sqlite("CREATE TABLE t (a)", "INSERT INTO t VALUES ('x')", view))
    assert answer.text == "x\n"


def test_sqlite_table_that_pretends_to_be_a_view_is_refused() -> None:
    real = "CREATE TABLE t (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)"
    fake = "CREATE TABLE t (a, b AS (zeroblob(999999999)), c AS (load_extension('x')))".ljust(len(real)).encode()
    data = write_sqlite(real, "INSERT INTO t VALUES ('x')")
    attack(ALL["sqlite"], data.replace(real.encode(), fake))


def test_sqlite_whose_schema_runs_virtual_tables_is_refused() -> None:
    real = "CREATE TABLE ttttttttttttttttttttttttttttt (aaaaaaaaaaaaaaaaaaaaaaaaaaa)"
    fake = "CREATE VIRTUAL TABLE x USING csv(filename='secret')".ljust(len(real)).encode()
    assert not attack(ALL["sqlite"], write_sqlite(real).replace(real.encode(), fake)).is_complete


def test_sqlite_with_a_thousand_columns_of_nothing_ends() -> None:
    columns = ", ".join(f"c{number}" for number in range(1_500))
    row = (
        "INSERT INTO t (c0) WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 500) SELECT x FROM n",
        [],
    )
    assert attack(ALL["sqlite"], write_sqlite(f"CREATE TABLE t ({columns})", row)).is_complete


@pytest.mark.parametrize("page", range(1, 9))
def test_sqlite_with_a_corrupted_page_is_refused(page: int) -> None:
    rows = [("INSERT INTO t VALUES (?, ?)", [number, "山" * 300]) for number in range(60)]
    data = bytearray(
        write_sqlite("CREATE TABLE t (a, b)", "CREATE TABLE u (c)", "INSERT INTO u VALUES ('kept')", *rows)
    )
    data[page * 4_096 : page * 4_096 + 4_096] = b"\xa5" * 4_096
    assert not attack(ALL["sqlite"], bytes(data)).is_complete


def test_sqlite_page_that_points_to_itself_ends() -> None:
    rows = [("INSERT INTO t VALUES (?)", ["山" * 300]) for _ in range(60)]
    data = bytearray(write_sqlite("CREATE TABLE t (a)", *rows))
    data[4_096 + 12 : 4_096 + 20] = bytes(8)
    data[4_096 + 8 : 4_096 + 12] = struct.pack(">I", 2)
    assert not attack(ALL["sqlite"], bytes(data)).is_complete


def _samples() -> dict[str, bytes]:
    rows = [("INSERT INTO t VALUES (?)", ["山" * 300]) for _ in range(60)]
    return {
        "sqlite": write_sqlite("CREATE TABLE t (a)", *rows),
        "parquet": write_parquet(2_000),
        "dbf": write_dbf([b" " + "山田".encode("cp932").ljust(20)] * 500, ((b"NAME", b"C", 20),)),
        "doc": write_word([(TEXT * 2_000, 2)]),
        "rtf": b"{\\rtf1\\ansi " + b"{\\b text}\\par\n" * 500 + b"}",
        "pdf": _write_pdf(
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>",
            write_stream(b"0 0 9 9 re f " * 99),
        ),
        "image": write_png(100, 100, bytes(10_000)),
    }


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("kind", ALL)
def test_document_cut_at_a_tenth_is_refused(kind: str, tenth: int) -> None:
    data = _samples()[kind]
    answer = attack(ALL[kind], data[: len(data) * tenth // 10])
    assert not answer.is_complete or (kind == "rtf" and tenth == 0)


@pytest.mark.parametrize("kind", ALL)
def test_document_of_zero_bytes_is_refused(kind: str) -> None:
    assert attack(ALL[kind], b"").error or kind == "rtf"


@pytest.mark.parametrize("kind", ALL)
def test_document_of_its_first_bytes_and_noise_is_refused(kind: str) -> None:
    noise = bytes((number * 7919 + number // 251) % 256 for number in range(20_000))
    assert not attack(ALL[kind], _samples()[kind][:16] + noise).is_complete


def test_picture_of_fifty_thousand_squared_is_refused() -> None:
    assert attack(ImageExtractor(lambda _: "never asked"), write_png(50_000, 50_000)).error == "MRS-X-022"


def test_picture_with_circles_in_its_head_is_refused() -> None:
    for data in (
        b"\xff\xd8" + b"\xff" * 100_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9,
        b"II*\x00\x04\x00\x00\x00\xff\xff\xff\xff",
    ):
        assert attack(ALL["image"], data).error == "MRS-X-021"
