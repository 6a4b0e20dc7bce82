"""Addresses: a municipality of the dictionary starts one, a grammar of block numbers and buildings carries it to its end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.reach import find_end
from morasanu.finding import Finding, Label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.detect.context import Context, Slot
    from morasanu.detect.lexicon import Lexicon
    from morasanu.detect.spec import Spec

_MARK = re.compile("[都道府県市区町村]")
_K = "[〇一二三四五六七八九十百千]"
_UNIT = "(?:丁目|番地割|番地|番町|番|号|条|線|地割|街区)"
_PIECE = rf"(?:[0-9lIO]{{1,5}}[ \n]?{_UNIT}?|{_K}{{1,7}}{_UNIT})"
_SEP = r"(?:、?[ \n]?[-ー][ \n]?|[ \n]?の[ \n]?|ノ|之|[東西南北上下左右中甲乙丙丁通内外]{1,2}|[ \n])?"
_BLOCK: Final = re.compile(
    rf"{_K}{{1,3}}(?:[-ー]{_K}{{1,3}}){{1,3}}|{_PIECE}(?:{_SEP}(?:{_PIECE}|(?<=[のノ之番地目号]){_K}{{1,6}}))*(?:\s?[A-Z](?=[-\s]?[0-9])|(?<=[0-9])号室?|(?<=[0-9])(?:階|F))?"
)
_FURTHEST_BLOCK: Final = 28  # characters between a municipality and its block numbers
_NUMBER = re.compile(rf"[0-9]|{_K}|[lI](?=[0-9])")
_BLOCK_SIGN = re.compile("[-のノ之]|丁目|番|号")
_BLOCK_OR_STREET_SIGN = re.compile("[-のノ之]|丁目|番|条")
_SURE_SIGN = re.compile("丁目|番|-")
_HIRAGANA = re.compile("[ぁ-ん]")
_STREET_END = re.compile(r"(?:条|線|丁目)[東西南北上下左右通]*\Z")
_GOES_ON = re.compile(r"\s(?=(?:19|20)\d\d(?!\d)|0\d{1,4}-?\d)|\n")
_ROOM = re.compile(r"(?<=[号地0-9])[ ](?:[A-Z]-?)?[0-9]{2,4}(?:号室?)?(?![0-9-]|円|[年月/.:])")
_PLACE = re.compile(r"[一-龯々ぁ-んァ-ヶー・〆ヵ](?:[一-龯々ぁ-んァ-ヶー・〆ヵ]| (?=[一-龯々0-9]))*")
_COUNTER = re.compile(
    r"(?:年|月|日|時|分)|\s?(?:店舗?|支店|拠点|件|人|名|億|万|%|円|回|社|か所|カ所|ヶ所|箇所|校|台|歳|才|本|個|冊|部|世帯|戸|棟|課|名義|位|級|行|種|割|倍|割合|系統|つの|つ|章|節|項|館|路線|両|団体|市町村|都|府県)"
)
_STOP_PLACE = re.compile(
    r"^(?:内|外|下|全域)|[をがはにへともやでよりかられたしてなすまい]{2}|[をはへもや]|です|ます|した|から|まで|より|では|には|とは"
)
_BUILDING_TAIL = r"(?:(?! ?0[0-9]{1,3}-[0-9]{2,4}-[0-9]{3}) ?(?:[A-Z]棟|[東西南北]棟|[0-9]+号棟|(?:[A-Z]-?)?[0-9]{1,4}(?:-[0-9]{1,4})?(?:号室|号|階|F|号棟)?|[0-9]+F-[0-9]+)(?![0-9]))"
_NAMELESS = re.compile(r"(?:TEL|FAX|Tel|電話|携帯|氏名|口座|担当|〒|様|殿|メール|IP|No|生年|届|連絡|tel|宛|御中)")
_FURTHER = re.compile(r"[東西南北上下入ルる通一-龯々ヶノ]{1,12}(?=[0-9一二三四五六七八九十百])")
_POSTAL = re.compile(r"(?<![0-9-])([0-9]{3}-?[0-9]{4})\)?[ \n]{0,3}\Z")
_POSTAL_AFTER = re.compile(r"[, ]{1,3}([0-9]{3}-[0-9]{4})(?![0-9-])")
_POSTAL_LABEL: Final = Label("POSTAL_CODE")
_BOX = re.compile(r"\([^()\n]{0,30}(?:私書箱|郵便局|庁舎|ビル|[0-9]階|[0-9]F)[^()\n]{0,20}\)")
_ENGLISH: Final = re.compile(
    r"(?:(?:(?:Rm|Apt|Room|Unit|Suite|No)\.? ?[0-9A-Z-]{1,6}|[0-9]{1,2}F|[A-Z][A-Za-z]+ (?:Bldg|Building|Tower|House|Mansion)\.?[A-Z0-9 ]{0,6}),? ?){0,3}"
    r"[0-9]{1,4}(?:-[0-9]{1,4}){1,3}[,.]? ?(?:[A-Z][A-Za-z'-]+[,.]? ?){1,7}"
)
_ENGLISH_HINT = re.compile(r"-[0-9]{1,4}[,.]? ?[A-Z][A-Za-z'-]")
_ENGLISH_SURE = re.compile(
    r"-(?:ku|shi|cho|chome|dori|gun|machi|ken|fu|to|KU|SHI|CHO|DORI)\b|\b(?:Tokyo|Osaka|Kyoto|Yokohama|Nagoya|Kobe|Fukuoka|Sapporo|Sendai|Hiroshima|Saitama|Chiba|Kanagawa|Hyogo|Aichi|TOKYO|OSAKA|Japan|Hokkaido)\b"
)
_STREET: Final = re.compile(
    r"(?:(?:Apt|Unit|Flat|Suite|Room|Rm)\.? ?[0-9A-Z-]{1,6},? )?[0-9]{1,5}[A-Z]? (?:[A-Z][A-Za-z'.]+ ){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Way|Court|Ct|Place|Pl|Square|Sq|Terrace|Crescent|Close|Highway|Hwy)\b\.?"
    r"(?:,? (?:Apt|Suite|Unit|#)\.? ?[0-9A-Z-]+)?(?:, [A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+)?){0,3}"
)
_KANA = re.compile(
    r"[ァ-ヶー]{2,6}(?:ケン|フ|ト|ドウ) ?[ァ-ヶー]{1,10}(?:シ|ク|グン|チョウ|マチ|ムラ)[ァ-ヶー ]{0,30}[0-9][0-9-]{0,12}"
)
_KANA_HINT = re.compile(r"[ァ-ヶ](?:ケン|フ|ト|ドウ) ?[ァ-ヶ]")
_STREET_HINT = re.compile(r" (?:Str|St\b|Av|Ro|Rd|Bo|Bl|La|Ln|Dr|Way|Co|Ct|Pl|Sq|Te|Cr|Cl|Hi|Hw)")
_LABEL_END = re.compile(
    r"[。\n\"'|│<>;\t「」〒]| {2,}| から|→|\)(?=と)|と(?=相違)|[でにを](?=[よ住あいおつ、。])|[へに]、?(?=[一-龯]{2})"
)
_SKIPPED = re.compile(r"(?:〒?\s?[0-9]{3}\s?-?\s?[0-9]{4}\s+|[〒:：\s(「]+)+")
_SURE_CELL = re.compile(r"[都道府県市区町村郡].*[0-9一二三四五六七八九十]|[0-9]-[0-9]|[郡市区町村]..")
_WORD = re.compile("[一-龯]{2}|[A-Za-z]{3}")
_POSTAL_END = re.compile(r"[ ,]+(?:[0-9]{3}-?[0-9]{4}|[0-9]{5,6})\Z")
_DIGIT = re.compile("[0-9]")
_JAPANESE = re.compile("[一-龯々ぁ-んァ-ヶー]+")
_NUMBERED = re.compile("[0-9番号丁]")
_LONGEST: Final = 80
_PADDING: Final = " 、,)"


class AddressDetector:
    """Finds addresses from the prefecture or municipality (or after a label, the town) to building and room."""

    def __init__(self, spec: Spec, lexicon: Lexicon) -> None:
        """Compile the building words of `spec`; places come from `lexicon`."""
        self._spec = spec
        self._lexicon = lexicon
        self._prefecture = re.compile("|".join(sorted(lexicon.prefecture)))
        words = "|".join(map(re.escape, spec.words["building"]))
        char = "ァ-ヶー一-龯々A-Za-z・ぁ-ん0-9"
        self._building = re.compile(
            rf"\s?[{char}]{{0,20}}?(?:{words})(?:[ァ-ヶー一-龯々A-Za-z・]{{0,12}}(?:の[一-龯]{{1,3}}(?=[0-9]))?){_BUILDING_TAIL}{{0,3}}"
            rf"|\s[ァ-ヶー・一-龯々A-Za-z]{{2,18}}{_BUILDING_TAIL}{{1,2}}"
            rf"|(?<=[0-9号地])\s?[ァ-ヶー・]{{3,18}}[一-龯々]{{0,4}}{_BUILDING_TAIL}{{1,2}}"
        )

    def find(self, context: Context) -> Iterator[Finding]:
        """Yield findings on the folded text; they may overlap, the engine chooses the longest."""
        yield from self._by_place(context.text)
        for slot in context.slots(self._spec.label):
            span = self._read_slot(context.text, slot)
            if span:
                yield self._make(*span, self._spec.score.labelled, slot.why)
        yield from self._by_shape(context.text)

    def _make(self, start: int, end: int, score: float, why: str) -> Finding:
        return Finding(start, end, self._spec.label, score, (f"rule:{self._spec.id}", why))

    def _by_place(self, text: str) -> Iterator[Finding]:
        done = -1
        for start, after, sure in self._starts(text):
            end = 0 if start < done else self._read(text, after, sure=sure)
            if end:
                done = end
                postal = _POSTAL.search(text, max(0, start - 14), start)
                if postal:
                    why = (f"rule:{self._spec.id}", "neighbour:address")
                    yield Finding(*postal.span(1), _POSTAL_LABEL, 0.9, why)
                yield self._make(start, end, self._spec.score.checked, "dictionary:municipality")

    def _by_shape(self, text: str) -> Iterator[Finding]:
        for match in _KANA.finditer(text) if _KANA_HINT.search(text) else ():
            yield self._make(*match.span(), 0.85, "shape:kana")
        is_english = _ENGLISH_HINT.search(text) and _ENGLISH_SURE.search(text)
        for match in _ENGLISH.finditer(text) if is_english else ():
            if _ENGLISH_SURE.search(match.group()):
                stop = match.start() + len(match.group().rstrip(" ,."))
                yield self._make(match.start(), stop, 0.85, "shape:romaji")
                postal = _POSTAL_AFTER.match(text, stop)
                if postal:
                    yield Finding(*postal.span(1), _POSTAL_LABEL, 0.9, (f"rule:{self._spec.id}", "neighbour:address"))
        for match in _STREET.finditer(text) if _STREET_HINT.search(text) else ():
            yield self._make(*match.span(), 0.8, "shape:street")

    def _starts(self, text: str) -> Iterator[tuple[int, int, bool]]:
        """Yield (start, end of municipality, whether a prefecture stands before it)."""
        city = self._lexicon.city
        last = 0
        prefecture_end = prefecture_start = -2
        last_start = -2
        for mark in _MARK.finditer(text):
            end = mark.end()
            character = mark.group()
            if character in "都道府県":
                match = next(
                    (m for k in (3, 4) if end >= k and (m := self._prefecture.fullmatch(text, end - k, end))), None
                )
                if match:
                    prefecture_start, prefecture_end = match.span()
                    yield prefecture_start, prefecture_end, True
                continue
            for length in range(min(8, end - last), 1, -1):
                word = text[end - length : end]
                if word in city:
                    start = end - length
                    joined = prefecture_end == start or (prefecture_end == start - 1 and text[prefecture_end] == " ")
                    if joined:
                        start = prefecture_start
                    elif last == start and last_start >= 0:  # 横浜市 + 中区
                        start = last_start
                    yield start, end, joined
                    last_start, last = start, end
                    break

    def _read(self, text: str, position: int, *, sure: bool) -> int:
        """Return where the address that reached `position` ends, 0 when it is only a place."""
        if position < len(text) and text[position] in " 、":
            position += 1
        place = _PLACE.match(text, position, position + _FURTHEST_BLOCK + 3)
        limit = place.end() if place else position
        block = None
        # block numbers in kanji stand among place characters, so every number is tried until one fits
        stop = min(limit + (2 if text[limit : limit + 1] == " " else 1), position + _FURTHEST_BLOCK + 2)
        for number in _NUMBER.finditer(text[position:stop]):
            block = _BLOCK.match(text, position + number.start())
            if block:
                break
        if block is None:
            return 0
        between = text[position : block.start()]
        digits = block.group()
        if len(between) > _FURTHEST_BLOCK or _STOP_PLACE.search(between) or _COUNTER.match(text, block.end()):
            return 0
        if digits.isdigit() and _COUNTER.match(text, block.start() + 1):
            return 0
        if not sure and not _BLOCK_SIGN.search(digits) and not self._is_town(between):
            return 0
        if not between and not _BLOCK_OR_STREET_SIGN.search(digits):
            return 0
        if _HIRAGANA.search(between) and not _SURE_SIGN.search(digits) and not self._is_town(between):
            return 0
        return self._read_building(text, self._trim(text, self._go_on(text, block)))

    @staticmethod
    def _go_on(text: str, block: re.Match[str]) -> re.Match[str]:
        # 四条通寺町西入 and 七条通十七丁目: a street's number is not the block's, so a later number is looked for
        while _STREET_END.search(block.group()):
            further = _FURTHER.match(text, block.end())
            found = _BLOCK.match(text, further.end()) if further else None
            if found is None or not _NUMBERED.search(found.group()):
                break
            block = found
        return block

    @staticmethod
    def _trim(text: str, block: re.Match[str]) -> int:
        end = block.end()
        while text[end - 1] in " \n東西南北上下左右中内外通":
            end -= 1
        # a full date or a phone number after the block is not part of it
        match = _GOES_ON.search(block.group())
        if match:
            end = min(end, block.start() + match.start())
        return block.start() + len(text[block.start() : end].rstrip())

    def _is_town(self, place: str) -> bool:
        place = place.strip().removeprefix("大字").removeprefix("字")
        town = self._lexicon.town
        return any(
            place[:length] in town or f"{place[:length]}町" in town for length in range(min(len(place), 10), 1, -1)
        )

    def _read_building(self, text: str, position: int) -> int:
        box = _BOX.match(text, position)
        if box:
            return box.end()
        for _ in range(2):
            match = self._building.match(text, position)
            if match is None or _NAMELESS.search(match.group()) or "\n" in match.group():
                break
            position = match.end()
        else:
            return position
        tail = _ROOM.match(text, position)
        return tail.end() if tail else position

    def _read_slot(self, text: str, slot: Slot) -> tuple[int, int] | None:
        start = slot.start
        skipped = _SKIPPED.match(text, start, slot.end)
        start = skipped.end() if skipped else start
        end = find_end(_LABEL_END, text, start, slot.end, longest=_LONGEST, padding=_PADDING)
        value = text[start:end].rstrip(_PADDING)
        end = start + len(value)
        if not value or len(value) > _LONGEST:
            return None
        if slot.why.startswith("column"):
            sure = _SURE_CELL.search(value) and _WORD.search(value)
            return (slot.start, slot.end) if sure and len(value) > 4 else None
        if value.isascii():
            value = _POSTAL_END.sub("", value)
            is_sure = _DIGIT.search(value) and len(value.split()) > 2 and _WORD.search(value)
            return (start, start + len(value)) if is_sure else None
        after = start
        for begin, reached, _ in self._starts(value[:24]):
            if begin > 1:
                break
            after = start + reached
        read = self._read(text, after, sure=True)
        if read and read <= slot.end and (after > start or self._is_town(value)):
            return start, read
        if after > start and self._is_town(text[after:end]) and not _STOP_PLACE.search(value):
            word = _JAPANESE.match(text, start, end)
            return (start, word.end()) if word else None
        return None
