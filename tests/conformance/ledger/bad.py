"""The cases that must be refuted, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.ledger.book import (
    FIRST,
    ORIGIN,
    SECOND,
    STRANGER,
    Book,
    Key,
    encode,
    format_signature,
    hash_leaf,
    name_tile,
    write_bundle,
    write_entry,
)
from tests.conformance.ledger.case import FAULTS, Case

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BUNDLE, TILE = name_tile("entries", 0, 7), name_tile(0, 0, 7)
OUTSIDE = "1.checkpoint"
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def fail(
    name: str, files: dict[str, bytes], where: str, fault: str, outside: bytes | None = None, key: str = ""
) -> Case:
    """Return a case that is refuted; it keeps an outside checkpoint, or the one of its own files."""
    kept = {OUTSIDE: outside} if outside is not None else {}
    return Case(f"{name}_fail", files, kept, key.encode() + b"\n" if key else None, where=where, fault=FAULTS[fault])


def flip(data: bytes, at: int, bit: int = 0) -> bytes:
    """Return the data with one bit turned over; `at` may count from the end."""
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def turn(data: bytes, at: int) -> bytes:
    """Return the data with one bit turned over, so that a letter or digit stays one."""
    return next(other for bit in range(7) if (other := flip(data, at, bit))[at % len(data)] in LETTERS)


def make_cases() -> Iterator[Case]:
    """Yield them."""
    yield from make_flips()
    yield from make_sequences()
    yield from make_cuts()
    yield from make_history()
    yield from make_signatures()
    yield from make_tiles()


def make_flips() -> Iterator[Case]:
    """Yield one turned bit in every kind of file and place."""
    book = Book(7, {3: SECOND})
    files, kept = book.write(), book.seal(2)
    start = 0
    for place, entry in enumerate(book.entries[:5]):
        if place == 1:
            at = files[BUNDLE].index(b'"digest":"', start) + 15
            yield fail("flip_in_digest", files | {BUNDLE: turn(files[BUNDLE], at)}, "entry 1", "leaf", kept)
            at = files[BUNDLE].index(b"clerk", start)
            yield fail("flip_in_actor", files | {BUNDLE: flip(files[BUNDLE], at)}, "entry 1", "leaf", kept)
            at = files[BUNDLE].index(b"{", start)
            yield fail("flip_in_brace", files | {BUNDLE: flip(files[BUNDLE], at)}, "entry 1", "entry", kept)
        start += 2 + len(entry)
    yield fail("flip_in_length", files | {BUNDLE: flip(files[BUNDLE], 0)}, BUNDLE, "missing", kept)
    yield fail("flip_in_tile", files | {TILE: flip(files[TILE], 32 * 5 + 9, 7)}, "entry 5", "leaf", kept)
    wide = Book(257).write()
    upper = name_tile(1, 0, 1)
    yield fail("flip_in_upper_tile", wide | {upper: flip(wide[upper], 31)}, upper, "tile", Book(257).seal(3))
    newest = files["checkpoint"]
    at = newest.index(b"\n", newest.index(b"\n7\n") + 3) - 20
    yield fail("flip_in_root", files | {"checkpoint": turn(newest, at)}, "checkpoint", "signature", kept)
    at = newest.index(b"\n7\n") + 1
    yield fail("flip_in_size", files | {"checkpoint": flip(newest, at)}, name_tile("entries", 0, 6), "missing", kept)
    yield fail("flip_in_origin", files | {"checkpoint": flip(newest, 0)}, OUTSIDE, "origin", kept)
    yield fail("flip_in_signature", files | {"checkpoint": turn(newest, -20)}, "checkpoint", "signature", kept)
    at = newest.index("— ".encode()) + len(f"— {ORIGIN} ".encode()) + 2
    yield fail("flip_in_key_id", files | {"checkpoint": turn(newest, at)}, "checkpoint", "signature", kept)
    change = "key/change/4"
    yield fail("flip_in_key_change", files | {change: turn(files[change], -20)}, change, "signature", kept)
    yield fail("flip_in_outside_signature", files, OUTSIDE, "signature", turn(kept, -20))
    at = kept.index(b"\n2\n") + 20
    yield fail("flip_in_outside_root", files, OUTSIDE, "signature", turn(kept, at))


def make_sequences() -> Iterator[Case]:
    """Yield bundles, with tiles to fit, whose entries are not those that were sealed."""
    book = Book(7)

    def rebuild(change: Callable[[list[bytes]], None]) -> dict[str, bytes]:
        entries = list(book.entries)
        change(entries)
        return book.write() | {BUNDLE: write_bundle(entries), TILE: b"".join(map(hash_leaf, entries))}

    def swap(entries: list[bytes]) -> None:
        entries[2], entries[3] = entries[3], entries[2]

    def renumber(entries: list[bytes]) -> None:
        entries[2:] = [write_entry(seq, at=f"2026-04-01T09:00:0{seq + 1}.000000Z") for seq in range(2, 7)]

    kept = book.seal(4)
    yield fail("deleted", rebuild(lambda entries: entries.pop(2)), BUNDLE, "missing", kept)
    yield fail("deleted_and_filled", rebuild(lambda e: e.append(e.pop(2))), "entry 2", "entry", kept)
    yield fail("deleted_and_renumbered", rebuild(renumber), "checkpoint", "root", kept)
    yield fail("swapped", rebuild(swap), "entry 2", "entry", kept)
    yield fail("inserted", rebuild(lambda entries: entries.insert(2, write_entry(2))), BUNDLE, "missing", kept)
    yield fail("duplicated", rebuild(lambda e: e.__setitem__(3, e[2])), "entry 3", "entry", kept)
    other = write_entry(3, actor="clerk-8")
    yield fail("replaced", rebuild(lambda e: e.__setitem__(3, other)), "checkpoint", "root", kept)
    alone = book.write() | {BUNDLE: write_bundle([*book.entries[:3], other, *book.entries[4:]])}
    yield fail("replaced_in_bundle_only", alone, "entry 3", "leaf", kept)


def make_cuts() -> Iterator[Case]:
    """Yield files that are cut, too long, or gone."""
    book = Book(7, {3: SECOND})
    files, kept = book.write(), book.seal(2)
    yield fail("bundle_cut", files | {BUNDLE: files[BUNDLE][:-1]}, BUNDLE, "missing", kept)
    yield fail(
        "bundle_cut_after_length", files | {BUNDLE: write_bundle(book.entries[:6]) + b"\0"}, BUNDLE, "missing", kept
    )
    yield fail("bundle_cut_between_entries", files | {BUNDLE: write_bundle(book.entries[:6])}, BUNDLE, "missing", kept)
    yield fail("bundle_empty", files | {BUNDLE: b""}, BUNDLE, "missing", kept)
    yield fail("bundle_too_long", files | {BUNDLE: files[BUNDLE] + b"\0"}, BUNDLE, "missing", kept)
    yield fail("bundle_gone", {p: d for p, d in files.items() if p != BUNDLE}, BUNDLE, "missing", kept)
    yield fail("tile_cut", files | {TILE: files[TILE][:-1]}, TILE, "missing", kept)
    yield fail("tile_cut_by_a_hash", files | {TILE: files[TILE][:-32]}, TILE, "missing", kept)
    yield fail("tile_too_long", files | {TILE: files[TILE] + bytes(32)}, TILE, "missing", kept)
    yield fail("tile_gone", {p: d for p, d in files.items() if p != TILE}, TILE, "missing", kept)
    wide, upper = Book(257).write(), name_tile(1, 0, 1)
    outside = Book(257).seal(3)
    whole = name_tile(0, 0, 256)
    yield fail("whole_tile_cut", wide | {whole: wide[whole][:-32]}, whole, "missing", outside)
    yield fail("upper_tile_cut", wide | {upper: b""}, upper, "missing", outside)
    yield fail("upper_tile_gone", {p: d for p, d in wide.items() if p != upper}, upper, "missing", outside)
    second = name_tile("entries", 1, 1)
    yield fail("second_bundle_gone", {p: d for p, d in wide.items() if p != second}, second, "missing", outside)
    newest = files["checkpoint"]
    yield fail(
        "checkpoint_gone", {p: d for p, d in files.items() if p != "checkpoint"}, "checkpoint", "no checkpoint", kept
    )
    yield fail("checkpoint_empty", files | {"checkpoint": b""}, "checkpoint", "note", kept)
    yield fail("checkpoint_cut", files | {"checkpoint": newest[:-30]}, "checkpoint", "note", kept)
    yield fail("checkpoint_cut_at_end", files | {"checkpoint": newest[:-1]}, "checkpoint", "note", kept)
    bare = newest[: newest.index("—".encode())]
    yield fail("checkpoint_cut_before_signature", files | {"checkpoint": bare}, "checkpoint", "note", kept)
    yield fail("outside_empty", files, OUTSIDE, "note", b"")
    yield fail("outside_cut", files, OUTSIDE, "note", kept[:-10])


def make_history() -> Iterator[Case]:
    """Yield histories that were sealed, and are not those that were seen."""
    book = Book(7)
    yield fail("rolled_back", Book(5).write(), OUTSIDE, "rolled back", book.seal())
    yield fail(
        "rolled_back_checkpoint", book.write() | {"checkpoint": book.seal(5)}, OUTSIDE, "rolled back", book.seal()
    )
    fork = Book(7)
    fork.entries[4] = write_entry(4, actor="clerk-8")
    yield fail("forked", fork.write(), OUTSIDE, "fork", book.seal())
    yield fail("forked_and_longer", fork.write(), OUTSIDE, "fork", book.seal(5))
    wide = Book(257)
    wide.entries[255] = write_entry(255, actor="clerk-8")
    yield fail("forked_where_tiles_meet", wide.write(), OUTSIDE, "fork", Book(257).seal(256))
    forged = book.seal(root=encode(bytes(32)))
    yield fail("root_forged", book.write() | {"checkpoint": forged}, "checkpoint", "root", book.seal())
    other = book.seal(number="6")
    yield fail(
        "root_of_other_size", book.write() | Book(6).write() | {"checkpoint": other}, "checkpoint", "root", book.seal(3)
    )
    yield fail("outside_of_other_root", book.write(), OUTSIDE, "fork", book.seal(5, root=encode(bytes(32))))
    anew = Book(7)
    anew.keys[0] = STRANGER
    anew.entries[0] = write_entry(0, "ledger.begun", STRANGER)
    yield fail("made_anew_with_other_key", anew.write(), OUTSIDE, "signature", book.seal())
    yield fail("made_anew_and_key_given", anew.write(), "entry 0", "key", key=FIRST.vkey)
    yield fail("key_given_of_other_name", book.write(), "entry 0", "key", key=Key("first", "bank.example/other").vkey)


def make_signatures() -> Iterator[Case]:
    """Yield checkpoints without the signature they must have."""
    book, name = Book(7), "checkpoint"
    files, kept, text = book.write(), book.seal(3), book.write_text(7).encode()
    yield fail("signature_missing", files | {name: book.seal(7, Key("witness", "w.example"))}, name, "signature", kept)
    yield fail("signature_of_stranger_only", files | {name: book.seal(7, STRANGER)}, name, "signature", kept)
    wrong = format_signature(ORIGIN, FIRST.id, STRANGER.private.sign(text))
    yield fail("signature_wrong", files | {name: text + b"\n" + wrong.encode()}, name, "signature", kept)
    yield fail("signature_wrong_beside_right", files | {name: book.seal(more=wrong)}, name, "signature", kept)
    short = format_signature(ORIGIN, FIRST.id, FIRST.private.sign(text)[:-1])
    yield fail("signature_short", files | {name: text + b"\n" + short.encode()}, name, "signature", kept)
    order = 2**252 + 27742317777372353535851937790883648493
    sealed = FIRST.private.sign(text)
    twin = sealed[:32] + (int.from_bytes(sealed[32:], "little") + order).to_bytes(32, "little")
    again = format_signature(ORIGIN, FIRST.id, twin)
    yield fail("signature_not_below_order", files | {name: text + b"\n" + again.encode()}, name, "signature", kept)
    moved = format_signature(ORIGIN, STRANGER.id, sealed)
    yield fail("signature_under_wrong_id", files | {name: text + b"\n" + moved.encode()}, name, "signature", kept)
    renamed = format_signature("bank.example/other", FIRST.id, sealed)
    yield fail("signature_under_wrong_name", files | {name: text + b"\n" + renamed.encode()}, name, "signature", kept)
    other = Key("first", "bank.example/other")
    foreign = book.seal(7, other, origin=other.name)
    yield fail("origin_other_in_checkpoint", files | {name: foreign}, "checkpoint", "origin")
    yield fail("origin_other_in_outside", files, OUTSIDE, "origin", foreign)
    yield fail("outside_unsigned", files, OUTSIDE, "signature", book.seal(3, STRANGER))


def make_tiles() -> Iterator[Case]:
    """Yield trees that lie, with checkpoints that agree with the lie."""
    book = Book(7)
    book.leaves = [*book.hash_leaves()[:3], hash_leaf(b"a lie"), *book.hash_leaves()[4:]]
    yield fail("tile_lies_and_root_agrees", book.write(), "entry 3", "leaf", book.seal())
    wide, upper = Book(257), name_tile(1, 0, 1)
    files = wide.write() | {upper: hash_leaf(b"a lie")}
    yield fail("upper_tile_lies", files, upper, "tile", wide.seal())
    two = Book(512)
    swapped = two.write()[name_tile(1, 0, 2)]
    files = two.write() | {name_tile(1, 0, 2): swapped[32:] + swapped[:32]}
    yield fail("upper_tile_swapped", files, name_tile(1, 0, 2), "tile", two.seal(1))
    longer, whole = Book(256).write(), Book(255).write()
    for level in ("entries", 0):
        del whole[name_tile(level, 0, 255)]
        whole[name_tile(level, 0, 256)] = longer[name_tile(level, 0, 256)]
    cut = whole | {name_tile(0, 0, 256): whole[name_tile(0, 0, 256)][:-32]}
    yield fail("whole_instead_of_partial_cut", cut, name_tile(0, 0, 256), "missing", Book(255).seal())
    over = Book(7)
    files = over.write()
    data = bytearray(files[BUNDLE])
    at = len(write_bundle(over.entries[:6]))
    data[at : at + 2] = (len(over.entries[6]) + 200).to_bytes(2, "big")
    yield fail("entry_reaches_over_the_bundle", files | {BUNDLE: bytes(data)}, BUNDLE, "missing", over.seal())
