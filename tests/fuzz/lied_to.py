"""The two verifiers as the lying prover sees them."""

from __future__ import annotations

import importlib.util
from base64 import b64decode
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tests.conformance.ledger.book import FIRST, hash_leaf

from morasanu.proof.merkle import verify_inclusion
from morasanu.proof.note import parse_note, parse_verifier_key, verify_note
from morasanu.proof.receipt import parse_receipt
from morasanu.proof.verify import Outside, verify

if TYPE_CHECKING:
    from types import ModuleType

ALONE = Path(__file__).resolve().parents[2] / "docs/verify/verify_ledger.py"


class Verifier(Protocol):
    """What is lied to: each method says what it takes as proven."""

    def includes(self, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
        """Whether the leaf stands at `index`."""

    def signed(self, data: bytes) -> bytes | None:
        """Return the text of a checkpoint that `FIRST` signed."""

    def received(self, data: bytes, entry: bytes) -> tuple[int, bytes] | None:
        """Return where a receipt shows `entry` to stand, and under which text."""

    def judges(self, files: dict[str, bytes], outside: bytes) -> tuple[str, str, str]:
        """Return state, place and fault of a ledger."""


class Product:
    """morasanu.proof."""

    key = parse_verifier_key(FIRST.vkey)

    def includes(self, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
        """As in a proof."""
        return verify_inclusion(leaf, index, size, path, root)

    def signed(self, data: bytes) -> bytes | None:
        """As every checkpoint is read."""
        try:
            note = parse_note(data)
            return note.text.encode() if verify_note(note, [self.key]) else None
        except ValueError:
            return None

    def received(self, data: bytes, entry: bytes) -> tuple[int, bytes] | None:
        """As whoever holds a receipt does."""
        try:
            receipt = parse_receipt(data.decode())
        except ValueError:
            return None
        text = self.signed(receipt.checkpoint.encoded)
        if text is None:
            return None
        _, size, root, *_ = text.decode().split("\n")
        leads = verify_inclusion(hash_leaf(entry), receipt.seq, int(size), list(receipt.path), b64decode(root))
        return (receipt.seq, text) if leads else None

    def judges(self, files: dict[str, bytes], outside: bytes) -> tuple[str, str, str]:
        """As `morasanu ledger verify`."""
        verdict = verify(files.get, [Outside("outside", outside)])
        return verdict.state.value, verdict.where, verdict.fault or ""


def load_alone() -> ModuleType:
    """Return docs/verify/verify_ledger.py as a module."""
    spec = importlib.util.spec_from_file_location("verify_ledger", ALONE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Alone:
    """docs/verify/verify_ledger.py."""

    def __init__(self) -> None:
        """Load a copy of its own, which reads files from a dict."""
        self.module = load_alone()
        self.key = self.module.parse_key(FIRST.vkey)

    def includes(self, leaf: bytes, index: int, size: int, path: list[bytes], root: bytes) -> bool:
        """As in a receipt, where hashes have 32 bytes by its form."""
        if any(len(each) != 32 for each in (leaf, *path)):
            return False
        return self.module.verify_inclusion(leaf, index, size, path, root)

    def signed(self, data: bytes) -> bytes | None:
        """As every checkpoint is read."""
        checkpoint = self.module.parse_checkpoint(data)
        return checkpoint.text if checkpoint and self._refusal(checkpoint) is None else None

    def _refusal(self, checkpoint: object) -> str | None:
        try:
            self.module.check_signatures(checkpoint, [self.key], "")
        except self.module.RefutedError as refuted:
            return refuted.fault
        return None

    def received(self, data: bytes, entry: bytes) -> tuple[int, bytes] | None:
        """As `--receipt` does."""
        try:
            if self.module.verify_receipt(data, self.key, entry) != "verified":
                return None
        except self.module.RefutedError:
            return None
        index, _, checkpoint = self.module.parse_receipt(data)
        return index, checkpoint.text

    def judges(self, files: dict[str, bytes], outside: bytes) -> tuple[str, str, str]:
        """As the command does, from a dict of files."""
        self.module.read_file = lambda _, path, limit: files[path][: limit + 1] if path in files else None
        try:
            return self.module.verify_ledger("", [("outside", outside)], None), "", ""
        except self.module.RefutedError as refuted:
            return "refuted", refuted.place, refuted.fault
