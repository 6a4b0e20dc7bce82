"""A storage of a compound file made a compound file of its own: what is embedded is looked into like any other file."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_SECTOR: Final = 4_096
_SMALL: Final = 64
_CUTOFF: Final = 4_096  # shorter streams lie in the small ones
_PER_SECTOR: Final = _SECTOR // 4
_END, _TABLE, _NOBODY = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_LISTED: Final = 109


@dataclass(slots=True)
class _Node:
    name: str
    kind: int
    data: bytes = b""
    kids: dict[str, _Node] = field(default_factory=dict)
    links: tuple[int, int, int] = (_NOBODY, _NOBODY, _NOBODY)  # left, right, child
    start: int = 0


class _Chains:
    """Data in sectors of one size, with the table that says which follows which."""

    def __init__(self, size: int) -> None:
        self.table: list[int] = []
        self.kept: list[bytes] = []
        self._size = size

    def add(self, data: bytes) -> int:
        """Return the first sector of `data`, the end mark when it is empty."""
        count = -(-len(data) // self._size)
        first = len(self.table)
        self.table += [*range(first + 1, first + count), _END] if count else []
        self.kept.append(data.ljust(count * self._size, b"\0"))
        return first if count else _END


def wrap(streams: Iterable[tuple[list[str], bytes]]) -> bytes:
    r"""Return a compound file of `streams`, each with its path; `b""` for more than it can hold (450 MB). Source: MS-CFB.

    >>> wrap([(["Workbook"], b"x")])[:4]
    b'\xd0\xcf\x11\xe0'
    """
    root = _Node("Root Entry", _ROOT)
    for path, data in streams:
        node = root
        for name in path[:-1]:
            node = node.kids.setdefault(name.upper(), _Node(name, _STORAGE))
        node.kids[path[-1].upper()] = _Node(path[-1], _STREAM, data)
    nodes = _number(root)
    big, small = _Chains(_SECTOR), _Chains(_SMALL)
    for node in nodes[1:]:
        if node.kind == _STREAM:
            node.start = (small if len(node.data) < _CUTOFF else big).add(node.data)
    root.data = b"".join(small.kept)
    root.start = big.add(root.data)
    small_table = struct.pack(f"<{len(small.table)}I", *small.table)
    small_table += b"\xff" * (-len(small_table) % _SECTOR)
    small_start = big.add(small_table)
    directory = b"".join(map(_pack, nodes))
    directory_start = big.add(directory + _pack(_Node("", 0)) * (-len(nodes) % (_SECTOR // 128)))
    return _join(big, directory_start, small_start, len(small_table) // _SECTOR)


def _number(root: _Node) -> list[_Node]:
    """Return all nodes in the order of the directory, linked; siblings stand in a balanced tree."""
    nodes = [root]
    waiting = [root]
    while waiting:
        node = waiting.pop()
        kids = sorted(node.kids.values(), key=lambda kid: (len(kid.name), kid.name.upper()))
        first = len(nodes)
        nodes += kids
        waiting += kids
        node.links = (*node.links[:2], _link(kids, first, 0, len(kids)))
    return nodes


def _link(kids: list[_Node], first: int, low: int, high: int) -> int:
    if low >= high:
        return _NOBODY
    middle = (low + high) // 2
    kids[middle].links = (_link(kids, first, low, middle), _link(kids, first, middle + 1, high), kids[middle].links[2])
    return first + middle


def _pack(node: _Node) -> bytes:
    name = node.name.encode("utf-16-le", "surrogatepass")[:62]
    length = len(name) + 2 if node.kind else 0
    head = struct.pack("<64sHBB3I", name, length, node.kind, 1, *node.links)
    return head + bytes(36) + struct.pack("<IQ", node.start, len(node.data))


def _join(big: _Chains, directory_start: int, small_start: int, small_count: int) -> bytes:
    used = len(big.table)
    tables = 1
    while tables * _PER_SECTOR < used + tables:
        tables += 1
    if tables > _LISTED:
        return b""
    table = [*big.table, *[_TABLE] * tables]
    table += [_NOBODY] * (tables * _PER_SECTOR - len(table))
    head = struct.pack("<8s16s5H6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 4, 0xFFFE, 12, 6)
    # sectors: of the directory, of the table; its start; cut-off; the small ones' table; none beyond the header's list
    head += struct.pack("<9I", 1, tables, directory_start, 0, _CUTOFF, small_start, small_count, _END, 0)
    listed = [*range(used, used + tables), *[_NOBODY] * (_LISTED - tables)]
    head += struct.pack(f"<{_LISTED}I", *listed)
    return b"".join((head.ljust(_SECTOR, b"\0"), *big.kept, struct.pack(f"<{len(table)}I", *table)))
