"""Encrypted Office files: opened with the passwords that were given, otherwise told to be encrypted."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from morasanu.extract.interface import Extracted, Member
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Task

# what Excel uses when a workbook is protected without a password
_STANDARD: Final = "VelvetSweatshop"
_MAX_SPINS: Final = 1_000_000
_MAX_PASSWORDS: Final = 100
_PLAIN: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_SPINS: Final = re.compile(rb'spinCount="(\d+)"')


class EncryptedExtractor:
    """Opens encrypted docx, xlsx and pptx; what is inside goes out as a member of the same name."""

    formats = ("encrypted-office",)

    def missing(self) -> str:
        """Return `office` when msoffcrypto is not installed."""
        return "" if find_spec("msoffcrypto") else "office"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the decrypted file. Raises InspectError MRS-X-020 when no password fits, MRS-X-021 when it is damaged."""
        data = read_bounded(file, task.limits.member_bytes)
        yield Member("", task.name, decrypt(data, task.passwords))


def read_bounded(file: BinaryIO, limit: int) -> bytes:
    """Return what `file` holds. Raises InspectError MRS-X-022 when it is larger than `limit`."""
    data = file.read(limit + 1)
    if len(data) > limit:
        raise refuse("MRS-X-022", "member_bytes")
    return data


def decrypt(data: bytes, passwords: tuple[str, ...]) -> bytes:
    """Return the file without its encryption. Raises InspectError: MRS-X-020 when no password fits, MRS-X-021, MRS-X-022."""
    for spins in _SPINS.findall(data):
        if len(spins) > 10 or int(spins) > _MAX_SPINS:
            raise refuse("MRS-X-022", "spinCount")
    for password in (_STANDARD, *passwords[:_MAX_PASSWORDS]):
        opened = _try(data, password)
        if opened.startswith(_PLAIN):
            return opened
    raise refuse("MRS-X-020")


class _Memory:
    """Stands in for `tempfile`: the child may write no file, and files of 1997-2003 are decrypted into one."""

    TemporaryFile = BytesIO


def _load() -> Any:  # noqa: ANN401 - it carries no types
    if find_spec("msoffcrypto") is None:
        raise refuse("MRS-X-024", "office")
    for name in ("doc97", "ppt97", "xls97"):
        import_module(f"msoffcrypto.format.{name}").tempfile = _Memory  # type: ignore[attr-defined]
    return import_module("msoffcrypto")


def _try(data: bytes, password: str) -> bytes:
    """Return what comes out with `password`: anything, when it is the wrong one."""
    msoffcrypto = _load()
    try:
        office = msoffcrypto.OfficeFile(BytesIO(data))
    except Exception:  # noqa: BLE001 - whatever a foreign parser stumbles over
        raise refuse("MRS-X-021") from None
    opened = BytesIO()
    try:
        office.load_key(password=password)
        office.decrypt(opened)
    except Exception:  # noqa: BLE001 - a wrong password shows in many ways
        return b""
    return opened.getvalue()


EXTRACTORS = (EncryptedExtractor(),)
