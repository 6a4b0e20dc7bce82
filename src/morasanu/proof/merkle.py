"""Merkle trees as RFC 6962 and RFC 9162 define them: hashes, inclusion and consistency proofs, and their verification."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
"""The root of a tree without leaves."""


def hash_leaf(entry: bytes) -> bytes:
    """Return the 32 bytes that stand for `entry` in the tree. Source: RFC 6962, section 2.1.

    >>> hash_leaf(b"").hex()[:16]
    '6e340b9cffb37a98'
    """
    return sha256(b"\x00" + entry).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two nodes. Source: RFC 6962, section 2.1."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: one hash for each complete subtree, from the largest on. Appending is amortised O(1).

    >>> edge = Frontier()
    >>> for entry in (b"a", b"b", b"c"):
    ...     edge.append(hash_leaf(entry))
    >>> edge.size, edge.root() == hash_children(hash_children(hash_leaf(b"a"), hash_leaf(b"b")), hash_leaf(b"c"))
    (3, True)
    """

    def __init__(self, size: int = 0, hashes: Iterable[bytes] = ()) -> None:
        """Begin with the tree of `size` leaves whose complete subtrees have `hashes`, from the largest on."""
        self.size = size
        self.hashes = list(hashes)
        if len(self.hashes) != size.bit_count():
            raise ValueError

    def append(self, leaf: bytes) -> None:
        """Take in the hash of the next leaf."""
        size, hashes = self.size, self.hashes
        while size & 1:
            leaf = sha256(b"\x01" + hashes.pop() + leaf).digest()
            size >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        """Return the root of the tree as it is now."""
        return fold(self.hashes) if self.hashes else EMPTY_ROOT


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root above complete subtrees that stand side by side, from the largest on; at least one."""
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = hash_children(left, root)
    return root


def list_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield level and index of the complete subtrees that make up the leaves from `start` to `end` of a proof's node.

    >>> list(list_subtrees(0, 7)), list(list_subtrees(4, 7))
    ([(2, 0), (1, 2), (0, 6)], [(1, 2), (0, 6)])
    """
    while start < end:
        level = (end - start).bit_length() - 1
        yield level, start >> level
        start += 1 << level


def hash_range(start: int, end: int, nodes: Callable[[int, int], bytes]) -> bytes:
    """Return the hash of the node above the leaves from `start` to `end`, which must be one that a proof can hold.

    `nodes(level, index)` gives the hash of the complete subtree of the 2**level leaves from index * 2**level on.
    """
    return fold([nodes(level, index) for level, index in list_subtrees(start, end)]) if start < end else EMPTY_ROOT


def prove_inclusion(index: int, size: int, nodes: Callable[[int, int], bytes]) -> list[bytes]:
    """Return the audit path of leaf `index` in the tree of `size` leaves, from the leaf's sibling up.

    Raises ValueError unless 0 <= index < size. Source: RFC 9162, section 2.1.3.1.
    """
    if not 0 <= index < size:
        raise ValueError
    path = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    return [hash_range(first, last, nodes) for first, last in reversed(path)]


def prove_consistency(old: int, new: int, nodes: Callable[[int, int], bytes]) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of that of `new` leaves.

    Raises ValueError unless 0 < old <= new. Source: RFC 9162, section 2.1.4.1.
    """
    if not 0 < old <= new:
        raise ValueError
    path = []
    start, end = 0, new
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append((middle, end))
            end = middle
        else:
            path.append((start, middle))
            start = middle
    if start:
        path.append((start, end))
    return [hash_range(first, last, nodes) for first, last in reversed(path)]


def _split(size: int) -> int:
    """Return the largest power of two below `size`, which is at least 2."""
    return 1 << ((size - 1).bit_length() - 1)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Return whether `path` proves that the leaf with hash `leaf` stands at `index` of the tree with `root`.

    Source: RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes((leaf, root, *path)):
        return False
    at, last, node = index, size - 1, leaf
    for step in path:
        if not last:
            return False
        if at & 1 or at == last:
            node = hash_children(step, node)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            node = hash_children(node, step)
        at >>= 1
        last >>= 1
    return last == 0 and node == root


def verify_consistency(old: int, old_root: bytes, new: int, new_root: bytes, path: Sequence[bytes]) -> bool:
    """Return whether `path` proves that the tree with `old_root` is the beginning of the one with `new_root`.

    An empty tree is the beginning of every tree, and only the empty path proves it. Source: RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old <= new or not _are_hashes((old_root, new_root, *path)):
        return False
    if old == new:
        return not path and old_root == new_root and (old > 0 or old_root == EMPTY_ROOT)
    if old == 0:
        return not path and old_root == EMPTY_ROOT
    if not path:
        return False
    steps = list(path) if old & (old - 1) else [old_root, *path]
    at, last = old - 1, new - 1
    while at & 1:
        at >>= 1
        last >>= 1
    first = second = steps[0]
    for step in steps[1:]:
        if not last:
            return False
        if at & 1 or at == last:
            first, second = hash_children(step, first), hash_children(step, second)
            while not at & 1 and at:
                at >>= 1
                last >>= 1
        else:
            second = hash_children(second, step)
        at >>= 1
        last >>= 1
    return last == 0 and first == old_root and second == new_root


def _are_hashes(values: Iterable[bytes]) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
