"""Eras: the first and last day of each, and what has none."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.era import ERAS, find_era, to_era, to_era_year, to_short_era


@pytest.mark.parametrize(
    ("day", "long", "short"),
    [
        (date(2026, 11, 23), "令和8年11月23日", "R8.11.23"),
        (date(2019, 5, 1), "令和元年5月1日", "R1.5.1"),
        (date(2019, 4, 30), "平成31年4月30日", "H31.4.30"),
        (date(1989, 1, 8), "平成元年1月8日", "H1.1.8"),
        (date(1989, 1, 7), "昭和64年1月7日", "S64.1.7"),
        (date(1926, 12, 25), "昭和元年12月25日", "S1.12.25"),
        (date(1926, 12, 24), "大正15年12月24日", "T15.12.24"),
        (date(1912, 7, 30), "大正元年7月30日", "T1.7.30"),
        (date(1912, 7, 29), "明治45年7月29日", "M45.7.29"),
        (date(1873, 1, 1), "明治6年1月1日", "M6.1.1"),
    ],
)
def test_era_of_first_and_last_days_is_written(day: date, long: str, short: str) -> None:
    assert (to_era(day), to_short_era(day)) == (long, short)


def test_era_year_first_is_gannen() -> None:
    assert to_era_year(date(2019, 12, 31)) == "令和元年"


@pytest.mark.parametrize("day", [date(1872, 12, 31), date(1868, 10, 23), date(1868, 10, 22), date.min])
def test_era_before_the_solar_calendar_is_refused(day: date) -> None:
    for write in (to_era, to_short_era, to_era_year):
        with pytest.raises(ValueError, match="1873"):
            write(day)


def test_eras_come_newest_first_and_a_day_before_the_oldest_has_none() -> None:
    firsts = [era.first for era in ERAS]
    assert firsts == sorted(firsts, reverse=True)
    assert find_era(firsts[-1] - timedelta(days=1)) is None


def test_era_letters_and_names_differ() -> None:
    for words in ({era.letter for era in ERAS}, {era.name for era in ERAS}, {era.name[0] for era in ERAS}):
        assert len(words) == len(ERAS)


@given(st.dates(ERAS[-1].first, date(2200, 12, 31)))
def test_era_found_has_begun_and_the_next_has_not(day: date) -> None:
    era = find_era(day)
    assert era is not None
    index = ERAS.index(era)
    assert era.first <= day
    assert index == 0 or day < ERAS[index - 1].first
