"""Signed mail (S/MIME: p7m, p7s): what was signed, and whom the certificates name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

SIGNED: Final = bytes.fromhex("06092a864886f70d010702")
SEALED: Final = bytes.fromhex("06092a864886f70d010703")
_DATA: Final = bytes.fromhex("2a864886f70d010701")
_OCTETS, _NAME, _SET = 0x04, 0x06, 0x11
_CONSTRUCTED: Final = 0x20
_TEXTS: Final = {0x0C: "utf-8", 0x13: "ascii", 0x14: "latin-1", 0x16: "ascii", 0x1E: "utf-16-be"}
_HEADER: Final = re.compile(rb"\s*(?:content-|mime-version)[\w-]*:", re.IGNORECASE)
_MAX_DEPTH: Final = 64
_MAX_NODES: Final = 200_000


class _Node(NamedTuple):
    tag: int
    start: int
    end: int


class SmimeExtractor:
    """What a signature carries."""

    formats: tuple[str, ...] = ("p7m",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the signed message as a file of its own, then the texts of the certificates.

        Raises InspectError MRS-X-020 when it is encrypted, MRS-X-022 when it is too large.
        """
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "member_bytes")
        if SEALED in data[:64]:
            raise refuse("MRS-X-020")
        found = _Found([], {})
        for node in _walk(data):
            found.take(node, data[node.start : node.end])
            found.is_cut = found.is_cut or node.end > len(data)
        if found.content:
            signed = b"".join(found.content)
            name = "content.eml" if _HEADER.match(signed) else PurePath(task.name).stem
            yield Member("content", name, signed)
        if found.texts:
            yield Piece("signature", "".join(f"{text}\n" for text in found.texts))
        if found.is_cut:
            yield unread("MRS-X-021")


@dataclass(slots=True)
class _Found:
    content: list[bytes]
    texts: dict[str, None]
    is_content: bool = False
    is_cut: bool = False

    def take(self, node: _Node, body: bytes) -> None:
        if node.tag == _NAME:
            self.is_content = body == _DATA and not self.content
        elif node.tag == _OCTETS and self.is_content:
            self.content.append(body)
        elif node.tag in _TEXTS:
            self.is_content = False
            text = body.decode(_TEXTS[node.tag], "replace").strip()
            if text.isprintable():
                self.texts[text] = None
        elif node.tag & 0x1F == _SET:  # what was signed is over
            self.is_content = False


def list_certificate_texts(data: bytes) -> list[str]:
    """Return the texts of a certificate (DER): whom it was made out to and by."""
    found = _Found([], {})
    for node in _walk(data):
        found.take(node, data[node.start : node.end])
    return list(found.texts)


def _walk(data: bytes) -> Iterator[_Node]:
    """Yield the values of BER data that hold no others, in order; also those of unknown length. Source: X.690."""
    at, count = 0, 0
    ends: list[int] = []
    while at + 2 <= len(data) and count < _MAX_NODES:
        while ends and 0 <= ends[-1] <= at:
            ends.pop()
        count += 1
        tag, length = data[at], data[at + 1]
        at += 2
        if not tag and not length:  # the end of one of unknown length
            if ends and ends[-1] < 0:
                ends.pop()
            continue
        is_open = length == 0x80
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(data[at : at + size], "big") if size <= 8 else len(data)
            at += size
        if tag & _CONSTRUCTED:
            if tag & 0x1F == _SET:
                yield _Node(tag, at, at)
            if len(ends) >= _MAX_DEPTH:
                return
            ends.append(-1 if is_open else at + length)
        else:
            yield _Node(tag, at, at + length)
            at += length


EXTRACTORS: tuple[Extractor, ...] = (SmimeExtractor(),)
