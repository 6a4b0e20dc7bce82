"""SQLite files as databases: typing as it comes, text of any kind, and not a byte written beside them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import read, values

from morasanu.errors import InputError, InspectError
from morasanu.source.database.cell import MOST_BYTES
from morasanu.source.database.reader import Pace
from morasanu.source.database.source import open_place
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.source.database.source import DatabaseSource

ODD = ("得意先 一覧", 'a"b', "50%:x/y", "line\nfeed", "select", "%s", "a.b", "' OR 1=1", ":name", "?")


def make(path: Path, *statements: str) -> str:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return f"sqlite:///{path}"


def open_file(url: str, rows: int | None = 10_000) -> DatabaseSource:
    return open_place(url, Access(rows=rows))


def test_tables_come_and_views_and_inner_tables_do_not(tmp_path: Path) -> None:
    url = make(
        tmp_path / "顧客 50%.db", "CREATE TABLE 得意先 (id INTEGER PRIMARY KEY AUTOINCREMENT, 氏名 TEXT)", "CREATE VIEW v AS SELECT 1",
        "INSERT INTO 得意先 (氏名) VALUES ('椿')",
    ).replace("%", "%25")  # fmt: skip
    (item,) = open_file(url).items()
    assert (item.path, item.place, item.problem) == (f"{url}/得意先", url, None)
    assert item.size_bytes > 0
    assert values(open_file(url), item.path) == [(1, "椿")]


def test_odd_names_of_tables_and_columns_are_read(tmp_path: Path) -> None:
    quoted = ['"' + name.replace('"', '""') + '"' for name in ODD]
    url = make(
        tmp_path / "a.db",
        *(f"CREATE TABLE {name} ({name})" for name in quoted),
        *(f"INSERT INTO {name} VALUES ('椿')" for name in quoted),
    )
    source = open_file(url)
    paths = [item.path for item in source.items()]
    assert len(set(paths)) == len(ODD)
    columns = set()
    for path in paths:
        with source.open(path) as rows:
            columns.add(rows.columns[0].name)
            assert [record.values for batch in rows.batches for record in batch] == [("椿",)]
    assert columns == set(ODD)


def test_values_come_as_they_are_whatever_the_column_says(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db", "CREATE TABLE t (a INTEGER, b TEXT, c BLOB, d AS (a) VIRTUAL, e TEXT AS (b) STORED)",
        "INSERT INTO t VALUES ('椿', x'00ff', 1.5)", "INSERT INTO t VALUES (9223372036854775807, NULL, '')",
        f"INSERT INTO t (b) VALUES (CAST(x'{'山田太郎様 御中'.encode('cp932').hex()}' AS TEXT))", "INSERT INTO t (b) VALUES (CAST(x'ff00fe0180' AS TEXT))",
        "INSERT INTO t (a) VALUES ('a' || char(0) || 'b')",
    )  # fmt: skip
    assert values(open_file(url), f"{url}/t") == [
        ("椿", b"\x00\xff", 1.5, b"\x00\xff"),
        (9223372036854775807, None, "", None),
        (None, "山田太郎様 御中", None, "山田太郎様 御中"),
        (None, b"\xff\x00\xfe\x01\x80", None, b"\xff\x00\xfe\x01\x80"),
        ("a\0b", None, None, None),
    ]


def test_keys_are_primary_keys_or_row_numbers(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db", "CREATE TABLE a (x INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (41)",
        "CREATE TABLE b (x TEXT PRIMARY KEY)", "INSERT INTO b VALUES ('yamada@example.jp')",
        "CREATE TABLE c (x TEXT PRIMARY KEY) WITHOUT ROWID", "INSERT INTO c VALUES ('yamada@example.jp')",
        "CREATE TABLE d (rowid TEXT, oid TEXT)", "INSERT INTO d VALUES ('a', 'b')",
        "CREATE TABLE e (rowid TEXT, oid TEXT, _rowid_ TEXT)", "INSERT INTO e VALUES ('a', 'b', 'c')",
    )  # fmt: skip
    source = open_file(url)
    assert [record.key for item in source.items() for record in read(source, item.path)] == [
        "x=41", "rowid=1", "row 1", "rowid=1", "row 1",
    ]  # fmt: skip


def test_nothing_is_written_beside_the_file(tmp_path: Path) -> None:
    url = make(tmp_path / "a.db", "PRAGMA journal_mode = WAL", "CREATE TABLE t (x)", "INSERT INTO t VALUES (1)")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    assert list(before) == [tmp_path / "a.db"]
    source = open_file(url)
    assert [values(source, item.path) for item in source.items()] == [[(1,)]]
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_rows_that_still_stand_in_the_log_are_read(tmp_path: Path) -> None:
    url = make(tmp_path / "a.db", "PRAGMA journal_mode = WAL", "CREATE TABLE t (x)")
    with closing(sqlite3.connect(tmp_path / "a.db")) as writer:
        writer.execute("INSERT INTO t VALUES (1)")
        writer.commit()
        assert values(open_file(url), f"{url}/t") == [(1,)]


def test_nothing_can_be_written_or_run_over_such_a_connection(tmp_path: Path) -> None:
    url = make(tmp_path / "a.db", "CREATE TABLE t (x)")
    with open_file(url)._connect() as connection:
        for attack in (
            "INSERT INTO t VALUES (1)",
            "ATTACH '/tmp/x.db' AS x",
            "PRAGMA journal_mode = WAL",
            "VACUUM INTO 'copy.db'",
            "CREATE TEMP TABLE u (x)",
        ):
            with pytest.raises(Exception, match=r"not authorized|readonly|denied"):
                connection.exec_driver_sql(attack)


def test_a_virtual_table_is_told_unless_its_content_lies_beside_it(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db", "CREATE VIRTUAL TABLE 全文 USING fts5(本文)", "INSERT INTO 全文 VALUES ('椿 次郎')", "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING csv(filename=''a.csv'')')",
    )  # fmt: skip
    source = open_file(url)
    found = {item.path.rsplit("/", 1)[-1]: item.problem and item.problem.code for item in source.items()}
    assert found["far"] == "MRS-X-050"
    assert "全文" not in found
    assert values(source, f"{url}/全文_content") == [(1, "椿 次郎")]


@pytest.mark.parametrize(
    ("content", "code"), [(None, "MRS-I-001"), (b"no database at all, but long enough to be read" * 50, "MRS-I-033")]
)
def test_a_file_that_is_not_there_or_no_database_is_refused(tmp_path: Path, content: bytes | None, code: str) -> None:
    if content is not None:
        (tmp_path / "a.db").write_bytes(content)
    with pytest.raises(InputError) as caught:
        open_file(f"sqlite:///{tmp_path / 'a.db'}")
    assert caught.value.code == code


def test_a_damaged_table_is_told_and_its_siblings_are_read(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db",
        "PRAGMA page_size = 512",
        "CREATE TABLE a (x)",
        "CREATE TABLE b (x)",
        "INSERT INTO b VALUES (1)",
    )
    with closing(sqlite3.connect(tmp_path / "a.db")) as connection:
        connection.executemany("INSERT INTO a VALUES (?)", [("x" * 300,)] * 200)
        connection.commit()
        ((root,),) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'a'")
    data = bytearray((tmp_path / "a.db").read_bytes())
    for page in range(len(data) // 512 - 20, len(data) // 512):
        data[page * 512 : page * 512 + 512] = b"\xa5" * 512
    (tmp_path / "a.db").write_bytes(data)
    assert root
    source = open_file(url, rows=None)
    with pytest.raises(InspectError) as caught:
        read(source, f"{url}/a")
    assert caught.value.code == "MRS-X-021"
    assert values(source, f"{url}/b") == [(1,)]


def test_a_table_that_is_gone_is_told(tmp_path: Path) -> None:
    url = make(tmp_path / "a.db", "CREATE TABLE t (x)")
    source = open_file(url)
    with pytest.raises(InspectError) as caught:
        source.open(f"{url}/u")
    assert caught.value.code == "MRS-X-001"
    (tmp_path / "a.db").unlink()
    with pytest.raises(InspectError):
        source.open(f"{url}/t")
    (item,) = source.items()
    assert item.problem is not None


def test_a_sample_is_spread_and_the_same_every_time(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db", "CREATE TABLE t (x)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO t SELECT i FROM n",
    )  # fmt: skip
    source = open_file(url, rows=300)
    with source.open(f"{url}/t") as rows:
        assert rows.sampled_of == 20_000
        first = [record.values[0] for batch in rows.batches for record in batch]
    assert len(first) == len(set(first)) == 300
    assert len({int(str(x)) * 10 // 20_001 for x in first}) == 10
    assert [row[0] for row in values(source, f"{url}/t")] == first


def test_reading_is_no_faster_than_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = make(tmp_path / "a.db", "CREATE TABLE t (x)", *("INSERT INTO t VALUES (1)" for _ in range(25)))
    slept: list[float] = []
    monkeypatch.setattr(
        "morasanu.source.database.reader.Pace",
        lambda rows_per_s: Pace(rows_per_s, clock=lambda: 0.0, sleep=slept.append),
    )
    source = open_place(url, Access(rows_per_s=10))
    assert len(read(source, f"{url}/t")) == 25
    assert slept[-1] == 2.5
    assert all(later - earlier <= 1 for earlier, later in zip([0.0, *slept], slept, strict=False))


def test_a_long_cell_is_cut_and_told(tmp_path: Path) -> None:
    url = make(
        tmp_path / "a.db", "CREATE TABLE t (x)", f"INSERT INTO t VALUES (CAST(zeroblob({MOST_BYTES + 5}) AS BLOB))"
    )
    with open_place(url, Access()).open(f"{url}/t") as rows:
        ((record,),) = rows.batches
        assert isinstance(record.values[0], bytes)
        assert len(record.values[0]) == MOST_BYTES
        assert [(gap.part, gap.problem.code) for gap in rows.gaps] == [("x", "MRS-X-022")]
