"""A value as it may be shown: enough to recognise a row one knows, too little to learn one."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from morasanu.finding import Label

_STAR: Final = "＊"
_PREFECTURE: Final = re.compile("北海道|東京都|(?:京都|大阪)府|[一-龯]{2,3}県")
# what `str.translate` asks for every character: signs stay, anything else (there are only so many) becomes a star
_MASK: Final = defaultdict(lambda: _STAR, {ord(sign): sign for sign in " -‐－ー.,/()（）・:：@_"})
_FEWEST_SHOWN: Final = 2


def redact(value: str, label: Label) -> str:
    """Return `value` masked: a name keeps its first character, an address its prefecture, anything else nothing but its form.

    A secret shows not even its length. Line breaks become spaces.

    >>> from morasanu.finding import Label
    >>> redact("山田 太郎", Label("PERSON")), redact("千葉県船橋市1-2", Label("ADDRESS"))
    ('山＊ ＊＊', '千葉県＊＊＊')
    >>> redact("090-1234-5678", Label("PHONE")), redact("hunter2", Label("SECRET"))
    ('＊＊＊-＊＊＊＊-＊＊＊＊', '＊＊＊')
    """
    value = " ".join(value.split())
    match label:
        case "PERSON":
            shown = 1 if len(value) >= _FEWEST_SHOWN else 0
            return value[:shown] + value[shown:].translate(_MASK)
        case "ADDRESS":
            prefecture = _PREFECTURE.match(value)
            return (prefecture.group() if prefecture else "") + _STAR * 3
        case "SECRET" | "SENSITIVE":
            return _STAR * 3
        case _:
            return value.translate(_MASK)
