"""The files beside one that somebody has open (`~$名簿.xlsx`): nothing but who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Extracted, Piece
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Task

SIZES: Final = (162, 165)  # of Word; of Excel and PowerPoint
_AT: Final = (54, 55)


class OwnerExtractor:
    """Reads the name in an owner file."""

    formats = ("owner",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the name. Raises InspectError MRS-X-021 when there is none."""
        data = file.read(min(SIZES[-1], task.limits.member_bytes))
        for at in _AT:
            length = int.from_bytes(data[at : at + 2], "little")
            name = data[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace").strip()
            if length == data[0] and name.isprintable() and name:
                yield Piece("author", f"{name}\n")
                return
        raise refuse("MRS-X-021")


EXTRACTORS = (OwnerExtractor(),)
