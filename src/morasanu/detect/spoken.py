"""Digits as they are spoken or written in kanji: ゼロキューゼロ, 〇九〇, よん、ぜろ、にー."""

from __future__ import annotations

import re
from typing import Final

_WORDS: Final = {
    "ゼロ": "0", "ぜろ": "0", "マル": "0", "まる": "0", "レイ": "0", "れい": "0", "〇": "0", "零": "0", "○": "0",
    "イチ": "1", "いち": "1", "一": "1", "ニー": "2", "にー": "2", "ニ": "2", "に": "2", "二": "2",
    "サン": "3", "さん": "3", "三": "3", "ヨン": "4", "よん": "4", "四": "4", "ゴー": "5", "ごー": "5", "ゴ": "5", "ご": "5", "五": "5",
    "ロク": "6", "ろく": "6", "六": "6", "ナナ": "7", "なな": "7", "シチ": "7", "しち": "7", "七": "7",
    "ハチ": "8", "はち": "8", "八": "8", "キュウ": "9", "きゅう": "9", "キュー": "9", "きゅー": "9", "九": "9",
}  # fmt: skip
_ONE = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
_GAP = r"(?:[、,のノ ・ー\-()]{1,2})?"
# The first three must be close together, or every に and 三 of a text would start a number.
SPOKEN: Final = re.compile(rf"(?:(?:\+?[0-9]{{1,4}}[-ー])?(?:{_ONE})(?:{_GAP}(?:{_ONE}|[0-9])){{5,}})(?![十百千万])")
"""A run of at least six digits of which at least the first is not an ASCII digit."""
_KANJI: Final = "〇零一二三四五六七八九"
# one set of first characters lets the search skip; look-behinds then tell which of them it was
SPOKEN_HINT: Final = re.compile(
    rf"[{_KANJI}ゼぜヨよナなハはキきロろイいサニに](?:(?<=[{_KANJI}])(?:[{_KANJI}]{{2}}|[-ー、の(][{_KANJI}])"
    r"|(?:(?<=ゼ)ロ|(?<=ぜ)ろ|(?<=[ヨサ])ン|(?<=よ)ん|(?<=ナ)ナ|(?<=な)な|(?<=ハ)チ|(?<=は)ち|(?<=キ)ュ|(?<=き)ゅ|(?<=ロ)ク|(?<=ろ)く|"
    r"(?<=イ)チ|(?<=い)ち|(?<=[ニに])ー)[、の ]?[ァ-ヶぁ-ん]{2})"
)
"""Whether a text may hold such a run at all; cheap."""
_ANY = re.compile(rf"{_ONE}|[0-9]")


def spoken_to_digits(text: str) -> str:
    """Return the digits that `text` speaks or writes; everything else is left out.

    >>> spoken_to_digits("ゼロキューゼロの、ヨンイチイチナナ"), spoken_to_digits("〇九〇-1234")
    ('0904117', '0901234')
    """
    return "".join(_WORDS.get(word, word) for word in _ANY.findall(text))
