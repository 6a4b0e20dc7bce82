"""One word repeated over a whole block costs what any text costs: nothing reads a long line anew for each of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from morasanu.detect import address, phrase
from morasanu.detect.reach import find_end

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector

_TIMES = 500


class _Counting:
    """A compiled pattern that adds up the characters it is shown."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self._pattern = pattern
        self.shown = 0

    def _count(
        self, ask: Callable[[str, int, int], re.Match[str] | None], text: str, start: int, end: int | None
    ) -> re.Match[str] | None:
        end = len(text) if end is None else end
        self.shown += end - start
        return ask(text, start, end)

    def match(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self._count(self._pattern.match, text, start, end)

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return self._count(self._pattern.search, text, start, end)


@pytest.mark.parametrize(
    ("module", "name", "word", "most"),
    [
        (address, "_PLACE", "東京都", 40),
        (address, "_PLACE", "千代田区", 40),
        (address, "_LABEL_END", "住所", 200),
        (phrase, "_ENTRY_END", "病名:", 80),
        (phrase, "_SOMEBODY", "糖尿病", 16),
        (phrase, "_SOMEBODY", "うつ病の", 16),
    ],
)
def test_a_repeated_word_is_looked_around_not_beyond(
    monkeypatch: pytest.MonkeyPatch, engine: Detector, module: object, name: str, word: str, most: int
) -> None:
    counting = _Counting(getattr(module, name))
    monkeypatch.setattr(module, name, counting)
    engine.detect(word * _TIMES)
    assert 0 < counting.shown <= most * _TIMES


@pytest.mark.parametrize("tail", ["。", "", " ", "、、、", " " * 50, "、" * 50 + "。"])
@pytest.mark.parametrize("length", [1, 9, 10, 11, 24, 200])
def test_the_end_near_by_is_the_end(length: int, tail: str) -> None:
    mark = re.compile("。| {2,}|と(?=あ)")
    text = "か" * length + tail + "か" * 100
    found = mark.search(text)
    whole = text[: found.start() if found else len(text)].rstrip(" 、")
    near = text[: find_end(mark, text, 0, len(text), longest=10, padding=" 、")].rstrip(" 、")
    assert near == whole if len(whole) <= 10 else not near or len(near) > 10
