"""Events: they come back from their one spelling, and nothing else is one."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof.refuse import refuses

from morasanu.proof.event import Event, digest_record, is_actor, is_kind, parse_event
from morasanu.proof.note import SignerKey

VKEY = str(SignerKey("bank.example/evidence", bytes(range(32))).verifier)
EVENT = Event(17, "2026-11-25T01:02:03.000004Z", "u-17", "scan.done", bytes(range(32)))
ACTORS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9._:/-]{0,62}[A-Za-z0-9])?", fullmatch=True)
KINDS = st.from_regex(r"[a-z][a-z0-9]{0,9}([._-][a-z0-9]{1,10}){0,4}", fullmatch=True)
TIMES = st.datetimes().map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27))
EVENTS = st.builds(
    Event,
    st.integers(0, 2**53 - 1),
    TIMES,
    ACTORS,
    KINDS,
    st.binary(min_size=32, max_size=32),
    st.sampled_from(["", VKEY]),
)


@given(EVENTS)
def test_an_event_comes_back_and_is_canonical_json(event: Event) -> None:
    assert parse_event(event.entry) == event
    read = json.loads(event.entry)
    assert rfc8785.dumps(read) == event.entry
    assert read["digest"] == b64encode(event.digest).decode()
    assert set(read) == {"actor", "at", "digest", "kind", "seq"} | ({"key"} if event.key else set())


@given(EVENTS, st.data())
def test_bytes_are_an_event_in_one_spelling_or_refused(event: Event, data: st.DataObject) -> None:
    entry = event.entry
    at = data.draw(st.integers(0, len(entry)))
    cut = data.draw(st.integers(0, 2))
    changed = entry[:at] + data.draw(st.binary(max_size=2)) + entry[at + cut :]
    assert refuses(parse_event, changed) or parse_event(changed).entry == changed


@given(st.integers(0, 63), st.integers(0, 42))
def test_a_digest_has_one_spelling(letter: int, at: int) -> None:
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    start = EVENT.entry.index(b'"digest":"') + 10
    changed = EVENT.entry[: start + at] + alphabet[letter : letter + 1] + EVENT.entry[start + at + 1 :]
    assert refuses(parse_event, changed) or parse_event(changed).entry == changed


def test_other_spellings_of_the_same_are_refused() -> None:
    entry = EVENT.entry.decode()
    read = json.loads(entry)
    for wrong in (
        json.dumps(read), json.dumps(dict(reversed(read.items())), separators=(",", ":")), entry + "\n", " " + entry, entry.replace("17}", "017}"),
        entry.replace("17}", "17.0}"), entry.replace("17}", '"17"}'), entry.replace("u-17", r"\u0075-17"), entry.replace("04Z", "04+00:00"),
        entry.replace(".000004Z", "Z"), entry.replace("T", " "), entry.replace("}", ',"z":1}'), entry.replace('"seq":17', '"seq":-1'), "{}", "",
        entry.replace("u-17", ""), entry.replace("u-17", "u 17"), entry.replace("u-17", "-u"), entry.replace("scan.done", "Scan"), entry.replace("scan.done", "a..b"),
        entry.replace("scan.done", "a" * 65), entry.replace("u-17", "a" * 65), entry.replace('"kind"', '"key":"","kind"'),
        entry.replace('"kind"', r'"key":"\u0041","kind"'), entry.replace('"kind":"scan.done"', '"key":"a","kind":"x","kind":"scan.done"'),
        entry.replace('"kind":"scan.done"', '"key":"é","kind":"scan.done"'), entry.replace("AAEC", "AAE"), entry.replace("=", ""),
    ):  # fmt: skip
        assert wrong != entry
        assert refuses(parse_event, wrong.encode()), wrong


@pytest.mark.parametrize("actor", ["", "-", "u-", ".u", "a" * 65, "山田", "a b", "a@b.example", "a\n", "ａ"])
def test_who_is_no_id_is_no_actor(actor: str) -> None:
    assert not is_actor(actor)


@pytest.mark.parametrize("kind", ["", "A", "1a", "a.", ".a", "a..b", "a b", "a" * 65, "a\n", "走査", "a._b"])
def test_what_is_no_word_is_no_kind(kind: str) -> None:
    assert not is_kind(kind)


def test_ids_and_words_are_taken() -> None:
    assert all(map(is_actor, ("u", "u-17", "host:1/a.b_c", "a" * 64)))
    assert all(map(is_kind, ("a", "scan.done", "a-b_c.d9", "a" * 64)))


def test_a_digest_needs_the_salt() -> None:
    # Source: FIPS 180-4, SHA-256 of "abc"
    assert digest_record(b"a", b"bc").hex().startswith("ba7816bf8f01cfea")
    assert digest_record(bytes(32), b"{}") != digest_record(bytes([1, *bytes(31)]), b"{}")
