"""Tables in text: CSV, TSV, Markdown, drawn with lines or with spaces, and SQL inserts.

A header is a line with at least two cells that are labels; the lines under it with the same delimiter are its rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from morasanu.detect.label import Meaning

_CELLS = {
    ",": re.compile(r'"((?:[^"]|"")*)"|\'((?:[^\']|\'\')*)\'|([^,\n]*)'),
    ";": re.compile(r'"((?:[^"]|"")*)"|([^;\n]*)'),
    "\t": re.compile(r'"((?:[^"]|"")*)"|([^\t\n]*)'),
    "|": re.compile(r"([^|\n]*)"),
    "│": re.compile(r"([^│\n]*)"),
    "/": re.compile(r"((?:(?! / )[^\n])*)"),
    "  ": re.compile(r"((?:(?! {2,})[^\n])*)"),
}
_EDGES = frozenset("\t,;|│")
_CELL_ENDS = re.compile(r" ?[\t,;|│]")
_PLAIN = frozenset(",;\t")
_QUOTE_OR_BREAK = re.compile(r"[\"'\n]")
_WIDTH = {"/": 3}
_RULE = re.compile(r"[\s\-+=|│┌┬┐├┼┤└┴┘─━:]*\Z")
_INSERT = re.compile(r"\(([^()\n]{3,2000})\)\s*VALUES\s*", re.IGNORECASE)
_COPY = re.compile(r"COPY [^\n();]{1,100}\(([^()\n]{3,2000})\) FROM stdin;[ ]*\n")
_TUPLE = re.compile(r"\s*\(((?:'(?:[^']|'')*'|[^()'])*)\)\s*(,|;|\Z)")
_THOUSANDS = re.compile(r"[0-9]{3}(?![0-9-])")
_NUMBER_END = re.compile(r"(?:^|[^0-9\-])[0-9]{1,3}(?:,[0-9]{3})*\Z")
_HEADER_KEY = re.compile(r"[^\n,\t;|│]{1,30}[,\t;|│][^\n]")
_HEADER_CHARS = 30
_UNDERLINED = re.compile(r"^[^\n|]{1,60}\|[^\n]*(?=\n[ ]?-+\+-)", re.MULTILINE)
_MAX_ROWS = 100_000


class Field(NamedTuple):
    """A label in the text: where the word lies, its kind, the word, and where its value may begin."""

    start: int
    end: int
    kind: str
    word: str
    is_key: bool


class Cell(NamedTuple):
    """A cell of a table: where its content lies, its column's kind (`""` when the header says nothing) and header."""

    start: int
    end: int
    kind: str
    word: str


def read_tables(text: str, fields: Sequence[Field], read: Callable[[str], Meaning]) -> tuple[list[Cell], set[int]]:
    """Return the cells of all tables in `text`, ordered by start, and where header lines start.

    `read` tells what a header cell says. Cells of a column whose header says nothing have the kind `""`.
    """
    cells: list[Cell] = []
    headers: set[int] = set()
    done = -1
    for start in sorted({*_list_candidates(text, fields), *_list_underlined(text)}):
        end = text.find("\n", start)
        if start < done or end < 0:
            continue
        header = text[start:end]
        delimiter = _find_delimiter(header, read)
        if delimiter:
            headers.add(start)
            columns = [read(header[a:b]) for a, b in _split(header, 0, delimiter)]
            done = _read_rows(text, end + 1, delimiter, columns, cells)
    if "(" in text and _INSERT.search(text):
        _read_inserts(text, read, cells)
    for copy in _COPY.finditer(text) if "COPY" in text else ():
        columns = [read(name) for name in copy.group(1).split(",")]
        _read_rows(text, copy.end(), "\t", columns, cells)
    cells.sort()
    return cells, headers


def _list_candidates(text: str, fields: Sequence[Field]) -> Iterator[int]:
    """Yield where lines begin that may be headers: the first, whose cells may be keys, and those with two labels or 氏名 in a cell."""
    previous = start = -1
    if text and text[0] != "\n" and _HEADER_KEY.match(text):
        previous = 0
        yield 0
    held = -1  # where the line of the field before ends
    for field in fields:
        if field.start < held:  # the second one of its line
            if start != previous:
                previous = start
                yield start
            continue
        start = text.rfind("\n", 0, field.start) + 1
        held = text.find("\n", field.end)
        if held < 0:
            held = len(text)
        if start != previous and field.kind == "PERSON" and _CELL_ENDS.match(text, field.end):
            previous = start
            yield start


def _list_underlined(text: str) -> Iterator[int]:
    """Yield where lines begin under which a terminal drew a rule: ` cust_no | name ` over `---------+------`."""
    if "-+-" in text:
        yield from (match.start() for match in _UNDERLINED.finditer(text))


def _find_delimiter(header: str, read: Callable[[str], Meaning]) -> str:
    for delimiter in ("\t", "│", "|", ",", ";", "/", "  "):
        if delimiter == "/" and " / " not in header or delimiter not in header:
            continue
        spans = [header[a:b] for a, b in _split(header, 0, delimiter)]
        filled = [cell for cell in spans if cell.strip()]
        said = [meaning for cell in filled if len(cell) <= _HEADER_CHARS and (meaning := read(cell)).word]
        known = sum(1 for meaning in said if meaning.kind)
        enough = 1 if delimiter in _EDGES else 2  # spaces make columns of anything
        if len(filled) >= 2 and known >= enough and len(said) >= 2 and len(said) * 3 >= len(filled):
            return delimiter
    return ""


def _split(line: str, offset: int, delimiter: str) -> Iterator[tuple[int, int]]:
    """Return where the cells of `line` begin and end, `offset` added; quotes around a cell and spaces before it are left out."""
    if delimiter in _PLAIN and not _QUOTE_OR_BREAK.search(line):
        return _split_plain(line, offset, delimiter)
    return _split_quoted(line, offset, delimiter)


def _split_plain(line: str, offset: int, delimiter: str) -> Iterator[tuple[int, int]]:
    padding = " " if delimiter != "\t" else ""
    for cell in line.split(delimiter):
        end = offset + len(cell)
        yield end - len(cell.lstrip(padding)), end
        offset = end + 1


def _split_quoted(line: str, offset: int, delimiter: str) -> Iterator[tuple[int, int]]:
    pattern = _CELLS[delimiter]
    width = _WIDTH.get(delimiter, len(delimiter))
    position = 0
    if delimiter in "|│" and line.lstrip()[:1] == delimiter:
        position = line.index(delimiter) + 1
    while position <= len(line):
        while delimiter in "  ,;" and position < len(line) and line[position] == " ":
            position += 1
        match = pattern.match(line, position)
        if match is None:  # pragma: no cover - the last alternative takes anything
            return
        group = match.lastindex or 0
        yield offset + match.start(group), offset + match.end(group)
        following = line.find(delimiter, match.end()) if delimiter != "/" else line.find(" / ", match.end())
        if following < 0:
            return
        position = following + width


def _read_rows(text: str, position: int, delimiter: str, columns: list[Meaning], cells: list[Cell]) -> int:
    probe = " / " if delimiter == "/" else delimiter
    misses = 0
    for _ in range(_MAX_ROWS):
        if position >= len(text):
            break
        end = text.find("\n", position)
        end = len(text) if end < 0 else end
        line = text[position:end]
        if probe in line:
            spans = list(_split(line, position, delimiter))
            if delimiter == "," and len(spans) > len(columns):
                spans = _join_thousands(text, spans)
            if abs(len(spans) - len(columns)) <= (1 if delimiter != "  " else 2):
                cells += _read_cells(text, spans, columns)
                misses = 0
            elif not _RULE.match(line):
                misses += 1
        elif not _RULE.match(line) or not line.strip() and delimiter not in "\t,;|":
            misses += 1 if delimiter in "\t,;" else 3
        if misses > 2:  # two odd lines are a wrapped cell, three are another text
            return position
        position = end + 1
    return position


def _read_cells(text: str, spans: list[tuple[int, int]], columns: list[Meaning]) -> Iterator[Cell]:
    for (start, end), (kind, word) in zip(spans, columns, strict=False):
        cell = text[start:end].rstrip(" \r")
        filled = cell.lstrip(" ")
        if filled:
            after = start + len(cell)
            yield Cell(after - len(filled), after, kind, word)


def _join_thousands(text: str, spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return `spans` with cells joined that are the parts of one number with commas, as people write in unquoted CSV."""
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if (
            joined
            and joined[-1][1] == start - 1
            and _THOUSANDS.match(text, start, end)
            and _NUMBER_END.search(text[joined[-1][0] : joined[-1][1]])
        ):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _read_inserts(text: str, read: Callable[[str], Meaning], cells: list[Cell]) -> None:
    for insert in _INSERT.finditer(text):
        columns = [read(name) for name in insert.group(1).split(",")]
        if not any(column.kind for column in columns):
            continue
        position = insert.end()
        while row := _TUPLE.match(text, position):
            for (start, stop), (kind, word) in zip(_split(row.group(1), row.start(1), ","), columns, strict=False):
                if start < stop:
                    cells.append(Cell(start, stop, kind, word))
            position = row.end()
            if row.group(2) != ",":
                break
