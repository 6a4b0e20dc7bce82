"""Drawings as metafiles: the text in them, line by line, whatever way it was put there."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

from tests.unit.extract.made import collect

from morasanu.extract.interface import Task
from morasanu.extract.legacy.compound import read_pictures
from morasanu.extract.legacy.metafile import MetafileExtractor
from morasanu.extract.recognise import recognise

READER = MetafileExtractor()
END = struct.pack("<II12x", 14, 20)


def emr(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, 8 + len(body)) + body


def emf(*records: bytes) -> bytes:
    head = emr(1, bytes(32) + b" EMF" + bytes(64))
    return head + b"".join(records) + END


def wide(text: str, x: int, y: int, step: int = 10, options: int = 0) -> bytes:
    raw = text.encode("utf-16-le")
    raw += bytes(-len(raw) % 4)
    place, count = 76, len(text)
    spaces = place + len(raw)
    fixed = bytes(28) + struct.pack("<iiIII16xI", x, y, count, place, options, spaces)
    return emr(84, fixed + raw + struct.pack(f"<{count}i", *[step] * count))


def test_emf_text_at_one_height_is_a_line_with_tabs_at_gaps() -> None:
    data = emf(wide("能勢", 0, 5), wide("佳代", 20, 5), wide("03-5555-0114", 90, 5), wide("次の行", 0, 20))
    assert recognise(BytesIO(data), "image1.emf") == "emf"
    assert collect(READER, data).pieces == {"": "能勢佳代\t03-5555-0114\n次の行\n"}


def test_emf_small_text_and_text_for_newer_readers_are_read() -> None:
    small = emr(108, struct.pack("<iiIIIff", 0, 0, 2, 0x100, 1, 1, 1) + "能勢".encode("utf-16-le"))
    assert collect(READER, emf(small)).pieces == {"": "能勢\n"}
    string = struct.pack("<III4f", 0, 0, 2, 0, 0, 0, 0) + "佳代".encode("utf-16-le")
    plus = b"EMF+" + struct.pack("<HHII", 0x401C, 0, 12 + len(string), len(string)) + string
    comment = emr(70, struct.pack("<I", len(plus)) + plus)
    assert collect(READER, emf(comment)).pieces == {"": "佳代\n"}
    assert collect(READER, emf(comment, small)).pieces == {"": "能勢\n"}


def test_emf_of_glyphs_or_of_a_picture_is_told_to_need_recognition() -> None:
    for data in (emf(wide("能勢", 0, 0, options=0x10)), emf(emr(81, bytes(5_000)))):
        answer = collect(READER, data)
        assert not answer.pieces
        assert [out.code for out in answer.unread] == ["MRS-X-023"]


def test_emf_cut_anywhere_is_told() -> None:
    data = emf(wide("能勢", 0, 0), wide("佳代", 0, 9))
    for end in range(60, len(data) - 20, 9):
        assert [out.code for out in collect(READER, data[:end]).unread] == ["MRS-X-021"]


def wmr(kind: int, body: bytes) -> bytes:
    body += bytes(len(body) & 1)
    return struct.pack("<IH", 3 + len(body) // 2, kind) + body


def test_wmf_text_is_read_in_cp932() -> None:
    name = "能勢 佳代".encode("cp932")
    records = wmr(0x0521, struct.pack("<H", len(name)) + name + bytes(len(name) & 1) + struct.pack("<hh", 5, 0))
    records += wmr(0x0A32, struct.pack("<hhHH", 9, 0, len(name), 4) + bytes(8) + name) + wmr(0, b"")
    head = struct.pack("<HHHIHIH", 1, 9, 0x300, 0, 0, 0, 0)
    for data in (head + records, b"\xd7\xcd\xc6\x9a" + bytes(18) + head + records):
        assert recognise(BytesIO(data), "a") == "wmf"
        assert collect(READER, data).pieces == {"": "能勢 佳代\n能勢 佳代\n"}


def test_metafile_packed_in_an_old_document_comes_as_a_member() -> None:
    data = emf(wide("能勢", 0, 0))
    packed = zlib.compress(data)
    head = struct.pack("<I16x8xIBB", len(data), len(packed), 0, 0xFE)
    record = struct.pack("<HHI", 0x3D4 << 4, 0xF01A, 16 + 34 + len(packed)) + bytes(16) + head + packed
    (member,) = read_pictures(b"before" + record + b"behind", "picture", Task("a.ppt"))
    assert (member.name, member.data) == ("picture1.emf", data)
