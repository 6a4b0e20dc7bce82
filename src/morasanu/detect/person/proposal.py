"""What the parts of the name detector hand to each other."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.detect.settle import settle

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
    return settle(sorted(proposals, key=_START), _rank)


def _rank(proposal: Proposal) -> tuple[int, float]:
    return proposal.start - proposal.end, -proposal.score
