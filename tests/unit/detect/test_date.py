"""Dates of birth: a date is one only by its label, by 生 after it, or right beside a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Find = Callable[[str], list[tuple[str, str]]]

DATES = (
    "昭和57年8月20日",
    "昭57.8.20",
    "S57.8.20",
    "S57/8/20",
    "平成元年3月4日",
    "令和2年12月31日",
    "大正15年1月1日",
    "昭和五十七年八月二十日",
    "1982年8月20日",
    "1982/08/20",
    "1982-08-20",
    "1982.8.20",
    "１９８２年８月２０日",
    "Ｓ５７．８．２０",
)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize(
    "form", ["生年月日：{}", "誕生日は{}です", "生年月日\n{}\n", "DOB: {}", "（{}生）", "{}生まれ"]
)
def test_date_announced_as_birth_is_found(find: Find, date: str, form: str) -> None:
    assert find(form.format(date)) == [(date, "DATE_OF_BIRTH")]


@pytest.mark.parametrize("date", ["19820820", "20 Aug 1982", "Aug 20, 1982", "8/20/1982"])
def test_date_in_other_forms_after_its_label_is_found(find: Find, date: str) -> None:
    assert find(f"Date of birth: {date}") == [(date, "DATE_OF_BIRTH")]


@pytest.mark.parametrize(
    ("text", "date"),
    [("山田太郎様（1982/08/20）", "1982/08/20"), ("山田太郎、昭和57年8月20日", "昭和57年8月20日")],
)
def test_date_beside_a_person_is_found(find: Find, text: str, date: str) -> None:
    assert find(text) == [("山田太郎", "PERSON"), (date, "DATE_OF_BIRTH")]


@pytest.mark.parametrize(
    ("text", "date"), [("昭和45年生まれ", "昭和45年"), ("S45年1月生", "S45年1月"), ("1970年生まれの男性", "1970年")]
)
def test_year_of_birth_is_found(find: Find, text: str, date: str) -> None:
    assert find(text) == [(date, "DATE_OF_BIRTH")]


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize(
    "form", ["{}", "契約日 {}", "受付日：{}", "施行日：{}", "{}開催", "有効期限 {}", "{}現在", "死亡日 {}"]
)
def test_date_of_something_else_is_not_found(find: Find, date: str, form: str) -> None:
    assert find(form.format(date)) == []


@pytest.mark.parametrize(
    "text", ["山田太郎様 契約日 2024/09/18", "山田太郎様 2024年9月18日付で解約", "担当：山田太郎　受付日：2026/11/20"]
)
def test_date_of_something_else_beside_a_person_is_not_found(find: Find, text: str) -> None:
    assert find(text) == [("山田太郎", "PERSON")]


@pytest.mark.parametrize(
    "text", ["2026年度生産計画", "昭和45年生産の機械", "第57期8月20日", "1970年代", "新生銀行", "2024年9月18日生産分"]
)
def test_year_before_a_word_with_birth_in_it_is_not_found(find: Find, text: str) -> None:
    assert find(text) == []


def test_table_of_dates_only_the_birth_column_is_found(find: Find) -> None:
    text = "氏名,生年月日,契約日\n山田太郎,1982/08/20,2024/09/18\n"
    assert find(text) == [("山田太郎", "PERSON"), ("1982/08/20", "DATE_OF_BIRTH")]


def test_date_with_an_era_letter_behind_a_labelled_name_is_found(find: Find) -> None:
    assert find("氏名：山田太郎　S57.8.20") == [("山田太郎", "PERSON"), ("S57.8.20", "DATE_OF_BIRTH")]
