"""Reads one name: backwards from the honorific or title after it, forwards from the label before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.detect.person.letters import (
    HIRAGANA,
    KATAKANA,
    LATIN,
    ORGANISATION,
    PLACE_AFTER,
    RUN,
    K,
    has_latin_stop,
    is_kanji,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.person.book import NameBook

Span = tuple[int, int]

STRONG: Final = frozenset(("様", "さん", "氏", "殿", "さま", "サン", "くん", "ちゃん"))
"""Honorifics that hardly stand after anything but a person."""
_HONORIFICS: Final = tuple(sorted(STRONG))
_ALSO_STRONG: Final = STRONG | {"君", "先生"}
_FURTHEST_BACK: Final = 26
_GIVEN_TAIL: Final = "[子江美代枝恵香]?"

_ASIDE: Final = re.compile(r"[ ]?\([^()\n]{1,8}\)\s?[:=]\s?")
_CELL: Final = re.compile(
    r"[一-龯々]{1,4}(?:[ ]{1,2}[一-龯々ぁ-んァ-ヶー]{1,5}|[ぁ-ん]{1,5}|[ァ-ヶー]{1,5}|[一-龯々]{1,5})"
)
_MIXED: Final = re.compile(
    rf"({K}{{0,4}}) {{1,2}}(?:{KATAKANA}{{2,10}}[子江代美]?|{LATIN}(?<=[A-Za-z.][A-Za-z.]))(?: {{1,2}}(?![様氏殿])[一-龯々]{{1,3}})?(?![一-龯々A-Za-z0-9])"
    rf"|({KATAKANA}{{2,10}}) {{1,2}}[一-龯々]{{1,3}}(?![一-龯々])"
)
_SPACED: Final = re.compile(r"(?:[一-龯々ぁ-んァ-ヶー] {1,3}){2,6}[一-龯々ぁ-んァ-ヶー](?![一-龯々ぁ-んァ-ヶー])")
_END: Final = re.compile(r" ?(?:$|[\n、,()\"'|│/]| {2}|様|さん)")
_INITIAL: Final = re.compile(r" [A-Z]\.\Z")
# titles that also end names or begin other words
_NO_CUT: Final = frozenset(("方", "家", "宅", "記", "子", "代理"))


class Evidence(NamedTuple):
    """How far what stands beside a name can be trusted."""

    strong: bool
    honorific: bool = False
    column: bool = False


_BEHIND: Final = {
    (strong, honoured): Evidence(strong, honoured) for strong in (False, True) for honoured in (False, True)
}


class _Tail(NamedTuple):
    """How a name may end: its pattern, how long it is at most, what must be in it, and what judges it."""

    pattern: re.Pattern[str]
    longest: int
    part: str
    take: Callable[[re.Match[str], Evidence], Span | None]


class NameReader:
    """Reads names in folded text. Immutable."""

    def __init__(self, book: NameBook, anchor: re.Pattern[str]) -> None:
        """Ask `book` what is a name; `anchor` matches honorifics and titles."""
        self._book = book
        self._anchor = anchor
        tail = r"[ ]{0,2}\Z"
        middle = rf"(?:(?:{KATAKANA}{{2,10}}|{LATIN}) {{1,2}})?"  # 重松 アンナ 理恵
        pair = rf"(?<![一-龯々])({K}{{0,4}}) {{1,2}}{middle}({K}{{0,3}}|{HIRAGANA}{{1,5}}[一-龯]?|{KATAKANA}{{1,8}}[一-龯]?){tail}"
        kana_pair = rf"(?<![ァ-ヶー])({KATAKANA}{{1,9}})[ ・]{{1,2}}({KATAKANA}{{1,10}}(?:[ ・]{KATAKANA}{{1,10}}){{0,2}}){tail}"
        joined = rf"({K}{{0,6}})(?:({HIRAGANA}{{2,4}}|{KATAKANA}{{2,5}}|{HIRAGANA}{{1,2}}[一-龯])){tail}"
        # what may end in (k)anji, (h)iragana, k(a)takana, (l)atin; tried in this order
        ending = rf"(?<![一-龯々ぁ-んァ-ヶー])((?:{HIRAGANA}{{2,3}}|{KATAKANA}{{2,3}})[子江美代枝恵香奈]){tail}"
        tails = (
            ("kha", _Tail(re.compile(pair), _FURTHEST_BACK, " ", self._take_pair)),
            ("a", _Tail(re.compile(kana_pair), _FURTHEST_BACK, "", self._take_kana_pair)),
            ("kha", _Tail(re.compile(joined), 14, "", self._take_joined)),
            ("k", _Tail(re.compile(ending), 7, "", self._take_whole)),
            ("k", _Tail(re.compile(rf"({K}{{0,7}}){tail}"), 10, "", self._take_kanji)),
            ("h", _Tail(re.compile(rf"({HIRAGANA}{{2,7}}){tail}"), 9, "", self._take_hiragana)),
            ("a", _Tail(re.compile(rf"(?<![ァ-ヶー])({KATAKANA}{{2,10}}){tail}"), 12, "", self._take_katakana)),
            ("l", _Tail(re.compile(rf"(?<![A-Za-z])({LATIN}){tail}"), _FURTHEST_BACK, "", self._take_latin)),
        )
        self._tails = {kind: [how for kinds, how in tails if kind in kinds] for kind in "khal"}
        self._heads: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], Evidence], Span | None]], ...] = (
            (
                re.compile(
                    rf"({K}{{0,4}})[ ]{{1,4}}({K}{{0,3}}|{HIRAGANA}{{1,6}}{_GIVEN_TAIL}|{KATAKANA}{{1,10}}{_GIVEN_TAIL})"
                    rf"(?: {{1,2}}{KATAKANA}{{2,10}}(?![ァ-ヶー]))?(?![0-9]|\s?[:：]|[一-龯々ぁ-ん](?!様|さ|氏|殿|の|を|は|が|へ|に))"
                ),
                self._head_pair,
            ),
            (
                re.compile(
                    rf"({KATAKANA}{{1,10}})(?: {{1,4}}|・)({KATAKANA}{{1,10}}(?:[ ・]{{1,2}}{KATAKANA}{{1,10}}){{0,3}})"
                ),
                self._head_kana_pair,
            ),
            (re.compile(rf"({HIRAGANA}{{2,6}})[ ]{{1,3}}({HIRAGANA}{{1,6}})(?![ぁ-ん])"), self._head_kana_pair),
            (re.compile(rf"({LATIN})"), self._head_latin),
            (
                re.compile(rf"({K}{{0,6}}(?:{HIRAGANA}{{1,5}}|{KATAKANA}{{1,6}})?[一-龯々]?)(?![ぁ-ん]{{6}})"),
                self._head_kanji,
            ),
            (re.compile(rf"({KATAKANA}{{2,14}})"), self._head_katakana),
            (re.compile(rf"({HIRAGANA}{{2,8}})(?!{HIRAGANA})"), self._head_hiragana),
        )

    # -- backwards -----------------------------------------------------------------------------------------------------

    def read_back(self, text: str, end: int, word: str, *, honorific: bool) -> Span | None:
        """Return where the name lies that ends before the honorific or title `word` at `end`, None for no name."""
        last = text[end - 1]
        if last == " ":
            last = text[: end - 1][-2:].rstrip(" ")[-1:]
        kind = (
            "k" if is_kanji(last) or last == "々"
            else "h" if "ぁ" <= last <= "ん"
            else "a" if "ァ" <= last <= "ヶ" or last == "ー"
            else "l"
        )  # fmt: skip
        floor = max(text.rfind("\n", 0, end) + 1, end - _FURTHEST_BACK)
        evidence = _BEHIND[word in _ALSO_STRONG, honorific]
        for pattern, longest, part, take in self._tails[kind]:
            begin = max(floor, end - longest)
            match = pattern.search(text, begin, end) if not part or text.find(part, begin, end) >= 0 else None
            if match is not None:
                span = take(match, evidence)
                if span is not None:
                    return span
        return None

    def _take_pair(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        first, second = match.groups()
        cut = self._book.cut_prefix(first)
        if first[cut:] and self._book.is_full(first[cut:], second, strong=evidence.strong):
            return match.start(1) + cut, match.end(2)
        return None

    def _take_kana_pair(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        known = evidence.strong and ("・" in match.group() or self._book.is_kana_name(match.group(1), loose=True))
        return (match.start(1), match.end(2)) if known else None

    def _take_joined(self, match: re.Match[str], _: Evidence) -> Span | None:
        first, second = match.groups()
        book = self._book
        cut = book.cut_prefix(first)
        rest = first[cut:]
        known = rest and book.is_surname(rest) and book.is_given(second) and rest not in book.stop
        return (match.start(1) + cut, match.end(2)) if known else None

    def _take_kanji(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        cut = self._book.cut_name(match.group(1), strong=evidence.strong, honorific=evidence.honorific)
        if match.string[match.start(1) - 1 : match.start(1)].isdigit() and not evidence.strong:
            return None  # 第1号議案
        return (match.start(1) + cut, match.end(1)) if cut is not None else None

    def _take_whole(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        return match.span(1) if evidence.strong else None

    def _take_hiragana(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        before = match.string[match.start(1) - 1 : match.start(1)]
        cut = self._book.cut_hiragana(before, match.group(1)) if evidence.strong else None
        return (match.start(1) + cut, match.end(1)) if cut is not None else None

    def _take_katakana(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        return match.span(1) if evidence.strong and self._book.is_kana_name(match.group(1), loose=True) else None

    def _take_latin(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        name = match.group(1)
        whole = len(name) > 1 if evidence.strong else " " in name and evidence.honorific
        known = whole and not has_latin_stop([name.split()[-1].strip(".,")])
        return match.span(1) if known else None

    # -- forwards ------------------------------------------------------------------------------------------------------

    def read_head(self, text: str, start: int, limit: int, evidence: Evidence) -> Span | None:
        """Return where the name lies that begins at `start` after a label, None for no name; it ends before `limit`."""
        aside = _ASIDE.match(text, start, limit)
        if aside:
            start = aside.end()
        while start < limit and text[start] in " \"'「(":
            start += 1
        value = text[start:limit]
        if (evidence.column and ORGANISATION.search(value)) or ORGANISATION.match(value):
            return None
        if value[:1] in ("故", "亡") and value[1:2].strip():
            start += 1
        whole = self._read_cell(text, start, limit, evidence)
        if whole is not None:
            return whole
        for head, take in self._heads:
            match = head.match(text, start, limit)
            if match is not None:
                span = take(match, evidence)
                if span is not None or take == self._head_kanji:
                    return span
        return None

    def _read_cell(self, text: str, start: int, limit: int, evidence: Evidence) -> Span | None:
        """Return the span of a name that fills its place or whose two scripts or spaces leave no doubt."""
        book = self._book
        value = text[start:limit].strip()
        if (
            evidence.column
            and _CELL.fullmatch(value)
            and book.is_plausible(value, honoured=True)
            and not self._anchor.search(value)
        ):
            return start, start + len(text[start:limit].rstrip())
        mixed = _MIXED.match(text, start, limit)
        if (
            mixed
            and (evidence.strong or book.is_surname(mixed.group(1) or mixed.group(2)))
            and not has_latin_stop(mixed.group().split())
        ):
            return mixed.span()
        spaced = _SPACED.match(text, start, limit) if evidence.strong else None
        return spaced.span() if spaced and book.is_plausible(spaced.group().replace(" ", "")) else None

    def _head_pair(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        first, second = match.groups()
        if second in STRONG:  # 百目鬼 さん
            return None
        cut = self._book.cut_prefix(first)
        trimmed = second.rstrip("様氏殿") or second
        known = first[cut:] and self._book.is_full(first[cut:], trimmed, strong=evidence.strong)
        known = known or (
            self._book.is_surname_like(first[cut:]) and self._book.is_full(first[cut:], trimmed, strong=True)
        )
        if known or (evidence.strong and not cut and self._fills(match, first, trimmed)):
            return match.start() + cut, match.end() if match.end() > match.end(2) else match.start(2) + len(trimmed)
        return None

    def _fills(self, match: re.Match[str], first: str, second: str) -> bool:
        # 氏名：王 子涵 - in no dictionary, but all that stands there
        short = len(first) <= 3 and len(second) <= 3 and is_kanji(second[0])
        plausible = len(first) == 1 or self._book.is_plausible(first, honoured=True)
        return short and plausible and self._book.is_plausible(second) and bool(_END.match(match.string, match.end()))

    def _head_kana_pair(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        known = evidence.strong or self._book.is_kana_pair(*match.groups())
        if not known and "・" in match.group():  # ケネス・ウォン
            parts = match.group().split("・")
            known = all(len(part) > 1 and self._book.is_kana_name(part, loose=True) for part in parts)
        return match.span() if known else None

    def _head_latin(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        name = match.group(1)
        words = name.replace(",", " ").split()
        whole = len(words) > 1 or (evidence.column and self._book.is_latin_half(name))
        known = (evidence.strong and whole) or self._book.is_romaji(words)
        if not known or has_latin_stop(words):
            return None
        return match.start(), match.end() if _INITIAL.search(name) else match.start() + len(name.rstrip(".'-, "))

    def _head_katakana(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        known = self._book.is_kana_name(match.group(1), loose=evidence.strong)
        return match.span() if known and not ORGANISATION.match(match.string, match.end()) else None

    def _head_hiragana(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        known = evidence.strong and self._book.is_kana_name(match.group(1), loose=True)
        return match.span() if known and not ORGANISATION.match(match.string, match.end()) else None

    def _head_kanji(self, match: re.Match[str], evidence: Evidence) -> Span | None:
        book = self._book
        text, start = match.string, match.start()
        run_match = RUN.match(text, start, match.end())
        if run_match is None:
            return None
        run = run_match.group()
        whole = self._cut_mixed(match.group(1), run)
        if whole:
            return start, start + whole
        cut = book.cut_prefix(run)
        rest = run[cut:]
        anchor = self._anchor.search(rest)
        if anchor and anchor.start() > 0 and anchor.group() not in _NO_CUT:
            rest = rest[: anchor.start()]
        start += cut
        end = start + len(rest)
        alone = evidence.strong and len(rest) == 1 and book.is_surname(rest) and _END.match(text, end)
        if not rest or (rest in book.stop and not alone):
            return None
        if not evidence.strong and (is_katakana(text[end : end + 1]) or PLACE_AFTER.match(text, end)):
            return None
        if book.is_surname(rest) or book.split(rest):
            return start, end
        if evidence.strong:
            return (start, end) if 2 <= len(rest) <= 5 and book.is_plausible(rest) else None
        # 起票 似内: a rare surname that is all that stands there
        rare = text[start - 1] in " :" and len(rest) <= 3 and _END.match(text, end) is not None
        return (start, end) if rare and book.is_unknown(rest) and not book.is_city(rest) else None

    def _cut_mixed(self, name: str, run: str) -> int:
        # the kana after the kanji belong to the name only when they make a given name
        book = self._book
        surnames = [size for size in range(2, min(4, len(run) + 1)) if book.is_surname(name[:size])]
        for length in range(len(name), len(run), -1):
            if any(
                not name.startswith(_HONORIFICS, size) and book.is_given(name[size:length], sure=True)
                for size in surnames
            ):
                return length
        return 0


def is_katakana(character: str) -> bool:
    """Return whether the character is katakana, the long mark not among them."""
    return "ァ" <= character <= "ヺ"
