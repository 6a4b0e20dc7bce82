"""Files that appear whole or not at all: checked before the work, written beside, put in place at the end."""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


_OWN: Final = (
    b"Morasanu",
    b'{"type":"scan"',
    "ファイル/file".encode(),
    "ファイル/file".encode("cp932"),
    "行/row".encode(),
    b"SQLite format 3",
)


def check_outputs(outputs: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Make sure that every output can be written, that no two are the same, and that none takes the place of an input.

    What lies there now stays. Raises InputError MRS-I-003 for a folder, a device or a place that cannot be written,
    MRS-I-005 for a path given twice or a file that a scan of `inputs` would read and that is no earlier report.
    """
    seen: set[str] = set()
    for path in outputs:
        real = os.path.realpath(path)
        if real in seen:
            raise InputError(
                "MRS-I-005", f"同じ書き込み先が二度あります: {path}", f"the same output is given twice: {path}"
            )
        seen.add(real)
        _check_output(path)
        roots = [os.path.realpath(root) for root in inputs]
        inside = any(Path(real).is_relative_to(root) for root in roots)
        if inside and not _is_own(Path(real)):
            raise InputError(
                "MRS-I-005",
                f"調べる対象のファイルには書き込めません: {path}",
                f"this file is to be scanned, not written: {path}",
            )


def _is_own(path: Path) -> bool:
    """Return whether there is nothing, or an earlier report, at `path`."""
    if not path.exists() or path.stat().st_size == 0:
        return not path.exists()
    with path.open("rb") as file:
        head = file.read(4096)
    return any(mark in head for mark in _OWN)


def _check_output(path: Path) -> None:
    try:
        if path.exists() and not path.is_file():
            raise InputError(
                "MRS-I-003", f"ファイルではないため書けません: {path}", f"cannot write, not a file: {path}"
            )
        handle, name = tempfile.mkstemp(prefix=".morasanu-", dir=Path(os.path.realpath(path)).parent)
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
        target = Path(os.path.realpath(path))  # a link stays, what it leads to is replaced
        handle, temporary = tempfile.mkstemp(prefix=".morasanu-", dir=target.parent)
        with os.fdopen(handle, "w", encoding=encoding, errors=errors, newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(target)
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
