"""The Japanese eras: one table of them for the whole house, and years written by them."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple


class Era(NamedTuple):
    """An era: its first day, its name and the letter of its short form."""

    first: date
    name: str
    letter: str


ERAS: Final = (
    Era(date(2019, 5, 1), "令和", "R"),
    Era(date(1989, 1, 8), "平成", "H"),
    Era(date(1926, 12, 25), "昭和", "S"),
    Era(date(1912, 7, 30), "大正", "T"),
    Era(date(1868, 10, 23), "明治", "M"),
)
"""The eras, newest first (元号法 and the orders under it; before that the edicts). Each lasts until the day before the next begins."""
SOLAR_FROM: Final = date(1873, 1, 1)
"""The first day that is the same in the era's calendar and in ours: before 明治6年 months were those of the moon."""


def find_era(day: date) -> Era | None:
    """Return the era of a day, None before the first of the table.

    >>> find_era(date(2019, 4, 30)).name, find_era(date(2019, 5, 1)).name
    ('平成', '令和')
    """
    return next((era for era in ERAS if day >= era.first), None)


def to_era(day: date) -> str:
    """Return the day by its era, the first year as 元年. Raises ValueError before 1873, where days were counted otherwise.

    >>> to_era(date(2026, 11, 23)), to_era(date(2019, 5, 1))
    ('令和8年11月23日', '令和元年5月1日')
    """
    era, year = _count_year(day)
    return f"{era.name}{'元' if year == 1 else year}年{day.month}月{day.day}日"


def to_short_era(day: date) -> str:
    """Return the day by the letter of its era. Raises ValueError before 1873.

    >>> to_short_era(date(2026, 11, 23)), to_short_era(date(1989, 1, 8))
    ('R8.11.23', 'H1.1.8')
    """
    era, year = _count_year(day)
    return f"{era.letter}{year}.{day.month}.{day.day}"


def to_era_year(day: date) -> str:
    """Return the year of a day by its era. Raises ValueError before 1873.

    >>> to_era_year(date(2026, 11, 23)), to_era_year(date(1989, 1, 7))
    ('令和8年', '昭和64年')
    """
    return to_era(day).partition("年")[0] + "年"


def _count_year(day: date) -> tuple[Era, int]:
    era = find_era(day)
    if era is None or day < SOLAR_FROM:
        raise ValueError("no era before 1873 in this calendar")
    return era, day.year - era.first.year + 1
