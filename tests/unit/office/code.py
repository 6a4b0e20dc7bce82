"""Codes of an authenticator app."""

from __future__ import annotations

import base64
import hmac
import struct
import time


def make_code(secret: str, at: float | None = None) -> str:
    """Return the code of RFC 6238 for a secret in base 32, now or at a time.

    >>> make_code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59)
    '287082'
    """
    key, step = base64.b32decode(secret), int((time.time() if at is None else at) // 30)
    digest = hmac.new(key, struct.pack(">Q", step), "sha1").digest()
    place = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[place : place + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
