"""Metafiles: text in lines, bitmaps as members; written byte by byte and by LibreOffice."""

from __future__ import annotations

import struct
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import MARKERS, Answer, collect, convert_by_office

from morasanu.extract.page.image import ImageExtractor
from morasanu.extract.page.metafile import MetafileExtractor
from morasanu.extract.recognise import recognise

if TYPE_CHECKING:
    from pathlib import Path

READER = MetafileExtractor()
DIB = struct.pack("<IiiHHIIiiII", 40, 100, 80, 1, 8, 0, 8_000, 0, 0, 2, 0) + bytes(8) + bytes(8_000)


def record(kind: int, body: bytes = b"") -> bytes:
    body += bytes(-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 8) + body


def write_emf(*records: bytes) -> bytes:
    """Return an EMF of `records` between its head and its end."""
    return record(1, bytes(32) + b" EMF" + bytes(64)) + b"".join(records) + record(14, bytes(12))


def write_text(x: int, y: int, text: str, widths: int = 0, options: int = 0) -> bytes:
    """Return a record of text; a character is `widths` wide."""
    data = text.encode("utf-16-le")
    data += bytes(-len(data) % 4)
    places = struct.pack(f"<{len(text)}i", *[widths] * len(text)) if widths else b""
    at = 76
    head = (
        struct.pack("<iiIII", x, y, len(text), at, options)
        + bytes(16)
        + struct.pack("<I", at + len(data) if widths else 0)
    )
    return record(84, bytes(28) + head + data + places)


def write_wmf(*records: tuple[int, bytes], is_placeable: bool = True) -> bytes:
    """Return a WMF of `records` (function, body)."""
    out = (b"\xd7\xcd\xc6\x9a" + bytes(18) if is_placeable else b"") + b"\x01\0\x09\0\0\x03" + bytes(12)
    for kind, body in records:
        padded = body + bytes(len(body) % 2)
        out += struct.pack("<IH", len(padded) // 2 + 3, kind) + padded
    return out + struct.pack("<IH", 3, 0)


def write_wmf_text(x: int, y: int, text: bytes) -> tuple[int, bytes]:
    return 0x0A32, struct.pack("<hhHH", y, x, len(text), 0) + text


def read(data: bytes) -> Answer:
    assert recognise(BytesIO(data), "image1.emf") == "metafile"
    return collect(READER, data)


def test_runs_join_stand_apart_or_begin_a_line() -> None:
    runs = [
        write_text(10, 10, "山田", 20),
        write_text(50, 10, "太郎", 20),
        write_text(300, 10, "様", 20),
        write_text(10, 40, "次"),
    ]
    answer = read(write_emf(*runs))
    assert answer.pieces == {"": "山田太郎\t様\n次\n"}
    assert answer.is_complete


def test_small_text_and_several_texts_in_a_record_are_read() -> None:
    small = record(108, struct.pack("<iiIIIff", 0, 0, 2, 0x100, 0, 1, 1) + "小さ".encode("utf-16-le"))
    narrow = record(108, struct.pack("<iiIIIff", 0, 50, 2, 0x300, 0, 1, 1) + b"ab")
    at = 40 + 40
    poly = struct.pack("<iiIII", 0, 90, 2, at, 0) + bytes(20) + "多く".encode("utf-16-le")
    answer = read(write_emf(small, narrow, record(97, bytes(28) + struct.pack("<I", 1) + poly)))
    assert answer.text == "小さ\nab\n多く\n"


def test_text_of_emf_plus_counts_where_nothing_else_says_it() -> None:
    text = "山田".encode("utf-16-le")
    body = bytes(8) + struct.pack("<I", 2) + struct.pack("<ffff", 1, 1, 9, 9) + text
    plus = struct.pack("<HHII", 0x401C, 0, len(body) + 12, len(body)) + body
    comment = record(70, struct.pack("<I", len(plus) + 4) + b"EMF+" + plus)
    assert read(write_emf(comment)).text == "山田\n"
    assert read(write_emf(comment, write_text(0, 0, "山田"))).text == "山田\n"


def test_shapes_of_a_font_need_recognition() -> None:
    assert [out.code for out in read(write_emf(write_text(0, 0, "\x12\x34", 0, 0x10))).unread] == ["MRS-X-023"]


def test_bitmap_comes_as_a_picture() -> None:
    head, bits = DIB[:48], DIB[48:]
    places = struct.pack("<IIII", 80, len(head), 80 + len(head), len(bits))
    answer = read(write_emf(record(81, bytes(40) + places + bytes(16) + head + bits)))
    (member,) = answer.members
    assert recognise(BytesIO(member.data), member.name) == "image"
    assert collect(ImageExtractor(), member.data).pictures


@pytest.mark.parametrize("is_placeable", [True, False])
def test_wmf_text_and_bitmap_are_read(*, is_placeable: bool) -> None:
    records = [
        (0x02FB, bytes(13) + b"\x80" + bytes(4)),
        write_wmf_text(10, 10, "山".encode("cp932")),
        (0x0521, struct.pack("<H", 4) + "髙橋".encode("cp932") + struct.pack("<hh", 90, 10)),
        (0x0F43, bytes(22) + DIB),
    ]
    answer = read(write_wmf(*records, is_placeable=is_placeable))
    assert answer.text == "山\n髙橋\n"
    assert collect(ImageExtractor(), answer.members[0].data).pictures


@pytest.mark.parametrize("target", ["emf", "wmf"])
def test_metafile_written_by_libreoffice_gives_every_marker(target: str, tmp_path: Path) -> None:
    odf, draw, style, text = (
        pytest.importorskip(f"odf.{name}", reason="odfpy is not installed")
        for name in ("opendocument", "draw", "style", "text")
    )
    document, layout = odf.OpenDocumentDrawing(), style.PageLayout(name="L")
    document.automaticstyles.addElement(layout)
    master = style.MasterPage(name="M", pagelayoutname=layout)
    document.masterstyles.addElement(master)
    page = draw.Page(masterpagename=master)
    document.drawing.addElement(page)
    for number, line in enumerate(MARKERS):
        frame, box = draw.Frame(width="14cm", height="1cm", x="2cm", y=f"{2 + number * 2}cm"), draw.TextBox()
        box.addElement(text.P(text=line))
        frame.addElement(box)
        page.addElement(frame)
    file = BytesIO()
    document.write(file)
    assert read(convert_by_office(tmp_path, "a.odg", file.getvalue(), target)).text.splitlines() == list(MARKERS)
