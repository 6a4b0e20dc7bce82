"""Names in running text: 息子の蓮に, 朝比奈のおばあちゃん, 飯豊です, a surname at the end of a line, 目(さっか).

What announces a name is searched for, because it is rarer than what may be one; the name is then read beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import search_pattern
from morasanu.detect.person.letters import HIRAGANA, KATAKANA, PLACE_AFTER, K, has_latin_stop, is_kanji
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.person.book import NameBook

_FAMILY: Final = ("息子", "娘", "家内", "亡夫", "亡妻", "次女", "奥様", "奥さま", "奥さん", "ご主人", "主人", "倅", "友だち", "友人", "同僚", "恋人")  # fmt: skip
_FEMALE: Final = "[子江美代枝恵香]?"
_AFTER_GIVEN: Final = r"(?=[はがをにもへとでの、。)(」\s様氏:：・]|さん|ちゃん|くん|名義|本人|$)"
_AFTER_KIN: Final = re.compile(
    rf"[のは:( ]{{0,2}}(?:({K}{{0,4}} {{1,2}}(?:{K}{{0,2}}|{HIRAGANA}{{2,4}}{_FEMALE}|{KATAKANA}{{2,6}}{_FEMALE}))"
    rf"|({K}{{0,2}}(?<![様氏殿])|{HIRAGANA}{{2,4}}{_FEMALE}|{KATAKANA}{{2,6}})){_AFTER_GIVEN}",
    re.MULTILINE,
)
_MAIDEN: Final = re.compile(
    rf"[旧通本](?:(?<=旧)姓?|(?<=通)[称名]|(?<=本)名)[のは:( ]{{0,2}}({K}{{0,3}}){_AFTER_GIVEN}", re.MULTILINE
)
_OTHER_NAMES: Final = ("旧", "通称", "通名", "本名")
_ASIDE: Final = re.compile(rf"\((?:[0-9/. ]{{3,8}})?({K}{{1,2}})\)")
_ELDER: Final = re.compile(
    "[のん](?:(?<=の)|[ちと]の?|家の?)(?:おば|おじ|ばあ|ばば|じい|じじ|爺|婆|奥さ|ご主人|旦那|息子|娘|長男|長女|次男|次女|お母|お父|嫁|孫|妻|夫|携帯|件で|自宅)"
)
_SELF: Final = re.compile(r"で(?:す(?:[。、\n]|$)|ございます)|と申しま", re.MULTILINE)
_RUN_BEFORE: Final = re.compile(rf"(?<![一-龯々ァ-ヶー])({K}{{0,3}})\Z")
_OPENS_SENTENCE: Final = frozenset("の、。:「 \n\t")
_FULL: Final = rf"{K}{{0,3}}(?: {{1,3}}(?:{K}{{0,2}}|{HIRAGANA}{{2,4}}|{KATAKANA}{{2,6}}子?))?"
_SIGNED: Final = (
    ("", re.compile(rf"[。 ](?:(?<=。)|(?<=[。)」0-9ぁ-ん] )) *({_FULL}) *$", re.MULTILINE)),
    ("\n      ", re.compile(rf"\n {{6,}}({_FULL})(?: ?印)? *$", re.MULTILINE)),
    ("以上", re.compile(rf"以上[、 ]?({_FULL}) *$", re.MULTILINE)),
)
"""What stands in each of them, and the place of a name at the end of a text."""
_READING: Final = re.compile(
    rf"\(({HIRAGANA}{{2,8}}(?: {HIRAGANA}{{2,6}})?|{KATAKANA}{{2,8}}(?: {KATAKANA}{{2,8}})?)(?:と読む|と読みます)?\)(?!:)"
)
_READ_BEFORE: Final = re.compile(rf"(?<![一-龯々])({K}{{0,4}}(?: {{1,2}}{K}{{0,2}})?)(?:さん|様|氏)? ?\Z")
_HONORIFICS: Final = ("さん", "様", "氏")
_FURTHEST: Final = 16
_DOTTED: Final = re.compile(r"[ァ-ヶー](?<![ァ-ヶー・].)[ァ-ヶー]{0,9}(?:・[ァ-ヶー一-龯]{1,10}){1,4}(?![ァ-ヶー・])")
_FAREWELLS: Final = ("egards", "incerely", "hank", "heers", "est,", "est\n")
_REGARDS: Final = re.compile(
    r"^(?:\S+ )?(?:[Rr]egards|[Ss]incerely|[Tt]hanks|[Tt]hank you|[Cc]heers|[Bb]est),?[ ]*\n{1,2}([A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'.\-]*){0,3})[ ]*$",
    re.MULTILINE,
)
_TICKET: Final = re.compile(
    r"([A-Z](?<![A-Z0-9/].)[A-Z'\-]{1,19})/([A-Z][A-Z'\-]{1,19})(?= (?:MR|MS|MRS|MSTR|MISS)\b|[ ]{2,}|$)", re.MULTILINE
)
_CAPITAL: Final = "[A-ZÀ-ÖØ-Þ]"
_LETTERS: Final = r"[A-Za-zÀ-ÿĀ-ſẠ-ỹ'’\-]*"
_ACCENTED: Final = re.compile(
    rf"{_CAPITAL}(?<![A-Za-zÀ-ỹ].){_LETTERS}(?: {_CAPITAL}(?:\.|{_LETTERS})){{1,4}}(?![A-Za-zÀ-ỹ])"
)
_ACCENT: Final = re.compile("[À-ÖØ-öø-ÿĀ-ſẠ-ỹ]")


class SentenceReader:
    """Reads names that grammar and layout announce. Immutable."""

    def __init__(self, book: NameBook, kin: Iterable[str]) -> None:
        """Ask `book` what is a name; `kin` are words that stand before given names."""
        self._book = book
        self._kin = re.compile(search_pattern({*kin, *_FAMILY} - {"旧姓"}))

    def read(self, text: str) -> Iterator[Proposal]:
        """Yield the names of folded `text`."""
        yield from self._by_kin(text)
        yield from self._by_neighbour(text)
        yield from self._by_end(text)
        if "(" in text:
            yield from self._by_bracket(text)
        if "・" in text:
            yield from self._by_dots(text)
        yield from self._by_latin(text)

    def _by_kin(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for kin in self._kin.finditer(text):
            if is_kanji(text[kin.start() - 1 : kin.start()]):
                continue
            match = _AFTER_KIN.match(text, kin.end())
            if match is None:
                continue
            full, given = match.groups()
            if given:
                glued = match.start(2) == kin.start() + 1
                if self._is_given(given, glued=glued) or text.startswith("様", match.end()):
                    yield Proposal(*match.span(2), 0.72, "neighbour:kin")
            else:
                first, _, second = full.partition(" ")
                if not book.is_noun(first) and self._is_given(second.strip()):
                    yield Proposal(*match.span(1), 0.75, "neighbour:kin")
        for match in _MAIDEN.finditer(text) if any(map(text.__contains__, _OTHER_NAMES)) else ():
            name = match.group(1)
            if book.is_surname(name) or book.is_single(name) or book.is_unknown(name):
                yield Proposal(*match.span(1), 0.72, "neighbour:maiden")

    def _is_given(self, name: str, *, glued: bool = False) -> bool:
        if not is_kanji(name[0]):
            return (len(name) > 2 or name[0] >= "ァ") and self._book.is_kana_given(name)
        return self._book.is_given(name, sure=True) and not self._book.is_noun(name) and not (glued and len(name) == 1)

    def _by_neighbour(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for mark in _ELDER.finditer(text):
            match = _RUN_BEFORE.search(text, max(0, mark.start() - _FURTHEST), mark.start())
            if match and self._is_surname(match.group(1)):
                yield Proposal(*match.span(1), 0.7, "neighbour:kin")
        for mark in _SELF.finditer(text):
            match = _RUN_BEFORE.search(text, max(0, mark.start() - _FURTHEST), mark.start())
            if match is None or (match.start() and text[match.start() - 1] not in _OPENS_SENTENCE):
                continue
            name = match.group(1)
            if self._is_surname(name) and book.is_unknown(name) and not book.is_city(name):
                yield Proposal(*match.span(1), 0.7, "neighbour:です")

    def _by_end(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for mark, pattern in _SIGNED:
            for match in pattern.finditer(text) if mark in text else ():
                first, _, second = match.group(1).partition(" ")
                second = second.strip()
                if second:
                    known = self._is_surname(first) and (book.is_given(second, sure=True) or book.is_kana_given(second))
                else:
                    known = book.is_surname(first) and not book.is_noun(first) and not book.is_city(first)
                if known:
                    yield Proposal(*match.span(1), 0.7, "neighbour:signed")

    def _is_surname(self, name: str) -> bool:
        book = self._book
        if book.is_noun(name):
            return False
        return book.is_surname(name) or (2 <= len(name) <= 4 and book.is_surname_like(name) and book.is_plausible(name))

    def _by_bracket(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for aside in _ASIDE.finditer(text):
            if book.is_common(aside.group(1)):
                yield Proposal(*aside.span(1), 0.66, "neighbour:bracket")
        for reading in _READING.finditer(text):
            match = _READ_BEFORE.search(text, max(0, reading.start() - _FURTHEST), reading.start())
            if match is None or PLACE_AFTER.match(text, match.end(1)):
                continue
            first, _, second = match.group(1).partition(" ")
            if any(map(book.is_noun, (first, second.strip(), reading.group(1)))):
                continue
            if (
                (second and book.is_plausible(first, honoured=True))
                or text.startswith(_HONORIFICS, reading.end())
                or book.is_surname(first)
                or book.is_single(first)
                or book.is_unknown(first)
                or book.split(first)
            ):
                yield Proposal(*match.span(1), 0.72, "neighbour:reading")
                yield Proposal(*reading.span(1), 0.72, "neighbour:reading")

    def _by_dots(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _DOTTED.finditer(text):
            parts = match.group().split("・")
            if any(map(book.is_foreign, parts)) and not any(map(book.is_noun, parts)):
                yield Proposal(*match.span(), 0.72, "dictionary:foreign")

    def _by_latin(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _REGARDS.finditer(text) if any(map(text.__contains__, _FAREWELLS)) else ():
            if not has_latin_stop(match.group(1).split()):
                yield Proposal(*match.span(1), 0.8, "neighbour:regards")
        for match in _TICKET.finditer(text) if "/" in text else ():
            titled = text[match.end() : match.end() + 2] == " M"
            if titled or book.is_romaji(match.groups()):
                yield Proposal(*match.span(), 0.72, "shape:ticket")
        for match in _ACCENTED.finditer(text) if not text.isascii() and _ACCENT.search(text) else ():
            if _ACCENT.search(match.group()) and not has_latin_stop(match.group().split()):
                yield Proposal(*match.span(), 0.72, "shape:accented")
