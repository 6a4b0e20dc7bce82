"""The seam of stores: rows of a ledger, in order and durable. What they mean is decided above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Row(NamedTuple):
    """What is kept of one event: the leaf's bytes, and beside them the record with its salt, both empty once erased."""

    entry: bytes
    salt: bytes = b""
    body: bytes = b""


class Store(Protocol):
    """Keeps rows under dense numbers from 0. One writer at a time; several may read."""

    @property
    def size(self) -> int:
        """Return how many rows are durable."""
        ...

    def append(self, rows: Sequence[Row]) -> None:
        """Keep `rows` behind those that are there, all or none; when this returns they survive the loss of power.

        Raises EvidenceError MRS-E-010 when they could not be kept. The store then takes nothing more.
        """
        ...

    def read(self, first: int, count: int) -> Iterator[Row]:
        """Yield `count` rows from number `first` on, fewer where there are no more.

        Raises EvidenceError MRS-E-012 when rows that are there cannot be read.
        """
        ...

    def erase(self, number: int) -> None:
        """Forget the record of row `number` and its salt for good; the leaf stays. Nothing happens when it is erased already.

        Raises EvidenceError MRS-E-010 when that failed. The store then takes nothing more.
        """
        ...

    def close(self) -> None:
        """Let go of what is held."""
        ...
