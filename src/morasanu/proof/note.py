"""Signed notes with Ed25519, the keys that verify and sign them, and cosignatures of witnesses.

Source: c2sp.org/signed-note, c2sp.org/tlog-cosignature, RFC 8032.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

if TYPE_CHECKING:
    from collections.abc import Iterable

ED25519: Final = 1
COSIGNATURE: Final = 4
LONGEST_NOTE_BYTES: Final = 200_000
"""Sixteen signatures of the longest kinds fit."""
_KEY_BYTES: Final = 32
_NAME: Final = re.compile(r"[^\s+]{1,255}\Z")
_ANY_NAME: Final = re.compile(r"[^\s+]+\Z")
_DASH: Final = "\u2014 "
_PRIME: Final = 2**255 - 19
_D: Final = -121665 * pow(121666, -1, _PRIME) % _PRIME
_EIGHTH: Final = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER: Final = frozenset((0, 1, _PRIME - 1, _EIGHTH, _PRIME - _EIGHTH))
"""The y of the points whose order divides 8."""


class Signature(NamedTuple):
    """One line under a note: the key's name and id, and what it signed with."""

    name: str
    key_id: int
    data: bytes

    @property
    def line(self) -> str:
        """Return the line as it stands under a note, with its line feed."""
        return f"{_DASH}{self.name} {b64encode(self.key_id.to_bytes(4, 'big') + self.data).decode()}\n"


class Note(NamedTuple):
    """A text (it ends in a line feed) and the signatures under it, verified or not."""

    text: str
    signatures: tuple[Signature, ...]

    @property
    def encoded(self) -> bytes:
        """Return the note as bytes."""
        return (self.text + "\n" + "".join(signature.line for signature in self.signatures)).encode()


class VerifierKey(NamedTuple):
    """A public key with its name; `kind` says whether it signs notes or cosigns checkpoints.

    >>> key = parse_verifier_key("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    >>> key.name, f"{key.key_id:08x}", str(key).startswith("example.com/foo+530d903a+Aeky")
    ('example.com/foo', '530d903a', True)
    """

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> int:
        """Return the 32 bits that name the key beside its name."""
        return int.from_bytes(sha256(f"{self.name}\n".encode() + bytes([self.kind]) + self.public).digest()[:4], "big")

    def __str__(self) -> str:
        """Return the key as text (a vkey)."""
        return f"{self.name}+{self.key_id:08x}+{b64encode(bytes([self.kind]) + self.public).decode()}"

    def verifies(self, text: str, signature: Signature) -> bool:
        """Return whether `signature` is this key's, over `text`."""
        if (signature.name, signature.key_id) != (self.name, self.key_id):
            return False
        message, data = text.encode(), signature.data
        if self.kind == COSIGNATURE:
            stamp = int.from_bytes(data[:8], "big")
            message, data = b"cosignature/v1\ntime %d\n" % stamp + message, data[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(data, message)
        except InvalidSignature:
            return False
        return True


class SignerKey(NamedTuple):
    """A private key with its name: 32 bytes of seed, which `repr` does not show."""

    name: str
    seed: bytes
    kind: int = ED25519

    def __repr__(self) -> str:
        """Return the name only."""
        return f"SignerKey({self.name!r})"

    @property
    def verifier(self) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(self.name, self.kind, self._private().public_key().public_bytes_raw())

    def sign(self, text: str) -> Signature:
        """Return the signature over `text`, which ends in a line feed."""
        return Signature(self.name, self.verifier.key_id, self._private().sign(text.encode()))

    def cosign(self, text: str, at_s: int) -> Signature:
        """Return a witness's signature over a checkpoint's text, dated `at_s` (POSIX seconds)."""
        message = b"cosignature/v1\ntime %d\n" % at_s + text.encode()
        return Signature(self.name, self.verifier.key_id, at_s.to_bytes(8, "big") + self._private().sign(message))

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


def is_point(public: bytes) -> bool:
    """Return whether 32 bytes are a public key that may be trusted: the one spelling of a point, and not of small order.

    Under a point of small order anybody can make signatures. Source: RFC 8032, section 5.1.3.

    >>> is_point(bytes(32)), is_point(b"X" + b"f" * 31)
    (False, True)
    """
    y = int.from_bytes(public, "little") & ~(1 << 255)
    if y >= _PRIME or y in _SMALL_ORDER:
        return False
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _PRIME) % _PRIME
    return pow(square, (_PRIME - 1) // 2, _PRIME) == 1


def is_key_name(name: str) -> bool:
    """Return whether `name` may stand in a note: no space, no plus sign, nothing that is not printed."""
    return bool(_NAME.match(name)) and name.isprintable()


def parse_verifier_key(text: str) -> VerifierKey:
    """Return the key that `text` (a vkey) is. Raises ValueError for anything else."""
    name, _, rest = text.strip().partition("+")
    key_id, _, encoded = rest.partition("+")
    data = decode_base64(encoded)
    key = VerifierKey(name, data[0] if data else 0, data[1:])
    known = key.kind in {ED25519, COSIGNATURE} and len(key.public) == _KEY_BYTES and is_point(key.public)
    if not known or not is_key_name(name) or f"{key.key_id:08x}" != key_id:
        raise ValueError
    return key


def parse_note(data: bytes) -> Note:
    """Return the note that `data` is, with nothing verified. Raises ValueError for anything else."""
    text = data.decode("utf-8")  # UnicodeDecodeError is a ValueError
    body, separator, under = text.rpartition("\n\n")
    if not separator or len(data) > LONGEST_NOTE_BYTES or not under.endswith("\n"):
        raise ValueError
    if any(character < " " and character != "\n" for character in text):
        raise ValueError
    return Note(body + "\n", tuple(map(_parse_signature, under[:-1].split("\n"))))


def _parse_signature(line: str) -> Signature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = decode_base64(encoded)
    if not line.startswith(_DASH) or not _ANY_NAME.match(name) or len(data) < 5:
        raise ValueError
    return Signature(name, int.from_bytes(data[:4], "big"), data[4:])


def decode_base64(encoded: str) -> bytes:
    """Return the bytes that `encoded` spells. Raises ValueError for any spelling but the one of RFC 4648, section 4."""
    try:
        data = b64decode(encoded, validate=True)
    except Base64Error as error:
        raise ValueError from error
    if b64encode(data).decode() != encoded:  # two spellings of the same bytes
        raise ValueError
    return data


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """Return which of `keys` signed `note`; signatures by others are passed over.

    Raises ValueError when one in the name of a known key is not its own: such a note is to be refused whole.
    """
    known = {(key.name, key.key_id): key for key in keys}
    found: dict[VerifierKey, None] = {}
    for signature in note.signatures:
        key = known.get((signature.name, signature.key_id))
        if key is None:
            continue
        if not key.verifies(note.text, signature):
            raise ValueError
        found[key] = None
    return tuple(found)
