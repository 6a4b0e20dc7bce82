"""The cases that hold."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tests.conformance.ledger.book import (
    FIRST,
    ORIGIN,
    SECOND,
    STRANGER,
    THIRD,
    Book,
    Key,
    format_signature,
    name_tile,
    write_entry,
)
from tests.conformance.ledger.case import FAULTS, Case

if TYPE_CHECKING:
    from collections.abc import Iterator


def hold(name: str, files: dict[str, bytes], *outside: bytes, key: str = "") -> Case:
    """Return a case that is verified where a checkpoint came from elsewhere, else unproven."""
    kept = {f"{number}.checkpoint": data for number, data in enumerate(outside, 1)}
    state, fault = ("verified", "") if outside else ("unproven", FAULTS["no outside"])
    return Case(name, files, kept, key.encode() + b"\n" if key else None, state, fault=fault)


def make_cases() -> Iterator[Case]:
    """Yield them."""
    yield from make_sizes()
    yield from make_keys()
    yield from make_signatures()
    yield from make_files()


def make_sizes() -> Iterator[Case]:
    """Yield ledgers of sizes at which trees and tiles change their form."""
    for size in (1, 2, 3, 7):
        book = Book(size)
        yield hold(f"size_{size}", book.write(), book.seal())
    for size in (255, 256, 257):
        book = Book(size)
        yield hold(f"size_{size}", book.write(), book.seal(1), book.seal(size - 1), book.seal(200))
    yield hold("size_1_alone", Book(1).write())
    yield hold("size_7_alone", Book(7).write())
    yield hold("size_256_alone", Book(256).write())
    yield hold("outside_older", Book(7).write(), Book(7).seal(5))
    yield hold("outside_every_size", Book(7).write(), *(Book(7).seal(size) for size in range(1, 8)))
    yield hold("outside_twice", Book(7).write(), Book(7).seal(5), Book(7).seal(5))
    same = Book(4)
    same.entries[2] = write_entry(2, at="2026-04-01T09:00:01.000000Z")
    yield hold("time_stands_still", same.write(), same.seal())
    clock = Book(7)
    clock.entries[4] = write_entry(4, "ledger.clock", at="2026-03-31T23:59:59.999999Z")
    clock.entries[5] = write_entry(5, at="2026-04-01T00:00:00.000000Z")
    yield hold("clock_goes_back", clock.write(), clock.seal())
    leap = Book(2)
    leap.entries[1] = write_entry(1, at="2028-02-29T23:59:59.999999Z")
    yield hold("leap_day", leap.write(), leap.seal())
    words = Book(3)
    words.entries[1] = write_entry(1, "a" * 64, actor="A" * 64)
    words.entries[2] = write_entry(2, "scan.report-v2_final.0", actor="a:/._-9")
    yield hold("longest_words", words.write(), words.seal())


def make_keys() -> Iterator[Case]:
    """Yield ledgers whose key is known, or changes."""
    yield hold("key_given", Book(3).write(), Book(3).seal(), key=FIRST.vkey)
    yield hold("key_given_alone", Book(3).write(), key=FIRST.vkey)
    book = Book(7, {3: SECOND})
    yield hold("key_change", book.write(), book.seal(), key=FIRST.vkey)
    yield hold("key_change_alone", book.write())
    yield hold("key_change_outside_before", book.write(), book.seal(3))
    yield hold("key_change_outside_at", book.write(), book.seal(4))
    last = Book(4, {3: SECOND})
    yield hold("key_change_last", last.write(), last.seal())
    yield hold("key_change_first", Book(2, {1: SECOND}).write(), Book(2, {1: SECOND}).seal(1))
    twice = Book(7, {3: SECOND, 4: THIRD})
    yield hold("key_change_twice", twice.write(), *(twice.seal(size) for size in range(1, 8)))
    back = Book(7, {2: SECOND, 4: FIRST})
    yield hold("key_change_and_back", back.write(), back.seal(3), back.seal())
    wide = Book(258, {255: SECOND, 256: THIRD})
    yield hold("key_change_where_tiles_meet", wide.write(), wide.seal(256), wide.seal(257))


def make_signatures() -> Iterator[Case]:
    """Yield checkpoints that others signed as well."""
    book = Book(3)
    text = book.write_text(3).encode()
    witness = Key("witness", "witness.example/w1", 4)
    cosigned = format_signature(witness.name, witness.id, (1_775_000_000).to_bytes(8, "big") + bytes(64))
    yield hold(
        "signature_of_witness", book.write() | {"checkpoint": book.seal(more=cosigned)}, book.seal(more=cosigned)
    )
    yield hold("signature_of_stranger", book.write(), book.seal(more=STRANGER.sign(text)))
    yield hold("signature_of_stranger_first", book.write(), book.seal(3, STRANGER, FIRST))
    wrong = format_signature("other.example/x", FIRST.id, bytes(64))
    yield hold("signature_same_id_other_name", book.write(), book.seal(more=wrong))
    yield hold(
        "signature_same_name_other_id", book.write(), book.seal(more=format_signature(ORIGIN, b"abcd", bytes(64)))
    )
    yield hold("signature_of_later_key", Book(7, {3: SECOND}).write(), Book(7, {3: SECOND}).seal(2, FIRST, SECOND))
    many = "".join(Key(f"witness {number}", f"w{number}.example").sign(text) for number in range(15))
    yield hold("signatures_sixteen", book.write(), book.seal(more=many))
    odd = format_signature("証人\u200b", b"abcd", bytes(64)) + format_signature("w" * 300, b"abcd", bytes(64))
    yield hold("signatures_of_odd_names", book.write(), book.seal(more=odd))
    longer = format_signature("pq.example", b"abcd", hashlib.sha256(b"pq").digest() * 76)
    yield hold("signature_of_other_length", book.write(), book.seal(more=longer))
    with_line = f"{book.write_text(3)}an extension line\n"
    note = f"{with_line}\n{FIRST.sign(with_line.encode())}".encode()
    yield hold("extension_line", book.write() | {"checkpoint": note}, note)


def make_files() -> Iterator[Case]:
    """Yield folders that hold more, or other files, than they must."""
    book, longer = Book(255), Book(256)
    whole = book.write()
    for level in ("entries", 0):
        del whole[name_tile(level, 0, 255)]
        whole[name_tile(level, 0, 256)] = longer.write()[name_tile(level, 0, 256)]
    yield hold("whole_instead_of_partial", whole, book.seal())
    small = Book(7)
    yield hold("partial_left_over", small.write() | {name_tile(0, 0, 3): b"left over"}, small.seal())
    yield hold("tiles_ahead_of_checkpoint", Book(9).write() | Book(7).write(), small.seal())
    yield hold("key_public_is_not_trusted", small.write() | {"key/public": STRANGER.vkey.encode()}, small.seal())
    yield hold("key_change_ahead_of_checkpoint", small.write() | {"key/change/9": b"soon"}, small.seal())
    yield hold("other_files", small.write() | {"notes.txt": b"\xff", "tile/9/000": b"?"}, small.seal())
