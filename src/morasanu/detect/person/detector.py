"""Finds names of persons: everything that announces a name proposes, the longest proposal stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import search_pattern
from morasanu.detect.person.beside import extend, read_common, read_listed
from morasanu.detect.person.book import NameBook
from morasanu.detect.person.column import read_columns
from morasanu.detect.person.latin import read_latin
from morasanu.detect.person.letters import HIRAGANA, KATAKANA, ORGANISATION, PLACE_AFTER, RUN, K
from morasanu.detect.person.memory import read_brackets, remember
from morasanu.detect.person.neighbour import NeighbourReader
from morasanu.detect.person.proposal import Proposal, drop_overlaps
from morasanu.detect.person.reader import STRONG, Evidence, NameReader
from morasanu.detect.person.sentence import SentenceReader
from morasanu.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.detect.context import Context, Slot
    from morasanu.detect.lexicon import Lexicon
    from morasanu.detect.spec import Spec

_NO_ANCHOR: Final = re.compile(
    "様[式子々相態]|氏[名族]|方[法針向面式々角]|サン[ァ-ヶー]|家[族屋賃庭計本主財具]|宅[配地建]|君主|殿[下町]|宛[先名]|名義人|代理[人店]|担当[者課部]|先生方|委員[会長]|理事[会国]|教授会|役員会|社員[食寮証]|職員[室寮証]|選手権|監督[官署庁指]|議員(?:立法|連盟)|記者会|顧問料|講師料|医師会|弁護士[会法]|税理士会|部長会|店長会|会長会"
)
# what may follow a run of kanji as the given name, free or before a particle or honorific
_GIVEN_FREE: Final = re.compile(
    rf" {{1,2}}({K}{{0,2}}|{HIRAGANA}{{2,5}}[子江美代枝恵香]?|{KATAKANA}{{2,6}}[子江美代枝恵香]?)"
    r"(?:[様氏殿]|さん)?(?![一-龯々ぁ-んァ-ヶー0-9]|(?<=[ァ-ヶ])[一-龯])"
)
_GIVEN_GLUED: Final = re.compile(
    rf" {{1,2}}({K}{{0,2}}|{HIRAGANA}{{2,3}}[子江美代枝恵香]?|{KATAKANA}{{2,5}})(?=[はがをのにとへもよか](?![ぁ-ん])|様|さん|氏|殿|です)"
)
_BEFORE_GIVEN: Final = re.compile(" {1,2}[一-龯々ぁ-んァ-ヶー]")
_SPREAD: Final = re.compile("[一-龯] [一-龯] [一-龯](?![一-龯])")  # 資 金 使 途
_ABOUT: Final = ("案件", "面談", "兼務", "承認済", "確認済", "辞退", "本人", "両名")
_PARTICLE: Final = re.compile("[がはにもをのとへよか、。)]|$")
_LONGEST_SURNAME: Final = 6
# what stands between the two: without it in a text neither pattern has anything to find
_KANA_APART: Final = re.compile("[ ・](?<=[ぁ-んァ-ヶー].)[ ・]{0,2}[ぁ-んァ-ヶー]")
_KANA_PAIR: Final = re.compile(
    rf"([ァ-ヶー](?<![ァ-ヶー].){KATAKANA}{{1,6}})[ ・]{{1,3}}({KATAKANA}{{1,8}})(?![ァ-ヶー])"
)
_HIRA_PAIR: Final = re.compile(rf"([ぁ-ん](?<![ぁ-ん].){HIRAGANA}{{1,5}}) {{1,2}}({HIRAGANA}{{2,6}})(?![ぁ-ん])")
_DISPLAY: Final = re.compile(
    r"(?:^|[:,;>(] ?|\s)\"?([^\s,\"<>:;@\n][^\"<>:;@\n]{1,30}?)\"? ?<(?=[^<>\s@]{1,64}@)", re.MULTILINE
)
_GIVEN_LIST: Final = re.compile(
    rf"(?:[、,・／/\s]|\([^()\n]{{1,12}}\)|(?:様|さん|氏|部長|課長|係長|次長|支店長|代理|主任|専務|常務|社長|PM|[A-Z]{{2,4}}(?=[、,・]))){{1,4}}({K}{{0,4}}(?: {K}{{0,2}})?|{KATAKANA}{{2,8}})"
)
# endings of labels that say "a person's name follows", not only "a person"
_NAMING: Final = (
    "名", "名前", "ナ", "ニン", "がな", "姓", "義", "name", "人", "者", "ナマエ", "まえ", "子", "男", "女", "妻", "夫", "父", "母", "故", "亡",
)  # fmt: skip
_AFTER_HONORIFIC: Final = frozenset(("宛", "方", "宅", "家", "名義"))
_HONORIFICS: Final = tuple(sorted(STRONG))
_UNIT_HEADS: Final = frozenset(
    ("支店長", "店長", "所長", "室長", "センター長", "院長", "校長", "園長", "館長", "局長", "駅長", "工場長")
)
_LAST_RUN: Final = re.compile("[一-龯々]+$")
_NAME_AFTER: Final = re.compile(rf"[ ]{{0,2}}({K}{{0,5}})(?![一-龯々])")
# keys under which a team or a firm stands as often as a person
_ROLES: Final = frozenset(("author", "maintainer", "owner", "assignee", "reporter", "manager", "operator", "reviewer"))
_MAX_LISTED: Final = 12


class NameDetector:
    """Finds names of persons. Immutable."""

    def __init__(self, spec: Spec, lexicon: Lexicon) -> None:
        """Compile the honorifics, titles and stop words of `spec`; names come from `lexicon`."""
        words = spec.words
        self._spec = spec
        self._book = NameBook(
            lexicon,
            (*words["stop"], *words["historical"], *spec.labels),
            (*words["title_before"], *words["title_after"], *words["kin"]),
        )
        self._honorific = frozenset(words["honorific"])
        self._anchor = re.compile(search_pattern({*words["honorific"], *words["title_after"]}))
        self._reader = NameReader(self._book, self._anchor)
        self._neighbour = NeighbourReader(
            self._book, {*words["title_before"], *words["kin"]}, labels=frozenset(spec.labels)
        )

        book, anchor = self._book, self._anchor
        self._steps: tuple[Callable[[str, list[tuple[int, str]], list[Proposal]], Iterator[Proposal]], ...] = (
            lambda text, _, kept: extend(text, kept, book),
            lambda text, _, kept: read_brackets(text, kept, book),
            lambda text, _, kept: read_columns(text, kept, book),
            lambda text, _, kept: read_listed(text, kept, book),
            lambda text, runs, kept: remember(text, runs, kept, book, anchor),
            lambda text, runs, kept: read_common(text, runs, kept, book),
        )
        self._sentence = SentenceReader(self._book, words["kin"])

    def find(self, context: Context) -> list[Finding]:
        """Return findings on the folded text, ordered by start; they may overlap other labels, not each other."""
        text = context.text
        runs = [(match.start(), match.group()) for match in RUN.finditer(text)]
        kept = drop_overlaps(self._propose(context, runs))
        for step in self._steps:
            added = list(step(text, runs, kept))
            if added:
                kept = drop_overlaps([*kept, *added])
        rule, label = f"rule:{self._spec.id}", self._spec.label
        return [Finding(start, end, label, score, (rule, why)) for start, end, score, why in kept]

    def _propose(self, context: Context, runs: list[tuple[int, str]]) -> Iterator[Proposal]:
        text = context.text
        yield from self._by_anchor(text)
        for slot in context.slots(self._spec.label):
            yield from self._by_slot(text, slot)
        yield from self._by_dictionary(text, runs)
        yield from self._by_reading(text)
        yield from self._neighbour.read(text)
        yield from self._sentence.read(text)
        if "@" in text and "<" in text:
            yield from self._by_display_name(text)
        yield from read_latin(text, self._book)

    # -- 様, さん, 部長 ------------------------------------------------------------------------------------------------

    def _by_anchor(self, text: str) -> Iterator[Proposal]:
        for match in self._anchor.finditer(text):
            word = match.group()
            end = match.start()
            if (
                end == 0
                or text[end - 1] in "。、\n:)」"
                or (word == "様" and text[end - 1] in "仕態模異多同")
                or _NO_ANCHOR.match(text, end)
            ):
                continue
            if word == "本部長" and self._book.is_surname(text[end - 1 : end + 1]):
                # 山本 + 部長, not 山 + 本部長
                word, end = "部長", end + 1
            if word in _AFTER_HONORIFIC and text.endswith(_HONORIFICS, 0, end):
                continue  # 安藤さん宛: さん has been read
            if word in _UNIT_HEADS and (self._is_before_name(text, match.end()) or self._is_of_place(text, end)):
                continue  # 浜町支店長 八木橋: the head is named after, the unit before
            honorific = word in self._honorific
            span = self._reader.read_back(text, end, word, honorific=honorific)
            if span:
                kind = "honorific" if honorific else "title"
                yield Proposal(*span, 0.9 if word in STRONG else 0.82, f"{kind}:{word}")

    def _is_of_place(self, text: str, end: int) -> bool:
        place = _LAST_RUN.search(text, max(0, end - _LONGEST_SURNAME), end)
        return place is not None and self._book.is_city(place.group())

    def _is_before_name(self, text: str, end: int) -> bool:
        name = _NAME_AFTER.match(text, end)
        return name is not None and (self._book.is_surname(name.group(1)) or bool(self._book.split(name.group(1))))

    # -- 氏名：, 担当, columns, keys -----------------------------------------------------------------------------------

    def _by_slot(self, text: str, slot: Slot) -> Iterator[Proposal]:
        kind, _, word = slot.why.partition(":")
        column = kind in ("column", "key")
        start = slot.start
        named = column or word.endswith(_NAMING) or any(mark in text[start - 3 : start] for mark in ":=\t")
        separated = start > 0 and text[start - 1] in " :=>\"'「(・|│\n/→[【,\t;"
        exact = word.lower() != "name"  # a bare "name" is more often a thing's than a person's
        evidence = Evidence(strong=named and separated and exact, column=column and exact and word not in _ROLES)
        for _ in range(_MAX_LISTED):
            span = self._reader.read_head(text, start, slot.end, evidence)
            if span is None:
                return
            yield Proposal(*span, 0.95 if named else 0.85, slot.why)
            following = _GIVEN_LIST.match(text, span[1], slot.end)
            if column or following is None:
                return
            start = following.start(1)

    def _by_display_name(self, text: str) -> Iterator[Proposal]:
        for match in _DISPLAY.finditer(text):
            name = match.group(1).strip()
            if name and not ORGANISATION.search(name):
                span = self._reader.read_head(text, match.start(1), match.end(1), Evidence(strong=True))
                if span and span[1] - span[0] >= len(name) * 0.6:
                    yield Proposal(*span, 0.9, "neighbour:mail")

    # -- the dictionary alone ------------------------------------------------------------------------------------------

    def _by_dictionary(self, text: str, runs: list[tuple[int, str]]) -> Iterator[Proposal]:
        book = self._book
        for start, run in runs:
            length = len(run)
            end = start + length
            if length <= _LONGEST_SURNAME and text.startswith(" ", end):
                yield from self._by_space(text, start, run)
            if length >= 3:  # shorter is ambiguous
                if run.endswith(_ABOUT):
                    yield from self._by_affair(start, run)
                size = book.measure_tail(run)
                if size and not PLACE_AFTER.match(text, end):
                    yield Proposal(end - size, end, 0.72, "dictionary:name")
                elif (size := book.measure_surname(run)) and _PARTICLE.match(text, end):
                    yield Proposal(end - size, end, 0.66, "neighbour:unit")

    def _by_affair(self, start: int, run: str) -> Iterator[Proposal]:
        name = run[: -next(len(word) for word in _ABOUT if run.endswith(word))]
        if len(name) > 1 and self._book.is_surname(name) and not self._book.is_noun(name):
            yield Proposal(start, start + len(name), 0.66, "neighbour:about")

    def _by_reading(self, text: str) -> Iterator[Proposal]:
        book = self._book
        if not _KANA_APART.search(text):
            return
        for match in _KANA_PAIR.finditer(text):
            if book.is_kana_pair(*match.groups()):
                yield Proposal(*match.span(), 0.8, "dictionary:reading")
        for match in _HIRA_PAIR.finditer(text):
            if book.is_kana_pair(*match.groups()):
                yield Proposal(*match.span(), 0.75, "dictionary:reading")

    def _by_space(self, text: str, start: int, run: str) -> Iterator[Proposal]:
        book = self._book
        before = text[start - 1 : start]
        if ("ァ" <= before <= "ー" and before != "・") or not _BEFORE_GIVEN.match(text, start + len(run)):
            return
        cut = book.cut_prefix(run)
        if not run[cut:] or (len(run) == 1 and _SPREAD.match(text, max(0, start - 2))):
            return
        for pattern, score, free in ((_GIVEN_FREE, 0.8, True), (_GIVEN_GLUED, 0.78, False)):
            match = pattern.match(text, start + len(run))
            if match:
                given = match.group(1)
                trimmed = given.rstrip("様氏殿")
                known = book.is_full(run[cut:], given if free else trimmed, strong=False)
                if known and not (free and PLACE_AFTER.match(text, match.end(1))):
                    yield Proposal(start + cut, match.start(1) + len(trimmed), score, "dictionary:name")
