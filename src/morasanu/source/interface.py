"""The seam of sources: what there is to look into, and the bytes or the rows of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from morasanu.errors import InspectError, MorasanuError


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look into, as it was when listed.

    `path` is what people know it by and what `Source.open` takes (of a place with an address it begins with that); `place` is the share, mailbox or schema it is summed under.
    `size_bytes` may be an estimate. `version` changes whenever the content may have changed (size, times, identity); `""`
    says that nobody can know: such a thing is read at every scan. `problem` says why it cannot be opened, None when it can.
    """

    path: str
    place: str
    size_bytes: int
    version: str
    problem: MorasanuError | None = None


class Column(NamedTuple):
    """A column of a table: its name and its type as the database calls it."""

    name: str
    type: str = ""


class Record(NamedTuple):
    """One row: `key` finds it again (`id=17`, `""` when nothing does), the values in the order of the columns.

    A value is None, a bool, an int, float or Decimal, a str, or bytes (a file in a cell, or text in no known character set);
    dates, lists and whatever else a source knows come as text.
    """

    key: str
    values: tuple[object, ...]


class Gap(NamedTuple):
    """Something of a table that does not come, or not wholly: which part (`column 写真`), and why."""

    part: str
    problem: InspectError


@dataclass(frozen=True, slots=True)
class Rows:
    """A table while it is being read, batch by batch; use as a context manager.

    `batches` raises InspectError when reading breaks off. `sampled_of` is None when every row comes, otherwise about
    how many rows there are in the whole table. `key_columns` are the columns that keys may show; `gaps` grows while rows
    come and is complete after the last batch.
    """

    columns: tuple[Column, ...]
    batches: Iterator[tuple[Record, ...]]
    sampled_of: int | None = None
    close: Callable[[], None] = lambda: None
    key_columns: tuple[str, ...] = ()
    gaps: list[Gap] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the table."""
        self.close()


class Source(Protocol):
    """A place that holds data. Listing and opening never change anything in it."""

    def items(self) -> Iterator[Item]:
        """Yield everything there is, each path once; what cannot be listed comes as an item with a `problem`."""
        ...

    def open(self, path: str) -> BinaryIO | Rows:
        """Return an item's bytes (a seekable file with a descriptor) or rows. Raises InspectError when they cannot be had."""
        ...

    def version(self, path: str) -> str:
        """Return the version an item has now. Raises InspectError when it is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Access:
    """How a place that is no folder may be read.

    `secrets` are what its entry in the credentials file gives (`user`, `password`, `ca_file` …), never shown or stored.
    `rows` is how many rows of a table are read (None: all), `rows_per_s` how many in a second (None: no throttle).
    `spool_bytes` is how large a thing may be that is copied to this machine to be read.
    """

    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    rows: int | None = 10_000
    rows_per_s: int | None = None
    spool_bytes: int = 2_000_000_000


class OpenPlace(Protocol):
    """Makes the source of a place; what an entry of `morasanu.sources` and the built-in modules give for their schemes."""

    def __call__(self, url: str, access: Access) -> Source:
        """Return the source. Raises InputError for a wrong address or credentials, OutsideError when it cannot be reached."""
        ...
