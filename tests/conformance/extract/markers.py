"""Sixty lines that every format has to give back, with the characters that get lost on the way."""

from __future__ import annotations

from typing import Final

_PEOPLE: Final = (
    "髙橋 﨑子", "山﨑 德馬", "渡邉 惠", "𠮷野 凛", "齋藤 龍一", "ﾔﾏﾀﾞ ﾀﾛｳ", "ﾌﾞﾗｳﾝ ﾏﾘｱ", "濵田 榮", "Nguyễn Thị Hồng", "李 承勲",
    "やまだ はなこ", "五十嵐 ソフィア",
)  # fmt: skip
_THINGS: Final = (
    "①㈱髙﨑𠮷商店 御中", "№12 ㌔ ㍑ ℡ 〒", "〜波と～チルダ、－と―と‐", "全角英数ＡＢＣ１２３", "半角ｶﾅ ﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ", "「」『』【】〔〕《》",
    "口座番号 １２３４５６７", "電話 ０９０－１２３４－５６７８", "〒150-0001 東京都渋谷区神宮前6-31-2", "令和8年4月1日（水）",
    "罫線 ─│┌┐└┘├┤", "ⅠⅡⅢ ⅰⅱⅲ ㊤㊥㊦",
)  # fmt: skip

MARKERS: Final = tuple(
    f"{number:02}番 {_PEOPLE[number % len(_PEOPLE)]} {_THINGS[number * 5 % len(_THINGS)]}" for number in range(1, 61)
)
"""Lines without a tab or a comma; each holds its number, a name and something that is easily lost."""


def count_found(texts: list[str]) -> int:
    """Return how many of the markers stand whole in the texts; blanks of any kind and number are one."""
    whole = "".join("".join(text.split()) for text in texts)
    return sum("".join(marker.split()) in whole for marker in MARKERS)
