"""The content of an OpenDocument: paragraphs, tables, sheets and slides, with everything that hangs on them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from morasanu.extract.office.event import END, START
from morasanu.extract.office.grid import Grid
from morasanu.extract.office.sink import list_telling
from morasanu.extract.office.workbook import SHEET_NAMES

if TYPE_CHECKING:
    from morasanu.extract.office.sink import Sink

_SPACE: Final = re.compile(r"[ \t\r\n]+")
_CELL: Final = frozenset(("table-cell", "covered-table-cell"))
# element: where its lines go; "" for nowhere
_HOLDERS: Final = {
    "note-body": "note", "annotation": "comment", "deletion": "deleted", "change-track-table-cell": "deleted",
    "ruby-text": "ruby", "header": "header", "header-left": "header", "header-first": "header", "footer": "footer",
    "footer-left": "footer", "footer-first": "footer", "notes": "notes", "note-citation": "", "creator": "author", "date": "",
    "date-string": "", "title": "alternative text", "desc": "alternative text", "text-box": "text box", "help-message": "validation",
    "error-message": "validation", "sender-initials": "", "table-cell": "", "covered-table-cell": "",
}  # fmt: skip
_BARE: Final = frozenset(
    ("creator", "date", "date-string", "title", "desc", "note-citation", "ruby-text", "sender-initials")
)
_PARAGRAPHS: Final = frozenset(("p", "h"))
_WORDS: Final = ("string-value", "current-value", "label", "condition", "expression")
_VALUES: Final = ("string-value", "date-value", "time-value", "boolean-value", "value")
_MAX_REMEMBERED: Final = 10_000
_DULL_TEXT: Final = frozenset(("text", "binary-data"))
"""Literals of number formats (年, 月), and pictures."""
_MAX_COPIES: Final = 16
_MAX_SPACES: Final = 100
_MAX_HELD: Final = 1_000_000


@dataclass(slots=True)
class _Frame:
    """Something that holds paragraphs of its own, and the paragraphs open outside of it."""

    kind: str
    runs: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    value: str = ""
    copies: int = 1
    paragraphs: int = 0
    open_chars: int = 0
    held_chars: int = 0


def _count(attributes: dict[str, str], name: str) -> int:
    text = attributes.get(name, "")
    return max(1, int(text)) if text.isdigit() and len(text) < 9 else 1


class OdfStory:
    """Takes the events of one content and puts its lines into a sink."""

    def __init__(self, sink: Sink, part: str) -> None:
        """Begin the content `part`: `body`, or the name of an object inside."""
        self._sink = sink
        self._part = part
        self._frames = [_Frame("story")]
        self._paragraphs = 0
        self._is_sheets = False
        self._slide = 0
        self._tables = 0
        self._grid: Grid | None = None
        self._sheet = ""
        self._cells: dict[int, str] = {}
        self._row = 1
        self._column = 1
        self._copies = 1
        self._open = ""
        self._loose: list[str] = []
        self._seen: set[str] = set()

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        if kind == START:
            self._open = name
            self._start(name, attributes)
        elif kind == END:
            self._end(name)
            self._open = ""
            if self._loose:
                self._sink.add(self._beside("text"), "".join(self._loose))
                self._loose = []
        elif not self._paragraphs and self._frames[-1].kind not in _BARE:
            if self._open not in _DULL_TEXT and not name.isspace():
                self._loose.append(name)
        else:
            frame = self._frames[-1]
            frame.runs.append(_SPACE.sub(" ", name))
            frame.open_chars += len(name)
            if frame.open_chars > _MAX_HELD:
                self._end_paragraph()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name in _PARAGRAPHS:
            self._paragraphs += 1
        elif name in _HOLDERS:
            self._push(name, attributes)
        elif name == "s":
            self._frames[-1].runs.append(" " * min(_MAX_SPACES, _count(attributes, "c")))
        elif name in {"tab", "line-break"}:
            in_cell = self._frames[-1].kind in _CELL
            self._frames[-1].runs.append(" " if in_cell else "\t" if name == "tab" else "\n")
        elif name == "table":
            self._start_table(attributes)
        elif name == "table-row" and self._tables == 1 and self._grid is not None:
            self._copies = _count(attributes, "number-rows-repeated")
            self._column = 1
        elif name == "spreadsheet":
            self._is_sheets = True
        elif name == "page":
            self._slide += 1
            self._part = f"slide {self._slide}"
        self._take_words(name, attributes)

    def _take_words(self, name: str, attributes: dict[str, str]) -> None:
        target = attributes.get("href", "")
        told = set()
        if ":" in target:
            told.add(target)
            self._sink.add("link", target)
        if name in _CELL:
            formula = attributes.get("formula", "")
            if '"' in formula:
                self._sink.add(self._beside("formula"), formula)
            return
        for key in _WORDS:
            value = attributes.get(key, "")
            if value and (key not in {"condition", "expression"} or '"' in value):
                told.add(value)
                self._sink.add(self._beside("field"), value)
        for value in list_telling(name, attributes.values()):
            if value not in self._seen and value not in told:
                self._sink.add(self._beside("attribute"), value)
                if len(self._seen) < _MAX_REMEMBERED:
                    self._seen.add(value)

    def _push(self, name: str, attributes: dict[str, str]) -> None:
        frame = _Frame(name, paragraphs=self._paragraphs)
        self._paragraphs = 0
        if name in _CELL:
            frame.copies = _count(attributes, "number-columns-repeated")
            frame.value = next((attributes[key] for key in _VALUES if attributes.get(key)), "")
        self._frames.append(frame)

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._tables += 1
        if self._is_sheets and self._tables == 1:
            self._sheet = attributes.get("name", "")
            self._sink.add(SHEET_NAMES, self._sheet)
            self._grid = Grid(self._sheet)
            self._row = 1

    def _end(self, name: str) -> None:
        if name in _PARAGRAPHS:
            self._paragraphs = max(0, self._paragraphs - 1)
            self._end_paragraph()
        elif name in _HOLDERS:
            if len(self._frames) > 1 and self._frames[-1].kind == name:
                self._pop()
        elif name == "table-row":
            self._end_row()
        elif name == "table":
            self._end_table()

    def _end_paragraph(self) -> None:
        frame = self._frames[-1]
        line = "".join(frame.runs).strip(" ")
        frame.runs.clear()
        frame.open_chars = 0
        self._emit(line)

    def _emit(self, line: str) -> None:
        frame = self._frames[-1]
        if len(self._frames) > 1 and frame.held_chars <= _MAX_HELD:
            if line:
                frame.lines.append(line)
                frame.held_chars += len(line)
            return
        # a cell or box of megabytes is no longer kept together
        if self._is_sheets:
            self._sink.add(f"{self._sheet} text box".strip(), line)
        else:
            self._sink.add(self._part, line)

    def _pop(self) -> None:
        if self._frames[-1].runs:
            self._end_paragraph()
        frame = self._frames.pop()
        self._paragraphs = frame.paragraphs
        if frame.kind in _CELL:
            self._end_cell(frame)
            return
        where = _HOLDERS[frame.kind]
        if frame.kind == "text-box" and self._slide:
            for line in frame.lines:
                self._emit(line)
        elif where:
            for line in frame.lines:
                self._sink.add(where if where == "author" else self._beside(where), line)

    def _end_cell(self, frame: _Frame) -> None:
        text = " ".join(" ".join(frame.lines).split()) or frame.value
        copies = min(_MAX_COPIES, frame.copies)
        if frame.value != text and not frame.value.isascii():
            self._sink.add(self._beside("value"), frame.value)
        if self._tables > 1 or self._grid is None:
            self._frames[-1].row.extend([text] * copies)
            return
        if text:
            self._cells.update(dict.fromkeys(range(self._column, self._column + copies), text))
        self._column += frame.copies

    def _end_row(self) -> None:
        if self._tables > 1 or self._grid is None:
            frame = self._frames[-1]
            row, frame.row = "\t".join(frame.row).rstrip("\t"), []
            self._emit(row)
            return
        if self._cells:
            for copy in range(min(_MAX_COPIES, self._copies)):
                self._grid.add(self._row + copy, self._cells)
            self._sink.ready.extend(self._grid.ready)
            self._grid.ready.clear()
            self._cells = {}
        self._row += self._copies

    def _end_table(self) -> None:
        self._tables = max(0, self._tables - 1)
        if self._grid is not None and not self._tables:
            self._grid.close()
            self._sink.ready.extend(self._grid.ready)
            self._grid = None

    def _beside(self, what: str) -> str:
        base = self._sheet if self._is_sheets else "" if self._part == "body" else self._part
        return f"{base} {what}".strip()

    def close(self) -> None:
        """Put what was still open when the content broke off."""
        while len(self._frames) > 1:
            self._pop()
        self._end_paragraph()
        if self._tables:
            self._end_row()
            self._tables = 1
            self._end_table()
