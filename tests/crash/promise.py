"""What a ledger has promised so far, and whether what is found on a disk keeps it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from morasanu.errors import MorasanuError
from morasanu.ledger import ledger, place
from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Draft, Ledger
from morasanu.ledger.sqlite import SqliteStore
from morasanu.proof.event import digest_record, parse_event
from morasanu.proof.verify import Outside, State, verify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.crash.disk import Mark

BEGUN, ATTEMPT, DURABLE, ERASING, ERASED, SEALED = "begun", "attempt", "durable", "erasing", "erased", "sealed"
_QUICK: Final = ("page_size = 4096", "journal_mode = WAL", "synchronous = OFF")
"""For states that are looked at once: recovery is the same, only syncs are left out."""


class Promise:
    """Follows what a run of the ledger said."""

    def __init__(self) -> None:
        self.is_begun = False
        self.entries: list[bytes] = []
        self.attempt: list[bytes] = []
        self.erasing: set[int] = set()
        self.erased: set[int] = set()
        self.heads: list[bytes] = []

    def follow(self, mark: Mark) -> None:
        """Take in what was said next. Raises AssertionError when it contradicts what was said before."""
        value: Any = mark.value
        match mark.word:
            case "begun":
                self.is_begun = True
            case "attempt":
                self.attempt = value
            case "durable":
                both = self.entries + self.attempt
                assert value in {len(self.entries), len(both)}, f"{value} rows, acknowledged {len(self.entries)}"
                self.entries, self.attempt = both[:value], []
            case "erasing":
                self.erasing.add(value)
            case "erased":
                self.erased.add(value)
            case "sealed":
                if value not in self.heads[-1:]:
                    self.heads.append(value)

    def find_fault(self, path: Path, *, goes_on: bool = True) -> str:
        """Return how the ledger in `path` breaks the promise, nothing when it keeps it; with `goes_on` it is opened and used."""
        if not self.is_begun:
            return ""
        try:
            return self._check_rows(path) or _check_files(path, self.heads) or (self._go_on(path) if goes_on else "")
        except MorasanuError as error:
            return error.code

    def _check_rows(self, path: Path) -> str:
        store = SqliteStore(path / "rows.db", settings=_QUICK, log_bytes=0)
        (verdict,) = store._link.execute("pragma integrity_check").fetchone()
        rows = list(store.read(0, store.size))
        store.close()
        found = [row.entry for row in rows]
        if verdict != "ok":
            return "corrupt"
        if found[: len(self.entries)] != self.entries:
            return "lost" if len(found) < len(self.entries) else "changed"
        if found[len(self.entries) :] not in ([], self.attempt):
            return "invented"
        for number, row in enumerate(rows):
            if number in self.erased and row.body:
                return "not erased"
            if number not in self.erasing and digest_record(row.salt, row.body) != parse_event(row.entry).digest:
                return "record lost"
        return ""

    def _go_on(self, path: Path) -> str:
        with patched(partial(SqliteStore, settings=_QUICK, log_bytes=0), Unsynced()), Ledger(path) as opened:
            last = opened.append([Draft("crash.after", "tests", {"found": opened.size})])[-1]
            opened.seal()
            assert opened.prove(last).event.seq >= len(self.entries)
        return _check_files(path, self.heads[-1:])  # which has been compared with all before it


def _check_files(path: Path, heads: Sequence[bytes]) -> str:
    verdict = verify(Folder(path).read, [Outside(str(number), head) for number, head in enumerate(heads)])
    return "" if verdict.state is State.VERIFIED else f"{verdict.where}: {verdict.fault}"


class Unsynced:
    """The calls of `os`, of which `fsync` does nothing."""

    def __getattr__(self, name: str) -> Any:
        return (lambda _: None) if name == "fsync" else getattr(os, name)


def patched(store: Any, system: Any) -> Any:
    """Return a context in which every ledger that is opened has this store, and a folder over `system`."""
    stack = ExitStack()
    stack.enter_context(patch.object(place, "SqliteStore", store))
    stack.enter_context(patch.object(ledger, "Folder", partial(Folder, system=system)))
    return stack
