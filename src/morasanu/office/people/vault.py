"""Second factors at rest: their secrets are encrypted with a key that is made from the data folder's own, not kept in the database."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache
from typing import Final

from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from morasanu.errors import InputError

_PURPOSE: Final = b"morasanu: second factors at rest, 1"


class Vault(DefaultMFAAdapter):  # type: ignore[misc] # allauth has no types for it
    """What allauth asks before it stores a secret and after it reads one."""

    def encrypt(self, text: str) -> str:
        """Return `text` as it may lie in the database."""
        return _open(settings.SECRET_KEY).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return what was encrypted. Raises InputError MRS-I-100 when it was not with this folder's key: nobody comes in by it then."""
        try:
            return _open(settings.SECRET_KEY).decrypt(encrypted_text.encode()).decode()
        except InvalidToken as error:
            raise InputError(
                "MRS-I-100",
                "二要素の鍵を読めません。データフォルダーの secret が、登録したときのものと違います",
                "the second factor cannot be read: the data folder's file `secret` is not the one it was registered with",
            ) from error


@cache
def _open(secret: str) -> Fernet:
    """Return the cipher. Source: RFC 5869 (HKDF); AES-128-CBC with HMAC-SHA256 as Fernet lays it down."""
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
