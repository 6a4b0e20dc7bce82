"""Tables of the office on A4: the register, a list of findings, with what they are as of and who made, checked and approved them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from morasanu.errors import OutsideError
from morasanu.office.paper.press import print_form
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

MOST_ROWS: Final = 3_000
_WIDTH_PT: Final = (516, 763)  # between the margins of table.typ, upright and across
_INSET_PT: Final = 10.3
_LETTER_PT: Final = 8.0  # the widest, W
_EMPTY: Final = Words("該当するものはありません。", "There is nothing to list.")
_COUNT: Final = Words("全 {} 件", "{} in all")
_LACKING: Final = Words(
    "書体に字形のない文字は〓で、字形のない異体字は元の字で示した：",
    "Characters that no font draws are shown as 〓, variants that none draws as the usual form: ",
)
_BOXES: Final = (Words("作成", "Made"), Words("確認", "Checked"), Words("承認", "Approved"))


class Column(NamedTuple):
    """A column: its head, its share of the width, and how its cells are set (numbers to the right)."""

    title: str
    share: float
    align: Literal["left", "right", "center"] = "left"


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table to print. `facts` stand above it (部署, 基準日, 版, 台帳番号) as pairs of label and text; `boxes` are for seals.

    `rows` is read once; each row has a text per column.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Iterable[tuple[str, ...]]
    facts: tuple[tuple[str, str], ...]
    made_on: date
    boxes: tuple[Words, ...] = _BOXES
    is_landscape: bool = True


def write_table(table: PaperTable, language: str = "ja") -> bytes:
    """Return the PDF of the table in `language` (`"ja"` or `"en"`), the same bytes for the same table and fonts.

    The head comes again on each page, with the page's number and how many there are. A table without rows says so. A character that
    no font draws becomes 〓, and the first page names it. 1,000 rows of seven columns
    take 0.9 CPU-s and 240 MB in a child, for as long as that lives.

    Raises OutsideError MRS-O-060 (Typst or font missing), MRS-O-062 (could not be set), MRS-O-063 (more than 3,000 rows); ValueError for
    a row with more or fewer cells than columns.
    """
    rows = list(islice(table.rows, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise OutsideError(
            "MRS-O-063",
            f"{MOST_ROWS:,} 行を超える表は紙にできません。絞り込むか、表計算のファイルで出してください",
            f"a table of more than {MOST_ROWS:,} rows is not for paper: narrow it down, or take it as a spreadsheet",
        )
    if any(len(row) != len(table.columns) for row in rows):
        raise ValueError("a row has as many cells as the table has columns")
    content = {
        "language": "ja" if language == "ja" else "en",
        "title": table.title,
        "columns": [column._asdict() for column in table.columns],
        "cells": list(_list_cells(rows, table.columns, table.is_landscape)),
        "facts": table.facts,
        "boxes": [box.of(language) for box in table.boxes],
        "is_landscape": table.is_landscape,
        "empty": _EMPTY.of(language),
        "count": _COUNT.of(language).format(f"{len(rows):,}"),
        "lacking_says": _LACKING.of(language),
    }
    return print_form("table.typ", content, table.made_on, may_lack=True)


def _list_cells(
    rows: Iterable[tuple[str, ...]], columns: tuple[Column, ...], is_landscape: bool
) -> Iterator[str | list[str]]:
    """Yield the cells of all rows; a long run without a space (a path, an address) comes in the parts that may end a line.

    No character is put between them, so that what is copied out of the PDF is what was in the cell.
    """
    whole = sum(column.share for column in columns)
    most = [
        max(3, int((_WIDTH_PT[is_landscape] * column.share / whole - _INSET_PT) / _LETTER_PT)) for column in columns
    ]
    long = [re.compile(rf"[!-~]{{{count + 1}}}") for count in most]
    part = [re.compile(rf"(?:[!-~]{{3,{count}}}(?<=[\\/_.@,;:=&?-])|[!-~]{{1,{count}}}|^)[^!-~]*") for count in most]
    for row in rows:
        for place, cell in enumerate(row):
            yield part[place].findall(cell) if long[place].search(cell) else cell
