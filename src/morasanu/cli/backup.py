"""`morasanu backup` and `morasanu restore`: copies of the office's data folder, checked when they are made and before they are put back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from morasanu.errors import InputError
from morasanu.office.backup import drill, make_backup, restore_backup
from morasanu.office.database.choose import find_database
from morasanu.office.place import open_place

if TYPE_CHECKING:
    import argparse

    from morasanu.cli.language import Speaker


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when the copy was made (and drilled), or put back. Raises InputError MRS-I-001, -049, -050, -056, -120 to -123, OutsideError MRS-O-054."""
    if options.verb == "restore":
        place = restore_backup(options.copy, options.data)
        print(say(f"戻しました: {place.path}", f"restored to {place.path}"))
        return 0
    if not options.data.exists():
        raise InputError("MRS-I-001", f"見つかりません: {options.data}", f"not found: {options.data}")
    place = open_place(options.data)
    copied = make_backup(place, datetime.now(UTC), options.to)
    if options.drill:
        drill(copied.path, find_database(place))
    print(
        say(
            f"控えを取り、確かめました: {copied.path}（{copied.rows:,} 行、台帳 {copied.events:,} 件）",
            f"copied and checked: {copied.path} ({copied.rows:,} rows, {copied.events:,} events in the ledger)",
        )
    )
    return 0
