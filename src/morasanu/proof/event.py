"""What a leaf of a ledger holds: when who did what kind of thing, and the salted digest of the record. Nothing personal."""

from __future__ import annotations

import datetime as dt
import re
from binascii import a2b_base64, b2a_base64
from functools import lru_cache
from hashlib import sha256
from typing import Final, NamedTuple

SALT_BYTES: Final = 32
BEGUN: Final = "ledger.begun"
KEY_CHANGED: Final = "ledger.key"
CLOCK_SET: Final = "ledger.clock"
OWN_KINDS: Final = frozenset((BEGUN, KEY_CHANGED, CLOCK_SET))
"""Kinds that only the ledger itself writes; the first two carry the key that signs from there on."""
_AT: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z"
_ACTOR: Final = r"[A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,62}[A-Za-z0-9])?"
_KIND: Final = r"[a-z][a-z0-9]*(?:[._-][a-z0-9]+)*"
_LAST: Final = "AEIMQUYcgkosw048"  # 43 characters hold two bits more than 32 bytes do
_ENTRY: Final = re.compile(
    rf'{{"actor":"({_ACTOR})","at":"({_AT})","digest":"([A-Za-z0-9+/]{{42}}[{_LAST}]=)"'
    rf'(?:,"key":"([!#-\[\]-~]+)")?,"kind":"({_KIND})","seq":(0|[1-9][0-9]{{0,18}})}}'
)
_LONGEST_KIND: Final = 64
_fits_actor = re.compile(_ACTOR).fullmatch
_fits_kind = re.compile(_KIND).fullmatch


class Event(NamedTuple):
    """One leaf: its number from 0, its time (UTC, microseconds), the id of who did it, the kind, the digest, and a new key.

    `actor` is an id and no name; `key` is a verifier key in the kinds that introduce one.
    """

    seq: int
    at: str
    actor: str
    kind: str
    digest: bytes
    key: str = ""

    @property
    def entry(self) -> bytes:
        """Return the leaf as it is hashed: canonical JSON (RFC 8785).

        >>> Event(0, "2026-11-25T00:00:00.000000Z", "u-17", "scan.done", bytes(32)).entry[:57].decode()
        '{"actor":"u-17","at":"2026-11-25T00:00:00.000000Z","diges'
        """
        return spell_entry(self.seq, self.at, self.actor, self.kind, self.digest, self.key)


def spell_entry(seq: int, at: str, actor: str, kind: str, digest: bytes, key: str) -> bytes:  # noqa: PLR0917 - an Event's fields
    """Return the bytes of a leaf, as `Event.entry` does."""
    shown = b2a_base64(digest, newline=False).decode()
    key = f',"key":"{key}"' if key else ""
    return f'{{"actor":"{actor}","at":"{at}","digest":"{shown}"{key},"kind":"{kind}","seq":{seq}}}'.encode()


@lru_cache(maxsize=1_000)
def is_actor(text: str) -> bool:
    """Return whether `text` may stand for who did something: an id of at most 64 letters, digits and `._:/-`.

    >>> is_actor("u-17"), is_actor("yamada@bank.example"), is_actor("山田")
    (True, False, False)
    """
    return bool(_fits_actor(text))


@lru_cache(maxsize=1_000)
def is_kind(text: str) -> bool:
    """Return whether `text` may name a kind of event: small words joined by `.`, `_` or `-`, at most 64 characters."""
    return len(text) <= _LONGEST_KIND and bool(_fits_kind(text))


def parse_event(entry: bytes) -> Event:
    """Return the event that `entry` holds. Raises ValueError for any other bytes, also for another spelling of it."""
    match = _ENTRY.fullmatch(entry.decode("ascii"))  # UnicodeDecodeError is a ValueError
    if match is None:
        raise ValueError
    actor, at, digest, key, kind, seq = match.groups("")
    if len(kind) > _LONGEST_KIND or not _is_date(at[:10]):
        raise ValueError
    return Event(int(seq), at, actor, kind, a2b_base64(digest), key)


@lru_cache(maxsize=1_000)
def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def digest_record(salt: bytes, body: bytes) -> bytes:
    """Return the digest that a leaf keeps of a record: SHA-256 of its 32 bytes of salt and its canonical JSON.

    Without the salt, which is kept and erased with the record, a digest says nothing of what could be guessed.
    """
    return sha256(salt + body).digest()
