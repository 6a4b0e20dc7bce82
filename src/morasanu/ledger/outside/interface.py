"""The seam of places that checkpoints leave for: a folder, a mailbox, a witness, paper, a time-stamping authority."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.errors import OutsideError
    from morasanu.proof.checkpoint import Checkpoint
    from morasanu.proof.note import Note, VerifierKey


class Parcel(NamedTuple):
    """What leaves: a checkpoint signed by its ledger, the public key, and a way to the ledger's files for proofs."""

    note: Note
    checkpoint: Checkpoint
    key: VerifierKey
    read: Callable[[str], bytes | None]


class Back(NamedTuple):
    """What came back: the note with what was signed below it, a time-stamp token, and what a person should look at."""

    note: Note | None = None
    token: bytes = b""
    doubt: OutsideError | None = None


class Place(Protocol):
    """Takes checkpoints. `kind` and `to` go into the record of what left; neither holds a secret."""

    kind: str
    to: str

    def send(self, parcel: Parcel) -> Back:
        """Return what came back once the checkpoint has arrived. Raises OutsideError MRS-O-040 to MRS-O-049."""
        ...
