"""Archives: what lies inside comes out under its own name, and what cannot is told."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.packed import (
    NAMES,
    TEXT,
    make_cab,
    make_lzh,
    make_tar,
    make_zip,
    members,
    read,
    told,
)

from morasanu.errors import InspectError
from morasanu.extract.archive.stream import EXTRACTORS
from morasanu.extract.interface import Limits, Member
from morasanu.extract.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("form", "pack"), [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)], ids=["gz", "bz2", "xz"]
)
def test_stream_of_several_parts_gives_one_file(form: str, pack: Callable[[bytes], bytes]) -> None:
    found = read(form, pack(TEXT) + pack(TEXT), f"dir/名簿.csv.{form}")
    assert found == [Member("名簿.csv", "名簿.csv", TEXT + TEXT)]


def test_lzma_alone_is_read() -> None:
    assert members(read("lzma", lzma.compress(TEXT, lzma.FORMAT_ALONE), "a.txt.lzma")) == {"a.txt": TEXT}


def test_gzip_with_a_name_in_cp932_gives_it() -> None:
    data = bytearray(gzip.compress(TEXT))
    data[3] = 8
    data[10:10] = "①名簿.csv".encode("cp932") + b"\0"
    assert list(members(read("gz", bytes(data), "x.gz"))) == ["①名簿.csv"]


def test_gzip_padded_with_zeros_is_whole() -> None:
    assert told(read("gz", gzip.compress(TEXT) + bytes(5_000))) == []


def test_gzip_with_something_behind_it_is_told() -> None:
    assert told(read("gz", gzip.compress(TEXT) + b"more", "a.gz")) == [("a", "MRS-X-021")]


@pytest.mark.parametrize(
    ("name", "inner"), [("a.tgz", "a.tar"), ("a.txz", "a.tar"), ("a.csv.gz", "a.csv"), ("noname", "noname")]
)
def test_stream_without_a_name_is_called_after_the_file(name: str, inner: str) -> None:
    assert list(members(read("gz", gzip.compress(TEXT, mtime=0), name))) == [inner]


@pytest.mark.parametrize(
    ("form", "encoding"),
    [(tarfile.PAX_FORMAT, "utf-8"), (tarfile.GNU_FORMAT, "cp932"), (tarfile.USTAR_FORMAT, "cp932")],
)
def test_tar_gives_its_files_under_their_names(form: int, encoding: str) -> None:
    found = read("tar", make_tar(dict.fromkeys(NAMES, TEXT), form, encoding))
    assert members(found) == dict.fromkeys(NAMES, TEXT)
    assert not told(found)


def test_tars_one_behind_the_other_are_all_read() -> None:
    assert list(members(read("tar", make_tar({"a": TEXT}) + make_tar({"b": TEXT})))) == ["a", "b"]


def test_tar_with_a_damaged_header_goes_on_behind_it() -> None:
    data = bytearray(make_tar({"a": TEXT, "b": TEXT, "c": TEXT}))
    data[512 + -(-len(TEXT) // 512) * 512] ^= 0xFF
    found = read("tar", bytes(data))
    assert list(members(found)) == ["a", "c"]
    assert told(found) == [("", "MRS-X-021")]


def test_tar_without_its_end_is_told() -> None:
    data = make_tar({"a": TEXT})
    assert told(read("tar", data[: 512 + -(-len(TEXT) // 512) * 512])) == [("", "MRS-X-021")]


@pytest.mark.parametrize("is_hidden", [False, True])
def test_7z_with_a_password_opens_with_the_right_one(*, is_hidden: bool) -> None:
    py7zr = pytest.importorskip("py7zr")
    kept = BytesIO()
    with py7zr.SevenZipFile(kept, "w", password="秘密", header_encryption=is_hidden) as archive:
        archive.writef(BytesIO(TEXT), NAMES[0])
    assert members(read("7z", kept.getvalue(), "x", None, "other", "秘密")) == {NAMES[0]: TEXT}
    if is_hidden:
        with pytest.raises(InspectError, match="MRS-X-020"):
            read("7z", kept.getvalue())
    else:
        assert told(read("7z", kept.getvalue())) == [(NAMES[0], "MRS-X-020")]


def test_7z_gives_its_members_in_order_and_by_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    py7zr = pytest.importorskip("py7zr")
    kept = BytesIO()
    with py7zr.SevenZipFile(kept, "w") as archive:
        for number, name in enumerate(NAMES):
            archive.writef(BytesIO(TEXT + bytes((number + 48,))), name)
        archive.writef(BytesIO(b""), "empty")
    expected = {name: TEXT + bytes((number + 48,)) for number, name in enumerate(NAMES)} | {"empty": b""}
    assert members(read("7z", kept.getvalue())) == expected
    monkeypatch.setattr("morasanu.extract.archive.sevenzip._BATCH_BYTES", len(TEXT))
    assert members(read("7z", kept.getvalue())) == expected


def test_7z_with_a_member_over_the_limit_keeps_its_beginning_and_the_others() -> None:
    py7zr = pytest.importorskip("py7zr")
    kept = BytesIO()
    with py7zr.SevenZipFile(kept, "w") as archive:
        for name, data in (("a", TEXT), ("b", TEXT * 3), ("c", TEXT)):
            archive.writef(BytesIO(data), name)
    found = read("7z", kept.getvalue(), "x", Limits(member_bytes=len(TEXT)))
    assert members(found) == dict.fromkeys("abc", TEXT)
    assert told(found) == [("b", "MRS-X-022")]


def test_7z_with_damaged_data_is_told_member_by_member() -> None:
    py7zr = pytest.importorskip("py7zr")
    kept = BytesIO()
    with py7zr.SevenZipFile(kept, "w") as archive:
        archive.writef(BytesIO(TEXT), "a")
        archive.writef(BytesIO(TEXT), "b")
    data = bytearray(kept.getvalue())
    data[40] ^= 0xFF
    assert {code for _, code in told(read("7z", bytes(data)))} == {"MRS-X-021"}


def test_lzh_gives_members_with_names_in_cp932() -> None:
    data = make_lzh({name.encode("cp932"): TEXT for name in NAMES[1:]})
    assert members(read("lzh", data)) == dict.fromkeys(NAMES[1:], TEXT)


def test_lzh_with_a_name_in_no_known_set_still_gives_all() -> None:
    data = make_lzh({b"a.txt": TEXT, b"\xff\x80\xfd.txt": TEXT, b"c.txt": TEXT})
    assert list(members(read("lzh", data)).values()) == [TEXT] * 3


def test_lzh_that_is_cut_is_told() -> None:
    assert "MRS-X-021" in {code for _, code in told(read("lzh", make_lzh({b"a.txt": TEXT, b"b.txt": TEXT})[:-100]))}


@pytest.mark.parametrize("kind", ["lzh", "cab", "7z"])
def test_program_that_unpacks_itself_gives_its_archive(kind: str) -> None:
    if kind == "7z":
        head = struct.pack("<3Q", 0, 0, 0)[:20]
        packed = b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(head)) + head
    else:
        packed = make_lzh({b"a.csv": TEXT}) if kind == "lzh" else make_cab(b"a.csv", TEXT, 0)
    marks = b"-lh5-\0 7z\xbc\xaf\x27\x1c\0\4 MSCF\0\0\0\0 "  # a program names what it looks for
    data = b"MZ" + bytes(200) + marks + bytes(100) + packed
    assert recognise(BytesIO(data), "名簿.exe") == "sfx"
    (found,) = read("sfx", data, "名簿.exe")
    assert found == Member("", f"名簿.{kind}", packed)


def test_program_without_an_archive_is_none() -> None:
    assert recognise(BytesIO(b"MZ" + bytes(300)), "a.exe") == ""
    assert recognise(BytesIO(b"MZ" + make_zip({"a": b"a"})), "a.exe") == "zip"
    assert recognise(BytesIO(b"#!/bin/sh\n" + make_zip({"a": b"a"})), "a.zip") == "zip"
    assert recognise(BytesIO(b"plain"), "a.zip") == ""


def test_archives_of_unix_are_read() -> None:
    body = b"".join(b"%08x" % number for number in (1, 0o100644, 0, 0, 1, 0, len(TEXT), 0, 0, 0, 0, 6, 0))
    entry = b"070701" + body + b"a.csv\0" + TEXT
    end = b"070701" + b"".join(b"%08x" % number for number in (0,) * 11 + (11, 0)) + b"TRAILER!!!\0"
    cpio = entry + bytes(-len(entry) % 4) + end
    assert recognise(BytesIO(cpio), "a") == "cpio"
    assert members(read("cpio", cpio)) == {"a.csv": TEXT}
    assert recognise(BytesIO(b"070701,090-0000-0000"), "a.csv") == ""


def test_tar_without_a_mark_is_read() -> None:
    header = bytearray(
        b"a.csv".ljust(100, b"\0") + b"0000644\0" * 3 + b"%011o\0" % len(TEXT) + b"%011o\0" % 0 + b" " * 8
    )
    header += bytes(512 - len(header))
    header[148:156] = b"%06o\0 " % sum(header)
    data = bytes(header) + TEXT + bytes(-len(TEXT) % 512 + 1_024)
    assert recognise(BytesIO(data), "a.tar") == "tar"
    assert members(read("tar", data)) == {"a.csv": TEXT}


def test_cab_gives_its_member() -> None:
    assert members(read("cab", make_cab("名簿.csv".encode(), TEXT, 0x80))) == {"名簿.csv": TEXT}


@pytest.mark.parametrize("place", range(36, 78, 3))
def test_cab_damaged_anywhere_is_read_or_told(place: int) -> None:
    data = bytearray(make_cab("名簿.csv".encode(), TEXT, 0x80))
    data[place] ^= 0xFF
    try:
        found = read("cab", bytes(data))
    except InspectError:
        return
    assert told(found) or list(members(found).values()) == [TEXT]


def test_library_that_is_not_there_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise TypeError(name)

    monkeypatch.setattr("morasanu.extract.archive.foreign.import_module", fail)
    extractor = next(each for each in EXTRACTORS if "lzh" in each.formats)
    assert extractor.missing() == "libarchive"


@pytest.mark.parametrize("form", ["zip", "tar", "gz", "bz2", "xz", "7z", "lzh", "cab", "rar"])
def test_empty_file_is_refused(form: str) -> None:
    with pytest.raises(InspectError, match="MRS-X-021"):
        read(form, b"")


@pytest.mark.parametrize("form", ["zip", "tar"])
def test_too_many_members_end_with_the_limit(form: str) -> None:
    files = {f"{number}.txt": b"x" for number in range(20)}
    data = make_zip(files) if form == "zip" else make_tar(files)
    found = read(form, data, "x", Limits(members=5))
    assert len(members(found)) == 5
    assert told(found) == [("", "MRS-X-022")]


@pytest.mark.parametrize("form", ["zip", "tar", "gz"])
def test_member_over_the_size_limit_keeps_its_beginning(form: str) -> None:
    data = {"zip": make_zip({"a": TEXT}), "tar": make_tar({"a": TEXT}), "gz": gzip.compress(TEXT)}[form]
    found = read(form, data, "a.gz", Limits(member_bytes=100))
    assert members(found) == {"a": TEXT[:100]}
    assert told(found) == [("a", "MRS-X-022")]
