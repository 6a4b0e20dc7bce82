"""A small writer of ledgers for the cases: from the format's page, with fixed keys and times, able to lie."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from typing import TYPE_CHECKING, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

if TYPE_CHECKING:
    from collections.abc import Sequence

ORIGIN = "bank.example/evidence"
START = dt.datetime(2026, 4, 1, 9, tzinfo=dt.UTC)


class Key(NamedTuple):
    """A key pair whose seed is a word, under a name and a signature type."""

    seed: str
    name: str = ORIGIN
    type: int = 1

    @property
    def private(self) -> Ed25519PrivateKey:
        """The private key."""
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.seed.encode()).digest())

    @property
    def material(self) -> bytes:
        """Signature type and public key."""
        return bytes([self.type]) + self.private.public_key().public_bytes_raw()

    @property
    def id(self) -> bytes:
        """The four bytes of signed-note."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.material).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text."""
        return f"{self.name}+{self.id.hex()}+{encode(self.material)}"

    def sign(self, text: bytes) -> str:
        """Return the signature line over a note's text."""
        return format_signature(self.name, self.id, self.private.sign(text))


FIRST, SECOND, THIRD, STRANGER = Key("first"), Key("second"), Key("third"), Key("stranger")


def encode(data: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(data).decode()


def respell(text: str) -> str:
    """Return base64 that ends in one `=` with a bit set that no byte takes."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return f"{text[:-2]}{letters[letters.index(text[-2]) + 1]}="


def format_signature(name: str, key_id: bytes, signature: bytes) -> str:
    """Return a signature line."""
    return f"— {name} {encode(key_id + signature)}\n"


def format_note(text: str, *keys: Key, more: str = "") -> bytes:
    """Return the note of `text` signed by `keys`, with `more` lines after their signatures."""
    return f"{text}\n{''.join(key.sign(text.encode()) for key in keys)}{more}".encode()


def hash_tree(leaves: Sequence[bytes]) -> bytes:
    """Return MTH of RFC 6962, section 2.1, over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + hash_tree(leaves[:half]) + hash_tree(leaves[half:])).digest()


def hash_leaf(entry: bytes) -> bytes:
    """Return the hash of a leaf."""
    return hashlib.sha256(b"\x00" + entry).digest()


def spell(members: dict[str, object]) -> bytes:
    """Return canonical JSON; the values here are ASCII text and small integers."""
    return json.dumps(members, sort_keys=True, separators=(",", ":")).encode()


def write_members(seq: int, kind: str = "record", key: Key | None = None, **other: object) -> dict[str, object]:
    """Return the members of an entry, an entry a second."""
    at = (START + dt.timedelta(seconds=seq)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    members: dict[str, object] = {"actor": "clerk-7", "at": at, "digest": encode(hashlib.sha256(b"%d" % seq).digest())}
    if key:
        members["key"] = key.vkey
    return {**members, "kind": kind, "seq": seq, **other}


def write_entry(seq: int, kind: str = "record", key: Key | None = None, **other: object) -> bytes:
    """Return an entry."""
    return spell(write_members(seq, kind, key, **other))


def write_bundle(entries: Sequence[bytes]) -> bytes:
    """Return entries, each after its length."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def name_tile(level: int | str, number: int, width: int) -> str:
    """Return a tile's path; no case here is large enough for a second group of digits."""
    return f"tile/{level}/{number:03d}" + (f".p/{width}" if width < 256 else "")


class Book:
    """A ledger: its entries, and who signs from which one on."""

    def __init__(self, size: int, changes: dict[int, Key] | None = None, origin: str = ORIGIN) -> None:
        """Begin with `FIRST` and fill up to `size` entries; at the places of `changes`, introduce those keys."""
        self.origin = origin
        self.keys = {0: FIRST._replace(name=origin), **(changes or {})}
        kinds = {0: "ledger.begun"} | dict.fromkeys(changes or {}, "ledger.key")
        self.entries = [write_entry(i, kinds.get(i, "record"), self.keys.get(i)) for i in range(size)]
        self.leaves: list[bytes] | None = None  # what the tiles claim, where that is not the truth

    def hash_leaves(self) -> list[bytes]:
        """Return what stands in the tiles of level 0."""
        return self.leaves or [hash_leaf(entry) for entry in self.entries]

    def find_signers(self, size: int) -> list[Key]:
        """Return who signs a checkpoint of `size` entries."""
        places = sorted(place for place in self.keys if place < size)
        return [self.keys[place] for place in places[-2 if places[-1] == size - 1 else -1 :]]

    def write_text(self, size: int, origin: str = "", root: str = "", number: str = "") -> str:
        """Return a checkpoint's text."""
        return f"{origin or self.origin}\n{number or size}\n{root or encode(hash_tree(self.hash_leaves()[:size]))}\n"

    def seal(self, size: int = 0, *keys: Key, more: str = "", **text: str) -> bytes:
        """Return the checkpoint of `size` entries (default: all), signed by `keys` (default: whose turn it is)."""
        size = size or len(self.entries)
        return format_note(self.write_text(size, **text), *(keys or self.find_signers(size)), more=more)

    def write(self) -> dict[str, bytes]:
        """Return all files."""
        size, leaves = len(self.entries), self.hash_leaves()
        files = {"checkpoint": self.seal(), "key/public": list(self.keys.values())[-1].vkey.encode() + b"\n"}
        for place in list(self.keys)[1:]:
            files[f"key/change/{place + 1}"] = self.seal(place + 1)
        for number in range((size + 255) // 256):
            part = slice(256 * number, 256 * number + 256)
            width = len(self.entries[part])
            files[name_tile("entries", number, width)] = write_bundle(self.entries[part])
            files[name_tile(0, number, width)] = b"".join(leaves[part])
        if size >= 256:
            files[name_tile(1, 0, size // 256)] = b"".join(
                hash_tree(leaves[256 * number : 256 * number + 256]) for number in range(size // 256)
            )
        return files
