"""Counting days: business days, the statutory last day against dated cases, months, fiscal years, what is left."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from morasanu.text.calendar import (
    ADMINISTRATIVE_YEAR_END,
    BANK_YEAR_END,
    Calendar,
    describe_rest,
    fiscal_range,
    fiscal_year,
    last_day,
    months_after,
    quarter,
    show_fiscal_year,
)
from morasanu.text.day import Style

LAW = Path(__file__).parents[4] / "shared" / "law"
# a part of the holidays of 2026 and 2027 that the cases here meet
HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        "2026-04-29 2026-05-03 2026-05-04 2026-05-05 2026-05-06 2026-09-21 2026-09-22 2026-09-23 2026-11-03 "
        "2026-11-23 2027-01-01 2027-01-11".split(),
    )
)
ORGANS = Calendar(HOLIDAYS, ADMINISTRATIVE_YEAR_END)
BANK = Calendar(HOLIDAYS, BANK_YEAR_END)
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
CALENDARS = st.builds(
    Calendar,
    st.frozensets(st.dates(date(2026, 1, 1), date(2026, 3, 31)), max_size=40),
    st.sampled_from([ADMINISTRATIVE_YEAR_END, BANK_YEAR_END]),
)
NEAR = st.dates(date(2025, 12, 15), date(2026, 4, 10))


@pytest.mark.parametrize(
    ("day", "organ", "bank"),
    [
        ("2026-11-20", True, True),  # Friday
        ("2026-11-21", False, False),
        ("2026-11-22", False, False),
        ("2026-11-23", False, False),  # a holiday on Monday
        ("2026-12-28", True, True),
        ("2026-12-29", False, True),
        ("2026-12-30", False, True),
        ("2026-12-31", False, False),
        ("2027-01-01", False, False),
        ("2028-01-03", False, False),  # a Monday
        ("2027-01-04", True, True),
    ],
)
def test_open_days_of_organs_and_banks(day: str, organ: bool, bank: bool) -> None:
    assert (ORGANS.is_open(date.fromisoformat(day)), BANK.is_open(date.fromisoformat(day))) == (organ, bank)


def test_next_open_of_an_open_day_is_the_day_itself() -> None:
    assert BANK.next_open(date(2026, 11, 20)) == date(2026, 11, 20)
    assert BANK.next_open(date(2026, 11, 21)) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("day", "n", "after"),
    [
        ("2026-11-20", 1, "2026-11-24"),
        ("2026-11-22", 1, "2026-11-24"),  # from a closed day the first open one is 1
        ("2026-11-24", -1, "2026-11-20"),
        ("2026-11-23", -1, "2026-11-20"),
        ("2026-11-23", 0, "2026-11-24"),
        ("2026-11-24", 0, "2026-11-24"),
        ("2026-09-18", 2, "2026-09-25"),  # over five closed days
        ("2026-12-30", 1, "2027-01-04"),
    ],
)
def test_add_open_days_skips_closed_ones(day: str, n: int, after: str) -> None:
    assert BANK.add_open_days(date.fromisoformat(day), n).isoformat() == after


@given(CALENDARS, NEAR, st.integers(-30, 30))
def test_add_open_days_lands_on_the_nth_open_day(calendar: Calendar, day: date, n: int) -> None:
    end = calendar.add_open_days(day, n)
    assert calendar.is_open(end)
    if n:
        low, high = (day + timedelta(days=1), end) if n > 0 else (end, day - timedelta(days=1))
        passed = [low + timedelta(days=i) for i in range((high - low).days + 1)]
        assert sum(map(calendar.is_open, passed)) == abs(n)


@given(CALENDARS, NEAR, st.integers(1, 30), st.integers(1, 30))
def test_add_open_days_in_two_steps_is_the_same(calendar: Calendar, day: date, a: int, b: int) -> None:
    assert calendar.add_open_days(calendar.add_open_days(day, a), b) == calendar.add_open_days(day, a + b)


@given(CALENDARS, NEAR)
def test_next_open_skips_no_open_day(calendar: Calendar, day: date) -> None:
    end = calendar.next_open(day)
    assert calendar.is_open(end)
    assert not any(calendar.is_open(day + timedelta(days=i)) for i in range((end - day).days))


def test_day_of_a_year_without_holidays_is_not_guessed() -> None:
    known = Calendar(HOLIDAYS, BANK_YEAR_END, range(2026, 2027))
    assert known.is_open(date(2026, 12, 30))
    with pytest.raises(ValueError, match="2027"):
        known.is_open(date(2027, 1, 4))
    with pytest.raises(ValueError, match="2027"):
        known.add_open_days(date(2026, 12, 30), 1)
    with pytest.raises(ValueError, match="2027"):
        last_day(date(2026, 12, 2), 30, known)
    with pytest.raises(ValueError, match="2025"):
        known.add_open_days(date(2026, 1, 4), -1)


@pytest.mark.parametrize(
    ("known_on", "days", "due"),
    [
        ("2026-11-24", 1, "2026-11-24"),  # the day it was known is day 1
        ("2026-11-21", 1, "2026-11-24"),  # known on a Saturday before a holiday
        ("2026-09-01", 30, "2026-09-30"),
        ("2026-10-05", 30, "2026-11-04"),  # day 30 is a holiday
        ("2026-10-03", 30, "2026-11-02"),  # day 30 is a Sunday, the Monday is open
        ("2026-08-21", 30, "2026-09-24"),  # Saturday, and closed until Wednesday
        ("2026-11-29", 30, "2026-12-28"),  # the last open day of the year
        ("2026-11-30", 30, "2027-01-04"),  # 29 December
        ("2026-11-02", 60, "2027-01-04"),  # 31 December
        ("2026-12-01", 60, "2027-01-29"),
    ],
)
def test_last_day_of_a_period_gives_way_to_an_open_day(known_on: str, days: int, due: str) -> None:
    assert last_day(date.fromisoformat(known_on), days, ORGANS).isoformat() == due


def test_last_day_banks_are_open_on_29_december_and_organs_are_not() -> None:
    assert last_day(date(2026, 11, 30), 30, BANK) == date(2026, 12, 29)


@pytest.mark.parametrize("days", [0, -30])
def test_last_day_of_no_day_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        last_day(date(2026, 12, 1), days, ORGANS)


@given(CALENDARS, NEAR, st.integers(1, 90))
def test_last_day_is_open_and_only_moved_over_closed_days(calendar: Calendar, known_on: date, days: int) -> None:
    due = last_day(known_on, days, calendar)
    raw = known_on + timedelta(days=days - 1)
    assert calendar.is_open(due)
    assert due == raw or not calendar.is_open(raw)


@pytest.mark.skipif(not LAW.is_dir(), reason="the project's papers on the law are not beside the repository")
def test_last_day_agrees_with_the_dated_cases() -> None:
    holidays = yaml.safe_load((LAW / "holidays_2026_2027.yaml").read_text(encoding="utf-8"))
    assert {f"{month:02d}-{day:02d}" for month, day in ADMINISTRATIVE_YEAR_END} == set(holidays["year_end_closure"])
    closed = frozenset(map(date.fromisoformat, holidays["holidays"]))
    assert closed >= HOLIDAYS
    organs = Calendar(closed, ADMINISTRATIVE_YEAR_END, range(2026, 2028))
    cases = yaml.safe_load((LAW / "breach_cases_dev.yaml").read_text(encoding="utf-8"))["cases"]
    dated = [case["expected"] for case in cases if case["expected"]["final_due"]]
    moved = [case for case in dated if case["final_raw"] != case["final_due"]]
    assert len(dated) >= 14
    assert len(moved) >= 5
    for case in dated:
        known_on = date.fromisoformat(case["known_on_effective"])
        assert last_day(known_on, case["final_days"], organs).isoformat() == case["final_due"]


@pytest.mark.parametrize(
    ("day", "n", "after"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2024-02-29", 12, "2025-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-11-30", 0, "2026-11-30"),
        ("2026-02-28", 1, "2026-03-28"),
    ],
)
def test_months_after_keeps_the_day_or_the_end_of_the_month(day: str, n: int, after: str) -> None:
    assert months_after(date.fromisoformat(day), n).isoformat() == after


@given(DAYS, st.integers(-600, 600))
def test_months_after_counts_months_and_keeps_days(day: date, n: int) -> None:
    after = months_after(day, n)
    assert (after.year - day.year) * 12 + after.month - day.month == n
    assert after.day == min(day.day, calendar.monthrange(after.year, after.month)[1])


@pytest.mark.parametrize(("day", "n"), [(date.max, 1), (date.min, -1)])
def test_months_after_beyond_the_calendar_is_refused(day: date, n: int) -> None:
    with pytest.raises(ValueError, match="beyond"):
        months_after(day, n)


@pytest.mark.parametrize(
    ("days", "ja", "en"),
    [
        (4, "残り4日", "4 days left"),
        (1, "残り1日", "1 day left"),
        (0, "今日まで", "due today"),
        (-1, "1日超過", "1 day overdue"),
        (-2, "2日超過", "2 days overdue"),
    ],
)
def test_rest_is_said_in_days(days: int, ja: str, en: str) -> None:
    today = date(2026, 12, 30)
    assert describe_rest(today, today + timedelta(days=days)) == (ja, en)


@given(DAYS, st.integers(1, 12))
def test_fiscal_year_of_every_day_of_its_range_is_that_year(day: date, first_month: int) -> None:
    year = fiscal_year(day, first_month)
    first, last = fiscal_range(year, first_month)
    assert first <= day <= last
    assert (first.month, first.day) == (first_month, 1)
    assert fiscal_range(year + 1, first_month)[0] - last == timedelta(days=1)
    months = (day.year - first.year) * 12 + day.month - first.month
    assert quarter(day, first_month) == months // 3 + 1


def test_fiscal_year_begins_in_april_unless_said_otherwise() -> None:
    assert [fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1)), fiscal_year(date(2027, 3, 31), 1)] == [
        2026,
        2027,
        2027,
    ]
    assert fiscal_range(2027) == (date(2027, 4, 1), date(2028, 3, 31))
    assert fiscal_range(2026, 1) == (date(2026, 1, 1), date(2026, 12, 31))
    assert fiscal_range(2027, 3)[1] == date(2028, 2, 29)


def test_quarter_ends_and_begins_with_the_month() -> None:
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [quarter(day) for day in days] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("year", "style", "shown"),
    [
        (2026, Style.WESTERN, "2026年度"),
        (2026, Style.ERA, "令和8年度"),
        (2019, Style.ERA, "令和元年度"),
        (2018, Style.ERA, "平成30年度"),
        (1989, Style.ERA, "平成元年度"),
        (1988, Style.ERA, "昭和63年度"),
        (1872, Style.ERA, "1872年度"),
    ],
)
def test_fiscal_year_is_named(year: int, style: Style, shown: str) -> None:
    assert show_fiscal_year(year, "ja", style) == shown
    assert show_fiscal_year(year, "en", style) == f"FY{year}"
