"""The vocabulary of labels: words, keys and headers that say what the value beside or below them is.

A label's kind is a finding's label, `NONE` (a number of another sort, which vetoes) or `NONE_DATE` (a date of another sort).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from morasanu.detect.spec import Spec

NONE: Final = "NONE"
NONE_DATE: Final = "NONE_DATE"

_SPACEABLE: Final = re.compile(r"[一-龯]{2,4}\Z")
_CAMEL: Final = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])|[^\x00-\x7f]+")
_HEADER_CHARS: Final = 12
_CACHED: Final = 4096
# Keys whose last word says "name" without being a person's.
_NOT_A_PERSON: Final = frozenset(
    (
        "file filename host hostname user username db database table column class method function schema domain "
        "server service app application project product item branch bank company corp dept department org "
        "organization shop store city pref display field event job task role group path dir folder image model "
        "module package tag key param var variable type program system device client logger thread queue topic "
        "bucket cluster namespace container"
    ).split()
)


class Meaning(NamedTuple):
    """What a label says: its kind (`""`: nothing) and the word of the vocabulary, after `…` when it ends a longer one.

    The text's own words are not repeated, because a header or key may hold a name.
    """

    kind: str
    word: str


_NOTHING: Final = Meaning("", "")


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


def search_pattern(words: Iterable[str]) -> str:
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
    letters = sorted(branches)
    # in a log most first letters are Latin, in prose most are not: neither kind tries the other's branches
    parts = filter(None, ([c for c in letters if c.isascii()], [c for c in letters if not c.isascii()]))
    narrow = "|".join(f"(?<=[{_escape_set(part)}])(?:{_narrow(part, branches, levels=2)})" for part in parts)
    return f"[{_escape_set(branches)}](?:{ahead})(?:{narrow})"


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

    def __init__(self, specs: Collection[Spec]) -> None:
        """Compile the words; when two specs share one, the one that is not `NONE` wins."""
        self.kinds: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._columns: dict[str, str] = {}
        self.kin = frozenset(fold(word).text for spec in specs for word in spec.words.get("kin", ()))
        for spec in sorted(specs, key=lambda spec: spec.label != NONE):
            for word in (*spec.labels, *spec.words.get("kin", ())):
                folded = fold(word).text.lower()
                self.kinds[folded] = spec.label
                if _SPACEABLE.match(folded):
                    # forms spread short labels over the column: 氏　名, 住　　所
                    self.kinds.update((gap.join(folded), str(spec.label)) for gap in (" ", "  ", "   "))
            for word in spec.words.get("dates", ()):
                self.kinds.setdefault(fold(word).text.lower(), NONE_DATE)
            self._columns.update(dict.fromkeys(spec.words.get("columns", ()), str(spec.label)))
            self._columns.update(dict.fromkeys(spec.words.get("headers", ()), ""))
            self._keys.update(dict.fromkeys(spec.keys, str(spec.label)))
            if spec.label == NONE:
                self._keys.update({word: NONE for word in spec.labels if word.isascii() and word.isalnum()})
        self.pattern = re.compile(search_pattern(self.kinds))
        self.readings = {word: (kind, self._may_be_part(word, kind)) for word, kind in self.kinds.items()}
        """By word its kind, and whether the word may also be a part of a longer one that is no label."""
        # documents repeat their words
        self.read_key = lru_cache(_CACHED)(self._read_key)
        self.read_cell = lru_cache(_CACHED)(self._read_cell)

    def _may_be_part(self, word: str, kind: str) -> bool:
        return word.isascii() or kind == "PERSON" or len(word) == 1 or word in self.kin

    def _read_key(self, key: str) -> Meaning:
        """Return what an identifier such as `customer_name` or `birthDate` says.

        The whole identifier is looked up first, then its last two words, then its last.
        """
        parts = [part.lower() for part in _CAMEL.findall(key)]
        if len(parts) > 1 and parts[-1].isdigit():  # TEL_1
            del parts[-1]
        for count in (len(parts), 2, 1):
            word = "".join(parts[-count:])
            kind = self._keys.get(word, "")
            if kind:
                is_part = len(parts) > count
                if kind == "PERSON" and is_part and not _NOT_A_PERSON.isdisjoint(parts[:-count]):
                    return _NOTHING
                return Meaning(kind, f"…{word}" if is_part else word)
        return _NOTHING

    def _read_cell(self, cell: str) -> Meaning:
        """Return what a table's header cell says; a word without a kind still makes a header: 年齢, 所属."""
        word = cell.strip(" \t\"'`*:#()[]【】").lower()
        for known in (word, word.replace(" ", "")):
            if known in self.kinds or known in self._columns:
                return Meaning(self.kinds.get(known, "") or self._columns[known], known)
        if word.isascii():
            return self._read_key(cell.strip())
        match = self.pattern.match(word)
        if match and match.end() == len(re.split(r"[(\[]", word)[0].rstrip()):
            return Meaning(self.kinds[match.group()], match.group())
        if len(word) > _HEADER_CHARS or any(c.isdigit() for c in word):  # a header is short
            return _NOTHING
        tails = (word[i:] for i in range(1, len(word) - 1))
        tail = next((tail for tail in tails if tail in self.kinds and tail not in self.kin), "")
        return Meaning(self.kinds[tail], f"…{tail}") if tail else _NOTHING
