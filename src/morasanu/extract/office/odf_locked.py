"""Encrypted OpenDocument files: opened with the passwords that were given, otherwise told to be encrypted."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zipfile
import zlib
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from morasanu.extract.office.event import START
from morasanu.extract.office.ooxml import first_events
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from morasanu.extract.interface import Limits
    from morasanu.extract.office.package import Package

MANIFEST: Final = "META-INF/manifest.xml"
_MAX_ROUNDS: Final = 1_000_000
_MAX_PASSWORDS: Final = 100
_CHECKED_BYTES: Final = 1_024
_AES_BLOCK: Final = 16


class _Lock(NamedTuple):
    """How a part is encrypted. Source: OpenDocument 1.2, part 3, 3.4; all keys are derived with PBKDF2."""

    name: str
    cipher: str
    iv: bytes
    salt: bytes
    rounds: int
    key_bytes: int
    start: str
    checksum: bytes
    checked_by: str


def unlock(package: Package, passwords: tuple[str, ...], limits: Limits) -> BytesIO | None:
    """Return the package without its encryption, None when it has none.

    Raises InspectError: MRS-X-020 when no password fits or the kind is not known, MRS-X-024 when a library is missing.
    """
    locks = _read_locks(package)
    if not locks:
        return None
    if find_spec("cryptography") is None:
        raise refuse("MRS-X-024", "office")
    probe = min(locks.values(), key=lambda lock: (not lock.checksum, len(package.read(lock.name))))
    for password in passwords[:_MAX_PASSWORDS]:
        if _open(probe, package.read(probe.name), password) is not None:
            return _rewrite(package, locks, password, limits)
    raise refuse("MRS-X-020")


def _read_locks(package: Package) -> dict[str, _Lock]:
    found: dict[str, _Lock] = {}
    given: dict[str, str] = {}
    for kind, name, attributes in first_events(package, MANIFEST):
        if name == "file-entry" and kind == START:
            given = attributes
        elif kind == START:
            given = {**attributes, **given}
        elif name == "encryption-data":
            found[given.get("full-path", "")] = _make_lock(given)
    return {name: lock for name, lock in found.items() if package.has(name)} or ({"": _make_lock({})} if found else {})


def _make_lock(given: dict[str, str]) -> _Lock:
    """Return the lock that a part's attributes describe. Raises InspectError MRS-X-020 for a kind that is not known."""
    algorithm = given.get("algorithm-name", "").lower()
    cipher = "aes" if "aes" in algorithm and "cbc" in algorithm else "blowfish" if "blowfish" in algorithm else ""
    rounds = given.get("iteration-count", "")
    if not cipher or "pbkdf2" not in given.get("key-derivation-name", "").lower() or not rounds.isdigit():
        raise refuse("MRS-X-020")
    if len(rounds) > 9 or not 0 < int(rounds) <= _MAX_ROUNDS:
        raise refuse("MRS-X-022", "iteration-count")
    return _Lock(
        given["full-path"],
        cipher,
        _decode(given, "initialisation-vector"),
        _decode(given, "salt"),
        int(rounds),
        32 if cipher == "aes" and "256" in algorithm else 16,
        "sha256" if "sha256" in given.get("start-key-generation-name", "").lower() else "sha1",
        _decode(given, "checksum"),
        "sha256" if "sha256" in given.get("checksum-type", "").lower() else "sha1",
    )


def _decode(given: dict[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(given.get(name, ""))
    except binascii.Error:
        return b""


def _open(lock: _Lock, data: bytes, password: str) -> bytes | None:
    """Return the part as it was packed before it was encrypted, None when the password is another."""
    start = hashlib.new(lock.start, password.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", start, lock.salt, lock.rounds, lock.key_bytes)
    if lock.cipher == "aes":
        data = data[: len(data) // _AES_BLOCK * _AES_BLOCK]
    with suppress(ValueError):  # a vector of the wrong length
        opener = _make_cipher(lock, key).decryptor()
        packed = bytes(opener.update(data) + opener.finalize())
        if lock.cipher == "aes" and packed:
            packed = packed[: len(packed) - min(packed[-1], _AES_BLOCK)]
        checked = hashlib.new(lock.checked_by, packed[:_CHECKED_BYTES]).digest()
        if checked == lock.checksum:
            return packed
    return None


def _make_cipher(lock: _Lock, key: bytes) -> Any:  # noqa: ANN401 - loaded when it is needed
    ciphers = import_module("cryptography.hazmat.primitives.ciphers")
    if lock.cipher == "aes":
        return ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(lock.iv))
    old = import_module("cryptography.hazmat.decrepit.ciphers")
    algorithms = import_module(f"{old.__name__}.algorithms")
    modes = import_module(f"{old.__name__}.modes") if find_spec(f"{old.__name__}.modes") else ciphers.modes
    return ciphers.Cipher(algorithms.Blowfish(key), modes.CFB(lock.iv))


def _rewrite(package: Package, locks: dict[str, _Lock], password: str, limits: Limits) -> BytesIO:
    """Return a package with the parts as they are, those that open decrypted; what does not open is left as it was."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as rewritten:
        for name in package.names():
            if name == MANIFEST:
                continue
            data = package.read(name)
            lock = locks.get(name)
            packed = _open(lock, data, password) if lock else None
            if packed is not None:
                inflater = zlib.decompressobj(-zlib.MAX_WBITS)
                with suppress(zlib.error):
                    data = inflater.decompress(packed, limits.member_bytes)
            rewritten.writestr(zipfile.ZipInfo(name), data)
    out.seek(0)
    return out
