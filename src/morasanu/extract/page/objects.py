"""PDF objects as they stand in the file: strings and XMP that no page shows, earlier states, what stands around the document."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import unread
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted

_MOST_UNPACKED_BYTES: Final = 64_000_000
_FREE_BYTES: Final = 1_048_576
_MOST_FILTERS: Final = 4
_MOST_NUMBERS: Final = 500_000
_MOST_STRINGS: Final = 200_000
_MOST_METADATA: Final = 1_000
_LEAST_BYTES: Final = 16
_OBJECT: Final = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}obj\b")
_BODY_END: Final = re.compile(rb"endobj|stream\r?\n")
_STRING: Final = re.compile(
    rb"(?:/([A-Za-z]{1,30})\s*+)?(?:\(((?:\\.|[^\\()]|\((?:\\.|[^\\()])*+\))*+)\)|<([0-9A-Fa-f\s]{4,})>)", re.DOTALL
)
_SPOKEN: Final = re.compile(rb"/(?:ActualText|Alt|E)\b")
_REFERENCE: Final = re.compile(rb"/(?:JS|RV|RC|V|DV)\s{1,9}(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b")
_LIST: Final = re.compile(rb"\s*\[\s*(?:\]|\d+\s+\d+\s+R)|\s*null\b")
_CONTENTS: Final = re.compile(rb"/Contents\s{1,9}(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b")
_ESCAPE: Final = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|[^0-7]))", re.DOTALL)
_CONTROLS: Final = {
    b"n": b"\n",
    b"r": b"\r",
    b"t": b"\t",
    b"b": b"\b",
    b"f": b"\f",
    b"\n": b"",
    b"\r": b"",
    b"\r\n": b"",
}
_DULL_KEYS: Final = frozenset(
    b"ID O U OE UE Perms DA DS CreationDate ModDate M Registry Ordering Lang Panose Cert CharSet FontFamily CheckSum Producer".split()
)
_DULL_STREAM: Final = re.compile(
    rb"/Image\b|/Length[123]\b|/Type1C\b|/CIDFontType0C\b|/OpenType\b|/XRef\b|/EmbeddedFile\b"
)
_ANY_REFERENCE: Final = re.compile(rb"(?<!\d)(\d{1,10})\s{1,9}\d{1,5}\s{1,9}R\b")
_MOST_LOST: Final = 1_000
_KIND: Final = re.compile(rb"/Type\s*/(ObjStm|Metadata)\b")
# of strings in ASCII most are names of things; these may be of people
_WORDS: Final = re.compile(r"@|\d{2,}-\d{3,}|\d{7,}|[A-Za-z]{2,}[ ,.]+[A-Za-z]{2,}")
_DATE: Final = re.compile(r"D:\d{4}")
_END: Final = re.compile(rb"%%EOF[ \t]*(?:\r\n?|\n)?")


class _Stream(NamedTuple):
    number: bytes
    head: bytes
    start: int
    end: int


def read_objects(data: bytes, said: set[str], ratio: int) -> Iterator[Extracted]:
    """Yield `objects`: a line for each string of `data` that is not in `said`, and XMP as the XML it is.

    `data` is not encrypted. Told as MRS-X-022 when there is too much of it, as MRS-X-021 when a page's
    content is no stream: pdfium shows that as an empty page.
    """
    found = _Found(ratio)
    streams = list(_list_objects(data, found))
    whole = b"\n".join(found.bodies)
    scripts = set(_REFERENCE.findall(whole))
    is_damaged = not found.shapeless.isdisjoint(_CONTENTS.findall(whole))
    used = set(_ANY_REFERENCE.findall(whole))
    del whole
    for stream in streams:
        _read_stream(stream, data, scripts, found)
    for body in found.bodies:  # those of object streams among them
        used.update(_ANY_REFERENCE.findall(body))
    lost = [stream for stream in streams if stream.number not in used][:_MOST_LOST]
    yield from _read_lost(lost, data, found)
    for body in found.bodies:
        found.read(body)
    lines = [line for line in found.lines if line not in said]
    if lines:
        yield Piece("objects", "\n".join(lines) + "\n")
    for number, packet in enumerate(found.metadata, 1):
        if number <= _MOST_METADATA and packet.strip():
            yield Member(f"XMP {number}" if number > 1 else "XMP", "xmp.xml", packet)
    if found.is_over:
        yield unread("MRS-X-022", "objects", "bytes")
    if is_damaged:
        yield unread("MRS-X-021", "objects")


def _read_stream(stream: _Stream, data: bytes, scripts: set[bytes], found: _Found) -> None:
    kind = _KIND.search(stream.head)
    if kind is None and _DULL_STREAM.search(stream.head):
        return
    body = found.unpack(stream.head, data, stream.start, stream.end)
    if kind is not None and kind[1] == b"Metadata":
        found.metadata[body] = None
    elif kind is not None:
        found.bodies.append(body)
        scripts.update(_REFERENCE.findall(body))
    elif stream.number in scripts:
        found.add(_decode(body))
    elif _SPOKEN.search(body):
        found.read(body, is_content=True)


def _read_lost(streams: list[_Stream], data: bytes, found: _Found) -> Iterator[Member]:
    """Yield the files among streams that nothing in the document leads to any more; what others say goes to `found`."""
    for stream in streams:
        if b"/EmbeddedFile" in stream.head:
            if body := found.unpack(stream.head, data, stream.start, stream.end):
                yield Member(f"object {stream.number.decode()}", "", body)
        elif not _DULL_STREAM.search(stream.head) and not _KIND.search(stream.head):
            body = found.unpack(stream.head, data, stream.start, stream.end)
            if text := decode_bytes(body):
                for line in text.text.splitlines():
                    found.add("" if line.isascii() else line)
            found.read(body)


def list_states(data: bytes) -> list[int]:
    """Return where the earlier states of a document end that was changed by appending to it, the latest first.

    >>> list_states(b"%PDF-1.7 ... %%EOF 2 0 obj ... %%EOF")
    [19]
    """
    ends = [match.end() for match in _END.finditer(data)]
    if b"/Linearized" in data[:2_048]:  # its first end stands behind the first page
        ends = ends[1:]
    return ends[-2::-1]


def read_around(data: bytes) -> Iterator[Member]:
    """Yield what stands before and behind the document: a file of another kind may."""
    start = max(data[:1_024].find(b"%PDF-"), 0)
    end = _END.search(data, max(data.rfind(b"%%EOF"), 0))
    for part, rest in (
        ("before the document", data[:start]),
        ("behind the document", data[end.end() :] if end else b""),
    ):
        if len(rest.strip(b"\0\r\n\t ")) >= _LEAST_BYTES:
            yield Member(part, "", rest.lstrip(b"\0\r\n\t "))


class _Found:
    """What came together: bodies of objects, lines, packets of XMP."""

    def __init__(self, ratio: int) -> None:
        self.ratio = ratio
        self.shapeless: set[bytes] = set()
        self.bodies: list[bytes] = []
        self.lines: dict[str, None] = {}
        self.metadata: dict[bytes, None] = {}
        self.is_over = False
        self._left = _MOST_UNPACKED_BYTES

    def unpack(self, head: bytes, data: bytes, start: int, end: int) -> bytes:
        if b"/FlateDecode" not in head and b"/Fl " not in head:
            return data[start:end] if b"/Filter" not in head else b""
        if self._left <= 0:
            self.is_over = True
            return b""
        body = data[start:end]
        for _ in range(min(head.count(b"/FlateDecode") or 1, _MOST_FILTERS)):
            try:
                body = zlib.decompressobj().decompress(body, max(self._left, 1))
            except zlib.error:
                return b""
            self._left -= len(body)
        # what a page shows never packs that well
        self.is_over = self.is_over or len(body) > max(_FREE_BYTES, (end - start) * self.ratio)
        return body

    def read(self, body: bytes, *, is_content: bool = False) -> None:
        for match in _STRING.finditer(body):
            key = match[1]
            if key in _DULL_KEYS or (is_content and (key is None or not _SPOKEN.match(b"/" + key))):
                continue
            data = _unescape(match[2]) if match[2] is not None else _from_hex(match[3])
            text = _decode(data)
            if key != b"NM" or not text.isascii():  # the names of notes are numbers, unless a person gave them
                self.add(text)

    def add(self, text: str) -> None:
        text = " ".join(text.split())
        if len(text) < 2 or not text.isprintable() or text in self.lines:
            return
        if text.isascii() and (not _WORDS.search(text) or _DATE.match(text)):
            return
        if len(self.lines) >= _MOST_STRINGS:
            self.is_over = True
        else:
            self.lines[text] = None


def _list_objects(data: bytes, found: _Found) -> Iterator[_Stream]:
    """Yield the streams of `data`; the dictionaries go to `found`."""
    position = 0
    while start := _OBJECT.search(data, position):
        end = _BODY_END.search(data, start.end())
        body = data[start.end() : end.start() if end else len(data)]
        if b"(" in body or b"<" in body:
            found.bodies.append(body)
        if end is None:
            return
        position = end.end()
        if end[0] == b"endobj":
            if not _LIST.match(body) and len(found.shapeless) < _MOST_NUMBERS:
                found.shapeless.add(start[1])
        else:
            close = data.find(b"endstream", position)
            close = len(data) if close < 0 else close
            yield _Stream(start[1], body, position, close)
            position = close


def _unescape(data: bytes) -> bytes:
    return _ESCAPE.sub(_write_escape, data) if b"\\" in data else data


def _write_escape(match: re.Match[bytes]) -> bytes:
    return bytes((int(match[1], 8) & 0xFF,)) if match[1] else _CONTROLS.get(match[2], match[2])


def _from_hex(digits: bytes) -> bytes:
    bare = b"".join(digits.split())
    return bytes.fromhex((bare + b"0" * (len(bare) % 2)).decode("ascii"))


def _decode(data: bytes) -> str:
    if data.startswith((b"\xfe\xff", b"\xff\xfe")):
        return data.decode("utf-16", "replace").replace("\0", "")
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError:
        return decode_narrow(data)
