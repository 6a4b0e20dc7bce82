"""What databases give for a cell, to what the rest of the house takes: nothing, truth, numbers, text, bytes."""

from __future__ import annotations

import json
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final

from morasanu.text.charset import decode_bytes

MOST_CHARACTERS: Final = 1_000_000
MOST_BYTES: Final = 16_000_000
"""A longer cell is cut off there, and told; what a driver may cut itself is asked for with one more."""

Value = bool | int | float | Decimal | str | bytes | None


def make_value(cell: object) -> tuple[Value, bool]:
    """Return the cell as a plain value, and whether it was cut because it is too long. Whatever is not plain comes as text.

    >>> make_value(date(2026, 4, 1)), make_value(["椿", None]), make_value(True)
    (('2026-04-01', False), ('["椿", null]', False), (True, False))
    """
    if callable(read := getattr(cell, "read", None)):  # a large object of Oracle, which is fetched when it is read
        cell = read(1, MOST_BYTES + 1)
    if isinstance(cell, str):
        return (cell, False) if len(cell) <= MOST_CHARACTERS else (cell[:MOST_CHARACTERS], True)
    if cell is None or isinstance(cell, bool | int | float | Decimal):
        return cell, False
    if isinstance(cell, bytes | bytearray | memoryview):
        return (bytes(cell), False) if len(cell) <= MOST_BYTES else (bytes(cell[:MOST_BYTES]), True)
    return make_value(_write(cell))


def decode_text(data: bytes, encoding: str) -> str | bytes:
    r"""Return the text of `data`, of which the database says that it is in `encoding`; what is in none comes as it is.

    >>> decode_text("山田太郎".encode("cp932"), "utf-8"), decode_text(b"\xff\x00\xfe\x01\x80", "utf-8")
    ('山田太郎', b'\xff\x00\xfe\x01\x80')
    """
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        decoded = decode_bytes(data)
        return decoded.text if decoded is not None and not decoded.unreadable else data


def measure(value: Value) -> int:
    """Return about how many bytes a value takes."""
    return len(value) * (1 if isinstance(value, bytes) else 3) if isinstance(value, str | bytes) else 16


def _write(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, list | tuple | dict):
        return json.dumps(cell, ensure_ascii=False, default=str)
    return str(cell)
