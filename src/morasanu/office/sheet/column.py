"""What a table is: columns with words and rules; a value in its one form, and the cell that says it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.sheet.narrow import narrow
from morasanu.rules.load import Words
from morasanu.text import day
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Callable

Value = str | int | bool | date | tuple[str, ...] | None
"""What a register keeps. Empty is `""` for text, code and choice, `()` for many, None for the others."""
Cell = str | int | float | bool | date | None
"""What stands in a cell of a file."""

LONGEST: Final = 32_767
"""UTF-16 units that a cell of Excel holds."""
NO_WORDS: Final = Words("", "")
YES: Final = Words("はい", "yes")
NO: Final = Words("いいえ", "no")
_UNHOLDABLE: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LINE_END: Final = re.compile("\r\n?")
_SEPARATOR: Final = re.compile("[、;；\n]")
_SPACE: Final = re.compile(r"\s+")


class Kind(StrEnum):
    """What values of a column are."""

    TEXT = "text"
    CODE = "code"
    INTEGER = "integer"
    DAY = "day"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    MANY = "many"


class Choice(NamedTuple):
    """One of the values a column takes: as it is kept, and as people read it."""

    value: str
    title: Words


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `name` for programs, `title` for people. `many` without choices are codes.

    `digits` is the length of a code that is digits only: Excel takes its leading zeros, and they are put back. `width` is in
    characters, `help` one or two sentences. `check` returns what is wrong with a value that is well formed, None for nothing.
    """

    name: str
    title: Words
    kind: Kind = Kind.TEXT
    required: bool = False
    choices: tuple[Choice, ...] = ()
    width: int = 16
    help: Words = NO_WORDS
    digits: int = 0
    check: Callable[[Value], Words | None] | None = None

    @property
    def empty(self) -> Value:
        """Return what stands for nothing."""
        return "" if self.kind in _TEXTUAL else () if self.kind is Kind.MANY else None


_TEXTUAL: Final = frozenset((Kind.TEXT, Kind.CODE, Kind.CHOICE))


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `key` is the name of the column that tells its rows apart (`管理番号`). Raises ValueError for an unknown key.

    >>> Table("unit", Words("部店", "units"), "code", (Column("code", Words("コード", "code"), Kind.CODE),)).names
    ('code',)
    """

    name: str
    title: Words
    key: str
    columns: tuple[Column, ...]

    def __post_init__(self) -> None:
        """Refuse what could not be read back."""
        if self.key not in self.names or len(set(self.names)) != len(self.names):
            raise ValueError(self.name)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the columns in their order."""
        return tuple(column.name for column in self.columns)

    @property
    def key_column(self) -> Column:
        """Return the column that tells rows apart."""
        return next(column for column in self.columns if column.name == self.key)


def fold_title(text: str) -> str:
    """Return `text` as titles, choices and keys are compared: width, case and every space folded.

    >>> fold_title("管理　番号 ＩＤ")
    '管理番号id'
    """
    return _SPACE.sub("", fold(text).text).casefold()


def settle(column: Column, value: Value) -> Value:
    r"""Return `value` in the one form that a file gives back: two values are the same when these are.

    Line ends are line feeds; characters that no cell holds (control characters, half pairs) go; codes lose width and outer
    spaces; `many` lose doubles and order.

    >>> settle(Column("a", Words("a", "a")), "a\r\nb\x00"), settle(Column("a", Words("a", "a"), Kind.CODE), " ００１２")
    ('a\nb', '0012')
    """
    if column.kind is Kind.MANY and column.choices and isinstance(value, tuple):
        return tuple(sorted(set(value)))
    if column.kind is Kind.MANY:
        parts = value if isinstance(value, tuple) else (str(value),) if value is not None else ()
        return tuple(sorted({item for part in parts for item in split_many(part)}))
    if value is None or value == "":
        return column.empty
    if not isinstance(value, str) or column.kind is Kind.CHOICE:
        return value
    return _settle_code(value) if column.kind is Kind.CODE else settle_text(value)


def settle_text(text: str) -> str:
    """Return `text` with line feeds for line ends and without what no cell holds."""
    return _UNHOLDABLE.sub("", _LINE_END.sub("\n", text))


def count_units(text: str) -> int:
    """Return how long Excel takes `text` to be: a character beyond the basic plane counts twice."""
    return len(text) + sum(character > "\uffff" for character in text)


def _settle_code(text: str) -> str:
    return unicodedata.normalize("NFKC", settle_text(text)).strip()


def split_many(text: str) -> list[str]:
    """Return the choices or codes that a cell lists, each settled; they stand apart by 、 ; or a new line."""
    return [item for part in _SEPARATOR.split(_settle_code(text)) if (item := part.strip())]


class Formatter:
    """Says the values of one column as cells, in one language. `check.Checker` gives the values back.

    >>> Formatter(Column("a", Words("a", "a"), Kind.BOOLEAN)).say(True), Formatter(Column("a", Words("a", "a"), Kind.MANY)).say(("x", "y"))
    ('はい', 'x、y')
    """

    def __init__(self, column: Column, language: str = "ja") -> None:
        """Choices are said by their titles; by their value where the title would not be understood as this value."""
        self._column = column
        self._language = language
        understood = find_choices(column)
        titles = ((choice.value, choice.title.of(language)) for choice in column.choices)
        self._titles = {
            value: title
            for value, title in titles
            if understood.get(fold_title(title)) == value and not _SEPARATOR.search(title)
        }

    def say(self, value: Value) -> Cell:
        """Return the cell that says `value`: text, a whole number or a day; None for nothing."""
        column = self._column
        value = settle(column, value)
        if value is None or value in ("", ()):
            return None
        if isinstance(value, tuple):
            return "、".join(self._titles.get(item, item) for item in value)
        if column.kind is Kind.BOOLEAN:
            return (YES if value else NO).of(self._language)
        if column.kind is Kind.CHOICE:
            return self._titles.get(str(value), str(value))
        return value if isinstance(value, date | int) and column.kind not in _TEXTUAL else str(value)


def find_choices(column: Column) -> dict[str, str]:
    """Return the values by what people may write for them, folded: value, Japanese, English, what CP932 makes of them. Ambiguous titles are left out."""
    found = {fold_title(choice.value): choice.value for choice in column.choices}
    titles: dict[str, set[str]] = {}
    for choice in column.choices:
        for title in (*choice.title, *map(narrow, choice.title)):
            titles.setdefault(fold_title(title), set()).add(choice.value)
    return {title: min(values) for title, values in titles.items() if len(values) == 1} | found


def limit_length(size: int) -> Callable[[Value], Words | None]:
    """Return a check that a text has at most `size` characters.

    >>> limit_length(2)("abc").en
    'at most 2 characters'
    """
    return partial(_check_length, size)


def _check_length(size: int, value: Value) -> Words | None:
    is_long = isinstance(value, str) and len(value) > size
    return Words(f"{size}文字までです", f"at most {size} characters") if is_long else None


def parse_day(text: str) -> date | None:
    """Return the day that `text` writes, None when it writes none."""
    try:
        return day.parse_day(text)
    except ValueError:
        return None
