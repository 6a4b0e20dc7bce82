"""The letters of names as pieces of patterns, and the words that tell a name from a firm, a place or a phrase."""

from __future__ import annotations

import re
from typing import Final

K: Final = "[一-龯々](?:[一-龯々]|[ノツヶケッ](?=[一-龯々]))"
"""One kanji and the beginning of a repeat: `K{0,4}` reads one to five characters, 一ノ瀬 and 三ツ矢 among them."""
HIRAGANA: Final = "[ぁ-ん]"
KATAKANA: Final = "[ァ-ヶー]"
_LATIN_WORD: Final = r"(?:[A-ZÀ-ÖØ-Þ]\.|[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÿĀ-ſẠ-ỹ'’\-]*)"
LATIN: Final = rf"{_LATIN_WORD}(?:,? {_LATIN_WORD}){{0,4}}"

# most runs are kanji alone, which are read fastest
RUN: Final = re.compile("[一-龯々](?:[一-龯々]{0,7}+(?![ノツヶケッ])|(?:[一-龯々]|[ノツヶケッ](?=[一-龯々])){0,7})")

PLACE_AFTER: Final = re.compile(
    "省|庁|市|町|村|区|県|府|都|郡|駅|線|支店|本店|店|出張所|営業所|支社|本社|株式|工業|商店|商事|建設|製作|製菓|銀行|信|組|会社|電|産業|不動産|運輸|水産|精|鋳造|紙器|人形|"
    "記念|ホール|ビル|病院|医院|大学|高校|小学|中学|法律|事務所|式|係数|海岸|公園|川|山(?!様|さ)|島(?!様|さ)|通|大橋|神社|寺|城|温泉|空港|港|湾|学園|幼稚|保育|会議|社|丁|大字|字|番|様式|焼|流"
)
"""What after a name makes it the name of something else."""

ORGANISATION: Final = re.compile(
    r"株式会社|有限会社|合同会社|\(株\)|\(有\)|㈱|㈲|銀行|信用金庫|信金|信組|組合|財団|社団|法人|センター|事務所|商店|工業|支店|本店|本部|部\Z|課\Z|係\Z|室\Z|局\Z|協会|委員会|大学|病院|"
    r"Bank|Inc|Corp|Ltd|LLC|Co\.|K\.K\.|Team|Center|Centre|Support|Service|System|Server|Group|Office|Dept|Department|Desk|Branch|Branches"
)

LATIN_STOP: Final = frozenset(
    (
        "the a an and or of to from for in on at by with this that re fw fwd dear hi hello best kind regards thanks "
        "thank please no not new all any your our my we you he she it is are bank branch tokyo osaka kyoto japan "
        "inc corp ltd co llc team desk office name date subject sent received cc bcc monday tuesday wednesday "
        "thursday friday saturday sunday january february march april may june july august september october "
        "november december error warn info debug api url http https version windows linux android ios google "
        "microsoft amazon internet account number card customer service system server user admin root test dummy "
        "sample unknown none null true false visa mastercard amex jcb operations masked value string example key "
        "release news private public begin end certificate openssh rsa aws sap id db grant select update insert delete create table where values into alter drop swift labs developers authority applications project foundation community contributors maintainers software systems have contact international finance "
        "department group center centre support street avenue road building tower"
    ).split()
)
"""Latin words that stand where names do and are none, in lower case."""


def is_kanji(character: str) -> bool:
    """Return whether the character is a kanji of the basic block.

    >>> is_kanji("髙"), is_kanji("ノ")
    (True, False)
    """
    return "一" <= character <= "龯"


def has_latin_stop(words: list[str]) -> bool:
    """Return whether one of the Latin words is no part of a name, whatever its case."""
    return not LATIN_STOP.isdisjoint(word.lower() for word in words)
