"""The seam of sources: what there is to look into, and the bytes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.errors import MorasanuError


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look into, as it was when listed.

    `path` is what people know it by and what `Source.open` takes; `place` is the share or folder it is summed under.
    `version` changes whenever the content may have changed (size, times, identity). `problem` says why it cannot be
    opened, None when it can.
    """

    path: str
    place: str
    size_bytes: int
    version: str
    problem: MorasanuError | None = None


class Source(Protocol):
    """A place that holds data. Listing and opening never change anything in it."""

    def items(self) -> Iterator[Item]:
        """Yield everything there is, each path once; what cannot be listed comes as an item with a `problem`."""
        ...

    def open(self, path: str) -> BinaryIO:
        """Return the bytes of an item. Raises InspectError when they cannot be had."""
        ...

    def version(self, path: str) -> str:
        """Return the version an item has now. Raises InspectError when it is gone."""
        ...
