"""What the parts of the name detector hand to each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


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
    held = sorted(proposals, key=lambda p: (p.start - p.end, -p.score))
    taken = bytearray(max((p.end for p in held), default=0))
    kept = []
    for proposal in held:
        start, end = proposal.start, proposal.end
        if taken.find(1, start, end) < 0:
            kept.append(proposal)
            taken[start:end] = b"\1" * (end - start)
    kept.sort()
    return kept
