"""Files put behind pictures, and the texts of GIF."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from tests.unit.extract.made import collect
from tests.unit.extract.test_metadata import write_exif, write_jpeg

from morasanu.extract.interface import Piece, Task, Unread
from morasanu.extract.page.image import ImageExtractor
from morasanu.extract.registry import load_extractors
from morasanu.extract.walk import walk

MARK = "①㈱髙﨑𠮷 ﾔﾏﾀﾞ"
GIF = b"GIF89a\x09\0\x09\0\x80\0\0" + bytes(6)
END = b"\x2c" + bytes(8) + b"\0\x02\x01\0\0\x3b"
WHOLE = ("png", "gif", "bmp", "jpeg", "webp")


def draw(name: str) -> bytes:
    pil = pytest.importorskip("PIL.Image")
    file = BytesIO()
    pil.effect_noise((90, 70), 50).save(file, name.upper(), **({"progressive": True} if name == "jpeg" else {}))
    return file.getvalue()


def write_zip() -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", MARK)
    return file.getvalue()


@pytest.mark.parametrize("name", WHOLE)
def test_archive_behind_a_picture_is_looked_into(name: str) -> None:
    found = list(walk(BytesIO(draw(name) + write_zip()), Task("photo"), load_extractors()))
    assert Piece("behind the picture › a.txt", MARK) in found


@pytest.mark.parametrize("name", WHOLE)
def test_bytes_behind_a_picture_that_nobody_knows_are_told(name: str) -> None:
    found = walk(BytesIO(draw(name) + bytes(range(256))), Task("photo"), load_extractors())
    assert "MRS-X-005" in {out.code for out in found if isinstance(out, Unread)}


@pytest.mark.parametrize("padding", [b"", bytes(5_000), b"\xff" * 40, b"short"])
@pytest.mark.parametrize("name", WHOLE)
def test_picture_with_padding_ends_where_it_ends(name: str, padding: bytes) -> None:
    answer = collect(ImageExtractor(), draw(name) + padding)
    assert not answer.members
    assert not answer.unread


def cut(data: bytes) -> bytes:
    return b"".join(bytes((len(data[at : at + 200]),)) + data[at : at + 200] for at in range(0, len(data), 200)) + b"\0"


def test_gif_gives_comments_and_xmp() -> None:
    packet = f"<x:xmpmeta><dc:creator>{MARK}</dc:creator></x:xmpmeta>".encode()
    magic = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    data = GIF + b"\x21\xfe" + cut((MARK * 20).encode()) + b"\x21\xff\x0bXMP DataXMP" + packet + magic + END
    answer = collect(ImageExtractor(), data)
    assert answer.text == f"Comment\t{MARK * 20}\n"
    assert [out.data for out in answer.members] == [packet]


def test_name_in_a_tag_nobody_expects_is_read_and_a_camera_is_not() -> None:
    exif = write_exif((0x010F, 2, b"Maker Inc.\0"), (0x0131, 2, MARK.encode() + b"\0"))
    assert collect(ImageExtractor(), write_jpeg((0xE1, b"Exif\0\0" + exif))).text == f"tag 305\t{MARK}\n"
