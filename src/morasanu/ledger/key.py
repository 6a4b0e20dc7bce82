"""The ledger's keys: the private one readable by its owner only, the public one for everybody."""

from __future__ import annotations

import stat
from base64 import b64encode
from typing import TYPE_CHECKING, Final

from morasanu.errors import EvidenceError, InputError
from morasanu.proof.note import SignerKey, VerifierKey, decode_base64, parse_verifier_key

if TYPE_CHECKING:
    from morasanu.ledger.folder import Folder

PRIVATE: Final = "key/private"
PUBLIC: Final = "key/public"
NEXT: Final = "key/next"
"""The private key that will sign once the ledger's rows and files say so: nothing is lost when that is cut short."""
_HEAD: Final = "PRIVATE+KEY+"
_SEED_BYTES: Final = 32


def write_keys(folder: Folder, key: SignerKey) -> None:
    """Write both halves; the private one is readable and writable by its owner alone from its first byte."""
    write_private(folder, key)
    folder.write(PUBLIC, f"{key.verifier}\n".encode())


def write_private(folder: Folder, key: SignerKey, name: str = PRIVATE) -> None:
    """Write the private half."""
    data = b64encode(bytes([key.kind]) + key.seed).decode()
    folder.write(name, f"{_HEAD}{key.name}+{key.verifier.key_id:08x}+{data}\n".encode(), mode=0o600)


def read_private(folder: Folder, name: str = PRIVATE) -> SignerKey:
    """Return the key that signs. Raises EvidenceError MRS-E-020 without one or with a broken one, MRS-E-021 when others may read it."""
    data = folder.read(name)
    if data is None:
        raise EvidenceError("MRS-E-020", "秘密鍵がありません", "there is no private key")
    if stat.S_IMODE((folder.path / name).stat().st_mode) & 0o077:
        raise EvidenceError(
            "MRS-E-021",
            f"秘密鍵をほかの人も読めます（chmod 600）: {folder.path / name}",
            f"others may read the private key (chmod 600): {folder.path / name}",
        )
    try:
        owner, key_id, encoded = data.decode().strip().removeprefix(_HEAD).split("+", 2)
        seed = decode_base64(encoded)
        key = SignerKey(owner, seed[1:], seed[0])
        if len(key.seed) != _SEED_BYTES or f"{key.verifier.key_id:08x}" != key_id:
            raise ValueError  # noqa: TRY301 - told with the others
    except (ValueError, IndexError) as error:
        raise EvidenceError("MRS-E-020", "秘密鍵が壊れています", "the private key is broken") from error
    return key


def read_public(folder: Folder) -> VerifierKey:
    """Return the newest public key. Raises InputError MRS-I-001 when there is none."""
    try:
        return parse_verifier_key((folder.read(PUBLIC) or b"").decode())
    except ValueError as error:
        path = folder.path / PUBLIC
        raise InputError(
            "MRS-I-001", f"公開鍵を読めません: {path}", f"the public key cannot be read: {path}"
        ) from error
