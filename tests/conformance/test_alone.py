"""The verifier for auditors by itself: on ledgers that the product sealed, run where there is no product; its Ed25519; its options."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="the extra ledger is not installed")
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from tests.conformance.test_ledger import ALONE
from tests.fuzz.lied_to import load_alone

from morasanu.cli.__main__ import main
from morasanu.proof.canonical import encode_canonical

if TYPE_CHECKING:
    from pathlib import Path

EMPTY: dict[str, str] = {"PYTHONIOENCODING": "utf-8"}


class Sealed:
    """A ledger that the product made: the files that anybody may have, and what was kept elsewhere."""

    def __init__(self, home: Path, origin: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Append 300 records, keep a checkpoint, change the key, append 10 more, export."""
        ledger, records = home / "ledger", home / "records"
        home.mkdir()

        def run(*arguments: str) -> str:
            assert main(["ledger", *arguments]) == 0
            return capsys.readouterr().out

        run("init", str(ledger), "--origin", origin)
        self.first = home / "first-key"
        self.first.write_bytes((ledger / "key/public").read_bytes())
        records.write_text("".join(f'{{"n": {n}, "of": "{origin}"}}\n' for n in range(300)), encoding="utf-8")
        run("append", str(ledger), str(records))
        self.kept = home / "kept"
        self.kept.write_text(run("checkpoint", str(ledger)), encoding="utf-8")
        run("rotate", str(ledger))
        records.write_text('{"n": "あ"}\n' * 10, encoding="utf-8")
        run("append", str(ledger), str(records))
        run("checkpoint", str(ledger))
        self.shown = json.loads(run("prove", str(ledger), "305", "--json"))
        self.folder = home / "copy"
        run("export", str(ledger), str(self.folder))
        self.now = self.folder / "key/public"


@pytest.fixture
def two(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[Sealed]:
    """Two ledgers of different keys and names."""
    return [Sealed(tmp_path / name, f"{name}.example/evidence", capsys) for name in ("east", "west")]


def verify(*arguments: object, cwd: Path) -> tuple[int, list[str]]:
    """Return exit code and lines of the verifier, which sees neither this folder nor any installed package."""
    process = subprocess.run(
        [sys.executable, "-I", "-S", str(ALONE), *map(str, arguments)],
        cwd=cwd,
        env=EMPTY,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return process.returncode, (process.stdout or process.stderr).splitlines()


def test_two_sealed_ledgers_verify_where_there_is_no_product(two: list[Sealed], tmp_path: Path) -> None:
    code = "import importlib.util as u, sys; sys.exit(u.find_spec('morasanu') is not None)"
    assert (
        subprocess.run([sys.executable, "-I", "-S", "-c", code], cwd=tmp_path, env=EMPTY, check=False).returncode == 0
    )
    for sealed, other in (two, two[::-1]):
        kept = ("--checkpoint", sealed.kept)
        assert verify(sealed.folder, cwd=tmp_path)[0] == 4
        assert verify(sealed.folder, *kept, "--key", sealed.first, cwd=tmp_path) == (0, ["verified"])
        assert verify(sealed.folder, *kept, "--checkpoint", other.kept, cwd=tmp_path)[1][:3] == [
            "refuted", f"place: {other.kept}", "fault: another ledger",
        ]  # fmt: skip
        assert verify(sealed.folder, *kept, "--key", other.first, cwd=tmp_path)[1][1] == "place: entry 0"


def test_a_receipt_with_entry_and_record_is_verified_alone(two: list[Sealed], tmp_path: Path) -> None:
    sealed, other = two
    shown = sealed.shown
    files = {
        "receipt": shown["receipt"].encode(),
        "entry": encode_canonical(shown["entry"]),
        "record": encode_canonical(shown["record"]),
        "wrong": encode_canonical({**shown["record"], "n": "い"}),
        "moved": encode_canonical({**shown["entry"], "seq": 304}),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    start = ("--receipt", "receipt", "--key")
    salt = ("--salt", shown["salt"])

    def ask(*arguments: object, key: Path = sealed.now) -> tuple[int, str]:
        code, lines = verify(*start, key, *arguments, cwd=tmp_path)
        return code, lines[-2].partition(": ")[2] if code in {1, 4} else ""

    assert ask() == (4, "no entry to compare with")
    assert ask("--entry", "entry") == (0, "")
    assert ask("--entry", "entry", "--record", "record", *salt) == (0, "")
    assert ask("--entry", "entry", "--record", "wrong", *salt) == (1, "record and salt do not make the entry's digest")
    assert ask("--entry", "moved") == (1, "no path from the entry to the root")
    assert ask("--entry", "entry", key=sealed.first) == (1, "not signed by the ledger's key")
    assert ask("--entry", "entry", key=other.now) == (1, "another ledger")
    (tmp_path / "receipt").write_bytes(files["receipt"][:-1])
    assert ask("--entry", "entry") == (1, "not a receipt")


def test_what_is_not_asked_properly_ends_with_two(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for arguments in (
        (), ("nowhere",), (".", "--receipt", "file"), (".", "--key", "file"), (".", "--key", "nowhere"), (".", "--entry", "file"),
        (".", "--checkpoint", "nowhere"), ("--receipt", "file"), ("--receipt", "file", "--key", "file"), (".", "--salt", "AA=="),
    ):  # fmt: skip
        assert verify(*arguments, cwd=tmp_path)[0] == 2, arguments
    assert verify(".", cwd=tmp_path) == (
        1,
        ["refuted", "place: checkpoint", "fault: no checkpoint", "理由: チェックポイントがありません"],
    )


# RFC 8032, section 7.1: tests 1, 2, 3 and SHA(abc)
VECTORS = (
    ("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    ("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    ("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ("ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf", hashlib.sha512(b"abc").hexdigest(),
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"),
)  # fmt: skip


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_signatures_of_rfc_8032_verify_and_none_beside_them(key: str, message: str, signature: str) -> None:
    alone = load_alone()
    public, text, signed = map(bytes.fromhex, (key, message, signature))
    assert alone.is_public_key(public)
    assert alone.verify_signature(public, text, signed)
    scalar = int.from_bytes(signed[32:], "little")
    for wrong in (
        signed[:32] + (scalar + alone.L).to_bytes(32, "little"), signed[:-1], signed + b"\0", bytes(64), signed[32:] + signed[:32],
    ):  # fmt: skip
        assert not alone.verify_signature(public, text, wrong)
    assert not alone.verify_signature(public, text + b"\0", signed)


def test_ed25519_agrees_with_openssl() -> None:
    alone, pick = load_alone(), random.Random(8032)
    for _ in range(40):
        private = Ed25519PrivateKey.from_private_bytes(pick.randbytes(32))
        public, text = private.public_key().public_bytes_raw(), pick.randbytes(pick.randrange(200))
        signed = private.sign(text)
        assert alone.verify_signature(public, text, signed)
        changed = bytearray(signed)
        changed[pick.randrange(64)] ^= 1 << pick.randrange(8)
        assert not alone.verify_signature(public, text, bytes(changed))


def test_points_of_small_order_and_second_spellings_are_no_keys() -> None:
    alone = load_alone()
    small = [alone.multiply(alone.L * n, alone.decode_point(bytes.fromhex(point))) for n in (1, 3) for point in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", "00" * 32, "ec" + "ff" * 30 + "7f", "01" + "00" * 31,
    )]  # fmt: skip
    for point in small:
        assert not alone.is_public_key(alone.encode_point(point))
    for number in range(19):  # y and y + p in 255 bits
        assert alone.decode_point((alone.P + number).to_bytes(32, "little")) is None
    assert alone.decode_point(b"\x01" + bytes(30) + b"\x80") is None  # x = 0 has no sign
