"""Signed notes: the examples of C2SP, RFC 8032's own vector, and every spelling that is not one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof.refuse import refuses

from morasanu.proof.note import (
    COSIGNATURE,
    LONGEST_NOTE_BYTES,
    Note,
    Signature,
    SignerKey,
    VerifierKey,
    decode_base64,
    is_key_name,
    parse_note,
    parse_verifier_key,
    verify_note,
)

# Source: c2sp.org/signed-note, "Example"; Go's golang.org/x/mod/sumdb/note reads the same.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
NOTE = """This is an example message.

— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=
"""
POEM = """Ognuno sta solo sul cuor della terra
trafitto da un raggio di sole:

ed è subito sera.

— quasimodo.example/salvatore NnugSzTjtVAewIS+Z/iJhUPeFDkO/5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=
"""
KEY = SignerKey("bank.example/evidence", bytes(range(32)))
OTHER = SignerKey("bank.example/evidence", bytes(range(1, 33)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))))).map(
    lambda it: it + "\n"
)


def sign(text: str, *keys: SignerKey) -> Note:
    return Note(text, tuple(key.sign(text) for key in keys))


def test_the_note_of_the_specification_is_verified_by_its_key() -> None:
    key, note = parse_verifier_key(VKEY), parse_note(NOTE.encode())
    assert str(key) == VKEY
    assert verify_note(note, [key]) == (key,)
    assert note.encoded.decode() == NOTE
    changed = note._replace(text="This is another message.\n")
    assert refuses(verify_note, changed, [key])


def test_a_text_may_have_empty_lines() -> None:
    note = parse_note(POEM.encode())
    assert note.text.endswith("\n\ned è subito sera.\n")
    assert note.signatures[0].name == "quasimodo.example/salvatore"
    assert note.signatures[0].key_id == 0x367BA04B


def test_signatures_are_those_of_rfc_8032() -> None:
    # Source: RFC 8032, section 7.1, TEST 2
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key = SignerKey("k", seed)
    assert key.verifier.public.hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    assert key.sign("r").data.hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


@given(TEXTS)
def test_a_note_comes_back_and_only_its_text_is_signed(text: str) -> None:
    note = sign(text, KEY)
    assert parse_note(note.encoded) == note
    assert verify_note(note, [KEY.verifier]) == (KEY.verifier,)
    assert refuses(verify_note, note._replace(text="." + text), [KEY.verifier])


@given(st.binary(max_size=200))
def test_bytes_are_a_note_in_one_spelling_or_refused(data: bytes) -> None:
    assert refuses(parse_note, data) or parse_note(data).encoded == data


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 255))
def test_a_changed_byte_is_refused_or_no_longer_signed(at: int, byte: int) -> None:
    data = NOTE.encode()
    changed = data[:at] + bytes([byte]) + data[at + 1 :]
    key = parse_verifier_key(VKEY)
    assert (
        changed == data
        or refuses(parse_note, changed)
        or refuses(verify_note, parse_note(changed), [key])
        or (verify_note(parse_note(changed), [key]) == ())
    )


def test_a_note_has_a_text_an_empty_line_and_signatures() -> None:
    line = KEY.sign("a\n").line
    assert not refuses(parse_note, f"a\n\n{line}".encode())
    for wrong in (
        "", "a\n", f"a\n{line}", "a\n\n", f"a\n\n{line}\n", f"a\n\n{line}".rstrip("\n"), f"a\n\n{line}b\n", f"a\r\n\n{line}", f"a\0\n\n{line}",
        f"a\n\n{line.replace('—', '-')}", f"a\n\n{line.replace('— ', '—')}", f"a\n\n{line.replace('=', '')}", f"a\n\n{line[:-8]}\n",
        f"a\n\n{line.replace('bank', 'a+b')}", f"a\n\n{line.replace('bank', 'a b')}", "a\n\n— k AAAA\n", "a\n\n—  AAAAAAAA\n",
    ):  # fmt: skip
        assert refuses(parse_note, wrong.encode()), wrong
    assert refuses(parse_note, b"\xff\n\n" + line.encode())


def test_sixteen_large_signatures_fit_and_a_note_without_end_does_not() -> None:
    large = tuple(Signature(f"witness{number}.example", number, bytes(4_700)) for number in range(16))
    assert len(parse_note(Note("a\n", large).encoded).signatures) == 16
    line = KEY.sign("a\n").line
    assert refuses(parse_note, f"{'a' * LONGEST_NOTE_BYTES}\n\n{line}".encode())


def test_signatures_by_others_are_passed_over_also_under_the_same_name() -> None:
    note = sign("a\n", OTHER, KEY)
    assert verify_note(note, [KEY.verifier]) == (KEY.verifier,)
    assert verify_note(note, [KEY.verifier, OTHER.verifier]) == (OTHER.verifier, KEY.verifier)
    assert verify_note(sign("a\n", OTHER), [KEY.verifier]) == ()
    assert verify_note(sign("a\n", KEY, KEY), [KEY.verifier]) == (KEY.verifier,)
    renamed = KEY.sign("a\n")._replace(name="bank.example/other")
    assert verify_note(Note("a\n", (renamed,)), [KEY.verifier]) == ()


def test_one_wrong_signature_of_a_known_key_refuses_the_whole_note() -> None:
    good, forged = KEY.sign("a\n"), KEY.sign("b\n")
    assert refuses(verify_note, Note("a\n", (good, forged)), [KEY.verifier])
    for data in (b"", good.data[:-1], good.data + b"\0", bytes(64)):
        assert refuses(verify_note, Note("a\n", (good._replace(data=data),)), [KEY.verifier])


@pytest.mark.parametrize("public", [bytes(32), b"\xff" * 32, b"\1" + bytes(31)])
def test_a_key_that_is_no_point_verifies_nothing(public: bytes) -> None:
    key = VerifierKey("k", 1, public)
    assert verify_note(Note("a\n", ()), [key]) == ()
    assert refuses(verify_note, Note("a\n", (Signature("k", key.key_id, bytes(range(64))),)), [key])


def test_a_witness_signs_the_time_with_the_text() -> None:
    # Source: c2sp.org/tlog-cosignature
    witness = SignerKey("witness.example", bytes(range(2, 34)), COSIGNATURE)
    text = "bank.example/evidence\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    signature = witness.cosign(text, 1_790_000_000)
    assert int.from_bytes(signature.data[:8], "big") == 1_790_000_000
    assert verify_note(Note(text, (KEY.sign(text), signature)), [witness.verifier]) == (witness.verifier,)
    later = signature._replace(data=(1_790_000_001).to_bytes(8, "big") + signature.data[8:])
    for wrong in (later, signature._replace(data=signature.data[8:]), signature._replace(data=b"")):
        assert refuses(verify_note, Note(text, (wrong,)), [witness.verifier])
    plain = Signature(witness.name, witness.verifier.key_id, witness.sign(text).data)
    assert refuses(verify_note, Note(text, (plain,)), [witness.verifier])
    assert parse_verifier_key(str(witness.verifier)) == witness.verifier


def test_a_key_is_text_in_one_spelling() -> None:
    assert parse_verifier_key(f"{VKEY}\n") == parse_verifier_key(VKEY)
    name, key_id, data = VKEY.split("+")
    for wrong in (
        "", name, f"{name}+{key_id}", f"{name}+{key_id}+", f"{name}+{key_id.upper()}+{data}", f"{name}+530d903b+{data}", f"x+{key_id}+{data}",
        f"+{key_id}+{data}", f"{name}+{key_id}+{data}=", f"{name}+{key_id}+{data[:-4]}", f"{name} x+{key_id}+{data}", f"{name}+{key_id}+é",
        str(VerifierKey("k", 2, bytes(32))), str(VerifierKey("k", 1, bytes(31))), str(VerifierKey("a b", 1, bytes(32))),
    ):  # fmt: skip
        assert refuses(parse_verifier_key, wrong), wrong


def test_names_have_no_space_no_plus_and_are_printed() -> None:
    assert all(map(is_key_name, ("a", "bank.example/evidence", "銀行.example/証跡")))
    assert not any(map(is_key_name, ("", "a b", "a\u3000b", "a+b", "a\nb", "a\n", "a\u200bb", "a" * 256)))


@pytest.mark.parametrize("text", ["AB==", "AA=", "AA", "A A=", "AA==\n", "AA==AA==", "=", "é", "-_8="])
def test_base64_has_one_spelling(text: str) -> None:
    assert refuses(decode_base64, text)


@given(st.binary(max_size=70), st.data())
def test_no_other_text_spells_the_same_bytes(data: bytes, more: st.DataObject) -> None:
    note = Note("a\n", (Signature("k", 7, data + b"\0"),))
    spelled = note.signatures[0].line.split()[-1]
    assert decode_base64(spelled) == (7).to_bytes(4, "big") + data + b"\0"
    at = more.draw(st.integers(0, len(spelled) - 1))
    other = spelled[:at] + more.draw(st.sampled_from("ABC/+=\n ")) + spelled[at + 1 :]
    assert other == spelled or refuses(decode_base64, other) or decode_base64(other) != decode_base64(spelled)


def test_a_private_key_is_not_shown() -> None:
    assert repr(KEY) == "SignerKey('bank.example/evidence')"
    assert KEY.seed.hex() not in f"{KEY} {KEY!r}"
