"""Hostile and damaged pictures, metafiles and leftovers of databases: each ends soon, in little memory, in no error of its own."""

from __future__ import annotations

import random
import sqlite3
import struct
import zlib
from typing import TYPE_CHECKING

import pytest
from tests.attack.test_document_attack import attack
from tests.unit.extract.test_image import PICTURES, write_png, write_tiff
from tests.unit.extract.test_metadata import write_exif, write_jpeg
from tests.unit.extract.test_metafile import DIB, record, write_emf, write_text, write_wmf, write_wmf_text
from tests.unit.extract.test_table import write_sqlite

from morasanu.extract.leftover import LogExtractor, read_leftover
from morasanu.extract.page.image import ImageExtractor
from morasanu.extract.page.metafile import MetafileExtractor

if TYPE_CHECKING:
    from pathlib import Path

IMAGE, METAFILE, LOG = ImageExtractor(), MetafileExtractor(), LogExtractor()
BILLIONS = 0xFFFFFFF0


def test_picture_of_fifty_thousand_squared_is_refused() -> None:
    assert [out.code for out in attack(IMAGE, write_png(50_000, 50_000)).unread] == ["MRS-X-022"]


def test_picture_with_circles_in_its_head_is_refused() -> None:
    for data in (
        b"\xff\xd8" + b"\xff" * 100_000,
        b"\xff\xd8" + b"\xff\xe0\x00\x00" * 9,
        b"II*\x00\x04\x00\x00\x00\xff\xff\xff\xff",
    ):
        assert not attack(IMAGE, data).is_complete


def test_tiff_whose_pages_lead_in_a_circle_ends() -> None:
    answer = attack(IMAGE, write_tiff((100, 80), (100, 80), last=8))
    assert list(answer.pictures) == ["p. 1", "p. 2"]
    assert [out.code for out in answer.unread] == ["MRS-X-021"]


def test_tiff_of_pages_without_end_ends() -> None:
    page = struct.pack("<HHHIIHHII", 2, 256, 4, 1, 9, 257, 4, 1, 9)
    out = bytearray(b"II*\0\x08\0\0\0")
    for _ in range(12_000):
        out += page + struct.pack("<I", len(out) + len(page) + 4)
    answer = attack(IMAGE, bytes(out))
    assert [out.code for out in answer.unread if out.part != "metadata"] == ["MRS-X-021"]


def test_exif_that_leads_to_itself_ends() -> None:
    exif = bytearray(write_exif((0x8769, 4, bytes(4)), (0x8825, 4, bytes(4)), inner={0x8769: [], 0x8825: []}))
    exif[18:22] = exif[30:34] = struct.pack(">I", 8)
    attack(IMAGE, write_jpeg((0xE1, b"Exif\0\0" + bytes(exif))))


@pytest.mark.parametrize("kind", [2, 5, 7, 12, 0xFFFF])
def test_exif_of_billions_of_values_is_told(kind: int) -> None:
    exif = bytearray(write_exif((0x010E, 2, b"x" * 20), (0x8825, 4, bytes(4)), inner={0x8825: [(2, 5, bytes(24))]}))
    struct.pack_into(">HI", exif, 12, kind, BILLIONS)
    assert not attack(IMAGE, write_jpeg((0xE1, b"Exif\0\0" + bytes(exif)))).is_complete


def test_exif_of_sixty_thousand_entries_over_each_other_ends() -> None:
    head = b"MM\0*\0\0\0\x08\xff\xff"
    entry = struct.pack(">HHII", 0x010E, 2, 60_000, 0)
    attack(IMAGE, write_png(9, 9, b"", (b"eXIf", head + entry * 20_000)))


def test_text_chunk_that_is_a_bomb_is_told() -> None:
    bomb = b"Comment\0\0" + zlib.compress(bytes(50_000_000), 9)
    answer = attack(IMAGE, write_png(9, 9, b"", *[(b"zTXt", bomb)] * 5))
    assert {out.code for out in answer.unread} == {"MRS-X-021"}


def test_text_chunks_by_the_thousand_are_a_limit() -> None:
    chunks = [(b"tEXt", b"a\0%d" % number) for number in range(5_000)]
    assert [out.code for out in attack(IMAGE, write_png(9, 9, b"", *chunks)).unread] == ["MRS-X-022"]


def test_iptc_and_photoshop_blocks_of_nothing_end() -> None:
    for body in (b"8BIM\x04\x04\xff", b"8BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x50\xff\xff", b"8BIM" * 10_000):
        attack(IMAGE, write_jpeg((0xED, b"Photoshop 3.0\0" + body)))


def test_emf_with_records_of_no_length_is_told() -> None:
    assert not attack(METAFILE, write_emf()[:-20] + bytes(100_000)).is_complete


def test_emf_with_a_million_empty_records_ends() -> None:
    attack(METAFILE, write_emf(record(17) * 500_000))


def test_emf_whose_text_lies_elsewhere_is_told() -> None:
    for at, value in ((44, BILLIONS), (48, BILLIONS), (72, BILLIONS)):
        text = bytearray(write_text(0, 0, "山田", 9))
        struct.pack_into("<I", text, at, value)
        answer = attack(METAFILE, write_emf(bytes(text)))
        assert answer.text or not answer.is_complete


def test_emf_of_many_texts_over_the_same_bytes_ends() -> None:
    count = 20_000
    entry = struct.pack("<iiIII", 0, 0, 400_000, 40, 0) + bytes(20)
    answer = attack(METAFILE, write_emf(record(97, bytes(28) + struct.pack("<I", count) + entry * count)))
    assert not answer.is_complete


def test_emf_whose_bitmap_lies_elsewhere_is_told() -> None:
    places = struct.pack("<IIII", 80, 40, 120, BILLIONS)
    assert not attack(METAFILE, write_emf(record(81, bytes(40) + places + bytes(16) + DIB))).is_complete


def test_wmf_with_a_lie_about_its_lengths_is_told() -> None:
    whole = write_wmf(write_wmf_text(0, 0, b"abcd"), (0x0F43, bytes(22) + DIB))
    for at, value in ((40, 0), (40, 2), (40, BILLIONS)):
        data = bytearray(whole)
        struct.pack_into("<I", data, at, value)
        assert not attack(METAFILE, bytes(data)).is_complete


def test_wmf_inside_a_wmf_inside_ends() -> None:
    inner = b"WMFC\x01\0\0\0" + bytes(26) + write_wmf()
    attack(METAFILE, write_wmf((0x0626, b"\x0f\0" + struct.pack("<H", len(inner)) + inner)))


def _write_log(folder: Path) -> bytes:
    connection = sqlite3.connect(folder / "a.db", isolation_level=None)
    for statement in ("PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0", "CREATE TABLE t (a)"):
        connection.execute(statement)
    connection.executemany("INSERT INTO t VALUES (?)", [["山田" * 9]] * 50)
    data = (folder / "a.db-wal").read_bytes()
    connection.close()
    return data


@pytest.mark.parametrize("size", [0, 1, 511, 513, 131_072, BILLIONS])
def test_log_with_a_lie_about_its_pages_is_told(size: int, tmp_path: Path) -> None:
    data = bytearray(_write_log(tmp_path))
    struct.pack_into(">I", data, 8, size)
    assert not attack(LOG, bytes(data)).is_complete


def test_log_of_pages_full_of_rows_that_are_one_row_ends() -> None:
    page = b"\x0d\0\0\xff\xff\0\0\0" + struct.pack(">H", 4_000) * 2_044
    frames = (bytes(24) + page.ljust(4_096, b"\x7f")) * 200
    attack(LOG, b"\x37\x7f\x06\x82" + struct.pack(">II", 3_007_000, 4_096) + bytes(20) + frames)


def test_log_of_one_byte_pages_of_free_blocks_in_circles_ends() -> None:
    page = bytearray(4_096)
    page[:8] = b"\x0d\0\x08\0\x01\0\x10\0"
    page[8:12] = b"\0\x08\0\x08"
    attack(
        LOG, b"\x37\x7f\x06\x82" + struct.pack(">II", 3_007_000, 4_096) + bytes(20) + (bytes(24) + bytes(page)) * 500
    )


def test_database_whose_free_pages_lead_in_a_circle_ends() -> None:
    data = bytearray(write_sqlite("CREATE TABLE t (a)", "INSERT INTO t VALUES ('山田太郎')"))
    struct.pack_into(">II", data, 32, 2, BILLIONS)
    struct.pack_into(">II", data, 4_096, 2, BILLIONS)
    assert list(read_leftover(bytes(data)))


def _list_samples(folder: Path) -> list[tuple[object, bytes]]:
    texts = [write_text(0, number * 20, "山田太郎", 9) for number in range(20)]
    head, bits = DIB[:48], DIB[48:]
    places = struct.pack("<IIII", 80, len(head), 80 + len(head), len(bits))
    bitmap = record(81, bytes(40) + places + bytes(16) + head + bits)
    exif = write_exif(
        (0x010E, 2, b"x" * 20), (0x8769, 4, bytes(4)), (0x8825, 4, bytes(4)),
        inner={0x8769: [(0x9286, 7, b"UNICODE\0" + b"ab" * 20)], 0x8825: [(1, 2, b"N\0"), (2, 5, bytes(24)), (4, 5, bytes(24))]},
    )  # fmt: skip
    iptc = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\x09\x1c\x02\x50\0\x04abcd"
    return [
        (IMAGE, write_jpeg((0xE1, b"Exif\0\0" + exif), (0xED, iptc), (0xFE, b"comment"))),
        (IMAGE, write_png(100, 80, bytes(8_000), (b"eXIf", exif), (b"zTXt", b"a\0\0" + zlib.compress(b"text")))),
        (IMAGE, write_tiff((100, 80), (90, 70))),
        (IMAGE, PICTURES["webp extended"]),
        (METAFILE, write_emf(*texts, bitmap)),
        (METAFILE, write_wmf(write_wmf_text(0, 0, b"abcd"), (0x0F43, bytes(22) + DIB))),
        (LOG, _write_log(folder)),
    ]


def test_samples_with_bytes_changed_or_cut_end(tmp_path: Path) -> None:
    chance = random.Random(20_261_125)
    for extractor, sample in _list_samples(tmp_path):
        for _ in range(150):
            data = bytearray(sample)
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF, chance.randrange(256)))
            attack(extractor, bytes(data[: chance.choice((len(data), chance.randrange(len(data)))) or 1]))  # type: ignore[arg-type]
