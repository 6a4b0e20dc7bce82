"""Which of several overlapping stretches of text stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T", bound=tuple[Any, ...])


def settle(spans: Iterable[T], rank: Callable[[T], Any]) -> list[T]:
    """Return those of `spans` (tuples that begin with start and end, ordered by start) that overlap none of a lower `rank` that stands.

    >>> settle([(0, 4), (2, 9), (9, 12)], rank=lambda span: span[0] - span[1])
    [(2, 9), (9, 12)]
    """
    kept: list[T] = []
    rivals: list[T] = []
    reached = 0
    for span in spans:
        if span[0] >= reached:  # most overlap none before
            kept += rivals if len(rivals) < 2 else _choose(rivals, rank)
            rivals = []
        rivals.append(span)
        reached = max(reached, span[1])
    kept += rivals if len(rivals) < 2 else _choose(rivals, rank)
    return kept


def _choose(rivals: list[T], rank: Callable[[T], Any]) -> list[T]:
    first = rivals[0][0]
    taken = bytearray(max(rival[1] for rival in rivals) - first)
    kept: list[T] = []
    for rival in sorted(rivals, key=rank):
        start, end = rival[0] - first, rival[1] - first
        if taken.find(1, start, end) < 0:
            kept.append(rival)
            taken[start:end] = b"\1" * (end - start)
    kept.sort()
    return kept
