"""A cell's value as people see it: numbers without exponent, dates by their format, leading zeros and hyphens of codes."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final

from morasanu.text.era import find_era

_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.')
_UNITS: Final = re.compile("[\\W\\d年月日時分秒曜円千百万億兆名人個件株式]*")
_BRACKET: Final = re.compile(r"\[[^\]]*\]")
_DATE_LETTER: Final = re.compile(r"[ymdhsge]", re.IGNORECASE)
_DATE_TOKEN: Final = re.compile(r"(g{1,3}|e{1,2}|y{1,4}|m{1,5}|d{1,4}|a{3,4})", re.IGNORECASE)
_TIME_LETTER: Final = re.compile(r"[hs]", re.IGNORECASE)
# [ECMA-376] 18.8.30 as Excel shows them in Japan; what hides the year or names the month in English comes as ISO
_BUILT_IN: Final = {
    14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 22: "yyyy/m/d h:mm", 27: "[$-411]ge.m.d",
    28: '[$-411]ggge"年"m"月"d"日"', 29: '[$-411]ggge"年"m"月"d"日"', 30: "mmm", 31: 'yyyy"年"m"月"d"日"', 34: 'yyyy"年"m"月"',
    35: "mmm", 36: "[$-411]ge.m.d", 50: "[$-411]ge.m.d", 51: '[$-411]ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"', 53: "mmm",
    54: '[$-411]ggge"年"m"月"d"日"', 55: 'yyyy"年"m"月"', 56: "mmm", 57: "[$-411]ge.m.d", 58: '[$-411]ggge"年"m"月"d"日"',
}  # fmt: skip
_FIRST_1900: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no zone
_FIRST_1904: Final = datetime(1904, 1, 1)  # noqa: DTZ001 - a cell has no zone
_LAST_SERIAL: Final = 2_958_465
_DIGITS: Final = re.compile(r"\d{1,20}")
_CODE_FORMAT: Final = re.compile(r"[0#\-() ]+")
_ESCAPED: Final = re.compile(r"_x(?![Dd][89A-Fa-f])([0-9A-Fa-f]{4})_")
_CONDITION: Final = re.compile(r"\[(<=?|>=?)(\d{1,15})\]")


def unescape(text: str) -> str:
    """Return text with the characters that Excel writes by number (ECMA-376 22.4.2.4); line ends come as a space.

    >>> unescape("山田_x000D_太郎"), unescape("a_x005F_b"), unescape("a_xyz")
    ('山田 太郎', 'a_b', 'a_xyz')
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda match: chr(code) if (code := int(match[1], 16)) >= 32 else " ", text)


def number_to_text(raw: str) -> str:
    """Return a number as written in the file without exponent and binary noise; other text as it is.

    >>> number_to_text("1.23456789012E+11"), number_to_text("0.30000000000000004"), number_to_text("0012")
    ('123456789012', '0.3', '0012')
    """
    if raw.isdigit() or not raw or len(raw) > 40:
        return raw
    try:
        value = float(raw)
    except ValueError:
        return raw
    if value.is_integer() and abs(value) < 1e18:
        return str(int(value))
    return f"{value:.15g}"


def format_number(raw: str, code: str, *, from_1904: bool = False) -> str:
    """Return the number `raw` as a cell of the format `code` shows it; dates it cannot follow come as ISO.

    >>> format_number("31138", 'ggge"年"m"月"d"日"'), format_number("31138", "yyyy-mm-dd"), format_number("31138.5", "aaa h:mm")
    ('昭和60年4月1日', '1985-04-01', '1985-04-01 12:00:00')
    >>> format_number("12345", "0000000"), format_number("1500001", "[<=999]000;[<=9999]000-00;000-0000")
    ('0012345', '150-0001')
    """
    if not code or code == "General" or len(raw) > 40:
        return number_to_text(raw)
    if is_date_format(code):
        try:
            serial = float(raw)
        except ValueError:
            return raw
        return _date_to_text(serial, code, from_1904=from_1904) or number_to_text(raw)
    plain = number_to_text(raw)
    return _fill(plain, code) if _DIGITS.fullmatch(plain) else plain


@lru_cache(maxsize=512)
def is_date_format(code: str) -> bool:
    """Return whether the format shows a date or time.

    >>> is_date_format("yyyy/m/d"), is_date_format('#,##0"円"'), is_date_format("[Red]0.00")
    (True, False, False)
    """
    bare = _BRACKET.sub("", _QUOTED.sub("", code[:500].partition(";")[0]))
    return bool(_DATE_LETTER.search(bare)) and "general" not in bare.lower() and not re.search(r"[0#]E[+-]", bare)


def name_format(number: int, custom: dict[int, str]) -> str:
    """Return the format code of a format number, `""` where it says nothing about how a value is read."""
    if number in custom:
        return custom[number]
    return _BUILT_IN.get(number, "h:mm" if number in {18, 19, 20, 21, 32, 33, 45, 46, 47} else "")


def list_literals(code: str) -> list[str]:
    """Return the words in a format that somebody has written into it: units and parts of dates are none.

    >>> list_literals('0"山田様"'), list_literals('ggge"年"m"月"'), list_literals('#,##0"千円"')
    (['山田様'], [], [])
    """
    return [text for text, _ in _QUOTED.findall(code[:4_000]) if not text.isascii() and not _UNITS.fullmatch(text)]


def _date_to_text(serial: float, code: str, *, from_1904: bool) -> str:
    if not 0 <= serial <= _LAST_SERIAL:
        return ""
    # 1900 counts a 29 February that never was
    days = serial + 1 if not from_1904 and serial < 60 else serial
    moment = (_FIRST_1904 if from_1904 else _FIRST_1900) + timedelta(seconds=round(days * 86_400))
    if serial < 1:
        return f"{moment:%H:%M:%S}"
    shown = "" if _TIME_LETTER.search(_QUOTED.sub("", code)) else _show_date(moment.date(), code)
    if shown:
        return shown
    return moment.strftime("%Y-%m-%d %H:%M:%S" if serial % 1 else "%Y-%m-%d")


def _show_date(day: date, code: str) -> str:
    """Return the date in the format, `""` where the format asks for more than year, month and day."""
    section = _BRACKET.sub("", code[:200].partition(";")[0])
    shown: list[str] = []
    for index, bit in enumerate(_QUOTED.split(section)):
        if index % 3:
            shown.append(bit or "")
            continue
        for token in _DATE_TOKEN.split(bit):
            text = _show_token(day, token.lower()) if _DATE_TOKEN.fullmatch(token) else token
            if text is None:
                return ""
            shown.append(text)
    result = "".join(shown)
    return result if any(letter.isdigit() for letter in result) else ""


def _show_token(day: date, token: str) -> str | None:
    kind = token[0]
    if kind in "ge":
        first, name, letter = find_era(day) or (date(1, 1, 1), "", "")
        if kind == "g":
            return letter if len(token) == 1 else name[: len(token) - 1]
        return f"{day.year - first.year + 1:0{len(token)}d}"
    if kind == "y":
        return f"{day.year:04d}" if len(token) > 2 else f"{day.year % 100:02d}"
    if len(token) > 2:
        return None
    return f"{day.month if kind == 'm' else day.day:0{len(token)}d}"


def _fill(digits: str, code: str) -> str:
    """Return the digits in a format of zeros, `#` and signs only (codes, postal and phone numbers); else as they are."""
    for section in code[:300].split(";"):
        condition = _CONDITION.match(section)
        if condition and not _holds(int(digits), condition[1], int(condition[2])):
            continue
        bare = _QUOTED.sub(lambda match: match[1] or match[2] or "", _BRACKET.sub("", section))
        return _place(digits, bare) if _CODE_FORMAT.fullmatch(bare) else digits
    return digits


def _holds(value: int, sign: str, bound: int) -> bool:
    return {"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign]


def _place(digits: str, pattern: str) -> str:
    left = list(digits)
    places = sum(letter in "0#" for letter in pattern)
    shown: list[str] = []
    for letter in reversed(pattern):
        if letter not in "0#":
            shown.append(letter)
            continue
        places -= 1
        if left:
            shown.append(left.pop())
            if not places:
                shown.extend(reversed(left))
                left = []
        elif letter == "0":
            shown.append("0")
    return "".join(reversed(shown)).strip(" -")
