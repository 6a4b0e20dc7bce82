"""An upload between its preview and the moment it is applied: a file of its own, known to one session only."""

from __future__ import annotations

import secrets
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from django.conf import settings
from django.contrib import messages

from morasanu.errors import InputError
from morasanu.office.base.words import say
from morasanu.office.sheet.column import Formatter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from morasanu.office.sheet.column import Cell, Column
    from morasanu.office.sheet.compare import Update
    from morasanu.rules.load import Words

_LONGEST_S: Final = 24 * 60 * 60


class Kept(NamedTuple):
    """An uploaded file: where it lies and what it was called."""

    path: Path
    name: str


def _name_key(request: HttpRequest) -> str:
    """Return where the session keeps the upload: each room has one of its own."""
    match = request.resolver_match
    return f"{match.app_name if match else ''}-upload"


def _find_folder() -> Path:
    """Return the folder of uploads, readable by its owner only."""
    above = settings.PLACE.path if settings.PLACE else Path(tempfile.gettempdir())
    folder: Path = above / "uploads" if settings.PLACE else above / "morasanu-uploads"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def keep_upload(request: HttpRequest, given: UploadedFile[Any]) -> None:
    """Keep an upload for this session and room, in the place of one before it. Raises InputError MRS-I-061 when it is too large."""
    if (given.size or 0) > settings.UPLOAD_LIMIT_BYTES:
        raise InputError(
            "MRS-I-061",
            f"ファイルが大きすぎます（上限 {settings.UPLOAD_LIMIT_BYTES:,} バイト）",
            f"the file is too large (at most {settings.UPLOAD_LIMIT_BYTES:,} bytes)",
        )
    forget_upload(request)
    folder = _find_folder()
    _clear_old(folder)
    key = secrets.token_hex(16)
    path = folder / key
    path.touch(mode=0o600)
    with path.open("wb") as file:
        for chunk in given.chunks():
            file.write(chunk)
    request.session[_name_key(request)] = {"key": key, "name": (given.name or "")[-100:]}


def find_upload(request: HttpRequest) -> Kept:
    """Return the upload of this session. Raises InputError MRS-I-088 when there is none any more."""
    kept = request.session.get(_name_key(request))
    path = _find_folder() / kept["key"] if kept else None
    if kept is None or path is None or not path.is_file():
        raise InputError("MRS-I-088", "もう一度ファイルを選んでください", "choose the file again")
    return Kept(path, kept["name"])


def forget_upload(request: HttpRequest) -> None:
    """Delete the upload of this session, if there is one."""
    kept = request.session.pop(_name_key(request), None)
    if kept:
        (_find_folder() / kept["key"]).unlink(missing_ok=True)


def _clear_old(folder: Path) -> None:
    """Delete what sessions have left behind."""
    limit = time.time() - _LONGEST_S
    for path in folder.iterdir():
        if path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)


def describe_update(
    update: Update, columns: Mapping[str, Column], language: str
) -> tuple[str, int, list[tuple[Words, Cell, Cell, bool]]]:
    """Return a row that changes as people read it: its key, its row in the file, and each cell's title, old, new, and whether it is doubtful."""
    cells = [
        (
            columns[each.column].title,
            Formatter(columns[each.column], language).say(each.old),
            Formatter(columns[each.column], language).say(each.new),
            each.is_doubtful,
        )
        for each in update.changes
    ]
    return update.key, update.row.number, cells


def tell(request: HttpRequest, inserted: int, updated: int) -> None:
    """Say on the next page what an import has done."""
    messages.success(
        request, say(f"{inserted} 件を加え、{updated} 件を直しました。", f"{inserted} were added, {updated} changed.")
    )
