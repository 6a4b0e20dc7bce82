"""The record of what left: in order, whole lines, also after a loss of power."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import EvidenceError
from morasanu.ledger.outside.record import find_since, keep, read_left, record_left

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def test_what_left_is_read_as_it_was_recorded(tmp_path: Path) -> None:
    assert read_left(tmp_path) == []
    lefts = [record_left(tmp_path, ("mail", "kansa@bank.example"), size, AT) for size in (1, 5)]
    assert read_left(tmp_path) == lefts
    assert lefts[0].at == "2026-11-25T09:30:00.000000Z"
    assert find_since(lefts, "mail", "kansa@bank.example") == 5
    assert find_since(lefts, "folder", "kansa@bank.example") == 0


def test_line_that_was_cut_costs_itself_only(tmp_path: Path) -> None:
    first = record_left(tmp_path, ("folder", "/mnt/控え"), 1, AT)
    with (tmp_path / "outside.jsonl").open("ab") as file:
        file.write(b'{"at": "2026')
    last = record_left(tmp_path, ("folder", "/mnt/控え"), 2, AT)
    assert read_left(tmp_path) == [first, last]


@pytest.mark.parametrize("line", [b"[]", b"{}", b'{"at":1,"kind":"a","to":"b","size":2}', b"\xff", b"1"])
def test_line_that_is_none_is_passed_over(tmp_path: Path, line: bytes) -> None:
    (tmp_path / "outside.jsonl").write_bytes(line + b"\n")
    assert read_left(tmp_path) == []


def test_what_came_back_is_kept_side_by_side(tmp_path: Path) -> None:
    assert keep(tmp_path, 3, b"note", b"") == "outside/3-0"
    assert keep(tmp_path, 3, b"note", b"token") == "outside/3-1"
    assert {path.name for path in (tmp_path / "outside").iterdir()} == {"3-0.txt", "3-1.txt", "3-1.tsr"}


def test_record_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "outside.jsonl").mkdir()
    with pytest.raises(EvidenceError) as caught:
        record_left(tmp_path, ("mail", "a@bank.example"), 1, AT)
    assert caught.value.code == "MRS-E-013"
