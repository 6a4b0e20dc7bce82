"""Where the bytes of a picture end: what was put behind them is a file of its own, which no viewer shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST_PARTS: Final = 100_000
_MARK: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_BARE: Final = range(0xD0, 0xD9)
_LEAST_BYTES: Final = 16


def find_rest(data: bytes) -> bytes:
    r"""Return what stands behind a picture in `data`, `b""` when it is nothing (or padding) or nobody knows.

    >>> find_rest(b"\xff\xd8\xff\xda\0\2............\xff\xd9" + b"PK\3\4 a file of another kind")
    b'PK\x03\x04 a file of another kind'
    """
    if data.startswith(b"\x89PNG"):
        end = _end_png(data)
    elif data.startswith(b"\xff\xd8"):
        end = _end_jpeg(data)
    elif data.startswith(b"GIF8"):
        end = next((start for label, start, _ in list_gif_blocks(data) if label == 0x3B), 0)
    elif data.startswith(b"RIFF"):
        end = 8 + int.from_bytes(data[4:8], "little")
    elif data.startswith(b"BM"):
        end = int.from_bytes(data[2:6], "little")
    else:
        end = 0
    rest = data[end:].lstrip(b"\0") if end > _LEAST_BYTES else b""
    return rest if len(rest) >= _LEAST_BYTES and rest.strip(b"\0\xff") else b""


def _end_png(data: bytes) -> int:
    at = 8
    for _ in range(_MOST_PARTS):
        if at + 12 > len(data):
            return 0
        size, kind = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        at += 12 + size
        if kind == b"IEND":
            return at
    return 0


def _end_jpeg(data: bytes) -> int:
    at = 2
    for _ in range(_MOST_PARTS):
        mark = _MARK.search(data, at)
        if mark is None:
            return 0
        kind = data[mark.end() - 1]
        if kind == 0xD9:
            return mark.end()
        at = mark.end() + (0 if kind in _BARE else int.from_bytes(data[mark.end() : mark.end() + 2], "big"))
    return 0


def list_gif_blocks(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the blocks of a GIF: the label of an extension, 0x2C for a picture, 0x3B for the end; where it ends; what it holds."""
    at = 13 + _size_colors(data[10:11])
    for _ in range(_MOST_PARTS):
        kind = data[at : at + 1]
        if kind == b"\x3b":
            yield 0x3B, at + 1, b""
            return
        if kind == b"\x2c":
            label, at = 0x2C, at + 11 + _size_colors(data[at + 9 : at + 10])
        elif kind == b"\x21":
            label, at = data[at + 1] if at + 1 < len(data) else 0, at + 2
        else:
            return
        start, held = at, []
        while at < len(data) and data[at]:
            held.append(data[at + 1 : at + 1 + data[at]])
            at += 1 + data[at]
        at += 1
        # a packet of XMP stands there as it is, not cut into blocks
        is_xmp = held[:1] == [b"XMP DataXMP"]
        yield label, at, data[start + 12 : at] if is_xmp else b"".join(held)


def _size_colors(flags: bytes) -> int:
    return 3 << (flags[0] & 7) + 1 if flags and flags[0] & 0x80 else 0
