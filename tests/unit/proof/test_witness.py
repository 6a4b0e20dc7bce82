"""What a witness answers, case by case of c2sp.org/tlog-witness."""

from __future__ import annotations

import os
from base64 import b64encode

import pytest

from morasanu.proof.checkpoint import Checkpoint
from morasanu.proof.merkle import EMPTY_ROOT, Frontier, hash_leaf, hash_range, prove_consistency
from morasanu.proof.note import Note, SignerKey
from morasanu.proof.witness import Request, judge, parse_request

LOG = SignerKey("bank.example/ledger", bytes(range(32)))
OTHER = SignerKey("bank.example/ledger", bytes(32))
LEAVES = [hash_leaf(b"%d" % number) for number in range(40)]
KEYS = {LOG.name: [LOG.verifier]}


def node(level: int, index: int) -> bytes:
    edge = Frontier()
    for leaf in LEAVES[index << level : (index + 1) << level]:
        edge.append(leaf)
    return edge.root()


def head(size: int, root: bytes | None = None) -> Checkpoint:
    return Checkpoint(LOG.name, size, hash_range(0, size, node) if root is None else root)


def sign(checkpoint: Checkpoint, *keys: SignerKey) -> Note:
    return Note(checkpoint.text, tuple(key.sign(checkpoint.text) for key in keys or (LOG,)))


def ask(old: int, new: int) -> Request:
    return Request(old, tuple(prove_consistency(old, new, node)) if old else (), sign(head(new)))


@pytest.mark.parametrize(
    ("old", "new"), [(0, 0), (0, 1), (0, 39), (1, 1), (1, 2), (7, 7), (7, 40), (8, 16), (13, 39), (39, 40)]
)
def test_ledger_that_grew_is_cosigned(old: int, new: int) -> None:
    answer = judge(ask(old, new), KEYS, head(old) if old else None)
    assert (answer.status, answer.size) == (200, new)
    assert [each.key_id for each in answer.signatures] == [LOG.verifier.key_id]


def test_only_signatures_that_were_verified_are_kept() -> None:
    note = sign(head(3), LOG, OTHER)
    assert len(judge(Request(0, (), note), KEYS, None).signatures) == 1
    both = {LOG.name: [LOG.verifier, OTHER.verifier]}
    assert len(judge(Request(0, (), note), both, None).signatures) == 2


def test_ledger_that_is_not_known_is_404() -> None:
    assert judge(ask(0, 3), {}, None).status == 404


def test_foreign_signature_is_403() -> None:
    assert judge(Request(0, (), sign(head(3), OTHER)), KEYS, None).status == 403


def test_forged_signature_under_a_known_key_is_403_also_beside_a_good_one() -> None:
    note = sign(head(3))
    forged = note.signatures[0]._replace(data=bytes(64))
    for signatures in ((forged,), (*note.signatures, forged)):
        assert judge(Request(0, (), note._replace(signatures=signatures)), KEYS, None).status == 403


def test_cosignature_in_the_place_of_a_signature_is_403() -> None:
    note = Note(head(3).text, (LOG.cosign(head(3).text, 5),))
    assert judge(Request(0, (), note), KEYS, None).status == 403


def test_old_size_beyond_the_new_one_is_400() -> None:
    assert judge(ask(4, 4)._replace(old=5), KEYS, head(5)).status == 400


def test_text_that_is_no_checkpoint_is_400() -> None:
    text = f"{LOG.name}\n03\n{b64encode(EMPTY_ROOT).decode()}\n"
    assert judge(Request(0, (), Note(text, (LOG.sign(text),))), KEYS, None).status == 400


@pytest.mark.parametrize(("old", "latest"), [(0, 5), (3, 5), (6, 5), (3, 0)])
def test_old_size_that_is_not_the_latest_is_409_with_the_latest(old: int, latest: int) -> None:
    answer = judge(ask(old, 7), KEYS, head(latest) if latest else None)
    assert (answer.status, answer.size) == (409, latest)


def test_rolled_back_ledger_is_never_cosigned() -> None:
    for old in range(5):
        assert judge(ask(old, 4), KEYS, head(9)).status == 409
    assert judge(ask(4, 4)._replace(old=9), KEYS, head(9)).status == 400


def test_forked_root_of_the_same_size_is_422() -> None:
    request = Request(6, (), sign(head(6, os.urandom(32))))
    assert judge(request, KEYS, head(6)).status == 422


def test_forked_history_is_422() -> None:
    request = ask(6, 9)
    assert judge(request, KEYS, head(6, bytes(32))).status == 422
    assert judge(request._replace(note=sign(head(9, bytes(32)))), KEYS, head(6)).status == 422


def test_every_changed_proof_is_422() -> None:
    request = ask(13, 39)
    for place in range(len(request.path)):
        changed = list(request.path)
        changed[place] = bytes(32)
        assert judge(request._replace(path=tuple(changed)), KEYS, head(13)).status == 422
        assert judge(request._replace(path=request.path[:place]), KEYS, head(13)).status == 422
    assert judge(request._replace(path=(*request.path, bytes(32))), KEYS, head(13)).status == 422


def test_proof_from_nothing_is_422() -> None:
    assert judge(ask(0, 3)._replace(path=(bytes(32),)), KEYS, None).status == 422


def test_empty_ledger_with_another_root_is_422() -> None:
    assert judge(Request(0, (), sign(head(0, bytes(32)))), KEYS, None).status == 422


@pytest.mark.parametrize("old", [0, 1, 13])
def test_request_reads_as_it_was_written(old: int) -> None:
    request = ask(old, 39)
    assert parse_request(request.encoded) == request


@pytest.mark.parametrize(
    "head_lines",
    ["", "old", "old ", "old 01", "old -1", "old 1 ", "Old 1", "old 1\r", "old 99999999999999999999", "old 1\n====", "old 1\nAAAA",
     "old 1\n" + "\n".join([b64encode(bytes(32)).decode()] * 64)],
)  # fmt: skip
def test_request_with_a_wrong_head_is_none(head_lines: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        parse_request(f"{head_lines}\n\n".encode() + sign(head(3)).encoded)


def test_request_of_63_steps_is_one() -> None:
    lines = "\n".join([b64encode(bytes(32)).decode()] * 63)
    assert len(parse_request(f"old 1\n{lines}\n\n".encode() + sign(head(3)).encoded).path) == 63


def test_request_cut_anywhere_is_none_or_not_signed() -> None:
    data = ask(13, 39).encoded
    for end in range(len(data)):
        try:
            request = parse_request(data[:end])
        except ValueError:
            continue
        assert judge(request, KEYS, head(13)).status in {400, 403, 404}, end
