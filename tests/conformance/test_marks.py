"""The reader of the written set: marks become spans, and a document that breaks the format is refused, not skipped."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from tests.conformance.detect.marks import LABELS, MarkError, read_file, read_written, unmark

WRITTEN = Path(__file__).parent / "detect" / "written"


def test_unmark_two_marks_gives_offsets_of_the_plain_text() -> None:
    text, spans = unmark("氏名 ⟦八木 晃|PERSON⟧様 ⟦090-1234-5678|PHONE⟧", "here")
    assert text == "氏名 八木 晃様 090-1234-5678"
    assert [(text[start:end], label) for start, end, label in spans] == [
        ("八木 晃", "PERSON"),
        ("090-1234-5678", "PHONE"),
    ]


def test_unmark_value_over_two_lines_keeps_the_break() -> None:
    text, spans = unmark("⟦汐見市浜町1-2\n　ハイツ3|ADDRESS⟧", "here")
    assert spans == [(0, len(text), "ADDRESS")]


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("⟦八木|NAME⟧", "unknown label"),
        ("⟦ 八木|PERSON⟧", "space at the edge"),
        ("⟦八木|PERSON", "broken mark"),
        ("⟦八木⟧", "broken mark"),
        ("八木|PERSON⟧", "broken mark"),
    ],
)
def test_unmark_broken_mark_is_refused(marked: str, message: str) -> None:
    with pytest.raises(MarkError, match=message):
        unmark(marked, "here")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("=== two words\ntext\n", "bad head"),
        ("text\n=== a\ntext\n", "text before the first head"),
        ("=== a\n\n=== b\ntext\n", "empty document"),
    ],
)
def test_read_file_broken_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(MarkError, match=message):
        list(read_file(path))


def test_read_written_same_id_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("=== same\ntext\n", encoding="utf-8")
    with pytest.raises(MarkError, match="used twice"):
        list(read_written(tmp_path))


def test_read_written_shipped_set_holds_every_label_and_clean_documents() -> None:
    documents = list(read_written(WRITTEN))
    used = {label for _, _, spans in documents for _, _, label in spans}
    assert used == LABELS
    assert sum(not spans for _, _, spans in documents) >= 10
    for name, _, spans in documents:
        assert all(a[1] <= b[0] for a, b in pairwise(spans)), name
