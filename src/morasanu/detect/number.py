"""Numbers and codes: a shape proposes, the nearest label decides, a check digit supports."""

from __future__ import annotations

import re
from string import ascii_letters
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.detect.check import CHECKS
from morasanu.detect.label import NONE
from morasanu.detect.spoken import SPOKEN, SPOKEN_HINT, spoken_to_digits
from morasanu.finding import Finding, Label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.context import Context
    from morasanu.detect.spec import Spec

_RUN = re.compile(
    r"[0-9+(](?<![0-9A-Za-z_].)(?<![0-9]\..)(?:(?<=[0-9])|(?=[0-9]))(?:[0-9]++|[-ー・] ?(?=[(0-9])|=(?=[0-9])|\) ?-? ?(?=[0-9])|[ .](?=[(0-9])|\((?=[0-9]{1,4}\))| -(?= ?[0-9])|-?\n(?=[0-9]))*+"
)
_UNIT = re.compile(
    r" ?(?:円|万|億|千|百|件|名|人|個|%|ドル|㎡|m2|m²|平方|枚|頁|ページ|行|台|点|回|口(?!座)|株|坪|cm|mm|km|kg|秒|分|時|日|月|年(?!金)|週|か月|ヶ月|歳|才|級|項|階(?!建)|MB|GB|KB|bytes|ms)"
)
# what a unit begins with and a currency ends with: most numbers need no closer look
_UNIT_FIRST: Final = frozenset(
    " 円万億千百件名人個%ド㎡平枚頁ペ行台点回口株坪秒分時日月年週か歳才級階項" + ascii_letters
)
_MONEY_LAST: Final = frozenset("\\¥$€£DYR ")
_MONEY = re.compile(r"(?:[\\¥$€£]|USD|JPY|EUR)\s?\Z")
_SINGLE_SPACED = re.compile(r"[0-9](?: [0-9]){5,}\Z")
_TO_SHAPE = str.maketrans("123456789", "000000000")
_TO_DIGITS = str.maketrans("", "", "()+-. \n")
_MAX_SHAPES: Final = 5_000
_SHORT_LINE: Final = 80
# a digit or a class of digits in a pattern, but not a count or a back reference
_DIGIT = re.compile(r"(\{[^}]*\}|\\.)|\[[0-9-]+\]|[0-9]")
_NOTHING = re.compile(r"(?!)")
_LINE = re.compile(r"[^\n]+")
_PIECE = re.compile(r"[^ \n]+")
_GAP: Final = 16  # blanks between a name and its number
_SHORTEST: Final = 4
_NO_LABEL: Final = Label("")
_MIN_DIGITS: Final = 6
_MAX_PIECES: Final = 5
_LOOK_BACK: Final = 30
_WRAPPED: Final = 24


class NumberDetector:
    """Finds what the number specs describe: runs of digits with separators, and patterns anywhere in the text."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        """Compile the specs; those without forms are left to others."""
        self._specs = [spec for spec in specs if spec.forms or spec.text_forms]
        self._forms = [_Form(spec) for spec in self._specs if spec.forms]
        self._shapes: dict[str, tuple[_Form, ...]] = {}
        self._idle: dict[str, bool] = {}
        self._windows: dict[str, tuple[_Window, ...]] = {}
        self._texts = [
            (spec, re.compile(spec.hint) if spec.hint else None, [re.compile(form) for form in spec.text_forms])
            for spec in self._specs
            if spec.text_forms
        ]
        self._kinds = frozenset(str(spec.label) for spec in self._specs) | {NONE, "CUSTOMER_ID", "SECRET"}

    def find(self, context: Context) -> Iterator[Finding]:
        """Yield findings on the folded text of `context`; they may overlap, the engine chooses."""
        text = context.text
        yield from self._find_texts(context)
        yield from self._find_runs(context)
        for match in SPOKEN.finditer(text) if SPOKEN_HINT.search(text) else ():
            yield from self._judge_spoken(context, match.start(), match.end())

    def _find_texts(self, context: Context) -> Iterator[Finding]:
        text = context.text
        for spec, hint, patterns in self._texts:
            if (spec.needs and not _holds_one(text, spec.needs)) or (hint and not hint.search(text)):
                continue
            for pattern in patterns:
                for match in pattern.finditer(text):
                    group = match.lastindex or 0
                    finding = self._judge_text(context, spec, match.start(group), match.end(group))
                    if finding is not None:
                        yield finding

    def _find_runs(self, context: Context) -> Iterator[Finding]:
        idle = self._idle
        for match in _RUN.finditer(context.text):
            raw = match.group()
            if len(raw) < _SHORTEST:
                continue
            # most runs are times, amounts and dates: their shape alone says that no spec wants them, and shapes repeat
            shape = raw.translate(_TO_SHAPE)
            is_idle = idle.get(shape)
            if is_idle is None:
                is_idle = self._learn(shape)
            if is_idle:
                continue
            if " " in raw or "\n" in raw:
                yield from self._judge_spaced(context, match.start(), raw)
                continue
            offset = match.start()
            for _, _, start, end, forms in self._list_windows(shape):
                found = self._judge_as(forms, context, offset + start, offset + end, _ascii(raw[start:end]))
                if found is not None:
                    yield found

    def _learn(self, shape: str) -> bool:
        """Return, and remember, whether no spec wants a run of this shape or any part of it."""
        if len(self._idle) >= _MAX_SHAPES:
            self._idle.clear()
        is_idle = self._idle[shape] = not any(map(self._possible, _list_parts(shape)))
        return is_idle

    def _list_windows(self, shape: str) -> tuple[_Window, ...]:
        """Return, and remember for short lines, the rows of neighbouring pieces that some spec may want in a line of this shape."""
        windows = self._windows.get(shape)
        if windows is None:
            windows = tuple(self._read_windows(shape))
            if len(self._windows) >= _MAX_SHAPES:
                self._windows.clear()
            if len(shape) <= _SHORT_LINE:  # a long one hardly comes again and has many windows
                self._windows[shape] = windows
        return windows

    def _read_windows(self, shape: str) -> Iterator[_Window]:
        bounds = [match.span() for match in _PIECE.finditer(shape)]
        for first, (begin, _) in enumerate(bounds):
            for _, after in reversed(bounds[first : first + _MAX_PIECES]):
                stripped = _strip(shape[begin:after])
                forms = self._possible(_ascii(stripped)) if len(stripped) >= _SHORTEST else ()
                if forms:
                    start = begin + shape[begin:after].index(stripped)
                    yield _Window(begin, after, start, start + len(stripped), forms)

    def _judge_text(self, context: Context, spec: Spec, start: int, end: int) -> Finding | None:
        checked = CHECKS[spec.check](context.text[start:end]) if spec.check else True
        if not (checked or spec.score.labelled):
            return None
        kind, evidence = context.label_before(start, self._kinds)
        if kind == NONE and spec.score.checked < 0.9:  # a sure shape outlives a misleading word
            return None
        labelled = kind == spec.label
        if spec.negative and _is_denied(context.text, start, spec):
            return None
        score = spec.score.of(labelled=labelled, checked=checked)
        return (
            Finding(start, end, spec.label, score, (f"rule:{spec.id}", *([evidence] if labelled else [])))
            if score
            else None
        )

    def _judge_spaced(self, context: Context, start: int, raw: str) -> Iterator[Finding]:
        end = start + len(raw)
        if _SINGLE_SPACED.match(raw):
            whole = self._judge(context, start, end, raw.replace(" ", ""))
            if whole is not None:
                yield whole
            return
        if "-\n" in raw and end - start <= _WRAPPED:  # a hyphen at the end of a line says that it goes on
            wrapped = self._judge(context, start, end, _ascii(raw).replace("\n", ""))
            if wrapped is not None:
                yield wrapped
                return
        lines = list(_LINE.finditer(raw))
        found = [finding for m in lines for finding in self._judge_line(context, start + m.start(), m.group())]
        if (
            not found and len(lines) == 2 and end - start <= _WRAPPED and context.text[start - 1 : start] != ","
        ):  # a value that was wrapped over two lines
            wrapped = self._judge(context, start, end, _ascii(raw).replace("\n", ""))
            found = [wrapped] if wrapped else []
        yield from found

    def _judge_line(self, context: Context, offset: int, line: str) -> Iterator[Finding]:
        done = 0
        for begin, after, start, end, forms in self._list_windows(line.translate(_TO_SHAPE)):
            # the longest row of neighbouring pieces that is something
            if begin >= done:
                found = self._judge_as(forms, context, offset + start, offset + end, _ascii(line[start:end]))
                if found is not None:
                    yield found
                    done = after

    def _judge_spoken(self, context: Context, start: int, end: int) -> Iterator[Finding]:
        text = context.text
        if text[start] in "にニごサさ" and text[start + 1 : start + 2] not in "ーさンん":  # a particle before 〇九〇
            start += 1
        digits = spoken_to_digits(text[start:end])
        if len(digits) < _MIN_DIGITS:
            return
        found = self._judge(context, start, end, digits)
        if found is None and len(digits) in range(7, 17):
            kind, evidence = context.label_before(start, self._kinds)
            if not kind and len(digits) in (10, 11) and digits[0] == "0" and digits[1] != "0":
                kind, evidence = "PHONE", "shape:phone"
            spec = next((spec for spec in self._specs if spec.label == kind), None)
            found = Finding(start, end, spec.label, 0.6, (evidence,)) if spec else None
        if found is not None:
            yield Finding(found.start, found.end, found.label, found.score, (*found.why, "spoken:digits"))

    def _possible(self, number: str) -> tuple[_Form, ...]:
        shape = number.translate(_TO_SHAPE)
        possible = self._shapes.get(shape)
        if possible is None:
            if len(self._shapes) >= _MAX_SHAPES:
                self._shapes.clear()
            possible = self._shapes[shape] = tuple(form for form in self._forms if form.shape.fullmatch(shape))
        return possible

    def _judge(self, context: Context, start: int, end: int, number: str) -> Finding | None:
        return self._judge_as(self._possible(number), context, start, end, number)

    def _judge_as(
        self, possible: tuple[_Form, ...], context: Context, start: int, end: int, number: str
    ) -> Finding | None:
        text = context.text
        kind, evidence = context.label_before(start, self._kinds)
        if kind == NONE:
            return None
        fitting = [
            form
            for form in possible
            if (
                form.label == kind
                or form.is_sure(number)
                or (form.has_topic and _is_of_topic(form, number, context, start))
            )
            and form.fits(number)
        ]
        if not fitting or _is_amount(text, start, end):
            return None
        digits = number.translate(_TO_DIGITS)
        if digits.count(digits[0]) == len(digits):  # 0000-0000 shows a form
            return None
        best = 0.0
        why: tuple[str, ...] = ()
        label = _NO_LABEL
        for form in fitting:
            spec = form.spec
            labelled = form.label == kind
            if spec.negative and _is_denied(text, start, spec):
                continue
            checked = form.check(digits)
            score = spec.score.of(labelled=labelled, checked=checked)
            about = evidence if labelled else ""
            if form.has_topic and score < spec.score.topic and checked and _is_of_topic(form, number, context, start):
                score, about = spec.score.topic, "neighbour:topic"
            if score > best:
                best, label = score, spec.label
                why = form.checked_why if checked else form.why
                if about:
                    why = (*why, about)
        return Finding(start, end, label, best, why) if best else None


def _holds_one(text: str, needs: Iterable[str]) -> bool:
    for need in needs:  # noqa: SIM110 - any() with a generator takes three times as long
        if need in text:
            return True
    return False


def _is_amount(text: str, start: int, end: int) -> bool:
    """Return whether a unit follows the number, a currency stands before it, or a letter goes on with it."""
    after = text[end : end + 1]
    if after in _UNIT_FIRST and (_UNIT.match(text, end) or (after.isascii() and after.isalpha())):
        return True
    return text[start - 1 : start] in _MONEY_LAST and bool(_MONEY.search(text, max(0, start - 4), start))


def _is_denied(text: str, start: int, spec: Spec) -> bool:
    """Return whether a negative word of the spec stands closely before `start` on its line."""
    floor = max(0, start - _LOOK_BACK)
    return _holds_one(text[text.rfind("\n", floor, start) + 1 or floor : start], spec.negative)


class _Form:
    """The forms of one spec, compiled."""

    __slots__ = ("check", "checked_why", "fits", "has_topic", "is_of_topic", "is_sure", "label", "shape", "spec", "why")

    def __init__(self, spec: Spec) -> None:
        self.spec = spec
        self.label = spec.label
        forms = (*spec.forms, *spec.label_forms)
        # bound methods, because every number of a text is asked: has it a form at all, and one that counts unlabelled?
        self.fits = _union(forms).fullmatch
        sure = _union(spec.strong_forms or spec.forms) if spec.score.alone or spec.score.checked else _NOTHING
        self.is_sure = sure.fullmatch
        topic = _union(spec.topic_forms or spec.strong_forms or spec.forms) if spec.score.topic else _NOTHING
        self.is_of_topic = topic.fullmatch
        self.has_topic = bool(spec.score.topic)
        self.shape = _union(tuple(_DIGIT.sub(lambda m: m.group(1) or r"\d", form) for form in forms))
        self.check = CHECKS[spec.check] if spec.check else _pass
        self.why = (f"rule:{spec.id}",)
        self.checked_why = (*self.why, f"check:{spec.check}") if spec.check else self.why


class _Window(NamedTuple):
    """Neighbouring pieces of a line, from `begin` to `after`; without its brackets and separators: `start` to `end`."""

    begin: int
    after: int
    start: int
    end: int
    forms: tuple[_Form, ...]


def _pass(_: str) -> bool:
    return True


def _is_of_topic(form: _Form, number: str, context: Context, start: int) -> bool:
    """Return whether the text speaks of numbers of this form, and nothing says that this is none."""
    if not context.speaks_of(form.label) or not form.is_of_topic(number):
        return False
    return not form.spec.topic_forms or _is_free(context, start)


def _is_free(context: Context, start: int) -> bool:
    """Return whether the number at `start` stands in running text: in no column, and joined to nothing."""
    before = context.text[max(0, start - _GAP) : start].rstrip(" ")[-1:]
    return (before in ("", "\n") or before > "ぁ") and context.cell_at(start) is None


def _strip(raw: str) -> str:
    """Return a run without a bracket that is not closed and without separators at its end."""
    if raw[0] == "(" and ")" not in raw:
        raw = raw[1:]
    return raw.rstrip("-(.ー・ ")


def _list_parts(raw: str) -> Iterator[str]:
    """Yield everything that a run may be judged as: whole, joined over spaces and lines, or rows of its pieces."""
    yield _ascii(_strip(raw))
    yield _ascii(raw).replace(" ", "")
    yield _ascii(raw).replace("\n", "")
    for line in raw.split("\n"):
        bounds = [(m.start(), m.end()) for m in _PIECE.finditer(line)]
        for first, (start, _) in enumerate(bounds):
            for _, end in bounds[first : first + _MAX_PIECES]:
                yield _ascii(_strip(line[start:end]))


def _ascii(number: str) -> str:
    return number.replace("ー", "-").replace("・", "-").replace("=", "-")


def _union(patterns: tuple[str, ...]) -> re.Pattern[str]:
    # every pattern keeps its own numbered groups, so back references are renumbered by naming them
    parts: list[str] = []
    shift = 0
    for pattern in patterns:
        parts.append(re.sub(r"\\(\d)", lambda m, s=shift: f"\\{int(m.group(1)) + s}", pattern))  # type: ignore[misc]
        shift += re.compile(pattern).groups
    return re.compile("|".join(f"(?:{part})" for part in parts))
