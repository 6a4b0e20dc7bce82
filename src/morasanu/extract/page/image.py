"""Pictures: what they say of themselves (Exif, XMP, IPTC, comments), and themselves to be recognised, page by page."""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.frame import LONGEST
from morasanu.extract.interface import Member, Picture
from morasanu.extract.page.metadata import read_metadata
from morasanu.extract.page.tail import find_rest
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

MAX_PIXELS: Final = 100_000_000
LEAST_PIXELS: Final = 4_096
LEAST_SIDE: Final = 12
"""A picture of fewer pixels, or one that is thinner, has no room for text: an icon, a line, a bullet."""
_MAX_PAGES: Final = 10_000
_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_TIFF: Final = (b"II*\x00", b"MM\x00*")
_WEBP_SIZES: Final = {b"VP8 ": (26, 0x3FFF, 16, 0), b"VP8L": (21, 0x3FFF, 14, 1), b"VP8X": (24, 0xFFFFFF, 24, 1)}


class ImageExtractor:
    """Reads what png, jpeg, gif, tiff, bmp and webp files say of themselves and hands out what they show."""

    formats = ("image",)

    def missing(self) -> str:
        """Return nothing: Tesseract is no extra but a program, and its absence is told per picture (MRS-X-023)."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield metadata, the picture (a TIFF page by page) unless it is too small for text, and what was put behind it.

        Raises InspectError MRS-X-021 when its head says no size, MRS-X-022 when it is too large.
        """
        limit = min(task.limits.member_bytes, LONGEST)
        data = file.read(limit + 1)
        if len(data) > limit:
            raise refuse("MRS-X-022", "bytes")
        yield from read_metadata(data)
        if data.startswith(_TIFF):
            yield from _read_tiff(data)
            return
        yield from _hand_out(data, measure_image(data))
        if data.startswith(b"\xff\xd8") and b"\xff\xd9" not in data[max(data.rfind(b"\xff\xda"), 0) :]:
            yield unread("MRS-X-021")
        if rest := find_rest(data):
            yield Member("behind the picture", "", rest)


def has_room(width: float, height: float) -> bool:
    """Return whether text can be seen on so many pixels.

    >>> has_room(600, 20), has_room(48, 48)
    (True, False)
    """
    return min(width, height) >= LEAST_SIDE and width * height >= LEAST_PIXELS


def measure_image(data: bytes) -> tuple[int, int] | None:
    """Return width and height as the header of `data` claims them, `None` when there is none to be found.

    >>> measure_image(b"GIF89a" + bytes((2, 1, 3, 0)))
    (258, 3)
    """
    try:
        if data.startswith(b"\x89PNG"):
            width, height = struct.unpack_from(">II", data, 16)
        elif data.startswith(b"GIF8"):
            width, height = struct.unpack_from("<HH", data, 6)
        elif data.startswith(b"BM"):
            width, height = struct.unpack_from("<ii", data, 18)
        elif data.startswith(b"RIFF"):
            return _measure_webp(data)
        else:
            return _measure_jpeg(data)
    except struct.error:
        return None
    return abs(width), abs(height)


def _hand_out(data: bytes, size: tuple[int, int] | None, part: str = "") -> Iterator[Extracted]:
    if size is None or not all(size):
        raise refuse("MRS-X-021")
    if size[0] * size[1] > MAX_PIXELS:
        yield unread("MRS-X-022", part, "pixels")
    elif has_room(*size):
        yield Picture(part, lambda: data)


def _read_tiff(data: bytes) -> Iterator[Extracted]:
    """Yield each page as a file of its own: the same bytes with a head that points to that page, which points to no other."""
    order = "<" if data[:1] == b"I" else ">"
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(order + "I", data, 4)
        while at and at not in seen and len(seen) < _MAX_PAGES:
            seen.add(at)
            part = f"p. {len(seen)}"
            (count,) = struct.unpack_from(order + "H", data, at)
            end = at + 2 + count * 12
            size = _measure_tiff(data, at, count, order)
            (following,) = struct.unpack_from(order + "I", data, end)
            for out in _hand_out(data, size, part if following or len(seen) > 1 else ""):
                yield out._replace(draw=partial(_cut_page, data, order, at, end)) if isinstance(out, Picture) else out
            at = following
    except struct.error:
        yield unread("MRS-X-021", f"p. {len(seen)}" if seen else "")
        return
    if at or not seen:
        yield unread("MRS-X-021")


def _cut_page(data: bytes, order: str, at: int, end: int) -> bytes:
    page = bytearray(data)
    page[4:8] = struct.pack(order + "I", at)
    page[end : end + 4] = bytes(4)
    return bytes(page)


def _measure_tiff(data: bytes, at: int, count: int, order: str) -> tuple[int, int] | None:
    found: dict[int, int] = {}
    for index in range(min(count, 1_000)):
        tag, kind, _number = struct.unpack_from(order + "HHI", data, at + 2 + index * 12)
        if tag in {256, 257}:
            (found[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, at + 10 + index * 12)
    return (found[256], found[257]) if len(found) == 2 else None


def _measure_jpeg(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark = data[at + 1]
        if mark in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return width, height
        at += 1 if mark == 0xFF else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _measure_webp(data: bytes) -> tuple[int, int] | None:
    if data[12:16] not in _WEBP_SIZES or len(data) < 30:
        return None
    at, mask, shift, less = _WEBP_SIZES[data[12:16]]
    packed = int.from_bytes(data[at : at + 6], "little")
    return (packed & mask) + less, (packed >> shift & mask) + less


EXTRACTORS: list[Extractor] = [ImageExtractor()]
