"""Tree hashes and proofs: the vectors of Certificate Transparency, and the words of RFC 6962 as a peer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof import tree

from morasanu.proof.merkle import (
    EMPTY_ROOT,
    Frontier,
    hash_leaf,
    hash_range,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

# Source: the reference tree that implementations of Certificate Transparency test themselves with.
LEAVES = tuple(
    bytes.fromhex(leaf)
    for leaf in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
)  # fmt: skip
ROOTS = tuple(
    bytes.fromhex(root)
    for root in (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    )
)
_5F = "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
_6B = "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
_96 = "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
_BC = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
_CA = "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
_D3 = "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
_0E = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
MOST = 70
ENTRIES = [b"entry %d" % number for number in range(MOST)]
NODES = tree.make_nodes(ENTRIES)
HEADS = [tree.head(ENTRIES[:size]) for size in range(MOST + 1)]


def test_roots_of_the_reference_tree() -> None:
    edge = Frontier()
    for size, leaf in enumerate(LEAVES):
        assert edge.root() == ROOTS[size]
        edge.append(hash_leaf(leaf))
    assert edge.root() == ROOTS[8]
    assert ROOTS[0] == EMPTY_ROOT


@pytest.mark.parametrize(("index", "size", "path"), [(0, 8, (_96, _5F, _6B)), (5, 8, (_BC, _CA, _D3)), (0, 1, ())])
def test_audit_paths_of_the_reference_tree(index: int, size: int, path: tuple[str, ...]) -> None:
    found = prove_inclusion(index, size, tree.make_nodes(LEAVES))
    assert tuple(step.hex() for step in found) == path
    assert verify_inclusion(hash_leaf(LEAVES[index]), index, size, found, ROOTS[size])


@pytest.mark.parametrize(
    ("old", "new", "path"), [(1, 8, (_96, _5F, _6B)), (6, 8, (_0E, _CA, _D3)), (2, 5, (_5F, _BC)), (7, 7, ())]
)
def test_consistency_proofs_of_the_reference_tree(old: int, new: int, path: tuple[str, ...]) -> None:
    found = prove_consistency(old, new, tree.make_nodes(LEAVES))
    assert tuple(step.hex() for step in found) == path
    assert verify_consistency(old, ROOTS[old], new, ROOTS[new], found)


def test_roots_and_ranges_are_those_of_the_definition() -> None:
    edge = Frontier()
    for size in range(MOST):
        assert edge.root() == HEADS[size] == hash_range(0, size, NODES)
        assert Frontier(size, edge.hashes).root() == HEADS[size]
        edge.append(hash_leaf(ENTRIES[size]))


def test_inclusion_proofs_of_every_size_are_those_of_the_definition_and_hold_for_nothing_else() -> None:
    for size in range(1, MOST + 1):
        for index in range(size):
            found = prove_inclusion(index, size, NODES)
            assert found == tree.path(index, ENTRIES[:size])
            leaf = NODES(0, index)
            assert verify_inclusion(leaf, index, size, found, HEADS[size])
            assert not any(
                verify_inclusion(leaf, other, size, found, HEADS[size])
                for other in range(-1, size + 1)
                if other != index
            )
            assert not verify_inclusion(leaf, index, size, found, HEADS[size - 1])
            assert not verify_inclusion(NODES(0, (index + 1) % MOST), index, size, found, HEADS[size])
            for wrong in _spoil(found):
                assert not verify_inclusion(leaf, index, size, wrong, HEADS[size])


def test_consistency_proofs_of_every_size_are_those_of_the_definition_and_hold_for_nothing_else() -> None:
    for new in range(1, MOST + 1):
        for old in range(1, new + 1):
            found = prove_consistency(old, new, NODES)
            assert found == tree.proof(old, ENTRIES[:new])
            assert verify_consistency(old, HEADS[old], new, HEADS[new], found)
            assert not verify_consistency(old, HEADS[old - 1], new, HEADS[new], found)
            assert not verify_consistency(old, HEADS[old], new, HEADS[new - 1], found)
            assert not verify_consistency(new + 1, HEADS[old], new, HEADS[new], found)
            if old < new:
                assert not verify_consistency(old, HEADS[new], new, HEADS[old], found)
            for wrong in _spoil(found):
                assert not verify_consistency(old, HEADS[old], new, HEADS[new], wrong)


def _spoil(path: list[bytes]) -> list[list[bytes]]:
    """Return paths that are wrong: cut at either end, longer, with a step changed, short or twice, reversed."""
    other = bytes(32)
    made = [[*path, other], [other, *path], [*path, *path, other]]
    if path:
        flipped = bytes([path[0][0] ^ 1]) + path[0][1:]
        made += [
            path[1:],
            path[:-1],
            [flipped, *path[1:]],
            [*path[:-1], other],
            [path[0][:31], *path[1:]],
            [path[0], *path],
        ]
    if len(path) > 1:
        made.append(path[::-1])
    return made


def test_only_the_same_tree_is_consistent_with_itself_and_the_empty_tree_begins_every_one() -> None:
    assert verify_consistency(0, EMPTY_ROOT, 5, HEADS[5], [])
    assert verify_consistency(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    assert not verify_consistency(0, HEADS[1], 5, HEADS[5], [])
    assert not verify_consistency(0, HEADS[1], 0, HEADS[1], [])
    assert not verify_consistency(0, EMPTY_ROOT, 5, HEADS[5], [HEADS[5]])
    assert not verify_consistency(5, HEADS[5], 5, HEADS[6], [])
    assert not verify_consistency(5, HEADS[5], 5, HEADS[5], [HEADS[5]])
    assert not verify_consistency(4, HEADS[4], 8, HEADS[8], [])
    assert not verify_consistency(-1, EMPTY_ROOT, 5, HEADS[5], [])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_what_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        prove_inclusion(index, size, NODES)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_what_did_not_grow_has_no_proof(old: int, new: int) -> None:
    with pytest.raises(ValueError, match=r"^$"):
        prove_consistency(old, new, NODES)


def test_an_edge_that_does_not_fit_its_size_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^$"):
        Frontier(3, [bytes(32)])


@given(
    st.integers(0, 2**62),
    st.integers(1, 2**62),
    st.lists(st.binary(min_size=32, max_size=32), max_size=66),
    st.binary(min_size=32, max_size=32),
)
def test_no_proof_out_of_the_blue_is_accepted(index: int, size: int, path: list[bytes], root: bytes) -> None:
    assert not verify_inclusion(hash_leaf(b"never there"), index, size, path, root)
    if size != index + size:
        assert not verify_consistency(size, root, index + size, hash_leaf(root), path)


@given(st.integers(1, MOST), st.integers(0, 255), st.data())
def test_one_bit_is_enough_to_refuse(size: int, bit: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    found = prove_inclusion(index, size, NODES)
    leaf, root = NODES(0, index), HEADS[size]
    spoiled = [leaf, root, *found]
    at = data.draw(st.integers(0, len(spoiled) - 1))
    spoiled[at] = (int.from_bytes(spoiled[at], "big") ^ 1 << bit).to_bytes(32, "big")
    leaf, root, *found = spoiled
    assert not verify_inclusion(leaf, index, size, found, root)
