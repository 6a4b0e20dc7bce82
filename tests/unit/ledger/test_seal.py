"""From rows to what a stranger can verify: sealing at every size, proving, erasing, changing the key, giving away."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.batch import Draft
from morasanu.ledger.export import export_files
from morasanu.ledger.folder import Folder
from morasanu.ledger.interface import Row
from morasanu.ledger.key import PRIVATE, read_private, read_public
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.ledger.place import read_place
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.event import BEGUN, KEY_CHANGED, digest_record, parse_event
from morasanu.proof.merkle import hash_leaf, verify_inclusion
from morasanu.proof.note import VerifierKey, verify_note
from morasanu.proof.receipt import Receipt, parse_receipt
from morasanu.proof.tile import list_tiles
from morasanu.proof.verify import CHECKPOINT, Fault, Outside, State, Verdict, find_change, verify

if TYPE_CHECKING:
    from pathlib import Path


def drafts(count: int) -> list[Draft]:
    return [Draft("record", "u-17", {"number": number}) for number in range(count)]


def judge(path: Path, *outside: bytes, key: VerifierKey | None = None) -> Verdict:
    return verify(Folder(path).read, [Outside("kept", data) for data in outside], key)


def list_files(path: Path) -> set[str]:
    return {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()}


def test_a_new_ledger_has_one_entry_that_names_its_key(path: Path) -> None:
    key = read_public(Folder(path))
    assert judge(path, key=key) == Verdict(State.UNPROVEN, 1, "", Fault.NO_OUTSIDE)
    with Ledger(path) as ledger:
        proved = ledger.prove(0)
    assert (proved.event.kind, proved.event.key, proved.event.seq) == (BEGUN, str(key), 0)
    assert key.name == read_place(Folder(path))[0] == "bank.example/evidence"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "台帳", 'a"b', "a\\b", "a" * 256])
def test_a_name_that_cannot_stand_in_an_entry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError) as refused:
        begin_ledger(tmp_path / "new", name)
    assert refused.value.code == "MRS-I-041"
    assert not (tmp_path / "new").exists()


def test_a_ledger_begins_in_an_empty_folder_only(path: Path) -> None:
    before = {name: (path / name).read_bytes() for name in list_files(path)}
    with pytest.raises(InputError) as refused:
        begin_ledger(path, "bank.example/evidence")
    assert refused.value.code == "MRS-I-040"
    assert {name: (path / name).read_bytes() for name in list_files(path)} == before
    with pytest.raises(InputError) as refused:
        begin_ledger(path / CHECKPOINT, "bank.example/evidence")
    assert refused.value.code == "MRS-I-040"


def test_where_there_is_no_ledger_none_is_opened(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(InputError) as refused:
            Ledger(wrong)
        assert refused.value.code == "MRS-I-042"
    assert list(tmp_path.iterdir()) == []


def test_every_checkpoint_of_a_growing_ledger_stays_true(path: Path) -> None:
    kept = []
    with Ledger(path) as ledger:
        for step in (0, 1, 1, 200, 52, 1, 1, 0, 255, 1, 300, 1_200):
            ledger.append(drafts(step))
            head = ledger.seal()
            assert parse_checkpoint(head.text).size == ledger.size
            assert (path / CHECKPOINT).read_bytes() == head.encoded
            kept.append(head.encoded)
            assert judge(path, *kept).state is State.VERIFIED
    tiles = {tile.path for tile in list_tiles(ledger.size)}
    found = {name for name in list_files(path) if name.startswith("tile/")}
    assert found >= tiles
    growing = {name.rpartition("/")[0] for name in tiles if ".p/" in name}
    assert {name.rpartition("/")[0] for name in found - tiles} <= growing  # parts of what is whole by now are gone


def test_a_seal_without_anything_new_is_the_same(path: Path, ledger: Ledger) -> None:
    before = (path / CHECKPOINT).stat().st_mtime_ns
    assert ledger.seal() == ledger.seal()
    assert (path / CHECKPOINT).stat().st_mtime_ns == before


@pytest.mark.parametrize("seq", [0, 1, 255, 256, 300])
def test_a_receipt_and_the_record_prove_what_was_kept(path: Path, seq: int) -> None:
    key = read_public(Folder(path))
    with Ledger(path) as ledger:
        ledger.append(drafts(300))
        ledger.seal()
        ledger.append(drafts(1))
        proved = ledger.prove(seq)
        with pytest.raises(InputError) as refused:
            ledger.prove(301)  # not sealed yet
        assert refused.value.code == "MRS-I-044"
    check_receipt(parse_receipt(proved.receipt.text), proved.record.entry, key)
    assert proved.event.digest == digest_record(proved.record.salt, proved.record.body)


def check_receipt(receipt: Receipt, entry: bytes, key: VerifierKey) -> None:
    head = parse_checkpoint(receipt.checkpoint.text)
    assert verify_note(receipt.checkpoint, [key]) == (key,)
    assert parse_event(entry).seq == receipt.seq
    assert verify_inclusion(hash_leaf(entry), receipt.seq, head.size, receipt.path, head.root)


@pytest.mark.parametrize("seq", [-1, 9, 10**20])
def test_what_is_not_there_is_neither_proved_nor_erased(ledger: Ledger, seq: int) -> None:
    for act in (ledger.prove, ledger.erase):
        with pytest.raises(InputError) as refused:
            act(seq)
        assert refused.value.code == "MRS-I-044"


@pytest.mark.parametrize("length", [1, 100, 3_000, 5_000, 200_000])
def test_an_erased_record_is_gone_from_every_byte_and_its_proof_stays(path: Path, length: int) -> None:
    key = read_public(Folder(path))
    secrets = [os.urandom(length // 2 + 12).hex() for _ in range(5)]
    with Ledger(path) as ledger:
        numbers = ledger.append([Draft("record", "u-17", {"it": secret}) for secret in secrets])
        ledger.append(drafts(3))
        ledger.seal()
        before = ledger.prove(numbers[2])
        assert secrets[2].encode() in before.record.body
        check_files(path, secrets[2].encode(), before.record.salt, is_there=True)
        ledger.erase(numbers[2])
        check_files(path, secrets[2].encode(), before.record.salt, is_there=False)
        ledger.erase(numbers[2])  # once more changes nothing
        after = ledger.prove(numbers[2])
        assert after.record == Row(before.record.entry)
        assert after.receipt == before.receipt
        check_receipt(after.receipt, after.record.entry, key)
        for number, secret in zip(numbers, secrets, strict=True):
            assert (secret.encode() in ledger.prove(number).record.body) == (number != numbers[2])
        ledger.append(drafts(1))
        head = ledger.seal()
    check_files(path, secrets[2].encode(), before.record.salt, is_there=False)
    assert judge(path, before.receipt.checkpoint.encoded, head.encoded).state is State.VERIFIED


def check_files(path: Path, secret: bytes, salt: bytes, *, is_there: bool) -> None:
    kept = b"".join((path / name).read_bytes() for name in list_files(path))
    parts = [secret[at : at + 24] for at in range(0, len(secret) - 23, 1_000)]
    assert any(part in kept for part in parts) is is_there
    assert (salt in kept) is is_there


def test_a_changed_key_signs_from_its_entry_on_and_the_old_one_is_gone(path: Path) -> None:
    folder = Folder(path)
    first = read_public(folder)
    old = (path / PRIVATE).read_bytes().split(b"+", 4)[-1].strip()
    kept = [(path / CHECKPOINT).read_bytes()]
    with Ledger(path) as ledger:
        ledger.append(drafts(2))
        head = ledger.change_key("u-18")
        second = read_public(folder)
        assert read_private(folder).verifier == second
        assert {key.key_id for key in (first, second)} == {signature.key_id for signature in head.signatures}
        assert folder.read(find_change(4)) == head.encoded
        ledger.append(drafts(2))
        later = ledger.seal()
        assert verify_note(later, [first, second]) == (second,)
        ledger.change_key("u-19")
        proved = ledger.prove(3)
    assert (proved.event.kind, proved.event.actor, proved.event.key) == (KEY_CHANGED, "u-18", str(second))
    with Ledger(path) as ledger:
        ledger.append(drafts(1))
        kept += [head.encoded, later.encoded, ledger.seal().encoded]
    assert judge(path, *kept, key=first).state is State.VERIFIED
    assert judge(path, key=second).fault is Fault.KEY
    assert old not in b"".join((path / name).read_bytes() for name in list_files(path))


def test_an_export_has_what_verifies_and_nothing_private(path: Path, tmp_path: Path) -> None:
    with Ledger(path) as ledger:
        ledger.append([Draft("record", "u-17", {"氏名": "椎名 恵理香"})] * 300)
        ledger.change_key("u-17")
        head = ledger.seal()
        ledger.append(drafts(1))  # not sealed: not given away
        salts = [row.salt for row in ledger._store.read(0, 302)]
    to = tmp_path / "given"
    assert export_files(Folder(path), to) == len(list_files(to))
    names = {name.split("/")[0] for name in list_files(to)}
    assert names == {CHECKPOINT, "tile", "key"}
    assert {name for name in list_files(to) if name.startswith("key/")} == {"key/public", "key/change/302"}
    kept = b"".join((to / name).read_bytes() for name in list_files(to))
    seed = read_private(Folder(path)).seed
    assert not any(secret in kept for secret in ("椎名".encode(), b"PRIVATE", seed, *salts))
    assert judge(to, head.encoded) == judge(path, head.encoded) == Verdict(State.VERIFIED, 302)
    with pytest.raises(InputError) as refused:
        export_files(Folder(path), to)
    assert refused.value.code == "MRS-I-040"


def test_what_is_no_ledger_is_not_given_away(path: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        export_files(Folder(tmp_path / "nothing"), tmp_path / "given")
    assert refused.value.code == "MRS-I-042"
    (path / CHECKPOINT).write_bytes(b"nothing\n")
    with pytest.raises(EvidenceError) as broken:
        export_files(Folder(path), tmp_path / "given")
    assert broken.value.code == "MRS-E-015"
    assert not (tmp_path / "given").exists()
