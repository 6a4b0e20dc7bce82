"""An uploaded file as rows of cells: refused before it is read whole when it is of the wrong kind or too much; workbooks in a child."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from io import StringIO
from pathlib import PurePath
from threading import Timer
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import InputError
from morasanu.extract.frame import FrameError, unpack
from morasanu.extract.recognise import recognise
from morasanu.office.sheet.write import unguard
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from morasanu.office.sheet.column import Cell

_KINDS: Final = {
    ".xlsx": "xlsx", ".xlsm": "xlsx", ".xls": "xls", ".ods": "ods", ".csv": "text", ".tsv": "text", ".txt": "text",
}  # fmt: skip
_CONTAINERS: Final = (
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"\xd0\xcf\x11\xe0",
    b"\x09\x08",
    b"\x09\x04",
    b"\x09\x02",
    b"\x09\x00\x04",
)
_CHARSETS: Final = ("utf-8", "cp932", "euc_jp")
_LONGEST_SUFFIX: Final = 8


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How much of a file is taken: its size, rows (header included) and columns, and what it may become and use when it is unpacked."""

    file_bytes: int = 20_000_000
    rows: int = 100_001
    columns: int = 300
    unpacked_bytes: int = 400_000_000
    memory_bytes: int = 1_000_000_000
    cpu_s: int = 60


class Grid(NamedTuple):
    """The rows of a file; the first is row 1. `is_doubtful` says that some bytes were no characters (they stand as U+FFFD)."""

    rows: list[list[Cell]]
    is_doubtful: bool = False


def read_grids(path: Path, name: str, limits: SheetLimits, sheets: Sequence[str]) -> Iterator[Grid]:
    """Yield what stands in the file at `path`, uploaded as `name`; text once for each character set it may be in, the likeliest first.

    `sheets` are names of the sheet to read; without such a one it is the first that is shown. Raises InputError: MRS-I-060 not a
    table, or not what its name says; MRS-I-061 too large; MRS-I-062 too many rows; MRS-I-063 too many columns; MRS-I-064 damaged;
    MRS-I-066 protected by a password; MRS-I-068 too much when unpacked.
    """
    if path.stat().st_size > limits.file_bytes:
        raise InputError(
            "MRS-I-061",
            f"ファイルが大きすぎます（上限 {limits.file_bytes:,} バイト）",
            f"the file is too large (at most {limits.file_bytes:,} bytes)",
        )
    suffix = PurePath(name).suffix.lower()
    kind = _find_kind(path, name)
    if kind == "encrypted-office":
        raise _tell("password", 0)
    if _KINDS.get(suffix) != kind:
        shown = suffix if suffix.isascii() and len(suffix) <= _LONGEST_SUFFIX else "?"
        raise InputError(
            "MRS-I-060",
            f"表として読めません。Excel（xlsx・xls）、ods、CSV を選んでください（名前は「{shown}」、中身は {kind or '不明'}）",
            f"not a table: choose xlsx, xls, ods or CSV (the name says “{shown}”, the content is {kind or 'unknown'})",
        )
    if kind == "text":
        yield from _read_text(path.read_bytes(), limits, is_tabbed=suffix == ".tsv")
    else:
        yield Grid(_read_book(path, limits, sheets))


def _find_kind(path: Path, name: str) -> str:
    """Return `text`, or the format that the content is in, `""` when nobody knows it."""
    with path.open("rb") as file:
        head = file.read(4_096)
        file.seek(0)
        if head.startswith(_CONTAINERS):
            return recognise(file, name)
        found = recognise(file, "")
    if found and not head.isascii() or found in {"pdf", "rtf"}:
        return found
    return "text" if not head or decode_bytes(head) else ""


def _read_text(data: bytes, limits: SheetLimits, *, is_tabbed: bool) -> Iterator[Grid]:
    decoded = decode_bytes(data)
    if decoded is None:
        raise _tell("damaged", 0)
    if not decoded.unreadable:
        yield Grid(_split_rows(decoded.text, limits, is_tabbed=is_tabbed))
    for charset in _CHARSETS:
        try:
            text = data.decode(charset)
        except UnicodeDecodeError:
            continue
        yield Grid(_split_rows(text, limits, is_tabbed=is_tabbed))
    if decoded.unreadable:
        yield Grid(_split_rows(decoded.text, limits, is_tabbed=is_tabbed), is_doubtful=True)


def _split_rows(text: str, limits: SheetLimits, *, is_tabbed: bool) -> list[list[Cell]]:
    first = text[:10_000].split("\n", 1)[0]
    delimiter = "\t" if is_tabbed or first.count("\t") > first.count(",") else ","
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=delimiter):
            if len(row) > limits.columns:
                raise _tell("columns", limits.columns)
            if len(rows) >= limits.rows:
                raise _tell("rows", limits.rows)
            rows.append([unguard(cell) or None for cell in row])
    except csv.Error as error:
        raise _tell("damaged", 0) from error
    return rows


_STARTER: Final = f"""
import sys
sys.path[:0] = {[path for path in sys.path if path]!r}
from morasanu.office.sheet.child import main
sys.exit(main())
"""


def _read_book(path: Path, limits: SheetLimits, sheets: Sequence[str]) -> list[list[Cell]]:
    """Return the rows that a child without rights finds in a workbook; whatever happens to the child, this process goes on."""
    asked = [limits.memory_bytes, limits.cpu_s, limits.rows, limits.columns, limits.unpacked_bytes, list(sheets)]
    with (
        path.open("rb") as file,
        subprocess.Popen(  # noqa: S603 - this interpreter and our own words
            [sys.executable, "-I", "-c", _STARTER, json.dumps(asked)],
            stdin=file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "PATH": ""},
        ) as child,
    ):
        timer = Timer(limits.cpu_s * 2, child.kill)
        timer.start()
        try:
            return _take_rows(child, limits)
        except FrameError as error:
            raise _tell("damaged", 0) from error
        finally:
            timer.cancel()
            child.kill()


def _take_rows(child: subprocess.Popen[bytes], limits: SheetLimits) -> list[list[Cell]]:
    rows: list[list[Cell]] = []
    left = limits.unpacked_bytes

    def take(size: int) -> bytes:
        nonlocal left
        left -= size
        if left < 0:
            raise _tell("unpacked", 0)
        return child.stdout.read(size) if child.stdout else b""

    while message := unpack(take):
        if message[0] == "end":
            return rows
        if message[0] != "row" or len(rows) >= limits.rows or len(message) != 2 or not isinstance(message[1], list):
            why, number = [*message[1:], "", 0][:2] if message[0] == "fault" else ("damaged", 0)
            raise _tell(str(why), number if isinstance(number, int) else 0)
        rows.append([_to_cell(cell) for cell in message[1]])
    raise _tell("died", 0)


def _to_cell(cell: object) -> Cell:
    """Return a cell that the child sent; raises FrameError for anything else."""
    if cell is None or isinstance(cell, str | int | float):
        return cell
    if isinstance(cell, list) and len(cell) == 2 and cell[0] == "d" and isinstance(cell[1], str):
        try:
            return date.fromisoformat(cell[1])
        except ValueError as error:
            raise FrameError from error
    raise FrameError


def _tell(why: str, number: int) -> InputError:
    """Return the error that says why a file is refused."""
    if why == "rows":
        return InputError(
            "MRS-I-062",
            f"行が多すぎます（上限 {number:,} 行）。分けてください",
            f"too many rows (at most {number:,}): split the file",
        )
    if why == "columns":
        return InputError(
            "MRS-I-063", f"列が多すぎます（上限 {number:,} 列）", f"too many columns (at most {number:,})"
        )
    if why == "password":
        return InputError(
            "MRS-I-066",
            "パスワードで保護されています。外してから選んでください",
            "protected by a password: take it off first",
        )
    if why in {"unpacked", "memory", "died"}:
        return InputError(
            "MRS-I-068",
            "開くと大きすぎるため、読み込みを止めました。必要な行と列だけを新しいブックに貼り付けてください",
            "too much when it is opened, so reading was stopped: paste the rows and columns needed into a new workbook",
        )
    return InputError(
        "MRS-I-064",
        "壊れているか、途中で切れています。もう一度保存してから選んでください",
        "damaged or cut off: save it once more and choose it again",
    )
