"""Macros (VBA): the source text in the projects of Word, Excel and PowerPoint files."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from morasanu.extract.interface import Piece
from morasanu.extract.legacy.compound import decode_property
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task
    from morasanu.extract.legacy.compound import Compound

_CHUNK_BYTES: Final = 4_096
_CODE_PAGE, _VERSION, _STREAM_NAME, _OFFSET = 0x03, 0x09, 0x1A, 0x31


def read_macros(compound: Compound, task: Task) -> Iterator[Extracted]:
    """Yield the source of each module that has any, without the lines that only Office writes."""
    for path in compound.paths:
        if [name.lower() for name in path[-2:]] != ["vba", "dir"]:
            continue
        try:
            page, modules = _list_modules(decompress(compound.read(*path), task.limits.member_bytes))
        except (struct.error, IndexError):
            yield unread("MRS-X-021", "macro")
            continue
        for name, offset in modules[: task.limits.members]:
            try:
                source = decompress(compound.read(*path[:-1], name)[offset:], task.limits.member_bytes)
            except (struct.error, IndexError):
                yield unread("MRS-X-021", f"macro {name}")
                continue
            lines = decode_property(source, page).replace("\r\n", "\n").split("\n")
            shown = "".join(f"{line}\n" for line in lines if line.strip() and not line.startswith("Attribute VB_"))
            if shown:
                yield Piece(f"macro {name}", shown)


def _list_modules(directory: bytes) -> tuple[int, list[tuple[str, int]]]:
    """Return the code page, and stream and offset of every module. Source: MS-OVBA 2.3.4.2."""
    page, name, at = 932, "", 0
    modules: list[tuple[str, int]] = []
    while at + 6 <= len(directory):
        kind, size = struct.unpack_from("<HI", directory, at)
        body = directory[at + 6 : at + 6 + size]
        at += 6 + size + (2 if kind == _VERSION else 0)
        if kind == _CODE_PAGE:
            (page,) = struct.unpack_from("<H", body)
        elif kind == _STREAM_NAME:
            name = decode_property(body, page)
        elif kind == _OFFSET:
            modules.append((name, struct.unpack_from("<I", body)[0]))
    return page, modules


def decompress(data: bytes, limit: int) -> bytes:
    r"""Return what a compressed container holds, at most about `limit` bytes. Source: MS-OVBA 2.4.1.

    >>> decompress(b"\1\x03\xb0\x02a\x05\x00", 100)
    b'aaaaaaaaa'
    """
    out = bytearray()
    at = 1
    while at + 2 <= len(data) and len(out) < limit:
        (head,) = struct.unpack_from("<H", data, at)
        end = min(at + (head & 0xFFF) + 3, len(data))
        at += 2
        if not head & 0x8000:
            out += data[at : at + _CHUNK_BYTES]
            at += _CHUNK_BYTES
        else:
            _expand(data, at, end, out)
            at = end
    return bytes(out)


def _expand(data: bytes, at: int, end: int, out: bytearray) -> None:
    start = len(out)
    while at < end and len(out) - start < _CHUNK_BYTES:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                return
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            token = struct.unpack_from("<H", data, at)[0] if at + 2 <= end else 0
            at += 2
            bits = max(4, (len(out) - start - 1).bit_length())
            back = len(out) - (token >> (16 - bits)) - 1
            for index in range((token & (0xFFFF >> bits)) + 3):
                out.append(out[back + index])
