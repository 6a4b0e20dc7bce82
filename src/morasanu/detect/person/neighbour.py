"""Names that a sentence, a chat or a unit's name announces: 田中です, 佐藤: はい, 融資課 山口, 妻の恵子."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import search_pattern
from morasanu.detect.person.letters import HIRAGANA, KATAKANA, PLACE_AFTER, K, has_latin_stop, is_kanji
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.person.book import NameBook

_COPULA: Final = re.compile(
    r"です[。、\nがけっ]|です$|でございます|と申し|と名乗|といい|って[課係いっ言]|より(?:入電|連絡|説明|電話|報告|聞|申|照会|指摘|回答)|"
    r"から(?:電話|連絡|入電|聞|説明|申出|依頼|照会)|に(?:確認済|電話済|連絡済)|が(?:訪問|架電|対応|受電|説明|担当|来店|承)|まで(?:連絡|電話|ご連絡|お願い)|談",
    re.MULTILINE,
)
_SELF: Final = frozenset(("と申し", "でございます", "と名乗"))
_COPULA_NAME: Final = re.compile(rf"({K}{{0,4}}|(?<![ァ-ヶー]){KATAKANA}{{2,6}}|(?<![ぁ-ん]){HIRAGANA}{{3,6}})\Z")
_UNIT_OF: Final = re.compile(
    "(?:部|課|係|室|店|センター|銀行|信金|信組|金庫|人事|総務|経理|営業|窓口|融資|渉外|システム|法務|広報|監査|審査|デスク|チーム|グループ)の\\Z"
)
_TIME: Final = re.compile(r"[0-9]:[0-9]{2}|号|便|線")
_HANDED_OVER: Final = re.compile(rf"(?<![一-龯々])(?<!→)(?<!→ )({K}{{1,3}}) ?→ ?({K}{{1,3}})(?![一-龯々]| ?→)")
_UNIT_IN_BRACKETS: Final = (
    r"\((?:[^()\n]{0,8}(?:部|課|係|室|支店|本店|センター|グループ|出張所|派遣|部長|課長|次長|係長)(?: [^()\n]{1,6})?)\)"
)
_IN_BRACKETS: Final = re.compile(_UNIT_IN_BRACKETS)
_WITH_UNIT: Final = re.compile(
    rf"(?:^|[ 。、:])({K}{{0,3}}(?: {K}{{0,2}})?)(?={_UNIT_IN_BRACKETS})",
    re.MULTILINE,
)
_SPEAKER: Final = re.compile(
    rf"[>＞ \[(【]*(?:[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\]】) ]*)?({K}{{0,5}}(?: {K}{{0,2}})?|{KATAKANA}{{2,8}}|{HIRAGANA}{{3,5}})(?=\s?[:「>＞][^/]| [0-9]{{1,2}}:[0-9]{{2}}(?:\s*$|  )|→)",
    re.MULTILINE,
)
_CHAT: Final = re.compile(
    rf"^(?:({K}{{0,3}}|{KATAKANA}{{2,8}}|{HIRAGANA}{{1,4}}(?:ちゃん|くん)|[A-Z][a-z]{{1,14}}(?: [A-Z][A-Za-z]{{1,14}})?)[ \t]{{1,2}}[0-9]{{1,2}}:[0-9]{{2}}(?![0-9:])"
    rf"|[0-9]{{1,2}}:[0-9]{{2}}[ \t]({K}{{0,3}}|{KATAKANA}{{2,8}}|{HIRAGANA}{{1,4}}(?:ちゃん|くん)|[A-Z][a-z]{{1,14}}(?: [A-Z][A-Za-z]{{1,14}})?)(?=[\t:]))",
    re.MULTILINE,
)
_NUMERALS: Final = re.compile("[〇一二三四五六七八九十百千]{2,}")
_TIME_OF_DAY: Final = re.compile("[0-9]:[0-9]{2}")
_FEWEST_TURNS: Final = 3
_NEXT_SPEAKER: Final = re.compile(f"\n{_SPEAKER.pattern}", re.MULTILINE)  # a search skips to a letter, not to a ^
_UNIT_BEFORE: Final = re.compile(
    rf"(?:部|課|係|室|支店|本店|センター|チーム|グループ|営業部|局|銀行|信金|信用金庫|出張所|G|プラザ|デスク)[ の]{{1,6}}({K}{{0,3}})(?=[\s、。)]|です|[がはにをもとへ](?![ぁ-ん]{{4}})|から|より|まで|$)",
    re.MULTILINE,
)


class NeighbourReader:
    """Reads names from the words around them. Immutable."""

    def __init__(self, book: NameBook, titles: Iterable[str], labels: frozenset[str]) -> None:
        """Ask `book` what is a name; `titles` stand before names, `labels` are no speakers."""
        self._book = book
        self._labels = labels
        self._title = re.compile(
            rf"(?:{search_pattern(titles)})[ :・]{{0,2}}({K}{{0,4}}(?: {K}{{0,2}})?|{KATAKANA}{{2,8}})"
            rf"(?=[\s、。)(」様さ氏殿の:]|$|と[^は]|が|は|より|から)",
            re.MULTILINE,
        )

    def read(self, text: str) -> Iterator[Proposal]:
        """Yield the names that their neighbours announce."""
        yield from self._by_copula(text)
        yield from self._by_speaker(text)
        yield from self._by_chat(text)
        yield from self._by_unit(text)
        yield from self._by_title(text)
        yield from self._by_handover(text)

    def _by_copula(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for copula in _COPULA.finditer(text):
            match = _COPULA_NAME.search(text, max(0, copula.start() - 6), copula.start())
            if match is None:
                continue
            run = match.group(1)
            cut: int | None = None
            if is_kanji(run[0]):
                sure = len(run) > 1 and (
                    copula.group() in _SELF or bool(_UNIT_OF.search(text, max(0, match.start(1) - 8), match.start(1)))
                )
                cut = book.cut_name(run, strong=sure, honorific=True)
            elif book.is_kana_surname(run) or (copula.group() == "と申し" and book.is_kana_name(run, loose=True)):
                cut = 0
            if cut is not None and not _NUMERALS.fullmatch(run):
                yield Proposal(match.start(1) + cut, match.end(1), 0.75, "neighbour:です")

    def _by_speaker(self, text: str) -> Iterator[Proposal]:
        book = self._book
        first_line = _SPEAKER.match(text)
        matches = [*((first_line,) if first_line else ()), *_NEXT_SPEAKER.finditer(text)]
        if not matches:
            return
        speakers = Counter(match.group(1) for match in matches)
        for match in matches:
            run = match.group(1)
            first, _, second = run.partition(" ")
            known = self._is_name(first, second) or book.is_kana_surname(first)
            talks = speakers[run] > 1 and is_kanji(first[0]) and 2 <= len(first) <= 4 and not book.is_city(first)
            if talks and not known:
                known = book.is_plausible(first) and first not in self._labels
            if known and first not in book.stop:
                yield Proposal(match.start(1), match.end(1), 0.75, "neighbour:speaker")

    def _by_chat(self, text: str) -> Iterator[Proposal]:
        """Yield who speaks beside the time of day, in a text where somebody does so more than once."""
        if text.count(":") < _FEWEST_TURNS or _TIME_OF_DAY.search(text) is None:
            return
        turns = [match.span(match.lastindex or 0) for match in _CHAT.finditer(text)]
        if len(turns) < _FEWEST_TURNS:
            return
        said = Counter(text[start:end] for start, end in turns)
        if max(said.values()) == 1:
            return
        book = self._book
        for start, end in turns:
            name = text[start:end]
            if is_kanji(name[0]):
                known = book.is_surname(name) or book.is_single(name) or book.is_unknown(name)
            elif name.isascii():
                known = not text.isascii() and not has_latin_stop(name.split())
            else:
                known = not book.is_noun(name)
            if known and name not in self._labels and name not in book.stop:
                yield Proposal(start, end, 0.72, "neighbour:speaker")

    def _by_unit(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _UNIT_BEFORE.finditer(text):
            run = match.group(1).rstrip("様氏殿") or match.group(1)
            like = len(run) > 1 and book.is_surname_like(run) and book.is_plausible(run) and run[-1] not in "町村区市"
            if run not in book.stop and (like or book.is_surname(run)):
                yield Proposal(match.start(1), match.start(1) + len(run), 0.7, "neighbour:unit")

    def _by_title(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in self._title.finditer(text):
            run = match.group(1)
            if not is_kanji(run[0]):
                if book.is_kana_surname(run):
                    yield Proposal(match.start(1), match.end(1), 0.75, "title:before")
                continue
            if len(run) == 1 and match.start(1) > match.start() and is_kanji(text[match.start(1) - 1]):
                continue  # 総務官
            first, _, second = run.partition(" ")
            known = self._is_name(first, second) or (
                book.is_full(first, second.rstrip("様氏殿"), strong=True) if second else book.is_given(first, sure=True)
            )
            if known and first not in book.stop and not PLACE_AFTER.match(text, match.end(1)):
                end = match.start(1) + len((first + " " + second.rstrip("様氏殿")).rstrip() if second else first)
                yield Proposal(match.start(1), end, 0.78, "title:before")

    def _by_handover(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _HANDED_OVER.finditer(text) if "→" in text else ():
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end() + 30]
            if _TIME.search(line) or any(book.is_city(name) for name in match.groups()):
                continue  # a journey
            if all(book.is_surname(name) and name not in book.stop for name in match.groups()):
                yield Proposal(*match.span(1), 0.7, "neighbour:→")
                yield Proposal(*match.span(2), 0.7, "neighbour:→")
        for match in _WITH_UNIT.finditer(text) if _IN_BRACKETS.search(text) else ():
            first, _, second = match.group(1).partition(" ")
            like = book.is_surname_like(first) and book.is_plausible(first, honoured=True)
            if first not in book.stop and (book.is_full(first, second, strong=True) if second else like):
                yield Proposal(*match.span(1), 0.72, "neighbour:unit")

    def _is_name(self, first: str, second: str) -> bool:
        book = self._book
        surname = book.is_surname(first) and (not second or book.is_given(second))
        return surname or (not second and bool(book.split(first)))
