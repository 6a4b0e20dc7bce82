"""Which rows are read when not all of them are: spread over the whole table, and the same ones at every scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_Row = TypeVar("_Row")

FEW: Final = 4
"""Up to so many times the sample rows are counted, then estimated."""
_STRETCHES: Final = 100
_LEAST_BLOCKS: Final = 64
_HIGHEST_PERCENT: Final = 50


class Blocks(NamedTuple):
    """A sample by blocks: `percent` of a table's blocks, and of the rows in them one in `every`."""

    percent: float
    every: int


def plan_blocks(rows: int, rows_a_block: float, wanted: int) -> Blocks:
    """Return how to come to about `wanted` of about `rows` rows: from 64 blocks or more, so that they do not come from one corner.

    >>> plan_blocks(1_000_000, 100, 10_000)
    Blocks(percent=1.0, every=1)
    >>> plan_blocks(1_000_000, 100, 100)
    Blocks(percent=0.64, every=64)
    """
    blocks = max(rows / max(rows_a_block, 1), 1)
    chosen = max(wanted / max(rows_a_block, 1), _LEAST_BLOCKS)
    percent = 100 * chosen / blocks
    if percent > _HIGHEST_PERCENT:
        return Blocks(100.0, max(rows // max(wanted, 1), 1))
    return Blocks(percent, max(round(chosen * max(rows_a_block, 1) / max(wanted, 1)), 1))


def spread(
    read: Callable[[int, int, int], Iterable[tuple[int, _Row]]], lowest: int, highest: int, wanted: int
) -> Iterator[_Row]:
    """Yield up to `wanted` rows of a table with an indexed number, in a hundred stretches from `lowest` to `highest`.

    `read` gives the rows with numbers from one to another (both included) in their order, at most so many, each after its number. Where
    numbers are missing the next rows are taken; what is then still wanting comes from between the stretches, from the front.
    No row comes twice; at least `wanted` come when there are as many and no number is there twice.

    >>> rows = lambda low, high, most: [(n, n) for n in range(low, high + 1)][:most]
    >>> list(spread(rows, 1, 1_000_000, 4))
    [1, 250001, 500001, 750001]
    """
    stretches = min(_STRETCHES, wanted)
    starts = [lowest + (highest - lowest + 1) * number // stretches for number in range(stretches)]
    gaps: list[tuple[int, int]] = []
    free, left = lowest, wanted
    for number, start in enumerate(starts):
        if start > free:
            gaps.append((free, start - 1))
        begin = max(start, free)
        if begin > highest or not left:
            break
        most = -(-left // (stretches - number))
        came = 0
        for at, row in read(begin, highest, most):
            came += 1
            free = at + 1
            yield row
        left -= came
        if came < most:  # nothing lies beyond
            free = highest + 1
            break
    for low, high in gaps:
        if not left:
            return
        for _, row in read(low, high, left):
            left -= 1
            yield row
