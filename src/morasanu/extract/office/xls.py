"""Old Excel files (xls): Excel 97 and later record by record, older ones through calamine; properties, the files inside."""

from __future__ import annotations

from datetime import date, datetime, time
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.errors import InspectError
from morasanu.extract.legacy.compound import Compound, read_embedded
from morasanu.extract.office.biff import Biff, is_biff8
from morasanu.extract.office.cell import number_to_text
from morasanu.extract.office.encrypted import decrypt, read_bounded
from morasanu.extract.office.grid import Grid
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
        """Return `office` when calamine or olefile is not installed."""
        return "" if find_spec("python_calamine") and find_spec("olefile") else "office"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the blocks of each sheet, then comments, margins, properties and the files inside."""
        data = read_bounded(file, task.limits.member_bytes)
        try:
            yield from _read(data, task)
        except InspectError as error:
            if error.code != "MRS-X-020":
                raise
            yield from _read(decrypt(data, task.passwords), task)


def _read(data: bytes, task: Task) -> Iterator[Extracted]:
    compound = _open(data, task)
    stream = _read_stream(compound, data)
    if is_biff8(stream):
        yield from Biff(stream).read()
    elif stream:
        yield from _read_cells(data)
    elif compound is None:
        raise refuse("MRS-X-021")
    if compound is not None:
        yield from _read_properties(compound)
        yield from read_embedded(compound, task)
    if compound is None or compound.is_cut or not stream:
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


def _read_cells(data: bytes) -> Iterator[Extracted]:
    python_calamine = import_module("python_calamine")  # an extra
    part = ""
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        for part in book.sheet_names:
            sheet = book.get_sheet_by_name(part)
            grid = Grid(part)
            first = sheet.start[1] if sheet.start else 0
            for number, row in enumerate(sheet.iter_rows(), 1):
                grid.add(number, {column: _show(value) for column, value in enumerate(row, first + 1) if value != ""})
                yield from grid.ready
                grid.ready.clear()
            grid.close()
            yield from grid.ready
    except (GeneratorExit, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException:  # noqa: BLE001 - a panic of Rust is no Exception
        yield unread("MRS-X-021", part)


def _show(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return number_to_text(repr(value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")
    return value.isoformat() if isinstance(value, date | time) else str(value)
