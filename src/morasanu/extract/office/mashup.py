"""Queries of Excel (Power Query): a package of formulas and its description, in base64 in a part of XML (MS-QDEFF 2.2)."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from morasanu.extract.interface import Member

if TYPE_CHECKING:
    from collections.abc import Iterator

MASHUP_PART: Final = re.compile(r"customXml/item\d*\.xml", re.IGNORECASE)
_TEXT: Final = re.compile(r"<(?:\w+:)?DataMashup\b[^<>]*>\s*([A-Za-z0-9+/=\s]+)<")
_MARK: Final = (b"DataMashup", "DataMashup".encode("utf-16-le"), "DataMashup".encode("utf-16-be"))
_LEAST_BYTES: Final = 8


def is_mashup(data: bytes) -> bool:
    """Return whether a part holds queries."""
    return any(mark in data[:4_096] for mark in _MARK)


def read_mashup(data: bytes, part: str) -> Iterator[Member]:
    """Yield the package and the description as files; nothing when it is not what it says."""
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8", "replace")
    found = _TEXT.search(text)
    try:
        body = binascii.a2b_base64(found[1]) if found else b""
    except binascii.Error:
        return
    at = 4
    for name in ("queries.zip", "permissions.xml", "metadata.xml"):
        size = int.from_bytes(body[at : at + 4], "little")
        held = body[at + 4 : at + 4 + size]
        at += 4 + size
        if name == "metadata.xml":  # its version and length first, what it points to behind
            held = held[_LEAST_BYTES : _LEAST_BYTES + int.from_bytes(held[4:8], "little")]
        if len(held) > _LEAST_BYTES:
            yield Member(f"{part} {name}", name, held)
