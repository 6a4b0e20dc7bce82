"""Copies of a data folder: made while it is in use, checked as a whole, put back into an empty folder. No Django.

A copy is a folder: the database's rows, the ledger with its keys, the folder's own files, and `copy.json` with the digest of each. It
is as secret as the data folder itself.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import tempfile
import time
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import InputError, MorasanuError
from morasanu.ledger.export import export_files
from morasanu.ledger.folder import Folder
from morasanu.office.database import choose, sqlite, tool
from morasanu.office.database.choose import find_database
from morasanu.office.place import open_place, write_private
from morasanu.proof.verify import State, verify

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.office.database.interface import Database
    from morasanu.office.place import Place

_LIST: Final = "copy.json"
_LEDGER_OWN: Final = ("ledger", "key/private", "key/next", "outside.jsonl", "outside")
_ROWS: Final = "ledger/rows.db"
_PART: Final = ".copy-"
_LONGEST_S: Final = 24 * 60 * 60


class Copied(NamedTuple):
    """What a copy holds: how many rows the database has in all, and how many events its ledger has sealed."""

    path: Path
    rows: int
    events: int


def make_backup(
    place: Place, at: dt.datetime, target: Path | None = None, *, database: Database | None = None
) -> Copied:
    """Return a new checked copy of the folder, in `target` or among its own copies; nothing is left when it fails.

    Its rows are those of DATABASE_URL or the folder's own, unless `database` is given. Raises InputError MRS-I-056 when the copy
    does not check, or `target` is there already, and what `Database.dump` raises.
    """
    path = target or place.backups / f"{at:%Y%m%dT%H%M%S%f}"
    if path.exists():
        raise InputError("MRS-I-056", f"もうあります: {path}", f"is there already: {path}")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_PART, dir=path.parent) as name:
        new = Path(name) / "new"
        new.mkdir(mode=0o700)
        (database or find_database(place)).dump(new)
        for file in place.path.iterdir():  # its mark, its secret, settings that people put there
            if file.is_file() and not file.name.startswith((*choose.FILES, ".", place.first_link.name)):
                shutil.copy2(file, new / file.name)
        if place.files.exists():
            shutil.copytree(place.files, new / "files", ignore=shutil.ignore_patterns(".new-*"))
        if place.ledger.exists():  # after the database: the ledger may know more, never less
            _copy_ledger(place.ledger, new / "ledger")
        digests = {str(each.relative_to(new)): _digest(each) for each in sorted(_list_files(new))}
        write_private(new / _LIST, json.dumps({"at": at.isoformat(), "files": digests}, indent=1))
        copied = check_backup(new)
        new.rename(path)
    return copied._replace(path=path)


def check_backup(path: Path) -> Copied:
    """Return what a copy holds. Raises InputError MRS-I-056 when a file is missing, changed or more than listed, or something in it is broken.

    Raises InputError MRS-I-049 when it is of PostgreSQL and cannot be looked into here.
    """
    try:
        digests = json.loads((path / _LIST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _refuse(path, _LIST) from error
    found = {str(each.relative_to(path)) for each in _list_files(path)} - {_LIST}
    for name in sorted(found ^ set(digests)):
        raise _refuse(path, name)
    for name, digest in digests.items():
        if _digest(path / name) != digest:
            raise _refuse(path, name)
    try:
        rows = choose.count_rows(path)
        if _ROWS in digests:
            sqlite.count_rows(path / _ROWS)
    except ValueError as error:
        raise _refuse(path, str(error)) from error
    events = 0
    if "ledger/checkpoint" in digests:
        verdict = verify(Folder(path / "ledger").read, [])
        if verdict.state == State.REFUTED:
            raise _refuse(path, "ledger")
        events = verdict.size
    return Copied(path, rows, events)


def restore_backup(path: Path, target: Path, *, database: Database | None = None) -> Place:
    """Return the data folder that a copy was put back into: empty or new before, whole afterwards or not there at all.

    Its rows go to DATABASE_URL or into the folder, unless `database` is given. Raises InputError MRS-I-056 when the copy does not check,
    MRS-I-050 when `target` holds something, and what `Database.load` raises.
    """
    check_backup(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise InputError("MRS-I-050", f"空のフォルダーではありません: {target}", f"not an empty folder: {target}")
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    try:
        shutil.copytree(path, new, ignore=shutil.ignore_patterns(_LIST, *choose.FILES))
        new.chmod(0o700)
        for folder in ("backups", "reports"):
            (new / folder).mkdir(mode=0o700, exist_ok=True)
        (database or find_database(open_place(new))).load(path)  # the last thing that may fail
        with suppress(OSError):
            target.rmdir()
        new.rename(target)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return open_place(target)


def drill(path: Path, database: Database) -> Copied:
    """Return what came out of a copy when it was put back for trial beside `database`, checked; nothing of the trial stays.

    Raises what `restore_backup` does, InputError MRS-I-122 when there is no room for a trial, MRS-I-056 when other rows came out.
    """
    held = check_backup(path)
    with tempfile.TemporaryDirectory(prefix="morasanu-drill-") as name, database.trial() as trial:
        place = restore_backup(path, Path(name) / "restored", database=trial)
        again = make_backup(place, _read_time(path), Path(name) / "again", database=trial)
        is_same_kind = (path / tool.DUMP).exists() == (again.path / tool.DUMP).exists()  # not after rows were moved
    if is_same_kind and again.rows != held.rows:
        raise _refuse(path, tool.DUMP)
    return again._replace(path=path)


def _read_time(path: Path) -> dt.datetime:
    return dt.datetime.fromisoformat(json.loads((path / _LIST).read_text(encoding="utf-8"))["at"])


def list_copies(place: Place) -> list[Path]:
    """Return the folder's own copies, the oldest first."""
    return sorted(each for each in place.backups.iterdir() if (each / _LIST).exists())


def drop_old(place: Place, keep: int) -> int:
    """Return how many copies were removed so that the newest `keep` stay. What a process left that was killed goes after a day."""
    for each in place.backups.glob(f"{_PART}*"):
        if time.time() - each.stat().st_mtime > _LONGEST_S:
            shutil.rmtree(each, ignore_errors=True)
    old = list_copies(place)[:-keep]
    for each in old:
        shutil.rmtree(each)
    return len(old)


def _copy_ledger(source: Path, target: Path) -> None:
    export_files(Folder(source), target)
    for name in _LEDGER_OWN:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name)
        elif (source / name).exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name)
    if (source / "rows.db").exists():  # after the files: rows beyond the checkpoint are sealed by the next one
        sqlite.copy_file(source / "rows.db", target / "rows.db")


def _list_files(path: Path) -> Iterator[Path]:
    return (each for each in path.rglob("*") if each.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _refuse(path: Path, name: str) -> MorasanuError:
    return InputError(
        "MRS-I-056", f"控え {path} の {name} が正しくありません", f"{name} in the copy {path} is not what it must be"
    )
