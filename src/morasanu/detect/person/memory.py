"""What a document says once it means again: the surname alone after the full name, the reading in brackets."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from morasanu.detect.person.letters import (
    HIRAGANA,
    KATAKANA,
    LATIN,
    ORGANISATION,
    PLACE_AFTER,
    K,
    has_latin_stop,
    is_kanji,
)
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from morasanu.detect.person.book import NameBook

_PAREN: Final = re.compile(
    rf"\s?[(/（] ?({K}{{0,3}} ?(?:{K}{{0,3}}|{HIRAGANA}{{1,5}})?|{HIRAGANA}{{2,6}} {{0,2}}{HIRAGANA}{{1,6}}|{KATAKANA}{{1,10}}(?:[ ・]{{1,2}}{KATAKANA}{{1,10}}){{0,3}}|{LATIN})[様氏]? ?(?=[)）\n、]|$)"
)
_BESIDE: Final = re.compile(rf" ?[,\t|│;] ?[\"']?({KATAKANA}{{1,9}}[ ・]{{1,2}}{KATAKANA}{{1,10}})(?=[\"',\t|│;\n ]|$)")
_MAX_REMEMBERED: Final = 64
_SURE: Final = 0.75  # what is barely a name confirms nothing
_HONORIFIC: Final = re.compile("様|さん|さま|ちゃん|くん")
_KATAKANA: Final = re.compile(KATAKANA)
_WORD: Final = re.compile("[A-Za-z0-9@._]")


def read_brackets(text: str, kept: Iterable[Proposal], book: NameBook) -> Iterator[Proposal]:
    """Yield the other writing of a name that stands in brackets after it."""
    for known in kept:
        match = _PAREN.match(text, known.end)
        if match is None and text[known.end : known.end + 1] in ("様", "氏"):
            match = _PAREN.match(text, known.end + 1)
        if match is None and is_kanji(text[known.end - 1]):
            match = _BESIDE.match(text, known.end)
        if match is not None:
            value = match.group(1).strip()
            if value and _is_other_writing(value, book):
                yield Proposal(match.start(1), match.start(1) + len(value), 0.8, "neighbour:bracket")


def _is_other_writing(value: str, book: NameBook) -> bool:
    if value in book.stop or ORGANISATION.search(value):
        return False
    first, _, second = value.partition(" ")
    if is_kanji(value[0]):
        return bool(book.split(first)) or (
            book.is_surname(first) and book.is_given(second) if second else book.is_common(first)
        )
    if value.isascii():
        words = value.split()
        return len(words) > 1 and not has_latin_stop(words)
    return value[0] <= "z" or book.is_kana_name(value, loose=True)


def remember(
    text: str, runs: Sequence[tuple[int, str]], kept: Sequence[Proposal], book: NameBook, anchor: re.Pattern[str]
) -> Iterator[Proposal]:
    """Yield where surnames and given names of the names found in `text` stand alone in it; `runs` are its runs of kanji."""
    names: set[str] = set()
    for known in kept:
        if known.score >= _SURE:
            halves = book.halves(text[known.start : known.end])
            names.update(
                part for part in halves if len(part) >= 2 and part not in book.stop and _is_kept(part, text, book)
            )
    kanji = {name for name in names if is_kanji(name[0]) and is_kanji(name[-1])}
    if kanji:
        yield from _remember_kanji(text, runs, kept, kanji, anchor)
    for name in sorted(names - kanji)[:_MAX_REMEMBERED]:
        stands = _stands_alone_in_kanji if is_kanji(name[0]) or is_kanji(name[-1]) else _stands_alone
        start = text.find(name)
        while start >= 0:
            end = start + len(name)
            if stands(text, start, end, anchor):
                yield Proposal(start, end, 0.7, "memory:document")
            start = text.find(name, end)


def _is_kept(part: str, text: str, book: NameBook) -> bool:
    # in an English text a word that no dictionary knows may be any word: Will, Python
    return not (part.isascii() and text.isascii()) or book.is_latin_half(part)


def _remember_kanji(
    text: str, runs: Sequence[tuple[int, str]], kept: Sequence[Proposal], names: set[str], anchor: re.Pattern[str]
) -> Iterator[Proposal]:
    sizes = sorted({len(name) for name in names}, reverse=True)
    heads = {name[0] for name in names}
    starts = [known.start for known in kept]
    for start, run in runs:
        if run[0] not in heads:
            continue
        for size in sizes:
            if run[:size] in names:
                end = start + min(size, len(run))
                before = bisect_right(starts, start) - 1
                is_known = before >= 0 and end <= kept[before].end
                if not is_known and _stands_alone_in_kanji(text, start, end, anchor):
                    yield Proposal(start, end, 0.7, "memory:document")
                break


def _stands_alone_in_kanji(text: str, start: int, end: int, anchor: re.Pattern[str]) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and (is_kanji(before) or before == "々"):
        return False
    if after and (is_kanji(after) or after == "々"):
        return bool(anchor.match(text, end)) and not PLACE_AFTER.match(text, end)
    return not "ァ" <= after <= "ヶ"


def _stands_alone(text: str, start: int, end: int, _: re.Pattern[str]) -> bool:
    before, after = text[start - 1 : start] or " ", text[end : end + 1] or " "
    first = text[start]
    if "ぁ" <= first <= "ん":
        return bool(_HONORIFIC.match(text, end)) and not "ぁ" <= before <= "ん"
    same = _KATAKANA if "ァ" <= first <= "ー" else _WORD
    return not same.match(before) and not same.match(after) and after != "-"
