"""What comes over a network, kept in a file without a name while it is read."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING, BinaryIO

from morasanu.errors import InspectError
from morasanu.source.folder import explain

if TYPE_CHECKING:
    from collections.abc import Iterable


def spool(chunks: Iterable[bytes], limit_bytes: int) -> BinaryIO:
    """Return an unnamed file (with a descriptor, gone when closed) that holds the chunks, at its start.

    Raises InspectError MRS-X-022 when they are more than `limit_bytes`, MRS-X-009 when the disk is full, and what `chunks` raises.

    >>> with spool([b"a", b"b"], 2) as file:
    ...     file.read()
    b'ab'
    """
    file = TemporaryFile()  # noqa: SIM115 - it is handed on
    try:
        size = 0
        for chunk in chunks:
            size += len(chunk)
            check_size(size, limit_bytes)
            file.write(chunk)
        file.seek(0)
    except OSError as error:
        file.close()
        raise explain(error) from error
    except BaseException:
        file.close()
        raise
    return file


def check_size(size_bytes: int, limit_bytes: int) -> None:
    """Raise InspectError MRS-X-022 when `size_bytes` is more than is read of one thing."""
    if size_bytes > limit_bytes:
        raise InspectError("MRS-X-022", "上限を超えました（size）", "over a limit (size)")
