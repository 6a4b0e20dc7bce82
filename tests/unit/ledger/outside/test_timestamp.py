"""Time-stamps, by a real authority and by ones that lie."""

from __future__ import annotations

import os
import subprocess
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.ledger.outside.authority import Authority
from tests.unit.ledger.outside.made import trust
from tests.unit.ledger.outside.scripted import Reply, run_scripted
from tests.unit.source.certificate import make_certificate

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

timestamp = pytest.importorskip(
    "morasanu.ledger.outside.timestamp", reason="rfc3161-client is not installed", exc_type=OutsideError
)

STAMP = "application/timestamp-reply"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("tsa"))


def stamp(parcel: Parcel, answer: Callable[[bytes], bytes], roots: Path | None = None) -> bytes:
    with run_scripted(lambda query: Reply(body=answer(query), content_type=STAMP)) as (url, _):
        back = timestamp.TimestampPlace(url, trust(), roots).send(parcel)
    assert back.note is None
    token: bytes = back.token
    return token


def fail(parcel: Parcel, answer: Callable[[bytes], bytes], roots: Path | None = None) -> str:
    with pytest.raises(OutsideError) as caught:
        stamp(parcel, answer, roots)
    return caught.value.code


def test_stamp_is_taken_and_openssl_verifies_it_over_the_note(
    parcel: Parcel, authority: Authority, tmp_path: Path
) -> None:
    for roots in (None, authority.roots):
        token = stamp(parcel, authority.answer, roots)
    (tmp_path / "note").write_bytes(parcel.note.encoded)
    (tmp_path / "token").write_bytes(token)
    command = ["openssl", "ts", "-verify", "-data", "note", "-in", "token", "-CAfile", str(authority.roots)]
    assert b"Verification: OK" in subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout


def test_stamp_of_another_digest_is_refused(parcel: Parcel, authority: Authority) -> None:
    digest = sha256(parcel.note.encoded).digest()

    def swap(query: bytes) -> bytes:
        assert digest in query
        return authority.answer(query.replace(digest, bytes(range(32))))

    for roots in (None, authority.roots):
        assert fail(parcel, swap, roots) == "MRS-O-049"


def test_stamp_with_another_nonce_is_refused(parcel: Parcel, authority: Authority) -> None:
    def swap(query: bytes) -> bytes:
        at = query.index(sha256(parcel.note.encoded).digest()) + 32 + 2 + 3  # in the middle of the nonce
        return authority.answer(query[:at] + bytes([query[at] ^ 1]) + query[at + 1 :])

    for roots in (None, authority.roots):
        assert fail(parcel, swap, roots) == "MRS-O-049"


def test_replay_of_an_older_stamp_is_refused(parcel: Parcel, authority: Authority) -> None:
    older = stamp(parcel, authority.answer)
    assert fail(parcel, lambda _: older) == "MRS-O-049"


def test_stamp_by_an_authority_that_is_not_trusted_is_refused(
    parcel: Parcel, authority: Authority, tmp_path: Path
) -> None:
    stranger, _ = make_certificate(tmp_path)
    assert fail(parcel, authority.answer, stranger) == "MRS-O-049"


def test_forged_stamp_is_refused(parcel: Parcel, authority: Authority) -> None:
    def forge(query: bytes) -> bytes:
        answer = authority.answer(query)
        return answer[:-4] + bytes([answer[-4] ^ 1]) + answer[-3:]  # within the signature

    assert fail(parcel, forge, authority.roots) == "MRS-O-049"


def test_authority_that_refuses_is_told(parcel: Parcel, authority: Authority) -> None:
    assert fail(parcel, lambda query: authority.answer(query, digests="sha512")) == "MRS-O-049"


def test_answer_with_garbage_is_refused(parcel: Parcel, authority: Authority) -> None:
    good = stamp(parcel, authority.answer)
    for garbage in (
        b"",
        b"\x30\x00",
        bytes(100),
        os.urandom(300),
        b"<html></html>",
        *(good[:end] for end in range(0, len(good), 97)),
    ):
        assert fail(parcel, lambda _, data=garbage: data) == "MRS-O-049"


@pytest.mark.parametrize(
    "reply", [Reply(500, content_type=STAMP), Reply(200, b"<html>"), Reply(302, location="http://127.0.0.1:9/")]
)
def test_answer_that_is_none_is_told(parcel: Parcel, reply: Reply) -> None:
    with run_scripted(lambda _: reply) as (url, _), pytest.raises(OutsideError) as caught:
        timestamp.TimestampPlace(url, trust()).send(parcel)
    assert caught.value.code == "MRS-O-043"


def test_certificates_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("none", encoding="ascii")
    for path in (tmp_path / "missing", tmp_path / "none.pem"):
        with pytest.raises(InputError) as caught:
            timestamp.TimestampPlace("http://tsa.example", trust(), path)
        assert caught.value.code == "MRS-I-001"


@given(st.binary(max_size=60))
def test_whatever_comes_is_put_in_order_or_left_as_it_is(data: bytes) -> None:
    assert sorted(timestamp.order_certificates(data)) == sorted(data)
