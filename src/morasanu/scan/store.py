"""The state file of a scan: what was seen, so that an unchanged file is not read again and reports stream from disk.

SQLite, readable by its owner only. Names of persons are in it as keyed hashes, values as they are shown.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from morasanu.errors import InputError, OutsideError
from morasanu.scan.model import ColumnVerdict, Reason, Status
from morasanu.scan.person import PersonSketch
from morasanu.scan.show import show_path, show_text
from morasanu.scan.stored import WORDS_HELD, StoredResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from morasanu.finding import Label
    from morasanu.scan.inspect import Row
    from morasanu.source.interface import Item

_FORMAT: Final = "morasanu-scan-3"
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS file (
  id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE, shown TEXT NOT NULL, place TEXT NOT NULL, size INTEGER NOT NULL,
  version TEXT NOT NULL, settings TEXT NOT NULL DEFAULT '', scan INTEGER NOT NULL, read_in INTEGER NOT NULL DEFAULT 0,
  charset TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '',
  counts TEXT NOT NULL DEFAULT '{}', classes TEXT NOT NULL DEFAULT '{}', persons BLOB NOT NULL DEFAULT x'');
CREATE INDEX IF NOT EXISTS file_shown ON file (shown);
CREATE TABLE IF NOT EXISTS word (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS hit (
  file INTEGER NOT NULL, line INTEGER NOT NULL, col INTEGER NOT NULL, end_line INTEGER NOT NULL, end_col INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL,
  label INTEGER NOT NULL, score REAL NOT NULL, why INTEGER NOT NULL, classes INTEGER NOT NULL, shown TEXT NOT NULL,
  piece INTEGER NOT NULL, part INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS hit_file ON hit (file, piece, start);
CREATE TABLE IF NOT EXISTS unread (file INTEGER NOT NULL, part TEXT NOT NULL, code TEXT NOT NULL, ja TEXT NOT NULL, en TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS unread_file ON unread (file);
CREATE TABLE IF NOT EXISTS verdict (
  file INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, label INTEGER NOT NULL, found INTEGER NOT NULL, rows INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS verdict_file ON verdict (file);
"""
_DETAILS: Final = ("hit", "unread", "verdict")
"""The tables of what is inside files."""


@dataclass(frozen=True, slots=True)
class Todo:
    """A listed file that is to be read."""

    id: int
    path: str
    size_bytes: int
    version: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file."""

    charset: str
    status: Status
    reason: Reason | None
    counts: Counter[Label] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    persons: PersonSketch = field(default_factory=PersonSketch)


class ScanStore(StoredResult):
    """One scan's state and result; also a `ScanResult`. Use as a context manager."""

    def __init__(self, path: Path, roots: Iterable[str], settings: str) -> None:
        """Open or create the state file for a scan of `roots` under `settings` (a digest of rules and options).

        Raises InputError MRS-I-006 when the file is not a state file of these roots, MRS-I-007 when another scan uses it.
        """
        super().__init__()
        self._settings = settings
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            is_new = path.stat().st_size == 0
            if is_new:
                path.chmod(0o600)
            self._db = sqlite3.connect(path, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise _not_writable() from error
        try:
            self._open(json.dumps(sorted(roots), ensure_ascii=True), is_new=is_new)
        except sqlite3.OperationalError as error:
            self._db.close()
            if "no such" in str(error):  # another program's tables
                raise _not_a_state_file() from error
            if "locked" in str(error):
                raise InputError(
                    "MRS-I-007", "この状態ファイルは別の走査が使っています", "another scan is using this state file"
                ) from error
            raise _not_writable() from error
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise _not_a_state_file() from error
        except InputError:
            self._db.close()
            raise
        self._word_id = lru_cache(WORDS_HELD)(self._find_word)
        self._words_id = lru_cache(WORDS_HELD)(self._find_words)

    def _open(self, roots: str, *, is_new: bool) -> None:
        db = self._db
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("PRAGMA busy_timeout = 500")
        db.execute("PRAGMA secure_delete = ON")  # what was revealed once does not stay in free pages
        db.execute("BEGIN EXCLUSIVE")
        if is_new:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            start = {"format": _FORMAT, "roots": roots, "key": secrets.token_hex(32), "scan": "0"}
            db.executemany("INSERT INTO meta VALUES (?, ?)", start.items())
        elif self._meta("format") != _FORMAT or self._meta("roots") != roots:
            db.execute("ROLLBACK")
            raise _not_a_state_file()
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = WAL")  # only now that the file is known to be ours
        db.execute("PRAGMA synchronous = NORMAL")  # a lost tail is read again, nothing is acknowledged
        db.execute("BEGIN EXCLUSIVE")
        self._scan = int(self._meta("scan")) + 1
        db.execute("UPDATE meta SET value = ? WHERE name = 'scan'", (str(self._scan),))
        db.execute("COMMIT")
        self.key = bytes.fromhex(self._meta("key"))

    def __enter__(self) -> Self:
        """Return self."""
        return self

    def __exit__(self, _: object, error: object, __: object) -> None:
        """Close the file. Raises OutsideError MRS-O-002 when it was the file that could not be written."""
        with suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        self._db.close()
        if isinstance(error, sqlite3.Error):
            raise _not_writable() from error

    def _meta(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def list_items(self, items: Iterable[Item]) -> None:
        """Keep what there is to look into; records of what is no longer there are dropped."""
        with self._db:  # an exception of `items` rolls back
            self._list(items)

    def _list(self, items: Iterable[Item]) -> None:
        db = self._db
        db.execute("BEGIN")
        for item in items:
            row = (os.fsencode(item.path), show_path(item.path), show_path(item.place), item.size_bytes, item.version)
            db.execute(
                "INSERT INTO file (path, shown, place, size, version, scan) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET"
                " scan = excluded.scan, shown = excluded.shown, place = excluded.place, size = excluded.size,"
                " settings = CASE WHEN version = excluded.version THEN settings ELSE '' END, version = excluded.version",
                (*row, self._scan),
            )
            if item.problem is not None:
                problem = item.problem
                reason = Reason(problem.code, problem.message_ja, problem.message_en)
                status = Status.INSPECTED if problem.code == "MRS-X-007" else Status.NOT_INSPECTED
                number = db.execute("SELECT id FROM file WHERE path = ?", row[:1]).fetchone()[0]
                self._forget(number)
                self._record(number, Outcome("", status, reason))
        for table in _DETAILS:
            db.execute(f"DELETE FROM {table} WHERE file IN (SELECT id FROM file WHERE scan < ?)", (self._scan,))  # noqa: S608
        db.execute("DELETE FROM file WHERE scan < ?", (self._scan,))

    def todo(self) -> Iterator[Todo]:
        """Yield the files to read, in path order: new, changed, last read under other settings, or not finished."""
        last, last_id = "", 0
        while True:
            rows = self._db.execute(
                "SELECT id, path, size, version, shown FROM file WHERE scan = ? AND read_in < ? AND settings <> ? AND (shown, id) > (?, ?)"
                " ORDER BY shown, id LIMIT 500",
                (self._scan, self._scan, self._settings, last, last_id),
            ).fetchall()
            if not rows:
                return
            for number, path, size, version, shown in rows:
                last, last_id = shown, number
                yield Todo(number, os.fsdecode(path), size, version)

    def sizes(self) -> tuple[int, int]:
        """Return how many files are to be read and their bytes."""
        count, size = self._db.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM file WHERE scan = ? AND read_in < ? AND settings <> ?",
            (self._scan, self._scan, self._settings),
        ).fetchone()
        return count, size

    def count_listed(self) -> int:
        """Return how many files the scan has before it, those that are read already among them."""
        return int(self._db.execute("SELECT count(*) FROM file WHERE scan = ?", (self._scan,)).fetchone()[0])

    def begin_file(self, number: int) -> None:
        """Forget what an earlier scan found in the file; rows may be added until `finish_file`."""
        self._db.execute("BEGIN")
        self._forget(number)

    def _forget(self, number: int) -> None:
        for table in _DETAILS:
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", (number,))  # noqa: S608

    def add_rows(self, number: int, rows: Iterable[Row], piece: int = 0, part: str = "") -> None:
        """Add findings of the file that was begun, found in one piece of it."""
        word, words = self._word_id, self._words_id
        where = word(show_path(part))
        self._db.executemany(
            "INSERT INTO hit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                (
                    number,
                    r.line,
                    r.column,
                    r.end_line,
                    r.end_column,
                    r.start,
                    r.end,
                    word(r.label),
                    r.score,
                    words(r.why),
                    words(r.classes),
                    show_text(r.shown),
                    piece,
                    word(show_path(r.part)) if r.part else where,
                )
                for r in rows
            ),
        )

    def add_unread(self, number: int, part: str, reason: Reason) -> None:
        """Add something inside the file that was begun that could not be read."""
        self._db.execute("INSERT INTO unread VALUES (?, ?, ?, ?, ?)", (number, show_path(part), *reason))

    def add_columns(self, number: int, verdicts: Iterable[ColumnVerdict]) -> None:
        """Add what the columns hold of the table that was begun."""
        self._db.executemany(
            "INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?)",
            (
                (number, show_path(v.column), show_text(v.type), self._word_id(v.label), v.found, v.rows)
                for v in verdicts
            ),
        )

    def finish_file(self, number: int, outcome: Outcome, *, is_final: bool) -> None:
        """Record what became of the file that was begun; unless `is_final`, the next scan reads it again."""
        self._record(number, outcome)
        if is_final:
            self._db.execute("UPDATE file SET settings = ? WHERE id = ?", (self._settings, number))
        self._db.execute("COMMIT")

    def _record(self, number: int, outcome: Outcome) -> None:
        self._db.execute(
            "UPDATE file SET charset = ?, status = ?, reason = ?, counts = ?, classes = ?, persons = ?, read_in = ?, settings = '' WHERE id = ?",
            (
                outcome.charset,
                str(outcome.status),
                "\n".join(outcome.reason) if outcome.reason else "",
                json.dumps(outcome.counts),
                json.dumps(outcome.classes),
                outcome.persons.pack(),
                self._scan,
                number,
            ),
        )

    def give_up(self, reason: Reason) -> None:
        """Mark every file that was not reached as not inspected; the next scan reads them."""
        which = (self._scan, self._scan, self._settings)
        for table in _DETAILS:
            self._db.execute(
                f"DELETE FROM {table} WHERE file IN (SELECT id FROM file WHERE scan = ? AND read_in < ? AND settings <> ?)",  # noqa: S608
                which,
            )
        self._db.execute(
            "UPDATE file SET status = ?, reason = ?, read_in = ?, counts = '{}', classes = '{}', persons = ?, settings = ''"
            " WHERE scan = ? AND read_in < ? AND settings <> ?",
            (str(Status.NOT_INSPECTED), "\n".join(reason), self._scan, PersonSketch().pack(), *which),
        )

    def _find_word(self, text: str) -> int:
        self._db.execute("INSERT OR IGNORE INTO word (text) VALUES (?)", (text,))
        return int(self._db.execute("SELECT id FROM word WHERE text = ?", (text,)).fetchone()[0])

    def _find_words(self, words: tuple[str, ...]) -> int:
        return self._word_id("\n".join(words))


def _not_writable() -> OutsideError:
    return OutsideError(
        "MRS-O-002",
        "状態ファイルに書き込めません（ディスクの空きなど）",
        "the state file cannot be written (disk full?)",
    )


def _not_a_state_file() -> InputError:
    return InputError(
        "MRS-I-006",
        "状態ファイルではないか、別の場所の走査のものです",
        "not a state file, or one of a scan of other places",
    )
