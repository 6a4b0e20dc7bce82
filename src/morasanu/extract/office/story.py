"""Running text of WordprocessingML and DrawingML: paragraphs, tables as tab-separated rows, boxes, readings, deletions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from morasanu.extract.office.event import END, START
from morasanu.extract.office.field import read_equation
from morasanu.extract.office.sink import list_telling

if TYPE_CHECKING:
    from morasanu.extract.office.sink import Sink

_TEXT: Final = frozenset(("t", "delText", "instrText", "delInstrText", "text"))
_HOLDERS: Final = frozenset(("tc", "txbxContent", "rt", "sp"))
_DELETING: Final = frozenset(("del", "moveFrom"))
_WORDS: Final = {
    "docPr": ("descr", "title"), "cNvPr": ("descr", "title"), "textpath": ("string",), "docVar": ("val",),
    "listItem": ("displayText", "value"), "listEntry": ("val",), "alias": ("val",), "default": ("val",),
    "fldSimple": ("instr",), "hyperlink": ("tooltip",),
}  # fmt: skip
_FURNITURE: Final = frozenset(("ftr", "hdr", "dt"))
"""Placeholders whose text in a master is no prompt: it stands on every slide."""
_MAX_REMEMBERED: Final = 10_000
_MAX_HELD: Final = 1_000_000


@dataclass(slots=True)
class _Frame:
    """Something that holds paragraphs of its own: the story itself, a cell, a box, a reading, a shape."""

    kind: str
    runs: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    placeholder: bool = False
    open_chars: int = 0
    held_chars: int = 0


class Story:
    """Takes the events of one part and puts its lines into a sink, under `part` and beside it."""

    def __init__(self, sink: Sink, part: str, *, placeholders: bool = True) -> None:
        """Begin the story `part`; without `placeholders`, shapes that only hold a prompt are left out."""
        self._sink = sink
        self._part = part
        self._placeholders = placeholders
        self._frames = [_Frame("story")]
        self._open = ""
        self._deleting = 0
        self._deleted: list[str] = []
        self._readings: list[str] = []
        self._last_box = ""
        self._code: list[str] = []
        self._seen: set[str] = set()

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        if kind == START:
            self._start(name, attributes)
        elif kind == END:
            self._end(name)
        elif self._open:
            self._text(name)

    def _text(self, text: str) -> None:
        if self._open in {"instrText", "delInstrText"}:
            self._code.append(text)
        elif self._deleting or self._open == "delText":
            self._deleted.append(text)
        else:
            frame = self._frames[-1]
            frame.runs.append(text)
            frame.open_chars += len(text)
            if frame.open_chars > _MAX_HELD:
                self._end_paragraph()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._open = name if name in _TEXT else ""
        if name in _HOLDERS:
            self._frames.append(_Frame(name))
        elif name in _DELETING:
            self._deleting += 1
        elif name in {"br", "cr", "tab", "noBreakHyphen"}:
            self._special(name, attributes)
        elif name == "fldChar":
            self._end_code()
        elif name == "ph":
            self._frames[-1].placeholder = attributes.get("type") not in _FURNITURE
        if attributes:
            self._take_words(name, attributes)

    def _take_words(self, name: str, attributes: dict[str, str]) -> None:
        for key in _WORDS.get(name, ()):
            self._sink.add(self._beside("alternative text"), attributes.get(key, ""))
            attributes.pop(key, None)
        author = attributes.pop("author", "")
        if author:
            self._once("author", author)
        for value in list_telling(name, attributes.values()):
            self._once(self._beside("attribute"), value)

    def _once(self, part: str, value: str) -> None:
        if value not in self._seen:
            if len(self._seen) < _MAX_REMEMBERED:
                self._seen.add(value)
            self._sink.add(part, value)

    def _special(self, name: str, attributes: dict[str, str]) -> None:
        in_cell = self._frames[-1].kind == "tc"
        if name == "noBreakHyphen":
            self._frames[-1].runs.append("-")
        elif name != "tab":
            self._frames[-1].runs.append(" " if in_cell else "\n")
        elif not attributes:
            # with attributes it is a tab stop, not a tab
            self._frames[-1].runs.append(" " if in_cell else "\t")

    def _end(self, name: str) -> None:
        self._open = ""
        if name in {"p", "text"}:
            self._end_paragraph()
        elif name == "tr":
            frame = self._frames[-1]
            row, frame.row = "\t".join(frame.row).rstrip("\t"), []
            self._emit(row)
        elif name in _DELETING:
            self._deleting = max(0, self._deleting - 1)
        elif name in _HOLDERS and len(self._frames) > 1 and self._frames[-1].kind == name:
            self._end_holder(name)

    def _end_code(self) -> None:
        """Put the code of a field, which comes in several runs: what it shows into the text, what else it says beside it."""
        code, self._code = "".join(self._code), []
        equation = read_equation(code)
        if equation:
            self._frames[-1].runs.append(equation.text)
            self._readings.extend(equation.readings)
        elif '"' in code or not code.isascii() or "@" in code:
            self._sink.add(self._beside("field"), code)

    def _end_paragraph(self) -> None:
        self._end_code()
        frame = self._frames[-1]
        line = "".join(frame.runs)
        frame.runs.clear()
        frame.open_chars = 0
        self._emit(line)
        if self._deleted:
            self._sink.add(self._beside("deleted"), "".join(self._deleted))
            self._deleted.clear()
        if self._readings and frame.kind != "rt":
            self._sink.add(self._beside("ruby"), "".join(self._readings))
            self._readings.clear()

    def _end_holder(self, name: str) -> None:
        if self._frames[-1].runs:
            self._end_paragraph()
        frame = self._frames.pop()
        if name == "tc":
            self._frames[-1].row.append(" ".join(" ".join(frame.lines).split()))
        elif name == "rt":
            self._readings.extend(frame.lines)
        elif name == "txbxContent":
            # the same box is written twice, for new and for old readers
            box = "\n".join(frame.lines)
            if box != self._last_box:
                self._last_box = box
                for line in frame.lines:
                    self._sink.add(self._beside("text box"), line)
        elif self._placeholders or not frame.placeholder:
            for line in frame.lines:
                self._emit(line)

    def _emit(self, line: str) -> None:
        if self._frames[-1].kind == "story":
            self._sink.add(self._part, line)
        elif self._frames[-1].held_chars > _MAX_HELD:
            # a cell or box of megabytes is no longer kept together
            self._sink.add(self._part, line)
        elif line:
            self._frames[-1].lines.append(line)
            self._frames[-1].held_chars += len(line)

    def _beside(self, what: str) -> str:
        return what if self._part == "body" else f"{self._part} {what}"

    def close(self) -> None:
        """Put what was still open when the part broke off."""
        while len(self._frames) > 1:
            frame = self._frames[-1]
            self._end_holder(frame.kind)
            if self._frames[-1].row and frame.kind == "tc":
                row, self._frames[-1].row = "\t".join(self._frames[-1].row), []
                self._emit(row)
        self._end_paragraph()
