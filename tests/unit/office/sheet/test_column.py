"""Cells and values: each kind takes what people write, and says what it does not take."""

from __future__ import annotations

from datetime import date

import pytest

from morasanu.office.sheet import check
from morasanu.office.sheet.check import Checker, parse_cell
from morasanu.office.sheet.column import Cell, Choice, Column, Formatter, Kind, Table, Value, find_choices, settle
from morasanu.rules.load import Words

from .made import MEDIA, TABLE, UNITS

A = Words("列", "column")
COLUMNS = {kind: Column("a", A, kind) for kind in Kind} | {
    Kind.CHOICE: Column("a", A, Kind.CHOICE, choices=UNITS),
}


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        (Kind.TEXT, " 髙﨑\r\nＡ ", " 髙﨑\nＡ "),
        (Kind.TEXT, 12.0, "12"),
        (Kind.TEXT, 0.5, "0.5"),
        (Kind.TEXT, date(2026, 4, 1), "2026-04-01"),
        (Kind.TEXT, "=1+1", "=1+1"),
        (Kind.CODE, " ００１２　", "0012"),
        (Kind.CODE, 12, "12"),
        (Kind.INTEGER, "１，２００", 1200),
        (Kind.INTEGER, 1200.0, 1200),
        (Kind.INTEGER, "-5", -5),
        (Kind.DAY, "2026/4/1", date(2026, 4, 1)),
        (Kind.DAY, "２０２６年４月１日", date(2026, 4, 1)),
        (Kind.DAY, "2026-04-01 00:00:00", date(2026, 4, 1)),
        (Kind.DAY, date(1899, 1, 1), date(1899, 1, 1)),
        (Kind.BOOLEAN, "○", True),
        (Kind.BOOLEAN, "ＮＯ", False),
        (Kind.BOOLEAN, 1, True),
        (Kind.BOOLEAN, False, False),
        (Kind.CHOICE, "港町　支店", "002"),
        (Kind.CHOICE, "minatomachi branch", "002"),
        (Kind.CHOICE, "００２", "002"),
        (Kind.MANY, "b；a、a､c", ("a", "b", "c")),
    ],
)
def test_cell_is_read_as_people_mean_it(kind: Kind, cell: Cell, value: Value) -> None:
    parsed = parse_cell(COLUMNS[kind], cell)
    assert (parsed.value, parsed.error) == (value, None)
    assert type(parsed.value) is type(value)


@pytest.mark.parametrize(
    ("kind", "cell", "error", "suggestion"),
    [
        (Kind.INTEGER, "約200", check.NO_INTEGER, ""),
        (Kind.INTEGER, 0.5, check.NO_INTEGER, ""),
        (Kind.INTEGER, "1,20", check.NO_INTEGER, ""),
        (Kind.DAY, "2026-02-30", check.NO_DAY, ""),
        (Kind.DAY, 46113, check.NO_DAY, "2026-04-01"),
        (Kind.DAY, "2026-04-01 10:00:00", check.NO_DAY, ""),
        (Kind.BOOLEAN, "たぶん", check.NO_BOOLEAN, ""),
        (Kind.CHOICE, "港待支店", check.NO_CHOICE, "港町支店"),
        (Kind.CHOICE, "分室", check.NO_CHOICE, ""),
        (Kind.CHOICE, "x" * 200, check.NO_CHOICE, ""),
        (Kind.TEXT, "あ" * 32_768, check.TOO_LONG, ""),
        (Kind.TEXT, "𠮷" * 16_384, check.TOO_LONG, ""),
    ],
)
def test_wrong_cell_is_told_with_what_was_meant(kind: Kind, cell: Cell, error: Words, suggestion: str) -> None:
    parsed = parse_cell(COLUMNS[kind], cell)
    assert parsed.error == error
    if kind is not Kind.CHOICE or suggestion:
        assert parsed.suggestion == suggestion


def test_several_choices_of_which_one_is_unknown_are_told_whole() -> None:
    parsed = parse_cell(Column("a", A, Kind.MANY, choices=MEDIA), "紙、電子デ一タ")
    assert (parsed.error, parsed.suggestion) == (check.NO_CHOICE, "紙、電子データ")


@pytest.mark.parametrize("cell", [None, "", "  ", "　", "\n"])
@pytest.mark.parametrize("kind", Kind)
def test_empty_cell_of_a_required_column_is_told(kind: Kind, cell: Cell) -> None:
    column = Column("a", A, kind, required=True, choices=UNITS if kind is Kind.CHOICE else ())
    assert parse_cell(column, cell).error == check.REQUIRED


@pytest.mark.parametrize("kind", Kind)
def test_empty_cell_of_another_column_is_its_empty_value(kind: Kind) -> None:
    assert parse_cell(COLUMNS[kind], None) == (COLUMNS[kind].empty, None, "", None)


@pytest.mark.parametrize("cell", [12, 12.0, "12", "１２"])
def test_code_that_lost_its_zeros_gets_them_back_and_says_so(cell: Cell) -> None:
    parsed = parse_cell(Column("a", A, Kind.CODE, digits=4), cell)
    assert (parsed.value, parsed.note) == ("0012", check.ZEROS)


def test_code_of_its_length_gets_no_note() -> None:
    assert parse_cell(Column("a", A, Kind.CODE, digits=4), "0012").note is None


def test_own_check_of_a_column_speaks_last() -> None:
    told = Words("大きすぎます", "too many")
    column = Column("a", A, Kind.INTEGER, check=lambda value: told if isinstance(value, int) and value > 5 else None)
    assert [parse_cell(column, cell).error for cell in (3, 9, "x")] == [None, told, check.NO_INTEGER]


def test_near_matches_are_looked_for_only_so_often() -> None:
    choices = tuple(Choice(f"k{n}", Words(f"第{n}支店", f"branch {n}")) for n in range(20_000))
    checker = Checker(Column("a", A, Kind.CHOICE, choices=choices))
    found = [checker.read(f"第{n}支点").suggestion for n in range(4)]
    assert found[0] == "第0支店"
    assert found[3] == ""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_choice_whose_title_is_not_its_own_is_said_by_its_value(language: str) -> None:
    formatter = Formatter(COLUMNS[Kind.CHOICE], language)
    checker = Checker(COLUMNS[Kind.CHOICE], language)
    said = [formatter.say(choice.value) for choice in UNITS]
    assert [checker.read(cell).value for cell in said] == [choice.value for choice in UNITS]
    if language == "ja":
        assert said == ["本店営業部", "港町支店", "003", "004", "005"]


def test_value_of_a_choice_goes_before_the_title_of_another() -> None:
    choices = (Choice("一", Words("二", "b")), Choice("二", Words("一", "a")))
    column = Column("a", A, Kind.CHOICE, choices=choices)
    assert find_choices(column)["一"] == "一"
    assert [Checker(column).read(Formatter(column).say(each.value)).value for each in choices] == ["一", "二"]


def test_choice_is_known_by_what_cp932_makes_of_it() -> None:
    column = Column("a", A, Kind.CHOICE, choices=(Choice("7", Words("𠮷野支店", "Yoshino")),))
    assert parse_cell(column, "〓野支店").value == "7"


def test_settled_value_stays_as_it_is() -> None:
    value = settle(TABLE.key_column, "　Ａ㈱ 1\r\n")
    assert value == settle(TABLE.key_column, value) == "A(株) 1"


def test_table_without_its_key_is_refused() -> None:
    with pytest.raises(ValueError, match="unit"):
        Table("unit", A, "code", (Column("name", A),))


def test_table_with_a_name_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="unit"):
        Table("unit", A, "name", (Column("name", A), Column("name", A)))
