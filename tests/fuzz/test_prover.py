"""What a lying prover gets accepted: nothing that is false. By hand, `make prove` tells a million lies."""

from __future__ import annotations

import pytest

pytest.importorskip("cryptography", reason="the extra ledger is not installed")
from tests.fuzz.lied_to import Alone, Product
from tests.fuzz.prover import SIZE, Prover, count_disagreements, count_lies

from morasanu.proof.merkle import hash_children, prove_inclusion

KINDS = {"inclusion", "consistency", "receipt", "checkpoint", "ledger"}


def test_twenty_thousand_lies_are_refused() -> None:
    counts = count_lies(Prover(Product(), seed=4), 20_000)
    assert set(counts) == KINDS
    assert not [kind for kind, count in counts.items() if count["false"]]
    assert all(count["refused"] > 100 for count in counts.values())


def test_a_thousand_lies_are_refused_by_the_verifier_for_auditors() -> None:
    counts = count_lies(Prover(Alone(), seed=5), 1_000)
    assert not [kind for kind, count in counts.items() if count["false"]]


def test_the_truth_is_accepted() -> None:
    for verifier in (Product(), Alone()):
        prover = Prover(verifier, seed=6)
        tree = prover.trees[0]
        for size in (1, 2, 3, 255, 256, 257, SIZE):
            for index in {0, size // 2, size - 1}:
                path = prove_inclusion(index, size, tree.node)
                assert verifier.includes(tree.leaves[index], index, size, path, tree.root(size))
        assert verifier.signed(prover.heads[SIZE])
        assert verifier.judges(prover.files, prover.outside)[0] == "verified"


def test_both_verifiers_say_the_same_of_changed_ledgers() -> None:
    assert count_disagreements(seed=7, ledgers=500) == 0


class Credulous(Product):
    """Walks up the path and never asks how long it must be."""

    def includes(self, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
        """Return whether the hashes come out."""
        node = leaf
        for step in path:
            node = hash_children(step, node) if index & 1 or index == size - 1 else hash_children(node, step)
            index, size = index >> 1, (size + 1) >> 1
        return node == root

    def signed(self, data: bytes) -> bytes | None:
        """Return the text, signed or not."""
        return data.partition(b"\n\n")[0] + b"\n"

    def received(self, data: bytes, entry: bytes) -> None:
        """Accept no receipt."""


def test_a_verifier_with_known_flaws_is_found_out() -> None:
    counts = count_lies(Prover(Credulous(), seed=8), 5_000)
    assert counts["inclusion"]["false"]
    assert counts["checkpoint"]["false"]
