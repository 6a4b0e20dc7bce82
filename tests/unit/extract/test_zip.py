"""Zip: members of any method and age come out under their own names, and what cannot is told."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from tests.unit.extract.packed import (
    NAMES,
    TEXT,
    encrypt,
    lock_aes,
    make_old_zip,
    make_zip,
    members,
    read,
    told,
)

from morasanu.extract.archive.unpack import decode_name
from morasanu.extract.archive.unzip import _Reading
from morasanu.extract.interface import Task


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_zip_of_any_method_gives_its_members_whole(method: int) -> None:
    found = read("zip", make_zip(dict.fromkeys(NAMES, TEXT), method))
    assert members(found) == dict.fromkeys(NAMES, TEXT)
    assert not told(found)


@pytest.mark.parametrize("name", NAMES)
def test_zip_with_names_in_cp932_and_no_flag_gives_them_right(name: str) -> None:
    assert list(members(read("zip", make_old_zip(name.encode("cp932"), TEXT)))) == [name]


def test_zip_with_a_unicode_path_field_prefers_it() -> None:
    raw = b"yoshi.txt"
    path = "𠮷野.txt".encode()
    extra = struct.pack("<2HBL", 0x7075, 5 + len(path), 1, zlib.crc32(raw)) + path
    assert list(members(read("zip", make_old_zip(raw, TEXT, extra=extra)))) == ["𠮷野.txt"]


@pytest.mark.parametrize("name", ["Prüfung.txt", "résumé.doc", "Ärzte.txt"])
def test_western_names_stay_western(name: str) -> None:
    assert decode_name(name.encode("cp437")) == name


def test_name_in_euc_is_read() -> None:
    assert decode_name("顧客名簿.csv".encode("euc_jp")) == "顧客名簿.csv"


def test_zip_member_with_a_password_opens_with_the_right_one() -> None:
    data = make_old_zip(b"a.csv", encrypt(TEXT, "秘密123"), flags=1)
    assert members(read("zip", data, "x", None, "other", "秘密123")) == {"a.csv": TEXT}


def test_zip_member_without_its_password_is_told_and_named() -> None:
    data = make_old_zip(b"a.csv", encrypt(TEXT, "秘密123"), flags=1)
    assert told(read("zip", data, "x", None, "other")) == [("a.csv", "MRS-X-020")]


@pytest.mark.parametrize(("strength", "key_bytes"), [(1, 16), (2, 24), (3, 32)])
def test_zip_member_in_aes_opens_with_the_right_password(strength: int, key_bytes: int) -> None:
    field = struct.pack("<2HH2sBH", 0x9901, 7, 2, b"AE", strength, 0)
    data = make_old_zip(b"a.csv", lock_aes(TEXT, "秘密123", key_bytes), flags=1, extra=field, method=99)
    assert members(read("zip", data, "x", None, "other", "秘密123")) == {"a.csv": TEXT}
    assert told(read("zip", data, "x", None, "other")) == [("a.csv", "MRS-X-020")]


def test_zip_member_in_damaged_aes_is_told_as_encrypted() -> None:
    assert told(read("zip", make_old_zip(b"a.csv", TEXT, flags=1, method=99))) == [("a.csv", "MRS-X-020")]


def test_attack_many_members_and_no_password_is_given_up() -> None:
    tried = _Reading(BytesIO(make_old_zip(b"a", encrypt(TEXT, "x"), flags=1)), Task("x", ("wrong",)))
    tried._misses = 50
    assert told(list(tried.run())) == [("a", "MRS-X-020")]


def test_zip_member_in_deflate64_gives_it() -> None:
    deflater = pytest.importorskip("inflate64", reason="the extra `archive` is not installed").Deflater()
    packed = deflater.deflate(TEXT * 50) + deflater.flush()
    data = bytearray(make_old_zip(b"a.csv", packed, method=9))
    struct.pack_into("<L", data, 14, zlib.crc32(TEXT * 50))
    struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 16, zlib.crc32(TEXT * 50))
    assert members(read("zip", bytes(data))) == {"a.csv": TEXT * 50}


def test_zip_member_and_stream_in_zstandard_and_xz_give_it() -> None:
    zstd = pytest.importorskip("backports.zstd", reason="the extra `archive` is not installed")
    for method, packed in ((93, zstd.compress(TEXT)), (95, lzma.compress(TEXT))):
        data = bytearray(make_old_zip(b"a.csv", packed, method=method))
        struct.pack_into("<L", data, data.rindex(b"PK\x01\x02") + 16, zlib.crc32(TEXT))
        assert members(read("zip", bytes(data))) == {"a.csv": TEXT}
    assert members(read("zst", zstd.compress(TEXT) + zstd.compress(TEXT), "名簿.csv.zst")) == {"名簿.csv": TEXT * 2}


def test_zip_member_of_an_unknown_method_is_told_as_not_supported() -> None:
    assert told(read("zip", make_old_zip(b"a.csv", TEXT, method=97))) == [("a.csv", "MRS-X-005")]


def test_zip_with_one_bad_member_still_gives_the_others() -> None:
    data = bytearray(make_zip({"a.txt": TEXT, "b.txt": TEXT, "c.txt": TEXT}, zipfile.ZIP_STORED))
    data[data.index(TEXT, data.index(b"b.txt")) + 5] ^= 0xFF
    found = read("zip", bytes(data))
    assert {name: len(data) for name, data in members(found).items()} == dict.fromkeys(
        ("a.txt", "b.txt", "c.txt"), len(TEXT)
    )
    assert told(found) == [("b.txt", "MRS-X-021")]


def test_zip_behind_a_program_is_read() -> None:
    assert members(read("zip", b"MZ" + bytes(3_000) + make_zip({"a.txt": TEXT}))) == {"a.txt": TEXT}


def test_zip_without_its_directory_is_read_by_the_headers_of_its_members() -> None:
    data = make_zip({"a.txt": TEXT, "b.txt": TEXT})
    found = read("zip", data[: data.index(b"PK\x01\x02")])
    assert members(found) == {"a.txt": TEXT, "b.txt": TEXT}
    assert told(found) == [("", "MRS-X-021")]


def test_zip_that_was_streamed_and_cut_is_read_to_its_end() -> None:
    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: int) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    kept = Pipe()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("a.txt", TEXT)
        package.writestr("b.txt", TEXT)
    found = read("zip", kept.getvalue()[:-60])
    assert members(found) == {"a.txt": TEXT, "b.txt": TEXT}
    assert ("", "MRS-X-021") in told(found)


def test_zip_of_nothing_gives_nothing() -> None:
    assert read("zip", make_zip({})) == []
