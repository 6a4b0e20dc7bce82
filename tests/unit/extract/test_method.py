"""Archives packed in ways that the first reader does not know: another one is tried, and what none knows is told."""

from __future__ import annotations

import struct
import zlib

import pytest
from tests.unit.extract.packed import (
    TEXT,
    Folder,
    lock_aes,
    make_7z,
    make_lzh,
    make_old_zip,
    members,
    pack_bcj2,
    pack_lzma,
    read,
    store,
    told,
)

from morasanu.extract.archive.foreign import ForeignExtractor
from morasanu.extract.interface import Limits

PLAIN = "のせ かよ,03-0000-0000\n".encode()
_PPMD = 98
needs_library = pytest.mark.skipif(bool(ForeignExtractor().missing()), reason="libarchive is not installed")


@pytest.fixture
def _no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ForeignExtractor, "missing", lambda _: "libarchive")


def mixed_7z() -> bytes:
    unknown = Folder(b"\1\4\x7f\7\7\7", (PLAIN,), (len(PLAIN),))  # no program's method
    return make_7z({"a": store(PLAIN), "支店/ｂ.csv": pack_bcj2(PLAIN * 2), "c": store(PLAIN), "d": unknown})


@needs_library
def test_7z_member_in_bcj2_is_read_by_the_library_and_the_others_as_ever() -> None:
    found = read("7z", mixed_7z())
    assert members(found) == {"a": PLAIN, "c": PLAIN, "支店/ｂ.csv": PLAIN * 2}
    assert told(found) == [("d", "MRS-X-005")]


@needs_library
def test_7z_member_in_bcj2_over_the_limit_keeps_its_beginning() -> None:
    found = read("7z", make_7z({"b": pack_bcj2(PLAIN * 4)}), "x", Limits(member_bytes=len(PLAIN)))
    assert members(found) == {"b": PLAIN}
    assert told(found) == [("b", "MRS-X-022")]


@pytest.mark.usefixtures("_no_library")
def test_7z_member_in_bcj2_without_the_library_says_what_is_missing() -> None:
    found = read("7z", mixed_7z())  # py7zr cannot find what lies behind it
    assert members(found) == {"a": PLAIN}
    assert told(found) == [(name, "MRS-X-024") for name in ("支店/ｂ.csv", "c", "d")]


def test_7z_in_several_frames_of_zstandard_is_whole() -> None:
    zstd = pytest.importorskip("backports.zstd", reason="the extra `archive` is not installed")
    pieces = [TEXT[:500], b"", TEXT[500:]]
    skipped = b"\x50\x2a\x4d\x18" + struct.pack("<L", 4) + bytes(4)
    packed = skipped + skipped.join(zstd.compress(piece) for piece in pieces)
    folder = Folder(b"\1\x24\4\xf7\x11\1\5\1\5\3\0\0", (packed,), (len(TEXT),))
    found = read("7z", make_7z({"a": folder, "b": folder}))
    assert members(found) == {"a": TEXT, "b": TEXT}
    assert told(found) == []


def pack_ppmd(data: bytes) -> bytes:
    ppmd = pytest.importorskip("pyppmd", reason="the extra `archive` is not installed")
    encoder = ppmd.Ppmd8Encoder(6, 1 << 20, 0)
    return struct.pack("<H", 5) + bytes(encoder.encode(data) + encoder.flush())


def make_member(data: bytes, packed: bytes, method: int) -> bytes:
    """Return a zip of one member; its CRC and size stand where those of a stored one would."""
    stored = make_old_zip(b"a.csv", packed, method=method)
    sizes = struct.pack("<3L", zlib.crc32(packed), len(packed), len(packed))
    return stored.replace(sizes, struct.pack("<3L", zlib.crc32(data), len(packed), len(data)))


@needs_library
def test_zip_member_in_ppmd_is_read_by_the_library() -> None:
    found = read("zip", make_member(TEXT, pack_ppmd(TEXT), _PPMD))
    assert members(found) == {"a.csv": TEXT}
    assert told(found) == []


@needs_library
def test_zip_member_in_ppmd_is_told_when_damaged_or_too_large() -> None:
    packed = pack_ppmd(TEXT)
    assert told(read("zip", make_member(TEXT + b"x", packed, _PPMD))) == [("a.csv", "MRS-X-021")]
    found = read("zip", make_member(TEXT, packed, _PPMD), "x", Limits(member_bytes=len(packed) + 50))
    assert members(found) == {"a.csv": TEXT[: len(packed) + 50]}
    assert told(found) == [("a.csv", "MRS-X-022")]


@needs_library
def test_zip_member_in_ppmd_behind_a_password_is_read() -> None:
    extra = struct.pack("<2H", 0x9901, 7) + struct.pack("<H2sBH", 2, b"AE", 3, _PPMD)
    locked = lock_aes(pack_ppmd(TEXT), "Tegami-2611", 32)
    data = make_old_zip(b"a.csv", locked, flags=1, extra=extra, method=99)
    sizes = struct.pack("<2L", len(locked), len(locked))
    data = data.replace(sizes, struct.pack("<2L", len(locked), len(TEXT)))
    assert members(read("zip", data, "x", None, "Tegami-2611")) == {"a.csv": TEXT}
    assert told(read("zip", data)) == [("a.csv", "MRS-X-020")]


@pytest.mark.usefixtures("_no_library")
def test_zip_member_in_ppmd_without_the_library_says_what_is_missing() -> None:
    assert told(read("zip", make_member(TEXT, b"\5\0", _PPMD))) == [("a.csv", "MRS-X-024")]


def test_zip_member_in_lzma_without_a_mark_at_its_end_is_whole() -> None:
    found = read("zip", make_member(TEXT, pack_lzma(TEXT), 14))
    assert members(found) == {"a.csv": TEXT}
    assert told(found) == []


def test_lzh_member_packed_in_an_unknown_way_is_told_and_gives_no_noise() -> None:
    data = bytearray(make_lzh({b"a.txt": TEXT, b"b.txt": TEXT}))
    data[5], data[1] = ord("4"), data[1] + 4  # -lh4-, and the sum of the header
    found = read("lzh", bytes(data))
    assert members(found) == {"b.txt": TEXT}
    assert told(found) == [("a.txt", "MRS-X-005")]
