"""The cases in which an entry, a key or a checkpoint is none, though the real key signed it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.ledger.bad import OUTSIDE, fail
from tests.conformance.ledger.book import (
    FIRST,
    ORIGIN,
    SECOND,
    STRANGER,
    THIRD,
    Book,
    Key,
    encode,
    format_note,
    format_signature,
    respell,
    spell,
    write_entry,
    write_members,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.ledger.case import Case

SMALL = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
"""A point of order 8."""


def make_cases() -> Iterator[Case]:
    """Yield them."""
    yield from make_spellings()
    yield from make_entries()
    yield from make_keys()
    yield from make_notes()


def make_spellings() -> Iterator[Case]:
    """Yield entries that are spelled in a second way and sealed so."""
    members = write_members(2)
    right = spell(members)
    moved = {name: members[name] for name in ("at", "actor", "digest", "kind", "seq")}
    yield from make_sealed(
        {
            "blank": right.replace(b'"seq":2', b'"seq": 2'),
            "blank_at_end": right + b"\n",
            "member_order": b"{" + b",".join(spell({n: moved[n]})[1:-1] for n in moved) + b"}",
            "member_name_escaped": right.replace(b'"actor"', b'"\\u0061ctor"'),
            "value_escaped": right.replace(b"clerk-7", b"clerk\\u002d7"),
            "number_with_fraction": right.replace(b'"seq":2', b'"seq":2.0'),
            "number_with_leading_zero": right.replace(b'"seq":2', b'"seq":02'),
            "number_as_text": right.replace(b'"seq":2', b'"seq":"2"'),
            "member_twice": right.replace(b'"kind":', b'"kind":"record","kind":'),
            "member_missing": spell({name: value for name, value in members.items() if name != "actor"}),
            "member_unknown": spell({**members, "name": "x"}),
            "mark_of_byte_order": b"\xef\xbb\xbf" + right,
            "empty": b"",
            "not_an_object": b"[]",
            "digest_in_second_spelling": spell({**members, "digest": respell(str(members["digest"]))}),
        },
        "entry",
    )


def make_entries() -> Iterator[Case]:
    """Yield entries that say what no entry may say."""
    values: dict[str, dict[str, object]] = {
        "actor_is_empty": {"actor": ""},
        "actor_too_long": {"actor": "a" * 65},
        "actor_not_in_ascii": {"actor": "係"},
        "actor_ends_with_hyphen": {"actor": "clerk-"},
        "actor_with_blank": {"actor": "clerk 7"},
        "kind_in_capitals": {"kind": "Record"},
        "kind_begins_with_digit": {"kind": "7.record"},
        "kind_with_two_dots": {"kind": "record..a"},
        "kind_too_long": {"kind": "a" * 65},
        "time_with_zone": {"at": "2026-04-01T09:00:02.000000+00:00"},
        "time_without_fraction": {"at": "2026-04-01T09:00:02Z"},
        "time_in_lower_case": {"at": "2026-04-01t09:00:02.000000z"},
        "time_on_no_day": {"at": "2026-04-31T09:00:02.000000Z"},
        "time_of_leap_second": {"at": "2026-04-01T23:59:60.000000Z"},
        "digest_too_short": {"digest": encode(bytes(31))},
        "digest_in_hex": {"digest": "00" * 32},
        "seq_negative": {"seq": -2},
    }
    yield from make_sealed({name: spell(write_members(2) | value) for name, value in values.items()}, "entry")
    yield from make_sealed(
        {"seq_wrong": spell(write_members(2) | {"seq": 3}), "seq_far": spell(write_members(2) | {"seq": 2**53})},
        "entry",
    )
    lonely = {
        "key_in_wrong_kind": spell(write_members(2) | {"key": SECOND.vkey}),
        "key_change_without_key": write_entry(2, "ledger.key"),
    }
    yield from make_sealed(lonely, "key")
    yield from make_sealed({"begun_again": write_entry(2, "ledger.begun", FIRST)}, "key")
    yield from make_sealed({"time_goes_back": write_entry(2, at="2026-04-01T09:00:00.999999Z")}, "time")
    book = Book(7)
    book.entries[0] = write_entry(0)
    yield fail("begun_not_first", book.write(), "entry 0", "key", book.seal())
    book.entries[0] = write_entry(0, "ledger.key", FIRST)
    yield fail("begun_is_a_change_of_keys", book.write(), "entry 0", "key", book.seal())
    book.entries[0] = write_entry(0, "ledger.begun")
    yield fail("begun_without_key", book.write(), "entry 0", "key", book.seal())
    clock = Book(7)
    clock.entries[2] = write_entry(2, "ledger.clock", at="2026-03-31T00:00:00.000000Z")
    clock.entries[4] = write_entry(4, at="2026-03-30T00:00:00.000000Z")
    yield fail("time_goes_back_after_clock", clock.write(), "entry 4", "time", clock.seal())


def make_sealed(entries: dict[str, bytes], fault: str) -> Iterator[Case]:
    """Yield ledgers that were sealed, by the real key, with such an entry at place 2."""
    for name, entry in entries.items():
        book = Book(4)
        book.entries[2] = entry
        yield fail(name, book.write(), "entry 2", fault, book.seal())


def make_keys() -> Iterator[Case]:
    """Yield keys and changes of keys that are not in order."""
    right = SECOND.vkey
    name, _, material = right.split("+", 2)
    low = b"\x01" + (1).to_bytes(32, "little")
    other = Key("second", "bank.example/other")
    vkeys = {
        "key_id_wrong": (f"{name}+{FIRST.id.hex()}+{material}", "key"),
        "key_id_in_capitals": (THIRD.vkey.replace(THIRD.id.hex(), THIRD.id.hex().upper()), "key"),
        "key_with_blank": (f"bank example{right[len(name) :]}", "entry"),
        "key_with_quote": (f'bank"example{right[len(name) :]}', "entry"),
        "key_at_no_point": (Made(b"\x01\x02" + bytes(31)).vkey, "key"),
        "key_of_small_order_8": (Made(b"\x01" + SMALL).vkey, "key"),
        "key_not_reduced": (Made(b"\x01" + (2**255 - 16).to_bytes(32, "little")).vkey, "key"),
        "key_in_second_spelling": (right + "=", "key"),
        "key_of_other_type": (Key("second", type=4).vkey, "key"),
        "key_of_small_order": (Made(low).vkey, "key"),
        "key_without_name": (right[len(name) :], "key"),
        "key_of_other_name": (other.vkey, "key"),
    }
    for label, (vkey, fault) in vkeys.items():
        book = Book(4, {2: SECOND})
        book.entries[2] = spell(write_members(2, "ledger.key") | {"key": vkey})
        yield fail(label, book.write(), "entry 2", fault, book.seal(2))
    book, change = Book(7, {3: SECOND}), "key/change/4"
    files, kept = book.write(), book.seal(2)
    yield fail("key_change_by_new_only", files | {change: book.seal(4, SECOND)}, change, "signature", kept)
    yield fail("key_change_by_old_only", files | {change: book.seal(4, FIRST)}, change, "signature", kept)
    yield fail("key_change_by_strangers", files | {change: book.seal(4, STRANGER, THIRD)}, change, "signature", kept)
    yield fail("key_change_gone", {p: d for p, d in files.items() if p != change}, change, "no checkpoint", kept)
    yield fail("key_change_of_other_root", files | {change: book.seal(4, root=encode(bytes(32)))}, change, "root", kept)
    yield fail("key_change_of_other_size", files | {change: book.seal(5, FIRST, SECOND)}, change, "root", kept)
    yield fail("key_change_of_other_origin", files | {change: book.seal(4, origin="x.example")}, change, "origin", kept)
    yield fail("key_change_not_a_checkpoint", files | {change: b"\n"}, change, "note", kept)
    yield fail("old_key_after_change", files | {"checkpoint": book.seal(7, FIRST)}, "checkpoint", "signature", kept)
    yield fail("new_key_before_change", files, OUTSIDE, "signature", book.seal(3, SECOND))
    yield fail("outside_at_change_by_new_only", files, OUTSIDE, "signature", book.seal(4, SECOND))
    last = Book(4, {3: SECOND})
    yield fail(
        "key_change_last_by_new_only", last.write() | {"checkpoint": last.seal(4, SECOND)}, "checkpoint", "signature"
    )


class Made(Key):
    """A key of chosen bytes that nobody has the private half of."""

    @property
    def material(self) -> bytes:
        """What was given as the seed."""
        return self.seed


def make_notes() -> Iterator[Case]:
    """Yield checkpoints in spellings that are none, signed by the real key."""
    book = Book(7)
    text = book.write_text(7)
    origin, _, root = text.rstrip("\n").split("\n")
    texts = {
        "size_with_leading_zero": f"{origin}\n07\n{root}\n",
        "size_with_sign": f"{origin}\n+7\n{root}\n",
        "size_in_wide_digits": f"{origin}\n７\n{root}\n",
        "size_is_empty": f"{origin}\n\n{root}\n",
        "size_not_a_number": f"{origin}\nseven\n{root}\n",
        "root_of_31_bytes": f"{origin}\n7\n{encode(bytes(31))}\n",
        "root_of_33_bytes": f"{origin}\n7\n{encode(bytes(33))}\n",
        "root_in_second_spelling": f"{origin}\n7\n{respell(root)}\n",
        "root_without_padding": f"{origin}\n7\n{root[:-1]}\n",
        "root_gone": f"{origin}\n7\n",
        "control_character": f"{text}\x01\n",
        "origin_is_empty": f"\n7\n{root}\n",
        "line_is_empty": f"{origin}\n\n7\n{root}\n",
    }
    for name, broken in texts.items():
        note = format_note(broken, FIRST)
        yield fail(name, book.write() | {"checkpoint": note}, "checkpoint", "note", book.seal())
        yield fail(f"outside_{name}", book.write(), OUTSIDE, "note", note)
    right = book.seal()
    raw = {
        "not_utf8": right.replace("—".encode(), b"\x97"),
        "hyphen_for_dash": right.replace("—".encode(), b"-"),
        "blank_line_gone": right.replace(b"\n\n", b"\n"),
        "signature_in_second_spelling": respell(right.decode().rstrip("\n")).encode() + b"\n",
        "signature_without_key_name": right.replace(f"— {ORIGIN} ".encode(), "—  ".encode()),
        "key_name_with_wide_space": right + format_signature("証\u3000人", b"abcd", bytes(64)).encode(),
        "key_name_with_plus": right + format_signature("a+b", b"abcd", bytes(64)).encode(),
        "signature_of_no_bytes": right + format_signature("a", b"abcd", b"").encode(),
        "longer_than_it_may_be": right + format_signature("w.example", b"abcd", bytes(150_000)).encode(),
        "line_after_signature": right + b"more\n",
        "blank_line_after_signature": right + b"\n",
        "blank_after_signature": right[:-1] + b" \n",
    }
    for name, note in raw.items():
        yield fail(f"note_{name}", book.write() | {"checkpoint": note}, "checkpoint", "note", right)
    nothing = book.seal(7, number="0", root="47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    yield fail("size_zero", book.write() | {"checkpoint": nothing}, "checkpoint", "signature")
    yield fail("outside_size_zero", book.write(), OUTSIDE, "signature", nothing)
