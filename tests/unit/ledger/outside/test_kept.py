"""Checkpoints come back out of mails, scans and editors as they left."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING

import pytest

from morasanu.ledger.outside.kept import find_kept
from morasanu.ledger.outside.mail import make_message
from morasanu.proof.note import COSIGNATURE, SignerKey

if TYPE_CHECKING:
    from tests.unit.ledger.outside.made import Grown


def test_checkpoint_is_found_in_what_people_save(ledger: Grown) -> None:
    parcel = ledger.grow(1)
    note, mail = parcel.note.encoded, make_message(parcel, "daichou@bank.example", "kansa@bank.example")
    text = message_from_bytes(mail.as_bytes(), policy=default).get_content()
    kept = [
        note,
        note.replace(b"\n", b"\r\n"),
        note.rstrip(b"\n"),
        b"\xef\xbb\xbf" + note,
        b"\n\n" + note + b"\n\nSent from my telephone\n",
        text.encode(),
        mail.as_bytes(),
        mail.as_bytes().replace(b"\r\n", b"\n"),
        note.decode().encode("utf-16"),  # saved by a mail program of Windows
        ("\u63a7\u3048\r\n\r\n" + note.decode().replace("\n", "\r\n").replace("\u2014", "\u2015")).encode("cp932"),
        b"From kansa@bank.example Wed Nov 25 09:30:00 2026\n" + mail.as_bytes().replace(b"\r\n", b"\n"),
        b"<\n\n\n".join((b"", note.replace(b"\n", b" \r\n"))),
    ]
    assert [find_kept(each) for each in kept] == [[note]] * len(kept)


def test_every_checkpoint_of_a_file_is_found(ledger: Grown) -> None:
    notes = [ledger.grow(count).note.encoded for count in (1, 2, 3)]
    assert find_kept(b"".join(notes)) == notes
    assert find_kept(b"\n".join(notes)) == notes


def test_copy_of_a_witness_is_found_with_what_it_signed(ledger: Grown) -> None:
    note = ledger.grow(1).note
    cosigned = note._replace(
        signatures=(*note.signatures, SignerKey("witness.example/w1", bytes(32), COSIGNATURE).cosign(note.text, 5))
    )
    assert find_kept(cosigned.encoded) == [cosigned.encoded]


def test_mail_with_other_parts_gives_its_text(ledger: Grown) -> None:
    parcel = ledger.grow(1)
    mail = make_message(parcel, "daichou@bank.example", "kansa@bank.example")
    mail.add_alternative("<p>\u2014 none</p>", subtype="html")
    mail.add_attachment(b"\xff", maintype="application", subtype="octet-stream", filename="a")
    assert find_kept(mail.as_bytes()) == [parcel.note.encoded]


@pytest.mark.parametrize(
    "data", [b"", b"\xff\xfe", b"\x81\xff", b"no checkpoint", b"a\n\nb\n", b"Subject: x\n\n\n", bytes(20_000_000)]
)
def test_what_holds_none_stays_what_it_is(data: bytes) -> None:
    assert find_kept(data) == [data]


def test_changed_checkpoint_stays_changed(ledger: Grown) -> None:
    data = ledger.grow(1).note.encoded.replace(b"\n2\n", b"\n3\n")
    assert find_kept(data) == [data]
