"""A workbook as the office hands it out: A4 landscape, a header that stays, filters, input rules, a sheet that explains the columns."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, Self

import xlsxwriter

from morasanu.errors import InputError
from morasanu.office.sheet.column import LONGEST, NO_WORDS, Formatter, Kind, count_units
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from morasanu.office.sheet.column import Cell, Column, Table

ROWS: Final = 1_048_576
"""Rows of a sheet of Excel, its header among them."""
FORMULA: Final = re.compile(r"[=+\-@＝＋－＠\t\n]")
"""What makes a formula of a text in some program, when it stands first."""
_FORBIDDEN: Final = re.compile(r"[\[\]:*?/\\']")
_EXPLAINED: Final = Words("列の説明", "Columns")
_CHOICES: Final = Words("選択肢", "Choices")
_AS_OF: Final = Words("基準日", "as of")
_FIRST_DAY: Final = date(1900, 3, 1)  # before it Excel counts a day that never was
_EXACT: Final = 10**15
_LINE_HEIGHT: Final = 15
_MOST_LINES: Final = 20
_KINDS: Final = {
    Kind.TEXT: Words("文字", "text"),
    Kind.CODE: Words("コード（先頭の 0 も残す）", "code (leading zeros stay)"),
    Kind.INTEGER: Words("整数", "whole number"),
    Kind.DAY: Words("日付", "day"),
    Kind.BOOLEAN: Words("はい・いいえ", "yes or no"),
    Kind.CHOICE: Words("選択肢から1つ", "one of the choices"),
    Kind.MANY: Words("いくつでも（「、」で区切る）", "any number (separated by 、 or ;)"),
}
_NO_FIT: Final = Words(
    "この列の決まりに合いません。「列の説明」のシートを見てください。",
    "This does not fit the column. See the sheet “Columns”.",
)


class Paper(NamedTuple):
    """What every page says around the table: the title, the day the table is as of (None: not said), the language."""

    title: Words
    as_of: date | None = None
    language: str = "ja"


class Book:
    """A workbook being written row by row; memory does not grow with the rows. Use as a context manager."""

    def __init__(self, file: BinaryIO, table: Table, paper: Paper) -> None:
        """Begin the workbook; nothing lies in `file` before `close`."""
        self._table = table
        self._paper = paper
        options = {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(file, options)
        self._book.set_properties({"title": paper.title.of(paper.language)})
        self.sheet: Worksheet = self._book.add_worksheet(name_sheet(table.title.of(paper.language)))
        self._formats: dict[tuple[str, bool, bool], Format] = {}
        self._header = self._book.add_format(
            {
                "bold": True,
                "bg_color": "#1F3A5F",
                "font_color": "#FFFFFF",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self._must = self._book.add_format(
            {
                "bold": True,
                "bg_color": "#7A1F2B",
                "font_color": "#FFFFFF",
                "border": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self._set_paper(self.sheet, paper.title)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Write the file, unless something failed."""
        if kind is not None:
            self._book.filename = BytesIO()  # its temporary files go only when it is closed
        self._book.close()

    def _set_paper(self, sheet: Worksheet, title: Words) -> None:
        language = self._paper.language
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        sheet.hide_gridlines(0)  # they are printed too
        as_of = f"{_AS_OF.of(language)} {self._paper.as_of.isoformat()}" if self._paper.as_of else ""
        sheet.set_header(f"&L{_escape(title.of(language))}&R{as_of}"[:255])
        sheet.set_footer("&C&P / &N")

    def write_header(self, titles: Sequence[str], columns: Sequence[Column | None]) -> None:
        """Write the first row; `columns` say what stands below each title (None: something else)."""
        for place, column in enumerate(columns):
            self.sheet.set_column(place, place, _measure(column), self._format(_style(column), is_wrong=False))
        self.sheet.set_row(0, 30)
        for place, (title, column) in enumerate(zip(titles, columns, strict=True)):
            self.sheet.write_string(0, place, title, self._must if column and column.required else self._header)

    def write_row(
        self, row: int, cells: Sequence[Cell], columns: Sequence[Column | None], wrong: frozenset[int] = frozenset()
    ) -> None:
        """Write a row (1 is the one below the header), the places in `wrong` coloured.

        Raises InputError MRS-I-067 for a text that no cell of Excel holds and for a row beyond its last.
        """
        if row >= ROWS:
            raise InputError(
                "MRS-I-067",
                "Excel の行数の上限を超えます。CSV で書き出してください",
                "more rows than Excel holds: export as CSV",
            )
        lines = max(map(_count_lines, cells, columns), default=1)
        if lines > 1:
            self.sheet.set_row(row, _LINE_HEIGHT * min(lines, _MOST_LINES))
        for kept in (self.sheet.row_info, self.sheet.row_sizes):  # XlsxWriter keeps the heights of rows long written
            kept.pop(row - 2, None)
        for place, (cell, column) in enumerate(zip(cells, columns, strict=True)):
            if cell is not None and cell != "":
                self._write_cell(row, place, cell, column, is_wrong=place in wrong)
            elif place in wrong:
                self.sheet.write_blank(row, place, None, self._format(_style(column), is_wrong=True))

    def _write_cell(self, row: int, place: int, cell: Cell, column: Column | None, *, is_wrong: bool) -> None:
        sheet = self.sheet
        if isinstance(cell, bool):
            sheet.write_boolean(row, place, cell, self._format("", is_wrong=is_wrong))
        elif isinstance(cell, date) and cell >= _FIRST_DAY:
            sheet.write_datetime(row, place, cell, self._format("yyyy-mm-dd", is_wrong=is_wrong))
        elif isinstance(cell, int | float) and abs(cell) < _EXACT:
            sheet.write_number(row, place, cell, self._format("0" if isinstance(cell, int) else "", is_wrong=is_wrong))
        else:
            text = cell if isinstance(cell, str) else cell.isoformat() if isinstance(cell, date) else str(cell)
            if count_units(text) > LONGEST:
                title = column.title if column else NO_WORDS
                raise InputError(
                    "MRS-I-067",
                    f"{row + 1}行目の「{title.ja}」が長すぎて Excel に入りません。CSV で書き出してください",
                    f"row {row + 1}, “{title.en}”: too long for a cell of Excel: export as CSV",
                )
            sheet.write_string(
                row, place, text, self._format("@", is_wrong=is_wrong, is_quoted=bool(FORMULA.match(text)))
            )

    def comment(self, row: int, place: int, text: str) -> None:
        """Put a comment to a cell."""
        self.sheet.write_comment(row, place, text, {"author": "", "x_scale": 2})

    def _format(self, number: str, *, is_wrong: bool, is_quoted: bool = False) -> Format:
        key = (number, is_wrong, is_quoted)
        if key not in self._formats:
            look = {"valign": "top", "text_wrap": number == "@", "num_format": number or "General"}
            look |= {"bg_color": "#F6C6C6", "border": 1, "border_color": "#B00020"} if is_wrong else {}
            self._formats[key] = self._book.add_format(look | ({"quote_prefix": True} if is_quoted else {}))
        return self._formats[key]

    def finish(self, rows: int, columns: Sequence[Column | None]) -> None:
        """Add filters over `rows` rows, the rules of what may be typed, and the sheets that explain the columns and list their choices."""
        self.sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        self._explain()
        lists = self._list_choices()
        for place, column in enumerate(columns):
            rule = _make_rule(column, lists, self._paper.language) if column else None
            if rule:
                self.sheet.data_validation(1, place, ROWS - 1, place, rule)

    def _explain(self) -> None:
        language = self._paper.language
        sheet = self._book.add_worksheet(_EXPLAINED.of(language))
        self._set_paper(sheet, _EXPLAINED)
        sheet.set_column(0, 1, 24)
        sheet.set_column(2, 3, 22)
        sheet.set_column(4, 4, 80)
        head = (
            Words("列", "column"),
            Words("英語の名前・内部の名前", "Japanese name, internal name"),
            Words("入れるもの", "holds"),
            Words("必須", "required"),
            Words("説明", "meaning"),
        )
        for place, words in enumerate(head):
            sheet.write_string(0, place, words.of(language), self._header)
        text = self._format("@", is_wrong=False)
        for row, column in enumerate(self._table.columns, 1):
            other = column.title.en if language == "ja" else column.title.ja
            sheet.set_row(row, _LINE_HEIGHT * max(2, len(column.help.of(language)) // 35 + 1))
            needed = (Words("必須", "required") if column.required else NO_WORDS).of(language)
            for place, said in enumerate(
                (
                    column.title.of(language),
                    f"{other}\n{column.name}",
                    _KINDS[column.kind].of(language),
                    needed,
                    column.help.of(language),
                )
            ):
                if said:
                    sheet.write_string(row, place, said, text)

    def _list_choices(self) -> dict[str, str]:
        """Write the choices of every column below each other on a sheet of their own; return their ranges by name."""
        language = self._paper.language
        listed: list[tuple[str, str, list[str]]] = []
        for column in self._table.columns:
            formatter = Formatter(column, language)
            values = [(each.value,) if column.kind is Kind.MANY else each.value for each in column.choices]
            said = [str(formatter.say(value)) for value in ((True, False) if column.kind is Kind.BOOLEAN else values)]
            if said:
                listed.append((column.name, column.title.of(language), said))
        if not listed:
            return {}
        sheet = self._book.add_worksheet(_CHOICES.of(language))
        self._set_paper(sheet, _CHOICES)
        sheet.set_column(0, len(listed) - 1, 24)
        for place, (_, title, _) in enumerate(listed):
            sheet.write_string(0, place, title, self._header)
        text = self._format("@", is_wrong=False)
        for row in range(max(len(choices) for _, _, choices in listed)):
            for place, (_, _, choices) in enumerate(listed):
                if row < len(choices):
                    sheet.write_string(row + 1, place, choices[row], text)
        area = _CHOICES.of(language)
        return {
            name: f"='{area}'!{xlsxwriter.utility.xl_range_abs(1, place, len(choices), place)}"
            for place, (name, _, choices) in enumerate(listed)
        }


def _make_rule(column: Column, lists: dict[str, str], language: str) -> dict[str, object] | None:
    """Return what Excel lets people type in `column`; other ways of writing a day or a number are asked about, not forbidden."""
    rule: dict[str, object] = {
        "validate": "any",
        "ignore_blank": not column.required,
        "error_message": _NO_FIT.of(language),
    }
    if column.kind in {Kind.CHOICE, Kind.BOOLEAN} and column.name in lists:
        rule |= {"validate": "list", "source": lists[column.name], "error_type": "stop"}
    elif column.kind is Kind.DAY:
        rule |= {"validate": "date", "criteria": ">=", "value": _FIRST_DAY, "error_type": "warning"}
    elif column.kind is Kind.INTEGER:
        rule |= {
            "validate": "integer",
            "criteria": "between",
            "minimum": -_EXACT,
            "maximum": _EXACT,
            "error_type": "warning",
        }
    if column.help.of(language):
        rule |= {"input_title": column.title.of(language)[:32], "input_message": column.help.of(language)[:255]}
    return rule if len(rule) > 3 else None


def _style(column: Column | None) -> str:
    """Return the number format in which new cells of a column are typed: text stays text."""
    if column is None:
        return "@"
    return {Kind.DAY: "yyyy-mm-dd", Kind.INTEGER: "0"}.get(column.kind, "@")


def _measure(column: Column | None) -> int:
    """Return how wide a column is, in narrow characters."""
    return column.width if column else 24


def _count_lines(cell: Cell, column: Column | None) -> int:
    """Return how many lines a cell takes, for Excel works that out by itself only while one types."""
    width = _measure(column)
    if not isinstance(cell, str) or (len(cell) * 2 <= width and "\n" not in cell):
        return 1
    lines = cell[: width * _MOST_LINES].split("\n", _MOST_LINES)
    return sum(1 + (len(line) + sum(character > "\u2e7f" for character in line)) // (width + 1) for line in lines)


def _escape(text: str) -> str:
    return text.replace("&", "&&")


def name_sheet(title: str) -> str:
    """Return `title` as Excel takes it for the name of a sheet.

    >>> name_sheet("個人データ取扱台帳 [全店/支店]")
    '個人データ取扱台帳 _全店_支店_'
    """
    return _FORBIDDEN.sub("_", title)[:31].strip() or "1"
