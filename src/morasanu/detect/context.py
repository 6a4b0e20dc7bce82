"""What stands around a value: the nearest label to its left, its column's header, its key.

A label is a word (or a key in JSON, XML, INI, SQL) that says what the value beside it is; its kind is a finding's label,
`NONE` (a number of another sort, which vetoes) or `NONE_DATE` (a date of another sort).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from morasanu.detect.label import NONE
from morasanu.detect.table import Cell, Field, read_tables

if TYPE_CHECKING:
    from morasanu.detect.label import Labels

_REACH = 34
_BESIDE = 3
_LINES_ABOVE = 3
_CELL_EDGES = ("", "\n", "\t", ",", "|", "│", '"', " ")
_APART = " \t、,/|│(\"'{;・&?"
_KEY = re.compile(
    r"([A-Za-z_](?<![A-Za-z0-9_.\-].)[A-Za-z0-9_.\-]{0,40}+)(?:\\?[\"'`\])]{0,2}\s{0,3}(?:=>|:=|[:=])|\\?[\"'](?=\s*,)|(?=>)|(?<=[A-Za-z0-9])(?=\s[A-Za-z:]+=\"[^<>\n]{0,60}>[^<\n]))"
)
_ANOTHER = re.compile(r"[A-Za-z]/[0-9.]+|\" [0-9]{3} ")  # what follows in a line of a web server's log
_FILLED = re.compile(r"\S")
_GIVEN_BEFORE = re.compile("[一-龯々] ")
_CLOSED = re.compile(r"[ ]*(?:[,\t\n|│\"'<]|\Z)")
_SEPARATOR = re.compile(
    r"(?:[0-9](?=[\s:]))?[ \t]*(?:[)\]」』\"'`|\\]{0,3}[ \t]*(?:[A-Za-z:]+=\"[^<>\n]{0,60}>|=>|:=|[:=>;→⇒・,|／/│]|は、?|が|の)?)[ \t]*(?:[「『(\[<\"'`【|│\\]{1,2}[ \t]*)?"
)


class Slot(NamedTuple):
    """A place where a value of a kind is expected: `start`..`end` (the furthest it may reach) and the evidence."""

    start: int
    end: int
    kind: str
    why: str


@dataclass(slots=True)
class Context:
    """Labels, keys and tables of one folded text."""

    text: str
    fields: list[Field]
    ends: list[int]
    cells: list[Cell]
    cell_starts: list[int]
    headers: set[int]
    _slots: dict[str, list[Slot]] = field(default_factory=dict)
    _topics: set[str] = field(default_factory=set)
    _fields_of: dict[str, list[int]] = field(default_factory=dict)
    _cells_of: dict[str, list[Cell]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Group fields and cells by kind, because every detector asks for its own."""
        for index, label in enumerate(self.fields):
            self._fields_of.setdefault(label.kind, []).append(index)
        for cell in self.cells:
            self._cells_of.setdefault(cell.kind, []).append(cell)

    def cell_at(self, start: int) -> Cell | None:
        """Return the table cell that `start` lies in."""
        index = bisect_right(self.cell_starts, start) - 1
        if index >= 0 and start < self.cells[index].end:
            return self.cells[index]
        return None

    def label_before(self, start: int, kinds: frozenset[str]) -> tuple[str, str]:
        """Return kind and evidence of what says what the value at `start` is, `("", "")` when nothing does.

        Only labels of `kinds` count (others are passed over). A table's column comes first, then the nearest label on the line, then
        a line above that holds nothing but a label.
        """
        cell = self.cell_at(start) if self.cells else None
        if cell is not None and cell.kind in kinds:
            return cell.kind, f"column:{cell.word}"
        index = bisect_right(self.ends, start) - 1
        line = self.text.rfind("\n", 0, start) + 1
        floor = max(start - _REACH * 2, line)
        if cell is not None and cell.start > floor and not self._is_label_beside(cell, kinds):
            floor = cell.start
        hops = 0
        while index >= 0 and self.fields[index].start >= floor:
            found = self.fields[index]
            if found.kind in kinds:
                gap = self.text[found.end : start]
                if "。" in gap or len(gap) > _REACH + hops * 10 or (found.is_key and _ANOTHER.search(gap)):
                    break
                return found.kind, f"{'key' if found.is_key else 'label'}:{found.word}"
            hops += 1
            index -= 1
        if index >= 0 and self.fields[index].end <= line and not self.text[line:start].strip(' (「"+〒'):
            above = self.fields[index]
            rest = self.text[above.end : line]
            if (
                above.kind in kinds
                and rest.count("\n") < _LINES_ABOVE
                and not rest.strip(" \n\r\t:：・■□◆●-*#|│[]【】()はが")
            ):
                return above.kind, f"label:{above.word}"
        return "", ""

    def _is_label_beside(self, cell: Cell, kinds: frozenset[str]) -> bool:
        """Return whether the cell before is a label and nothing else: 運転免許証,309012345620."""
        index = bisect_right(self.ends, cell.start) - 1
        if index < 0 or self.fields[index].kind not in kinds or self.fields[index].kind == NONE:
            return False
        label = self.fields[index]
        return cell.start - label.end <= _BESIDE and self.text[label.start - 1 : label.start] in _CELL_EDGES

    def speaks_of(self, kind: str) -> bool:
        """Return whether a label, key or column of `kind` stands anywhere in the text."""
        if not self._topics:
            self._topics.update((item.kind for item in self.fields), (cell.kind for cell in self.cells), ("",))
        return kind in self._topics

    def slots(self, kind: str) -> list[Slot]:
        """Return every place where a label, key or column announces a value of `kind`, in text order."""
        if kind not in self._fields_of and kind not in self._cells_of:
            return []
        slots = self._slots.get(kind)
        if slots is None:
            slots = self._slots[kind] = self._read_slots(kind)
        return slots

    def _read_slots(self, kind: str) -> list[Slot]:
        text = self.text
        found: list[Slot] = []
        for index in self._fields_of.get(kind, ()):
            label = self.fields[index]
            if self.headers and text.rfind("\n", 0, label.start) + 1 in self.headers:
                continue
            separator = _SEPARATOR.match(text, label.end)
            begin = separator.end() if separator else label.end
            limit = text.find("\n", begin)
            limit = len(text) if limit < 0 else limit
            limit = self._limit(index, begin, limit)
            if begin >= limit or (text[begin] <= " " and not _FILLED.search(text, begin, limit)):
                begin, limit = self._next_line(label, limit)
            if begin < limit:
                found.append(Slot(begin, limit, kind, f"{'key' if label.is_key else 'label'}:{label.word}"))
        found += [Slot(c.start, c.end, kind, f"column:{c.word}") for c in self._cells_of.get(kind, ())]
        return found

    def _limit(self, index: int, begin: int, limit: int) -> int:
        # the next label ends this value, when it stands apart from it
        for following in self.fields[index + 1 : index + 4]:
            if following.start >= limit:
                break
            if (
                following.start > begin
                and self.text[following.start - 1] in _APART
                and following.is_key == self.fields[index].is_key
            ):
                return following.start
        return limit

    def _next_line(self, label: Field, limit: int) -> tuple[int, int]:
        text = self.text
        top = text.rfind("\n", 0, label.start) + 1
        if limit >= len(text) or text[top : label.start].strip(" \t・■□◆●*#-"):
            return limit, limit
        end = text.find("\n", limit + 1)
        end = len(text) if end < 0 else end
        begin = limit + 1
        while begin < end and text[begin] in " \t>|│":
            begin += 1
        return begin, end


def read_context(text: str, labels: Labels) -> Context:
    """Return the labels, keys and tables of the folded `text`."""
    fields = _read_fields(text, labels)
    cells, headers = read_tables(text, fields, labels.read_cell)
    return Context(text, fields, [f.end for f in fields], cells, [c.start for c in cells], headers)


def _read_fields(text: str, labels: Labels) -> list[Field]:
    fields: list[Field] = []
    lower = text.lower()
    kinds = labels.readings
    for match in labels.pattern.finditer(lower):
        word = match.group()
        start, end = match.span()
        kind, may_be_part = kinds[word]
        if not may_be_part:
            fields.append(Field(start, end, kind, word, False))
            continue
        if word.isascii():
            before = lower[start - 1] if start else " "
            after = lower[end] if end < len(lower) else " "
            if (
                before.isascii()
                and (before.isalnum() or before in "_-./@")
                or after.isascii()
                and (after.isalnum() or after in "_-@")
            ):
                continue
        elif (kind == "PERSON" or len(word) == 1) and _is_glued(lower, start, end, word):
            continue
        elif word in labels.kin and _GIVEN_BEFORE.match(lower[start - 2 : start]) and _CLOSED.match(lower, end):
            continue  # 佐藤 三男
        fields.append(Field(start, end, kind, word, False))
    keys = [
        Field(m.start(1), m.end(1), *meaning, is_key=True)
        for m in _KEY.finditer(text)
        if (meaning := labels.read_key(m.group(1))).kind
    ]
    if not keys:
        return fields
    taken = {k.start for k in keys} | {k.end for k in keys}
    spans = sorted(keys + [f for f in fields if f.start not in taken and f.end not in taken])
    return [f for i, f in enumerate(spans) if i == 0 or f.start >= spans[i - 1].end]


def _is_glued(text: str, start: int, end: int, word: str) -> bool:
    """Return whether a label word of a person or of one character is only a part of a longer word: 子 in 千鶴子, 祖父 in 祖父江, 書記 in 支部書記長."""
    before, after = text[start - 1 : start], text[end : end + 1]
    kanji_before = "一" <= before <= "龯"
    kanji_after = "一" <= after <= "龯"
    if after == ":" and len(word) > 1:
        return False
    if len(word) == 1:
        return kanji_before or (kanji_after and word not in "故亡")
    return kanji_after or (kanji_before and len(word) == 2)  # 支部書記 is no label
