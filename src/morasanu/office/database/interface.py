"""What a copy asks of the database that holds the office's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class Database(Protocol):
    """A database with the office's rows, or an empty one for them."""

    def dump(self, copy: Path) -> None:
        """Write all rows, as they are at one moment, to a file of its own in the folder `copy`; whoever uses the database goes on.

        Raises InputError MRS-I-049 when its tool is missing, MRS-I-121 when there are no rows, OutsideError MRS-O-054.
        """

    def load(self, copy: Path) -> None:
        """Put the rows of a copy that was checked into this database: all of them, or none.

        Raises InputError MRS-I-120 when the database is not empty, MRS-I-121 when the copy's rows do not fit into it, MRS-I-049,
        OutsideError MRS-O-054.
        """

    def trial(self) -> AbstractContextManager[Database]:
        """Return an empty database beside this one for as long as the context lasts. Raises InputError MRS-I-122 when there can be none."""
