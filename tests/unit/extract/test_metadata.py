"""What pictures say of themselves, written byte by byte and by Pillow."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from tests.unit.extract.made import Answer, collect
from tests.unit.extract.test_image import write_png

from morasanu.extract.page.image import ImageExtractor

SMALL = (9, 9)


def write_exif(*entries: tuple[int, int, bytes], inner: dict[int, list[tuple[int, int, bytes]]] | None = None) -> bytes:
    """Return a TIFF head with `entries` (tag, kind, bytes), and lists of further ones behind the tags of `inner`."""
    tree = inner or {}
    out = bytearray(b"MM\0*\0\0\0\x08")

    def add(listed: list[tuple[int, int, bytes]]) -> None:
        at = len(out)
        out.extend(bytes(2 + 12 * len(listed) + 4))
        struct.pack_into(">H", out, at, len(listed))
        for number, (tag, kind, data) in enumerate(listed):
            size = {3: 2, 4: 4, 5: 8}.get(kind, 1)
            place = at + 2 + number * 12
            struct.pack_into(">HHI", out, place, tag, kind, len(data) // size)
            if tag in tree:
                struct.pack_into(">I", out, place + 8, len(out))
                add(tree[tag])
            elif len(data) <= 4:
                out[place + 8 : place + 12] = data.ljust(4, b"\0")
            else:
                struct.pack_into(">I", out, place + 8, len(out))
                out.extend(data)

    add(list(entries))
    return bytes(out)


def write_jpeg(*segments: tuple[int, bytes]) -> bytes:
    """Return the head of a small JPEG with `segments` in front, and its end."""
    head = b"".join(struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body for mark, body in segments)
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", *SMALL) + bytes(6)
    return b"\xff\xd8" + head + frame + b"\xff\xd9"


def read(data: bytes) -> Answer:
    return collect(ImageExtractor(), data)


def angle(*numbers: int) -> bytes:
    return b"".join(struct.pack(">II", number, 1) for number in numbers)


def test_exif_texts_and_position_are_read() -> None:
    exif = write_exif(
        (0x010E, 2, "入館証 山田太郎\0".encode()),
        (0x013B, 2, "髙﨑 花子\0".encode("cp932")),
        (0x9C9D, 1, "鵜殿 修\0".encode("utf-16-le")),
        (0x8769, 4, bytes(4)),
        (0x8825, 4, bytes(4)),
        inner={
            0x8769: [
                (0x9286, 7, b"UNICODE\0" + "電話 090-1234-5678".encode("utf-16-be")),
                (0xA430, 2, b"taro@example.jp\0"),
            ],
            0x8825: [(1, 2, b"N\0"), (2, 5, angle(35, 40, 30)), (3, 2, b"W\0"), (4, 5, angle(139, 45, 0))],
        },
    )
    answer = read(write_jpeg((0xE1, b"Exif\0\0" + exif)))
    assert set(answer.pieces["metadata"].splitlines()) == {
        "ImageDescription\t入館証 山田太郎",
        "Artist\t髙﨑 花子",
        "XPAuthor\t鵜殿 修",
        "UserComment\t電話 090-1234-5678",
        "CameraOwnerName\ttaro@example.jp",
        "GPSPosition\t35.675000, -139.750000",
    }
    assert answer.is_complete


def test_comment_xmp_and_iptc_of_a_jpeg_are_read() -> None:
    record = b"\x1c\x02\x50" + struct.pack(">H", 12) + "山田太郎".encode()
    photoshop = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    xmp = "<x:xmpmeta><dc:creator>山田</dc:creator></x:xmpmeta>".encode()
    segments = ((0xFE, "担当 山田".encode()), (0xED, photoshop), (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp))
    answer = read(write_jpeg(*segments))
    assert answer.pieces == {"metadata": "Comment\t担当 山田\nIPTC 80\t山田太郎\n"}
    assert [(member.name, member.data) for member in answer.members] == [("xmp.xml", xmp)]


def test_text_chunks_of_a_png_are_read() -> None:
    packed = zlib.compress("住所 千葉市".encode())
    data = write_png(
        *SMALL,
        b"",
        (b"tEXt", b"Author\0yamada"),
        (b"zTXt", b"Comment\0\0" + packed),
        (b"iTXt", b"Title\0\0\0ja\0" + "題".encode() + b"\0" + "山田".encode()),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x/>"),
        (b"eXIf", write_exif((0x013B, 2, b"hanako\0"))),
    )
    answer = read(data)
    assert answer.text == "Author\tyamada\nComment\t住所 千葉市\nTitle\t山田\nArtist\thanako\n"
    assert [member.data for member in answer.members] == [b"<x/>"]


def test_chunks_of_a_webp_are_read() -> None:
    exif = write_exif((0x013B, 2, b"hanako\0"))
    body = b"VP8X" + struct.pack("<I", 10) + bytes(10) + b"EXIF" + struct.pack("<I", len(exif)) + exif
    assert read(b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body).text == "Artist\thanako\n"


def test_metadata_written_by_pillow_is_read() -> None:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    exif = image.Exif()
    exif[0x010E] = "入館証".encode()
    exif[0x9C9C] = "山田太郎".encode("utf-16-le")
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 52.0, 4.0), 3: "E", 4: (151.0, 12.0, 36.0)})
    for form, suffix in (("JPEG", "jpg"), ("PNG", "png"), ("TIFF", "tif"), ("WEBP", "webp")):
        file = BytesIO()
        image.new("L", SMALL, 255).save(file, form, exif=exif)
        text = read(file.getvalue()).text
        assert "ImageDescription\t入館証" in text, suffix
        assert "XPComment\t山田太郎" in text, suffix
        assert "GPSPosition\t-33.867778, 151.210000" in text or form == "TIFF", suffix  # Pillow leaves it out there
