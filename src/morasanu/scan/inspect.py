"""One block to its hits: what a worker does, without knowing of files or stores."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.mask.redact import redact
from morasanu.rules.load import load_rules
from morasanu.scan.person import PersonSketch, sketch_persons
from morasanu.text.view import view_html, view_plain, view_xml

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector
    from morasanu.finding import Label
    from morasanu.scan.block import Block
    from morasanu.text.view import View


class Format(StrEnum):
    """How a text is to be read."""

    PLAIN = "plain"
    HTML = "html"
    XML = "xml"


_VIEWS: Final[dict[Format, Callable[[str], View]]] = {
    Format.PLAIN: view_plain,
    Format.HTML: view_html,
    Format.XML: view_xml,
}
_BREAK: Final = re.compile("\n")


class Row(NamedTuple):
    """A finding as the store keeps it; `start` and `end` are code points of the whole decoded file.

    `classes` are the legal classes it belongs to; one that a person has to review ends in `?`. `part` says where in the
    file it stands, when it is more than that.
    """

    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int
    label: Label
    score: float
    why: tuple[str, ...]
    classes: tuple[str, ...]
    shown: str
    part: str = ""
    table_column: int = -1


@dataclass(frozen=True, slots=True)
class Inspected:
    """What was found in one block. Of the table `table`, `cells` counts by column (from 0) and label the rows that hold one.

    `row` is the row (from 1) of which this is one cell, or a part of one; 0 for anything else.
    """

    rows: tuple[Row, ...]
    counts: Counter[Label]
    classes: Counter[str]
    persons: PersonSketch
    piece: int = 0
    part: str = ""
    table: str = ""
    cells: Counter[tuple[int, Label]] = field(default_factory=Counter)
    row: int = 0


def inspect_block(engine: Detector, block: Block, form: Format, key: bytes, *, reveal: bool) -> Inspected:
    """Return the findings of `block`, masked unless `reveal`; `key` hashes the persons' names."""
    view = _VIEWS[form](block.text)
    findings = engine.detect(view.text, block.header)
    if not findings:
        return Inspected((), Counter(), Counter(), PersonSketch(), block.piece, block.part)
    classify = load_rules().classify
    breaks = [match.start() for match in _BREAK.finditer(block.text)]
    rows = []
    cells = _find_cells(block, [view.given(f.start, f.end)[0] for f in findings], breaks) if block.grid else []
    parts = _name_cells(block, cells, reveal=reveal) if block.grid else []
    for index, finding in enumerate(findings):
        start, end = view.given(finding.start, finding.end)
        value = view.text[finding.start : finding.end]
        line, column = _locate(block, breaks, start)
        if block.text.find("\n", start, end) < 0:
            end_line, end_column = line, column + end - 1 - start
        else:
            end_line, end_column = _locate(block, breaks, end - 1)
        shown = value if reveal else redact(value, finding.label)
        rows.append(
            Row(
                line,
                column,
                end_line,
                end_column + 1,
                block.offset + start,
                block.offset + end,
                finding.label,
                finding.score,
                finding.why,
                tuple([b.legal_class if b.is_sure else f"{b.legal_class}?" for b in classify(finding.label, value)]),
                shown,
                parts[index] if parts else "",
                cells[index][1] if cells else block.cell.column if block.cell else -1,
            )
        )
    classes = Counter(name for row in rows for name in row.classes)
    counts = Counter(finding.label for finding in findings)
    persons = sketch_persons(view.text, findings, key)
    held = {
        (column, finding.label, row)
        for finding, (row, column) in zip(findings, cells, strict=bool(cells))
        if column >= 0
    }
    counted = Counter((column, label) for column, label, _ in held)
    table = block.grid.name if block.grid else ""
    if block.cell is None:
        return Inspected(tuple(rows), counts, classes, persons, block.piece, block.part, table, counted)
    cell, by_key = block.cell, block.cell.by_key
    # the detector that reads values says as well whether a key is one
    part = by_key if by_key and (reveal or not engine.detect(by_key)) else block.part
    once = Counter((cell.column, label) for label in counts)
    return Inspected(tuple(rows), counts, classes, persons, block.piece, part, table, once, cell.row)


def _find_cells(block: Block, starts: list[int], breaks: list[int]) -> list[tuple[int, int]]:
    """Return row and column, from 0, of each position in a block of rows; column -1 for what stands in none."""
    cells = []
    for start in starts:
        row = bisect_right(breaks, start - 1)
        column = block.text.count("\t", breaks[row - 1] + 1 if row else 0, start)
        cells.append((row, column if block.grid and column < len(block.grid.columns) else -1))
    return cells


def _name_cells(block: Block, cells: list[tuple[int, int]], *, reveal: bool) -> list[str]:
    """Return the name of each cell: its column, and its row's key unless that would show what was found in it."""
    grid = block.grid
    if grid is None or not grid.keys:
        return []
    telling = {row for row, column in cells if column >= 0 and grid.columns[column].name in grid.key_columns}
    return [
        f"{grid.columns[column].name} {grid.keys[row] if reveal or row not in telling else f'row {block.line + row}'}"
        for row, column in cells
    ]


def _locate(block: Block, breaks: list[int], position: int) -> tuple[int, int]:
    """Return line and column, from 1, of a position in the block; `breaks` are its line ends."""
    index = bisect_right(breaks, position - 1)
    return block.line + index, position - breaks[index - 1] if index else block.column + position
