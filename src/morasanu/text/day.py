"""Days and times as people write and read them: western or by era, Japanese or English, with the weekday."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Final

from morasanu.text.era import ERAS, SOLAR_FROM, find_era, to_era, to_short_era
from morasanu.text.fold import fold

JAPAN: Final = timezone(timedelta(hours=9), "JST")
"""Asia/Tokyo without a file to read: no summer time since 1951."""
_WEEKDAYS: Final = "月火水木金土日"
_WEEKDAYS_EN: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ERA_OF: Final = {word: era for era in ERAS for word in (era.name, era.name[0], era.letter)}
_LONGEST: Final = 40
_YEAR: Final = rf"(?:(?P<west>[0-9]{{4}})|(?P<era>{'|'.join(_ERA_OF)}) *(?P<year>[0-9]{{1,2}}|元))"
_DAY: Final = re.compile(
    rf"{_YEAR} *(?:年 *(?P<month>[0-9]{{1,2}}) *月 *(?P<day>[0-9]{{1,2}}) *日"
    r"|(?P<sign>[\-/.])(?P<m>[0-9]{1,2})(?P=sign)(?P<d>[0-9]{1,2}))"
    rf"(?: *\((?P<weekday>[{_WEEKDAYS}])\))?",
    re.IGNORECASE,
)


class Style(StrEnum):
    """How the year of a day is written."""

    WESTERN = "western"
    ERA = "era"


def parse_day(text: str) -> date:
    """Return the day that is written: `2026-11-23`, `2026/11/23`, `2026年11月23日`, `令和8年11月23日`, `R8.11.23`, in any width.

    Eras may be shortened (`令8.11.23`), the first year may be 元 or 1, spaces may pad the numbers, a weekday in brackets may follow.
    Raises ValueError, without repeating the text, for what is no day (2月30日), a day its era does not have (昭和64年2月1日: it ended on 7 January),
    a day by era before 1873, a weekday that is another, and anything else.

    >>> parse_day("令和８年１１月２３日"), parse_day("R1.5.1") == parse_day("令和元年5月1日")
    (datetime.date(2026, 11, 23), True)
    """
    match = _DAY.fullmatch(fold(text).text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError("not written as a day")
    day = _make_day(match)
    if match["weekday"] and match["weekday"] != _WEEKDAYS[day.weekday()]:
        raise ValueError("the weekday is another")
    return day


def _make_day(match: re.Match[str]) -> date:
    month, number = int(match["month"] or match["m"]), int(match["day"] or match["d"])
    era = _ERA_OF[match["era"].upper()] if match["era"] else None
    if era is None:
        year = int(match["west"])
    else:
        count = 1 if match["year"] == "元" else int(match["year"])
        year = era.first.year + count - 1
    try:
        day = date(year, month, number)
    except ValueError:
        raise ValueError("no such day") from None  # Python's own words repeat the day in some versions
    if era is not None and (day < SOLAR_FROM or find_era(day) != era):
        raise ValueError("the era does not have this day")
    return day


def show_day(day: date, language: str, style: Style = Style.WESTERN) -> str:
    """Return the day with its weekday in `language` (`"ja"` or anything else for English); days before 1873 come western in either style.

    >>> day = date(2026, 11, 27)
    >>> show_day(day, "ja"), show_day(day, "ja", Style.ERA)
    ('2026年11月27日(金)', '令和8年11月27日(金)')
    >>> show_day(day, "en"), show_day(day, "en", Style.ERA)
    ('Fri 27 Nov 2026', 'Fri 27 Nov 2026 (R8)')
    """
    by_era = style == Style.ERA and day >= SOLAR_FROM
    if language == "ja":
        return f"{to_era(day) if by_era else f'{day.year}年{day.month}月{day.day}日'}({_WEEKDAYS[day.weekday()]})"
    shown = f"{show_near_day(day, language)} {day.year}"
    return f"{shown} ({to_short_era(day).partition('.')[0]})" if by_era else shown


def show_near_day(day: date, language: str) -> str:
    """Return the day without its year, for days whose year nobody asks.

    >>> show_near_day(date(2026, 11, 27), "ja"), show_near_day(date(2026, 11, 27), "en")
    ('11月27日(金)', 'Fri 27 Nov')
    """
    if language == "ja":
        return f"{day.month}月{day.day}日({_WEEKDAYS[day.weekday()]})"
    return f"{_WEEKDAYS_EN[day.weekday()]} {day.day} {_MONTHS_EN[day.month - 1]}"


def show_time(at: datetime, language: str, style: Style = Style.WESTERN) -> str:
    """Return the day and the minute of an aware time in Japan. Raises ValueError when the time has no zone.

    >>> show_time(datetime.fromisoformat("2026-11-27T20:05:59+00:00"), "ja")
    '2026年11月28日(土) 05:05'
    """
    if at.utcoffset() is None:
        raise ValueError("a time without a zone")
    local = at.astimezone(JAPAN)
    return f"{show_day(local.date(), language, style)} {local.hour:02d}:{local.minute:02d}"
