"""How well findings agree with what a person marked: exact and overlap F1, leak, clean documents that raise an alarm."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    Span = tuple[int, int, str]


@dataclass(slots=True)
class Score:
    """Counts over documents; spans are (start, end, label), end exclusive, in characters."""

    exact: Counter[str] = field(default_factory=Counter)
    overlap: Counter[str] = field(default_factory=Counter)
    marked: int = 0
    leaked: int = 0
    clean: int = 0
    alarms: int = 0

    def add(self, gold: Iterable[Span], found: Iterable[Span]) -> None:
        """Count one document. Spans given twice count once."""
        expected, given = set(gold), set(found)
        self.exact += _count(len(expected & given), expected, given)
        self.overlap += _count(_pair(expected, given), expected, given)
        characters, covered = _characters(expected), _characters(given)
        self.marked += len(characters)
        self.leaked += len(characters - covered)
        if not expected:
            self.clean += 1
            self.alarms += bool(given)

    @property
    def exact_f1(self) -> float:
        """Return the F1 of spans that agree in start, end and label; 1 when there is nothing to find and nothing found."""
        return _f1(self.exact)

    @property
    def overlap_f1(self) -> float:
        """Return the F1 of spans of one label that share a character, each span paired once, the largest overlap first."""
        return _f1(self.overlap)

    @property
    def leak(self) -> float:
        """Return the share of marked characters that no finding covers, whatever its label."""
        return self.leaked / self.marked if self.marked else 0.0

    @property
    def alarm_rate(self) -> float:
        """Return the share of documents without a mark in which something was found."""
        return self.alarms / self.clean if self.clean else 0.0


def score_documents(
    documents: Iterable[tuple[Iterable[Span], Iterable[Span]]], labels: Collection[str] | None = None
) -> Score:
    """Return the score of (marked, found) pairs, of the spans with one of `labels` only when given."""
    score = Score()
    for gold, found in documents:
        score.add(*([span for span in spans if labels is None or span[2] in labels] for spans in (gold, found)))
    return score


def _count(right: int, expected: set[Span], given: set[Span]) -> Counter[str]:
    return Counter(right=right, missed=len(expected) - right, wrong=len(given) - right)


def _pair(expected: set[Span], given: set[Span]) -> int:
    pairs = sorted(
        ((max(a[0], b[0]) - min(a[1], b[1]), a, b) for a in expected for b in given if a[2] == b[2]),
    )
    left, right = set[object](), set[object]()
    for shared, a, b in pairs:
        if shared < 0 and a not in left and b not in right:
            left.add(a)
            right.add(b)
    return len(left)


def _characters(spans: Iterable[Span]) -> set[int]:
    return {position for start, end, _ in spans for position in range(start, end)}


def _f1(counts: Counter[str]) -> float:
    total = 2 * counts["right"] + counts["missed"] + counts["wrong"]
    return 2 * counts["right"] / total if total else 1.0
