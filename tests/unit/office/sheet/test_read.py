"""What is uploaded: the header is found as people write it, and every wrong cell is told by its place."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlwt
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from morasanu.errors import InputError
from morasanu.office.sheet import check
from morasanu.office.sheet.grid import SheetLimits
from morasanu.office.sheet.read import CellError
from morasanu.rules.load import Words

from .made import ROW, read, save, write

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("管理番号", "名称", "件数", "開始日", "部店")
GOOD = ("000012", "融資申込書", 1200, "2026-04-01", "港町支店")
SUFFIXES = pytest.mark.parametrize("suffix", [".xlsx", ".csv"])


@SUFFIXES
def test_rows_are_read_with_their_numbers_and_values(tmp_path: Path, suffix: str) -> None:
    preview = read(save(tmp_path / f"a{suffix}", [HEAD, GOOD, ("",) * 5, ("000013", *GOOD[1:])]))
    assert [row.number for row in preview.rows] == [2, 4]
    assert preview.rows[0].values == {"number": "000012", "title": "融資申込書", "persons": 1200, "since": date(2026, 4, 1), "unit": "002"}  # fmt: skip
    assert (preview.errors, preview.suggestions, preview.unknown_columns) == ((), (), ())


@SUFFIXES
def test_header_is_found_below_a_title_in_any_order_and_language(tmp_path: Path, suffix: str) -> None:
    head = ("ＮＡＭＥ", "persons", "管理　番号", "since")
    preview = read(save(tmp_path / f"a{suffix}", [("汐見信用金庫 台帳",), (), head, ("x", 5, "000001", "2026/4/1")]))
    assert preview.header_row == 3
    assert preview.rows[0].values == {"title": "x", "persons": 5, "number": "000001", "since": date(2026, 4, 1)}


@SUFFIXES
def test_wrong_cells_are_told_by_row_and_column(tmp_path: Path, suffix: str) -> None:
    preview = read(save(tmp_path / f"a{suffix}", [HEAD, GOOD, ("000013", "", "多数", "四月", "港町支")]))
    assert preview.errors == (
        CellError(3, "title", check.REQUIRED),
        CellError(3, "persons", check.NO_INTEGER),
        CellError(3, "since", check.NO_DAY),
        CellError(3, "unit", check.NO_CHOICE, "港町支店"),
    )
    assert preview.rows[1].errors == preview.errors
    assert preview.rows[1].values == {"number": "000013"}


def test_extra_columns_are_told_with_the_title_that_was_meant(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [(*HEAD, "システム名", "印", ""), (*GOOD, "K1", "済", "x")]))
    assert preview.unknown_columns == ("システム名", "印", "(H)")
    assert [(each.row, each.column, each.suggestion) for each in preview.suggestions] == [(1, "システム名", "システム")]


def test_cells_beyond_the_header_are_told(tmp_path: Path) -> None:
    assert read(save(tmp_path / "a.csv", [HEAD, (*GOOD, "", "x")])).unknown_columns == ("(G)",)


def test_missing_required_column_is_told_once(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [("管理番号", "件数"), ("000012", 5), ("000013", 6)]))
    assert [(each.row, each.column) for each in preview.errors] == [(1, "title")]


def test_column_that_stands_there_twice_is_told(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [("管理番号", "名称", "name"), ("000012", "a", "b")]))
    assert [(each.row, each.column) for each in preview.errors] == [(1, "title")]
    assert preview.rows[0].values["title"] == "a"


def test_key_that_stands_there_twice_is_told_with_the_other_row(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [HEAD, GOOD, (12, *GOOD[1:])]))
    assert preview.errors == (CellError(3, "number", Words("2行目と同じです", "the same as in row 2")),)


def test_key_with_a_lost_character_is_told(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.csv", [HEAD, ("個〓12", *GOOD[1:])]))
    assert [(each.row, each.column) for each in preview.errors] == [(2, "number")]


def test_zeros_that_excel_took_are_put_back_and_told(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [HEAD, (12, *GOOD[1:])]))
    assert preview.rows[0].values["number"] == "000012"
    assert preview.suggestions == (CellError(2, "number", check.ZEROS, "12"),)


def test_table_is_found_by_the_name_of_its_sheet(tmp_path: Path) -> None:
    path = save(tmp_path / "a.xlsx", [("表紙",)])
    book = openpyxl.load_workbook(path)
    sheet = book.create_sheet("個人データ取扱台帳")
    for row in (HEAD, GOOD):
        sheet.append(row)
    book.save(path)
    assert len(read(path).rows) == 1


def test_table_without_its_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(save(tmp_path / "a.xlsx", [("名称", "件数"), ("a", 1)]))
    assert caught.value.code == "MRS-I-065"
    assert "「管理番号」" in caught.value.message_ja


@pytest.mark.parametrize("charset", ["cp932", "utf-8", "utf-8-sig", "euc_jp", "utf-16"])
def test_csv_is_read_in_the_set_it_is_in(tmp_path: Path, charset: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(
        '管理番号,名称\r\n000001,"山田, ①\r\n商店"\r\n'.replace("①", "" if charset == "euc_jp" else "①").encode(charset)
    )
    assert read(path).rows[0].values["title"] in {"山田, ①\n商店", "山田, \n商店"}


def test_table_apart_by_tabs_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("管理番号\t名称\n000001\tあ,い\n", encoding="cp932")
    assert read(path).rows[0].values["title"] == "あ,い"


def test_bytes_that_are_no_characters_are_told_by_their_cell(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("管理番号,名称\r\n000001,山田商店\r\n000002,本店".encode("cp932") + b"\x81\r\n")
    preview = read(path)
    assert [(each.row, each.column) for each in preview.errors] == [(3, "title")]


@pytest.mark.parametrize("suffix", [".xls", ".ods"])
def test_older_and_other_workbooks_are_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    if suffix == ".xls":
        book = xlwt.Workbook()
        sheet = book.add_sheet("a")
        for row, cells in enumerate((HEAD, GOOD)):
            for place, cell in enumerate(cells):
                sheet.write(row, place, cell)
        book.save(str(path))
    else:
        document = OpenDocumentSpreadsheet()
        table = Table(name="a")
        for cells in (HEAD, GOOD):
            line = TableRow()
            for cell in cells:
                held = TableCell(valuetype="string")
                held.addElement(P(text=str(cell)))
                line.addElement(held)
            table.addElement(line)
        document.spreadsheet.addElement(table)
        document.save(str(path))
    preview = read(path)
    assert preview.errors == ()
    assert preview.rows[0].values["unit"] == "002"


@SUFFIXES
@pytest.mark.parametrize(("limits", "code"), [(SheetLimits(rows=2), "MRS-I-062"), (SheetLimits(columns=4), "MRS-I-063"), (SheetLimits(file_bytes=50), "MRS-I-061")])  # fmt: skip
def test_more_than_the_limit_is_refused(tmp_path: Path, suffix: str, limits: SheetLimits, code: str) -> None:
    with pytest.raises(InputError) as caught:
        read(save(tmp_path / f"a{suffix}", [HEAD, GOOD, GOOD]), limits)
    assert caught.value.code == code


@SUFFIXES
def test_as_much_as_the_limit_is_read(tmp_path: Path, suffix: str) -> None:
    assert len(read(save(tmp_path / f"a{suffix}", [HEAD, GOOD]), SheetLimits(rows=2, columns=5)).rows) == 1


def test_empty_table_of_ours_has_no_rows(tmp_path: Path) -> None:
    preview = read(write(tmp_path / "a.xlsx", []))
    assert (preview.rows, preview.errors, preview.places) == ((), (), tuple(ROW))


def test_suggestions_speak_the_language_asked_for(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.xlsx", [HEAD, (*GOOD[:4], "minatomach branch")]), language="en")
    assert preview.errors[0].suggestion == "Minatomachi Branch"
