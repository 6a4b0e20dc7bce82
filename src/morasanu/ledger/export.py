"""What anybody may have of a ledger: checkpoint, tiles, entries, public keys. No record, no private key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.folder import Folder
from morasanu.ledger.key import PUBLIC
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.note import parse_note
from morasanu.proof.tile import list_tiles
from morasanu.proof.verify import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def export_files(source: Folder, target: Path) -> int:
    """Return how many files were copied to the empty or new folder `target`: those that the newest checkpoint needs.

    Raises InputError MRS-I-040 when `target` holds something, MRS-I-042 when there is no checkpoint in `source`, EvidenceError MRS-E-015
    when it is none.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("MRS-I-040", f"空のフォルダーではありません: {target}", f"not an empty folder: {target}")
    data = source.read(CHECKPOINT)
    if data is None:
        raise InputError("MRS-I-042", f"台帳がありません: {source.path}", f"there is no ledger: {source.path}")
    try:
        size = parse_checkpoint(parse_note(data).text).size
    except ValueError as error:
        raise EvidenceError(
            "MRS-E-015", "チェックポイントとして読めません", "the checkpoint cannot be read as one"
        ) from error
    copy = Folder(target)
    count = 0
    for name in _list_names(source, size):
        found = source.read(name)
        if found is not None:
            copy.write(name, found)
            count += 1
    copy.write(CHECKPOINT, data)
    copy.sync()
    return count + 1


def _list_names(source: Folder, size: int) -> Iterator[str]:
    yield PUBLIC
    changes = source.path / "key" / "change"
    for path in sorted(changes.iterdir()) if changes.is_dir() else ():
        yield f"key/change/{path.name}"
    for tile in list_tiles(size):
        yield tile.path
