"""Names of persons: honorifics, titles, labels and neighbours propose, dictionaries of names support, stop words veto."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from morasanu.detect.namebook import NameBook
from morasanu.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.context import Context, Slot
    from morasanu.detect.lexicon import Lexicon
    from morasanu.detect.spec import Spec

K: Final = "[一-龯々](?:[一-龯々]|[ノツヶケッ](?=[一-龯々]))"
_K: Final = K.removeprefix("[一-龯々]")
# a look-behind after the first character leaves the search its fast start
_FIRST_K: Final = "[一-龯々](?<![一-龯々ァ-ヶー].)"
_H = "[ぁ-ん]"
_T = "[ァ-ヶー]"
_L = r"[A-ZÀ-ÖØ-Þ][A-Za-zÀ-ÿĀ-ſẠ-ỹ'’.\-]*"
_LATIN = rf"{_L}(?:,? {_L}){{0,4}}"
_NO_ANCHOR: Final = re.compile(
    "様[式子々相態]|氏[名族]|方[法針向面式々角]|家[族屋賃庭計本主財具]|宅[配地建]|君主|殿[下町]|宛[先名]|名義人|代理[人店]|担当[者課部]|先生方"
)
_TITLE_SKIP = r"[ ]{0,2}\Z"

_TAILS: Final = tuple(
    re.compile(pattern + _TITLE_SKIP)
    for pattern in (
        rf"(?<![一-龯々])({K}{{0,4}}) {{1,2}}({K}{{0,3}}|{_H}{{1,5}}[一-龯]?|{_T}{{1,8}}[一-龯]?)",
        rf"(?<![ァ-ヶー])({_T}{{1,9}})[ ・]{{1,2}}({_T}{{1,10}}(?:[ ・]{_T}{{1,10}}){{0,2}})",
        rf"({K}{{0,6}})(?:({_H}{{2,4}}|{_T}{{2,5}}|{_H}{{1,2}}[一-龯]))",
        rf"({K}{{0,7}})",
        rf"({_H}{{2,7}})",
        rf"(?<![ァ-ヶー])({_T}{{2,10}})",
        rf"(?<![A-Za-z])({_LATIN})",
    )
)
_HEADS: Final = (
    re.compile(
        rf"({K}{{0,4}})[ ]{{1,4}}({K}{{0,3}}|{_H}{{1,6}}[子江美代枝恵香]?|{_T}{{1,10}}[子江美代枝恵香]?)(?![0-9]|[一-龯々ぁ-ん](?!様|さ|氏|殿|の|を|は|が|へ|に))"
    ),
    re.compile(rf"({_T}{{1,10}})(?: {{1,4}}|・)({_T}{{1,10}}(?:[ ・]{{1,2}}{_T}{{1,10}}){{0,3}})"),
    re.compile(rf"({_H}{{2,6}})[ ]{{1,3}}({_H}{{1,6}})(?![ぁ-ん])"),
    re.compile(rf"({_LATIN})"),
    re.compile(rf"({K}{{0,6}}(?:{_H}{{1,5}}|{_T}{{1,6}})?[一-龯々]?)(?![ぁ-ん]{{6}})"),
    re.compile(rf"({_T}{{2,14}})"),
    re.compile(rf"({_H}{{2,8}})"),
)
_CELL: Final = re.compile(r"[一-龯々]{1,4}[ ]{0,2}[一-龯々ぁ-んァ-ヶー]{1,5}|[一-龯々]{2,6}")
_MIXED: Final = re.compile(
    rf"({K}{{0,4}}) {{1,2}}(?:{_T}{{2,10}}|{_LATIN})(?![一-龯々A-Za-z])|({_T}{{2,10}}) {{1,2}}[一-龯々]{{1,3}}(?![一-龯々])"
)
_ASIDE: Final = re.compile(r"[ ]?\([^()\n]{1,8}\)\s?[:=]\s?")
_SPACED: Final = re.compile(r"(?:[一-龯々ぁ-んァ-ヶー] {1,3}){2,6}[一-龯々ぁ-んァ-ヶー](?![一-龯々ぁ-んァ-ヶー])")
_WITH_SPACE: Final = re.compile(
    rf"({_FIRST_K}{_K}{{0,5}})(?= {{1,2}}({K}{{0,2}}|{_H}{{2,5}}[子江美代枝恵香]?|{_T}{{2,6}}[子江美代枝恵香]?)(?:[様氏殿]|さん)?(?![一-龯々ぁ-んァ-ヶー0-9]|(?<=[ァ-ヶ])[一-龯]))"
)
_WITH_SPACE_GLUED: Final = re.compile(
    rf"({_FIRST_K}{_K}{{0,3}}) {{1,2}}({K}{{0,2}}|{_H}{{2,3}})(?=[はがをのにとへもよか]|様|さん|氏|殿|です)"
)
_RUN: Final = re.compile(rf"{K}{{1,7}}")
_KANA_PAIR: Final = re.compile(rf"([ァ-ヶー](?<![ァ-ヶー].){_T}{{1,6}})[ ・]{{1,3}}({_T}{{1,8}})(?![ァ-ヶー])")
_HIRA_PAIR: Final = re.compile(rf"([ぁ-ん](?<![ぁ-ん].){_H}{{1,5}}) {{1,2}}({_H}{{2,6}})(?![ぁ-ん])")
_ROMAJI: Final = re.compile(
    rf"([A-Z](?<![A-Za-z0-9@._/\-].)[A-Za-z'\-]{{1,14}})(?:, ?| |/)([A-Z][A-Za-z'\-]{{1,14}})(?![A-Za-z0-9@_])"
)
_CAPITALS: Final = re.compile(
    r"([A-Z](?<![^ (「/|,:>。、は\n].)[A-Z'\-]{1,14}(?:,? [A-Z][A-Z'\-]{0,14}){1,4})(?=$|[)」/|,\n]| {2}|[ ]?(?:[^\x00-\x7f(]|\()| [0-9]{2,4}[./])",
    re.MULTILINE,
)
_COPULA: Final = re.compile(
    r"です[。、\nがけっ]|です$|でございます|と申し|と名乗|といい|って[課係いっ言]|より(?:入電|連絡|説明|電話|報告|聞|申|照会|指摘|回答)|"
    r"から(?:電話|連絡|入電|聞|説明|申出|依頼|照会)|に(?:確認済|電話済|連絡済)|が(?:訪問|架電|対応|受電|説明|担当|来店)|まで(?:連絡|電話|ご連絡|お願い)|談",
    re.MULTILINE,
)
_COPULA_NAME: Final = re.compile(rf"({K}{{0,4}}|(?<![ァ-ヶー]){_T}{{2,6}}|(?<![ぁ-ん]){_H}{{3,6}})\Z")
_SPEAKER: Final = re.compile(
    rf"^[>＞ \[(【]*(?:[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\]】) ]*)?({K}{{0,5}}(?: {K}{{0,2}})?|{_T}{{2,8}})(?=\s?[:「>＞][^/]| [0-9]{{1,2}}:[0-9]{{2}}\s*$|→)",
    re.MULTILINE,
)
_UNIT_BEFORE: Final = re.compile(
    rf"(?:部|課|係|室|支店|本店|センター|チーム|グループ|営業部|局|銀行|信金|信用金庫|出張所|G|プラザ|デスク)[ の]{{1,6}}({K}{{0,3}})(?=[\s、。)]|です|$)",
    re.MULTILINE,
)
_DISPLAY: Final = re.compile(
    r"(?:^|[:,;>(] ?|\s)\"?([^\s\"<>:;@\n][^\"<>:;@\n]{1,30}?)\"? ?<(?=[^<>\s@]{1,64}@)", re.MULTILINE
)
_SALUTE: Final = re.compile(
    rf"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? |Dear (?:Mr\.? |Ms\.? |Mrs\.? )?)({_LATIN})|({_LATIN})(?=[-‐ ]?(?:san|sama)\b)"
)
_SALUTE_HINT: Final = re.compile(r"[Ss]an\b|[Ss]ama\b|Dear |\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)\b")
_PAREN: Final = re.compile(
    rf"\s?[(/（] ?({K}{{0,3}} ?(?:{K}{{0,3}}|{_H}{{1,5}})?|{_H}{{2,6}} {{0,2}}{_H}{{1,6}}|{_T}{{1,10}}(?:[ ・]{{1,2}}{_T}{{1,10}}){{0,3}}|{_LATIN})[様氏]? ?(?=[)）\n、]|$)"
)
_PLACE_AFTER: Final = re.compile(
    "市|町|村|区|県|府|都|郡|駅|線|支店|本店|店|出張所|営業所|支社|本社|株式|工業|商店|商事|建設|製作|製菓|銀行|信|組|会社|電|産業|不動産|運輸|水産|精|鋳造|紙器|人形|"
    "記念|ホール|ビル|病院|医院|大学|高校|小学|中学|法律|事務所|式|係数|海岸|公園|川|山(?!様|さ)|島(?!様|さ)|通|大橋|神社|寺|城|温泉|空港|港|湾|学園|幼稚|保育|会議|社|丁|大字|字|番|様式|焼|流"
)
_GIVEN_LIST: Final = re.compile(
    rf"(?:[、,・／/\s]|\([^()\n]{{1,12}}\)|(?:様|さん|氏|部長|課長|係長|次長|支店長|代理|主任|専務|常務|社長|PM)){{1,4}}({K}{{0,4}}(?: {K}{{0,2}})?|{_T}{{2,8}})"
)
_KATAKANA: Final = frozenset(map(chr, range(0x30A1, 0x30FB)))
_ORGANISATION: Final = re.compile(
    r"株式会社|有限会社|合同会社|\(株\)|\(有\)|㈱|㈲|銀行|信用金庫|信金|信組|組合|財団|社団|法人|センター|事務所|商店|工業|支店|本店|本部|部\Z|課\Z|係\Z|室\Z|局\Z|協会|委員会|大学|病院|"
    r"Bank|Inc|Corp|Ltd|LLC|Co\.|K\.K\.|Team|Center|Centre|Support|Service|System|Server|Group|Office|Dept|Department|Desk|Branch|Branches"
)
_MAX_REMEMBERED: Final = 64
_LATIN_STOP: Final = frozenset(
    "the a an and or of to from for in on at by with this that re fw fwd dear hi hello best kind regards thanks thank please no not new all any your our my we you he she it is are "
    "bank branch tokyo osaka kyoto japan inc corp ltd co llc team desk office name date subject sent received cc bcc monday tuesday wednesday thursday friday saturday sunday "
    "january february march april may june july august september october november december error warn info debug api url http https version windows linux android ios google "
    "microsoft amazon internet account number card customer service system server user admin root test dummy sample unknown none null true false visa mastercard amex jcb operations "
    "masked name value null string test sample example key release news private public begin end certificate openssh rsa aws sap id db api international finance department group center centre support street avenue road building tower".split()
)


class NameDetector:
    """Finds names of persons."""

    def __init__(self, spec: Spec, lexicon: Lexicon) -> None:
        """Compile the honorifics, titles and stop words of `spec`; names come from `lexicon`."""
        self._spec = spec
        words = spec.words
        self._book = NameBook(lexicon, words["stop"], (*words["title_before"], *words["title_after"], *words["kin"]))
        self._honorific = frozenset(words["honorific"])
        after = sorted({*words["honorific"], *words["title_after"]}, key=len, reverse=True)
        self._anchor = re.compile("|".join(map(re.escape, after)))
        before = "|".join(map(re.escape, sorted({*words["title_before"], *words["kin"]}, key=len, reverse=True)))
        self._before = re.compile(
            rf"(?:{before})[ :・]{{0,2}}({K}{{0,4}}(?: {K}{{0,2}})?|{_T}{{2,8}})(?=[\s、。)(」様さ氏殿の:]|$|と[^は]|が|は|より|から)",
            re.MULTILINE,
        )
        self._labels = frozenset(spec.labels)

    def find(self, context: Context) -> list[Finding]:
        """Return findings on the folded text, ordered by start; they may overlap other labels, not each other."""
        text = context.text
        found: dict[int, Finding] = {}
        for finding in self._propose(context):
            held = found.get(finding.start)
            if held is None or (finding.end - finding.start, finding.score) > (held.end - held.start, held.score):
                found[finding.start] = finding
        kept = _drop_overlaps(found.values())
        kept = _drop_overlaps([*kept, *self._read_brackets(text, kept)])
        return _drop_overlaps([*kept, *self._remember(text, kept)])

    def _propose(self, context: Context) -> Iterator[Finding]:
        text = context.text
        yield from self._by_anchor(text)
        for slot in context.slots(self._spec.label):
            yield from self._by_slot(text, slot)
        yield from self._by_dictionary(text)
        yield from self._by_neighbour(text)
        if "@" in text:
            yield from self._by_display_name(text)
        yield from self._by_romaji(text)

    def _make(self, start: int, end: int, score: float, *why: str) -> Finding:
        return Finding(start, end, self._spec.label, score, (f"rule:{self._spec.id}", *why))

    # -- 様, さん, 部長 ------------------------------------------------------------------------------------------------

    def _by_anchor(self, text: str) -> Iterator[Finding]:
        for match in self._anchor.finditer(text):
            word = match.group()
            end = match.start()
            if end == 0 or text[end - 1] in "。、\n:)」" or _NO_ANCHOR.match(text, end):
                continue
            if word == "本部長" and self._book.is_surname(text[end - 1 : end + 1]):
                # 山本 + 部長, not 山 + 本部長
                word, end = "部長", end + 1
            honorific = word in self._honorific
            span = self._read_back(text, end, word, honorific=honorific)
            if span:
                strong = word in ("様", "さん", "氏", "殿", "さま", "サン", "くん", "ちゃん")
                kind = "honorific" if honorific else "title"
                yield self._make(*span, 0.9 if strong else 0.82, f"{kind}:{word}")

    def _read_back(self, text: str, end: int, word: str, *, honorific: bool) -> tuple[int, int] | None:
        floor = max(text.rfind("\n", 0, end) + 1, end - 26)
        book = self._book
        strong = word in ("様", "さん", "氏", "殿", "さま", "サン", "くん", "ちゃん", "君", "先生")
        for index, tail in enumerate(_TAILS):
            match = tail.search(text, floor, end)
            if match is None:
                continue
            start, stop = match.start(1), match.end(match.lastindex or 1)
            first = match.group(1)
            if index in (0, 1):
                second = match.group(2)
                first_start = start
                if index == 0:
                    cut = book.cut_prefix(first)
                    first_start += cut
                    first = first[cut:]
                if first and (
                    book.is_full(first, second, strong=strong)
                    if index == 0
                    else strong and book.is_kana_name(first, loose=True)
                ):
                    return first_start, stop
            elif index == 2:
                second = match.group(2)
                cut = book.cut_prefix(first)
                rest = first[cut:]
                if rest and book.is_surname(rest) and book.is_given(second) and rest not in book.stop:
                    return start + cut, stop
            elif index == 3:
                cut = book.cut_name(first, strong=strong, honorific=honorific)
                if cut is not None:
                    return start + cut, stop
                if honorific and not strong:
                    return None
            elif index == 4:
                cut = book.cut_hiragana(text[start - 1 : start], first) if strong else None
                if cut is not None:
                    return start + cut, stop
            elif index == 5:
                if strong and book.is_kana_name(first, loose=True):
                    return start, stop
            elif strong and first.split()[-1].lower().strip(".,") not in _LATIN_STOP and len(first) > 1:
                return start, stop
        return None

    # -- 氏名：, 担当, columns, keys -----------------------------------------------------------------------------------

    def _by_slot(self, text: str, slot: Slot) -> Iterator[Finding]:
        kind, _, word = slot.why.partition(":")
        column = kind in ("column", "key")
        named = column or word.endswith(
            (
                "名",
                "ナ",
                "がな",
                "姓",
                "義",
                "name",
                "人",
                "者",
                "ナマエ",
                "まえ",
                "子",
                "男",
                "女",
                "妻",
                "夫",
                "父",
                "母",
                "故",
                "亡",
            )
        )
        start = slot.start
        position = start
        separated = start > 0 and text[start - 1] in " :=>\"'「(・|│\n/→[【,\t;"
        named = named or any(mark in text[start - 3 : start] for mark in ":=\t")
        for _ in range(12):
            strong = named and separated and word.lower() != "name"
            span = self._read_head(text, position, slot.end, strong=strong, column=column and word.lower() != "name")
            if span is None:
                return
            yield self._make(*span, 0.95 if column or named else 0.85, slot.why)
            following = _GIVEN_LIST.match(text, span[1], slot.end)
            if column or following is None:
                return
            position = following.start(1)

    def _read_head(self, text: str, start: int, limit: int, *, strong: bool, column: bool) -> tuple[int, int] | None:
        book = self._book
        aside = _ASIDE.match(text, start, limit)
        if aside:
            start = aside.end()
        while start < limit and text[start] in " \"'「(":
            start += 1
        value = text[start:limit]
        if column and _ORGANISATION.search(value) or _ORGANISATION.match(value):
            return None
        if text[start : start + 1] in "故亡" and text[start + 1 : start + 2].strip():
            start += 1
        if (
            column
            and _CELL.fullmatch(value.strip())
            and book.is_plausible(value.strip())
            and not self._anchor.search(value)
        ):
            return start, start + len(value.rstrip())
        mixed = _MIXED.match(text, start, limit)
        if (
            mixed
            and (strong or book.is_surname(mixed.group(1) or mixed.group(2)))
            and not _LATIN_STOP.intersection(mixed.group().lower().split())
        ):
            return mixed.span()
        spaced = _SPACED.match(text, start, limit)
        if spaced and strong:
            return spaced.span()
        for index, head in enumerate(_HEADS):
            match = head.match(text, start, limit)
            if match is None:
                continue
            first = match.group(1)
            end = match.end()
            if index == 0:
                cut = book.cut_prefix(first)
                if first[cut:]:
                    second = match.group(2)
                    trimmed = second.rstrip("様氏殿") or second
                    if book.is_full(first[cut:], trimmed, strong=strong):
                        return start + cut, end - len(second) + len(trimmed)
            elif index in (1, 2):
                if strong or book.is_kana_pair(first, match.group(2)):
                    return start, end
            elif index == 3:
                words = first.replace(",", " ").split()
                if (strong and (len(words) > 1 or column) or book.is_romaji(words)) and not _LATIN_STOP.intersection(
                    w.lower() for w in words
                ):
                    return start, start + len(first.rstrip(".'-, ")) if not re.search(r" [A-Z]\.\Z", first) else end
            elif index == 4:
                return self._read_kanji_head(text, start, end, first, strong=strong)
            elif (strong or index == 5 and book.is_kana_name(first, loose=False)) and book.is_kana_name(
                first, loose=True
            ):
                return start, end
        return None

    def _read_kanji_head(self, text: str, start: int, end: int, first: str, *, strong: bool) -> tuple[int, int] | None:
        book = self._book
        match = _RUN.match(text, start, end) or re.compile("[一-龯々]").match(text, start, end)
        if match is None:
            return None
        run = match.group()
        # the kana after the kanji belong to the name only when they make a given name
        for length in range(len(first), len(run), -1):
            whole = first[:length]
            split = next(
                (
                    i
                    for i in range(2, min(4, len(run) + 1))
                    if book.is_surname(whole[:i]) and book.is_given(whole[i:], sure=True)
                ),
                0,
            )
            if split:
                return start, start + length
        cut = book.cut_prefix(run)
        rest = run[cut:]
        anchor = self._anchor.search(rest)
        if anchor and anchor.start() > 0 and anchor.group() not in ("方", "家", "宅", "記", "子", "代理"):
            rest = rest[: anchor.start()]
        if text[start + cut + len(rest) : start + cut + len(rest) + 1] in _KATAKANA and not strong:
            return None
        if not rest or rest in book.stop or _PLACE_AFTER.match(text, start + cut + len(rest)) and not strong:
            return None
        if book.is_surname(rest) or book.split(rest) or (strong and 2 <= len(rest) <= 5 and book.is_plausible(rest)):
            return start + cut, start + cut + len(rest)
        return None

    # -- the dictionary alone ------------------------------------------------------------------------------------------

    def _by_dictionary(self, text: str) -> Iterator[Finding]:
        book = self._book
        for match in _WITH_SPACE.finditer(text) if " " in text else ():
            first, second = match.groups()
            cut = book.cut_prefix(first)
            if (
                first[cut:]
                and book.is_full(first[cut:], second, strong=False)
                and not _PLACE_AFTER.match(text, match.end(2))
            ):
                end = match.end(2) - (len(second) - len(second.rstrip("様氏殿")))
                yield self._make(match.start() + cut, end, 0.8, "dictionary:name")
        for match in _WITH_SPACE_GLUED.finditer(text) if " " in text else ():
            first, second = match.groups()
            cut = book.cut_prefix(first)
            if first[cut:] and book.is_full(first[cut:], second.rstrip("様氏殿"), strong=False):
                yield self._make(
                    match.start() + cut,
                    match.end() - (len(second) - len(second.rstrip("様氏殿"))),
                    0.78,
                    "dictionary:name",
                )
        for match in _RUN.finditer(text):
            run = match.group()
            if 3 <= len(run) <= 7:  # shorter is ambiguous, longer is a sentence
                cut = book.cut_prefix(run)
                rest = run[cut:]
                if len(rest) >= 3 and book.split(rest) and not _PLACE_AFTER.match(text, match.end()):
                    yield self._make(match.start() + cut, match.end(), 0.72, "dictionary:name")
        for match in _KANA_PAIR.finditer(text):
            if book.is_kana_pair(*match.groups()):
                yield self._make(*match.span(), 0.8, "dictionary:reading")
        for match in _HIRA_PAIR.finditer(text):
            if book.is_kana_pair(*match.groups()):
                yield self._make(*match.span(), 0.75, "dictionary:reading")

    # -- neighbours ----------------------------------------------------------------------------------------------------

    def _by_neighbour(self, text: str) -> Iterator[Finding]:
        book = self._book
        for copula in _COPULA.finditer(text):
            match = _COPULA_NAME.search(text, max(0, copula.start() - 6), copula.start())
            if match is None:
                continue
            run = match.group(1)
            sure = copula.group() in ("と申し", "でございます", "と名乗")
            if "一" <= run[0] <= "龯":
                cut = book.cut_name(run, strong=sure and len(run) > 1, honorific=True)
            else:
                cut = (
                    0
                    if book.is_kana_surname(run) or (copula.group() == "と申し" and book.is_kana_name(run, loose=True))
                    else None
                )
            if cut is not None:
                yield self._make(match.start(1) + cut, match.end(1), 0.75, "neighbour:です")
        speakers = Counter(match.group(1) for match in _SPEAKER.finditer(text))
        for match in _SPEAKER.finditer(text):
            run = match.group(1)
            first, _, second = run.partition(" ")
            known = (
                book.is_surname(first)
                and (not second or book.is_given(second))
                or book.split(first)
                or book.is_kana_surname(first)
            )
            talks = (
                speakers[run] > 1
                and "一" <= first[0]
                and 2 <= len(first) <= 4
                and book.is_plausible(first)
                and first not in self._labels
            )
            if (known or talks) and first not in book.stop:
                yield self._make(match.start(1), match.end(1), 0.75, "neighbour:speaker")
        for match in _UNIT_BEFORE.finditer(text):
            run = match.group(1)
            if run not in book.stop and (
                book.is_surname(run) or (len(run) > 1 and book.is_surname_like(run) and book.is_plausible(run))
            ):
                yield self._make(match.start(1), match.end(1), 0.7, "neighbour:unit")
        for match in self._before.finditer(text):
            run = match.group(1)
            if "ァ" <= run[0] <= "ー":
                if book.is_kana_surname(run):
                    yield self._make(match.start(1), match.end(1), 0.75, "title:before")
                continue
            first, _, second = run.partition(" ")
            known = (book.is_surname(first) and (not second or book.is_given(second))) or (
                not second and (book.split(first) or book.is_given(first, sure=True))
            )
            if known and first not in book.stop and not _PLACE_AFTER.match(text, match.end(1)):
                yield self._make(match.start(1), match.end(1), 0.78, "title:before")

    def _by_display_name(self, text: str) -> Iterator[Finding]:
        for match in _DISPLAY.finditer(text) if "<" in text else ():
            name = match.group(1).strip()
            if _ORGANISATION.search(name) or not name:
                continue
            span = self._read_head(text, match.start(1), match.end(1), strong=True, column=False)
            if span and span[1] - span[0] >= len(name) * 0.6:
                yield self._make(*span, 0.9, "neighbour:mail")

    def _by_romaji(self, text: str) -> Iterator[Finding]:
        book = self._book
        for match in _CAPITALS.finditer(text):
            words = match.group(1).replace(",", " ").split()
            line = text[text.rfind("\n", 0, match.start()) + 1 : match.end() + 12]
            if (
                self._may_list_names(line, text)
                and sum(map(len, words)) >= 6
                and not _LATIN_STOP.intersection(word.lower() for word in words)
            ):
                yield self._make(*match.span(1), 0.66, "shape:capitals")
        for match in _ROMAJI.finditer(text):
            if book.is_romaji(match.groups()):
                yield self._make(*match.span(), 0.75, "dictionary:romaji")
        for match in _SALUTE.finditer(text) if _SALUTE_HINT.search(text) else ():
            group = match.lastindex or 0
            words = match.group(group).lower().replace(",", "").split()
            if not _LATIN_STOP.intersection(words) and len(words[0]) > 1:
                end = match.end(group) - len(re.search(r"(?:['’]s|[-'’.])?\Z", match.group(group))[0])  # type: ignore[index]
                yield self._make(match.start(group), end, 0.85, "honorific:latin")

    @staticmethod
    def _may_list_names(line: str, text: str) -> bool:
        # capitals in a line of Japanese, or in a list without a small letter inside a Japanese text; never in code
        return not line.isascii() or not (
            text.isascii() or any(c in line for c in "=;{}<>") or any(c.islower() for c in line)
        )

    def _read_brackets(self, text: str, kept: Iterable[Finding]) -> list[Finding]:
        book = self._book
        more: list[Finding] = []
        for finding in kept:
            match = _PAREN.match(text, finding.end) or _PAREN.match(
                text, finding.end + 1 if text[finding.end : finding.end + 1] in "様氏" else finding.end
            )
            if match is None:
                continue
            value = match.group(1).strip()
            if not value or value in book.stop or _ORGANISATION.search(value):
                continue
            kanji = "一" <= value[0] <= "龯"
            first, _, second = value.partition(" ")
            if kanji and not (book.split(first) or (book.is_surname(first) and (not second or book.is_given(second)))):
                continue
            if not kanji and value[0] > "z" and not book.is_kana_name(value, loose=True):
                continue
            if value.isascii() and (_LATIN_STOP.intersection(value.lower().split()) or len(value.split()) < 2):
                continue
            more.append(self._make(match.start(1), match.start(1) + len(value), 0.8, "neighbour:bracket"))
        return more

    # -- document memory -----------------------------------------------------------------------------------------------

    def _remember(self, text: str, kept: Iterable[Finding]) -> list[Finding]:
        book = self._book
        names: set[str] = set()
        for finding in kept:
            value = text[finding.start : finding.end]
            if finding.score < 0.75:  # what is barely a name confirms nothing
                continue
            surname, given = book.halves(value)
            names.update(part for part in (surname, given) if len(part) >= 2 and part not in book.stop)
        kanji = {name for name in names if "一" <= name[0] <= "龯" and "一" <= name[-1] <= "龯"}
        more: list[Finding] = []
        if kanji:
            sizes = sorted({len(name) for name in kanji}, reverse=True)
            for run in _RUN.finditer(text):
                start = run.start()
                size = next((size for size in sizes if text[start : start + size] in kanji), 0)
                if size and self._stands_alone(
                    text,
                    text[start : start + size],
                    text[start - 1 : start],
                    text[start + size : start + size + 1],
                    start + size,
                ):
                    more.append(self._make(start, start + size, 0.7, "memory:document"))
        for name in sorted(names - kanji)[:_MAX_REMEMBERED]:
            position = text.find(name)
            while position >= 0:
                end = position + len(name)
                if self._stands_alone(text, name, text[position - 1 : position], text[end : end + 1], end):
                    more.append(self._make(position, end, 0.7, "memory:document"))
                position = text.find(name, end)
        return more

    def _stands_alone(self, text: str, name: str, before: str, after: str, end: int) -> bool:
        if "一" <= name[-1] <= "龯" or "一" <= name[0] <= "龯":
            if before and ("一" <= before <= "龯" or before == "々"):
                return False
            if after and ("一" <= after <= "龯" or after == "々"):
                return bool(self._anchor.match(text, end)) and not _PLACE_AFTER.match(text, end)
            return not (after and "ァ" <= after <= "ヶ")
        same = "ァ-ヶー" if "ァ" <= name[0] <= "ー" else "ぁ-ん" if "ぁ" <= name[0] <= "ん" else "A-Za-z0-9@._"
        if same == "ぁ-ん":
            return bool(re.match("様|さん|さま|ちゃん|くん", text[end : end + 3])) and not re.match("[ぁ-ん]", before)
        return not re.match(f"[{same}]", before or " ") and not re.match(f"[{same}-]", after or " ")


def _drop_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    held = sorted(findings, key=lambda f: (f.start - f.end, -f.score))
    taken = bytearray(max((f.end for f in held), default=0))
    for finding in held:
        if taken.find(1, finding.start, finding.end) < 0:
            kept.append(finding)
            taken[finding.start : finding.end] = b"\1" * (finding.end - finding.start)
    kept.sort(key=lambda f: f.start)
    return kept
