"""Tiles and bundles: their paths as C2SP writes them, the trees read back from them, what is cut or missing."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof import tree

from morasanu.proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)
from morasanu.proof.tile import (
    ENTRIES,
    WIDTH,
    MissingError,
    Tile,
    TileTree,
    join_bundle,
    list_tiles,
    split_bundle,
    split_hashes,
)

FEW = tuple(sha256(b"\0leaf %d" % number).digest() for number in range(7))
LARGE = (65_535, 65_536, 65_537, 65_792, 131_072, 131_073)


@cache
def upper(level: int, number: int) -> bytes:
    """Return the root of a whole tile: leaves repeat after seven, so few are ever made."""
    edge = Frontier()
    for place in range(WIDTH):
        edge.append(node(level, number * WIDTH + place))
    return edge.root()


def node(level: int, index: int) -> bytes:
    return FEW[index % 7] if level == 0 else upper(level - 1, index % 7 if level == 1 else index)


def make_files(size: int) -> dict[str, bytes]:
    return {
        tile.path: b"".join(node(tile.level, tile.number * WIDTH + place) for place in range(tile.width))
        for tile in list_tiles(size)
        if tile.level != ENTRIES
    }


def grow(sizes: tuple[int, ...]) -> dict[int, bytes]:
    edge, roots = Frontier(), {}
    for number in range(max(sizes)):
        if edge.size in sizes:
            roots[edge.size] = edge.root()
        edge.append(FEW[number % 7])
    return roots | {edge.size: edge.root()}


# Source: c2sp.org/tlog-tiles, its examples.
@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(0, 0, 5), "tile/0/000.p/5"),
        (Tile(1, 999), "tile/1/999"),
        (Tile(1, 1000, 112), "tile/1/x001/000.p/112"),
        (Tile(ENTRIES, 1000), "tile/entries/x001/000"),
    ],
)
def test_a_tile_has_the_path_of_the_specification(tile: Tile, path: str) -> None:
    assert tile.path == path


def test_a_tree_of_70000_has_the_tiles_of_the_specification() -> None:
    tiles = list(list_tiles(70_000))
    assert sum(tile.level == 0 and tile.width == WIDTH for tile in tiles) == 273
    assert [tile.path for tile in tiles if tile.width < WIDTH] == [
        "tile/entries/273.p/112", "tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1",
    ]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 511, 512, 513, 1_000])
def test_a_small_tree_read_from_tiles_is_that_of_its_leaves(size: int) -> None:
    entries = [b"%d" % (number % 7) for number in range(size)]
    edge, files = Frontier(), {}
    leaves = [hash_leaf(entry) for entry in entries]
    for leaf in leaves:
        edge.append(leaf)
    for tile in list_tiles(size):
        if tile.level == 0:
            files[tile.path] = b"".join(leaves[tile.number * WIDTH :][: tile.width])
        elif tile.level == 1:
            roots = [tree.head(entries[at : at + WIDTH]) for at in range(0, size - size % WIDTH, WIDTH)]
            files[tile.path] = b"".join(roots)
    found = TileTree(size, files.get)
    assert found.root() == edge.root() == tree.head(entries)
    assert found.frontier().hashes == edge.hashes


@pytest.fixture(scope="module")
def roots() -> dict[int, bytes]:
    return grow(LARGE)


@pytest.mark.parametrize("size", LARGE)
def test_a_large_tree_read_from_tiles_is_that_of_its_leaves(size: int, roots: dict[int, bytes]) -> None:
    files = make_files(size)
    found = TileTree(size, files.get)
    assert found.root() == roots[size] == found.frontier().root()
    for index in {0, 255, 256, size // 2, 65_534, size - 1}:
        assert verify_inclusion(FEW[index % 7], index, size, prove_inclusion(index, size, found.node), roots[size])
    for old in LARGE:
        if old <= size:
            path = prove_consistency(old, size, found.node)
            assert verify_consistency(old, roots[old], size, roots[size], path)


def test_a_partial_tile_may_have_been_replaced_by_the_whole_one(roots: dict[int, bytes]) -> None:
    files = make_files(131_072)
    assert not any(".p/" in name for name in files if name.startswith("tile/0"))
    files["tile/1/001"] = files["tile/1/001"] + b""
    assert TileTree(65_537, {**files, **make_files(65_537)}.get).root() == roots[65_537]
    whole = {name: data for name, data in files.items() if ".p/" not in name}
    assert TileTree(65_535, whole.get).root() == roots[65_535]


def test_every_tile_that_is_missing_cut_or_too_long_is_named() -> None:
    size = 65_537
    files = make_files(size)
    for name in ("tile/0/000", "tile/0/256.p/1", "tile/1/000", "tile/2/000.p/1"):
        level, number = int(name.split("/")[1]), int(name.split("/")[2][:3])
        for data in (None, files[name][:-1], files[name] + b"\0", b""):
            with pytest.raises(MissingError, match=name):
                TileTree(size, {**files, name: data}.get).tile(level, number)


def test_a_place_beyond_the_tree_is_missing() -> None:
    with pytest.raises(MissingError):
        TileTree(256, make_files(256).get).tile(0, 1)


@given(st.integers(0, 70_000), st.integers(0, 70_000))
def test_a_growing_tree_lists_each_tile_that_it_gains(first: int, second: int) -> None:
    since, size = sorted((first, second))
    before, after = set(list_tiles(since)), set(list_tiles(size))
    gained = set(list_tiles(size, since))
    assert gained >= after - before
    assert gained <= after
    assert not any(tile.width == WIDTH for tile in gained & before)


def test_the_empty_tree_has_no_tile() -> None:
    assert list(list_tiles(0)) == []
    assert TileTree(0, {}.get).root() == EMPTY_ROOT
    assert TileTree(0, {}.get).frontier().size == 0


@given(st.lists(st.binary(max_size=40), max_size=WIDTH))
def test_a_bundle_comes_back(entries: list[bytes]) -> None:
    assert split_bundle(join_bundle(entries)) == entries


@given(st.lists(st.binary(max_size=40), min_size=1, max_size=20), st.data())
def test_a_cut_bundle_is_none_or_shorter(entries: list[bytes], data: st.DataObject) -> None:
    whole = join_bundle(entries)
    found = split_bundle(whole[: data.draw(st.integers(0, len(whole) - 1))])
    assert found is None or found == entries[: len(found)] != entries


def test_bundles_hold_at_most_256_entries_of_65535_bytes() -> None:
    longest = bytes(65_535)
    assert split_bundle(join_bundle([longest])) == [longest]
    with pytest.raises(ValueError, match=r"^$"):
        join_bundle([longest + b"\0"])
    assert split_bundle(join_bundle([b""] * 257)) is None


def test_entries_come_from_the_partial_bundle_or_the_whole_one() -> None:
    entries = [b"%d" % number for number in range(WIDTH)]
    part, whole = join_bundle(entries[:3]), join_bundle(entries)
    assert TileTree(3, {"tile/entries/000.p/3": part}.get).bundle(0) == entries[:3]
    assert TileTree(3, {"tile/entries/000": whole}.get).bundle(0) == entries[:3]
    for data in (None, join_bundle(entries[:2]), join_bundle(entries[:4]), part[:-1], whole[:-1]):
        with pytest.raises(MissingError, match=r"tile/entries/000\.p/3"):
            TileTree(3, {"tile/entries/000.p/3": data}.get).bundle(0)


def test_hashes_stand_side_by_side() -> None:
    assert split_hashes(b"".join(FEW)) == list(FEW)
