"""The hits as CSV for Excel: UTF-8 with its mark, or CP932 with a list of the characters it has no room for."""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING, Final

from morasanu.scan.report.part import say_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.rules.load import Rules
    from morasanu.scan.model import ScanResult

_BOM: Final = "\ufeff"
_GETA: Final = "〓"  # what printers set for a sort they lack
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_HEADER: Final = ("ファイル/file", "中の場所/part", "行/line", "桁/column", "種類/label", "名称/title", "区分/classes", "確からしさ/score", "値/value", "根拠/why")  # fmt: skip


def write_csv(result: ScanResult, rules: Rules, language: str, file: IO[str]) -> None:
    """Write the hits as UTF-8 CSV that Excel opens rightly. A cell never begins like a formula."""
    file.write(_BOM)
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_HEADER)
    writer.writerows(_rows(result, rules, language))


def write_csv_cp932(result: ScanResult, rules: Rules, language: str, file: IO[str], lost: IO[str]) -> int:
    """Write the hits as CP932 CSV; a character CP932 lacks becomes 〓 and its cell a line in `lost`. Return how many cells.

    `lost` is UTF-8 CSV: row and column of the cell (from 1, the header is row 1), and its characters by code point.
    """
    writer = csv.writer(file, lineterminator="\r\n")
    lost.write(_BOM)
    losses = csv.writer(lost, lineterminator="\r\n")
    losses.writerow(("行/row", "列/column", "文字/characters"))
    writer.writerow(_HEADER)
    count = 0
    for number, row in enumerate(_rows(result, rules, language), start=2):
        cells = list(row)
        for column, cell in enumerate(cells):
            missing = [character for character in cell if not _fits(character)]
            if missing:
                count += 1
                cells[column] = "".join(c if _fits(c) else _GETA for c in cell)
                losses.writerow((number, column + 1, " ".join(f"U+{ord(c):04X}" for c in missing)))
        writer.writerow(cells)
    return count


def _rows(result: ScanResult, rules: Rules, language: str) -> Iterator[tuple[str, ...]]:
    titles = {rule.id: rule.title.of(language) for rule in rules.classes}
    for record in result.files():
        for verdict in result.columns_of(record.number):
            title = rules.title(verdict.label).of(language)
            share = f"{verdict.found:,} / {verdict.rows:,}"
            yield _plain(record.path), _plain(verdict.column), "", "", verdict.label, title, "", "", share, "column"
        for hit in result.hits_of(record.number):
            finding = hit.finding
            classes = (titles.get(name.rstrip("?"), name) + ("?" if name.endswith("?") else "") for name in hit.classes)
            yield (
                _plain(hit.locator.source),
                _plain(say_part(hit.locator.part).of(language)),
                str(hit.locator.line),
                str(hit.locator.column),
                finding.label,
                rules.title(finding.label).of(language),
                "・".join(classes),
                f"{finding.score:.2f}",
                _plain(hit.shown),
                _plain(" ".join(finding.why)),
            )


def _plain(cell: str) -> str:
    """Return a cell that a spreadsheet reads as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _fits(character: str) -> bool:
    return character.isascii() or bool(character.encode("cp932", "ignore"))
