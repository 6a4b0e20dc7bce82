"""Names beside known ones: the given name after a surname, the others of a list or row, common surnames in a text about persons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.person.letters import HIRAGANA, KATAKANA, K, is_kanji
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from morasanu.detect.person.book import NameBook

_SURE: Final = 0.75  # what is barely a name carries little
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
        before = text[max(0, known.start - 2) : known.start]
        if before[-1:] not in _LIST_ENDS or (before[-1:] == " " and before != "  "):  # one space makes no list
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
