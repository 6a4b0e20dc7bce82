"""Tables to blocks: rows keep their keys, long texts and files in cells are read on their own, nothing unread is silent."""

from __future__ import annotations

import io
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from morasanu.cli.__main__ import main
from morasanu.detect.load import load_engine
from morasanu.errors import InspectError
from morasanu.extract.sandbox import Sandbox
from morasanu.scan.block import BLOCK_CHARS, GridCell
from morasanu.scan.inspect import Format, inspect_block
from morasanu.scan.rows import RowReader
from morasanu.source.interface import Column, Gap, Record, Rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from morasanu.scan.block import Block

COLUMNS = (Column("id", "INTEGER"), Column("氏名", "TEXT"), Column("memo", "TEXT"))


def _rows(records: list[tuple[object, ...]], *, sampled_of: int | None = None) -> Rows:
    batches = iter([tuple(Record(f"id={values[0]}", values) for values in records)])
    return Rows(COLUMNS, batches, sampled_of)


def _read(records: list[tuple[object, ...]]) -> tuple[RowReader, list[Block]]:
    reader = RowReader(None)
    return reader, list(reader.blocks(_rows(records)))


@given(st.lists(st.tuples(st.integers(), st.text(max_size=300), st.text(max_size=300)), max_size=200))
def test_every_row_is_one_line_with_its_key(records: list[tuple[object, ...]]) -> None:
    reader, blocks = _read(records)
    keys = [key for block in blocks for key in (block.grid.keys if block.grid else ())]
    assert keys == [f"id={values[0]}" for values in records]
    lines = [line for block in blocks for line in block.text.split("\n")[:-1]]
    assert len(lines) == reader.rows == len(records)
    assert all(line.count("\t") == 2 for line in lines)
    assert all(len(block.text) <= BLOCK_CHARS for block in blocks)
    assert [block.line for block in blocks] == [
        1 + sum(len(b.grid.keys) for b in blocks[:n] if b.grid) for n in range(len(blocks))
    ]
    assert reader.reason is None


def test_a_finding_is_placed_by_column_and_key() -> None:
    _, (block,) = _read([(7, "佐伯 恵理子", ""), (8, "", "電話 090-1234-5678")])
    inspected = inspect_block(load_engine(()), block, Format.PLAIN, b"key", reveal=False)
    assert {(row.label, row.part) for row in inspected.rows} == {("PERSON", "氏名 id=7"), ("PHONE", "memo id=8")}
    assert inspected.cells == {(1, "PERSON"): 1, (2, "PHONE"): 1}


def test_two_findings_in_one_cell_are_one_row_of_its_column() -> None:
    _, (block,) = _read([(7, "", "電話 090-1234-5678、自宅 03-1234-5678")])
    inspected = inspect_block(load_engine(()), block, Format.PLAIN, b"key", reveal=False)
    assert inspected.counts["PHONE"] == 2  # type: ignore[index]
    assert inspected.cells == {(2, "PHONE"): 1}


def test_a_long_text_in_a_cell_is_read_as_a_document() -> None:
    letter = "お客様の佐伯恵理子様よりご連絡。\n" * 400
    reader, blocks = _read([(1, "a", letter), (2, "b", "")])
    assert [(block.piece, block.part) for block in blocks][:2] == [(1, ""), (2, "memo row 1")]
    assert blocks[1].cell == GridCell(1, 2, "memo id=1")
    assert "".join(block.text for block in blocks if block.part) == letter
    assert blocks[-1].line == 2
    assert reader.rows == 2


def test_a_file_in_a_cell_is_opened() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("名簿.txt", "佐伯 恵理子")
    with Sandbox() as sandbox:
        reader = RowReader(sandbox)
        blocks = list(reader.blocks(_rows([(1, "a", packed.getvalue())])))
    assert blocks[1].part == "memo row 1 › 名簿.txt"
    assert blocks[1].cell == GridCell(1, 2, "memo id=1 › 名簿.txt")
    assert blocks[1].text == "佐伯 恵理子"


def test_bytes_that_are_text_are_read_and_others_are_told_once_a_column() -> None:
    reader, blocks = _read(
        [(1, "a", "佐伯".encode("cp932")), (2, b"\x00\x01\x02\xff", b"\x00\x03"), (3, b"\x00", None)]
    )
    assert "佐伯" in blocks[0].text
    assert [(part, reason.code) for part, reason in reader.unread] == [("氏名", "MRS-X-005"), ("memo", "MRS-X-005")]
    assert reader.unread[0][1].en == "format not supported (2 values)"


def test_a_file_in_a_cell_without_anything_to_open_it_is_told() -> None:
    reader, _ = _read([(1, "a", b"PK\x03\x04" + b"\x00" * 60)])
    assert reader.unread


def test_a_sample_is_told_with_its_size() -> None:
    reader = RowReader(None)
    assert list(reader.blocks(_rows([(1, "a", "b")], sampled_of=1_200_000)))
    assert reader.reason is not None
    assert (reader.reason.code, reader.reason.en) == ("MRS-X-030", "1 of about 1,200,000 rows were read")


def test_rows_before_a_broken_connection_are_given() -> None:
    def breaking() -> Iterator[tuple[Record, ...]]:
        yield (Record("id=1", (1, "佐伯 恵理子", "")),)
        raise InspectError("MRS-X-009", "切れました", "the connection broke")

    reader = RowReader(None)
    blocks = reader.blocks(Rows(COLUMNS, breaking()))
    assert next(blocks).text == "1\t佐伯 恵理子\t\n"
    with pytest.raises(InspectError, match="MRS-X-009"):
        next(blocks)


def test_tables_in_a_file_have_verdicts_and_keep_every_finding(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "台帳.sqlite")) as database, database:
        database.execute("CREATE TABLE 顧客 (id INTEGER, 氏名 TEXT)")
        database.executemany(
            "INSERT INTO 顧客 VALUES (?, ?)", [(n, "佐伯 恵理子" if n % 4 else "") for n in range(600)]
        )
        database.execute("CREATE TABLE 空 (id INTEGER)")
    report = tmp_path / "o"
    assert main(["scan", str(tmp_path / "台帳.sqlite"), "--jsonl", str(report), "--quiet"]) == 0
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    (verdict,) = (row for row in rows if row["type"] == "column")
    assert (verdict["name"], verdict["label"], verdict["found"], verdict["rows"], verdict["share"]) == (
        "顧客.氏名", "PERSON", 450, 600, 0.75,
    )  # fmt: skip
    assert sum(row["type"] == "hit" for row in rows) == 450


@pytest.mark.parametrize("reveal", [False, True])
def test_a_key_that_was_found_to_be_personal_is_not_shown(reveal: bool) -> None:
    columns = (Column("顧客番号", "TEXT"), Column("氏名", "TEXT"))
    batches = iter(
        [(Record("顧客番号=C-104482", ("C-104482", "佐伯 恵理子")), Record("顧客番号=1", ("1", "佐伯 恵理子")))]
    )
    (block,) = RowReader(None).blocks(Rows(columns, batches, key_columns=("顧客番号",)))
    inspected = inspect_block(load_engine(()), block, Format.PLAIN, b"key", reveal=reveal)
    parts = {row.part for row in inspected.rows if row.label == "PERSON"}
    assert parts == {"氏名 顧客番号=C-104482" if reveal else "氏名 row 1", "氏名 顧客番号=1"}


@pytest.mark.parametrize(
    ("key", "reveal", "part"),
    [
        ("顧客番号=C-104482", False, "memo row 1"),
        ("顧客番号=C-104482", True, "memo 顧客番号=C-104482"),
        ("id=17", False, "memo id=17"),
    ],
)
def test_a_document_in_a_cell_does_not_show_a_personal_key(key: str, part: str, *, reveal: bool) -> None:
    batches = iter([(Record(key, ("お客様の佐伯恵理子様よりご連絡。\n" * 200,)),)])
    *_, block = RowReader(None).blocks(Rows((Column("memo", "TEXT"),), batches))
    assert inspect_block(load_engine(()), block, Format.PLAIN, b"key", reveal=reveal).part == part


def test_what_the_source_leaves_out_is_told() -> None:
    gap = Gap("column 写真", InspectError("MRS-X-022", "大きすぎます", "too large"))
    reader = RowReader(None)
    assert not list(reader.blocks(Rows(COLUMNS, iter(()), gaps=[gap])))
    assert [(part, reason.code) for part, reason in reader.unread] == [("column 写真", "MRS-X-022")]


def test_sheets_have_verdicts_when_they_are_tables(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    form, ledger = book.active, book.create_sheet("台帳")
    form.append(["氏名", "佐伯 恵理子"])
    ledger.append(["番号", "氏名", "備考"])
    for number in range(700):
        ledger.append([number, "佐伯 恵理子" if number % 2 else "", "なし"])
    book.save(tmp_path / "a.xlsx")
    target = tmp_path / "out.jsonl"
    main(["scan", str(tmp_path / "a.xlsx"), "--jsonl", str(target), "--quiet"])
    found = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    (verdict,) = (row for row in found if row["type"] == "column")
    assert (verdict["name"], verdict["label"], verdict["found"], verdict["rows"]) == ("台帳.氏名", "PERSON", 350, 701)
    assert sum(row["type"] == "hit" for row in found) == 351


def test_long_texts_count_in_their_columns_verdict_once_a_row_and_few_are_kept(tmp_path: Path) -> None:
    pytest.importorskip("sqlalchemy", reason="the extra sql is not installed")
    letter = "お客様の佐伯恵理子様よりご連絡。\n" * 1_500  # two blocks
    with closing(sqlite3.connect(tmp_path / "core.db")) as database, database:
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, memo TEXT)")
        database.executemany(
            "INSERT INTO t (memo) VALUES (?)", [(letter if n % 2 else "佐伯恵理子様",) for n in range(8)]
        )
    report = tmp_path / "o"
    assert main(["scan", f"sqlite:///{tmp_path}/core.db", "--jsonl", str(report), "--quiet"]) == 0
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    (verdict,) = (row for row in rows if row["type"] == "column" and row["label"] == "PERSON")
    assert (verdict["name"], verdict["found"], verdict["rows"]) == ("memo", 8, 8)
    assert sum(row["type"] == "hit" for row in rows) == 20
    assert {row["part"] for row in rows if row["type"] == "hit"} >= {"memo id=1", "memo id=2"}
