"""Dates of birth: a date is one only by its label, by 生 after it, or right beside a person."""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import chain
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import NONE_DATE
from morasanu.finding import Finding
from morasanu.text.era import ERAS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from morasanu.detect.context import Context
    from morasanu.detect.spec import Spec

_KANJI = "〇一二三四五六七八九十元正"
_N = rf"(?:\d{{1,2}}|[{_KANJI}]{{1,4}})"
_MONTH = "(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|SEPT|OCT|NOV|DEC)[a-z]*"
_NAMES = "|".join(era.name for era in ERAS)
_HEADS = "".join(era.name[0] for era in ERAS)
_TAILS = "|".join(dict.fromkeys(era.name[1] for era in ERAS))
_LETTERS = "".join(era.letter for era in ERAS)
_LETTER = f"[{_LETTERS}{_LETTERS.lower()}]"
_ERA = rf"(?:[{_HEADS}](?:{_TAILS})|[{_HEADS}](?=\d)|{_LETTER}(?<![A-Za-z0-9].)(?=[ .]?\d))"
_DAY = rf"\s?[.\-/・年](?:\([{_HEADS}][^()\n]{{1,6}}\))?\s?\d{{1,2}}\s?[.\-/・月]\s?\d{{1,2}}(?!\d)"
# each begins with a set of characters, which lets the search skip the rest of a text
_PATTERNS = (
    rf"[{_HEADS}](?:{_TAILS})?\s?(?:{_N}\s?年\s?{_N}\s?月\s?{_N}\s?日|\d{{1,2}}{_DAY}日?)",
    rf"{_LETTER}(?<![A-Za-z0-9].)[ .]?\d{{1,2}}{_DAY}日?",
    rf"[12](?<!\d.)[90]\d\d(?:{_DAY}日?|\d{{4}}(?=\s?生))",
    rf"\d(?<!\d.)\d?[ \-](?i:{_MONTH})\.?,?[ \-](?:19|20)\d\d(?!\d)",
    r"[A-Z](?<![A-Za-z].)(?:(?<=J)an|(?<=F)eb|(?<=M)a[ry]|(?<=A)(?:pr|ug)|(?<=J)u[nl]|(?<=S)ep|(?<=O)ct|(?<=N)ov|(?<=D)ec)[a-z]{0,6}\.? \d{1,2},? (?:19|20)\d\d(?!\d)",
)
_FULL = [re.compile(pattern) for pattern in _PATTERNS]
_WITHOUT_ENGLISH = _FULL[:3]
_YEARS: Final = (" 19", " 20", "-19", "-20")
_ENGLISH_HINT = re.compile(r"[A-Z][a-zA-Z]{2,8}\.?,?[ \-](?:[0-9]{1,2},? )?(?:19|20)[0-9]{2}")
_LOOSE = re.compile(
    "|".join(
        (
            *_PATTERNS,
            r"(?<!\d)(?:19|20)\d{6}(?!\d)",
            r"(?<!\d)\d\d[./]\d\d?[./]\d\d?(?!\d)",
            rf"{_ERA}\s?{_N}\s?年(?:\s?{_N}\s?月)?(?:生まれ)?(?=\D|$)",
            r"(?<!\d)(?:19|20)?\d\d年(?:\s?\d{1,2}月)?(?!\d)",
            rf"(?:{_NAMES})[ぁ-ん一-龯0-9]{{1,8}}ねん[の、 ]{{0,2}}[ぁ-ん0-9]{{1,6}}がつ[の、 …]{{0,3}}[ぁ-ん0-9]{{1,8}}",
            r"(?<!\d)\d{1,2}/\d{1,2}/(?:19|20)\d\d(?!\d)",
            rf"(?<!\d)(?:19|20)\d\d ?\([A-Z{_HEADS}][^()\n]{{1,6}}\)年?(?:\d{{1,2}}月\d{{1,2}}日)?",
            r"(?<!\d)\d{1,2}(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:19|20)?\d\d(?![0-9A-Za-z])",
            rf"[一二][〇九][{_KANJI}]{{2}}年[{_KANJI}]{{1,3}}月[{_KANJI}]{{1,3}}日",
            rf"{_ERA}[{_KANJI}0-9]{{1,3}}[・.][{_KANJI}0-9]{{1,3}}[・.][{_KANJI}0-9]{{1,3}}",
            r"(?<![\d-])[1-5]-?\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?![\d-])",
            rf"[{_LETTERS}]\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)",
        )
    )
)
_SPOKEN = re.compile(
    rf"(?:{_NAMES}|西暦)[ぁ-ん一-龯0-9]{{1,8}}ねん[の、 ]{{0,2}}[ぁ-ん0-9]{{1,6}}がつ[の、 …]{{0,3}}(?:ついたち|[ぁ-ん0-9]{{1,8}}?(?:にち|か))"
)
_BIRTH_WORD = re.compile("生(?![活産存徒保命計業協])|うまれ")
_SHORT_BIRTH = re.compile(rf"(?:{_ERA}\s?{_N}年(?:\s?{_N}月)?|(?<!\d)(?:19|20)?\d\d年(?:\s?\d{{1,2}}月)?)(?=\)?\s?\Z)")
_SHORT_LENGTH: Final = 20
_BORN = re.compile(r"\s?(?:\([^)\n]{1,12}\))?\s?(?:生まれ|生(?![活産存徒保命計業協年])|うまれ|誕生|出生)")
_BETWEEN = re.compile(
    r"(?:\([^()\n]{1,20}\))?[\s(|│/,・:「」<>\"'様さん氏殿ちゃくん君」)DOBdob、。]{0,8}(?:(?:本人|妻|夫|長男|次男|二男|三男|長女|次女|二女|三女|男|女|父|母|子)[\s|│/,・]{0,6})?\Z"
)
_NEAR: Final = 40
_OLD: Final = re.compile(r"明|大|昭|平成?1?[0-9](?![0-9])|[MTSmts]|H1?[0-9](?![0-9])|19[0-9]{2}|200[0-9]")
_RECENT: Final = re.compile(r"令|[Rr]|20(?:1[3-9]|[2-9])|.*\b20(?:1[3-9]|[2-9][0-9])\Z")
_AFTER_VETO = re.compile(
    r"\s?(?:付|開催|締結|施行|現在|まで|から|以降|より|時点|死亡|逝去|入社|退職|入行|[0-9]{1,2}[:時]|T[0-9]|\([月火水木金土日]\)|満了|期限|[~\-]|設定|交付|発行|受付|着|必着|改正|制定|公布)"
)


class BirthDetector:
    """Finds dates of birth."""

    def __init__(self, spec: Spec) -> None:
        """Keep the spec's label and scores."""
        self._spec = spec
        self._kinds = frozenset((str(spec.label), NONE_DATE))

    def find(self, context: Context, persons: Sequence[Finding]) -> Iterator[Finding]:
        """Yield findings on the folded text; `persons` are the names already found, ordered by start."""
        spec = self._spec
        text = context.text
        names = [p.end for p in persons]
        for slot in context.slots(spec.label):
            match = _LOOSE.search(text, slot.start, min(slot.end, slot.start + 40))
            if match and match.start() - slot.start <= 6:  # 「は、」 or a gender may stand between
                yield Finding(
                    match.start(), match.end(), spec.label, spec.score.labelled, (f"rule:{spec.id}", slot.why)
                )
        for word in _BIRTH_WORD.finditer(text) if "生" in text or "うまれ" in text else ():
            match = _SHORT_BIRTH.search(text, max(0, word.start() - _SHORT_LENGTH), word.start())
            if match:
                yield Finding(match.start(), match.end(), spec.label, 0.9, (f"rule:{spec.id}", "neighbour:生"))
        for match in _SPOKEN.finditer(text) if "ねん" in text else ():
            yield Finding(match.start(), match.end(), spec.label, 0.85, (f"rule:{spec.id}", "spoken:date"))
        patterns = _FULL if any(map(text.__contains__, _YEARS)) and _ENGLISH_HINT.search(text) else _WITHOUT_ENGLISH
        for match in chain.from_iterable(pattern.finditer(text) for pattern in patterns):
            start, end = match.span()
            if _BORN.match(text, end):
                yield Finding(start, end, spec.label, 0.97, (f"rule:{spec.id}", "neighbour:生"))
                continue
            kind, why = context.label_before(start, self._kinds)
            if kind == spec.label:
                yield Finding(start, end, spec.label, spec.score.labelled, (f"rule:{spec.id}", why))
            elif (
                kind != NONE_DATE
                and not _RECENT.match(match.group())
                and not _AFTER_VETO.match(text, end)
                and self._is_beside_person(text, start, match.group(), names)
            ):
                yield Finding(start, end, spec.label, 0.7, (f"rule:{spec.id}", "neighbour:person"))

    @staticmethod
    def _is_beside_person(text: str, start: int, date: str, names: Sequence[int]) -> bool:
        line = text.rfind("\n", 0, start) + 1
        index = bisect_right(names, start) - 1
        end = names[index] if index >= 0 else -1
        if end <= line:
            return False
        if _BETWEEN.match(text[end:start]):
            return True
        return start - end <= _NEAR and bool(_OLD.match(date)) and not any(c in text[end:start] for c in "。、:")
