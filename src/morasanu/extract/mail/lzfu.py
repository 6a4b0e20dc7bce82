"""The compression of RTF bodies in Outlook's messages."""

from __future__ import annotations

import struct
from typing import Final

_DICTIONARY: Final = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS Sans SerifSymbolArial"
    rb"Times New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n" + rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_HEAD: Final = struct.Struct("<2L4sL")
_WINDOW: Final = 4_096


def decompress_rtf(data: bytes) -> tuple[bytes, bool]:
    r"""Return the RTF of `data` as far as it goes, and whether it is whole. Raises ValueError when it is something else.

    At most nine times as large as `data`. Source: MS-OXRTFCP, 2.2 and 3.1.

    >>> decompress_rtf(b"\x11\0\0\0\5\0\0\0MELA\0\0\0\0{abc}")
    (b'{abc}', True)
    """
    if len(data) < _HEAD.size:
        raise ValueError("too short")
    packed_bytes, raw_bytes, kind, _ = _HEAD.unpack_from(data)
    if kind == b"MELA":
        raw = data[_HEAD.size : _HEAD.size + raw_bytes]
        return raw, len(raw) == raw_bytes or len(data) >= packed_bytes + 4  # some writers count the head in
    if kind != b"LZFu":
        raise ValueError("unknown compression")
    return _expand(data, min(len(data), packed_bytes + 4))


def _expand(data: bytes, end: int) -> tuple[bytes, bool]:
    window = bytearray(_DICTIONARY.ljust(_WINDOW, b"\0"))
    write, position = len(_DICTIONARY), _HEAD.size
    out = bytearray()
    while position < end:
        control = data[position]
        position += 1
        for bit in range(8):
            if position >= end:
                break
            if not control >> bit & 1:
                found = data[position : position + 1]
                position += 1
            elif position + 1 >= end:
                return bytes(out), False
            else:
                token = data[position] << 8 | data[position + 1]
                position += 2
                if token >> 4 == write:
                    return bytes(out), True
                found = _copy(window, token >> 4, (token & 15) + 2, write)
            for byte in found:
                window[write] = byte
                write = (write + 1) % _WINDOW
            out += found
    return bytes(out), False


def _copy(window: bytearray, start: int, length: int, write: int) -> bytes:
    """Return what a reference names; it may run into what it is itself writing."""
    found = bytearray()
    for index in range(length):
        place = (start + index) % _WINDOW
        behind = (place - write) % _WINDOW
        found.append(found[behind] if behind < index else window[place])
    return bytes(found)
