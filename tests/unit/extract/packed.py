"""Archives made byte by byte for tests, and how an extractor's answer is read."""

from __future__ import annotations

import hashlib
import hmac
import struct
import tarfile
import zipfile
import zlib
from io import BytesIO
from typing import NamedTuple

import pytest

from morasanu.extract.archive.stream import EXTRACTORS
from morasanu.extract.interface import Extracted, Limits, Member, Task, Unread

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


class Folder(NamedTuple):
    """What a 7z archive calls a folder: how its only file is packed, the packed streams, the size after each coder."""

    coders: bytes
    streams: tuple[bytes, ...]
    sizes: tuple[int, ...]


def make_7z(files: dict[str, Folder]) -> bytes:
    """Return a 7z archive byte by byte: one folder for each file, no checksums. Source: 7zFormat.txt."""

    def number(value: int) -> bytes:
        return bytes((value,)) if value < 0x80 else bytes((0x80 | value >> 8, value & 0xFF))

    streams = [stream for folder in files.values() for stream in folder.streams]
    names = b"".join((name + "\0").encode("utf-16-le") for name in files)
    head = (
        b"\x01\x04\x06\0" + number(len(streams)) + b"\x09" + b"".join(number(len(stream)) for stream in streams) + b"\0"
    )
    head += b"\x07\x0b" + number(len(files)) + b"\0" + b"".join(folder.coders for folder in files.values())
    head += b"\x0c" + b"".join(number(size) for folder in files.values() for size in folder.sizes) + b"\0\x08\0\0"
    head += b"\x05" + number(len(files)) + b"\x11" + number(len(names) + 1) + b"\0" + names + b"\0\0"
    data = b"".join(streams)
    start = struct.pack("<2QL", len(data), len(head), zlib.crc32(head))
    return b"7z\xbc\xaf\x27\x1c\0\4" + struct.pack("<L", zlib.crc32(start)) + start + data + head


def store(data: bytes) -> Folder:
    return Folder(b"\1\1\0", (data,), (len(data),))


def pack_bcj2(data: bytes) -> Folder:
    """Return `data`, which holds no jump of a program, as the four streams of BCJ2."""
    assert not {0xE8, 0xE9, 0x0F} & set(data)
    coders = b"\2\1\0\x14\3\3\1\x1b\4\1\1\0\0\2\3\4"
    return Folder(coders, (data, b"", b"", bytes(5)), (len(data), len(data)))


def pack_lzma(data: bytes) -> bytes:
    """Return `data` as LZMA in zip (method 14): properties, then literals only, without a mark at the end."""
    low, width, shifts = 0, 0xFFFFFFFF, 0
    odds: dict[int, int] = {}

    def put(place: int, bit: int) -> None:
        nonlocal low, width, shifts
        zero = odds.get(place, 1_024)
        bound = (width >> 11) * zero
        low, width = (low + bound, width - bound) if bit else (low, bound)
        odds[place] = zero - (zero >> 5) if bit else zero + ((2_048 - zero) >> 5)
        while width < 1 << 24:
            low, width, shifts = low << 8, width << 8, shifts + 1

    for byte in data:
        put(0, 0)
        node = 1
        for shift in range(7, -1, -1):
            put(node, byte >> shift & 1)
            node = node << 1 | byte >> shift & 1
    return b"\x09\x14\5\0\0" + struct.pack("<L", 1 << 16) + low.to_bytes(shifts + 5, "big")
