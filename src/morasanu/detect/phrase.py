"""Sensitive phrases and secrets: read by the structure of a phrase, or right after a label."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import search_pattern
from morasanu.detect.reach import find_end
from morasanu.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from morasanu.detect.context import Context, Slot
    from morasanu.detect.spec import Spec

_CAUTION: Final = re.compile(
    r"\A(?:なし|無し?|無|なし。|特になし|該当なし|あり|有|有り|未記入|不明|同上|未定|確認|無効|-+|別紙|良好|健康|\s*)\Z"
)
_ENTRY_END: Final = re.compile(r"[。、,\n\"|│<>;\t(]| {2,}|(?:で|と|に|の)(?=[あ-ん])|→")
_SENTENCE: Final = re.compile("する|ない|こと|です|ます|した")
_LONGEST_ENTRY: Final = 30
_ENTRY_REST: Final = 6
_NEAR_PERSON: Final = 400
# who is spoken of: somebody, not everybody
_SOMEBODY: Final = re.compile(
    "(?<![子客皆者])様|(?<!客)さん|氏(?!名)|本人(?!確認)|患者|客:|妻|夫|父(?!母)|(?<!父)母|息子|娘|長男|長女|次男|次女|二男|二女|兄(?!弟)|(?<!兄)弟|姉|妹|孫|男性|女性|"
    "[0-9]歳(?!以|未|ま|か|代)|[0-9]代(?!か)|部下|同僚|私|彼|当方|うち[のはが]|家族(?!歴)|休職|服薬|通院(?!中でも|給付|特約|日額|保)|とのこと|と言|と聞|診断書|"
    r"\b(?:[Hh]e|[Ss]he|[Hh]is|[Hh]er|[Pp]atient|[Cc]ustomer|M[rs]s?)\b"
)
_ANYBODY: Final = re.compile(
    "など|等[のはをに、。)]|または|又は|場合|以内[にの]|要件|引受|対象|[0-9]代|の方[はがに]|別表|以上の|含む|[ただ]し、|一般に|とします|とする"
)
_LONGEST_SENTENCE: Final = 120
_SENTENCE_END: Final = re.compile("[。\n]")
_HONSEKI: Final = re.compile(
    r"[一-龯々ぁ-んァ-ヶー0-9\-]{3,40}(?:番地?(?:の?[0-9一二三四五六七八九十]+)?|[0-9]|[都道府県市区町村](?![一-龯々])|[一-龯々](?=[\s、。)(]|$))"
)


_PLACE_SIGN: Final = re.compile("[都道府県市区町村郡]")
_LETTERS: Final = re.compile("[一-龯ァ-ヶA-Za-z]{2}")
_APART: Final = re.compile(r"[ :：=>\"'(「『|│→・]")


class SensitiveDetector:
    """Finds special-care and sensitive information."""

    def __init__(self, spec: Spec) -> None:
        """Compile the phrases of `spec`."""
        self._spec = spec
        phrases, hints = spec.words["phrases"], spec.words["hints"]
        self._phrases = phrases
        self._hint = re.compile(search_pattern(hints))
        # a hint calls the phrases that are written with it; those written with none are called by every hint
        unhinted = frozenset(i for i, phrase in enumerate(phrases) if not any(hint in phrase for hint in hints))
        self._called = {hint: unhinted | {i for i, phrase in enumerate(phrases) if hint in phrase} for hint in hints}
        self._unions: dict[frozenset[int], re.Pattern[str]] = {}
        self._after = re.compile("|".join(map(re.escape, spec.words["veto_after"])))
        self._before = re.compile(f"(?:{'|'.join(map(re.escape, spec.words['veto_before']))})\\Z")

    def find(self, context: Context, persons: Sequence[Finding]) -> Iterator[Finding]:
        """Yield findings on the folded text; they may overlap. `persons` are the names found, ordered by start."""
        text = context.text
        spec = self._spec
        matches = list(self._find_phrases(text))
        starts = [person.start for person in persons] if matches else []
        lines = _Lines(text)
        for match in matches:
            start, end = match.span()
            if (
                end > start
                and lines.speak_of_somebody(start, end, starts)
                and not self._after.match(text, end)
                and not self._before.search(text, max(0, start - 8), start)
            ):
                yield Finding(start, end, spec.label, spec.score.alone, (f"rule:{spec.id}", "phrase:structure"))
        for slot in context.slots(spec.label):
            span = self._read_slot(text, slot)
            if span:
                score = 1.0 if "本籍" in slot.why else spec.score.labelled
                yield Finding(*span, spec.label, score, (f"rule:{spec.id}", slot.why))

    def _find_phrases(self, text: str) -> Iterator[re.Match[str]]:
        # the phrases are long and begin with anything, so they are tried only around the hints that call them
        hints = list(self._hint.finditer(text))
        index = done = 0
        while index < len(hints):
            first = hints[index]
            start = max(text.rfind("\n", 0, first.start()) + 1, first.start() - 40, done)
            stop = text.find("\n", first.end())
            stop = min(len(text) if stop < 0 else stop, first.end() + 60)
            called: frozenset[int] = frozenset()
            while index < len(hints) and hints[index].start() < stop:
                called |= self._called[hints[index].group()]
                index += 1
            yield from self._union(called).finditer(text, start, stop)
            done = stop

    def _union(self, called: frozenset[int]) -> re.Pattern[str]:
        union = self._unions.get(called)
        if union is None:
            pattern = "|".join(f"(?:{self._phrases[index]})" for index in sorted(called))
            union = self._unions[called] = re.compile(pattern)
        return union

    def _read_slot(self, text: str, slot: Slot) -> tuple[int, int] | None:
        if "本籍" in slot.why:
            match = _HONSEKI.match(text, slot.start, slot.end)
            return match.span() if match and _PLACE_SIGN.search(match.group()) else None
        if slot.kind == self._spec.label and slot.why.split(":")[1] in (
            "原因",
            "診断",
            "症状",
            "健康状態",
            "手術",
            "障害名",
            "死因",
        ):
            # everyday words: only a medical phrase after them counts, and that is found by itself
            return None
        end = find_end(_ENTRY_END, text, slot.start, slot.end, longest=_LONGEST_ENTRY)
        value = text[slot.start : end].rstrip()
        if not 2 <= len(value) <= _LONGEST_ENTRY or _SENTENCE.search(value):
            return None
        if _CAUTION.match(value) or not _LETTERS.search(value):
            return None
        label_then_value = _APART.match(text, slot.start - 1)
        return (slot.start, slot.start + len(value)) if label_then_value else None


def _is_near(persons: Sequence[int], start: int) -> bool:
    index = bisect_left(persons, start - _NEAR_PERSON)
    return index < len(persons) and persons[index] < start + _NEAR_PERSON


class _Lines:
    """Says of a text's phrases, one after the other, whether they are of somebody; terms and notices speak of anybody."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._begin = self._after = 0  # the line read last
        self._length = 0
        self._stop = 0  # where the sentence read last ends
        self._is_of_somebody = self._is_sentence_of_somebody = self._is_of_anybody = False

    def speak_of_somebody(self, start: int, end: int, persons: Sequence[int]) -> bool:
        """Return whether a person is spoken of in the phrase's sentence, named near by, or the phrase is an entry of its own.

        `persons` are where names start. A sentence about anybody (など, 場合, 以内に) counts only for somebody in it.
        """
        if start >= self._after:
            self._read_line(start)
        if end > self._stop:
            self._read_sentence(start, end)
        if self._is_sentence_of_somebody:
            return True
        if self._is_of_anybody:
            return False
        # what fills its line or cell is an entry about somebody
        return _is_near(persons, start) or self._is_of_somebody or self._length <= end - start + _ENTRY_REST

    def _read_line(self, start: int) -> None:
        text = self._text
        self._begin = text.rfind("\n", 0, start) + 1
        self._after = text.find("\n", start) + 1 or len(text)
        line = text[self._begin : self._after]
        self._length = len(line.strip())
        self._is_of_somebody = _SOMEBODY.search(line) is not None

    def _read_sentence(self, start: int, end: int) -> None:
        text = self._text
        begin = max(self._begin, start - _LONGEST_SENTENCE)
        begin = max(begin, text.rfind("。", begin, start) + 1)
        stop = _SENTENCE_END.search(text, end, end + _LONGEST_SENTENCE)
        self._stop = stop.start() if stop else min(len(text), end + _LONGEST_SENTENCE)
        sentence = text[begin : self._stop]
        self._is_sentence_of_somebody = _SOMEBODY.search(sentence) is not None
        self._is_of_anybody = _ANYBODY.search(sentence) is not None


_QUOTED = re.compile(r"\s*[「『\"'`“‘]([^」』\"'`”’\n]{3,80})[」』\"'`”’]")
_TOKEN = re.compile(r"[!-~]{3,200}")
_VALUE_END = re.compile(r"[」』】）)、。,;\"'`<>\]|│]+\Z")
_TRAIL = re.compile(r"(?:[\"'`,;)\]}>\\]|\\n)+\Z")
_ASCII: Final = re.compile(r"[\x00-\x7f]*")
_STRONG: Final = re.compile(
    r"(?<![!-~])(?=[!-~]{0,38}[0-9])(?=[!-~]{0,38}[A-Za-z])[A-Za-z0-9_\-]{1,38}[#@!$%&*+?][!-~]{1,38}(?![!-~])"
)
_NOT_STRONG: Final = re.compile(r"[^@\s]+@[A-Za-z0-9\-]+\.|.*(?:://|[?&=<>(){};])|[\d.,+%\-]+\Z")
_UNDER_LABEL: Final = 600
_OPENS: Final = re.compile(r"[\s:：=>は（(「『\"'`】\]|│→・/]\Z")
_FILLER: Final = re.compile(r"(?:は|が|を|として|:|：|\s|=|->|→|\(|仮|初期|\[|は、)*(?:[ぁ-ん一-龯、]{0,14}[「『])?")
_CLOSE: Final = re.compile("[」』]")
_AFTER_VALUE: Final = re.compile(r"[\"'`&]|[,;](?=\s|$)|</")
_REMARK: Final = re.compile(r"\((?=[^)]*$|[^\x00-\x7f])")
_HASH: Final = re.compile("[0-9a-fA-F]{32,128}")
_DIGIT: Final = re.compile("[0-9]")
_SIGN: Final = re.compile(r"[0-9!-/:-@\[-`{-~]")
_ADDRESS_OR_TIME: Final = re.compile(r"https?:|[0-9]{1,2}[/:]")
_WORDY: Final = re.compile(r"[a-z]+\Z|[A-Z][a-z]+\Z")


class SecretDetector:
    """Finds passwords, keys and tokens: by label or key, inside URLs and commands; well-known forms are `text_forms`."""

    def __init__(self, spec: Spec) -> None:
        """Compile the patterns of `spec`."""
        self._spec = spec
        self._inside = re.compile(f"{spec.words['userinfo'][0]}|{spec.words['curl'][0]}")
        self._placeholder = re.compile(spec.words["placeholder"][0], re.IGNORECASE)

    def find(self, context: Context) -> Iterator[Finding]:
        """Yield findings on the folded text; they may overlap."""
        text = context.text
        spec = self._spec
        if "://" in text or "-u " in text or "sshpass" in text:
            for match in self._inside.finditer(text):
                group = match.lastindex or 0
                if not self._placeholder.match(match.group(group)):
                    yield Finding(
                        match.start(group), match.end(group), spec.label, 0.95, (f"rule:{spec.id}", "shape:credentials")
                    )
        for slot in context.slots(spec.label):
            span = self._read_slot(text, slot)
            if span:
                yield Finding(*span, spec.label, spec.score.labelled, (f"rule:{spec.id}", slot.why))
            # lists of logins: below a label whatever is built like a password is one
            for match in _STRONG.finditer(text, slot.start, slot.start + _UNDER_LABEL):
                if not _NOT_STRONG.match(match.group()) and not self._placeholder.match(match.group()):
                    yield Finding(*match.span(), spec.label, 0.6, (f"rule:{spec.id}", "shape:password", slot.why))

    def _read_slot(self, text: str, slot: Slot) -> tuple[int, int] | None:
        begin = slot.start
        line_end = text.find("\n", begin)
        line_end = len(text) if line_end < 0 else line_end
        filler = _FILLER.match(text, begin, line_end)
        start = filler.end() if filler else begin
        opened = text[start - 1 : start] in "「『"
        if opened:
            close = _CLOSE.search(text, start, line_end)
            end = close.start() if close else start
        else:
            token = _TOKEN.match(text, start, line_end)
            if token is None:
                return None
            value = token.group()
            if slot.why.startswith("key") or text[start - 1] in "\"'`":
                value = _AFTER_VALUE.split(value, 1)[0]
                if value.lower() in ("value", "key", "type"):
                    return None
            value = _REMARK.split(value, 1)[0]
            value = _TRAIL.sub("", value)
            end = start + len(value)
        value = text[start:end]
        if value[:1].isascii():  # 「0612です」
            value = _ASCII.match(value)[0].rstrip()  # type: ignore[index]
            end = start + len(value)
        return (start, end) if self._is_secret(value, slot, opened=opened or text[start - 1 : start] in "\"'") else None

    def _is_secret(self, value: str, slot: Slot, *, opened: bool) -> bool:
        if (
            len(value) < 3
            or len(set(value)) == 1
            or '","' in value
            or value[-1] == ":"
            or self._placeholder.match(value)
        ):
            return False
        word = slot.why.partition(":")[2].lower()
        if value.startswith("/") or ("hash" in word and "password" not in word and _HASH.fullmatch(value)):
            return False
        if word in (
            "鍵",
            "pin",
            "otp",
            "community",
            "hash",
            "pass",
            "token",
            "secret",
            "credential",
            "authorization",
        ) and not (_DIGIT.search(value) and len(value) >= 4):
            return False
        if slot.why.startswith(("key", "column")) or opened:
            return not value.startswith(("http://", "https://"))
        # in prose a secret is no plain word: it has a digit or a sign in it
        return not _WORDY.match(value) and bool(_SIGN.search(value)) and not _ADDRESS_OR_TIME.match(value)
