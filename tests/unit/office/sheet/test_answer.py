"""The workbook that goes back: it says what is wrong where it is wrong, and corrected it goes in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest

from morasanu.office.sheet.answer import write_answer
from morasanu.office.sheet.book import Paper
from morasanu.office.sheet.compare import compare

from .made import ROW, TABLE, read, save

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

HEAD = ("件数", "管理番号", "名称", "備考", "部店")
ROWS = (
    ("約百", "000012", "=融資", "旧", "港待支店"),
    (3, "000013", "口座", "新", "港町支店"),
    ("", 14, "", "+1", "港町支店"),
)


def answer(path: Path, language: str = "ja") -> Worksheet:
    preview = read(path, language=language)
    target = path.with_name("answer.xlsx")
    with target.open("wb") as file:
        assert write_answer(file, preview, Paper(TABLE.title, None, language)) == 2
    return openpyxl.load_workbook(target).worksheets[0]


@pytest.fixture(params=[".xlsx", ".csv"])
def sheet(request: pytest.FixtureRequest, tmp_path: Path) -> Worksheet:
    return answer(save(tmp_path / f"a{request.param}", [HEAD, *ROWS]))


def test_first_column_says_what_is_wrong_and_what_was_meant(sheet: Worksheet) -> None:
    assert [cell.value for cell in sheet["A"]] == [
        "確認してください",
        "「件数」整数で書いてください\n「部店」選択肢にありません（もしかして: 港町支店）",
        None,
        "「名称」必ず書いてください",
    ]


def test_rows_come_back_as_they_were(sheet: Worksheet) -> None:
    assert [cell.value for cell in sheet[1]][1:] == list(HEAD)
    assert [cell.value for cell in sheet[2]][1:] == list(ROWS[0])
    assert [cell.value for cell in sheet[4]][1:] in (
        [None, 14, None, "+1", "港町支店"],
        [None, "14", None, "+1", "港町支店"],
    )
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}


def test_wrong_cells_are_coloured_and_commented(sheet: Worksheet) -> None:
    coloured = {cell.coordinate for row in sheet.iter_rows(min_row=2) for cell in row if cell.fill.fill_type == "solid"}
    commented = {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.comment}
    assert coloured == commented == {"B2", "F2", "D4"}
    assert sheet["F2"].comment.text == "選択肢にありません（もしかして: 港町支店）"


def test_answer_in_english_speaks_english(tmp_path: Path) -> None:
    sheet = answer(save(tmp_path / "a.xlsx", [HEAD, *ROWS]), "en")
    assert (
        sheet["A2"].value
        == "「persons」write a whole number\n「unit」not one of the choices（did you mean: Minatomachi Branch）"
    )


def test_corrected_answer_goes_in(sheet: Worksheet, tmp_path: Path) -> None:
    sheet["B2"], sheet["F2"], sheet["D4"] = 100, "港町支店", "出資"
    sheet.parent.save(tmp_path / "again.xlsx")
    preview = read(tmp_path / "again.xlsx")
    assert (preview.errors, preview.unknown_columns) == ((), ("備考",))
    result = compare(TABLE, preview.rows, [ROW])
    assert [row.values["number"] for row in result.inserts] == ["000013", "000014"]
    assert {change.column: change.new for change in result.updates[0].changes} == {"persons": 100, "title": "=融資"}


def test_uncorrected_answer_says_the_same_once(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.parent.save(tmp_path / "again.xlsx")
    again = answer(tmp_path / "again.xlsx")
    assert [cell.value for cell in again["A"]] == [cell.value for cell in sheet["A"]]
    assert again.max_column == sheet.max_column


def test_missing_required_column_is_added_for_filling_in(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.csv", [("管理番号", "件数"), ("000012", "5")]))
    with (tmp_path / "b.xlsx").open("wb") as file:
        write_answer(file, preview)
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["確認してください", "管理番号", "件数", "名称"]
    assert sheet["D1"].comment.text == "必須の列がありません"


def test_cell_too_long_for_excel_comes_back_cut(tmp_path: Path) -> None:
    preview = read(save(tmp_path / "a.csv", [("管理番号", "名称"), ("000012", "あ" * 40_000)]))
    with (tmp_path / "b.xlsx").open("wb") as file:
        assert write_answer(file, preview) == 1
    assert len(openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0]["C2"].value) == 16_383
