"""The witness over the wire: every status of c2sp.org/tlog-witness, what it shows, and that it signs nothing it has not kept."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPSConnection
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest
from tests.unit.ledger.outside.made import ORIGIN, Grown, run_witness, trust

from morasanu.errors import EvidenceError, InputError, MorasanuError, OutsideError
from morasanu.ledger.outside.cosigner import Witness, hash_origin
from morasanu.ledger.outside.server import WitnessServer, load_tls
from morasanu.ledger.outside.witness import WitnessPlace
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.merkle import prove_consistency
from morasanu.proof.note import Note, SignerKey, parse_note, verify_note
from morasanu.proof.tile import TileTree
from morasanu.proof.witness import Request

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

PATIENCE_S = 60


class Got(NamedTuple):
    status: int
    content_type: str
    body: bytes


class Peer:
    """Speaks to a witness over one connection that is kept."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None) -> None:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        self.wire = (
            HTTPSConnection(host, port, context=tls, timeout=PATIENCE_S)
            if tls
            else HTTPConnection(host, port, timeout=PATIENCE_S)
        )

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Got:
        self.wire.request(method, path, body, headers)
        answer = self.wire.getresponse()
        return Got(answer.status, answer.getheader("Content-Type", ""), answer.read())

    def add(self, body: bytes) -> Got:
        return self.ask("POST", "/add-checkpoint", body)


@pytest.fixture
def open_wires() -> Iterator[list[Peer]]:
    peers: list[Peer] = []
    yield peers
    for peer in peers:
        peer.wire.close()


def connect(peers: list[Peer], url: str, tls: ssl.SSLContext | None = None) -> Peer:
    peers.append(Peer(url, tls))
    return peers[-1]


def make_request(parcel: Parcel, old: int) -> Request:
    size = parcel.checkpoint.size
    path = prove_consistency(old, size, TileTree(size, parcel.read).node) if old else []
    return Request(old, tuple(path), parcel.note)


def test_every_status_of_add_checkpoint(
    ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path, open_wires: list[Peer]
) -> None:
    strange, foreign = Grown(tmp_path / "strange", "bank.example/other"), Grown(tmp_path / "foreign")
    first, second = ledger.grow(2), ledger.grow(4)
    with run_witness(tmp_path / "w", [ledger.key], certificate) as (url, witness):
        peer = connect(open_wires, url, trust(certificate[0]))
        show = f"/{hash_origin(ORIGIN)}/checkpoint"
        assert peer.ask("GET", show) == (404, "text/plain; charset=utf-8", b"")
        assert peer.add(b"old x\n\n").status == 400
        assert peer.add(make_request(strange.grow(0), 0).encoded).status == 404
        assert peer.add(make_request(foreign.grow(0), 0).encoded).status == 403
        assert peer.add(make_request(first, 0)._replace(old=4).encoded).status == 400  # larger than the checkpoint
        assert peer.add(make_request(first, 1).encoded) == (409, "text/x.tlog.size", b"0\n")
        proof_from_nothing = make_request(first, 0)._replace(path=(bytes(32),))
        assert peer.add(proof_from_nothing.encoded).status == 422
        assert peer.ask("GET", show).status == 404
        granted = peer.add(make_request(first, 0).encoded)
        assert granted.status == 200
        note = parse_note(first.note.text.encode() + b"\n" + granted.body)
        assert verify_note(note, [witness.key]) == (witness.key,)
        assert len(note.signatures) == 1
        assert peer.add(make_request(second, 0).encoded) == (409, "text/x.tlog.size", b"3\n")
        assert peer.add(make_request(second, 3)._replace(path=(bytes(32),)).encoded).status == 422
        forked = make_request(foreign.grow(2), 3)
        assert peer.add(forked.encoded).status == 403
        assert peer.add(make_request(second, 3).encoded).status == 200
        shown = peer.ask("GET", show)
        assert shown.status == 200
        assert set(verify_note(parse_note(shown.body), [witness.key, ledger.key])) == {witness.key, ledger.key}
        assert parse_checkpoint(parse_note(shown.body).text) == second.checkpoint
        assert peer.ask("GET", f"/{hash_origin('bank.example/other')}/checkpoint").status == 404


def test_forged_roots_that_the_key_of_the_ledger_signed_are_422(tmp_path: Path, open_wires: list[Peer]) -> None:
    key = SignerKey(ORIGIN, bytes(32))
    with run_witness(tmp_path / "w", [key.verifier], None) as (url, _):
        peer = connect(open_wires, url)

        def add(old: int, size: int, root: str) -> int:
            text = f"{ORIGIN}\n{size}\n{root}\n"
            return peer.add(Request(old, (), Note(text, (key.sign(text),))).encoded).status

        one, other = "A" * 43 + "=", "B" * 42 + "A="
        assert add(0, 0, one) == 422  # an empty ledger has one root only
        assert add(0, 1, one) == 200
        assert add(1, 1, other) == 422  # of the same size
        assert add(1, 2, other) == 422  # without a proof
        assert add(1, 1, one) == 200


def test_more_than_a_request_can_be_is_not_read(ledger: Grown, tmp_path: Path, open_wires: list[Peer]) -> None:
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, _):
        assert (
            connect(open_wires, url).ask("POST", "/add-checkpoint", None, **{"Content-Length": "999999999"}).status
            == 413
        )
        for length in ("", "-1", "x", "9999999999999999999", "1 2"):
            got = connect(open_wires, url).ask("POST", "/add-checkpoint", None, **{"Content-Length": length})
            assert got.status == 411, length
        chunked = connect(open_wires, url).ask("POST", "/add-checkpoint", None, **{"Transfer-Encoding": "chunked"})
        assert chunked.status == 411
        assert connect(open_wires, url).add(b"old 0\n" + b"A" * 199_000).status == 400


@pytest.mark.parametrize(
    "path", ["/", "/checkpoint", "/../key/private", "/key/private", "/%2e%2e/key/private", f"/{'A' * 64}/checkpoint", f"/{'a' * 64}/checkpoint/", f"/{'a' * 64}/refuted"]
)  # fmt: skip
def test_other_paths_show_nothing(ledger: Grown, tmp_path: Path, path: str, open_wires: list[Peer]) -> None:
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, _):
        peer = connect(open_wires, url)
        assert peer.ask("GET", path) == (404, "text/plain; charset=utf-8", b"")
        assert peer.ask("POST", path, b"x") == (404, "text/plain; charset=utf-8", b"")


def test_noise_on_the_wire_harms_nobody(ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    with run_witness(tmp_path / "w", [ledger.key], certificate) as (url, witness):
        port = urlsplit(url).port or 0
        for noise in (b"", b"GET / HTTP/1.1\r\n\r\n", os.urandom(500), b"\x16\x03\x01\x02\x00" + bytes(100)):
            with socket.create_connection(("127.0.0.1", port)) as wire:
                wire.sendall(noise)
        place = WitnessPlace(url, witness.key, trust(certificate[0]))
        assert place.send(ledger.grow(1)).note


def test_requests_at_a_time_never_roll_back(ledger: Grown, tmp_path: Path) -> None:
    parcels = [ledger.grow(count) for count in (0, 1, 5, 9, 20)]
    granted: list[int] = []
    with run_witness(tmp_path / "w", [ledger.key], None) as (url, witness):
        start = threading.Barrier(len(parcels))

        def send(parcel: Parcel) -> None:
            peer = Peer(url)
            start.wait()
            for _ in range(9):
                got = peer.add(make_request(parcel, 0).encoded)
                if got.status == 409 and int(got.body) <= parcel.checkpoint.size:
                    got = peer.add(make_request(parcel, int(got.body)).encoded)
                if got.status == 200:
                    granted.append(parcel.checkpoint.size)
            peer.wire.close()

        threads = [threading.Thread(target=send, args=(parcel,)) for parcel in parcels]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        shown = witness.show(hash_origin(ORIGIN))
    assert shown
    assert parse_checkpoint(parse_note(shown).text).size == max(granted) == 36
    assert not list((tmp_path / "w").rglob("refuted"))


def test_two_forks_at_a_time_are_not_both_cosigned(tmp_path: Path) -> None:
    key = SignerKey(ORIGIN, bytes(32))
    texts = [f"{ORIGIN}\n1\n{letter}{'A' * 42}=\n" for letter in "ABCDEFGH"]
    with Witness(tmp_path / "w", [key.verifier], "witness.example/w1") as witness:
        start, answers = threading.Barrier(len(texts)), []

        def send(text: str) -> None:
            start.wait()
            answers.append(witness.add(Request(0, (), Note(text, (key.sign(text),))).encoded)[0])

        threads = [threading.Thread(target=send, args=(text,)) for text in texts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(answers) == [200] + [409] * 7


@pytest.mark.parametrize("call", ["fsync", "replace", "write"])
def test_nothing_is_signed_that_could_not_be_kept(
    ledger: Grown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, open_wires: list[Peer]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    first, second, told = ledger.grow(1), ledger.grow(1), list[MorasanuError]()
    with run_witness(tmp_path / "w", [ledger.key], None, told) as (url, witness):
        peer = connect(open_wires, url)
        assert peer.add(make_request(first, 0).encoded).status == 200
        with monkeypatch.context() as broken:
            broken.setattr(os, call, fail)
            got = peer.add(make_request(second, 2).encoded)
        assert (got.status, got.body) == (500, b"")
        assert [fault.code for fault in told] == ["MRS-E-013"]
        assert WitnessPlace(url, witness.key, trust()).send(second).note


KILLED = """
import os, signal, sys
from morasanu.ledger.outside.cosigner import Witness
from morasanu.proof.note import parse_verifier_key
call, folder, key, request = sys.argv[1:]
real, left = getattr(os, call), [int(os.environ["LEFT"])]
with Witness(__import__("pathlib").Path(folder), [parse_verifier_key(key)], "witness.example/w1") as witness:
    def die(*given, **named):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*given, **named)
    setattr(os, call, die)
    status, body = witness.add(open(request, "rb").read())
    os.write(1, b"%d " % status + body)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL here")
@pytest.mark.parametrize(("call", "left"), [("replace", 0), ("fsync", 0), ("fsync", 1), ("fsync", 2), ("fsync", 99)])
def test_witness_killed_between_keeping_and_answering_forgets_nothing_it_answered(
    ledger: Grown, tmp_path: Path, call: str, left: int
) -> None:
    first, second = ledger.grow(1), ledger.grow(1)
    with Witness(tmp_path / "w", [ledger.key], "witness.example/w1") as witness:
        witness.add(make_request(first, 0).encoded)
    (tmp_path / "request").write_bytes(make_request(second, 2).encoded)
    command = [sys.executable, "-c", KILLED, call, str(tmp_path / "w"), str(ledger.key), str(tmp_path / "request")]
    done = subprocess.run(
        command, env={**os.environ, "LEFT": str(left)}, capture_output=True, check=False, timeout=PATIENCE_S
    )
    assert done.returncode == (0 if left == 99 else -signal.SIGKILL), done.stderr
    with Witness(tmp_path / "w", [ledger.key], "witness.example/w1") as witness:
        shown = witness.show(hash_origin(ORIGIN))
        assert shown
        note = parse_note(shown)
        assert set(verify_note(note, [witness.key, ledger.key])) == {witness.key, ledger.key}
        size = parse_checkpoint(note.text).size
        assert size in {2, 3}
        if done.stdout:
            assert size == 3
            assert done.stdout.endswith(note.signatures[-1].line.encode())
        assert witness.add(make_request(second, size).encoded)[0] == 200


def test_what_was_kept_and_is_broken_stops_the_witness(ledger: Grown, tmp_path: Path, open_wires: list[Peer]) -> None:
    first, second, told = ledger.grow(1), ledger.grow(1), list[MorasanuError]()
    path = tmp_path / "w" / hash_origin(ORIGIN) / "checkpoint"
    with run_witness(tmp_path / "w", [ledger.key], None, told) as (url, _):
        peer = connect(open_wires, url)
        assert peer.add(make_request(first, 0).encoded).status == 200
        path.write_bytes(first.note.encoded)  # without its own signature
        assert peer.add(make_request(second, 0).encoded).status == 500
    assert [fault.code for fault in told] == ["MRS-E-015"]
    for data in (first.note.encoded, b"", b"cut", path.read_bytes()[:-5]):
        path.write_bytes(data)
        with pytest.raises(EvidenceError) as caught:
            Witness(tmp_path / "w", [ledger.key], "witness.example/w1")
        assert caught.value.code == "MRS-E-015"


def test_second_witness_in_the_same_folder_is_refused(ledger: Grown, tmp_path: Path) -> None:
    with Witness(tmp_path / "w", [ledger.key], "witness.example/w1") as witness:
        key = witness.key
        with pytest.raises(EvidenceError) as caught:
            Witness(tmp_path / "w", [ledger.key], "witness.example/w1")
        assert caught.value.code == "MRS-E-014"
    with Witness(tmp_path / "w", [ledger.key], "another.name") as witness:
        assert witness.key == key
    assert (tmp_path / "w/key/private").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("name", "code"), [("a b", "MRS-I-041"), ("a+b", "MRS-I-041"), ("", "MRS-I-041"), ("witness.example", "MRS-I-040")]
)
def test_folder_or_name_that_cannot_be_is_refused(ledger: Grown, tmp_path: Path, name: str, code: str) -> None:
    path = tmp_path / "w"
    if code == "MRS-I-040":
        path.mkdir()
        (path / "letter.txt").write_text("a", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Witness(path, [ledger.key], name)
    assert caught.value.code == code
    assert [each.name for each in tmp_path.rglob("w/*")] == (["letter.txt"] if code == "MRS-I-040" else [])


def test_folder_of_a_ledger_is_no_folder_of_a_witness(ledger: Grown) -> None:
    with pytest.raises(InputError) as caught:
        Witness(ledger.path, [ledger.key], "witness.example")
    assert caught.value.code == "MRS-I-040"


def test_plain_http_is_for_this_machine_only(ledger: Grown, certificate: tuple[Path, Path], tmp_path: Path) -> None:
    with Witness(tmp_path / "w", [ledger.key], "witness.example/w1") as witness:
        for host in ("0.0.0.0", "192.0.2.1", "", "witness.example", "::"):
            with pytest.raises(InputError) as caught:
                WitnessServer((host, 0), witness, None)
            assert caught.value.code == "MRS-I-048"
        with WitnessServer(("0.0.0.0", 0), witness, load_tls(*certificate)) as server:
            with pytest.raises(OutsideError) as taken:
                WitnessServer(("0.0.0.0", server.server_port), witness, load_tls(*certificate))
            assert taken.value.code == "MRS-O-042"


def test_certificate_that_cannot_be_read_is_told(certificate: tuple[Path, Path], tmp_path: Path) -> None:
    for files in ((certificate[0], None), (None, certificate[1]), (tmp_path / "a", tmp_path / "b"), certificate[::-1]):
        with pytest.raises(InputError) as caught:
            load_tls(*files)
        assert caught.value.code == "MRS-I-048"
