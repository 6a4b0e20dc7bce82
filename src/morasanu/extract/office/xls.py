"""Old Excel files (xls), record by record: Excel 97 and later, the ones before, with or without a compound file around."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.errors import InspectError
from morasanu.extract.legacy.compound import Compound, read_embedded
from morasanu.extract.legacy.macro import read_macros
from morasanu.extract.office.biff import Biff, is_biff8
from morasanu.extract.office.biff5 import OldBiff, is_old
from morasanu.extract.office.encrypted import decrypt, read_bounded
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_SECTOR: Final = 512
_FIRST_RECORD: Final = b"\x09\x08\x10\x00\x00\x06\x05\x00"


class XlsExtractor:
    """Reads xls."""

    formats = ("xls",)

    def missing(self) -> str:
        """Return `office` when olefile is not installed."""
        return "" if find_spec("olefile") else "office"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the blocks of each sheet, then comments, margins, properties and the files inside."""
        data = read_bounded(file, task.limits.member_bytes)
        try:
            yield from _read(data, task)
        except InspectError as error:
            if error.code != "MRS-X-020":
                raise
            yield from _read(_decrypt(data, task), task)


def _decrypt(data: bytes, task: Task) -> bytes:
    try:
        return decrypt(data, task.passwords)
    except InspectError as error:
        # what no program of today encrypts or decrypts (Excel 95) is not damaged for that
        raise refuse("MRS-X-020" if error.code == "MRS-X-021" else error.code) from error


def _read(data: bytes, task: Task) -> Iterator[Extracted]:
    is_bare = is_old(data) or is_biff8(data)
    compound = None if is_bare else _open(data, task)
    stream = data if is_bare else _read_stream(compound, data)
    if is_biff8(stream):
        yield from Biff(stream).read()
    elif is_old(stream):
        yield from OldBiff(stream).read()
    elif compound is None:
        raise refuse("MRS-X-021")
    if compound is not None:
        yield from read_macros(compound, task)
        yield from _read_properties(compound)
        yield from read_embedded(compound, task)
    if not is_bare and (compound is None or compound.is_cut or not (is_biff8(stream) or is_old(stream))):
        yield unread("MRS-X-021")


def _read_properties(compound: Compound) -> Iterator[Extracted]:
    try:
        yield from compound.read_properties()
    except Exception:  # noqa: BLE001 - a damaged property set costs itself only
        yield unread("MRS-X-021", "info")


def _open(data: bytes, task: Task) -> Compound | None:
    try:
        return Compound(BytesIO(data), task.limits.member_bytes)
    except InspectError:
        return None


def _read_stream(compound: Compound | None, data: bytes) -> bytes:
    """Return the workbook's stream; where the container is damaged, what lies where writers put it, in one piece."""
    names = ("Workbook", "Book") if compound is not None else ()
    stream = next((compound.read(name) for name in names if compound is not None and compound.has(name)), b"")
    if stream:
        return stream
    return data[_SECTOR:] if data[_SECTOR:].startswith(_FIRST_RECORD) else b""
