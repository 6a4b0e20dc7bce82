"""Hostile and damaged files as a scan meets them: what each costs the child that reads it, and that none is taken for clean."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import sqlite3
import tarfile
import zipfile
import zlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from tests.attack import test_archive_attack as archive
from tests.attack import test_office_attack as office
from tests.unit.extract.made import write_pdf, write_stream

from morasanu.cli.__main__ import main
from morasanu.extract.interface import Unread
from morasanu.extract.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_CPU_S: Final = 2.0
MAX_BYTES: Final = 512_000_000
TEXT: Final = archive.TEXT
ZEROS: Final = archive.ZEROS
PROC: Final = Path("/proc")
W: Final = "word/document.xml"
SHEET: Final = "xl/worksheets/sheet1.xml"


def _package(content: str | bytes, part: str = W) -> bytes:
    return office.make_package({"[Content_Types].xml": "<Types/>", part: content})


def _nest(count: int, pack: Callable[[bytes], bytes], data: bytes = TEXT) -> bytes:
    for _ in range(count):
        data = pack(data)
    return data


def _link() -> bytes:
    info = tarfile.TarInfo("passwd")
    info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
    return archive.make_tar(info)


def _sparse_sheet() -> str:
    cell = "<row r='{0}'><c r='{1}{0}' t='{2}'><v>9</v></c></row>"  # the last one asks for a string that is not there
    return "<w>" + cell.format(1, "A", "str") + cell.format(1_048_576, "XFD", "str") + cell.format(9, "A", "s") + "</w>"


def _pdf(content: bytes) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    return write_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, content])


def _mail(parts: int) -> bytes:
    head = b"From: a@example.jp\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
    return head + b"--b\n\nhi\n" * parts + b"--b--\n"


def _database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a)")
    connection.executemany("INSERT INTO t VALUES (?)", [["山田" * 99]] * 99)
    connection.commit()
    return connection.serialize()


def _cut(whole: bytes, name: str) -> dict[str, bytes]:
    return {f"cut-{tenth}-{name}": whole[: len(whole) * tenth // 10] for tenth in range(1, 10)}


@cache
def make_files() -> dict[str, bytes]:
    """Return the hostile and damaged files by name."""
    docx = _package("<d>" + "".join(f"<p><t>{'山田'}{n}</t></p>" for n in range(5_000)) + "</d>")
    xlsx = office.make_package(
        {"[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<w/>", SHEET: f"<w>{'<a/>' * 9_000}</w>"}
    )
    eight = _nest(8, lambda data: archive.make_zip({"in.zip": data, "b.zip": data}), archive.make_zip({"z": ZEROS}))
    files = {
        "bomb.zip": archive.make_zip({"a": ZEROS}),
        "bomb.gz": gzip.compress(ZEROS),
        "bomb.bz2": bz2.compress(ZEROS),
        "bomb.xz": lzma.compress(ZEROS, preset=0),
        "bomb.7z": archive.make_7z({"a": ZEROS}),
        "bomb.docx": _package(b" " * 50_000_000),
        "bomb.xlsx": _package(b" " * 50_000_000, SHEET),
        "bomb.pdf": _pdf(write_stream(zlib.compress(zlib.compress(ZEROS, 9), 9), b"/Filter [/FlateDecode /FlateDecode]")),
        "tree.zip": eight,
        "fifty.zip": _nest(50, lambda data: archive.make_zip({"in.zip": data})),
        "fifty.gz": _nest(50, gzip.compress),
        "fifty.tar": _nest(50, lambda data: archive.make_tar(tarfile.TarInfo("in.tar"), data=data)),
        "million.zip": archive.make_local(0) * 1_000_000,
        "million.tar": archive.make_tar(tarfile.TarInfo("a"), data=b"")[:512] * 200_000,
        "entities.docx": _package(f"{office.ENTITIES}<a>&a11;</a>"),
        "entities.xlsx": _package(f"{office.ENTITIES}<a>&a11;</a>", SHEET),
        "external.docx": _package('<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a><t>&b;</t></a>'),
        "external.xlsx": _package('<!DOCTYPE a [<!ENTITY b SYSTEM "http://203.0.113.1/">]><a>&b;</a>', SHEET),
        "deep.docx": _package("<a>" * 100_000),
        "sparse.xlsx": _package(_sparse_sheet(), SHEET),
        "sparse.tar": archive.make_sparse(1 << 40),
        "link.tar": _link(),
        "parts.eml": _mail(5_000),
        "deep.eml": b"MIME-Version: 1.0\nFrom: a@example.jp\n"
        + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3_000)),
        "brackets.pdf": _pdf(b"[" * 200_000),
        "circle.pdf": write_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"]),
        "groups.rtf": b"{\\rtf1 " + b"{" * 100_000,
        "noise.docx": zlib.compress(bytes(range(256)) * 50)[2:] * 40,
        "other.docx": b"\x1f\x8b" + bytes(50),  # a broken gzip in a document's name
        "text.zip": b"\xf0\x28\x8c\x28\xff\xfe\xfd" * 99,
        "two.pdf": _pdf(b"<< >>") + b"MSCF" + bytes(60),  # a document that is a broken cabinet too
        **{f"empty{ending}": b"" for ending in (".docx", ".xlsx", ".pdf", ".zip", ".7z", ".eml", ".doc", ".odt", ".gz", ".jpg")},
    }  # fmt: skip
    for name, whole in {
        "a.docx": docx, "a.xlsx": xlsx, "a.zip": archive.make_zip({"a.txt": TEXT, "b.txt": TEXT[::-1]}), "a.gz": gzip.compress(os.urandom(9_999)),
        "a.7z": archive.make_7z({"a.txt": TEXT}), "a.pdf": _pdf(write_stream(b"BT (x) Tj ET" * 99)), "a.sqlite": _database(), "a.eml": archive.make_mail(),
    }.items():  # fmt: skip
        files |= _cut(whole, name)
    return files


SLIPS: Final = {
    "slip.zip": lambda: archive.make_zip({"../../slipped.txt": TEXT, "/tmp/slipped.txt": TEXT}),
    "slip.tar": lambda: archive.make_tar(tarfile.TarInfo("../../slipped.txt"), tarfile.TarInfo("/tmp/slipped.txt")),
    "slip.docx": lambda: office.make_package({W: "<a/>", "word/../../../slipped.txt": TEXT.decode()}),
    "long.txt": lambda: b"\xc0\xaf\xe0\x80\xaf" + "氏名 山田太郎 090-0000-0000\n".encode() * 9,  # overlong UTF-8
    "wrong.txt": lambda: archive.make_zip({"a.txt": TEXT}),
    "wrong.pdf": lambda: TEXT,
    "two.jpg": lambda: b"\xff\xd8\xff\xc0\x00\x0b\x08\0\x09\0\x09" + bytes(6) + b"\xff\xd9" + archive.make_zip({"a.txt": TEXT}),
}  # fmt: skip
"""Files that are read wholly in spite of what they try: nothing is refused, and their text is found."""


class Child:
    """What the kernel says of the child that reads: processor seconds, most memory, bytes written, sockets."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._folder = PROC / str(number)

    def cpu_s(self) -> float:
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def most_bytes(self) -> int:
        lines = dict(line.split(":", 1) for line in (self._folder / "status").read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1_024

    def written_bytes(self) -> int:
        lines = dict(line.split(": ") for line in (self._folder / "io").read_text().splitlines())
        return int(lines["write_bytes"])

    def sockets(self) -> int:
        links = {str(each.readlink()) for each in (self._folder / "fd").iterdir()}
        return sum(link.startswith("socket:") for link in links)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    if not (PROC / "self/io").exists():
        pytest.skip("/proc tells nothing here")
    with Sandbox() as made:
        yield made


def test_there_are_sixty_and_more() -> None:
    assert len(make_files()) + len(SLIPS) >= 60


@pytest.mark.parametrize("name", make_files())
def test_hostile_file_costs_little_and_is_told(name: str, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(make_files()[name])
    with (tmp_path / "start.zip").open("wb") as start, zipfile.ZipFile(start, "w") as empty:
        empty.writestr("a", "a")
    with (tmp_path / "start.zip").open("rb") as file:
        assert list(sandbox.read(file, "start.zip"))
    child = Child(sandbox._child.pid)  # type: ignore[union-attr]
    before, written = child.cpu_s(), child.written_bytes()
    with (tmp_path / name).open("rb") as file:
        found = list(sandbox.read(file, name))
    assert any(isinstance(out, Unread) for out in found)
    assert sandbox._child is not None
    assert sandbox._child.pid == child.number, "the child died"
    assert child.cpu_s() - before < MAX_CPU_S
    assert child.most_bytes() < MAX_BYTES
    assert child.written_bytes() == written
    assert child.sockets() == 1, "the one to its parent"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted((name, "start.zip"))


def test_no_hostile_file_is_clean_in_the_report_of_a_scan(tmp_path: Path) -> None:
    share, report = tmp_path / "share", tmp_path / "report.jsonl"
    share.mkdir()
    files = make_files() | {name: make() for name, make in SLIPS.items()}
    for name, data in files.items():
        (share / name).write_bytes(data)
    assert main(["scan", "--jobs", "1", "--quiet", "--jsonl", str(report), str(share)]) == 3
    rows = [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]
    told = {Path(row["path"]).name: row for row in rows if row["type"] == "file"}
    assert told.keys() == files.keys()
    assert not [name for name in make_files() if told[name]["status"] == "inspected"]
    assert not [name for name in SLIPS if not told[name]["counts"]]
    assert sorted(path.name for path in tmp_path.rglob("*")) == sorted((*files, "share", "report.jsonl"))
    assert not Path("/tmp/slipped.txt").exists()
