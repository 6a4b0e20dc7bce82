"""Names in running text: 息子の蓮に, 朝比奈のおばあちゃん, 飯豊です, a surname at the end of a line, 目(さっか)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.person.letters import HIRAGANA, KATAKANA, PLACE_AFTER, K, has_latin_stop, is_kanji
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.person.book import NameBook

_PARTICLE: Final = r"(?=[はがをにもへとでの、。)(」\s様氏:：・]|さん|ちゃん|くん|名義|本人|$)"
_GIVEN: Final = rf"({K}{{0,2}}(?<![様氏殿])|{HIRAGANA}{{2,4}}[子江美代枝恵香]?|{KATAKANA}{{2,6}})"
_FULL: Final = (
    rf"{K}{{0,4}} {{1,2}}(?:{K}{{0,2}}|{HIRAGANA}{{2,4}}[子江美代枝恵香]?|{KATAKANA}{{2,6}}[子江美代枝恵香]?)"
)
_ELDER: Final = re.compile(
    rf"(?<![一-龯々ァ-ヶー])({K}{{0,3}})(?=(?:の|ん[ちと]の?|ん家の?)(?:おば|おじ|ばあ|ばば|じい|じじ|爺|婆|奥さ|ご主人|旦那|息子|娘|長男|長女|次男|次女|お母|お父|嫁|孫|妻|夫|携帯|件で|自宅))"
)
_ASIDE: Final = re.compile(rf"\((?:[0-9/. ]{{3,8}})?({K}{{1,2}})\)")
_SELF: Final = re.compile(rf"(?:^|[の、。:「\s])({K}{{0,3}})(?=です[。、\n]|です$|でございます|と申しま)", re.MULTILINE)
_SIGNED: Final = re.compile(
    rf"(?:[。)」0-9ぁ-ん] |以上、|。) *({K}{{0,3}}(?: {{1,2}}(?:{K}{{0,2}}|{HIRAGANA}{{2,4}}))?) *$|^ {{6,}}({K}{{0,3}}(?: {{1,3}}(?:{K}{{0,2}}|{HIRAGANA}{{2,4}}|{KATAKANA}{{2,6}}子?))?)(?: ?印)? *$",
    re.MULTILINE,
)
_READING: Final = re.compile(
    rf"(?<![一-龯々])({K}{{0,4}}(?: {{1,2}}{K}{{0,2}})?)(?:さん|様|氏)? ?\(({HIRAGANA}{{2,8}}(?: {HIRAGANA}{{2,6}})?|{KATAKANA}{{2,8}}(?: {KATAKANA}{{2,8}})?)(?:と読む|と読みます)?\)(?!:)"
)
_REGARDS: Final = re.compile(
    r"^(?:\S+ )?(?:[Rr]egards|[Ss]incerely|[Tt]hanks|[Tt]hank you|[Cc]heers|[Bb]est),?[ ]*\n{1,2}([A-Z][A-Za-z'\-]+(?: [A-Z][A-Za-z'.\-]*){0,3})[ ]*$",
    re.MULTILINE,
)
_TICKET: Final = re.compile(
    r"(?<![A-Z0-9/])([A-Z][A-Z'\-]{1,19})/([A-Z][A-Z'\-]{1,19})(?= (?:MR|MS|MRS|MSTR|MISS)\b|[ ]{2,}|$)", re.MULTILINE
)
_ACCENTED: Final = re.compile(
    r"(?<![A-Za-zÀ-ỹ])((?:[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÿĀ-ſẠ-ỹ'’\-]*)(?: [A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÿĀ-ſẠ-ỹ'’\-]*){1,4})(?![A-Za-zÀ-ỹ])"
)
_ACCENT: Final = re.compile("[À-ÖØ-öø-ÿĀ-ſẠ-ỹ]")
_DOTTED: Final = re.compile(r"(?<![ァ-ヶー・])([ァ-ヶー]{1,10}(?:・[ァ-ヶー一-龯]{1,10}){1,4})(?![ァ-ヶー・])")
_HONORIFICS: Final = ("さん", "様", "氏")
_FAMILY: Final = (
    "息子",
    "娘",
    "家内",
    "亡夫",
    "亡妻",
    "次女",
    "奥様",
    "奥さま",
    "奥さん",
    "ご主人",
    "主人",
    "倅",
    "友だち",
    "友人",
    "同僚",
    "恋人",
)


class SentenceReader:
    """Reads names that grammar and layout announce. Immutable."""

    def __init__(self, book: NameBook, kin: Iterable[str]) -> None:
        """Ask `book` what is a name; `kin` are words that stand before given names."""
        self._book = book
        words = "|".join(map(re.escape, sorted({*kin, *_FAMILY} - {"旧姓"}, key=len, reverse=True)))
        self._kin = re.compile(
            rf"(?<![一-龯])(?:{words})[のは:( ]{{0,2}}(?:({_FULL})|{_GIVEN}){_PARTICLE}", re.MULTILINE
        )
        self._maiden = re.compile(rf"(?:旧姓|通称|通名|本名|旧)[のは、:( ]{{0,2}}({K}{{0,3}}){_PARTICLE}", re.MULTILINE)

    def read(self, text: str) -> Iterator[Proposal]:
        """Yield the names of folded `text`."""
        yield from self._by_kin(text)
        yield from self._by_position(text)
        if "(" in text:
            yield from self._by_reading(text)
        if "・" in text:
            yield from self._by_dots(text)
        yield from self._by_latin(text)

    def _by_kin(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in self._kin.finditer(text):
            name = match.group(2)
            if name:
                if self._is_given(name, glued=match.start(2) == match.start() + 1) or text.startswith("様", match.end()):
                    yield Proposal(*match.span(2), 0.72, "neighbour:kin")
            else:
                first, _, second = match.group(1).partition(" ")
                if not book.is_noun(first) and self._is_given(second.strip()):
                    yield Proposal(*match.span(1), 0.75, "neighbour:kin")
        for match in self._maiden.finditer(text):
            name = match.group(1)
            if book.is_surname(name) or book.is_single(name) or book.is_unknown(name):
                yield Proposal(*match.span(1), 0.72, "neighbour:maiden")

    def _is_given(self, name: str, *, glued: bool = False) -> bool:
        if not is_kanji(name[0]):
            return (len(name) > 2 or name[0] >= "ァ") and self._book.is_kana_given(name)
        return self._book.is_given(name, sure=True) and not self._book.is_noun(name) and not (glued and len(name) == 1)

    def _by_position(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _ASIDE.finditer(text) if "(" in text else ():
            if book.is_common(match.group(1)):
                yield Proposal(*match.span(1), 0.66, "neighbour:bracket")
        for match in _ELDER.finditer(text):
            if self._is_surname(match.group(1)):
                yield Proposal(*match.span(1), 0.7, "neighbour:kin")
        for match in _SELF.finditer(text):
            name = match.group(1)
            if self._is_surname(name) and book.is_unknown(name) and not book.is_city(name):
                yield Proposal(*match.span(1), 0.7, "neighbour:です")
        for match in _SIGNED.finditer(text):
            group = match.lastindex or 0
            first, _, second = match.group(group).partition(" ")
            second = second.strip()
            if second:
                known = self._is_surname(first) and (book.is_given(second, sure=True) or book.is_kana_given(second))
            else:
                known = book.is_surname(first) and not book.is_noun(first) and not book.is_city(first)
            if known:
                yield Proposal(*match.span(group), 0.7, "neighbour:signed")

    def _is_surname(self, name: str) -> bool:
        book = self._book
        if book.is_noun(name):
            return False
        return book.is_surname(name) or (2 <= len(name) <= 4 and book.is_surname_like(name) and book.is_plausible(name))

    def _by_reading(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _READING.finditer(text):
            first, _, second = match.group(1).partition(" ")
            if any(map(book.is_noun, (first, second.strip(), match.group(2)))) or PLACE_AFTER.match(text, match.end(1)):
                continue
            if (
                (second and book.is_plausible(first, honoured=True))
                or text.startswith(_HONORIFICS, match.end())
                or book.is_surname(first)
                or book.is_single(first)
                or book.is_unknown(first)
                or book.split(first)
            ):
                yield Proposal(*match.span(1), 0.72, "neighbour:reading")
                yield Proposal(*match.span(2), 0.72, "neighbour:reading")

    def _by_dots(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _DOTTED.finditer(text):
            parts = match.group(1).split("・")
            if any(map(book.is_foreign, parts)) and not any(map(book.is_noun, parts)):
                yield Proposal(*match.span(1), 0.72, "dictionary:foreign")

    def _by_latin(self, text: str) -> Iterator[Proposal]:
        book = self._book
        for match in _REGARDS.finditer(text):
            if not has_latin_stop(match.group(1).split()):
                yield Proposal(*match.span(1), 0.8, "neighbour:regards")
        for match in _TICKET.finditer(text):
            titled = text[match.end() : match.end() + 2] == " M"
            if titled or book.is_romaji(match.groups()):
                yield Proposal(*match.span(), 0.72, "shape:ticket")
        if not text.isascii():
            for match in _ACCENTED.finditer(text):
                words = match.group(1).split()
                if _ACCENT.search(match.group(1)) and not has_latin_stop(words):
                    yield Proposal(*match.span(1), 0.72, "shape:accented")
