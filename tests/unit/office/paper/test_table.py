"""A table holds every cell whole, wraps as Japanese does, repeats its head, counts its pages, and says what it could not draw."""

from __future__ import annotations

import re
from itertools import repeat
from typing import TYPE_CHECKING

import pypdfium2
import pytest
from tests.unit.office.paper.reading import read_pages, read_text
from tests.unit.office.paper.test_letter import NAMES

from morasanu.errors import OutsideError
from morasanu.office.paper.table import MOST_ROWS, Column, PaperTable, write_table

if TYPE_CHECKING:
    from collections.abc import Callable

    Make = Callable[..., PaperTable]


def test_table_of_names_says_each_whole(make_table: Make) -> None:
    text = read_text(write_table(make_table((str(number), name, "住所", "1") for number, name in enumerate(NAMES))))
    assert [name for name in NAMES if name.replace(" ", "") not in text] == []


def test_table_says_its_facts_and_has_boxes(make_table: Make) -> None:
    page = read_pages(write_table(make_table([("1", "山田 太郎", "住所", "1,234")])))[0]
    for words in ("個人データ管理台帳", "部署 リスク統括部", "基準日 令和8年11月23日", "版 第14版", "台帳番号 12,408", "作成", "確認", "承認", "全 1 件", "1 / 1"):  # fmt: skip
        assert words in page


def test_table_over_pages_repeats_its_head_and_counts(make_table: Make) -> None:
    rows = [(str(number), "山田 太郎", "氏名、住所、生年月日", f"{number * 1000:,}") for number in range(1, 101)]
    pages = read_pages(write_table(make_table(rows)))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        assert "本人数" in page
        assert "台帳番号 12,408" in page
        assert f"{number} / {len(pages)}" in page
    numbers = [int(number) for page in pages for number in re.findall(r"([0-9]+) 山田 太郎", page)]
    assert numbers == list(range(1, 101))


def test_table_wraps_long_cells_without_a_stop_at_a_line_start(make_table: Make) -> None:
    said = [
        ("、" if number % 3 else "。」").join(("あ" * number, "漢字ー" * number, "っゃ")) * 9 for number in range(1, 40)
    ]
    lines = [
        line
        for page in read_pages(write_table(make_table([("1", "", text, "") for text in said])))
        for line in page.splitlines()
    ]
    assert len(lines) > 200
    assert [line for line in lines if line.startswith(("、", "。", "」", "ー", "っ", "ゃ"))] == []


def test_table_keeps_a_long_path_within_its_column_and_whole(make_table: Make) -> None:
    path = r"\\hq.shiomi-shinkin.example\share\旧データ\loan_application_archive_00001_final_v2.xlsx"
    cells = (path, "W" * 60, "x" * 80 + " a@b c")
    columns = (Column("場所", 2), Column("氏名", 1), Column("内容", 2))
    pdf = write_table(make_table([cells], columns=columns, is_landscape=False))
    text = read_text(pdf)
    assert path in text.replace("\u200b", "!")  # nothing was put into it
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    starts = [page.search(word).get_next() for word in ("場所", "氏名", "内容")]
    left, middle, right = (page.get_charbox(start[0])[0] for start in starts if start)
    boxes = [(page.get_text_range(at, 1), page.get_charbox(at)) for at in range(page.count_chars())]
    assert all(middle - 1 <= box[0] and box[2] < right for letter, box in boxes if letter == "W")
    assert all(right - 1 <= box[0] for letter, box in boxes if letter == "@")
    assert all(box[2] < middle for letter, box in boxes if letter == "\\")
    assert left < middle < right
    assert "x a@b c" in read_pages(pdf)[0]


def test_table_sets_numbers_to_the_right(make_table: Make) -> None:
    pdf = write_table(make_table([("1", "", "", "7,111"), ("2", "", "", "1,234,567")]))
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage()
    ends = []
    for number in ("7,111", "1,234,567"):
        found = page.search(number).get_next()
        assert found
        ends.append(page.get_charbox(sum(found) - 1)[2])
    assert abs(ends[0] - ends[1]) < 1


def test_table_shows_what_no_font_draws_and_names_it(make_table: Make) -> None:
    page = read_pages(write_table(make_table([("1", "山\ue001 辻\U000e01ef", "a\x07b", "")])))[0]
    assert "山〓 辻" in page
    assert "a〓b" in page
    assert "U+0007、U+8FBB U+E01EF、U+E001" in page


def test_table_whose_characters_are_all_there_says_nothing_of_them(make_table: Make) -> None:
    text = read_text(write_table(make_table([("1", "髙", "", "")])))
    assert "〓" not in text
    assert "U+" not in text


def test_table_without_rows_says_so(make_table: Make) -> None:
    assert "該当するものはありません。" in read_text(write_table(make_table([])))
    assert "There is nothing to list." in read_pages(write_table(make_table([]), "en"))[0]


def test_table_lies_as_asked_on_a4(make_table: Make) -> None:
    across = pypdfium2.PdfDocument(write_table(make_table([])))[0].get_size()
    upright = pypdfium2.PdfDocument(write_table(make_table([], is_landscape=False)))[0].get_size()
    assert tuple(map(round, across)) == (842, 595)
    assert tuple(map(round, upright)) == (595, 842)


def test_same_table_gives_the_same_bytes(make_table: Make) -> None:
    rows = [("1", "𠮷野", "住所", "1,234")]
    assert write_table(make_table(iter(rows))) == write_table(make_table(rows))


def test_table_of_too_many_rows_is_refused_before_it_is_read_whole(make_table: Make) -> None:
    with pytest.raises(OutsideError, match="MRS-O-063"):
        write_table(make_table(repeat(("1", "", "", ""))))
    assert MOST_ROWS >= 1000


def test_table_with_a_cell_too_few_is_an_error(make_table: Make) -> None:
    with pytest.raises(ValueError, match="cells"):
        write_table(make_table([("1", "山田")]))
