"""Receipts: they come back, stand alone, and have one spelling. Source: c2sp.org/tlog-proof."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof import tree
from tests.unit.proof.refuse import refuses

from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.merkle import hash_leaf, prove_inclusion, verify_inclusion
from morasanu.proof.note import Note, SignerKey, verify_note
from morasanu.proof.receipt import Receipt, parse_receipt

KEY = SignerKey("bank.example/evidence", bytes(range(32)))
HASHES = st.binary(min_size=32, max_size=32)
ENTRIES = [b"%d" % number for number in range(11)]


def seal(size: int, root: bytes) -> Note:
    text = Checkpoint(KEY.name, size, root).text
    return Note(text, (KEY.sign(text),))


def make_receipt(seq: int, extra: bytes = b"") -> Receipt:
    path = prove_inclusion(seq, len(ENTRIES), tree.make_nodes(ENTRIES))
    return Receipt(seq, tuple(path), seal(len(ENTRIES), tree.head(ENTRIES)), extra)


@pytest.mark.parametrize("seq", range(len(ENTRIES)))
def test_a_receipt_is_all_that_a_stranger_needs_beside_the_entry_and_the_key(seq: int) -> None:
    found = parse_receipt(make_receipt(seq).text)
    assert verify_note(found.checkpoint, [KEY.verifier]) == (KEY.verifier,)
    head = parse_checkpoint(found.checkpoint.text)
    assert verify_inclusion(hash_leaf(ENTRIES[seq]), found.seq, head.size, found.path, head.root)
    assert not verify_inclusion(hash_leaf(b"other"), found.seq, head.size, found.path, head.root)


def test_a_receipt_is_written_as_the_specification_says() -> None:
    lines = make_receipt(10, b"more").text.split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra bW9yZQ==", "index 10"]
    assert lines[5:8] == ["", "bank.example/evidence", "11"]


@given(st.integers(0, 2**62), st.lists(HASHES, max_size=63), st.binary(max_size=40), st.integers(1, 2**62), HASHES)
def test_a_receipt_comes_back(seq: int, path: list[bytes], extra: bytes, size: int, root: bytes) -> None:
    made = Receipt(seq, tuple(path), seal(size, root), extra)
    assert parse_receipt(made.text) == made


def test_other_spellings_are_refused() -> None:
    text = make_receipt(3, b"more").text
    assert not refuses(parse_receipt, text)
    for old, new in (
        ("@v1", "@v2"), ("index 3", "index 03"), ("index 3", "index -1"), ("index 3", "index"), ("index 3\n", ""), ("index 3", f"index {'9' * 20}"),
        ("extra bW9yZQ==", "extra "), ("extra bW9yZQ==", "extra bW9yZR=="), ("extra bW9yZQ==", "more"), ("\n\nbank", "\nbank"), ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\nindex 3\n"), ("c2sp", " c2sp"), ("index 3\n", f"index 3\n{'A' * 43}=\n" + f"{'A' * 43}=\n" * 64), ("\u2014", "-"),
    ):  # fmt: skip
        assert old in text
        assert refuses(parse_receipt, text.replace(old, new, 1)), new
    assert refuses(parse_receipt, text[:-1])
    assert refuses(parse_receipt, text + "\n")


@given(st.text(max_size=60))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    for head in ("", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 1\n"):
        refuses(parse_receipt, head + text)
