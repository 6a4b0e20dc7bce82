"""`morasanu ledger checkpoint` as it leaves: every place is tried, what failed is told, what arrived is recorded; and `ledger witness`."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import ORIGIN, Grown, run_witness
from tests.unit.ledger.outside.scripted import Reply, run_scripted
from tests.unit.source.certificate import make_certificate

from morasanu.cli.__main__ import main
from morasanu.ledger.outside.cosigner import hash_origin
from morasanu.ledger.outside.folder import name_origin
from morasanu.ledger.outside.record import read_left
from morasanu.ledger.outside.server import load_tls
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.note import COSIGNATURE, SignerKey, parse_note, parse_verifier_key, verify_note
from morasanu.proof.witness import parse_request

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60
PASSWORD = "himitsu-no-kotoba"
WITNESS = SignerKey("witness.example/w1", bytes(range(32)), COSIGNATURE)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MORASANU_LANG", "en")


@pytest.fixture
def grown(tmp_path: Path) -> Grown:
    return Grown(tmp_path / "ledger")


@pytest.fixture
def path(grown: Grown) -> Path:
    (grown.path.parent / "records").write_bytes(b"{}\n{}\n")
    assert ledger("append", grown.path, grown.path.parent / "records") == 0
    return grown.path


@pytest.fixture
def witness_key(tmp_path: Path) -> Path:
    path = tmp_path / "witness.pub"
    path.write_text(f"{WITNESS.verifier}\n", encoding="utf-8")
    return path


def ledger(*arguments: object) -> int:
    return main(["ledger", *map(str, arguments)])


def read_status(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, int, object]:
    capsys.readouterr()
    assert ledger("status", path, "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    return shown["sealed"], shown["behind"], shown["left"] and (shown["left"]["kind"], shown["left"]["size"])


def test_place_that_fails_is_told_and_the_others_are_tried(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], witness_key: Path
) -> None:
    pytest.importorskip("segno", reason="segno is not installed")
    share = tmp_path / "share"
    share.mkdir()
    capsys.readouterr()
    with run_scripted(lambda _: Reply(500)) as (url, _):
        code = ledger(
            "checkpoint", path, "--to", tmp_path / "unmounted", "--to", share,
            "--witness", url, "--witness-key", witness_key, "--print", tmp_path / "page.html",
        )  # fmt: skip
    assert code == 2
    said = capsys.readouterr()
    assert said.out.encode() == (path / "checkpoint").read_bytes()
    assert parse_checkpoint(parse_note(said.out.encode()).text).size == 3
    assert [line.split(": ")[1] for line in said.err.splitlines()] == ["MRS-O-040", "MRS-O-043"]
    assert (share / f"{name_origin(ORIGIN)}-3.txt").read_bytes() == (path / "checkpoint").read_bytes()
    assert [(left.kind, left.to) for left in read_left(path)] == [
        ("folder", str(share)),
        ("print", str(tmp_path / "page.html")),
    ]


def test_checkpoint_without_a_place_is_printed_and_nothing_is_recorded(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ledger("status", path) == 0
    assert "warning: no checkpoint has ever left" in capsys.readouterr().out
    assert ledger("checkpoint", path) == 0
    assert read_status(path, capsys) == (3, 3, None)


def test_status_says_when_one_last_left_and_what_came_since(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    assert ledger("checkpoint", path, "--to", share) == 0
    assert read_status(path, capsys) == (3, 0, ("folder", 3))
    assert ledger("append", path, tmp_path / "records") == 0
    with (path / "outside.jsonl").open("ab") as file:
        file.write(b'{"at": "2026-11')  # cut by a loss of power
    assert read_status(path, capsys) == (3, 2, ("folder", 3))
    assert ledger("checkpoint", path, "--to", share) == 0
    assert read_status(path, capsys) == (5, 0, ("folder", 5))
    assert ledger("status", path) == 0
    assert "(folder, 5 events); 0 events since" in capsys.readouterr().out


def test_witness_cosigns_and_is_asked_from_where_it_stands(
    path: Path, grown: Grown, tmp_path: Path, capsys: pytest.CaptureFixture[str], witness_key: Path
) -> None:
    certificate = make_certificate(tmp_path)
    with run_witness(tmp_path / "w", [grown.key], certificate) as (url, witness):
        witness_key.write_text(f"{witness.key}\n", encoding="utf-8")
        options = ("--witness", url, "--witness-key", witness_key, "--ca", certificate[0])
        assert ledger("checkpoint", path, *options) == 0
        assert ledger("append", path, tmp_path / "records") == 0
        assert ledger("checkpoint", path, *options) == 0
        kept = tmp_path / "kept"
        kept.write_bytes(witness.show(hash_origin(ORIGIN)) or b"")
    note = parse_note((path / "checkpoint").read_bytes())
    assert set(verify_note(note, [witness.key, grown.key])) == {witness.key, grown.key}
    assert (path / "outside/5-0.txt").read_bytes() == (path / "checkpoint").read_bytes()
    assert read_status(path, capsys) == (5, 0, ("witness", 5))
    assert ledger("verify", path, "--checkpoint", kept) == 0
    with run_scripted(lambda _: Reply(500)) as (other, asked):
        assert ledger("checkpoint", path, "--witness", other, "--witness-key", witness_key) == 2
    assert parse_request(asked[0][1]).old == 0  # another witness than the one before
    assert [each.name for each in parse_request(asked[0][1]).note.signatures] == [ORIGIN]


def test_witness_that_forgot_is_told_and_the_checkpoint_has_left(
    path: Path, capsys: pytest.CaptureFixture[str], witness_key: Path
) -> None:
    def answer(body: bytes) -> Reply:
        request = parse_request(body)
        if request.old:
            return Reply(409, b"0\n", "text/x.tlog.size")
        return Reply(body=WITNESS.cosign(request.note.text, 5).line.encode())

    with run_scripted(answer) as (url, _):
        for _ in range(2):
            assert ledger("checkpoint", path, "--witness", url, "--witness-key", witness_key) == 0
    assert capsys.readouterr().err.count("MRS-O-048") == 1
    assert len(read_left(path)) == 2


def test_ledger_that_was_made_anew_is_refused_by_everyone(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    share = tmp_path / "share"
    share.mkdir()
    assert ledger("checkpoint", path, "--to", share) == 0
    kept = next(share.iterdir())
    Grown(tmp_path / "anew")
    anew = tmp_path / "anew"
    capsys.readouterr()
    assert ledger("checkpoint", anew, "--to", share) == 2
    assert "MRS-O-041" in capsys.readouterr().err
    assert ledger("append", anew, tmp_path / "records") == ledger("checkpoint", anew) == 0
    assert ledger("verify", anew, "--checkpoint", kept) == 1
    assert ledger("verify", path, "--checkpoint", kept) == 0


def test_mail_goes_with_credentials_and_none_of_them_is_told(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mailer = pytest.importorskip("tests.unit.ledger.outside.mailer", reason="aiosmtpd is not installed: no mail server")
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)
    certificate = make_certificate(tmp_path)
    credentials = tmp_path / "mail.yaml"
    with mailer.run_mailbox(load_tls(*certificate)) as box:
        server = f"localhost:{box.port}"
        for password, code in ((PASSWORD, 0), (PASSWORD + "x", 2)):
            credentials.write_text(
                f"- url: smtp://{server}\n  user: daichou\n  password: {password}\n  ca_file: {certificate[0]}\n",
                encoding="utf-8",
            )
            credentials.chmod(0o600)
            options = (
                "--mail",
                "a@bank.example",
                "--mail",
                "b@bank.example",
                "--smtp",
                server,
                "--from",
                "c@bank.example",
            )
            assert ledger("checkpoint", path, *options, "--credentials", credentials) == code
    assert [(taken.sender, taken.to, taken.by_login) for taken in box.taken] == [
        ("c@bank.example", [to], True) for to in ("a@bank.example", "b@bank.example")
    ]
    said = capsys.readouterr()
    assert said.err.count("MRS-O-044") == 2
    assert PASSWORD not in said.err + (path / "outside.jsonl").read_text(encoding="utf-8")
    saved = tmp_path / "saved.eml"
    saved.write_bytes(box.taken[0].data)
    assert ledger("verify", path, "--checkpoint", saved) == 0


def test_timestamp_is_kept_and_is_no_copy_elsewhere(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("rfc3161_client", reason="rfc3161-client is not installed")
    authority = pytest.importorskip("tests.unit.ledger.outside.authority").Authority(tmp_path)
    with run_scripted(
        lambda query: Reply(body=authority.answer(query), content_type="application/timestamp-reply")
    ) as (url, _):
        assert ledger("checkpoint", path, "--timestamp", url, "--ca", authority.roots) == 0
    assert {each.name for each in (path / "outside").iterdir()} == {"3-0.txt", "3-0.tsr"}
    command = ["openssl", "ts", "-verify", "-data", "3-0.txt", "-in", "3-0.tsr", "-CAfile", str(authority.roots)]
    assert subprocess.run(command, cwd=path / "outside", capture_output=True, check=False).returncode == 0
    assert read_status(path, capsys) == (3, 3, None)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--mail", "a@bank.example"), "MRS-I-047"), (("--smtp", "mail.example"), "MRS-I-047"), (("--from", "a@bank.example"), "MRS-I-047"),
        (("--credentials", "FILE"), "MRS-I-047"), (("--mail", "nobody", "--smtp", "mail.example"), "MRS-I-047"), (("--mail", "a@bank.example", "--smtp", "a b"), "MRS-I-047"),
        (("--witness", "https://w.example"), "MRS-I-047"), (("--witness-key", "KEY"), "MRS-I-047"), (("--witness", "http://w.example", "--witness-key", "KEY"), "MRS-I-047"),
        (("--witness", "https://u:p@w.example", "--witness-key", "KEY"), "MRS-I-018"), (("--witness", "https://w.example", "--witness-key", "FILE"), "MRS-I-046"),
        (("--witness", "https://w.example", "--witness-key", "MISSING"), "MRS-I-001"), (("--witness", "https://w.example", "--witness-key", "LEDGER/key/public"), "MRS-I-046"),
        (("--timestamp", "tsa.example"), "MRS-I-047"), (("--ca", "FILE"), "MRS-I-001"), (("--ca", "MISSING"), "MRS-I-001"), (("--to", "LEDGER"), "MRS-I-047"),
        (("--to", "LEDGER/outside"), "MRS-I-047"),
    ],
    ids=lambda it: " ".join(it) if isinstance(it, tuple) else it,
)  # fmt: skip
def test_options_that_do_not_go_together_are_refused_before_anything_is_sealed(
    path: Path,
    tmp_path: Path,
    options: tuple[str, ...],
    code: str,
    capsys: pytest.CaptureFixture[str],
    witness_key: Path,
) -> None:
    if "--timestamp" in options:
        pytest.importorskip("rfc3161_client", reason="rfc3161-client is not installed")
    known = {"FILE": tmp_path / "records", "KEY": witness_key, "MISSING": tmp_path / "missing"}
    share = tmp_path / "share"
    share.mkdir()
    capsys.readouterr()
    given = [str(known.get(each, each)).replace("LEDGER", str(path)) for each in options]
    assert ledger("checkpoint", path, "--to", share, *given) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith(f"morasanu: {code}: ")
    assert list(share.iterdir()) == []
    assert read_status(path, capsys) == (1, 3, None)


def test_verify_takes_what_people_keep(path: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    assert ledger("checkpoint", path) == 0
    first = (path / "checkpoint").read_bytes()
    assert ledger("append", path, tmp_path / "records") == ledger("checkpoint", path) == 0
    second = (path / "checkpoint").read_bytes()
    mail = EmailMessage()
    mail["Subject"] = "控え"
    mail.set_content("保管してください。\n\n" + first.decode() + "\n監査部\n")
    for data in (first, first.rstrip(), first.replace(b"\n", b"\r\n"), mail.as_bytes(), b"\n" + first + second):
        kept.write_bytes(data)
        assert ledger("verify", path, "--checkpoint", kept) == 0, data
    forged = second.replace(b"\n5\n", b"\n4\n")
    for data in (first + forged, forged, b"", b"nothing", mail.as_bytes().replace(b"Subject", b"Subject:\n\nX")[:90]):
        kept.write_bytes(data)
        assert ledger("verify", path, "--checkpoint", kept) == 1, data


@pytest.mark.skipif(os.name == "nt", reason="no signals here")
def test_witness_runs_until_it_is_asked_to_end(path: Path, tmp_path: Path) -> None:
    certificate, key = make_certificate(tmp_path)
    command = [
        sys.executable, "-m", "morasanu.cli", "ledger", "witness", tmp_path / "w", "--listen", "127.0.0.1:0",
        "--tls-cert", certificate, "--tls-key", key, "--log", path / "key/public", "--name", "witness.example/w1",
    ]  # fmt: skip
    with subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = [child.stdout.readline().strip() for _ in range(3)]
        try:
            (tmp_path / "w.pub").write_text(said[1], encoding="utf-8")
            url = said[2].replace("127.0.0.1", "localhost")
            options = ("--witness", url, "--witness-key", tmp_path / "w.pub", "--ca", certificate)
            assert ledger("checkpoint", path, *options) == 0
        finally:
            child.send_signal(signal.SIGTERM)
        assert child.wait(PATIENCE_S) == 0
    assert parse_verifier_key(said[1]).kind == COSIGNATURE
    assert url.startswith("https://localhost:")


def test_witness_with_wrong_options_does_not_begin(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, folder = ("--log", path / "key/public"), tmp_path / "w"
    capsys.readouterr()
    for code, options in (
        ("MRS-I-047", ("--listen", "8443", *log)), ("MRS-I-047", ("--listen", "127.0.0.1:x", *log)), ("MRS-I-002", log), ("MRS-I-002", ("--listen", "127.0.0.1:0")),
        ("MRS-I-048", ("--listen", "0.0.0.0:0", *log)), ("MRS-I-048", ("--listen", "127.0.0.1:0", "--tls-cert", path / "checkpoint", *log)),
        ("MRS-I-001", ("--listen", "127.0.0.1:0", "--log", tmp_path / "missing")), ("MRS-I-046", ("--listen", "127.0.0.1:0", "--log", path / "checkpoint")),
        ("MRS-I-041", ("--listen", "127.0.0.1:0", "--name", "a b", *log)), ("MRS-O-042", ("--listen", "127.0.0.1:99999", *log)),
    ):  # fmt: skip
        assert not folder.exists()
        assert ledger("witness", folder, *options) == 2, options
        assert capsys.readouterr().err.startswith(f"morasanu: {code}: "), options
