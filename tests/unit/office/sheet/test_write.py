"""What is handed out: workbooks as an officer expects them, CSV that old programs read and that tells what it lost."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import tracemalloc
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest

from morasanu.errors import InputError
from morasanu.office.sheet.book import Paper
from morasanu.office.sheet.column import Column, Table
from morasanu.office.sheet.write import Charset, Lost, write_csv, write_xlsx
from morasanu.rules.load import Words

from .made import ROW, TABLE, write

if TYPE_CHECKING:
    from pathlib import Path

PAPER = Paper(Words("台帳 A&B", "Register A&B"), date(2026, 11, 2))


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    file = BytesIO()
    assert write_xlsx(file, TABLE, [ROW, ROW | {"title": "=HYPERLINK(1)", "since": date(1899, 5, 1)}], PAPER) == 2
    return openpyxl.load_workbook(file)


def test_workbook_prints_on_a4_with_its_header_on_each_page(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    assert (sheet.title, sheet.page_setup.orientation, sheet.page_setup.paperSize) == (
        "個人データ取扱台帳",
        "landscape",
        9,
    )
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "A2"
    assert sheet.oddHeader.left.text == "台帳 A&&B"
    assert sheet.oddHeader.right.text == "基準日 2026-11-02"
    assert sheet.oddFooter.center.text == "&P / &N"


def test_workbook_filters_all_its_rows(book: openpyxl.Workbook) -> None:
    assert book.worksheets[0].auto_filter.ref == "A1:H3"


def test_codes_are_text_and_days_are_days(book: openpyxl.Workbook) -> None:
    sheet = book.worksheets[0]
    number, _, persons, since = (sheet.cell(2, place) for place in range(1, 5))
    assert (number.value, number.data_type, number.number_format) == ("000012", "s", "@")
    assert (persons.value, persons.data_type) == (1200, "n")
    assert (since.value.date(), since.number_format) == (date(2026, 4, 1), "yyyy-mm-dd")
    assert sheet.cell(3, 4).value == "1899-05-01"


def test_row_is_as_high_as_its_longest_text() -> None:
    file = BytesIO()
    rows = [ROW, ROW | {"title": "あ" * 31}, ROW | {"title": "a\nb\nc"}, ROW | {"title": "\n" * 90}]
    write_xlsx(file, TABLE, rows)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert [sheet.row_dimensions[row].height for row in range(2, 6)] == [None, 45, 45, 300]


def test_new_cells_below_are_typed_as_text(book: openpyxl.Workbook) -> None:
    assert book.worksheets[0].column_dimensions["A"].number_format == "@"


def test_text_like_a_formula_is_text(book: openpyxl.Workbook) -> None:
    cell = book.worksheets[0]["B3"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=HYPERLINK(1)", "s", True)


def test_input_rules_stand_on_their_columns(book: openpyxl.Workbook) -> None:
    rules = {str(rule.sqref): rule for rule in book.worksheets[0].data_validations.dataValidation}
    assert rules["F2:F1048576"].formula1 == "'選択肢'!$B$2:$B$6"
    assert [rules[f"{letter}2:{letter}1048576"].type for letter in "CDEF"] == ["whole", "date", "list", "list"]
    assert rules["B2:B1048576"].prompt == "何の台帳か"
    assert [cell.value for cell in book["選択肢"]["B"]] == ["部店", "本店営業部", "港町支店", "003", "004", "005"]


def test_second_sheet_explains_the_columns(book: openpyxl.Workbook) -> None:
    rows = list(book.worksheets[1].iter_rows(values_only=True))
    assert book.worksheets[1].title == "列の説明"
    assert rows[1:3] == [
        ("管理番号", "number\nnumber", "コード（先頭の 0 も残す）", "必須", None),
        ("名称", "name\ntitle", "文字", "必須", "何の台帳か"),
    ]


def test_workbook_in_english_speaks_english() -> None:
    file = BytesIO()
    write_xlsx(file, TABLE, [ROW], Paper(TABLE.title, None, "en"))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["Register of personal data", "Columns", "Choices"]
    assert [cell.value for cell in book.worksheets[0][2]][4:7] == ["yes", "Minatomachi Branch", "data、paper"]


def test_empty_table_is_a_workbook_too(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write(tmp_path / "a.xlsx", [])).worksheets[0]
    assert (sheet.max_row, sheet.auto_filter.ref) == (1, "A1:H2")


def test_text_that_no_cell_holds_is_told_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(InputError) as caught:
        write_xlsx(BytesIO(), TABLE, [ROW, ROW | {"title": "𠮷" * 16_384}])
    assert caught.value.code == "MRS-I-067"
    assert "3行目の「名称」" in caught.value.message_ja
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_rows() -> None:
    def measure(count: int) -> int:
        tracemalloc.start()
        write_xlsx(BytesIO(), small, ({"a": f"{n:06}\n"} for n in range(count)))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    small = Table("small", Words("小", "small"), "a", (Column("a", Words("a", "a")),))
    measure(10)
    assert measure(6_000) < measure(600) + 150_000  # the file itself, packed


def test_cp932_lists_what_it_cannot_hold_and_never_asks() -> None:
    file = BytesIO()
    rows = [ROW, ROW | {"title": "𠮷田 10〜20 ①髙﨑", "systems": ("é",)}]
    lost = write_csv(file, TABLE, rows, Charset.CP932)
    assert lost == [Lost(3, "title", "𠮷〜"), Lost(3, "systems", "é")]
    text = file.getvalue().decode("cp932")
    assert "〓田 10～20 ①髙﨑" in text
    assert "?" not in text
    assert text.count("\r\n") == 3


def test_utf8_begins_with_its_mark_and_loses_nothing() -> None:
    file = BytesIO()
    assert not write_csv(file, TABLE, [ROW | {"title": "𠮷〜é"}], Charset.UTF8, "en")
    assert file.getvalue().startswith(b"\xef\xbb\xbfnumber,name,")
    assert "𠮷〜é" in file.getvalue().decode("utf-8-sig")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠", "'=", "''@"])
def test_csv_guards_what_would_be_a_formula(start: str) -> None:
    file = BytesIO()
    write_csv(file, TABLE, [ROW | {"title": f"{start}cmd|' /C calc'!A0"}], Charset.UTF8)
    assert f"'{start}cmd" in file.getvalue().decode("utf-8-sig")


def test_negative_number_is_no_formula() -> None:
    file = BytesIO()
    write_csv(file, TABLE, [ROW | {"persons": -5}], Charset.UTF8)
    assert ",-5," in file.getvalue().decode("utf-8-sig")


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_another_program_opens_the_workbook(tmp_path: Path) -> None:
    write(tmp_path / "a.xlsx", [ROW, ROW | {"title": "=1+1"}])
    command = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", str(tmp_path), str(tmp_path / "a.xlsx")]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").splitlines()
    assert lines[1] == "000012,融資申込書,1200,2026-04-01,はい,港町支店,電子データ、紙,007、K1"
    assert lines[2].split(",")[1] == "=1+1"
