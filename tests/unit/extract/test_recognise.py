"""What a format is recognised by: bytes first, the name only where they leave it open; and at what cost."""

from __future__ import annotations

import bz2
import zipfile
from io import BytesIO

import pytest

from morasanu.extract.recognise import recognise


def zipped(*names: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), b"<x/>")  # a clock in a parameter would name tests anew
    return out.getvalue()


DOCX = zipped("[Content_Types].xml", "_rels/.rels", "word/document.xml")


@pytest.mark.parametrize(
    ("data", "name", "expected"),
    [
        (DOCX, "a.dat", "docx"),
        (zipped("[Content_Types].xml", "xl/workbook.xml"), "a", "xlsx"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "a", "xlsb"),
        (zipped("[Content_Types].xml", "ppt/presentation.xml"), "a", "pptx"),
        (zipped("word/名簿.txt"), "a.docx", "zip"),
        (zipped("a.docx") + b"", "a.zip", "zip"),
        (DOCX[:80], "a.docx", "docx"),
        (DOCX[:80], "a.zip", "zip"),
        (zipped("名簿.csv")[:40], "a.docx", "zip"),
        (b"PK\x05\x06" + bytes(18), "a.zip", "zip"),
        (bz2.compress(b"text"), "a", "bz2"),
        (b"BZhang wrote", "a.txt", ""),
        (b"PAR1 is a code", "a.txt", ""),
        (b"PAR1" + bytes(20) + b"PAR1", "a", "parquet"),
        (b"BMW 320i", "a.txt", ""),
        (b"From the desk of", "a.md", ""),
        (b"From a@shiomi.example Tue Nov 24 10:00:00 2026\n", "a", "mbox"),
        (b"", "a.zip", "zip"),
        (b"", "a.docx", "docx"),
        (b"", "a.txt", ""),
        (b"Received: from a\r\nFrom: a@b.example\r\nTo: b@b.example\r\n\r\nx", "1699.V801", "eml"),
        (b"From: <Saved by a browser>\nMIME-Version: 1.0\n\nx", "a.mht", "eml"),
        (b"From: a@b.example\nTo: b@b.example\nDate: x\nSubject: y\n\nx", "a.txt", ""),
        (b"title: a\ndate: b\nfrom: c\n", "a", ""),
        (b"\x78\x9f\x3e\x22\0\0", "winmail.dat", "tnef"),
    ],
)
def test_bytes_say_what_a_file_is(data: bytes, name: str, expected: str) -> None:
    file = BytesIO(data)
    assert recognise(file, name) == expected
    assert file.tell() == 0


def test_attack_directory_that_lies_about_its_length_is_a_zip() -> None:
    data = bytearray(DOCX)
    at = data.rfind(b"PK\x05\x06")
    data[at + 12 : at + 16] = b"\xff\xff\xff\xff"
    assert recognise(BytesIO(bytes(data)), "a.docx") in ("docx", "zip")


def test_attack_directory_of_a_hundred_thousand_names_is_not_read_to_its_end() -> None:
    class Counted(BytesIO):
        taken = 0

        def read(self, size: int | None = -1) -> bytes:
            data = super().read(size)
            Counted.taken += len(data)
            return data

    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(40_000):
            archive.writestr(f"{number:040}", b"")
    assert recognise(Counted(out.getvalue()), "a.zip") == "zip"
    assert Counted.taken < 1_100_000
