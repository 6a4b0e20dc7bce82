"""Checkpoints as files in a folder on another disk, share or stick: each written whole, none ever overwritten."""

from __future__ import annotations

import errno
import os
import re
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.interface import Back
from morasanu.proof.note import parse_note

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

_NO_LINKS: Final = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK))
_NO_SYNC: Final = frozenset((errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS, errno.EACCES))


def name_origin(origin: str) -> str:
    """Return the 16 characters that stand for a ledger where its name may not.

    >>> name_origin("bank.example/ledger")
    'ae65b012304efb39'
    """
    return sha256(origin.encode()).hexdigest()[:16]


def place_new(path: Path, data: bytes) -> bool:
    """Return whether `path` is new and now holds `data`, synced; False when it was there before. Raises OSError."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(part, path)  # fails where something is, which a rename does not
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if path.exists():
                return False
            part.rename(path)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    try:
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:  # shares and Windows have no syncing of folders
        if error.errno not in _NO_SYNC:
            raise
    return True


class FolderPlace:
    """A folder that is there already: a share that is not mounted must not become a folder of this machine."""

    kind = "folder"

    def __init__(self, path: Path, ledger: Path) -> None:
        """Take it. Raises InputError MRS-I-047 when it lies in the ledger's own folder."""
        self._path = path.resolve()
        self.to = str(self._path)
        if self._path.is_relative_to(ledger.resolve()):
            raise InputError(
                "MRS-I-047", "台帳の中のフォルダーは外ではありません", "a folder inside the ledger is not outside"
            )

    def send(self, parcel: Parcel) -> Back:
        """Write `<16 digits of the ledger>-<size>.txt`; the same checkpoint may be there already.

        Raises OutsideError MRS-O-040 when it cannot be written, MRS-O-041 when what is there shows another history.
        """
        origin, size = name_origin(parcel.checkpoint.origin), parcel.checkpoint.size
        path = self._path / f"{origin}-{size}.txt"
        try:
            if not self._path.is_dir():
                raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
            sizes = [
                int(found[1])
                for there in self._path.iterdir()
                if (found := re.fullmatch(rf"{origin}-([0-9]+)\.txt", there.name))
            ]
            if max(sizes, default=0) > size:
                raise OutsideError(
                    "MRS-O-041",
                    f"外には {max(sizes):,} 件の控えがあるのに、台帳は {size:,} 件です（巻き戻し）: {self.to}",
                    f"a checkpoint of {max(sizes):,} events lies there, the ledger has {size:,} (rolled back): {self.to}",
                )
            is_new = place_new(path, parcel.note.encoded)
            kept = b"" if is_new else path.read_bytes()
        except OSError as error:
            name = os.strerror(error.errno) if error.errno else type(error).__name__
            raise OutsideError(
                "MRS-O-040", f"書けません: {self.to}（{name}）", f"cannot be written: {self.to} ({name})"
            ) from error
        if not is_new and not _is_same(kept, parcel.note.text):
            raise OutsideError(
                "MRS-O-041",
                f"同じ件数の違うものがすでにあります（上書きしません）: {path}",
                f"something else of this size is there already (not overwritten): {path}",
            )
        return Back()


def _is_same(data: bytes, text: str) -> bool:
    try:
        return parse_note(data).text == text
    except ValueError:
        return False
