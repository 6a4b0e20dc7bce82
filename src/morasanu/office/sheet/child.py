"""The child that opens uploaded workbooks: calamine can abort the whole process, so it does so where nothing is lost.

Run by `grid` with the file as its standard input and `[memory, cpu_s, rows, columns, unpacked_bytes, names]` as its argument. It
answers with frames: `["row", cells]` for each row from the first (a day as `["d", "2026-04-01"]`), `["end"]`, or `["fault", why, number]`.
"""

from __future__ import annotations

import io
import json
import math
import re
import sys
import zipfile
from datetime import date, datetime
from typing import IO, TYPE_CHECKING, Final

from python_calamine import CalamineWorkbook, PasswordError, SheetVisibleEnum

from morasanu.extract.confine import allow_cpu, confine
from morasanu.extract.frame import pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_CHUNK: Final = 1 << 20
_LONGEST_TAG: Final = 200
_HEAD_BYTES: Final = 65_536
# a cell with something in it; the name of a cell tells its column and row
_CELL: Final = re.compile(rb"<(?:\w+:)?c\s[^<>]{0,150}?\br=[\"']([A-Za-z]{1,9})([0-9]{1,12})[\"'][^<>]{0,150}(?<!/)>")
_EXACT: Final = 2**53
_LONGEST_TEXT: Final = 32_768  # one more than a cell may hold: enough to be told


class FaultError(Exception):
    """The file is refused; carries why in a word, and the number that goes with it."""


def main() -> int:
    """Return 0 when everything was said."""
    memory, cpu_s, rows, columns, unpacked, names = json.loads(sys.argv[1])
    data = sys.stdin.buffer.read()
    confine(int(memory))
    allow_cpu(int(cpu_s))
    out = sys.stdout.buffer
    try:
        if data.startswith(b"PK"):
            look_ahead(data, rows, columns, unpacked)
        for row in read_rows(data, rows, columns, names):
            out.write(pack(["row", row]))
        answer = pack(["end"])
    except FaultError as fault:
        answer = pack(["fault", *fault.args])
    except PasswordError:
        answer = pack(["fault", "password", 0])
    except MemoryError:
        answer = pack(["fault", "memory", 0])
    except BaseException:  # noqa: BLE001 - a panic of calamine is no Exception
        answer = pack(["fault", "damaged", 0])
    out.write(answer)
    out.flush()
    return 0


def look_ahead(data: bytes, rows: int, columns: int, unpacked: int) -> None:
    """Raise FaultError for a package that is too much, before it is opened: sizes, entities, the farthest cell of a sheet."""
    left = unpacked
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            members = package.infolist()
            if sum(member.file_size for member in members) > unpacked or len(members) > 2_000:
                raise FaultError("unpacked", 0)
            for member in members:
                if member.filename.lower().endswith((".xml", ".rels")):
                    with package.open(member) as part:
                        left -= _scan(
                            part, left, (rows, columns) if member.filename.startswith("xl/worksheets/") else None
                        )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        raise FaultError("damaged", 0) from error


def _scan(part: IO[bytes], left: int, farthest: tuple[int, int] | None) -> int:
    """Return how many bytes `part` has; raises FaultError beyond `left`, and beyond `farthest` (row, column) in a sheet."""
    size, tail = 0, b""
    while chunk := part.read(_CHUNK):
        head = chunk[:_HEAD_BYTES] if not size else b""
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise FaultError("entity", 0)
        size += len(chunk)
        if size > left:
            raise FaultError("unpacked", 0)
        if farthest:
            _measure(tail + chunk, *farthest)
            tail = chunk[-_LONGEST_TAG:]
    return size


def _measure(text: bytes, rows: int, columns: int) -> None:
    letters, numbers = set(), 0
    for match in _CELL.finditer(text):
        letters.add(match[1])
        numbers = max(numbers, int(match[2]))
    if any(_to_number(each) > columns for each in letters):
        raise FaultError("columns", columns)
    if numbers > rows:
        raise FaultError("rows", rows)


def _to_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def read_rows(data: bytes, rows: int, columns: int, names: Sequence[str]) -> Iterator[list[object]]:
    """Yield the rows of the sheet that has one of `names`, else of the first that is shown. Raises FaultError."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    name = next((name for name in names if name in shown), None) or next(iter(shown), None)
    if name is None:
        return
    sheet = book.get_sheet_by_name(name)
    if sheet.total_width > columns:
        raise FaultError("columns", columns)
    if sheet.total_height > rows:
        raise FaultError("rows", rows)
    for row in sheet.to_python(skip_empty_area=False):
        yield [_to_cell(cell) for cell in row]


def _to_cell(cell: object) -> object:
    """Return a cell as JSON holds it."""
    if cell == "":
        return None
    if isinstance(cell, str):
        return cell[:_LONGEST_TEXT]
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and abs(cell) < _EXACT else cell if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime):
        is_day = not (cell.hour or cell.minute or cell.second or cell.microsecond)
        return ["d", cell.date().isoformat()] if is_day else cell.isoformat(" ")
    return ["d", cell.isoformat()] if isinstance(cell, date) else str(cell)


if __name__ == "__main__":
    sys.exit(main())
