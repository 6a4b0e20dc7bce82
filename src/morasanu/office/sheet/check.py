"""Cells in, values out: each cell of a file is checked against its column, a wrong one gets a sentence and what was probably meant."""

from __future__ import annotations

import re
from datetime import date, timedelta
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.sheet.column import (
    LONGEST,
    Formatter,
    Kind,
    count_units,
    find_choices,
    fold_title,
    parse_day,
    settle,
    settle_text,
    split_many,
)
from morasanu.rules.load import Words
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.office.sheet.column import Cell, Column, Value

REQUIRED: Final = Words("必ず書いてください", "this must be filled in")
TOO_LONG: Final = Words("長すぎます（32,767文字まで）", "too long (at most 32,767 characters)")
NO_INTEGER: Final = Words("整数で書いてください", "write a whole number")
NO_DAY: Final = Words("日付で書いてください（例 2026-04-01）", "write a day (as in 2026-04-01)")
NO_BOOLEAN: Final = Words("「はい」か「いいえ」で書いてください", "write yes or no")
NO_CHOICE: Final = Words("選択肢にありません", "not one of the choices")
ZEROS: Final = Words("桁が足りないため、先頭の 0 を補いました", "too few digits: leading zeros were put back")

_YES: Final = frozenset("はい yes y true ○ 〇 有 あり 1 する 該当".split())
_NO: Final = frozenset("いいえ no n false × x 無 なし 0 しない 非該当".split())
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+|[+-]?[0-9]{1,18}")
_MIDNIGHT: Final = re.compile(r"[ T]00?:00(?::00(?:\.0+)?)?\Z")
_EXACT: Final = 2**53
_SERIALS: Final = range(20_000, 80_000)
_SERIAL_ZERO: Final = date(1899, 12, 30)
_COMPARISONS: Final = 100_000
_LONGEST_MISTAKE: Final = 60


class Parsed(NamedTuple):
    """What a cell says: a value, or what is wrong with it (`error`) and what was probably meant (`suggestion`, as one would write it).

    `note` says that the cell was read as something else than what stands there.
    """

    value: Value = None
    error: Words | None = None
    suggestion: str = ""
    note: Words | None = None


class Checker:
    """Reads the cells of one column. Keeps what it worked out, and looks for near matches only so often.

    >>> from morasanu.office.sheet.column import Choice, Column
    >>> kinds = tuple(Choice(name, Words(name, name)) for name in ("紙", "電子媒体"))
    >>> checker = Checker(Column("media", Words("媒体", "medium"), Kind.CHOICE, choices=kinds))
    >>> checker.read("電子　媒体").value, checker.read("電子媒").suggestion
    ('電子媒体', '電子媒体')
    """

    def __init__(self, column: Column, language: str = "ja") -> None:
        """Begin with nothing worked out; suggestions are written in `language`."""
        self.column = column
        self._formatter = Formatter(column, language)
        self._choices = find_choices(column)
        self._known: dict[str, Parsed] = {}
        self._left = _COMPARISONS
        self._read: Callable[[Cell], Parsed] = {
            Kind.TEXT: self._read_text,
            Kind.CODE: self._read_code,
            Kind.INTEGER: _read_integer,
            Kind.DAY: self._read_day,
            Kind.BOOLEAN: _read_boolean,
            Kind.CHOICE: self._read_choice,
            Kind.MANY: self._read_many,
        }[column.kind]

    def read(self, cell: Cell) -> Parsed:
        """Return the value of `cell`, or what is wrong with it."""
        if (
            cell is None
            or (isinstance(cell, str) and not cell.strip() and self.column.kind is not Kind.TEXT)
            or cell == ""
        ):
            return Parsed(self.column.empty, REQUIRED if self.column.required else None)
        if isinstance(cell, str) and len(cell) * 2 > LONGEST and count_units(cell) > LONGEST:
            return Parsed(error=TOO_LONG)
        parsed = self._read(cell)
        if parsed.error is None and self.column.check is not None:
            return parsed._replace(error=self.column.check(parsed.value))
        return parsed

    def _read_text(self, cell: Cell) -> Parsed:
        text = settle_text(say_cell(cell))
        return Parsed(text, REQUIRED if self.column.required and not text.strip() else None)

    def _read_code(self, cell: Cell) -> Parsed:
        code = str(settle(self.column, say_cell(cell)))
        if len(code) < self.column.digits and code.isascii() and code.isdigit():
            return Parsed(code.zfill(self.column.digits), note=ZEROS)
        return Parsed(code, REQUIRED if self.column.required and not code else None)

    def _read_day(self, cell: Cell) -> Parsed:
        if isinstance(cell, date):
            return Parsed(cell)
        if isinstance(cell, int | float):
            serial = int(cell)
            near = (_SERIAL_ZERO + timedelta(serial)).isoformat() if serial == cell and serial in _SERIALS else ""
            return Parsed(error=NO_DAY, suggestion=near)
        text = say_cell(cell).strip()
        known = self._known.get(text)
        if known is None:
            day = parse_day(_MIDNIGHT.sub("", text))
            known = self._keep(text, Parsed(day) if day else Parsed(error=NO_DAY))
        return known

    def _read_choice(self, cell: Cell) -> Parsed:
        text = say_cell(cell)
        return self._known.get(text) or self._keep(text, self._match(text))

    def _read_many(self, cell: Cell) -> Parsed:
        text = say_cell(cell)
        return self._known.get(text) or self._keep(text, self._match_all(text))

    def _match(self, text: str) -> Parsed:
        folded = fold_title(text)
        value = self._choices.get(folded)
        return Parsed(value) if value is not None else Parsed(error=NO_CHOICE, suggestion=self._suggest(folded))

    def _match_all(self, text: str) -> Parsed:
        items = split_many(text)
        if not self.column.choices:
            missing = self.column.required and not items
            return Parsed(settle(self.column, tuple(items)), REQUIRED if missing else None)
        found = [self._match(item) for item in items]
        if not any(parsed.error for parsed in found):
            return Parsed(settle(self.column, tuple(str(parsed.value) for parsed in found)))
        meant = [p.suggestion if p.error else self._say(str(p.value)) for p in found]
        return Parsed(error=NO_CHOICE, suggestion="、".join(dict.fromkeys(meant)) if all(meant) else "")

    def _suggest(self, folded: str) -> str:
        """Return the choice nearest to what was written, `""` when none is near."""
        if len(folded) > _LONGEST_MISTAKE or self._left < len(self._choices):
            return ""
        self._left -= len(self._choices)
        near = get_close_matches(folded, self._choices, 1, 0.5)
        return self._say(self._choices[near[0]]) if near else ""

    def _say(self, value: str) -> str:
        return str(self._formatter.say((value,) if self.column.kind is Kind.MANY else value))

    def _keep(self, text: str, parsed: Parsed) -> Parsed:
        if len(self._known) < _COMPARISONS and len(text) <= _LONGEST_MISTAKE:
            self._known[text] = parsed
        return parsed


def _read_integer(cell: Cell) -> Parsed:
    if isinstance(cell, int) and not isinstance(cell, bool):
        return Parsed(cell)
    if isinstance(cell, float):
        return Parsed(int(cell)) if cell.is_integer() and abs(cell) < _EXACT else Parsed(error=NO_INTEGER)
    text = fold(say_cell(cell)).text.strip()
    return Parsed(int(text.replace(",", ""))) if _INTEGER.fullmatch(text) else Parsed(error=NO_INTEGER)


def _read_boolean(cell: Cell) -> Parsed:
    if isinstance(cell, bool):
        return Parsed(cell)
    text = fold_title(say_cell(cell))
    return Parsed(text in _YES) if text in _YES or text in _NO else Parsed(error=NO_BOOLEAN)


def say_cell(cell: Cell) -> str:
    """Return a cell as the text that a person sees in it.

    >>> say_cell(12.0), say_cell(0.5), say_cell(True), say_cell(None)
    ('12', '0.5', 'TRUE', '')
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def parse_cell(column: Column, cell: Cell, language: str = "ja") -> Parsed:
    """Return what one cell says; a `Checker` is the way for more than one.

    >>> from morasanu.office.sheet.column import Column
    >>> parse_cell(Column("a", Words("a", "a"), Kind.INTEGER), "１，２００").value
    1200
    """
    return Checker(column, language).read(cell)
