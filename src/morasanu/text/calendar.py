"""Counting days as institutions do: business days, statutory last days, months, fiscal years, what is left until a day."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from morasanu.text.day import Style
from morasanu.text.era import SOLAR_FROM, to_era_year

ADMINISTRATIVE_YEAR_END: Final = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
"""Months and days on which administrative organs are closed (行政機関の休日に関する法律 1)."""
BANK_YEAR_END: Final = frozenset({(12, 31), (1, 1), (1, 2), (1, 3)})
"""Months and days on which banks are closed (銀行法施行令 5, for shinkin banks by 信用金庫法 89; seen in secondary sources)."""
_SATURDAY: Final = 5
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days somebody is closed: Saturdays, Sundays, `closed` (holidays and own days) and each year's `year_end`.

    `years` are those whose holidays stand in `closed`, None when all do; of a day outside nothing is known, and each method raises
    ValueError rather than take a holiday for a business day.

    >>> bank = Calendar(frozenset({date(2026, 11, 23)}), BANK_YEAR_END)
    >>> bank.is_open(date(2026, 11, 23)), bank.next_open(date(2026, 11, 21)).isoformat()
    (False, '2026-11-24')
    """

    closed: frozenset[date]
    year_end: frozenset[tuple[int, int]]
    years: range | None = None

    def is_open(self, day: date) -> bool:
        """Return whether business is done on the day."""
        if self.years is not None and day.year not in self.years:
            raise ValueError(f"the holidays of {day.year} are not in this calendar")
        return day.weekday() < _SATURDAY and day not in self.closed and (day.month, day.day) not in self.year_end

    def next_open(self, day: date) -> date:
        """Return the day itself when it is open, else the first open day after it."""
        while not self.is_open(day):
            day += _DAY
        return day

    def add_open_days(self, day: date, n: int) -> date:
        """Return the `n`-th open day after `day`, which itself does not count; before it when `n` is negative.

        For 0 it is `next_open(day)`.

        >>> Calendar(frozenset(), BANK_YEAR_END).add_open_days(date(2026, 12, 30), 2).isoformat()
        '2027-01-05'
        """
        if n == 0:
            return self.next_open(day)
        step = _DAY if n > 0 else -_DAY
        for _ in range(abs(n)):
            day += step
            while not self.is_open(day):
                day += step
        return day


def last_day(known_on: date, days: int, calendar: Calendar) -> date:
    """Return the last day of a statutory period of `days`: the day it was known is day 1, a closed last day gives way to the next open one.

    So it is counted for the final report of a leak, with the calendar of administrative organs (ガイドライン通則編 3-5-3-4 note 2).
    Raises ValueError when `days` is less than 1.

    >>> organs = Calendar(frozenset(), ADMINISTRATIVE_YEAR_END)
    >>> last_day(date(2026, 12, 1), 30, organs).isoformat()
    '2027-01-04'
    """
    if days < 1:
        raise ValueError("a period has at least one day")
    return calendar.next_open(known_on + timedelta(days=days - 1))


def months_after(day: date, n: int) -> date:
    """Return the same day `n` months later (earlier when negative), the month's last day where it has no such day.

    Count from the first day of a cycle each time: from result to result the 31st would become the 28th.

    >>> months_after(date(2026, 1, 31), 1).isoformat(), months_after(date(2026, 1, 31), 2).isoformat()
    ('2026-02-28', '2026-03-31')
    """
    months = day.year * 12 + day.month - 1 + n
    year, month = months // 12, months % 12 + 1
    if not date.min.year <= year <= date.max.year:
        raise ValueError("beyond the calendar")
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def describe_rest(today: date, due: date) -> tuple[str, str]:
    """Return what is left until a due day, in Japanese and English.

    >>> describe_rest(date(2026, 11, 23), date(2026, 11, 27)), describe_rest(date(2026, 11, 23), date(2026, 11, 21))
    (('残り4日', '4 days left'), ('2日超過', '2 days overdue'))
    >>> describe_rest(date(2026, 11, 23), date(2026, 11, 23))
    ('今日まで', 'due today')
    """
    days = (due - today).days
    if days == 0:
        return "今日まで", "due today"
    count = abs(days)
    many = f"{count} day{'' if count == 1 else 's'}"
    return (f"残り{count}日", f"{many} left") if days > 0 else (f"{count}日超過", f"{many} overdue")


def fiscal_year(day: date, first_month: int = 4) -> int:
    """Return the western year in which the fiscal year of a day began.

    >>> fiscal_year(date(2027, 3, 31)), fiscal_year(date(2027, 4, 1))
    (2026, 2027)
    """
    return day.year if day.month >= first_month else day.year - 1


def fiscal_range(year: int, first_month: int = 4) -> tuple[date, date]:
    """Return the first and the last day of a fiscal year.

    >>> [day.isoformat() for day in fiscal_range(2026)]
    ['2026-04-01', '2027-03-31']
    """
    first = date(year, first_month, 1)
    return first, months_after(first, 12) - _DAY


def quarter(day: date, first_month: int = 4) -> int:
    """Return the quarter of the fiscal year, 1 to 4.

    >>> quarter(date(2026, 4, 1)), quarter(date(2027, 3, 31))
    (1, 4)
    """
    return (day.month - first_month) % 12 // 3 + 1


def show_fiscal_year(year: int, language: str, style: Style = Style.WESTERN) -> str:
    """Return the name of a fiscal year in `language` (`"ja"` or anything else for English), before 1873 western in either style.

    A year in which the era changes bears the new one throughout, as the state's budget does (申合せ of 2019-04-01: 令和元年度).

    >>> show_fiscal_year(2026, "ja"), show_fiscal_year(2026, "ja", Style.ERA), show_fiscal_year(2026, "en")
    ('2026年度', '令和8年度', 'FY2026')
    """
    if language != "ja":
        return f"FY{year}"
    return f"{to_era_year(date(year, 12, 31))}度" if style == Style.ERA and year >= SOLAR_FROM.year else f"{year}年度"
