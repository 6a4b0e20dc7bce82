"""Fonts are found where they were installed, say rightly what they draw, and their lack is told with what to install."""

from __future__ import annotations

import struct
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from morasanu.cli import doctor
from morasanu.cli.language import Speaker
from morasanu.errors import OutsideError
from morasanu.office.paper import font, press
from morasanu.office.paper.coverage import Coverage, read_coverage
from morasanu.office.paper.press import list_lacking, print_form

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(font, "_find_package", lambda: ())
    monkeypatch.setattr(font, "_SYSTEM", (str(tmp_path), str(tmp_path / "absent")))


@pytest.mark.usefixtures("no_fonts")
def test_without_a_font_the_error_says_what_to_install() -> None:
    with pytest.raises(OutsideError) as caught:
        font.choose_fonts("あ")
    assert caught.value.code == "MRS-O-060"
    assert "morasanu[web]" in caught.value.message_ja
    assert "fonts-" in caught.value.message_en


@pytest.mark.usefixtures("no_fonts")
def test_doctor_without_a_font_says_what_to_install() -> None:
    check = doctor._check_paper(Speaker("ja"))
    assert not check.is_there
    assert "morasanu[web]" in check.remedy


def test_doctor_with_a_font_is_content() -> None:
    assert doctor._check_paper(Speaker("ja")) == ("paper", True, "")


def test_without_typst_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(OutsideError, match=r"MRS-O-060: typst"):
        font._list_faces.__wrapped__((str(tmp_path),))


def test_systems_fonts_serve_where_the_package_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = font.choose_fonts("髙")
    monkeypatch.setattr(font, "_find_package", lambda: ())
    monkeypatch.setattr(font, "_SYSTEM", chosen.folders)
    assert font.choose_fonts("髙") == chosen


def test_list_lacking_names_only_what_cannot_be_printed() -> None:
    assert list_lacking(["髙橋 𠮷野 ｱｲｳ", "葛\U000e0100", "か\u3099\n"]) == ()
    assert list_lacking(["山\ue001", "\ud800", "a\u202eb", "\ue001"]) == ("U+202E", "U+D800", "U+E001")
    assert list_lacking([]) == ()


def test_form_counts_only_in_the_font_that_draws_its_character(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = font.Face("Noto Sans JP", "a", 0), font.Face("Noto Serif JP", "b", 0)
    drawn = font._PROBE | {0x845B}
    covered = {"a": Coverage(drawn, frozenset({(0x845B, 0xE0100)})), "b": Coverage(drawn, frozenset())}
    monkeypatch.setattr(font, "_list_faces", lambda _folders: (first, second))
    monkeypatch.setattr(font, "read_coverage", lambda path, _number: covered[path])
    assert font.choose_fonts({"葛"}).lacking == frozenset()
    assert font.choose_fonts({"葛\U000e0100"}).lacking == {"葛\U000e0100"}  # a letter, in Mincho, would lose it
    covered["b"] = covered["a"]
    assert font.choose_fonts({"葛\U000e0100"}).lacking == frozenset()


def test_systems_font_is_asked_for_what_the_chosen_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    own, spare = font.Face("Noto Sans JP", "own/a", 0), font.Face("Any", "other/b", 0)
    covered = {"own/a": Coverage(font._PROBE, frozenset()), "other/b": Coverage(frozenset({0x2A6D6}), frozenset())}
    monkeypatch.setattr(font, "_find_package", lambda: ("own",))
    monkeypatch.setattr(font, "_list_faces", lambda folders: (own,) if folders == ("own",) else (spare,))
    monkeypatch.setattr(font, "read_coverage", lambda path, _number: covered[path])
    assert font.choose_fonts({"あ"}) == (("own",), ("Noto Sans JP",), ("Noto Sans JP",), frozenset())
    families = ("Noto Sans JP", "Any")
    assert font.choose_fonts({"\U0002a6d6", "\U0002a6d7"}) == (("own", "other"), families, families, {"\U0002a6d7"})


def test_child_that_fails_is_an_error_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> subprocess.CompletedProcess[bytes]:
        return subprocess.CompletedProcess([], 1, b"", "山田".encode())

    monkeypatch.setattr(press.subprocess, "run", fail)
    with pytest.raises(OutsideError, match="MRS-O-062") as caught:
        print_form("table.typ", {}, press.date(2026, 1, 1), may_lack=True)
    assert "山田" not in caught.value.message_ja


def test_child_that_hangs_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_args: object, **_options: object) -> None:
        raise subprocess.TimeoutExpired("child", 1)

    monkeypatch.setattr(press.subprocess, "run", hang)
    with pytest.raises(OutsideError, match="MRS-O-062"):
        print_form("table.typ", {}, press.date(2026, 1, 1), may_lack=True)


def _make_font(cmap: bytes, *, in_collection: bool = False) -> bytes:
    start = 16 if in_collection else 0
    head = b"ttcf" + struct.pack(">III", 0x10000, 1, 16) if in_collection else b""
    return head + struct.pack(">IHHHH4sIII", 0x10000, 1, 0, 0, 0, b"cmap", 0, start + 28, len(cmap)) + cmap


FORMAT_4 = struct.pack(">HHHHIHHHHHHH", 0, 1, 3, 1, 12, 4, 0, 0, 6, 0, 0, 0) + struct.pack(
    ">HHHHHHHHHHHHHHHH", 0x42, 0x52, 0xFFFF, 0, 0x41, 0x50, 0xFFFF, 0xFFBF, 0, 1, 0, 4, 0, 5, 0, 7
)


def test_coverage_of_segments_leaves_out_what_comes_out_as_nothing(tmp_path: Path) -> None:
    # A, B by a difference that makes A glyph 0; P to R by a list whose second is 0; the closing segment
    (tmp_path / "a.ttf").write_bytes(_make_font(FORMAT_4))
    assert read_coverage(str(tmp_path / "a.ttf"), 0).characters == {0x42, 0x50, 0x52}


@pytest.mark.parametrize("in_collection", [False, True])
def test_coverage_of_groups_and_forms(tmp_path: Path, in_collection: bool) -> None:
    groups = struct.pack(">HHIII", 12, 0, 40, 0, 2) + struct.pack(">IIIIII", 0x41, 0x42, 0, 0x20BB7, 0x20BB8, 9)
    forms = struct.pack(">HII", 14, 41, 1) + b"\x0e\x01\x00" + struct.pack(">II", 21, 29)
    forms += struct.pack(">I", 1) + b"\x00\x84\x5b\x01" + struct.pack(">I", 1) + b"\x00\x8f\xbb\x00\x09"
    cmap = struct.pack(">HHHHIHHI", 0, 2, 0, 5, 20 + len(groups), 3, 10, 20) + groups + forms
    path = tmp_path / "b.ttc"
    path.write_bytes(_make_font(cmap, in_collection=in_collection))
    expected = {(0x845B, 0xE0100), (0x845C, 0xE0100), (0x8FBB, 0xE0100)}
    assert read_coverage(str(path), 0) == Coverage(frozenset({0x42, 0x20BB7, 0x20BB8}), frozenset(expected))


@pytest.mark.parametrize(
    "data", [b"", b"ttcf", b"\x00\x01\x00\x00\x00\x09", _make_font(b"\x00\x00\x00\x09"), b"junk" * 9]
)
def test_coverage_of_a_broken_font_is_nothing(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "c.ttf").write_bytes(data)
    assert read_coverage(str(tmp_path / "c.ttf"), 0) == (frozenset(), frozenset())
    assert read_coverage(str(tmp_path / "absent.ttf"), 0) == (frozenset(), frozenset())
