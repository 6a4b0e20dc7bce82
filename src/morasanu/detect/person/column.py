"""Names by their column: where one row of a list holds a name in its second place, the other rows do too."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from morasanu.detect.person.letters import HIRAGANA, KATAKANA, ORGANISATION, K, has_latin_stop, is_kanji
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from morasanu.detect.person.book import NameBook

_MARK: Final = re.compile(r"[\t,|│;/]|(?<=[^ \n]) {2}")
_GAP: Final = re.compile(r"(?<=[^ \n]) {2,}")
_LIKE: Final = re.compile(
    rf"{K}{{0,4}}(?: {{1,3}}(?:{K}{{0,2}}|{HIRAGANA}{{1,5}}|{KATAKANA}{{1,8}}|[A-Z][A-Za-z]+))?|{KATAKANA}{{1,9}}(?:[ ・]{{1,2}}[ァ-ヶー一-龯]{{1,10}}){{0,3}}|{HIRAGANA}{{2,6}} {{1,3}}{HIRAGANA}{{1,6}}"
    r"|[A-ZÀ-Þ][A-Za-zÀ-ỹ'’.\-]*(?:[ ,/]{1,2}[A-ZÀ-Þ][A-Za-zÀ-ỹ'’.\-]*){1,4}"
)
_EDGE: Final = " 　\"'`「」()[]{}*:・●○■□◆①②③④⑤⑥⑦⑧⑨"
_FEWEST_ROWS: Final = 2
_MOST_CELLS: Final = 40

Span = tuple[int, int]


def read_columns(text: str, kept: Sequence[Proposal], book: NameBook) -> Iterator[Proposal]:
    """Yield the cells that stand in a column of names; `kept` are the names found so far, ordered by start."""
    if not kept or "\n" not in text:
        return
    names = {(name.start, name.end) for name in kept}
    done = -1
    for name in kept:
        if name.start > done:
            mark, lines = _find_rows(text, name.start)
            done = lines[-1][1]
            if len(lines) >= _FEWEST_ROWS:
                rows = [[(start + a, start + b) for a, b in _split(text[start:end], mark)] for start, end in lines]
                yield from _read_rows(text, rows, names, book)


def _find_rows(text: str, position: int) -> tuple[str, list[Span]]:
    """Return what divides the line at `position`, and the lines around it that it divides into as many parts."""
    line = _line_at(text, position)
    key = mark, _ = _read_mark(text, line)
    lines = [line]
    if not mark:
        return mark, lines
    start, end = line
    while start > 0:
        start, stop = _line_at(text, start - 1)
        if _read_mark(text, (start, stop)) == key:
            lines.append((start, stop))
        elif start < stop:
            break
    lines.reverse()
    while end < len(text):
        begin, end = _line_at(text, end + 1)
        if _read_mark(text, (begin, end)) == key:
            lines.append((begin, end))
        elif begin < end:
            break
    return mark, lines


def _line_at(text: str, position: int) -> Span:
    end = text.find("\n", position)
    return text.rfind("\n", 0, position) + 1, end if end >= 0 else len(text)


def _read_mark(text: str, line: Span) -> tuple[str, int]:
    """Return what divides a line, and how often; `("", 0)` for an empty one or one that nothing divides."""
    found = _MARK.search(text, *line)
    if found is None:
        return "", 0
    mark = found.group().strip(" ") or "  "
    return mark, len(_GAP.findall(text, *line)) if mark == "  " else text.count(mark, *line)


def _split(line: str, mark: str) -> list[Span]:
    if mark == "  ":
        begin = len(line) - len(line.lstrip(" "))
        bounds = [begin, *(edge for gap in _GAP.finditer(line, begin) for edge in gap.span()), len(line)]
        return [_strip(line[a:b], a) for a, b in zip(bounds[::2], bounds[1::2], strict=True) if a < b]
    cells = []
    start = 0
    for piece in line.split(mark)[:_MOST_CELLS]:
        cells.append(_strip(piece, start))
        start += len(piece) + len(mark)
    return cells


def _strip(piece: str, start: int) -> Span:
    """Return where a cell that begins at `start` lies without what frames it."""
    cell = piece.lstrip(_EDGE)
    start += len(piece) - len(cell)
    return start, start + len(cell.rstrip(_EDGE))


def _read_rows(text: str, rows: list[list[Span]], names: set[Span], book: NameBook) -> Iterator[Proposal]:
    if len(rows) < _FEWEST_ROWS or not rows[0]:
        return
    columns: dict[int, list[Span]] = defaultdict(list)
    for row in rows:
        for place, cell in enumerate(row):
            if cell[0] < cell[1]:
                columns[place].append(cell)
    for cells in columns.values():
        known = sum(cell in names for cell in cells)
        if not known:
            continue
        like = [cell for cell in cells if cell not in names and _is_like(text[slice(*cell)], book)]
        if known + len(like) > 0.6 * len(cells) and (known * 3 >= len(like)):
            for start, end in like:
                yield Proposal(start, end, 0.7, "neighbour:column")


def _is_like(value: str, book: NameBook) -> bool:
    if not _LIKE.fullmatch(value) or ORGANISATION.search(value):
        return False
    words = re.split(r"[ ・,/]+", value)
    if value[0] < "z" or value[0] <= "ỹ" and not is_kanji(value[0]) and value[0] < "ぁ":
        return not has_latin_stop(words)
    if any(map(book.is_noun, (value, *words))):
        return False
    if is_kanji(value[0]):
        return (
            len(words) > 1
            or book.is_surname(value)
            or book.is_single(value)
            or bool(book.split(value))
            or book.is_unknown(value)
        )
    return len(words) > 1 or book.is_kana_name(value, loose=False)
