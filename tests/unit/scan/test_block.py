"""Cutting long texts: nothing is lost, offsets and lines are right, and blocks bring their header along."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from morasanu.scan.block import BLOCK_CHARS, Block, BlockCutter


def _cut(pieces: list[str]) -> list[Block]:
    cutter = BlockCutter()
    return [block for piece in pieces for block in cutter.feed(piece)] + list(cutter.finish())


_LINES = st.lists(st.text("ab,\t 。\n", max_size=400), max_size=8).map(lambda parts: [part * 40 for part in parts])


@given(_LINES)
def test_blocks_together_are_the_text_whatever_the_pieces(pieces: list[str]) -> None:
    text = "".join(pieces)
    blocks = _cut(pieces)
    assert "".join(block.text for block in blocks) == text
    assert all(len(block.text) <= BLOCK_CHARS for block in blocks)
    for block in blocks:
        before = text[: block.offset]
        assert block.line == before.count("\n") + 1
        assert block.column == len(before) - (before.rfind("\n") + 1) + 1


def test_a_table_brings_its_header_row_to_every_block() -> None:
    header = "番号,氏名,電話"
    rows = "".join(f"{n},山田 太郎,090-0000-{n:04}\n" for n in range(3000))
    blocks = _cut([f"名簿\n{header}\n{rows}"])
    assert len(blocks) > 2
    assert blocks[0].header == ""
    assert all(header in block.header.split("\n") for block in blocks[1:])


def test_an_insert_statement_goes_on_until_its_semicolon() -> None:
    insert = "INSERT INTO customer (id, kanji_name) VALUES\n"
    rows = "".join(f"({n}, '山田'),\n" for n in range(3000))
    blocks = _cut([insert + rows + "(1, 'x');\n" + "select 1;\n" * 3000])
    with_insert = [block for block in blocks[1:] if "kanji_name" in block.header]
    assert with_insert
    assert "kanji_name" not in blocks[-1].header


def test_a_text_without_line_ends_is_cut_at_a_separator() -> None:
    word = "x" * 90 + " "
    blocks = _cut([word * 1000])
    assert len(blocks) > 4
    assert all(block.text.endswith(" ") for block in blocks)


def test_prose_carries_its_last_lines_over() -> None:
    blocks = _cut(
        ["ああああああああああああああああああああああああああああああああああああああああああああああああ\n" * 700]
    )
    assert 0 < len(blocks[1].header) <= 400
