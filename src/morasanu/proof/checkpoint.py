"""Checkpoints: the head of a ledger's tree at one size, as the text of a signed note. Source: c2sp.org/tlog-checkpoint."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import Final, NamedTuple

from morasanu.proof.merkle import EMPTY_ROOT, HASH_BYTES
from morasanu.proof.note import decode_base64

_SIZE: Final = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")


class Checkpoint(NamedTuple):
    """The ledger's name, how many leaves it has and the root above them (32 bytes)."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        r"""Return the text that is signed.

        >>> Checkpoint("bank.example/ledger", 0, EMPTY_ROOT).text
        'bank.example/ledger\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n'
        """
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Return the checkpoint that the text of a note is; what stands behind its three lines is passed over.

    Raises ValueError for anything else.
    """
    origin, size, root, *_ = (*text.split("\n"), "", "", "")
    if not origin or not _SIZE.match(size):
        raise ValueError
    found = Checkpoint(origin, int(size), decode_base64(root))
    if len(found.root) != HASH_BYTES or (not found.size and found.root != EMPTY_ROOT):
        raise ValueError
    if "" in text[:-1].split("\n") or not text.endswith("\n"):
        raise ValueError
    return found
