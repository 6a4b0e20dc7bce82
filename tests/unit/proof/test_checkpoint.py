"""Checkpoints: the example of C2SP, one spelling, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.proof.refuse import refuses

from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.merkle import EMPTY_ROOT
from morasanu.proof.note import parse_note

# Source: c2sp.org/tlog-checkpoint
EXAMPLE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""
ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
EMPTY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_the_checkpoint_of_the_specification_is_read() -> None:
    note = parse_note(EXAMPLE.encode())
    found = parse_checkpoint(note.text)
    assert found[:2] == ("example.com/behind-the-sofa", 20_852_163)
    assert found.root.hex().startswith("0ac5186a91863e8e")
    assert found.text == note.text


def test_lines_behind_the_third_are_passed_over() -> None:
    assert parse_checkpoint(f"o\n5\n{ROOT}\nmore\nand more\n").size == 5
    assert parse_checkpoint(f"o\n0\n{EMPTY}\n") == Checkpoint("o", 0, EMPTY_ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "o", "o\n", "o\n5\n", f"\n5\n{ROOT}\n", f"o\n\n{ROOT}\n", f"o\n05\n{ROOT}\n", f"o\n-5\n{ROOT}\n", f"o\n+5\n{ROOT}\n", f"o\n5 \n{ROOT}\n",
        f"o\n5_0\n{ROOT}\n", f"o\n５\n{ROOT}\n", f"o\n0x5\n{ROOT}\n", f"o\n{'9' * 20}\n{ROOT}\n", f"o\n5\n{ROOT}", f"o\n5\n{ROOT[:-1]}\n", "o\n5\nAAAA\n",
        f"o\n5\n{ROOT}\n\n", f"o\n5\n{ROOT}\n\nmore\n", f"o\n5\n{ROOT.replace('I=', 'J=')}\n", f"o\n0\n{ROOT}\n", f"o\n5\n{ROOT}\nmore",
    ],
)  # fmt: skip
def test_anything_else_is_no_checkpoint(text: str) -> None:
    assert refuses(parse_checkpoint, text)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.integers(1, 2**62),
    st.binary(min_size=32, max_size=32),
)
def test_a_checkpoint_comes_back(origin: str, size: int, root: bytes) -> None:
    made = Checkpoint(origin, size, root)
    assert parse_checkpoint(made.text) == made


@given(st.text(max_size=80))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    refuses(parse_checkpoint, text)
