"""Hostile and damaged uploads: each ends as one clear error within its limits, and the office that asked lives on."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
import zipfile
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING

import openpyxl
import pytest
from tests.unit.extract.made import write_compound
from tests.unit.office.sheet.made import ROW, TABLE, read, save, write

from morasanu.errors import InputError
from morasanu.extract.frame import pack
from morasanu.office.sheet import grid
from morasanu.office.sheet.answer import write_answer
from morasanu.office.sheet.compare import compare
from morasanu.office.sheet.grid import SheetLimits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

WALL_S = 30.0
MEMORY_KB = 700_000
SHEET = "xl/worksheets/sheet1.xml"
OPEN = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSE = "</sheetData></worksheet>"
SMALL = SheetLimits(memory_bytes=400_000_000, cpu_s=10)


def refuse(path: Path, limits: SheetLimits = SMALL) -> str:
    """Return the code with which the file is refused."""
    start = time.monotonic()
    with pytest.raises(InputError) as caught:
        read(path, limits)
    assert time.monotonic() - start < WALL_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 4 * MEMORY_KB
    return caught.value.code


def forge(path: Path, parts: Mapping[str, bytes | str]) -> Path:
    """Write a workbook in which `parts` stand instead of the honest ones."""
    honest = zipfile.ZipFile(save(path.with_name("honest.xlsx"), [("管理番号", "名称"), ("000001", "a")]))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name in honest.namelist():
            if name not in parts:
                package.writestr(name, honest.read(name))
        for name, content in parts.items():
            package.writestr(name, content)
    return path


def cell(place: str, text: str = "x") -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = forge(tmp_path / "a.xlsx", {SHEET: b"<a>" + b" " * 450_000_000})
    assert path.stat().st_size < 1_000_000
    assert refuse(path) == "MRS-I-068"


def test_zip_bomb_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = forge(tmp_path / "a.xlsx", {SHEET: OPEN.encode() + b" " * 30_000_000})
    data = path.read_bytes().replace((30_000_000 + len(OPEN)).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(data)
    assert refuse(path) == "MRS-I-064"


def test_sparse_sheet_is_refused(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'
    path = forge(tmp_path / "a.xlsx", {SHEET: OPEN + rows + CLOSE})
    assert path.stat().st_size < 8_000
    assert refuse(path) in {"MRS-I-062", "MRS-I-063"}


@pytest.mark.parametrize("place", ["&#88;FD1048576", "XFD1048576"])
def test_sparse_sheet_that_hides_from_the_first_look_is_refused(tmp_path: Path, place: str) -> None:
    hidden = f'<c {" " * 400}r="{place}" t="inlineStr"><is><t>x</t></is></c>'
    path = forge(tmp_path / "a.xlsx", {SHEET: f'{OPEN}<row r="1">{cell("A1")}</row><row>{hidden}</row>{CLOSE}'})
    assert refuse(path) in {"MRS-I-062", "MRS-I-063", "MRS-I-064", "MRS-I-065", "MRS-I-068"}


def test_sheet_too_wide_for_its_memory_is_refused(tmp_path: Path) -> None:
    rows = f'<row r="1">{cell("A1")}</row><row r="1048576">{cell("XFD1048576")}</row>'
    path = forge(tmp_path / "a.xlsx", {SHEET: OPEN + rows + CLOSE})
    assert refuse(path, SheetLimits(rows=2_000_000, columns=20_000, memory_bytes=400_000_000)) == "MRS-I-068"


def test_workbook_of_two_million_columns_is_refused(tmp_path: Path) -> None:
    row = "".join(cell(f"{letters}1") for letters in ("A", "CJXGR"))
    assert refuse(forge(tmp_path / "a.xlsx", {SHEET: f'{OPEN}<row r="1">{row}</row>{CLOSE}'})) == "MRS-I-063"


def test_csv_of_two_million_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("管理番号".encode() + b"," * 2_000_000)
    assert refuse(path) == "MRS-I-063"


def test_csv_of_a_million_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("管理番号\n".encode() + b"1\n" * 1_000_000)
    assert refuse(path) == "MRS-I-062"


def test_quote_that_never_ends_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('管理番号,名称\n1,"'.encode() + b"a,b\n" * 500_000)
    assert refuse(path) == "MRS-I-064"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"])
def test_entity_bomb_is_refused(tmp_path: Path, part: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)) + "]><a>&a11;</a>"  # fmt: skip
    assert refuse(forge(tmp_path / "a.xlsx", {part: bomb})) == "MRS-I-064"


def test_shared_text_told_a_million_times_is_refused(tmp_path: Path) -> None:
    shared = (
        f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>{"x" * 30_000}</t></si></sst>'
    )
    rows = "".join(f'<row r="{row}">' + f'<c r="A{row}" t="s"><v>0</v></c>' + "</row>" for row in range(1, 60_000))
    path = forge(tmp_path / "a.xlsx", {SHEET: OPEN + rows + CLOSE, "xl/sharedStrings.xml": shared})
    assert refuse(path) in {"MRS-I-068", "MRS-I-065"}


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.99])
def test_truncated_workbook_is_refused(tmp_path: Path, share: float) -> None:
    path = write(tmp_path / "a.xlsx", [ROW] * 50)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert refuse(path) == "MRS-I-064" if share > 0.02 else refuse(path) in {"MRS-I-060", "MRS-I-064"}


def test_every_cut_and_flipped_byte_leaves_the_parent_alive(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", [ROW] * 3)
    data = path.read_bytes()
    for place in range(40, len(data), len(data) // 12):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        with suppress(InputError):
            read(path, SMALL)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xlsx", "管理番号,名称\n1,a".encode()),
        ("a.xlsx", b"%PDF-1.7\n%\xe2\xe3"),
        ("a.csv", b"\x89PNG\r\n\x1a\n" + bytes(100)),
        ("a.csv", b"MZ" + bytes(range(256)) * 4),
        ("a.xls", b"<html><table><tr><td>1</td></tr></table></html>"),
        ("a.exe", "管理番号,名称\n1,a".encode()),
        ("a", "管理番号,名称\n1,a".encode()),
        ("a.ods", b"PK\x03\x04" + bytes(50)),
    ],
)
def test_wrong_kind_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert refuse(path) == "MRS-I-060"


@pytest.mark.parametrize("name", ["a.csv", "a.xls", "a.ods"])
def test_workbook_under_the_name_of_something_else_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(write(tmp_path / "a.xlsx", [ROW]).read_bytes())
    assert refuse(tmp_path / name) == "MRS-I-060"


def test_archive_and_letter_under_the_name_of_a_workbook_are_refused(tmp_path: Path) -> None:
    for member in ("a.txt", "word/document.xml"):
        path = tmp_path / "a.xlsx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("[Content_Types].xml" if "word" in member else "b.txt", "<a/>")
            package.writestr(member, "<a/>")
        assert refuse(path) == "MRS-I-060"


def test_file_name_is_not_repeated(tmp_path: Path) -> None:
    path = tmp_path / "山田太郎.連絡先"
    path.write_bytes(b"a")
    with pytest.raises(InputError) as caught:
        read(path)
    assert "連絡先" not in caught.value.message_ja + caught.value.message_en
    assert "山田" not in caught.value.message_ja + caught.value.message_en


def test_protected_workbook_is_refused_as_such(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(write_compound({"EncryptedPackage": b"x" * 5_000, "EncryptionInfo": b"x" * 100}))
    assert refuse(path) == "MRS-I-066"


def test_too_large_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.truncate(50_000_000_000)
    assert refuse(path) == "MRS-I-061"


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", '=HYPERLINK("http://a.example","x")']


def test_formula_injection_is_refused_on_the_way_back(tmp_path: Path) -> None:
    rows = [("管理番号", "名称", "件数", "=1+1"), *((f"{n:06}", text, "x", text) for n, text in enumerate(FORMULAS))]
    path = save(tmp_path / "a.xlsx", rows)
    with (tmp_path / "b.xlsx").open("wb") as file:
        write_answer(file, read(path))
    sheet = openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} == {"s"}
    assert [cell.value for cell in sheet["C"]][1:] == FORMULAS


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx"])
def test_formula_of_the_register_is_refused_and_comes_back(tmp_path: Path, name: str) -> None:
    rows = [ROW | {"number": f"{n:06}", "title": text} for n, text in enumerate(FORMULAS)]
    path = write(tmp_path / name, rows)
    assert len(compare(TABLE, read(path).rows, rows).unchanged) == len(rows)


def answer_with(monkeypatch: pytest.MonkeyPatch, *frames: bytes, end: str = "") -> None:
    """Put a child that a file took over in the place of ours: it says `frames`."""
    code = f"import os, sys\nsys.stdout.buffer.write({b''.join(frames)!r})\nsys.stdout.flush()\n{end}"
    monkeypatch.setattr(grid, "_STARTER", code)


@pytest.mark.parametrize(
    ("said", "end", "code"),
    [
        (b"", "os.abort()", "MRS-I-068"),
        (b"\xff\xff\xff\xff", "", "MRS-I-064"),
        (b"\x00\x00\x00\x05nope!", "", "MRS-I-064"),
        (pack(["row", [{"a": 1}]]), "", "MRS-I-064"),
        (pack(["row", [["d", "not a day"]]]), "", "MRS-I-064"),
        (pack(["row", "x"]), "", "MRS-I-064"),
        (pack(["fault", {"a": []}]), "", "MRS-I-064"),
        (pack(["row", ["x"]]) * 11, "", "MRS-I-064"),
        (b"", "import time; time.sleep(600)", "MRS-I-068"),
    ],
)
def test_lying_child_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes, end: str, code: str
) -> None:
    path = write(tmp_path / "a.xlsx", [ROW])
    answer_with(monkeypatch, said, end=end)
    assert refuse(path, SheetLimits(rows=10, cpu_s=1)) == code


def test_child_has_no_rights() -> None:
    """What a file that takes the child over would try: the child gives up its rights before it looks at the file."""
    code = (
        "import io, sys, json; from morasanu.office.sheet import child\n"
        "def attack(*_):\n"
        "    import socket\n"
        "    for deed in (lambda: open('/tmp/x', 'w').write('x' * 9999), lambda: socket.create_connection(('127.0.0.1', 9))):\n"
        "        try: deed()\n"
        "        except OSError as error: sys.stderr.write(type(error).__name__ + ' ')\n"
        "        else: sys.stderr.write('done ')\n"
        "    return iter(())\n"
        "child.read_rows = attack\nsys.argv = ['', json.dumps([500_000_000, 5, 10, 10, 1000, []])]\nchild.main()"
    )
    process = subprocess.run([sys.executable, "-c", code], input=b"x", capture_output=True, check=False)
    assert process.stderr.split() == [b"OSError", b"OSError"]


def test_deep_json_and_half_characters_are_refused_quietly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", [ROW])
    frames = [pack(["row", ["管理番号", "名称", "件数"]]), pack(["row", ["1", "\udfff\x00", "x"]]), pack(["end"])]
    answer_with(monkeypatch, *frames)
    preview = read(path)
    file = BytesIO()
    write_answer(file, preview)
    assert preview.rows[0].values["number"] == "000001"
