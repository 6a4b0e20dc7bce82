"""One way of writing for many: width, hyphens, spaces, digits and old kanji are folded, offsets are kept.

Almost every fold replaces one character by one, so offsets stay; only zero-width characters and carriage returns (removed) and half-width kana
with a voicing mark (two characters become one) shift them, and only then a map is built.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass

_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u2796\u2500\u2501"
_SPACES = "\u3000\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"

# Old or variant kanji of names → the form that dictionaries carry. Both the text and the dictionaries are folded.
_KANJI = (
    "髙高 﨑崎 嵜崎 濵浜 濱浜 邊辺 邉辺 齋斎 齊斉 廣広 國国 櫻桜 澤沢 眞真 惠恵 壽寿 瀨瀬 榮栄 龍竜 瀧滝 嶋島 嶌島 與与 "
    "來来 澁渋 德徳 祐祐 神神 福福 羽羽 將将 圓円 檜桧 槇槙 曾曽 彌弥 萬万 淺浅 豐豊 應応 冨富 實実 會会 學学 條条 "
    "黑黒 靜静 攝摂 萠萌 祿禄 亞亜 區区 縣県 驛駅 號号 舊旧 藏蔵 嚴厳 鐵鉄 關関 ⻑長 巿市 曰日 午午 邨村 埜野 吉吉 𠮷吉"
)


def _build_table() -> dict[str, str]:
    table: dict[int, str] = {}
    for code in (*range(0x660, 0x66A), *range(0x6F0, 0x6FA), *range(0x1D7CE, 0x1D800)):
        table[code] = str(unicodedata.digit(chr(code)))
    for code in range(0xFF01, 0xFF5F):
        table[code] = chr(code - 0xFEE0)
    for code in range(0xFF61, 0xFFA0):
        table[code] = unicodedata.normalize("NFKC", chr(code))
    table[0xFF9E], table[0xFF9F] = "゛", "゜"
    for number in range(1, 10):
        for first in (0x245F, 0x2775, 0x277F, 0x2789, 0x24F4):  # ① ❶ ➀ ➊ ⓵
            table[first + number] = str(number)
    table[0x24EA] = "0"
    for hyphen in _HYPHENS:
        table[ord(hyphen)] = "-"
    for space in _SPACES:
        table[ord(space)] = " "
    table[0xFFE5], table[0x301C], table[0xFF5E] = "\\", "~", "~"
    for pair in _KANJI.split():
        table[ord(pair[0])] = pair[1]
    return {chr(code): folded for code, folded in table.items() if chr(code) != folded}


# only what makes one character of two: no mark fits な, カ takes no ﾟ, and が is voiced already
_VOICED = "うかきくけこさしすせそたちつてとはひふへほウカキクケコサシスセソタチツテトハヒフヘホ"
_PAIR = f"[ｳｶ-ﾄﾊ-ﾎ]ﾞ|[ﾊ-ﾎ]ﾟ|[{_VOICED}]\u3099|[はひふへほハヒフヘホ]\u309a"
_SHIFTING = re.compile(f"({_PAIR})|[{_INVISIBLE}]+|\r")
_LONE_RETURN = re.compile(r"\r(?!\n)")


_TABLE = _build_table()
_SHIFTERS = frozenset("ﾞﾟ\u3099\u309a\r") | {c for c in map(chr, range(0x10000)) if re.match(f"[{_INVISIBLE}]", c)}
_FOLDABLE = frozenset(_TABLE)
# beyond the basic plane a set is searched one by one, so that all of it is of interest
_BASIC = sorted(c for c in _SHIFTERS.union(_TABLE) if c <= "\uffff")
_INTERESTING = re.compile(f"[{re.escape(''.join(_BASIC))}\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and the way back.

    `cuts` are the folded positions after which offsets shift, `shifts` the sums of the shifts, `pairs` the folded positions
    of characters that were two; all empty when folding replaced one by one.
    """

    text: str
    cuts: tuple[int, ...] = ()
    shifts: tuple[int, ...] = ()
    pairs: frozenset[int] = frozenset()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the text as given that the folded span `start`..`end` (end exclusive, not empty) came from."""
        if not self.cuts:
            return start, end
        last = end - 1
        return self._origin(start), self._origin(last) + (2 if last in self.pairs else 1)

    def _origin(self, position: int) -> int:
        index = bisect_right(self.cuts, position)
        return position + (self.shifts[index - 1] if index else 0)


def fold(text: str) -> Folded:
    """Return `text` with width, hyphens, spaces, digits and variant kanji folded, and the map back to its offsets.

    Every way of ending a line becomes one line feed.
    Kanji digits and the long-vowel mark `ー` stay: only number detection may read them as digits and hyphens.
    Costs about 6 ns a character.

    >>> fold("０９０－１２３４").text
    '090-1234'
    >>> folded = fold("ﾀﾞｲｽｹ髙\u200b橋")
    >>> folded.text, folded.given(0, 6)
    ('ダイスケ高橋', (0, 8))
    """
    if "\r" in text:
        text = _LONE_RETURN.sub("\n", text)
    elif text.isascii():
        return Folded(text)
    # Many times faster than str.translate: few different characters of a text need folding.
    interesting = frozenset(_INTERESTING.findall(text))
    if not interesting:
        return Folded(text)
    found = interesting & _FOLDABLE
    if interesting.isdisjoint(_SHIFTERS):
        return Folded(_replace(text, found))
    pieces: list[str] = []
    cuts: list[int] = []
    shifts: list[int] = []
    pairs: list[int] = []
    done = length = shift = 0
    for match in _SHIFTING.finditer(text):
        start, end = match.span()
        piece = _replace(text[done:start], found)
        pieces.append(piece)
        length += len(piece)
        if match.group(1):
            pieces.append(unicodedata.normalize("NFKC", match.group(1)))
            pairs.append(length)
            length += 1
            shift += 1
        else:
            shift += end - start
        cuts.append(length)
        shifts.append(shift)
        done = end
    pieces.append(_replace(text[done:], found))
    return Folded("".join(pieces), tuple(cuts), tuple(shifts), frozenset(pairs))


def _replace(text: str, found: frozenset[str]) -> str:
    for character in found:
        text = text.replace(character, _TABLE[character])
    return text
