"""What stands in archives beside their members: comments, bytes around, the heads of gz and tar."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile

from tests.unit.extract.made import collect
from tests.unit.extract.package import lines

from morasanu.extract.archive.stream import StreamExtractor, TarExtractor
from morasanu.extract.archive.unzip import ZipExtractor
from morasanu.extract.interface import Task
from morasanu.extract.office.word import WordExtractor

MARK = "髙﨑様 ①"


def make_zip(name: str = "a.txt", data: str = "x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.comment = f"{MARK}の箱".encode("cp932")
        entry = zipfile.ZipInfo(name)
        entry.comment = f"{MARK}の紙".encode("cp932")
        archive.writestr(entry, data)
    return made.getvalue()


def test_comments_of_zip_are_read() -> None:
    answer = collect(ZipExtractor(), make_zip())
    assert answer.pieces == {"comments": f"{MARK}の紙\n{MARK}の箱\n"}
    assert answer.is_complete


def test_bytes_around_a_zip_are_files() -> None:
    answer = collect(ZipExtractor(), f"{MARK} 前".encode() + make_zip() + f"{MARK} 後".encode())
    assert [(member.part, member.data.decode()) for member in answer.members] == [
        ("a.txt", "x"),
        ("before", f"{MARK} 前"),
        ("behind", f"{MARK} 後"),
    ]


def test_program_before_a_zip_is_no_file() -> None:
    answer = collect(ZipExtractor(), b"MZ" + bytes(100) + make_zip() + bytes(100))
    assert [member.part for member in answer.members] == ["a.txt"]


def test_comments_of_office_packages_are_read() -> None:
    made = io.BytesIO(make_zip("word/document.xml", "<a/>"))
    assert lines(list(WordExtractor().extract(made, Task("a"))))["comments"] == [f"{MARK}の箱", f"{MARK}の紙"]


def test_name_and_comment_of_gz_are_read() -> None:
    packed = gzip.compress(b"x")
    texts = f"{MARK}.txt\0{MARK}の件\0".encode("cp932")
    data = packed[:3] + b"\x1c" + packed[4:10] + struct.pack("<H", 4) + b"abcd" + texts + packed[10:]
    answer = collect(StreamExtractor(), data, Task("a.txt.gz"))
    assert answer.pieces == {"names": f"{MARK}.txt\n{MARK}の件\n"}
    assert [member.data for member in answer.members] == [b"x"]


def test_name_of_gz_that_the_file_has_too_is_not_told() -> None:
    packed = gzip.compress(b"x")
    data = packed[:3] + b"\x08" + packed[4:10] + b"a.txt\0" + packed[10:]
    assert not collect(StreamExtractor(), data, Task("a.txt.gz")).pieces


def test_owner_link_and_comment_of_tar_are_read() -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a")
        info.type, info.linkname, info.uname = tarfile.SYMTYPE, f"{MARK}.txt", MARK
        info.pax_headers = {"comment": f"{MARK}の件"}
        archive.addfile(info)
    answer = collect(TarExtractor(), made.getvalue())
    assert answer.pieces == {"a: header": f"{MARK}\n{MARK}.txt\n{MARK}の件\n"}
