"""From rows to files: the bundles and tiles that a tree gains as it grows, each written once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.errors import EvidenceError
from morasanu.proof.merkle import Frontier, hash_leaf
from morasanu.proof.tile import ENTRIES, WIDTH, MissingError, Tile, TileTree, join_bundle, list_tiles

if TYPE_CHECKING:
    from collections.abc import Iterable

    from morasanu.ledger.folder import Folder
    from morasanu.proof.checkpoint import Checkpoint


def grow_tree(folder: Folder, head: Checkpoint, entries: Iterable[bytes]) -> Frontier:
    """Return the edge of the tree of all `entries`, whose files are then in `folder` but not yet certain to be found.

    `entries` begin with the last bundle of the tree of `head` that is not whole: what is sealed there already must be
    the same. Raises EvidenceError MRS-E-015 when the files or the rows are not those that `head` was signed over.
    """
    tree = TileTree(head.size, folder.read)
    try:
        edge = tree.frontier()
        levels = [_read_partial(tree, level) for level in range(8)]
    except MissingError as error:
        raise _differ(str(error)) from error
    if edge.root() != head.root:
        raise _differ("checkpoint")
    growing = _Growing(folder, head.size, levels)
    start = head.size - head.size % WIDTH
    for number, entry in enumerate(entries, start):
        leaf = hash_leaf(entry)
        if number < head.size:
            if leaf != levels[0][number - start]:
                raise _differ(f"{number}")
            growing.bundle.append(entry)
        else:
            edge.append(leaf)
            growing.add(entry, leaf)
    growing.finish()
    return edge


def drop_partial(folder: Folder, old: int, new: int) -> None:
    """Remove the partial tiles, those of the tree of `old` leaves and those before them, that are whole in that of `new` leaves."""
    for tile in list_tiles(old):
        filled = new >> (8 * max(tile.level, 0))
        if tile.width < WIDTH and filled >= (tile.number + 1) * WIDTH:
            parts = tile.path.rpartition("/")[0]
            for path in (folder.path / parts).glob("*"):
                folder.remove(f"{parts}/{path.name}")


def _read_partial(tree: TileTree, level: int) -> list[bytes]:
    filled = tree.size >> (8 * level)
    return list(tree.tile(level, filled // WIDTH)) if filled % WIDTH else []


def _differ(where: str) -> EvidenceError:
    return EvidenceError(
        "MRS-E-015",
        f"台帳のファイルが、署名したときと違います（{where}）",
        f"the ledger's files are not those that were signed ({where})",
    )


class _Growing:
    """The tiles and the bundle that are being filled; each is written when it is whole, the rest at the end."""

    def __init__(self, folder: Folder, size: int, levels: list[list[bytes]]) -> None:
        self._folder = folder
        self._levels = [list(level) for level in levels]
        self._done = [size >> (8 * level) for level in range(len(levels))]
        self._size = size
        self._since = size
        self.bundle: list[bytes] = []

    def add(self, entry: bytes, leaf: bytes) -> None:
        self.bundle.append(entry)
        self._size += 1
        if len(self.bundle) == WIDTH:
            self._write(Tile(ENTRIES, self._size // WIDTH - 1), join_bundle(self.bundle))
            self.bundle = []
        self._push(0, leaf)

    def _push(self, level: int, node: bytes) -> None:
        row = self._levels[level]
        row.append(node)
        self._done[level] += 1
        if len(row) == WIDTH:
            self._write(Tile(level, self._done[level] // WIDTH - 1), b"".join(row))
            above = Frontier()
            for each in row:
                above.append(each)
            row.clear()
            self._push(level + 1, above.root())

    def finish(self) -> None:
        wanted = {tile.path for tile in list_tiles(self._size, self._since)}
        if self.bundle:
            self._write(Tile(ENTRIES, self._size // WIDTH, len(self.bundle)), join_bundle(self.bundle))
        for level, row in enumerate(self._levels):
            tile = Tile(level, self._done[level] // WIDTH, len(row))
            if row and tile.path in wanted:
                self._write(tile, b"".join(row))

    def _write(self, tile: Tile, data: bytes) -> None:
        self._folder.write(tile.path, data)
