"""What stands around a value: the nearest label to its left, its column's header, its key.

A label is a word (or a key in JSON, XML, INI, SQL) that says what the value beside it is; its kind is a finding's label,
`NONE` (a number of another sort, which vetoes) or `NONE_DATE` (a date of another sort).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.detect.table import Cell, Field, read_tables
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from morasanu.detect.spec import Spec

NONE: Final = "NONE"
NONE_DATE: Final = "NONE_DATE"

_REACH = 34
_APART = " \t、,/|│(\"'{;・&?"
_KEY = re.compile(
    r"([A-Za-z_](?<![A-Za-z0-9_.\-].)[A-Za-z0-9_.\-]{0,40}+)(?:[\"'`\])]{0,2}\s{0,3}(?:=>|:=|[:=])|\\?[\"'](?=\s*,)|(?=>)|(?<=[A-Za-z0-9])(?=\s[A-Za-z:]+=\"[^<>\n]{0,60}>[^<\n]))"
)
_ANOTHER = re.compile(r"[A-Za-z]/[0-9.]+|\" [0-9]{3} ")  # what follows in a line of a web server's log
_SPACEABLE = re.compile(r"[一-龯]{2,4}\Z")
_CAMEL = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^\x00-\x7f]+")
_SEPARATOR = re.compile(
    r"[ \t]*(?:[)\]」』\"'`|]{0,2}[ \t]*(?:[A-Za-z:]+=\"[^<>\n]{0,60}>|=>|:=|[:=>;→⇒・,|／/│]|は、?|が|の)?)[ \t]*(?:[「『(\[<\"'`【|│]{1,2}[ \t]*)?"
)
# Keys whose last word says "name" without being a person's.
_NOT_A_PERSON = frozenset(
    (
        "file filename host hostname user username db database table column class method function schema domain "
        "server service app application project product item branch bank company corp dept department org "
        "organization shop store city pref display field event job task role group path dir folder image model "
        "module package tag key param var variable type program system device client logger thread queue topic "
        "bucket cluster namespace container"
    ).split()
)


class Slot(NamedTuple):
    """A place where a value of a kind is expected: `start`..`end` (the furthest it may reach) and the evidence."""

    start: int
    end: int
    kind: str
    why: str


def _trie_pattern(words: Iterable[str]) -> str:
    """Return a pattern that matches the longest of the words, its branches shared letter by letter."""
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[:1], []).append(word[1:])
    optional = "" in branches
    parts = [re.escape(first) + _trie_pattern(rests) for first, rests in sorted(branches.items()) if first]
    if not parts:
        return ""
    body = parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
    return f"(?:{body})?" if optional else body


def _search_pattern(words: Iterable[str]) -> str:
    """Return a pattern for the longest of the words that a search runs through fast.

    It begins with the set of all first letters, which the search skips ahead by; then the set of all second ones is looked
    ahead at, and a few look-behinds narrow hundreds of branches down to one.
    """
    branches: dict[str, list[str]] = {}
    for word in words:
        branches.setdefault(word[0], []).append(word[1:])
    seconds = sorted({rest[0] for rests in branches.values() for rest in rests if rest})
    whole = [letter for letter, rests in branches.items() if "" in rests]
    ahead = f"(?=[{_escape_set(seconds)}])" + (f"|(?<=[{_escape_set(whole)}])" if whole else "")
    return f"[{_escape_set(branches)}](?:{ahead})(?:{_narrow(sorted(branches), branches, levels=2)})"


def _narrow(letters: list[str], branches: Mapping[str, list[str]], levels: int) -> str:
    if not levels:
        return "|".join(f"(?<={re.escape(letter)}){_trie_pattern(branches[letter])}" for letter in letters)
    size = max(2, round(len(letters) ** (levels / (levels + 1))))
    groups = [letters[index : index + size] for index in range(0, len(letters), size)]
    return "|".join(f"(?<=[{_escape_set(group)}])(?:{_narrow(group, branches, levels - 1)})" for group in groups)


def _escape_set(letters: Iterable[str]) -> str:
    return "".join(re.escape(letter) for letter in letters)


class Labels:
    """The labels and keys of a set of specs, compiled."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        """Compile the words; when two specs share one, the one that is not `NONE` wins."""
        self.kinds: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.columns: dict[str, str] = {}
        for spec in sorted(specs, key=lambda spec: spec.label != NONE):
            for word in (*spec.labels, *spec.words.get("kin", ())):
                folded = fold(word).text.lower()
                self.kinds[folded] = spec.label
                if _SPACEABLE.match(folded):
                    # forms spread short labels over the column: 氏　名, 住　　所
                    self.kinds.update((gap.join(folded), str(spec.label)) for gap in (" ", "  ", "   "))
            for word in spec.words.get("dates", ()):
                self.kinds.setdefault(fold(word).text.lower(), NONE_DATE)
            self.columns.update(dict.fromkeys(spec.words.get("columns", ()), str(spec.label)))
            self.keys.update(dict.fromkeys(spec.keys, str(spec.label)))
            if spec.label == NONE:
                self.keys.update({word: NONE for word in spec.labels if word.isascii() and word.isalnum()})
        self.pattern = re.compile(_search_pattern(self.kinds))

    def kind_of_key(self, key: str) -> str:
        """Return the kind of an identifier such as `customer_name` or `birthDate`, `""` when it says nothing.

        The whole identifier is looked up first, then its last two words, then its last.
        """
        parts = [part.lower() for part in _CAMEL.findall(key)]
        if len(parts) > 1 and parts[-1].isdigit():  # TEL_1
            del parts[-1]
        for count in (len(parts), 2, 1):
            kind = self.keys.get("".join(parts[-count:]), "")
            if kind:
                return (
                    ""
                    if kind == "PERSON" and len(parts) > count and not _NOT_A_PERSON.isdisjoint(parts[:-count])
                    else kind
                )
        return ""

    def kind_of_cell(self, cell: str) -> str:
        """Return the kind that a table's header cell names, `""` when it says nothing."""
        word = cell.strip(" \t\"'`*:#()[]【】").lower()
        if word in self.kinds or word in self.columns:
            return self.kinds.get(word) or self.columns[word]
        spaceless = word.replace(" ", "")
        if spaceless in self.kinds:
            return self.kinds[spaceless]
        if word.isascii():
            return self.kind_of_key(cell.strip())
        match = self.pattern.match(word)
        if match and match.end() == len(re.split(r"[(\[]", word)[0].rstrip()):
            return self.kinds[match.group()]
        if len(word) > 12 or any(c.isdigit() for c in word):  # a header is short
            return ""
        tail = next((word[i:] for i in range(1, len(word) - 1) if word[i:] in self.kinds), "")
        return self.kinds.get(tail, "")


@dataclass(slots=True)
class Context:
    """Labels, keys and tables of one folded text."""

    text: str
    fields: list[Field]
    ends: list[int]
    cells: list[Cell]
    cell_starts: list[int]
    headers: set[int]
    by_kind: dict[str, list[Slot]] | None = None

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
        cell = self.cell_at(start)
        if cell is not None and cell.kind in kinds:
            return cell.kind, f"column:{cell.word}"
        index = bisect_right(self.ends, start) - 1
        line = self.text.rfind("\n", 0, start) + 1
        floor = max(start - _REACH * 2, line, cell.start if cell is not None else 0)
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
            top = self.text.rfind("\n", 0, above.start) + 1
            rest = self.text[top : above.start] + self.text[above.end : line]
            if above.kind in kinds and not rest.strip(" \n\r\t:：・■□◆●-*#|│[]【】()"):
                return above.kind, f"label:{above.word}"
        return "", ""

    def slots(self, kind: str) -> list[Slot]:
        """Return every place where a label, key or column announces a value of `kind`, in text order."""
        if self.by_kind is None:
            self.by_kind = {}
            for slot in self._read_slots():
                self.by_kind.setdefault(slot.kind, []).append(slot)
        return self.by_kind.get(kind, [])

    def _read_slots(self) -> list[Slot]:
        text = self.text
        found: list[Slot] = []
        fields = self.fields
        for index, label in enumerate(fields):
            if label.kind in (NONE, NONE_DATE) or (
                self.headers and text.rfind("\n", 0, label.start) + 1 in self.headers
            ):
                continue
            separator = _SEPARATOR.match(text, label.end)
            begin = separator.end() if separator else label.end
            limit = text.find("\n", begin)
            limit = len(text) if limit < 0 else limit
            limit = self._limit(index, begin, limit)
            if begin >= limit or not text[begin:limit].strip():
                begin, limit = self._next_line(label, limit)
            if begin < limit:
                found.append(Slot(begin, limit, label.kind, f"{'key' if label.is_key else 'label'}:{label.word}"))
        found += [Slot(cell.start, cell.end, cell.kind, f"column:{cell.word}") for cell in self.cells if cell.kind]
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
    cells, headers = read_tables(text, fields, labels.kind_of_cell)
    return Context(text, fields, [f.end for f in fields], cells, [c.start for c in cells], headers)


def _read_fields(text: str, labels: Labels) -> list[Field]:
    fields: list[Field] = []
    lower = text.lower()
    kinds = labels.kinds
    for match in labels.pattern.finditer(lower):
        word = match.group()
        start, end = match.span()
        if not start < end:
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
        elif _is_glued(lower, start, end, kinds[word], word):
            continue
        fields.append(Field(start, end, kinds[word], word, is_key=False))
    keys = [
        Field(m.start(1), m.end(1), kind, m.group(1), is_key=True)
        for m in _KEY.finditer(text)
        if (kind := labels.kind_of_key(m.group(1)))
    ]
    if not keys:
        return fields
    taken = {k.start for k in keys} | {k.end for k in keys}
    spans = sorted(keys + [f for f in fields if f.start not in taken and f.end not in taken])
    return [f for i, f in enumerate(spans) if i == 0 or f.start >= spans[i - 1].end]


def _is_glued(text: str, start: int, end: int, kind: str, word: str) -> bool:
    """Return whether a label word is only a part of a longer word: 子 in 千鶴子, 祖父 in 祖父江, 書記 in 支部書記長."""
    before, after = text[start - 1 : start], text[end : end + 1]
    kanji_before = "一" <= before <= "龯"
    kanji_after = "一" <= after <= "龯"
    if after == ":" and len(word) > 1:
        return False
    if len(word) == 1:
        return kanji_before or (kanji_after and word not in "故亡普当")
    return kind == "PERSON" and (kanji_after or (kanji_before and len(word) == 2))  # 支部書記 is no label
