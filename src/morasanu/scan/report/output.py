"""Files that appear whole or not at all: checked before the work, written beside, put in place at the end."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator


def check_output(path: Path) -> None:
    """Make sure that a file can be written at `path`, leaving what is there.

    Raises InputError MRS-I-003 when it is a folder or cannot be written there.
    """
    if path.is_dir():
        raise InputError("MRS-I-003", f"フォルダがあるため書けません: {path}", f"cannot write, it is a folder: {path}")
    try:
        handle, name = tempfile.mkstemp(prefix=".morasanu-", dir=path.parent)
    except OSError as error:
        raise InputError(
            "MRS-I-003", f"書き込めません: {path}（{_name(error)}）", f"cannot write: {path} ({_name(error)})"
        ) from error
    os.close(handle)
    Path(name).unlink()


@contextmanager
def open_output(path: Path, encoding: str = "utf-8", errors: str = "strict") -> Iterator[IO[str]]:
    """Yield a text file that takes the place of `path` when the block ends well; otherwise what was there stays.

    The file can be read by its owner only. Raises OutsideError MRS-O-001 when it cannot be written (disk full).
    """
    temporary = ""
    try:
        handle, temporary = tempfile.mkstemp(prefix=".morasanu-", dir=path.parent)
        with os.fdopen(handle, "w", encoding=encoding, errors=errors, newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
        temporary = ""
    except OSError as error:
        raise OutsideError(
            "MRS-O-001",
            f"書き込みに失敗しました: {path}（{_name(error)}）。以前の内容はそのままです",
            f"writing failed: {path} ({_name(error)}); what was there before is unchanged",
        ) from error
    finally:
        if temporary:
            with suppress(OSError):
                Path(temporary).unlink()


def _name(error: OSError) -> str:
    return errno.errorcode.get(error.errno or 0, "?")
