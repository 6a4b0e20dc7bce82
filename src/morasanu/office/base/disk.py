"""Whether the data folder can be written: asked before a change is taken, told on every page while it cannot."""

from __future__ import annotations

import os
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from morasanu.rules.load import Words

if TYPE_CHECKING:
    from pathlib import Path

LEAST_BYTES: Final = 50_000_000
"""Less room than this is none: what was begun, and the ledger, have to end well."""


class Fault(StrEnum):
    """Why nothing can be written."""

    FULL = "full"
    READ_ONLY = "read-only"

    @property
    def words(self) -> Words:
        """Return what is wrong and what to do."""
        return _WORDS[self]


_WORDS: Final = {
    Fault.FULL: Words(
        "ディスクの空きが足りないため、いまは保存できません。閲覧は続けられます。空きを作ると、ひとりでに戻ります。",
        "The disk is full: nothing can be saved now, reading goes on. It mends by itself once there is room.",
    ),
    Fault.READ_ONLY: Words(
        "データフォルダーに書き込めないため、いまは保存できません。閲覧は続けられます。権限とディスクを確かめてください。",
        "The data folder cannot be written: nothing can be saved now, reading goes on. See to rights and disk.",
    ),
}


def find_fault(path: Path) -> Fault | None:
    """Return why nothing can be written in the folder, None when it can. Source: POSIX statvfs."""
    try:
        found = os.statvfs(path)
    except OSError:
        return Fault.READ_ONLY
    if found.f_flag & os.ST_RDONLY or not os.access(path, os.W_OK):
        return Fault.READ_ONLY
    return Fault.FULL if found.f_bavail * found.f_frsize < LEAST_BYTES else None
