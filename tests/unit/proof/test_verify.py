"""The verifier on ledgers made in memory: what it says, and where; which key must sign what. Folders of cases are in tests/conformance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.proof.refuse import refuses

from morasanu.proof.checkpoint import Checkpoint
from morasanu.proof.event import BEGUN, CLOCK_SET, KEY_CHANGED, Event
from morasanu.proof.merkle import Frontier, hash_leaf
from morasanu.proof.note import Note, SignerKey
from morasanu.proof.tile import ENTRIES, WIDTH, join_bundle, list_tiles
from morasanu.proof.verify import CHECKPOINT, Fault, KeyRing, Outside, State, Verdict, find_change, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

ORIGIN = "bank.example/evidence"
FIRST, SECOND, STRANGER = (SignerKey(ORIGIN, bytes([number] * 32)) for number in (1, 2, 3))
AT = "2026-11-25T00:00:00.{:06}Z"


def make_events(size: int, **changed: Event) -> list[Event]:
    made = [Event(0, AT.format(0), "ledger", BEGUN, bytes(32), str(FIRST.verifier))]
    made += [Event(seq, AT.format(seq), "u-17", "record", bytes([seq % 256] * 32)) for seq in range(1, size)]
    for name, event in changed.items():
        made[int(name[1:])] = event
    return made


def seal(leaves: Sequence[bytes], *keys: SignerKey, origin: str = ORIGIN) -> bytes:
    edge = Frontier()
    for leaf in leaves:
        edge.append(leaf)
    text = Checkpoint(origin, len(leaves), edge.root()).text
    return Note(text, tuple(key.sign(text) for key in keys)).encoded


def make_files(events: Sequence[Event], *keys: SignerKey) -> dict[str, bytes]:
    entries = [event.entry for event in events]
    leaves = [hash_leaf(entry) for entry in entries]
    files = {CHECKPOINT: seal(leaves, *(keys or (FIRST,)))}
    level = leaves
    for tile in list_tiles(len(events)):
        here = slice(tile.number * WIDTH, tile.number * WIDTH + tile.width)
        if tile.level == ENTRIES:
            files[tile.path] = join_bundle(entries[here])
        else:
            if tile.level == 1 and tile.number == 0:
                level = [seal_root(leaves[at : at + WIDTH]) for at in range(0, len(leaves) // WIDTH * WIDTH, WIDTH)]
            files[tile.path] = b"".join(level[here])
    return files


def seal_root(leaves: Sequence[bytes]) -> bytes:
    edge = Frontier()
    for leaf in leaves:
        edge.append(leaf)
    return edge.root()


def judge(files: dict[str, bytes], *outside: bytes, key: SignerKey | None = None) -> Verdict:
    kept = [Outside(f"kept {number}", data) for number, data in enumerate(outside)]
    return verify(files.get, kept, key.verifier if key else None)


def refuted(verdict: Verdict) -> tuple[str, Fault | None]:
    assert verdict.state is State.REFUTED
    return verdict.where, verdict.fault


@pytest.mark.parametrize("size", [1, 2, 256, 257, 600])
def test_a_whole_ledger_is_verified_with_and_unproven_without_an_outside_checkpoint(size: int) -> None:
    events = make_events(size)
    files = make_files(events)
    assert judge(files) == Verdict(State.UNPROVEN, size, "", Fault.NO_OUTSIDE)
    for old in {1, size // 2 or 1, size}:
        kept = make_files(events[:old])[CHECKPOINT]
        assert judge(files, kept, key=FIRST) == Verdict(State.VERIFIED, size)


def test_a_forked_a_rolled_back_and_a_foreign_history_are_told() -> None:
    files = make_files(make_events(9))
    other = make_events(9, _4=Event(4, AT.format(4), "u-18", "record", bytes(32)))
    assert refuted(judge(files, make_files(other)[CHECKPOINT])) == ("kept 0", Fault.FORK)
    assert judge(files, make_files(other[:4])[CHECKPOINT]).state is State.VERIFIED
    assert refuted(judge(files, make_files(make_events(10))[CHECKPOINT])) == ("kept 0", Fault.ROLLED_BACK)
    assert refuted(judge(files, seal([bytes(32)], FIRST, origin="other"))) == ("kept 0", Fault.ORIGIN)
    assert refuted(judge(files, files[CHECKPOINT], b"nothing")) == ("kept 1", Fault.NOT_A_CHECKPOINT)
    assert refuted(judge(files, seal([hash_leaf(event.entry) for event in make_events(9)], STRANGER))) == (
        "kept 0",
        Fault.SIGNATURE,
    )


def test_files_that_do_not_fit_are_told_with_their_place() -> None:
    files = make_files(make_events(600))
    bundle, tile, above = "tile/entries/001", "tile/0/001", "tile/1/000.p/2"
    assert refuted(judge({})) == (CHECKPOINT, Fault.NO_CHECKPOINT)
    assert refuted(judge({**files, CHECKPOINT: b"x"})) == (CHECKPOINT, Fault.NOT_A_CHECKPOINT)
    assert refuted(judge({**files, bundle: b""})) == (bundle, Fault.MISSING)
    assert refuted(judge({**files, tile: files[tile][:-1]})) == (tile, Fault.MISSING)
    changed = files[tile][:64] + bytes(32) + files[tile][96:]
    assert refuted(judge({**files, tile: changed})) == ("entry 258", Fault.LEAF)
    assert refuted(judge({**files, bundle: files[bundle].replace(b"u-17", b"u-18", 1)})) == ("entry 256", Fault.LEAF)
    assert refuted(judge({**files, bundle: files[bundle].replace(b"u-17", b"u 17", 1)})) == ("entry 256", Fault.ENTRY)
    assert refuted(judge({**files, bundle: files["tile/entries/000"]})) == ("entry 256", Fault.ENTRY)
    assert refuted(judge({**files, above: files[above][:32] + bytes(32)})) == (above, Fault.TILE)
    assert refuted(judge({name: data for name, data in files.items() if name != above})) == (above, Fault.MISSING)


def test_a_root_that_is_signed_and_not_that_of_the_entries_is_told() -> None:
    files = make_files(make_events(9))
    files[CHECKPOINT] = seal([bytes(32)] * 9, FIRST)
    assert refuted(judge(files)) == (CHECKPOINT, Fault.ROOT)
    files[CHECKPOINT] = (
        seal([hash_leaf(event.entry) for event in make_events(9)])[:-1] + STRANGER.sign("a\n").line.encode()
    )
    assert refuted(judge(files)) in {(CHECKPOINT, Fault.SIGNATURE), (CHECKPOINT, Fault.NOT_A_CHECKPOINT)}


def test_time_goes_back_only_where_that_is_recorded() -> None:
    early = Event(5, AT.format(1), "u-17", "record", bytes(32))
    assert refuted(judge(make_files(make_events(9, _5=early)))) == ("entry 5", Fault.TIME)
    assert judge(make_files(make_events(6, _5=early._replace(kind=CLOCK_SET)))).state is State.UNPROVEN


def test_the_first_entry_and_no_other_begins_the_ledger_with_a_key() -> None:
    key = str(FIRST.verifier)
    begun = make_events(1)[0]
    for seq, wrong in (
        (0, begun._replace(kind="record", key="")), (0, begun._replace(key="")), (0, begun._replace(kind=KEY_CHANGED)), (0, begun._replace(key="no-key")),
        (3, begun._replace(seq=3, at=AT.format(3))), (3, Event(3, AT.format(3), "u", "record", bytes(32), key)),
        (3, Event(3, AT.format(3), "u", KEY_CHANGED, bytes(32))), (3, Event(3, AT.format(3), "u", KEY_CHANGED, bytes(32), "x+0+AAAA")),
        (3, Event(3, AT.format(3), "u", KEY_CHANGED, bytes(32), str(SignerKey("other", bytes(32)).verifier))),
    ):  # fmt: skip
        files = make_files(make_events(9, **{f"_{seq}": wrong}))
        assert refuted(judge(files)) == (f"entry {seq}", Fault.KEY), wrong
    assert refuted(judge(make_files(make_events(9)), key=SECOND)) == ("entry 0", Fault.KEY)


def change_key(size: int, at: int, *signers: SignerKey) -> dict[str, bytes]:
    events = make_events(
        size, **{f"_{at}": Event(at, AT.format(at), "u", KEY_CHANGED, bytes(32), str(SECOND.verifier))}
    )
    change = seal([hash_leaf(event.entry) for event in events[: at + 1]], *signers)
    return make_files(events, *((FIRST, SECOND) if size == at + 1 else (SECOND,))) | {find_change(at + 1): change}


def test_a_new_key_signs_when_the_old_one_answered_for_it() -> None:
    for size in (6, 9):
        files = change_key(size, 5, FIRST, SECOND)
        assert (
            judge(files, make_files(make_events(5))[CHECKPOINT], files[find_change(6)], key=FIRST).state
            is State.VERIFIED
        )
        files.pop(find_change(6))
        assert refuted(judge(files)) == (find_change(6), Fault.NO_CHECKPOINT)
        for signers in ((FIRST,), (SECOND,), (FIRST, STRANGER)):
            assert refuted(judge(change_key(size, 5, *signers))) == (find_change(6), Fault.SIGNATURE)
    later = change_key(9, 5, FIRST, SECOND)
    leaves = [hash_leaf(event.entry) for event in make_events(9)]
    assert refuted(judge(later, seal(leaves, FIRST)))[1] is Fault.SIGNATURE
    wrong = later | {find_change(6): seal(leaves[:6], FIRST, SECOND)}
    assert refuted(judge(wrong)) == (find_change(6), Fault.ROOT)


def test_keys_sign_from_the_entry_that_introduces_them() -> None:
    ring = KeyRing()
    assert ring.signers(0) == ()
    ring.learn(Event(0, AT, "u", BEGUN, bytes(32), str(FIRST.verifier)))
    assert ring.origin == ORIGIN
    assert refuses(ring.learn, Event(0, AT, "u", "record", bytes(32)))
    ring.learn(Event(4, AT, "u", KEY_CHANGED, bytes(32), str(SECOND.verifier)))
    assert [ring.signers(size) for size in (0, 1, 4, 5, 6)] == [
        (), (FIRST.verifier,), (FIRST.verifier,), (FIRST.verifier, SECOND.verifier), (SECOND.verifier,),
    ]  # fmt: skip


def test_a_size_that_nobody_could_write_is_refused_at_once() -> None:
    text = Checkpoint(ORIGIN, 10**18, bytes(32)).text
    head = Note(text, (FIRST.sign(text),)).encoded
    assert refuted(judge({CHECKPOINT: head})) == ("tile/entries/000", Fault.MISSING)
    assert refuted(judge(make_files(make_events(9)) | {CHECKPOINT: head}))[1] is Fault.MISSING
