"""Many rows as two blobs: the leaves as a bundle, the records behind their lengths."""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812 - the module names it like a function
from typing import TYPE_CHECKING, Final

from morasanu.ledger.interface import Row
from morasanu.proof.event import SALT_BYTES
from morasanu.proof.tile import join_bundle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_LENGTH: Final = Struct(">I")
_SHORT: Final = Struct(">H")


def pack_rows(rows: Sequence[Row]) -> tuple[bytes, bytes]:
    """Return the leaves and the records of `rows`."""
    return join_bundle([row.entry for row in rows]), pack_records(rows)


def pack_records(rows: Iterable[Row]) -> bytes:
    """Return the records of `rows`; one that is erased has no length."""
    pack = _LENGTH.pack
    return b"".join([pack(len(salt) + len(body)) + salt + body for _, salt, body in rows])


def unpack_rows(entries: bytes, records: bytes) -> Iterator[Row]:
    """Yield the rows that two blobs hold. Raises ValueError when they do not fit each other."""
    at = place = 0
    try:
        while at < len(entries):
            (length,) = _SHORT.unpack_from(entries, at)
            (size,) = _LENGTH.unpack_from(records, place)
            entry, record = entries[at + 2 : at + 2 + length], records[place + 4 : place + 4 + size]
            at, place = at + 2 + length, place + 4 + size
            yield Row(entry, record[:SALT_BYTES], record[SALT_BYTES:])
    except StructError as error:
        raise ValueError from error
    if at != len(entries) or place != len(records):
        raise ValueError
