"""Trees as files: tiles of 256 hashes and bundles of 256 entries. Source: c2sp.org/tlog-tiles."""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - the module names it like a function
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.proof.merkle import HASH_BYTES, Frontier, hash_children, hash_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

WIDTH: Final = 256
_HEIGHT: Final = 8
_LENGTH: Final = Struct(">H")
_pack = _LENGTH.pack
ENTRIES: Final = -1
"""The level of the bundles of entries, which lie beside the tiles of level 0."""
LONGEST_ENTRY: Final = 65_535


class MissingError(LookupError):
    """A file that the tree needs is not there or not as long as it must be; carries its path."""


class Tile(NamedTuple):
    """Where a tile stands: its level (`ENTRIES` for a bundle), its number there, how many of its 256 places are filled."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def path(self) -> str:
        """Return the path of its file.

        >>> Tile(0, 1234067, 8).path, Tile(ENTRIES, 5).path
        ('tile/0/x001/x234/067.p/8', 'tile/entries/005')
        """
        digits = str(self.number)
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        name = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{name}" + (f".p/{self.width}" if self.width < WIDTH else "")


def list_tiles(size: int, since: int = 0) -> Iterator[Tile]:
    """Yield the tiles and bundles of the tree of `size` leaves that are not whole in that of `since` leaves.

    >>> [tile.path for tile in list_tiles(257, 256)]
    ['tile/entries/001.p/1', 'tile/0/001.p/1']
    """
    for level in (ENTRIES, *range(8)):
        shift = _HEIGHT * max(level, 0)
        filled, before = size >> shift, since >> shift
        if not filled or (before == filled and level > 0):
            return
        for index in range(before // WIDTH, -(-filled // WIDTH)):
            yield Tile(level, index, min(WIDTH, filled - index * WIDTH))


class TileTree:
    """The tree of `size` leaves, read from the tiles that `read` gives by path (None for one that is not there)."""

    def __init__(self, size: int, read: Callable[[str], bytes | None]) -> None:
        """Read nothing yet."""
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], list[bytes]] = {}

    def node(self, level: int, index: int) -> bytes:
        """Return the hash of a complete subtree, as proofs need it. Raises MissingError."""
        tile_level, inner = divmod(level, _HEIGHT)
        first = index << inner
        hashes = self.tile(tile_level, first // WIDTH)
        row = hashes[first % WIDTH : first % WIDTH + (1 << inner)]
        while len(row) > 1:
            row = [hash_children(row[at], row[at + 1]) for at in range(0, len(row), 2)]
        return row[0]

    def tile(self, level: int, index: int) -> list[bytes]:
        """Return the hashes of one tile as far as the tree fills it. Raises MissingError."""
        known = self._tiles.get((level, index))
        if known is None:
            width = min(WIDTH, (self.size >> (_HEIGHT * level)) - index * WIDTH)
            known = split_hashes(self._take(Tile(level, index, width), width * HASH_BYTES))
            self._tiles[level, index] = known
        return known

    def _take(self, tile: Tile, size_bytes: int) -> bytes:
        if tile.width <= 0:
            raise MissingError(tile.path)
        found, data = self._find(tile)
        if len(data) != found.width * HASH_BYTES:
            raise MissingError(found.path)
        return data[:size_bytes]

    def _find(self, tile: Tile) -> tuple[Tile, bytes]:
        """Return the file of `tile`, or of the whole tile, which may have taken its place. Raises MissingError."""
        for found in (tile, tile._replace(width=WIDTH)):
            data = self._read(found.path)
            if data is not None:
                return found, data
        raise MissingError(tile.path)

    def root(self) -> bytes:
        """Return the root. Raises MissingError."""
        return hash_range(0, self.size, self.node)

    def frontier(self) -> Frontier:
        """Return the right edge, to grow it. Raises MissingError."""
        edge, start = [], 0
        for level in range(self.size.bit_length() - 1, -1, -1):
            if self.size >> level & 1:
                edge.append(self.node(level, start >> level))
                start += 1 << level
        return Frontier(self.size, edge)

    def bundle(self, index: int) -> list[bytes]:
        """Return the entries of one bundle as far as the tree fills it. Raises MissingError."""
        width = min(WIDTH, self.size - index * WIDTH)
        found, data = self._find(Tile(ENTRIES, index, width))
        entries = split_bundle(data)
        if entries is None or len(entries) != found.width:
            raise MissingError(found.path)
        return entries[:width]


def split_hashes(data: bytes) -> list[bytes]:
    """Return the hashes that stand in `data` one behind the other."""
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]


def join_bundle(entries: Iterable[bytes]) -> bytes:
    r"""Return entries behind their lengths. Raises ValueError for one of more than 65,535 bytes.

    >>> join_bundle([b"ab", b""])
    b'\x00\x02ab\x00\x00'
    """
    try:
        return b"".join([_pack(len(entry)) + entry for entry in entries])
    except StructError as error:
        raise ValueError from error


def split_bundle(data: bytes) -> list[bytes] | None:
    """Return the entries of a bundle, None when it is cut or has more than 256 of them."""
    entries, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            return None
        (length,) = _LENGTH.unpack_from(data, at)
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return entries if at == len(data) and len(entries) <= WIDTH else None
