"""Which format bytes are in: by what they begin with and hold, the name only where that leaves it open."""

from __future__ import annotations

import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

HEAD_BYTES: Final = 4_096
_MAGIC: Final = (
    (b"%PDF-", "pdf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"), (b"MSCF\x00\x00\x00\x00", "cab"),
    (b"Rar!\x1a\x07", "rar"), (b"SQLite format 3\x00", "sqlite"), (b"PAR1", "parquet"), (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"), (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"), (b"BM", "bmp"),
)  # fmt: skip
_IMAGES: Final = frozenset(("png", "jpeg", "gif", "tiff", "bmp"))
_OFFICE: Final = {
    "word/": "docx", "ppt/": "pptx", "xl/": "xlsx",
}  # fmt: skip
_ODF: Final = {
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}
_OLE_STREAMS: Final = (
    ("EncryptedPackage", "encrypted-office"), ("WordDocument", "doc"), ("PowerPoint Document", "ppt"), ("Workbook", "xls"),
    ("Book", "xls"), ("__properties_version1.0", "msg"), ("JSRV_SegmentInformation", "jtd"), ("DocumentText", "jtd"),
)  # fmt: skip
_BY_NAME: Final = {".eml": "eml", ".mbox": "mbox", ".mbx": "mbox", ".dbf": "dbf", ".jtd": "jtd", ".jtt": "jtd"}


def recognise(file: BinaryIO, name: str) -> str:
    """Return the name of the format of `file` (seekable; left at its start), `""` for text or something unknown.

    >>> from io import BytesIO
    >>> recognise(BytesIO(b"%PDF-1.7"), "a.txt"), recognise(BytesIO(b"plain"), "a.zip")
    ('pdf', '')
    """
    head = file.read(HEAD_BYTES)
    file.seek(0)
    suffix = PurePath(name).suffix.lower()
    found = next((known for magic, known in _MAGIC if head.startswith(magic)), "")
    if found == "zip":
        return _recognise_zip(file)
    if found == "ole":
        return _recognise_ole(file, suffix)
    if found in _IMAGES:
        return "" if found == "bmp" and head[6:10] != b"\x00" * 4 else "image"
    if found:
        return found
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head[257:262] == b"ustar":
        return "tar"
    if head[2:5] == b"-lh" and head[6:7] == b"-":
        return "lzh"
    if head.startswith(b"From ") and suffix not in {".txt", ".log"}:
        return "mbox"
    if suffix == ".dbf" and head[:1] in (b"\x03", b"\x83", b"\x8b", b"\xf5", b"\x30", b"\x31"):
        return "dbf"
    return _BY_NAME.get(suffix, "") if suffix != ".dbf" else ""


def _recognise_zip(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as package:
            names = package.namelist()[:2_000]
            if names and names[0] == "mimetype":
                kind = package.open("mimetype").read(100).decode("ascii", "replace").strip()
                return _ODF.get(kind, "zip")
            return _recognise_office(names)
    except Exception:  # noqa: BLE001 - a damaged archive is still one
        return "zip"
    finally:
        file.seek(0)


def _recognise_office(names: Iterable[str]) -> str:
    listed = set(names)
    if "[Content_Types].xml" not in listed:
        return "zip"
    if "xl/workbook.bin" in listed:
        return "xlsb"
    return next((kind for prefix, kind in _OFFICE.items() if any(name.startswith(prefix) for name in listed)), "zip")


def _recognise_ole(file: BinaryIO, suffix: str) -> str:
    # names in the directory are UTF-16; looking for them needs no parser
    data = file.read(8_000_000)
    file.seek(0)
    for stream, kind in _OLE_STREAMS:
        if stream.encode("utf-16-le") in data:
            return kind
    return {".doc": "doc", ".xls": "xls", ".ppt": "ppt", ".msg": "msg", ".jtd": "jtd"}.get(suffix, "ole")
