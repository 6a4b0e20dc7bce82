"""Looks up events and proves them, also while somebody writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Self

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.folder import Folder
from morasanu.ledger.place import open_store, read_place
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.event import Event, parse_event
from morasanu.proof.merkle import prove_inclusion
from morasanu.proof.note import Note, parse_note
from morasanu.proof.receipt import Receipt
from morasanu.proof.tile import MissingError, TileTree
from morasanu.proof.verify import CHECKPOINT

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.interface import Row, Store


class Proved(NamedTuple):
    """An event with its receipt, and the record with its salt unless that was erased."""

    event: Event
    receipt: Receipt
    record: Row


class Reader:
    """A ledger as it was when it was opened. Use as a context manager. It needs no private key and keeps no writer out."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises InputError MRS-I-042 without a ledger, EvidenceError MRS-E-011, -012, -015 when rows or checkpoint cannot be read."""
        self._folder = Folder(path)
        self.origin, address = read_place(self._folder)
        data = self._folder.read(CHECKPOINT)
        try:
            self._head = parse_note(data) if data else None
            self.sealed = parse_checkpoint(self._head.text).size if self._head else 0
        except ValueError as error:
            raise EvidenceError("MRS-E-015", "チェックポイントを読めません", "the checkpoint cannot be read") from error
        self._store = open_store(path, address, is_reader=True)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store."""
        self._store.close()

    @property
    def size(self) -> int:
        """Return how many events are durable."""
        return self._store.size

    def prove(self, seq: int) -> Proved:
        """Return event `seq` with its receipt from the newest checkpoint. Raises InputError MRS-I-044, EvidenceError MRS-E-012, -015."""
        return prove_event(self._folder, self._store, self._head, seq)


def prove_event(folder: Folder, store: Store, head: Note | None, seq: int) -> Proved:
    """Return event `seq` with its receipt from the checkpoint `head`.

    Raises InputError MRS-I-044 when there is no such event or it is not sealed yet, EvidenceError MRS-E-015 when a file is missing.
    """
    sealed = parse_checkpoint(head.text).size if head else 0
    if head is None or not 0 <= seq < sealed:
        raise InputError(
            "MRS-I-044",
            f"{seq} 番は封をしたところ（{sealed} 件）にありません（先に checkpoint）",
            f"number {seq} is not among the {sealed} sealed events (run checkpoint first)",
        )
    row = next(store.read(seq, 1))
    try:
        path = prove_inclusion(seq, sealed, TileTree(sealed, folder.read).node)
    except MissingError as error:
        raise EvidenceError(
            "MRS-E-015", f"台帳のファイルがありません（{error}）", f"a file is missing ({error})"
        ) from error
    return Proved(parse_event(row.entry), Receipt(seq, tuple(path), head), row)
