"""Pictures, with the reader replaced and with Tesseract where it is installed."""

from __future__ import annotations

import struct
import subprocess
import zlib

import pytest
from tests.unit.extract.made import collect

from morasanu.errors import InspectError
from morasanu.extract.page import image
from morasanu.extract.page.image import ImageExtractor, has_reader, measure_image, read_image


def write_png(width: int, height: int, pixels: bytes = b"") -> bytes:
    """Return a grey PNG that claims to be `width` × `height`."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + pixels[at : at + width] for at in range(0, len(pixels), width))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


PICTURES = {
    "png": write_png(258, 3),
    "gif": b"GIF89a" + struct.pack("<HH", 258, 3) + bytes(8),
    "bmp": b"BM" + bytes(16) + struct.pack("<ii", 258, -3),
    "tiff": b"MM\x00*\x00\x00\x00\x08\x00\x02"
    + struct.pack(">HHIHHHHI", 256, 3, 1, 258, 0, 257, 4, 1)
    + struct.pack(">I", 3),
    "jpeg": b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 3, 258) + bytes(9),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_size_is_read_from_the_head(kind: str) -> None:
    assert measure_image(PICTURES[kind]) == (258, 3)


def test_text_seen_comes_as_one_piece() -> None:
    assert collect(ImageExtractor(lambda _: "山田"), PICTURES["png"]).pieces == {"": "山田\n"}


def test_picture_without_text_gives_nothing() -> None:
    answer = collect(ImageExtractor(lambda _: ""), PICTURES["png"])
    assert (answer.pieces, answer.is_complete) == ({}, True)


def test_picture_needs_recognition_when_nothing_can_read_it() -> None:
    assert collect(ImageExtractor(lambda _: None), PICTURES["jpeg"]).error == "MRS-X-023"


def test_reader_is_absent_without_the_program_or_without_japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    has_reader.cache_clear()
    monkeypatch.setattr(image.shutil, "which", lambda _: None)
    assert (has_reader(), read_image(b"")) == (False, None)
    has_reader.cache_clear()
    monkeypatch.setattr(image.shutil, "which", lambda _: "/bin/tesseract")
    answer = subprocess.CompletedProcess([], 0, b"List:\neng\nosd\n", b"")
    monkeypatch.setattr(image.subprocess, "run", lambda *_, **__: answer)
    assert not has_reader()
    has_reader.cache_clear()


def test_reader_that_may_not_start_programs_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise BlockingIOError

    has_reader.cache_clear()
    monkeypatch.setattr(image.shutil, "which", lambda _: "/bin/tesseract")
    monkeypatch.setattr(image.subprocess, "run", refuse)
    assert not has_reader()
    has_reader.cache_clear()


def test_reading_without_end_is_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_: object, **__: object) -> None:
        raise subprocess.TimeoutExpired("tesseract", 60)

    monkeypatch.setattr(image, "has_reader", lambda: True)
    monkeypatch.setattr(image.shutil, "which", lambda _: "/bin/tesseract")
    monkeypatch.setattr(image.subprocess, "run", hang)
    with pytest.raises(InspectError, match="MRS-X-022"):
        read_image(b"")


def _write_bars() -> bytes:
    """Return a picture of a large `L T L`: strokes that need no font."""
    width, height = 400, 160
    pixels = bytearray(b"\xff" * (width * height))
    for left, top, right, bottom in (
        (60, 30, 76, 130), (60, 114, 120, 130), (150, 30, 230, 46), (182, 30, 198, 130), (260, 30, 276, 130), (260, 114, 320, 130),
    ):  # fmt: skip
        for row in range(top, bottom):
            pixels[row * width + left : row * width + right] = bytes(right - left)
    return write_png(width, height, bytes(pixels))


def test_tesseract_reads_letters() -> None:
    if not has_reader():
        pytest.skip("Tesseract with Japanese is not installed")
    answer = collect(ImageExtractor(), _write_bars())
    assert "LTL" in answer.text.replace(" ", "")


def test_tesseract_refuses_a_damaged_picture() -> None:
    if not has_reader():
        pytest.skip("Tesseract with Japanese is not installed")
    assert collect(ImageExtractor(), write_png(100, 100)[:-30]).error == "MRS-X-021"
