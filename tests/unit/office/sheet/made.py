"""A small table of the invented bank, for the tests of tables."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import openpyxl

from morasanu.office.sheet.column import Choice, Column, Kind, Table, Value
from morasanu.office.sheet.read import Preview, read_table
from morasanu.office.sheet.write import Charset, write_csv, write_xlsx
from morasanu.rules.load import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from morasanu.office.sheet.grid import SheetLimits

UNITS = tuple(
    Choice(code, Words(ja, en))
    for code, ja, en in (
        ("001", "本店営業部", "Head Office"), ("002", "港町支店", "Minatomachi Branch"), ("003", "ローン、相談室", "Loans"),
        ("004", "分室", "Annex"), ("005", "分室", "Annex East"),
    )
)  # fmt: skip
MEDIA = (Choice("paper", Words("紙", "paper")), Choice("data", Words("電子データ", "data")))
TABLE = Table(
    "register",
    Words("個人データ取扱台帳", "Register of personal data"),
    "number",
    (
        Column("number", Words("管理番号", "number"), Kind.CODE, required=True, digits=6),
        Column("title", Words("名称", "name"), required=True, width=30, help=Words("何の台帳か", "what it is")),
        Column("persons", Words("件数", "persons"), Kind.INTEGER),
        Column("since", Words("開始日", "since"), Kind.DAY),
        Column("sensitive", Words("機微情報", "sensitive"), Kind.BOOLEAN),
        Column("unit", Words("部店", "unit"), Kind.CHOICE, choices=UNITS),
        Column("media", Words("媒体", "media"), Kind.MANY, choices=MEDIA),
        Column("systems", Words("システム", "systems"), Kind.MANY),
    ),
)
ROW: Mapping[str, Value] = {
    "number": "000012", "title": "融資申込書", "persons": 1200, "since": date(2026, 4, 1), "sensitive": True, "unit": "002",
    "media": ("data", "paper"), "systems": ("007", "K1"),
}  # fmt: skip


def save(path: Path, rows: Iterable[Sequence[object]]) -> Path:
    """Write rows of cells as a workbook of somebody else's, or as CSV by the suffix."""
    if path.suffix == ".csv":
        path.write_text("\r\n".join(",".join(map(str, row)) for row in rows), encoding="utf-8")
        return path
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s" if cell.data_type == "f" else cell.data_type
    book.save(path)
    return path


def read(path: Path, limits: SheetLimits | None = None, language: str = "ja") -> Preview:
    return read_table(path, path.name, TABLE, limits, language)


def write(path: Path, rows: Iterable[Mapping[str, Value]], table: Table = TABLE) -> Path:
    """Write values as a workbook, as CP932 (`.old.csv`) or as UTF-8."""
    with path.open("wb") as file:
        if path.suffix == ".xlsx":
            write_xlsx(file, table, rows)
        else:
            write_csv(file, table, rows, Charset.CP932 if path.name.endswith(".old.csv") else Charset.UTF8)
    return path
