"""What the parts of the name detector hand to each other."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_START: Final = itemgetter(0)


class Proposal(NamedTuple):
    """A stretch of folded text that may be a name, how sure it is, and what says so."""

    start: int
    end: int
    score: float
    why: str


def drop_overlaps(proposals: Iterable[Proposal]) -> list[Proposal]:
    """Return the proposals in text order without those that touch a longer (or, as long, a surer) one.

    >>> drop_overlaps([Proposal(0, 2, 0.9, ""), Proposal(0, 5, 0.7, ""), Proposal(6, 8, 0.7, "")])
    [Proposal(start=0, end=5, score=0.7, why=''), Proposal(start=6, end=8, score=0.7, why='')]
    """
    kept: list[Proposal] = []
    rivals: list[Proposal] = []
    reached = 0
    for proposal in sorted(proposals, key=_START):
        start, end, _, _ = proposal
        if start >= reached and rivals:  # most touch none before
            kept += rivals if len(rivals) == 1 else _choose_among(rivals)
            rivals = []
        rivals.append(proposal)
        reached = max(reached, end)
    kept += rivals if len(rivals) < 2 else _choose_among(rivals)
    return kept


def _choose_among(rivals: list[Proposal]) -> list[Proposal]:
    first = rivals[0].start
    taken = bytearray(max(p.end for p in rivals) - first)
    kept: list[Proposal] = []
    for rival in sorted(rivals, key=lambda p: (p.start - p.end, -p.score)):
        start, end = rival.start - first, rival.end - first
        if taken.find(1, start, end) < 0:
            kept.append(rival)
            taken[start:end] = b"\1" * (end - start)
    kept.sort()
    return kept
