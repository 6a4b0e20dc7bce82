"""The encryption of WinZip and 7-Zip (AE-1, AE-2): AES in counter mode under a password."""

from __future__ import annotations

import hashlib
import hmac
from importlib import import_module
from importlib.util import find_spec
from typing import BinaryIO, Final, NamedTuple

from morasanu.extract.archive.unpack import Source

FIELD: Final = 0x9901
_ROUNDS: Final = 1_000
_PROOF_BYTES: Final = 2
_SEAL_BYTES: Final = 10
_KEY_BYTES: Final = {1: 16, 2: 24, 3: 32}


class Header(NamedTuple):
    """What the extra field of an encrypted member says: bytes of its key, how it is packed inside."""

    key_bytes: int
    method: int


def can_decrypt() -> bool:
    """Return whether the library is there that the extra `archive` brings."""
    return find_spec("Cryptodome") is not None


def read_header(field: bytes) -> Header | None:
    """Return what the field 0x9901 says, None when it is damaged. Source: WinZip's AE-1 and AE-2, "AES extra data field"."""
    key_bytes = _KEY_BYTES.get(field[4], 0) if len(field) >= 7 else 0
    return Header(key_bytes, int.from_bytes(field[5:7], "little")) if key_bytes else None


class AesSource(Source):
    """A stretch of a file that reads decrypted. `fits` says whether the password may be the one: 1 of 65,536 others does too."""

    def __init__(self, file: BinaryIO, start: int, size: int, password: bytes, key_bytes: int) -> None:
        """Derive the keys; the data lie between salt and seal."""
        salt_bytes = key_bytes // 2
        file.seek(start)
        salt, proof = file.read(salt_bytes), file.read(_PROOF_BYTES)
        head = salt_bytes + _PROOF_BYTES
        super().__init__(file, start + head, max(0, size - head - _SEAL_BYTES))
        keys = hashlib.pbkdf2_hmac("sha1", password, salt, _ROUNDS, 2 * key_bytes + _PROOF_BYTES)
        self.fits = len(proof) == _PROOF_BYTES and hmac.compare_digest(keys[-_PROOF_BYTES:], proof)
        if self.fits:
            cipher, counter = import_module("Cryptodome.Cipher.AES"), import_module("Cryptodome.Util.Counter")
            count = counter.new(128, initial_value=1, little_endian=True)
            self._cipher = cipher.new(keys[:key_bytes], cipher.MODE_CTR, counter=count)

    def read(self, size: int = 4_096) -> bytes:
        """Return the next bytes decrypted, `b""` at the end."""
        return bytes(self._cipher.decrypt(super().read(size)))
