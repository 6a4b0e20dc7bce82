"""The witness's client against our own witness over TLS, and against peers that lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import ORIGIN, Grown, run_witness, trust
from tests.unit.ledger.outside.scripted import Reply, run_scripted

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.cosigner import hash_origin
from morasanu.ledger.outside.witness import WitnessPlace
from morasanu.proof.note import COSIGNATURE, Note, SignerKey, parse_note, verify_note
from morasanu.proof.witness import parse_request

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

KEY = SignerKey("witness.example/w1", bytes(range(32)), COSIGNATURE)
OTHER = SignerKey("witness.example/w1", bytes(32), COSIGNATURE)


def fail(place: WitnessPlace, parcel: Parcel) -> str:
    with pytest.raises(OutsideError) as caught:
        place.send(parcel)
    return caught.value.code


def ask_liar(parcel: Parcel, answer: Callable[[bytes], Reply], since: int = 0) -> str:
    with run_scripted(answer) as (url, _):
        return fail(WitnessPlace(url, KEY.verifier, trust(), since), parcel)


def test_growing_ledger_is_cosigned_over_tls_and_the_witness_shows_it(
    ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    since = 0
    with run_witness(tmp_path / "w", [ledger.key], certificate) as (url, witness):
        for count in (0, 1, 0, 300, 5):
            parcel = ledger.grow(count)
            back = WitnessPlace(url, witness.key, trust(certificate[0]), since).send(parcel)
            since = parcel.checkpoint.size
            assert back.note
            assert back.doubt is None
            assert set(verify_note(back.note, [witness.key, ledger.key])) == {witness.key, ledger.key}
            shown = witness.show(hash_origin(ORIGIN))
            assert shown
            assert set(verify_note(parse_note(shown), [witness.key, ledger.key])) == {witness.key, ledger.key}
    assert since == 307


def test_client_that_forgot_asks_again_from_where_the_witness_stands(
    ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    with run_witness(tmp_path / "w", [ledger.key], certificate) as (url, witness):
        for since in (0, 0, 2):
            back = WitnessPlace(url, witness.key, trust(certificate[0]), since).send(ledger.grow(3))
            assert back.doubt is None
    assert back.note


def test_witness_that_forgot_cosigns_and_is_told(ledger: Grown, tmp_path: Path) -> None:
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        back = WitnessPlace(url, witness.key, trust(), 3).send(ledger.grow(6))
    assert back.note
    assert back.doubt
    assert back.doubt.code == "MRS-O-048"


def test_rolled_back_ledger_is_refused(ledger: Grown, tmp_path: Path) -> None:
    old = ledger.grow(1)
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        WitnessPlace(url, witness.key, trust()).send(ledger.grow(4))
        before = witness.show(hash_origin(ORIGIN))
        for since in (0, 1, 6):
            assert fail(WitnessPlace(url, witness.key, trust(), since), old) == "MRS-O-045"
        assert witness.show(hash_origin(ORIGIN)) == before


def test_forked_history_is_refused_and_kept_as_evidence(ledger: Grown, tmp_path: Path) -> None:
    fork = ledger.copy(tmp_path / "fork")
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        WitnessPlace(url, witness.key, trust()).send(ledger.grow(4))
        before = witness.show(hash_origin(ORIGIN))
        same, longer = fork.grow(4), fork.grow(3)
        for parcel in (same, longer):
            assert fail(WitnessPlace(url, witness.key, trust()), parcel) == "MRS-O-046"
        assert witness.show(hash_origin(ORIGIN)) == before
    kept = {path.read_bytes() for path in (tmp_path / "w" / hash_origin(ORIGIN) / "refuted").iterdir()}
    assert kept == {same.note.encoded, longer.note.encoded}


def test_ledger_or_key_that_the_witness_does_not_know_is_told(ledger: Grown, tmp_path: Path) -> None:
    strange, foreign = Grown(tmp_path / "strange", "bank.example/other"), Grown(tmp_path / "foreign")
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        for parcel in (strange.grow(0), foreign.grow(0)):
            assert fail(WitnessPlace(url, witness.key, trust()), parcel) == "MRS-O-047"


def test_forged_root_under_a_good_looking_signature_is_refused(ledger: Grown, tmp_path: Path) -> None:
    parcel = ledger.grow(2)
    text = parcel.checkpoint._replace(root=bytes(32)).text
    forged = parcel._replace(note=Note(text, parcel.note.signatures))
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        assert fail(WitnessPlace(url, witness.key, trust()), forged) == "MRS-O-047"
        assert witness.show(hash_origin(ORIGIN)) is None


def test_tile_that_is_missing_is_told_before_anything_is_asked(ledger: Grown, tmp_path: Path) -> None:
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        WitnessPlace(url, witness.key, trust()).send(ledger.grow(2))
        parcel = ledger.grow(2)._replace(read=lambda _: None)
        assert fail(WitnessPlace(url, witness.key, trust(), 3), parcel) == "MRS-O-046"


def test_certificate_of_nobody_is_refused(ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    with run_witness(tmp_path / "w", [ledger.key], certificate) as (url, witness):
        assert fail(WitnessPlace(url, witness.key, trust()), ledger.grow(0)) == "MRS-O-042"
        assert witness.show(hash_origin(ORIGIN)) is None


# -- peers that lie --------------------------------------------------------------------------------------------------------


def cosign(body: bytes, key: SignerKey = KEY, at_s: int = 5, text: str = "") -> bytes:
    return key.cosign(text or parse_request(body).note.text, at_s).line.encode()


def test_cosignatures_of_others_are_passed_over(parcel: Parcel) -> None:
    other = SignerKey("witness.example/w2", bytes(32), COSIGNATURE)
    with run_scripted(lambda body: Reply(body=cosign(body, other) + cosign(body))) as (url, asked):
        back = WitnessPlace(f"{url}/prefix/", KEY.verifier, trust()).send(parcel)
    assert back.note
    assert [each.name for each in back.note.signatures] == [ORIGIN, KEY.name]
    assert [path for path, _ in asked] == ["/prefix/add-checkpoint"]


LIES = {
    "cosignature_by_another_key": lambda body: Reply(body=cosign(body, OTHER)),
    "cosignature_under_the_id_of_the_key": lambda body: Reply(
        body=KEY.cosign(parse_request(body).note.text, 5)._replace(data=bytes(72)).line.encode()
    ),
    "cosignature_without_time": lambda body: Reply(body=cosign(body, at_s=0)),
    "cosignature_of_another_checkpoint": lambda body: Reply(body=cosign(body, text=f"{ORIGIN}\n9\nAAAA\n")),
    "plain_signature_in_its_place": lambda body: Reply(
        body=SignerKey(KEY.name, KEY.seed).sign(parse_request(body).note.text).line.encode()
    ),
    "good_and_forged_cosignature": lambda body: Reply(
        body=cosign(body) + KEY.cosign("other\n", 5).line.encode()
    ),
    "cut_cosignature": lambda body: Reply(body=cosign(body)[:-9]),
    "garbage": lambda _: Reply(body=b"\xff\x00" * 50),
    "nothing": lambda _: Reply(),
    "page_of_a_portal": lambda _: Reply(body=b"<html>log in</html>\n", content_type="text/html"),
    "endless": lambda _: Reply(body=b"a" * 300_000),
    "conflict_without_a_size": lambda _: Reply(409, b"many\n", "text/x.tlog.size"),
    "conflict_of_another_kind": lambda _: Reply(409, b"0\n"),
    "conflict_of_a_huge_size": lambda _: Reply(409, b"9" * 5_000 + b"\n", "text/x.tlog.size"),
    "conflict_without_end": lambda _: Reply(409, b"0\n", "text/x.tlog.size"),
    "status_400": lambda _: Reply(400),
    "status_500": lambda _: Reply(500),
    "status_204": lambda _: Reply(204),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_lie_is_refused(parcel: Parcel, lie: str) -> None:
    assert ask_liar(parcel, LIES[lie]) == "MRS-O-043"


def test_replay_of_an_older_cosignature_is_refused(ledger: Grown) -> None:
    first = KEY.cosign(ledger.grow(1).note.text, 5).line.encode()
    assert ask_liar(ledger.grow(1), lambda _: Reply(body=first)) == "MRS-O-043"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(parcel: Parcel, status: int) -> None:
    with (
        run_scripted(lambda body: Reply(body=cosign(body))) as (other, asked),
        run_scripted(lambda _: Reply(status, location=f"{other}/add-checkpoint")) as (url, _),
    ):
        assert fail(WitnessPlace(url, KEY.verifier, trust()), parcel) == "MRS-O-043"
    assert asked == []


@pytest.mark.parametrize(("status", "code"), [(403, "MRS-O-047"), (404, "MRS-O-047"), (422, "MRS-O-046")])
def test_refusal_of_a_witness_is_told(parcel: Parcel, status: int, code: str) -> None:
    assert ask_liar(parcel, lambda _: Reply(status)) == code


def test_answer_that_is_cut_short_is_told(parcel: Parcel) -> None:
    assert ask_liar(parcel, lambda body: Reply(body=cosign(body), length=5_000)) == "MRS-O-042"


def test_witness_that_is_not_there_is_told(parcel: Parcel) -> None:
    with run_scripted(lambda _: Reply()) as (url, _):
        pass
    assert fail(WitnessPlace(url, KEY.verifier, trust()), parcel) == "MRS-O-042"


@pytest.mark.parametrize(
    ("url", "code"),
    [("http://witness.example", "MRS-I-047"), ("http://10.0.0.1:8443", "MRS-I-047"), ("ftp://127.0.0.1", "MRS-I-047"), ("witness.example", "MRS-I-047"), ("https://", "MRS-I-047"),
     ("", "MRS-I-047"), ("https://a:99999", "MRS-I-047"), ("https://a/ b", "MRS-I-047"), ("https://証人.example", "MRS-I-047"), ("https://u:p@witness.example", "MRS-I-018"),
     ("https://u@witness.example", "MRS-I-018"), ("https://witness.example?key=1", "MRS-I-018"), ("https://witness.example/#a", "MRS-I-018"), ("file:///etc/passwd", "MRS-I-047")],
)  # fmt: skip
def test_address_that_is_not_https_or_holds_a_secret_is_refused(url: str, code: str) -> None:
    with pytest.raises(InputError) as caught:
        WitnessPlace(url, KEY.verifier, trust())
    assert caught.value.code == code
    assert "u:p" not in caught.value.message("en")


def test_key_that_does_not_cosign_is_refused() -> None:
    with pytest.raises(InputError) as caught:
        WitnessPlace("https://witness.example", SignerKey(KEY.name, bytes(32)).verifier, trust())
    assert caught.value.code == "MRS-I-046"
