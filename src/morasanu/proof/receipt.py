"""Receipts: a proof that stands alone, of one entry in a ledger. Source: c2sp.org/tlog-proof."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final, NamedTuple

from morasanu.proof.merkle import HASH_BYTES
from morasanu.proof.note import Note, decode_base64, parse_note

_FIRST: Final = "c2sp.org/tlog-proof@v1"
_INDEX: Final = re.compile(r"index (0|[1-9][0-9]{0,18})\Z")
_LONGEST_PATH: Final = 64


class Receipt(NamedTuple):
    """Where the entry stands, the path from it to the root, the signed checkpoint with that root, and what the writer added."""

    seq: int
    path: tuple[bytes, ...]
    checkpoint: Note
    extra: bytes = b""

    @property
    def text(self) -> str:
        """Return the receipt as a file holds it."""
        extra = f"extra {b64encode(self.extra).decode()}\n" if self.extra else ""
        path = "".join(f"{b64encode(step).decode()}\n" for step in self.path)
        return f"{_FIRST}\n{extra}index {self.seq}\n{path}\n{self.checkpoint.encoded.decode()}"


def parse_receipt(text: str) -> Receipt:
    """Return the receipt that `text` is, with nothing verified. Raises ValueError for anything else."""
    head, separator, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = decode_base64(lines.pop(0).removeprefix("extra "))
        if not extra:
            raise ValueError  # without any, the line is left out
    index = _INDEX.match(lines[0]) if lines else None
    if first != _FIRST or not separator or index is None or len(lines) > _LONGEST_PATH:
        raise ValueError
    path = tuple(map(decode_base64, lines[1:]))
    if any(len(step) != HASH_BYTES for step in path):
        raise ValueError
    return Receipt(int(index[1]), path, parse_note(note.encode()), extra)
