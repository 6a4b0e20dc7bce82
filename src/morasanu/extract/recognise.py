"""Which format bytes are in: by what they begin with and hold, the name only where that leaves it open."""

from __future__ import annotations

import re
import struct
from os import SEEK_END
from pathlib import PurePath
from typing import BinaryIO, Final

from morasanu.extract.archive.selfextract import find_packed
from morasanu.extract.archive.unpack import is_header
from morasanu.extract.legacy.directory import list_root
from morasanu.extract.mail.shape import recognise_mail
from morasanu.extract.mail.smime import SEALED, SIGNED
from morasanu.extract.office.owner import SIZES
from morasanu.extract.page.inline import has_files

HEAD_BYTES: Final = 4_096
_MAGIC: Final = (
    (b"%PDF-", "pdf"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"),
    (b"PK\x07\x08PK\x03\x04", "zip"), (b"PK00PK\x03\x04", "zip"), (b"MZ", "program"), (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\x04\x22\x4d\x18", "lz4"), (b"\x1f\x9d", "z"),
    (b"\x78\x9f\x3e\x22", "tnef"), (b"DOC\0\0\0\0\0", "jtd"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"\x1f\x8b", "gz"), (b"\xfd7zXZ\x00", "xz"), (b"MSCF\x00\x00\x00\x00", "cab"),
    (b"Rar!\x1a\x07", "rar"), (b"SQLite format 3\x00", "sqlite"), (b"PAR1", "parquet"), (b"ARROW1\0\0", "arrow"), (b"ORC", "orc"), (b"{\\rtf", "rtf"),
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpeg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"), (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"), (b"BM", "bmp"), (b"\xd7\xcd\xc6\x9a", "metafile"),
    (b"\x37\x7f\x06\x82", "sqlite-log"), (b"\x37\x7f\x06\x83", "sqlite-log"), (b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "sqlite-log"),
    (b"!BDN", "pst"), (b"\xcf\xad\x12\xfe", "dbx"), (b"\x1a\x00\x00\x04\x00\x00", "nsf"),  # mailboxes nobody reads yet
    (b"\x09\x00\x04\x00", "xls"), (b"\x09\x02\x06\x00", "xls"), (b"\x09\x04\x06\x00", "xls"),
    (b"\x09\x08\x08\x00\x00\x05", "xls"), (b"\x09\x08\x10\x00\x00\x06", "xls"),
)  # fmt: skip
_SHAPES: Final = tuple(
    (re.compile(pattern, re.DOTALL), known)
    for pattern, known in (
        (rb".{0,1019}%PDF-", "pdf"), (rb".{257}ustar", "tar"), (rb"..-lh.-", "lzh"),
        (rb"\x01\x00\x00\x00.{36} EMF", "metafile"), (rb"[\x01\x02]\x00\x09\x00\x00[\x01\x03]", "metafile"),
        (rb"RIFF.{4}WEBP", "image"),
        (rb"07070[12][0-9A-Fa-f]{104}|070707[0-7]{70}", "cpio"), (rb"\xdb\xa5[\x20-\x3f]\0|\xdc\xa5[\x60-\x6f]\0", "doc"),
        (rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", "bz2"), (rb"From \S+ +[A-Z][a-z]{2} [A-Z][a-z]{2} +\d", "mbox"),
        (rb"\s*-----BEGIN PGP MESSAGE-----", "pgp"), (rb"(?:\xef\xbb\xbf)?\s*(?i:BEGIN:VC(?:ARD|ALENDAR))\s", "card"),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}>.{0,1000}?<office:document\s", "flat-odf"),
        (rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]{0,200}>.{0,1000}?<(?:w:wordDocument|pkg:package)\s", "flat-word"),
    )
)  # fmt: skip
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?i:<!doctype html|<html\b)")
_PAGES: Final = frozenset((".html", ".htm", ".xhtml", ".shtml"))
_PAGE_BYTES: Final = 16_000_000
_DBASE: Final = (b"\x03", b"\x83", b"\x8b", b"\xf5", b"\x30", b"\x31")
_IMAGES: Final = frozenset(("png", "jpeg", "gif", "tiff", "bmp"))
_OFFICE: Final = {b"word/": "docx", b"ppt/": "pptx", b"xl/": "xlsx"}
_OFFICE_SUFFIXES: Final = {
    ".docx": "docx", ".docm": "docx", ".pptx": "pptx", ".pptm": "pptx", ".xlsx": "xlsx", ".xlsm": "xlsx",
}  # fmt: skip
_ODF: Final = {
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.presentation": "odp",
}
_AT_VOLUME: Final = 0x8000
_END_BYTES: Final = 22 + 65_535
_DIRECTORY_BYTES: Final = 1_000_000
_NAMES: Final = 2_000
_OLE_STREAMS: Final = (
    ("EncryptedPackage", "encrypted-office"), ("WordDocument", "doc"), ("PowerPoint Document", "ppt"), ("Workbook", "xls"),
    ("Book", "xls"), ("__properties_version1.0", "msg"), ("JSRV_SegmentInformation", "jtd"), ("DocumentText", "jtd"),
    ("JSCompDocument", "jtd"),
    ("PROJECTwm", "vba"), ("PROJECT", "vba"),
)  # fmt: skip
_NEVER_EMPTY: Final = _OFFICE_SUFFIXES | {
    ".xlsb": "xlsb", ".doc": "doc", ".xls": "xls", ".ppt": "ppt", ".msg": "msg", ".odt": "odt", ".ods": "ods", ".odp": "odp", ".rtf": "rtf",
    ".pdf": "pdf", ".zip": "zip", ".7z": "7z", ".gz": "gz", ".tgz": "gz", ".bz2": "bz2", ".xz": "xz", ".tar": "tar", ".lzh": "lzh", ".cab": "cab", ".parquet": "parquet", ".dbf": "dbf",
    ".png": "image", ".jpg": "image", ".jpeg": "image", ".gif": "image", ".tif": "image", ".tiff": "image", ".bmp": "image",
}  # fmt: skip
"""What a file of no bytes is a broken one of: of these none is empty."""
_BY_NAME: Final = {
    ".eml": "eml",
    ".cpio": "cpio",
    ".lzma": "lzma",
    ".mbox": "mbox",
    ".mbx": "mbox",
    ".dbf": "dbf",
    ".jtd": "jtd",
    ".jtt": "jtd",
    ".dbt": "memo",
    ".fpt": "memo",
}


def recognise(file: BinaryIO, name: str) -> str:
    """Return the name of the format of `file` (seekable; left at its start), `""` for text or something unknown.

    >>> from io import BytesIO
    >>> recognise(BytesIO(b"%PDF-1.7"), "a.txt"), recognise(BytesIO(b"plain"), "a.zip")
    ('pdf', '')
    """
    head = file.read(HEAD_BYTES)
    file.seek(0)
    suffix = PurePath(name).suffix.lower()
    if not head and suffix in _NEVER_EMPTY:
        return _NEVER_EMPTY[suffix]
    found = next((known for magic, known in _MAGIC if head.startswith(magic)), "")
    if found == "zip":
        return _recognise_zip(file, head, suffix)
    if found == "ole":
        return _recognise_ole(file, suffix)
    if found == "program" or (suffix == ".zip" and not found):
        return _recognise_program(file) or _recognise_shape(file, head, name)
    if found and _is_by_chance(found, file, head, suffix):
        return ""
    if found:
        return "image" if found in _IMAGES else found
    if mail := recognise_mail(head, name):  # before the shapes: a subject may hold one
        return mail
    return _recognise_shape(file, head, name) or _recognise_page(file, head, suffix)


def _recognise_page(file: BinaryIO, head: bytes, suffix: str) -> str:
    """Return `inline` for a web page with files in it, which stand anywhere."""
    if suffix not in _PAGES and not _PAGE.match(head):
        return ""
    found = has_files(file.read(_PAGE_BYTES))
    file.seek(0)
    return "inline" if found else ""


def _recognise_shape(file: BinaryIO, head: bytes, name: str) -> str:
    """Return the format of what has no mark at its start, or leaves it to its name."""
    suffix = PurePath(name).suffix.lower()
    shape = next((known for pattern, known in _SHAPES if pattern.match(head)), "")
    if shape:
        return shape
    if head[:1] == b"\x30" and (SIGNED in head[:32] or SEALED in head[:32]):
        return "p7m"
    if suffix == ".tar" and is_header(head[:512]):
        return "tar"
    if not head[:8].strip(b"\0") and _holds(file, _AT_VOLUME, b"\x01CD001"):
        return "iso"
    if suffix == ".dbf":
        return "dbf" if head[:1] in _DBASE else ""
    if PurePath(name).name.startswith("~$") and len(head) in SIZES:
        return "owner"
    return _BY_NAME.get(suffix, "")


def _holds(file: BinaryIO, place: int, mark: bytes) -> bool:
    file.seek(place)
    found = file.read(len(mark)) == mark
    file.seek(0)
    return found


def _recognise_program(file: BinaryIO) -> str:
    """Return `zip` or `sfx` for a program that unpacks itself, `""` for any other."""
    try:
        if _list_names(file):
            return "zip"
        return "sfx" if find_packed(file) else ""
    except (OSError, struct.error):
        return ""
    finally:
        file.seek(0)


def _is_by_chance(found: str, file: BinaryIO, head: bytes, suffix: str) -> bool:
    """Return whether text merely begins with the letters that announce a format: BMW, PAR1."""
    if found == "bmp":
        return head[6:10] != b"\x00" * 4
    if found == "orc":  # its mark stands before the length of its end too
        return suffix != ".orc" and not _ends_with(file, b"ORC", 1)
    return found == "parquet" and suffix != ".parquet" and not _ends_with(file, b"PAR1")


def _recognise_zip(file: BinaryIO, head: bytes, suffix: str) -> str:
    """Return what kind of package a zip is; only names are read, never more of them than an office file has."""
    try:
        names = _list_names(file)
    except (OSError, struct.error):
        names = []
    finally:
        file.seek(0)
    if head[30:38] == b"mimetype":
        return next((kind for name, kind in _ODF.items() if head[38:].startswith(name)), "zip")
    if not names:  # cut off: the first member and the name say what it was
        first = head[30 : 30 + int.from_bytes(head[26:28], "little")]
        is_office = first in (b"[Content_Types].xml", b"_rels/.rels") or first.startswith((b"word/", b"xl/", b"ppt/"))
        return _OFFICE_SUFFIXES.get(suffix, "zip") if is_office else "zip"
    if b"[Content_Types].xml" not in names:
        return "zip"
    if b"xl/workbook.bin" in names:
        return "xlsb"
    return next((kind for prefix, kind in _OFFICE.items() if any(name.startswith(prefix) for name in names)), "zip")


def _ends_with(file: BinaryIO, mark: bytes, before: int = 0) -> bool:
    """Return whether `mark` stands at the end, `before` bytes from it."""
    size = file.seek(0, SEEK_END)
    file.seek(max(size - len(mark) - before, 0))
    found = file.read(len(mark)) == mark
    file.seek(0)
    return found


def _list_names(file: BinaryIO) -> list[bytes]:
    """Return the first names of a zip's directory, none when it is cut off. Raises struct.error, OSError for nonsense."""
    size = file.seek(0, SEEK_END)
    file.seek(max(0, size - _END_BYTES))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        return []
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    file.seek(max(0, size - len(tail) + at - length))
    entries = file.read(min(length, _DIRECTORY_BYTES))
    names: list[bytes] = []
    position = 0
    while entries[position : position + 4] == b"PK\x01\x02" and len(names) < _NAMES:
        name, extra, comment = struct.unpack_from("<HHH", entries, position + 28)
        names.append(entries[position + 46 : position + 46 + name])
        position += 46 + name + extra + comment
    return names


def _recognise_ole(file: BinaryIO, suffix: str) -> str:
    names = list_root(file)
    if not names:  # cut off: names in the directory are UTF-16, and looking for them needs no parser
        file.seek(0)
        data = file.read(8_000_000)
        names = {stream for stream, _ in _OLE_STREAMS if stream.encode("utf-16-le") in data}
    file.seek(0)
    known = {name.lower() for name in names}
    for stream, kind in _OLE_STREAMS:
        if stream.lower() in known:
            return kind
    return (
        {".doc": "doc", ".xls": "xls", ".ppt": "ppt", ".msg": "msg", ".jtd": "jtd"}.get(suffix, "ole")
        if not names
        else "ole"
    )
