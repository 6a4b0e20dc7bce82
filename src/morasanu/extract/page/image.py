"""Pictures: text by the `tesseract` program when it is installed with Japanese, otherwise told as needing it."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
from functools import lru_cache
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Piece
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

MAX_PIXELS: Final = 100_000_000
_TIMEOUT_S: Final = 60
_LANGUAGES: Final = "jpn+eng"
_WIDE: Final = "[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
# Tesseract sets Japanese characters apart by spaces that are not in the picture
_FALSE_SPACE: Final = re.compile(f"(?<={_WIDE}) (?={_WIDE})")
_JPEG_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


@lru_cache(maxsize=1)
def has_reader() -> bool:
    """Return whether `tesseract` is installed with Japanese and may be started. Asked once per process.

    The child of a scan normally may not start anything; then this is `False` there.
    """
    program = shutil.which("tesseract")
    if program is None:
        return False
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments, the program found on the path
            [program, "--list-langs"], capture_output=True, timeout=_TIMEOUT_S, check=False, env=_environment()
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return {b"jpn", b"eng"} <= set((answer.stdout + b"\n" + answer.stderr).split())


def read_image(data: bytes) -> str | None:
    """Return the text seen in the picture `data`, `None` when there is nothing to read it with.

    Bytes go in and text comes out through pipes; no file is written. Raises InspectError MRS-X-021 when the picture is
    damaged, MRS-X-022 when reading it takes more than a minute.
    """
    program = shutil.which("tesseract")
    if program is None or not has_reader():
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - as above
            [program, "stdin", "stdout", "-l", _LANGUAGES],
            input=data, capture_output=True, timeout=_TIMEOUT_S, check=False, env=_environment(),
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise refuse("MRS-X-022", "OCR time") from error
    except OSError:
        return None
    if answer.returncode != 0:
        raise refuse("MRS-X-021")
    text = answer.stdout.decode("utf-8", "replace").replace("\r", "").replace("\f", "\n")
    return _FALSE_SPACE.sub("", text).strip()


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
        elif data.startswith((b"II*\x00", b"MM\x00*")):
            return _measure_tiff(data)
        else:
            return _measure_jpeg(data)
    except struct.error:
        return None
    return abs(width), abs(height)


class ImageExtractor:
    """Reads png, jpeg, gif, tiff and bmp with `read`, which a parent that may start programs can replace."""

    formats = ("image",)

    def __init__(self, read: Callable[[bytes], str | None] = read_image) -> None:
        """Take what reads a picture's text."""
        self._read = read

    def missing(self) -> str:
        """Return nothing: Tesseract is no extra but a program, and its absence is told per picture (MRS-X-023)."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the text of the picture, nothing when it shows none. Raises InspectError MRS-X-021, 022, 023."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        size = measure_image(data)
        if size is None:
            raise refuse("MRS-X-021")
        if size[0] * size[1] > MAX_PIXELS:
            raise refuse("MRS-X-022", "pixels")
        text = self._read(data)
        if text is None:
            raise refuse("MRS-X-023")
        if text:
            yield Piece("", text + "\n")


def _environment() -> dict[str, str]:
    # one thread each: the scan already uses every core
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}


def _measure_tiff(data: bytes) -> tuple[int, int] | None:
    order = "<" if data[:1] == b"I" else ">"
    (offset,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, offset)
    found: dict[int, int] = {}
    for index in range(min(count, 1_000)):
        tag, kind, _number = struct.unpack_from(order + "HHI", data, offset + 2 + index * 12)
        if tag in {256, 257}:
            (found[tag],) = struct.unpack_from(order + ("H" if kind == 3 else "I"), data, offset + 10 + index * 12)
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


EXTRACTORS: list[Extractor] = [ImageExtractor()]
