"""Excel files: every sheet with what is hidden, comments, headers and footers, boxes, caches, and the files inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.errors import InspectError
from morasanu.extract.office.cell import format_number, unescape
from morasanu.extract.office.event import END, START, TEXT, drive
from morasanu.extract.office.grid import Grid, find_column
from morasanu.extract.office.ooxml import read_relations, read_rest
from morasanu.extract.office.package import Package
from morasanu.extract.office.sink import Sink, follow, list_telling, tell
from morasanu.extract.office.story import Story
from morasanu.extract.office.workbook import STRINGS, WORKBOOK, Workbook, read_pivots, read_workbook
from morasanu.extract.office.xls import XlsExtractor
from morasanu.extract.office.xlsb import XlsbExtractor
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_MAX_HELD: Final = 1_000_000
_SHEET: Final = re.compile(r"xl/(?:worksheets|macrosheets|dialogsheets|chartsheets)/([^/]+)\.xml", re.IGNORECASE)
_MARGINS: Final = {
    "oddHeader": "header", "evenHeader": "header", "firstHeader": "header",
    "oddFooter": "footer", "evenFooter": "footer", "firstFooter": "footer",
}  # fmt: skip
_FORMULAS: Final = {"f": "formula", "formula": "conditional format", "formula1": "validation", "formula2": "validation"}
_MARGIN_CODE: Final = re.compile(r'&(?:"[^"]{0,200}"|K[0-9A-F]{6}|K\d\d[+-]\d{3}|\d{1,3}|[LCRPNDTFAZGBIUESXY])')
_SHEET_WORDS: Final = {
    "filter": ("val",), "customFilter": ("val",), "hyperlink": ("tooltip", "location"), "inputCells": ("val",),
    "dataValidation": ("promptTitle", "prompt", "errorTitle", "error"), "scenario": ("name", "user", "comment"),
    "protectedRange": ("name",),
}  # fmt: skip


class SheetExtractor:
    """Reads xlsx and xlsm."""

    formats = ("xlsx", "xlsm")

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the blocks of each sheet in the order of the workbook with what belongs to it, then everything else."""
        package = Package(file, task.limits)
        book, beside = read_workbook(package)
        done = {WORKBOOK, STRINGS}
        for name in package.names():
            match = _SHEET.fullmatch(name)
            if match:
                book.sheets.setdefault(name, match[1])
        for part, name in book.sheets.items():
            yield from _read_sheet(package, book, part, name, done)
        yield from beside
        yield from book.list_unused()
        yield from read_pivots(package, done)
        yield from _read_comments_left(package, done)
        yield from read_rest(package, done)
        if not package.complete or book.is_cut:
            yield unread("MRS-X-021")


def _read_sheet(package: Package, book: Workbook, part: str, name: str, done: set[str]) -> Iterator[Extracted]:
    done.add(part)
    sink = Sink()
    grid = Grid(name)
    reader = _SheetReader(book, grid, sink, name)
    fault = None
    try:
        for _ in drive(package.chunks(part), reader.take):
            if grid.ready:
                yield from grid.ready
                grid.ready.clear()
            if sink.ready:
                yield from sink.drain()
    except InspectError as error:
        fault = tell(error, name)
    reader.close()
    yield from grid.ready
    yield from sink.finish()
    if fault is not None:
        yield fault
    for relation in read_relations(package, part).values():
        if not relation.external and package.has(relation.target) and relation.target not in done:
            yield from _read_beside(package, relation.target, relation.kind, name, done)


def _read_beside(package: Package, part: str, kind: str, name: str, done: set[str]) -> Iterator[Extracted]:
    sink = Sink()
    if kind in {"comments", "threadedComment"}:
        done.add(part)
        yield from follow(package.chunks(part), _CommentReader(sink, name), sink, f"{name} comment")
    elif kind == "drawing":
        done.add(part)
        label = f"{name} text box"
        yield from follow(package.chunks(part), Story(sink, label), sink, label)


def _read_comments_left(package: Package, done: set[str]) -> Iterator[Extracted]:
    """Yield the comments and drawings no sheet leads to."""
    for name in package.names():
        lower = name.lower()
        if name in done or not lower.endswith(".xml") or lower.endswith("persons/person.xml"):
            continue
        if re.match(r"xl/(?:comments\d*\.xml|(?:comments|threadedcomments)/)", lower):
            yield from _read_beside(package, name, "comments", "?", done)
        elif re.match(r"xl/drawings/drawing\d*\.xml", lower):
            yield from _read_beside(package, name, "drawing", "?", done)


class _SheetReader:
    """Takes the events of one sheet."""

    def __init__(self, book: Workbook, grid: Grid, sink: Sink, name: str) -> None:
        self._book = book
        self._grid = grid
        self._sink = sink
        self._name = name
        self._cells: dict[int, str] = {}
        self._row = 0
        self._column = 0
        self._type = "n"
        self._style = ""
        self._value: list[str] = []
        self._held = 0
        self._beside: list[str] = []
        self._open = ""
        self._reading = False

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == TEXT:
            if self._open == "v":
                self._value.append(name)
                self._held += len(name)
                if self._held > _MAX_HELD:
                    # no cell of Excel is that long
                    self._sink.add(self._name, "".join(self._value))
                    self._value, self._held = [], 0
            elif self._open:
                self._beside.append(name)
        elif kind == START:
            self._start(name, attributes)
        else:
            self._end(name)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open = ""
        if name == "c":
            self._column = find_column(attributes.get("r", "")) or self._column + 1
            self._type = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._value, self._held = [], 0
        elif name in {"v", "t"}:
            self._open = "reading" if self._reading else "v"
        elif name == "row":
            self._end_row()
            number = attributes.get("r", "")
            self._row = int(number) if number.isdigit() and len(number) < 10 else self._row + 1
            self._column = 0
        elif name == "rPh":
            self._reading = True
            self._beside = []
        elif name in _FORMULAS or name in _MARGINS:
            self._open = name
            self._beside = []
        elif attributes:
            for key in _SHEET_WORDS.get(name, ()):
                self._sink.add(f"{self._name} {name}", attributes.pop(key, ""))
            for value in list_telling(name, attributes.values()):
                self._sink.add(f"{self._name} attribute", value)

    def _end(self, name: str) -> None:
        self._open = ""
        if name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        elif name == "rPh":
            self._reading = False
            self._sink.add("ruby", "".join(self._beside))
        elif name in _FORMULAS:
            text = "".join(self._beside)
            # a formula of references says nothing; one with a text in it may
            if '"' in text:
                self._sink.add(f"{self._name} {_FORMULAS[name]}", text)
        elif name in _MARGINS:
            text = _MARGIN_CODE.sub(" ", "".join(self._beside).replace("&&", "＆"))
            self._sink.add(f"{self._name} {_MARGINS[name]}", text.strip())

    def _end_cell(self) -> None:
        raw = "".join(self._value)
        self._value = []
        if not raw:
            return
        if self._column in self._cells:
            self._end_row()
        self._cells[self._column] = self._show(raw)

    def _show(self, raw: str) -> str:
        if self._type == "s":
            raw = raw.strip()
            return self._book.find_string(int(raw) if raw.isdigit() and len(raw) < 10 else -1)
        if self._type == "n":
            style = int(self._style) if self._style.isdigit() and len(self._style) < 7 else -1
            code = self._book.formats[style] if 0 <= style < len(self._book.formats) else ""
            return format_number(raw.strip(), code, from_1904=self._book.from_1904)
        if self._type == "b":
            return "TRUE" if raw == "1" else "FALSE"
        return unescape(raw)

    def _end_row(self) -> None:
        if self._cells:
            self._grid.add(self._row, self._cells)
            self._cells = {}

    def close(self) -> None:
        """Put the row and the block that wait."""
        if self._value:
            self._end_cell()
        self._end_row()
        self._grid.close()


class _CommentReader:
    """Takes the comments of a sheet, of the old kind and of the threaded one."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._sink = sink
        self._name = name
        self._part = f"{name} comment"
        self._bits: list[str] = []
        self._open = ""

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == TEXT:
            if self._open:
                self._bits.append(name)
        elif kind == START:
            if "ref" in attributes:
                self._part = f"{self._name}!{attributes['ref'][:20]} comment"
            self._open = name if name in {"t", "text", "author"} else ""
        elif kind == END:
            self._open = ""
            if name in {"comment", "threadedComment", "author"}:
                self.close("author" if name == "author" else self._part)

    def close(self, part: str = "") -> None:
        self._sink.add(part or self._part, "".join(self._bits))
        self._bits = []


EXTRACTORS = (SheetExtractor(), XlsExtractor(), XlsbExtractor())
