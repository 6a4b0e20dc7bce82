"""The office's data folder: where its database, its ledger, its keys and its copies lie. Readable by its owner only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = 1
"""Version of the folder; a newer program brings an older folder up to date when it opens it."""
MARK: Final = "office.json"
_UNFINISHED: Final = frozenset(("backups", "reports", "secret", "secret.new", f"{MARK}.new"))
"""What a process leaves that died while it made the folder."""


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder. `is_demo` says that it holds the invented bank, `today` is the day that it pretends to be (ISO, or empty)."""

    path: Path
    is_demo: bool = False
    today: str = ""

    @property
    def database(self) -> Path:
        """Return the file of the embedded database."""
        return self.path / "office.db"

    @property
    def ledger(self) -> Path:
        """Return the folder of the evidence ledger."""
        return self.path / "ledger"

    @property
    def backups(self) -> Path:
        """Return the folder of the copies."""
        return self.path / "backups"

    @property
    def reports(self) -> Path:
        """Return the folder of what scans from the office leave: state and reports."""
        return self.path / "reports"

    @property
    def files(self) -> Path:
        """Return the folder of files that people gave as evidence, each under its digest."""
        return self.path / "files"

    @property
    def secret(self) -> Path:
        """Return the file of the key that signs sessions."""
        return self.path / "secret"

    @property
    def certificate(self) -> Path:
        """Return the file of the certificate that the office made for itself."""
        return self.path / "tls.crt"

    @property
    def certificate_key(self) -> Path:
        """Return the file of that certificate's key."""
        return self.path / "tls.key"

    @property
    def first_link(self) -> Path:
        """Return the file of the digest of the first administrator's one-time link; gone once it was used."""
        return self.path / "first-link"

    def read_secret(self) -> str:
        """Return the key that signs sessions."""
        return self.secret.read_text(encoding="ascii")


def open_place(path: Path, *, is_demo: bool = False, today: str = "") -> Place:
    """Return the data folder at `path`, made when it is not there yet.

    Raises InputError MRS-I-050 when the folder holds something else or was written by a newer version, OutsideError
    MRS-O-052 when it cannot be written.
    """
    mark = path / MARK
    try:
        if mark.exists():
            return _read(path, mark)
        if path.exists() and (not path.is_dir() or {each.name for each in path.iterdir()} - _UNFINISHED):
            raise InputError(
                "MRS-I-050",
                f"データフォルダーではありません（空でもありません）: {path}",
                f"neither a data folder nor empty: {path}",
            )
        return _make(Place(path, is_demo, today))
    except OSError as error:
        name = os.strerror(error.errno) if error.errno else type(error).__name__
        raise OutsideError(
            "MRS-O-052", f"読み書きできません: {path}（{name}）", f"cannot be read or written: {path} ({name})"
        ) from error


def _make(place: Place) -> Place:
    place.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    place.path.chmod(0o700)
    for folder in (place.backups, place.reports):
        folder.mkdir(mode=0o700, exist_ok=True)
    _write(place.secret, secrets.token_urlsafe(48))
    _write(place.path / MARK, json.dumps({"format": FORMAT, "demo": place.is_demo, "today": place.today}))
    return place


def _read(path: Path, mark: Path) -> Place:
    try:
        facts = json.loads(mark.read_text(encoding="utf-8"))
        version, is_demo, today = int(facts["format"]), bool(facts["demo"]), str(facts["today"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("MRS-I-050", f"{mark} を読めません", f"{mark} cannot be read") from error
    if version > FORMAT:
        raise InputError(
            "MRS-I-050",
            f"{path} は新しい版で作られています。この版では開けません",
            f"{path} was written by a newer version",
        )
    return Place(path, is_demo, today)


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner reads, wholly or not at all."""
    new = path.with_name(f"{path.name}.new")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "w", encoding="utf-8") as file:  # noqa: PTH123 - a handle, no path
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def need(place: Place | None) -> Place:
    """Return the data folder. Raises InputError MRS-I-050 in a process without one."""
    if place is None:
        raise InputError("MRS-I-050", "データフォルダーがありません", "there is no data folder")
    return place


def write_private(path: Path, text: str) -> None:
    """Write `text` to a file in the data folder that only its owner reads, wholly or not at all."""
    _write(path, text)
