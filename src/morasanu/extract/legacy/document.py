"""Word and PowerPoint of 1997-2003 and Ichitaro (一太郎): what stands in their compound files."""

from __future__ import annotations

import importlib.util
import re
import struct
from bisect import bisect_right
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from morasanu.extract.interface import Piece
from morasanu.extract.legacy.compound import Compound, decode_narrow, read_embedded, read_pictures
from morasanu.extract.legacy.ichitaro import read_ichitaro, read_old_ichitaro
from morasanu.extract.legacy.macro import read_macros
from morasanu.extract.legacy.slide import is_locked, read_slides
from morasanu.extract.legacy.string_table import read_string_tables
from morasanu.extract.office.encrypted import decrypt, read_bounded
from morasanu.extract.office.field import read_equation
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_WORD_97: Final = 0xC1
_COMPLEX, _ENCRYPTED, _TABLE_1 = 0x0004, 0x0100, 0x0200
_AT_SIZES, _AT_PAPERS, _AT_CLX = 0x4C, 0x102, 0x1A2
_AT_SIZES_95, _AT_CLX_95 = 0x34, 0x160
_LID_JAPANESE: Final = 0x0411
_SUBDOCUMENTS: Final = (
    "body", "footnote", "header", "macro", "comment", "endnote", "text box", "header text box",
)  # fmt: skip
_BARE: Final = frozenset((b"\xdb\xa5", b"\xdc\xa5"))  # Word 2 and 6, before compound files
_ROW_END: Final = b"\x17\x24\x01"  # sprmPFTtp 1: this paragraph ends a row
_CONTROLS: Final = {
    0x01: None, 0x02: None, 0x03: None, 0x04: None, 0x05: None, 0x08: None, 0x00: None, 0x1F: None,
    0x07: "\t", 0x0B: "\n", 0x0C: "\n", 0x0D: "\n", 0x0E: "\n", 0x1E: "-",
}  # fmt: skip
_KNOWN: Final = frozenset(("\x01ole10native", "package", "contents", "_vba_project", "equation native"))
"""Streams of compound files that are not documents themselves, but known, with or without text."""
_FIELD_MARK: Final = re.compile("([\x13\x14\x15])")
_LINK: Final = re.compile(r"\s*(?:HYPERLINK|INCLUDE\w+|MERGEFIELD|ASK|FILLIN|COMMENTS|AUTHOR)\b", re.IGNORECASE)


class Run(NamedTuple):
    """A piece of Word's piece table: characters `start` to `end`, at byte `at` of the stream, `width` bytes each."""

    start: int
    end: int
    at: int
    width: int


class LegacyExtractor:
    """Reads doc, ppt and jtd, and says of any other compound file that it is not supported."""

    formats = ("doc", "ppt", "jtd", "vba", "ole")

    def missing(self) -> str:
        """Return `office` when olefile is not installed."""
        return "" if importlib.util.find_spec("olefile") else "office"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield text part by part, the summary information, embedded files. Raises InspectError MRS-X-005, 020, 021, 022."""
        head = file.read(4)
        file.seek(0)
        if head != b"\xd0\xcf\x11\xe0":
            yield from _read_bare(file, head, task)
            return
        compound = Compound(file, task.limits.member_bytes)
        if _is_encrypted(compound):
            file.seek(0)
            plain = decrypt(read_bounded(file, task.limits.member_bytes), task.passwords)
            compound = Compound(BytesIO(plain), task.limits.member_bytes)
        if compound.has("WordDocument"):
            yield from _read_word(compound)
            yield from read_pictures(compound.read("Data"), "picture", task)
        elif compound.has("Text_Content"):  # PowerPoint 95 keeps its text there too
            yield Piece("body", decode_narrow(compound.read("Text_Content")).replace("\r", "\n").replace("\0", "\n"))
        elif compound.has("PowerPoint Document"):
            yield from read_slides(compound.read("PowerPoint Document"), task)
            yield from read_pictures(compound.read("Pictures"), "picture", task)
        elif compound.has("DocumentText") or compound.has("JSCompDocument"):
            yield from read_ichitaro(compound, task)
        elif not any(path[-1].lower() in _KNOWN for path in compound.paths):
            raise refuse("MRS-X-005", "ole")
        yield from read_macros(compound, task)
        yield from compound.read_properties()
        yield from read_embedded(compound, task)
        if compound.is_cut:
            yield unread("MRS-X-021")


def _read_bare(file: BinaryIO, head: bytes, task: Task) -> Iterator[Extracted]:
    """Yield the text of a document of the time before compound files."""
    if head[:2] in _BARE:
        yield from _read_stretch(read_bounded(file, task.limits.member_bytes), 0)
    elif head == b"DOC\0":
        yield from read_old_ichitaro(read_bounded(file, task.limits.member_bytes))
    else:
        raise refuse("MRS-X-005" if head else "MRS-X-021", "jtd")


def _is_encrypted(compound: Compound) -> bool:
    if compound.has("WordDocument"):
        head = compound.read("WordDocument")[:12]
        return len(head) == 12 and bool(struct.unpack_from("<H", head, 10)[0] & _ENCRYPTED)
    return compound.has("EncryptedSummary") or is_locked(compound.read("Current User"))


def _read_word(compound: Compound) -> Iterator[Extracted]:
    stream = compound.read("WordDocument")
    if len(stream) < 32 or stream[:2] not in {b"\xec\xa5", b"\xdc\xa5"}:
        raise refuse("MRS-X-021")
    version, _product, lid, _next, flags = struct.unpack_from("<5H", stream, 2)
    if version < _WORD_97 and not flags & _COMPLEX:
        yield from _read_stretch(stream, lid)
        return
    table = stream if version < _WORD_97 else compound.read("1Table" if flags & _TABLE_1 else "0Table")
    try:
        clx = struct.unpack_from("<II", stream, _AT_CLX_95 if version < _WORD_97 else _AT_CLX)
        runs = _read_runs(table, *clx, is_old=version < _WORD_97)
        sizes = struct.unpack_from("<8i", stream, _AT_SIZES_95 if version < _WORD_97 else _AT_SIZES)
        papers = struct.unpack_from("<II", stream, _AT_PAPERS) if version >= _WORD_97 else (0, 0)
    except struct.error:
        runs, sizes = [], ()
    if not runs:
        # no piece table left: the text of a document saved in one go stands in one stretch
        yield from _read_stretch(stream, lid)
        yield unread("MRS-X-021")
        return
    yield from _read_subdocuments(stream, runs, sizes, _find_row_ends(stream, table, *papers))
    if version >= _WORD_97:
        yield from read_string_tables(stream, table)


def _read_subdocuments(
    stream: bytes, runs: list[Run], sizes: tuple[int, ...], row_ends: list[int]
) -> Iterator[Extracted]:
    start = 0
    last = max(run.end for run in runs)
    links: list[str] = []
    readings: list[str] = []
    for name, size in zip(_SUBDOCUMENTS, sizes, strict=True):
        end = min(start + max(size, 0), last)
        text, codes = _strip_fields(_decode_runs(stream, runs, start, end, row_ends), readings)
        links += codes
        if text.strip():
            yield Piece(name, text if text.endswith("\n") else text + "\n")
        start = end
    yield from _list_beside(links, readings)
    is_short = any(run.at + (run.end - run.start) * run.width > len(stream) for run in runs)
    if is_short or sum(max(size, 0) for size in sizes) > last:
        yield unread("MRS-X-021")


def _list_beside(links: list[str], readings: list[str]) -> Iterator[Extracted]:
    for part, found in (("link", links), ("ruby", readings)):
        if found:
            yield Piece(part, "".join(f"{' '.join(line.split())}\n" for line in found))


def _read_runs(table: bytes, at: int, length: int, *, is_old: bool) -> list[Run]:
    """Return the pieces of the CLX at `at`; those that lie about their place are clamped by whoever reads them."""
    clx = table[at : at + length]
    at = 0
    while clx[at : at + 1] == b"\x01":
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if clx[at : at + 1] != b"\x02":
        return []
    count = (min(struct.unpack_from("<I", clx, at + 1)[0], len(clx) - at - 5) - 4) // 12
    if count < 1:
        return []
    places = struct.unpack_from(f"<{count + 1}I", clx, at + 5)
    runs = []
    for index in range(count):
        (place,) = struct.unpack_from("<I", clx, at + 5 + (count + 1) * 4 + index * 8 + 2)
        is_packed = bool(place & 0x40000000)
        place &= 0x3FFFFFFF
        place, width = (place // 2, 1) if is_packed else (place, 1 if is_old else 2)
        if places[index] < places[index + 1]:
            runs.append(Run(places[index], places[index + 1], place, width))
    return runs


def _decode_runs(stream: bytes, runs: list[Run], start: int, end: int, row_ends: list[int]) -> str:
    parts = []
    budget = 2 * len(stream)  # pieces that point at the same bytes again and again are not repeated without end
    for run in runs:
        first, last = max(run.start, start), min(run.end, end)
        if first >= last or budget <= 0:
            continue
        at = run.at + (first - run.start) * run.width
        data = bytearray(stream[at : at + (last - first) * run.width])
        budget -= len(data)
        stop = at + len(data)
        for row_end in row_ends[bisect_right(row_ends, at) : bisect_right(row_ends, stop)]:
            if data[row_end - run.width - at] == 0x07:
                data[row_end - run.width - at] = 0x0A
        wide = run.width == 2
        parts.append(
            data[: len(data) & ~1].decode("utf-16-le", "surrogatepass") if wide else decode_narrow(bytes(data))
        )
    text = "".join(parts)
    # halves of a pair may stand in neighbouring pieces
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _find_row_ends(stream: bytes, table: bytes, at: int, length: int) -> list[int]:
    """Return the byte places behind the marks that end a table's row, in order."""
    count = (min(length, len(table) - at) - 4) // 8
    if count < 1:
        return []
    found: set[int] = set()
    for index in range(min(count, len(stream) // 512)):
        (number,) = struct.unpack_from("<I", table, at + (count + 1) * 4 + index * 4)
        page = stream[number * 512 : number * 512 + 512]
        if len(page) < 512 or page[511] > 29:
            continue
        paragraphs = page[511]
        for paragraph in range(paragraphs):
            place = page[(paragraphs + 1) * 4 + paragraph * 13] * 2
            size = page[place] * 2 - 1 if page[place] else page[min(place + 1, 511)] * 2 + 1
            if place and _ROW_END in page[place : place + 1 + size]:
                found.add(struct.unpack_from("<I", page, paragraph * 4 + 4)[0])
    return sorted(found)


def _strip_fields(text: str, readings: list[str]) -> tuple[str, list[str]]:
    """Return `text` with results of fields in place of their codes, and the codes that carry data (links); fill `readings`."""
    if not _FIELD_MARK.search(text):
        return _translate(text), []
    shown: list[str] = []
    codes: list[str] = []
    inside: list[bool] = []  # per open field: still in its code
    hidden = 0
    for stretch in _FIELD_MARK.split(text):
        if stretch == "\x13":
            inside.append(True)
            hidden += 1
        elif stretch == "\x14" and inside:
            hidden -= inside[-1]
            inside[-1] = False
        elif stretch == "\x15" and inside:
            hidden -= inside.pop()
        elif not hidden:
            shown.append(stretch)
        elif _LINK.match(stretch):
            codes.append(_translate(stretch))
        elif equation := read_equation(stretch):
            shown.append(equation.text)
            readings += equation.readings
    if hidden:  # a field that never ends would hide the rest
        return _translate(_FIELD_MARK.sub(" ", text)), []
    return _translate("".join(shown)), codes


def _translate(text: str) -> str:
    if "\n" not in text:  # no row ends known: two marks of cells in a row are the best guess
        text = text.replace("\x07\x07", "\n")
    return text.translate(_CONTROLS).replace("\t\n", "\n")


def _read_stretch(stream: bytes, lid: int) -> Iterator[Extracted]:
    if len(stream) < 32:
        raise refuse("MRS-X-021")
    first, last = struct.unpack_from("<II", stream, 0x18)
    data = stream[first : min(last, len(stream))]
    is_wide = len(data) > 1 and data[1::2].count(0) * 3 > len(data) // 2
    if is_wide or (struct.unpack_from("<H", stream, 2)[0] >= _WORD_97 and lid == _LID_JAPANESE):
        text = data[: len(data) & ~1].decode("utf-16-le", "replace")
    else:
        text = decode_narrow(data)
    readings: list[str] = []
    shown, codes = _strip_fields(text, readings)
    if shown.strip():
        yield Piece("body", shown if shown.endswith("\n") else shown + "\n")
    yield from _list_beside(codes, readings)


EXTRACTORS: list[Extractor] = [LegacyExtractor()]
