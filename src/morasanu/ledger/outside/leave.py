"""A checkpoint leaves for a place: what goes, and what is kept of its having gone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from morasanu.ledger.folder import Folder
from morasanu.ledger.key import read_public
from morasanu.ledger.outside.interface import Parcel
from morasanu.ledger.outside.record import keep, record_left
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.note import Note

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.outside.interface import Back, Place


def make_parcel(ledger: Path, note: Note) -> Parcel:
    """Return what leaves of a checkpoint: the ledger's own signatures, not those of witnesses. Raises ValueError for a note that is none."""
    checkpoint, folder = parse_checkpoint(note.text), Folder(ledger)
    own = Note(note.text, tuple(each for each in note.signatures if each.name == checkpoint.origin))
    return Parcel(own, checkpoint, read_public(folder), folder.read)


def leave_for(ledger: Path, place: Place, parcel: Parcel) -> Back:
    """Return what came back once the checkpoint has arrived; that it left, and what came back, is recorded beside the ledger then.

    Raises OutsideError MRS-O-040 to MRS-O-049, EvidenceError MRS-E-013.
    """
    back = place.send(parcel)
    if back.note or back.token:
        keep(ledger, parcel.checkpoint.size, (back.note or parcel.note).encoded, back.token)
    record_left(ledger, (place.kind, place.to), parcel.checkpoint.size, datetime.now(UTC))
    return back
