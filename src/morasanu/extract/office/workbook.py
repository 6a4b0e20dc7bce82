"""What a workbook says for all its sheets: their names and order, shared strings, number formats, defined names, old copies."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from morasanu.errors import InspectError
from morasanu.extract.office.cell import list_literals, name_format, unescape
from morasanu.extract.office.event import END, START, TEXT, drive
from morasanu.extract.office.ooxml import first_events, read_relations
from morasanu.extract.office.sink import Sink, follow, list_telling, tell
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted
    from morasanu.extract.office.package import Package

_MAX_STRINGS_BYTES: Final = 200_000_000
_STRING_BYTES: Final = 80
_MAX_STYLES: Final = 100_000
WORKBOOK: Final = "xl/workbook.xml"
STRINGS: Final = "xl/sharedStrings.xml"
SHEET_NAMES: Final = "sheet names"
"""A sheet for each person is called by the person, so the names are text too."""


@dataclass(slots=True)
class Workbook:
    """What the sheets need: their parts with their names, the strings with their readings (ふりがな), the styles' formats, the first day."""

    sheets: dict[str, str] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    readings: dict[str, None] = field(default_factory=dict)
    formats: list[str] = field(default_factory=list)
    from_1904: bool = False
    is_cut: bool = False
    _used: bytearray = field(default_factory=bytearray)

    def find_string(self, index: int) -> str:
        """Return a shared string; `""` for one that the file does not have, and `is_cut` says so from then on."""
        if 0 <= index < len(self.strings):
            if index >= len(self._used):
                self._used.extend(bytes(len(self.strings) - len(self._used)))
            self._used[index] = 1
            return self.strings[index]
        self.is_cut = True
        return ""

    def list_unused(self) -> Iterator[Extracted]:
        """Yield the strings that no cell shows: some programs keep those of deleted cells."""
        sink = Sink()
        for index, text in enumerate(self.strings):
            if index >= len(self._used) or not self._used[index]:
                sink.add("unused strings", text)
                yield from sink.drain()
        yield from sink.finish()


def read_workbook(package: Package) -> tuple[Workbook, list[Extracted]]:
    """Return the workbook and what it holds beside the sheets (defined names) or could not be read of it."""
    book = Workbook()
    relations = read_relations(package, WORKBOOK)
    sink = Sink()
    reader = _BookReader(book, sink)
    found: list[Extracted] = []
    if package.has(WORKBOOK):
        found.extend(follow(package.chunks(WORKBOOK), reader, sink, "workbook"))
    for relation_id, name in reader.sheets:
        relation = relations.get(relation_id)
        if relation is not None and not relation.external and package.has(relation.target):
            book.sheets.setdefault(relation.target, name)
    strings = next((each.target for each in relations.values() if each.kind == "sharedStrings"), STRINGS)
    styles = next((each.target for each in relations.values() if each.kind == "styles"), "xl/styles.xml")
    book.formats = _read_formats(package, styles, sink)
    found.extend(sink.finish())
    if package.has(strings):
        try:
            _read_strings(package, strings, book)
        except InspectError as error:
            found.append(tell(error, strings))
    found.extend(list_readings(book))
    return book, found


def list_readings(book: Workbook) -> Iterator[Extracted]:
    """Yield the readings of the strings as `ruby`."""
    sink = Sink()
    for reading in book.readings:
        sink.add("ruby", reading)
    yield from sink.finish()


class _BookReader:
    def __init__(self, book: Workbook, sink: Sink) -> None:
        self.sheets: list[tuple[str, str]] = []
        self._book = book
        self._sink = sink
        self._name = ""
        self._text: list[str] = []

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == TEXT:
            if self._name:
                self._text.append(name)
        elif kind == END:
            self.close()
        elif name == "sheet":
            self.sheets.append((attributes.get(":id", ""), attributes.get("name", "")))
            self._sink.add(SHEET_NAMES, attributes.get("name", ""))
        elif name == "definedName":
            self._name = attributes.get("name", "") or "?"
            for value in [
                attributes.get("comment", ""),
                *list_telling("", (value for key, value in attributes.items() if key not in {"name", "comment"})),
            ]:
                self._sink.add("defined name", value)
        elif name == "workbookPr":
            self._book.from_1904 = attributes.get("date1904", "") in {"1", "true"}
        elif name == "fileSharing":
            self._sink.add("author", attributes.get("userName", ""))

    def close(self) -> None:
        if self._name:
            self._sink.add("defined name", f"{self._name}: {''.join(self._text)}")
        self._name = ""
        self._text = []


def _read_formats(package: Package, part: str, sink: Sink) -> list[str]:
    """Return the format of each style by its number; names of styles and words in formats go to `sink`."""
    custom: dict[int, str] = {}
    styles: list[str] = []
    inside = False
    for kind, name, attributes in first_events(package, part):
        if name == "cellXfs":
            inside = kind == START
        elif kind == START and name in {"cellStyle", "tableStyle"} and "builtinId" not in attributes:
            for value in list_telling("", attributes.values()):
                sink.add("style", value)
        elif kind == START and name == "numFmt" and len(custom) < _MAX_STYLES:
            for value in list_literals(attributes.get("formatCode", "")):
                sink.add("number format", value)
            custom[_number(attributes.get("numFmtId", ""))] = attributes.get("formatCode", "")
        elif kind == START and name == "xf" and inside and len(styles) < _MAX_STYLES:
            styles.append(name_format(_number(attributes.get("numFmtId", "")), custom))
    return styles


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 10 else 0


def _read_strings(package: Package, part: str, book: Workbook) -> None:
    reader = _StringReader(book)
    for _ in drive(package.chunks(part), reader.take):
        if reader.held > _MAX_STRINGS_BYTES:
            raise refuse("MRS-X-022", "shared strings")


class _StringReader:
    """Takes the shared strings, and their readings (phonetic runs), each once: they are of names more often than not."""

    def __init__(self, book: Workbook) -> None:
        self.held = 0
        self._book = book
        self._bits: list[str] = []
        self._reading: list[str] = []
        self._is_text = False
        self._depth = 0

    def take(self, kind: int, name: str, _: dict[str, str]) -> None:
        if kind == TEXT:
            if self._is_text:
                (self._reading if self._depth else self._bits).append(name)
                self.held += 2 * len(name)
            return
        self._is_text = kind == START and name == "t"
        if name == "rPh":
            self._depth += 1 if kind == START else -1
        elif name == "si" and kind == START:
            self._bits, self._reading = [], []
        elif name == "si":
            self._book.strings.append(unescape("".join(self._bits)))
            if self._reading:
                self._book.readings[unescape("".join(self._reading))] = None
            self.held += _STRING_BYTES


class PivotReader:
    """Takes a pivot cache: what was in the source of a pivot table stays there, also when its sheet is gone."""

    def __init__(self, sink: Sink, part: str) -> None:
        """Put the lines of `part` into `sink`."""
        self._sink = sink
        self._part = part
        self._field = ""
        self._row: list[str] | None = None

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        if kind == START:
            if name == "cacheField":
                self._field = attributes.get("name", "")
                self._sink.add(self._part, attributes.get("caption", ""))
            elif name == "r":
                self._row = []
            elif name in {"worksheetSource", "pivotCacheDefinition"}:
                self._sink.add(self._part, attributes.get("refreshedBy", "") or attributes.get("sheet", ""))
            elif "v" in attributes:
                self._value(attributes["v"] if name != "x" else "")
        elif kind == END and name == "r":
            self.close()

    def _value(self, value: str) -> None:
        if self._row is not None:
            self._row.append(value)
        elif value:
            self._sink.add(self._part, f"{self._field}: {value}" if self._field else value)

    def close(self) -> None:
        """Put the row that waits."""
        if self._row:
            self._sink.add(self._part, "\t".join(self._row).rstrip("\t"))
        self._row = None


def read_pivots(package: Package, done: set[str]) -> Iterator[Extracted]:
    """Yield what the pivot caches hold."""
    for name in package.names():
        if "/pivotcache/" in name.lower() and name.lower().endswith(".xml"):
            done.add(name)
            sink = Sink()
            yield from follow(package.chunks(name), PivotReader(sink, "pivot cache"), sink, "pivot cache")
