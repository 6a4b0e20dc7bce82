"""Memo files of dBASE and FoxPro."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.extract.made import collect

from morasanu.extract.interface import Task
from morasanu.extract.memo import MemoExtractor
from morasanu.extract.recognise import recognise

FIRST, SECOND = "髙﨑様と面談した\r\n次回は 03-0000-0000".encode("cp932"), "二つ目 ①".encode("cp932")


def block(data: bytes, size: int = 512) -> bytes:
    return data.ljust(-(-len(data) // size) * size, b"\0")


def in_front(memo: bytes) -> bytes:
    return block(b"\xff\xff\x08\0" + struct.pack("<I", len(memo) + 8) + memo)


def fox(memo: bytes, kind: int = 1) -> bytes:
    return block(struct.pack(">II", kind, len(memo)) + memo, 64)


DBASE_3 = block(struct.pack("<I", 3)) + block(FIRST + b"\x1a\x1a") + block(SECOND + b"\x1a")
DBASE_4 = block(struct.pack("<I16xH", 3, 512)) + in_front(FIRST) + in_front(SECOND)
FOX = block(struct.pack(">IHH", 3, 0, 64)) + fox(FIRST) + fox(b"GIF89a", 0) + fox(SECOND)


@pytest.mark.parametrize(("data", "name"), [(DBASE_3, "a.dbt"), (DBASE_4, "A.DBT"), (FOX, "a.fpt")])
def test_memos_are_read(data: bytes, name: str) -> None:
    assert recognise(BytesIO(data), name) == "memo"
    answer = collect(MemoExtractor(), data, Task(name))
    assert answer.pieces == {"memos": "髙﨑様と面談した\n次回は 03-0000-0000\n二つ目 ①\n"}
    assert [member.data for member in answer.members] == ([b"GIF89a"] if name == "a.fpt" else [])


@given(st.binary(max_size=400), st.sampled_from(("a.dbt", "a.fpt")))
def test_memos_of_any_bytes_end(data: bytes, name: str) -> None:
    answer = collect(MemoExtractor(), data[:24].ljust(512, b"\0") + data, Task(name))
    assert len(answer.text) <= 1_024
