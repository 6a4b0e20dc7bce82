"""SQLite, Parquet and dBASE."""

from __future__ import annotations

import sqlite3
import struct
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import MARKERS, collect

from morasanu.extract.interface import Limits, Piece, Task
from morasanu.extract.recognise import recognise
from morasanu.extract.table import EXTRACTORS, DbfExtractor, ParquetExtractor, SqliteExtractor

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_sqlite(*statements: str | tuple[str, Sequence[object]]) -> bytes:
    """Return a database after `statements`, each alone or with its parameters."""
    connection = sqlite3.connect(":memory:")
    for statement in statements:
        connection.execute(*((statement,) if isinstance(statement, str) else statement))
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def write_dbf(
    rows: Sequence[bytes], fields: Sequence[tuple[bytes, bytes, int]], page: int = 0x7B, claims: int = 0
) -> bytes:
    """Return a dBASE table; a row is its mark and its padded values."""
    size = 1 + sum(field[2] for field in fields)
    head = struct.pack("<4BIHH16xBBH", 3, 126, 11, 1, claims or len(rows), 33 + 32 * len(fields), size, 0, page, 0)
    listed = b"".join(
        name.ljust(11, b"\0") + kind + bytes(4) + bytes((length, 0)) + bytes(14) for name, kind, length in fields
    )
    return head + listed + b"\r" + b"".join(rows) + b"\x1a"


def test_rows_come_in_pieces_with_the_names_of_their_columns() -> None:
    insert = "INSERT INTO 顧客 WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 1201) SELECT x, '名' || x FROM n"
    data = write_sqlite('CREATE TABLE 顧客 (id INTEGER PRIMARY KEY, "氏 名" TEXT)', insert)
    pieces = [out for out in SqliteExtractor().extract(BytesIO(data), Task("a.db")) if isinstance(out, Piece)]
    schema, *pieces = pieces
    assert "氏 名" in schema.text
    assert [piece.part for piece in pieces] == [
        f"table 顧客, rows {rows}" for rows in ("1-500", "501-1000", "1001-1201")
    ]
    assert {piece.header for piece in pieces} == {"id\t氏 名"}
    assert pieces[1].text.startswith("501\t名501\n502\t名502\n")


def test_markers_and_other_charsets_come_whole_and_on_one_line() -> None:
    rows = [("INSERT INTO t VALUES (?)", [line]) for line in MARKERS]
    odd = ("INSERT INTO t VALUES (CAST(? AS TEXT))", ["髙橋 花子".encode("cp932")])
    lines = ("INSERT INTO t VALUES (?)", ["東京都\r\n千代田区\t一"])
    answer = collect(SqliteExtractor(), write_sqlite("CREATE TABLE t (a)", *rows, odd, lines))
    assert answer.text.splitlines() == [*MARKERS, "髙橋 花子", "東京都 千代田区 一"]


def test_bytes_in_cells_come_as_files_or_as_text() -> None:
    values = [b"%PDF-1.7 x", "髙橋".encode("cp932"), "日本".encode(), b"\x00\x01\x02", None]
    statements = [("INSERT INTO t VALUES (?)", [value]) for value in values]
    answer = collect(SqliteExtractor(), write_sqlite("CREATE TABLE t (a BLOB)", *statements))
    assert answer.text == "\n髙橋\n日本\n\n\n"
    assert [(member.part, member.data) for member in answer.members] == [("table t, row 1", b"%PDF-1.7 x")]


def test_only_plain_tables_are_read() -> None:
    answer = collect(
        SqliteExtractor(),
        write_sqlite(
            'CREATE TABLE "a""b" ("x""y", z AS ("x""y" + 1))',
            'INSERT INTO "a""b" VALUES (1)',
            'CREATE VIEW v AS SELECT * FROM "a""b"',
            "CREATE TABLE w (k PRIMARY KEY, v) WITHOUT ROWID",
            "INSERT INTO w VALUES ('鍵', '値')",
        ),
    )
    assert answer.pieces == {'table a"b, rows 1-1': "1\n", "table w, rows 1-1": "鍵\t値\n"}


def test_database_with_a_log_beside_it_is_read() -> None:
    data = bytearray(write_sqlite("CREATE TABLE t (a)", "INSERT INTO t VALUES ('x')"))
    data[18:20] = b"\x02\x02"
    assert collect(SqliteExtractor(), bytes(data)).text == "x\n"


def test_database_too_large_for_memory_is_a_limit() -> None:
    task = Task("a.db", limits=Limits(member_bytes=1_000))
    assert collect(SqliteExtractor(), write_sqlite("CREATE TABLE t (a)"), task).error == "MRS-X-022"


def test_rows_beyond_the_total_are_a_limit() -> None:
    insert = "INSERT INTO t WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5000) SELECT x FROM n"
    task = Task("a.db", limits=Limits(total_bytes=3_000))
    answer = collect(SqliteExtractor(), write_sqlite("CREATE TABLE t (a)", insert), task)
    assert len(answer.pieces) == 2
    assert [(out.part, out.code) for out in answer.unread] == [("table t, rows 1001-", "MRS-X-022")]


def write_parquet(rows: int = 1_201) -> bytes:
    """Return a Parquet file of two columns in row groups of 700."""
    arrow = pytest.importorskip("pyarrow", reason="the extra `table` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    names = [MARKERS[number % len(MARKERS)] for number in range(rows)]
    file = BytesIO()
    parquet.write_table(arrow.table({"氏名": names, "n": list(range(rows))}), file, row_group_size=700)
    return file.getvalue()


def test_parquet_rows_come_in_pieces() -> None:
    pieces = [
        out for out in ParquetExtractor().extract(BytesIO(write_parquet()), Task("a.parquet")) if isinstance(out, Piece)
    ]
    assert [piece.part for piece in pieces] == ["metadata", "rows 1-500", "rows 501-1000", "rows 1001-1201"]
    assert pieces[1].header == "氏名\tn"
    assert pieces[1].text.startswith(f"{MARKERS[0]}\t0\n{MARKERS[1]}\t1\n")


def test_parquet_nested_values_and_nulls_become_text() -> None:
    arrow = pytest.importorskip("pyarrow", reason="the extra `table` is not installed")
    parquet = pytest.importorskip("pyarrow.parquet")
    file = BytesIO()
    parquet.write_table(arrow.table({"a": [["東", "西"], None], "b": ["髙橋".encode("cp932"), b""]}), file)
    assert collect(ParquetExtractor(), file.getvalue()).text == "['東', '西']\t髙橋\n\t\n"


def test_parquet_encrypted_is_told() -> None:
    assert collect(ParquetExtractor(), b"PAR1" + bytes(50) + b"PARE").error == "MRS-X-020"


FIELDS = ((b"NAME", b"C", 24), (b"AGE", b"N", 3))


def _row(mark: bytes, name: str, age: int) -> bytes:
    return mark + name.encode("cp932").ljust(24) + b"%3d" % age


def test_dbf_rows_are_read_in_their_code_page_deleted_ones_too() -> None:
    data = write_dbf([_row(b" ", "山田太郎 ①㈱髙﨑", 42), _row(b"*", "ﾔﾏﾀﾞ", 7)], FIELDS)
    answer = collect(DbfExtractor(), data)
    assert answer.pieces == {"rows 1-2": "山田太郎 ①㈱髙﨑\t42\nﾔﾏﾀﾞ\t7\n"}
    assert answer.is_complete


@pytest.mark.parametrize("page", [0x00, 0x13, 0xEE])
def test_dbf_without_a_known_code_page_is_guessed(page: int) -> None:
    assert collect(DbfExtractor(), write_dbf([_row(b" ", "山田太郎", 42)], FIELDS, page)).text == "山田太郎\t42\n"


def test_dbf_memo_is_told_when_a_row_has_one() -> None:
    fields = ((b"A", b"C", 2), (b"M", b"M", 10))
    assert collect(DbfExtractor(), write_dbf([b" ab" + b" " * 10], fields)).is_complete
    answer = collect(DbfExtractor(), write_dbf([b" ab" + b"12".rjust(10)], fields))
    assert [(out.part, out.code) for out in answer.unread] == [("column M", "MRS-X-005")]


def test_dbf_binary_numbers_are_read() -> None:
    fields = ((b"I", b"I", 4), (b"B", b"B", 8), (b"Y", b"Y", 8), (b"T", b"T", 8))
    row = b" " + struct.pack("<idq", -5, 1.5, 123_456) + bytes(8)
    assert collect(DbfExtractor(), write_dbf([row], fields)).text == "-5\t1.5\t12.3456\t\n"


def test_dbf_with_fewer_rows_than_claimed_is_told() -> None:
    answer = collect(DbfExtractor(), write_dbf([_row(b" ", "山田", 1)], FIELDS, claims=9))
    assert [(out.part, out.code) for out in answer.unread] == [("rows 2-9", "MRS-X-021")]


def test_dbf_rows_beyond_the_claim_are_read() -> None:
    rows = [_row(b" ", "山田", 1), _row(b" ", "花子", 2)]
    assert "花子" in collect(DbfExtractor(), write_dbf(rows, FIELDS, claims=1)).text


def test_extractors_are_listed_and_miss_nothing() -> None:
    assert [extractor.formats for extractor in EXTRACTORS] == [("sqlite",), ("parquet", "arrow", "orc"), ("dbf",)]
    assert [extractor.missing() for extractor in EXTRACTORS[::2]] == ["", ""]


def test_text_among_other_bytes_of_a_cell_is_read() -> None:
    values = (
        b"\x08\x01\x12" + "山田太郎".encode() + b"\x00\x80",
        "髙橋よし子 様".encode("utf-16-le"),
        bytes(range(1, 32)),
    )
    rows = [f"INSERT INTO t VALUES (x'{value.hex()}')" for value in values]
    pieces = collect(SqliteExtractor(), write_sqlite("CREATE TABLE t (a BLOB)", *rows)).pieces
    assert pieces["table t, rows 1-3"] == "山田太郎\n髙橋よし子 様\n\n"


def test_statements_of_the_schema_that_say_something_are_read() -> None:
    data = write_sqlite(
        "CREATE TABLE t (a TEXT DEFAULT '山田')", "CREATE TABLE u (b)", "CREATE VIEW v AS SELECT 'taro@example.jp' AS x"
    )
    assert collect(SqliteExtractor(), data).pieces == {
        "schema": "CREATE TABLE t (a TEXT DEFAULT '山田')\nCREATE VIEW v AS SELECT 'taro@example.jp' AS x\n"
    }


def test_notes_of_a_parquet_file_are_read() -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    column = arrow.field("a", arrow.string(), metadata={"出所": "顧客 山田"})
    table = arrow.table({"a": ["x"]}, schema=arrow.schema([column], metadata={"tool": "a", "担当": "髙橋"}))
    file = BytesIO()
    parquet.write_table(table, file)
    pieces = collect(ParquetExtractor(), file.getvalue()).pieces
    assert "担当\t髙橋\n" in pieces["metadata"]
    assert "出所\t顧客 山田\n" in pieces["metadata"]
    assert "tool" not in pieces["metadata"]


@pytest.mark.parametrize("form", ["parquet", "arrow", "orc"])
def test_formats_of_arrow_give_rows_and_names_of_columns(form: str) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra `table` is not installed")
    rows = pa.table({"山田様": ["髙﨑"] * 700, "b": list(range(700))})
    made = BytesIO()
    if form == "parquet":
        pytest.importorskip("pyarrow.parquet").write_table(rows, made)
    elif form == "orc":
        pytest.importorskip("pyarrow.orc").write_table(rows, made)
    else:
        pytest.importorskip("pyarrow.feather").write_feather(rows, made)
    made.seek(0)
    assert recognise(made, "a") == form
    answer = collect(ParquetExtractor(), made.getvalue())
    assert answer.pieces["metadata"] == "山田様\n"
    assert answer.pieces["rows 501-700"].startswith("髙﨑\t500\n")
    assert answer.is_complete


def test_text_that_begins_like_orc_is_text() -> None:
    assert recognise(BytesIO(b"ORCHID 03-0000-0000"), "a.txt") == ""
