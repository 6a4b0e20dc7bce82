"""What SQLite leaves behind: rows deleted, and logs beside a database, made by SQLite itself."""

from __future__ import annotations

import sqlite3
import struct
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import collect
from tests.unit.extract.test_table import write_sqlite

from morasanu.extract.leftover import EXTRACTORS, LogExtractor
from morasanu.extract.recognise import recognise
from morasanu.extract.table import SqliteExtractor

if TYPE_CHECKING:
    from pathlib import Path

READER = LogExtractor()
ROWS = [("INSERT INTO t VALUES (?, ?, ?)", [number, f"山田{number:03}", "x" * 200]) for number in range(100)]
TABLE = "CREATE TABLE t (id, name, note)"


def test_rows_of_free_pages_come_with_their_columns() -> None:
    answer = collect(SqliteExtractor(), write_sqlite("PRAGMA secure_delete = OFF", TABLE, *ROWS, "DROP TABLE t"))
    assert "CREATE TABLE t" in answer.pieces["gaps between rows"]
    lines = answer.pieces["free pages"].splitlines()
    # the page that lists the others has lost its head: there the columns run together
    assert sum(f"{number}\t山田{number:03}\t{'x' * 200}" in lines for number in range(100)) > 70
    assert all(f"山田{number:03}" in answer.text for number in range(100))
    assert answer.is_complete


def test_row_deleted_from_a_page_in_use_is_read() -> None:
    data = write_sqlite("PRAGMA secure_delete = OFF", TABLE, *ROWS[:5], "DELETE FROM t WHERE id = 2")
    answer = collect(SqliteExtractor(), data)
    assert "山田002" in answer.pieces["gaps between rows"]
    assert "山田002" not in answer.pieces["table t, rows 1-4"]


def test_database_without_leftovers_gives_its_rows_only() -> None:
    assert set(collect(SqliteExtractor(), write_sqlite(TABLE, *ROWS)).pieces) <= {
        "table t, rows 1-100",
        "gaps between rows",
    }
    assert set(collect(SqliteExtractor(), write_sqlite(TABLE, *ROWS[:5])).pieces) == {"table t, rows 1-5"}


def test_leftovers_in_wide_characters_are_told() -> None:
    data = write_sqlite("PRAGMA encoding = 'UTF-16le'", TABLE, *ROWS, "DROP TABLE t")
    assert [out.code for out in collect(SqliteExtractor(), data).unread] == ["MRS-X-027"]


def test_write_ahead_log_is_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", TABLE):
        connection.execute(statement)
    connection.executemany(*(ROWS[0][0], [row[1] for row in ROWS]))
    data = (tmp_path / "a.db-wal").read_bytes()
    connection.close()
    assert recognise(BytesIO(data), "a.db-wal") == "sqlite-log"
    answer = collect(READER, data)
    assert answer.text.splitlines().count(f"42\t山田042\t{'x' * 200}") == 1
    assert answer.is_complete


def test_rollback_journal_is_read(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    connection.execute(TABLE)
    connection.executemany(*(ROWS[0][0], [row[1] for row in ROWS]))
    for statement in ("PRAGMA cache_size = 1", "BEGIN", "UPDATE t SET name = 'gone'"):
        connection.execute(statement)
    data = (tmp_path / "a.db-journal").read_bytes()
    connection.close()
    assert recognise(BytesIO(data), "a.db-journal") == "sqlite-log"
    assert "7\t山田007\t" in collect(READER, data).text


@pytest.mark.parametrize("value", [None, 0, 1, -1, 300, -70_000, 2**40, -(2**60), 1.5, "字", b"\x00blob text\x01"])
def test_every_kind_of_value_comes_out(value: object, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (a, b)"):
        connection.execute(statement)
    connection.execute("INSERT INTO t VALUES ('印', ?)", [value])
    answer = collect(READER, (tmp_path / "a.db-wal").read_bytes())
    connection.close()
    shown = {None: "", 0: "0", 1: "1", b"\x00blob text\x01": "blob text"}.get(value, str(value))  # type: ignore[call-overload]
    assert f"印\t{shown}".rstrip() in [line.rstrip() for line in answer.text.splitlines()]


def test_log_with_a_size_of_nothing_is_told() -> None:
    data = b"\x37\x7f\x06\x82" + struct.pack(">II", 3_007_000, 3) + bytes(100)
    assert [out.code for out in collect(READER, data).unread] == ["MRS-X-021"]


def test_extractors_are_listed() -> None:
    assert [(extractor.formats, extractor.missing()) for extractor in EXTRACTORS] == [(("sqlite-log",), "")]
