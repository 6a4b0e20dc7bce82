"""Archives: what lies inside comes out under its own name, and what cannot is told."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import hmac
import lzma
import struct
import tarfile
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import InspectError
from morasanu.extract.archive.stream import EXTRACTORS
from morasanu.extract.archive.unpack import decode_name
from morasanu.extract.archive.unzip import _Reading
from morasanu.extract.interface import Extracted, Limits, Member, Task, Unread
from morasanu.extract.recognise import recognise

if TYPE_CHECKING:
    from collections.abc import Callable

LINES = "顧客 ①㈱髙﨑𠮷 印\nﾔﾏﾀﾞ ﾊﾅｺ 口座 1234567\n"
TEXT = LINES.encode() * 20
NAMES = ["支店/①㈱髙﨑の名簿.csv", "ﾔﾏﾀﾞ.txt", "表.xlsx", "カナ.txt"]


def read(form: str, data: bytes, name: str = "x", limits: Limits | None = None, *passwords: str) -> list[Extracted]:
    extractor = next(each for each in EXTRACTORS if form in each.formats)
    if extractor.missing():
        pytest.skip(f"{extractor.missing()} is not installed")
    return list(extractor.extract(BytesIO(data), Task(name, passwords, limits or Limits())))


def members(found: list[Extracted]) -> dict[str, bytes]:
    return {out.part: out.data for out in found if isinstance(out, Member)}


def told(found: list[Extracted]) -> list[tuple[str, str]]:
    return [(out.part, out.code) for out in found if isinstance(out, Unread)]


def make_zip(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", method) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return kept.getvalue()


def make_old_zip(raw_name: bytes, data: bytes, flags: int = 0, extra: bytes = b"", method: int = 0) -> bytes:
    """Return a zip as Japanese programs of old write it: the name in their own set, no flag, data stored."""
    crc = zlib.crc32(data) if not flags & 1 else 0
    shared = struct.pack("<5H3L2H", 20, flags, method, 0, 0, crc, len(data), len(data), len(raw_name), len(extra))
    local = b"PK\x03\x04" + shared + raw_name + extra + data
    central = b"PK\x01\x02\x14\x00" + shared + struct.pack("<3H2L", 0, 0, 0, 0, 0) + raw_name + extra
    return local + central + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(central), len(local), 0)


def encrypt(data: bytes, password: str) -> bytes:
    """Return `data` in the old encryption of zip, with a header whose last byte is 0 (as is the CRC that it stands for)."""
    table = [zlib.crc32(bytes((n,)), 0xFFFFFFFF) ^ 0xFFFFFFFF for n in range(256)]
    keys = [0x12345678, 0x23456789, 0x34567890]

    def mix(byte: int) -> None:
        keys[0] = (keys[0] >> 8) ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = (keys[2] >> 8) ^ table[(keys[2] ^ (keys[1] >> 24)) & 0xFF]

    for byte in password.encode():
        mix(byte)
    out = bytearray()
    for byte in bytes(12) + data:
        mask = keys[2] | 2
        out.append(byte ^ (mask * (mask ^ 1) >> 8 & 0xFF))
        mix(byte)
    return bytes(out)


def make_tar(files: dict[str, bytes], form: int = tarfile.PAX_FORMAT, encoding: str = "utf-8") -> bytes:
    kept = BytesIO()
    with tarfile.open(fileobj=kept, mode="w", format=form, encoding=encoding) as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, BytesIO(data))
    return kept.getvalue()


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


def lock_aes(data: bytes, password: str, key_bytes: int) -> bytes:
    """Return a stored member as WinZip encrypts it (AE-2): salt, proof, AES in counter mode, seal."""
    aes = pytest.importorskip("Cryptodome.Cipher.AES", reason="the extra `archive` is not installed")
    counter = pytest.importorskip("Cryptodome.Util.Counter")
    salt = bytes(range(key_bytes // 2))
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1_000, 2 * key_bytes + 2)
    cipher = aes.new(keys[:key_bytes], aes.MODE_CTR, counter=counter.new(128, initial_value=1, little_endian=True))
    locked = cipher.encrypt(data)
    seal = hmac.new(keys[key_bytes : 2 * key_bytes], locked, "sha1").digest()[:10]
    return salt + keys[-2:] + locked + seal


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
    with pytest.raises(InspectError, match="MRS-X-020"):
        read("7z", kept.getvalue())


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


def make_lzh(files: dict[bytes, bytes]) -> bytes:
    out = b""
    for name, data in files.items():
        crc = 0
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc >> 1 ^ (0xA001 if crc & 1 else 0)
        body = (
            b"-lh0-"
            + struct.pack("<3LBBB", len(data), len(data), 0, 0x20, 0, len(name))
            + name
            + struct.pack("<H", crc)
        )
        out += bytes((len(body), sum(body) & 0xFF)) + body + data
    return out + b"\0"


def make_cab(name: bytes, data: bytes, flags: int) -> bytes:
    entry = struct.pack("<2L4H", len(data), 0, 0, 0x5821, 0, 0x20 | flags) + name + b"\0"
    block = struct.pack("<L2H", 0, len(data), len(data)) + data
    files_at = 36 + 8
    data_at = files_at + len(entry)
    head = struct.pack("<4s5L2B5H", b"MSCF", 0, data_at + len(block), 0, files_at, 0, 3, 1, 1, 1, 0, 0, 0)
    return head + struct.pack("<L2H", data_at, 1, 0) + entry + block


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
