"""Trees as RFC 6962, section 2.1 writes them down: slow, and near enough to its words to be read beside it."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def split(size: int) -> int:
    """Return k, the largest power of two smaller than n."""
    power = 1
    while power * 2 < size:
        power *= 2
    return power


def head(entries: Sequence[bytes]) -> bytes:
    """Return MTH(D[n])."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = split(len(entries))
    return sha256(b"\1" + head(entries[:k]) + head(entries[k:])).digest()


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if index < k:
        return [*path(index, entries[:k]), head(entries[k:])]
    return [*path(index - k, entries[k:]), head(entries[:k])]


def proof(old: int, entries: Sequence[bytes], *, is_whole: bool = True) -> list[bytes]:
    """Return PROOF(m, D[n]), or SUBPROOF of it."""
    if old == len(entries):
        return [] if is_whole else [head(entries)]
    k = split(len(entries))
    if old <= k:
        return [*proof(old, entries[:k], is_whole=is_whole), head(entries[k:])]
    return [*proof(old - k, entries[k:], is_whole=False), head(entries[:k])]


def make_nodes(entries: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """Return what gives the hash of a complete subtree by its level and its place there."""
    levels = [[sha256(b"\0" + entry).digest() for entry in entries]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([sha256(b"\1" + below[at] + below[at + 1]).digest() for at in range(0, len(below) - 1, 2)])
    return lambda level, index: levels[level][index]
