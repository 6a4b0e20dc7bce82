"""Pictures: their size, what is handed out to be recognised, and TIFF page by page."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from tests.unit.extract.made import collect

from morasanu.extract.interface import Limits, Task
from morasanu.extract.page.image import ImageExtractor, measure_image
from morasanu.extract.recognise import recognise

READER = ImageExtractor()


def write_png(width: int, height: int, pixels: bytes = b"", *more: tuple[bytes, bytes]) -> bytes:
    """Return a grey PNG that claims to be `width` × `height`, with `more` chunks in front of its pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    chunks = [(b"IHDR", head), *more, (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def write_letters() -> bytes:
    """Return a picture of a large `L T L`: strokes that need no font."""
    width, height = 400, 160
    pixels = bytearray(b"\xff" * (width * height))
    for left, top, right, bottom in (
        (60, 30, 76, 130), (60, 114, 120, 130), (150, 30, 230, 46), (182, 30, 198, 130), (260, 30, 276, 130), (260, 114, 320, 130),
    ):  # fmt: skip
        for row in range(top, bottom):
            pixels[row * width + left : row * width + right] = bytes(right - left)
    return write_png(width, height, bytes(pixels))


def write_tiff(*pages: tuple[int, int], last: int = 0, order: str = "<") -> bytes:
    """Return a TIFF of white pages; behind the last one comes what stands at `last`."""
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8))
    for number, (width, height) in enumerate(pages, 1):
        at = len(out)
        entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1)]
        entries += [(273, 4, at + 2 + 12 * 7 + 4), (279, 4, width * height)]
        out += struct.pack(order + "H", len(entries))
        for tag, kind, value in entries:
            packed = struct.pack(order + ("HH" if kind == 3 else "I"), *((value, 0) if kind == 3 else (value,)))
            out += struct.pack(order + "HHI", tag, kind, 1) + packed
        following = at + 2 + 12 * 7 + 4 + width * height
        out += struct.pack(order + "I", last if number == len(pages) else following) + b"\xff" * (width * height)
    return bytes(out)


PICTURES = {
    "png": write_png(258, 30),
    "gif": b"GIF89a" + struct.pack("<HH", 258, 30) + bytes(8),
    "bmp": b"BM" + bytes(16) + struct.pack("<ii", 258, -30),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 30, 258) + bytes(9) + b"\xff\xd9",
    "webp": b"RIFF\x2a\0\0\0WEBPVP8 " + bytes(10) + struct.pack("<HH", 258, 30) + bytes(20),
    "webp lossless": b"RIFF\x2a\0\0\0WEBPVP8L" + bytes(4) + b"\x2f" + struct.pack("<I", 257 | 29 << 14) + bytes(20),
    "webp extended": b"RIFF\x2a\0\0\0WEBPVP8X" + bytes(8) + (257 | 29 << 24).to_bytes(6, "little") + bytes(20),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_size_is_read_from_the_head(kind: str) -> None:
    assert measure_image(PICTURES[kind]) == (258, 30)


@pytest.mark.parametrize("kind", PICTURES)
def test_picture_is_handed_out_as_it_is(kind: str) -> None:
    assert recognise(BytesIO(PICTURES[kind]), "a") == "image"
    answer = collect(READER, PICTURES[kind])
    assert answer.pictures == {"": PICTURES[kind]}
    assert not answer.unread


@pytest.mark.parametrize("size", [(16, 16), (1_000, 2), (48, 48)])
def test_icon_has_no_room_for_text(size: tuple[int, int]) -> None:
    assert collect(READER, write_png(*size)).is_complete


def test_line_of_text_has_room() -> None:
    assert collect(READER, write_png(600, 20)).pictures


@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_of_a_tiff_come_one_by_one(order: str) -> None:
    answer = collect(READER, write_tiff((100, 80), (20, 20), (90, 80), order=order))
    assert list(answer.pictures) == ["p. 1", "p. 3"]
    for page, size in (("p. 1", 100), ("p. 3", 90)):
        (only,) = collect(READER, answer.pictures[page]).pictures
        assert only == ""
        at = struct.unpack_from(order + "I", answer.pictures[page], 4)[0]
        assert struct.unpack_from(order + "I", answer.pictures[page], at + 10)[0] == size


def test_single_page_of_a_tiff_has_no_number() -> None:
    assert list(collect(READER, write_tiff((100, 80))).pictures) == [""]


def test_jpeg_without_its_end_is_told() -> None:
    answer = collect(READER, PICTURES["jpeg"][:-2])
    assert answer.pictures
    assert [out.code for out in answer.unread] == ["MRS-X-021"]


def test_picture_larger_than_a_member_is_a_limit() -> None:
    task = Task("x.gif", limits=Limits(member_bytes=10))
    assert collect(READER, PICTURES["gif"], task).error == "MRS-X-022"
