"""What a document says once it means again: the surname alone after the full name, the reading in brackets."""

from __future__ import annotations

import re
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
_TITLES: Final = frozenset("様氏殿方宛君拝")
_LONGEST_SURNAME: Final = 4
_GIVEN_AFTER: Final = re.compile(
    rf" {{1,2}}({K}{{0,2}}(?<!本人)|{HIRAGANA}{{2,4}}[子江美代枝恵香]?|{KATAKANA}{{2,7}}[子江美代枝恵香]?)(?=$|本人|[\n\s、,()\"'|│/。:様氏殿にはがをのとへも「]|さん)"
)
_LIST_TITLE: Final = (
    "(?:様|さん|氏|部長|課長|係長|次長|支店長|代理|主任|専務|常務|社長|主査|調査役)?(?:\\([^()\\n]{1,12}\\))?"
)
_LISTED_AFTER: Final = re.compile(
    rf"{_LIST_TITLE}(?:[、・/]| {{2,12}}| と|と)({K}{{0,2}}(?<!副))(?=副?{_LIST_TITLE}(?:[、・/。)(\n]| {{2}}|の[二三四]名|両名|で|が|に|$))"
)
_LISTED_BEFORE: Final = re.compile(
    rf"(?:^|[:、・/(\s])({K}{{0,2}}){_LIST_TITLE}(?:[、・/]| {{2,12}}|と)\Z", re.MULTILINE
)
_LIST_REACH: Final = 24
# what may follow a name in a list, and stand before the next
_LIST_MARKS: Final = frozenset("、・/ と(様さ氏部課係次支代主専常社調")
_LIST_ENDS: Final = frozenset("、・/ と")
_COMMON_AFTER: Final = re.compile("[がはにもをのとへ](?![ぁ-ん]{6})|、|。|→|$|\n|と|より|から", re.MULTILINE)
_MAX_REMEMBERED: Final = 64
_SURE: Final = 0.75  # what is barely a name confirms nothing
_HONORIFIC: Final = re.compile("様|さん|さま|ちゃん|くん")
_KATAKANA: Final = re.compile(KATAKANA)
_WORD: Final = re.compile("[A-Za-z0-9@._]")


def extend(text: str, kept: Iterable[Proposal], book: NameBook) -> Iterator[Proposal]:
    """Yield the surnames among `kept` with the given name that follows them, however rare: 諸見里 晃, 和泉田 ハル子."""
    for known in kept:
        surname = text[known.start : known.end]
        match = (
            _GIVEN_AFTER.match(text, known.end) if is_kanji(surname[-1]) and len(surname) <= _LONGEST_SURNAME else None
        )
        if match is None or " " in surname or book.split(surname):
            continue
        given = match.group(1)
        if given in _TITLES:
            continue
        if is_kanji(given[0]):
            fits = not book.is_noun(given) and (book.is_given(given) or (known.score >= _SURE and len(given) == 1))
        else:
            fits = book.is_kana_given(given) or (known.score >= _SURE and given[0] >= "ァ" and not book.is_noun(given))
        if fits and not book.is_surname(given):
            yield Proposal(known.start, match.end(1), known.score, known.why)


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
    text: str, runs: Sequence[tuple[int, str]], kept: Iterable[Proposal], book: NameBook, anchor: re.Pattern[str]
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
        yield from _remember_kanji(text, runs, kanji, anchor)
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
    text: str, runs: Sequence[tuple[int, str]], names: set[str], anchor: re.Pattern[str]
) -> Iterator[Proposal]:
    sizes = sorted({len(name) for name in names}, reverse=True)
    heads = {name[0] for name in names}
    for start, run in runs:
        if run[0] not in heads:
            continue
        for size in sizes:
            if run[:size] in names:
                end = start + min(size, len(run))
                if _stands_alone_in_kanji(text, start, end, anchor):
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


def read_listed(text: str, kept: Iterable[Proposal], book: NameBook) -> Iterator[Proposal]:
    """Yield the surnames in a row with one of `kept`: 阿比留、京極, 入江  谷  林, 生田目・助川."""
    for known in kept:
        if not is_kanji(text[known.end - 1]):
            continue
        end = known.end
        while text[end : end + 1] in _LIST_MARKS and (match := _LISTED_AFTER.match(text, end)):
            if not _may_be_listed(match.group(1), book):
                break
            yield Proposal(*match.span(1), 0.66, "neighbour:list")
            end = match.end(1)
        if text[known.start - 1 : known.start] not in _LIST_ENDS:
            continue
        match = _LISTED_BEFORE.search(text, max(0, known.start - _LIST_REACH), known.start)
        if match and _may_be_listed(match.group(1), book):
            yield Proposal(*match.span(1), 0.66, "neighbour:list")


def _may_be_listed(word: str, book: NameBook) -> bool:
    if book.is_noun(word) or book.is_place(word) and not book.is_surname(word) or book.is_city(word):
        return False
    return book.is_surname(word) or book.is_single(word) or (book.is_unknown(word) and book.is_surname_like(word))


def read_common(
    text: str, runs: Sequence[tuple[int, str]], kept: Sequence[Proposal], book: NameBook
) -> Iterator[Proposal]:
    """Yield common surnames that stand alone before a particle in a text that names persons: 打合せ後、尾花沢に渡す."""
    if not kept:
        return
    for start, run in runs:
        if 2 <= len(run) <= 3 and book.is_common(run) and _COMMON_AFTER.match(text, start + len(run)):
            before = text[start - 1 : start]
            if before not in ("ー", "々", "・") and not "ァ" <= before <= "ヶ":
                yield Proposal(start, start + len(run), 0.6, "dictionary:surname")
