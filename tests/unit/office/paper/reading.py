"""What a printed PDF says and holds, read with a library that did not make it."""

from __future__ import annotations

import re
import zlib

import pypdfium2


def read_pages(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def read_text(pdf: bytes) -> str:
    """Return all the text without line ends and spaces: what was wrapped is whole again."""
    return re.sub(r"[ \r\n]+", "", "".join(read_pages(pdf)))


def list_objects(pdf: bytes) -> list[bytes]:
    """Return the dictionaries of a PDF, those in its object streams too."""
    found = re.findall(rb"(?s)\d+ 0 obj\s*(.*?)\s*endobj", pdf)
    streams = re.findall(rb"(?s)/Type\s*/ObjStm.*?stream\r?\n(.*?)\r?\nendstream", pdf)
    return [*found, *(zlib.decompress(stream) for stream in streams)]
