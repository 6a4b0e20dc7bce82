"""Binary Excel packages (xlsb): cells, headers and comments read record by record, so that space is taken by cell."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.errors import InspectError
from morasanu.extract.office.biff import unpack
from morasanu.extract.office.cell import format_number, list_literals, name_format
from morasanu.extract.office.grid import Grid
from morasanu.extract.office.ooxml import read_relations, read_rest
from morasanu.extract.office.package import Package
from morasanu.extract.office.sink import Sink, follow, tell
from morasanu.extract.office.story import Story
from morasanu.extract.office.workbook import SHEET_NAMES, Workbook, list_readings
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

# [MS-XLSB] 2.3: the numbers of the records
_ROW, _RK, _ERROR, _BOOL, _REAL, _STRING, _SHARED = 0, 2, 3, 4, 5, 6, 7
_FORMULA_STRING, _FORMULA_REAL, _FORMULA_BOOL, _RICH = 8, 9, 10, 62
_SHARED_ITEM, _FORMAT, _STYLE, _PROPERTIES, _SHEET = 19, 44, 47, 153, 156
_BEGIN_STYLES, _END_STYLES, _MARGINS, _COMMENT, _AUTHOR = 617, 618, 479, 637, 632
_CELLS: Final = frozenset((_RK, _BOOL, _REAL, _STRING, _SHARED, _FORMULA_STRING, _FORMULA_REAL, _FORMULA_BOOL, _RICH))
_MAX_RECORD: Final = 16_000_000
_MAX_STRINGS_BYTES: Final = 200_000_000
_STRING_BYTES: Final = 80
_TOLD: Final = _CELLS - {_FORMULA_STRING, _FORMULA_REAL, _FORMULA_BOOL} | {_SHARED_ITEM, _SHEET, _MARGINS}
_BOOK_PARTS: Final = frozenset(("xl/workbook.bin", "xl/sharedStrings.bin", "xl/styles.bin"))
_STYLE_NAME: Final = 48
_MAX_OTHER: Final = 1_000_000
_OTHER: Final = re.compile(r"/(?:printerSettings|ctrlProps|activeX)/|binaryIndex", re.IGNORECASE)
_WORDS: Final = re.compile(
    "[\t\r\n -~\u00a5-\u00f7\u0391-\u0451\u2010-\u266f\u3000-\u33ff\u4e00-\u9fff\uf900-\ufaff\uff01-\uffe5\U00020000-\U0002ffff]+\\Z"
)
_BINARY: Final = re.compile(r"xl/(?!embeddings/|media/|vbaProject).*\.bin", re.IGNORECASE)
_SHEET_PART: Final = re.compile(r"xl/(?:worksheets|macrosheets|dialogsheets)/(?!binaryIndex)[^/]+\.bin", re.IGNORECASE)
_MARGIN_CODE: Final = re.compile(r'&(?:"[^"]{0,200}"|K[0-9A-F]{6}|\d{1,3}|[LCRPNDTFAZGBIUESXY])')


class XlsbExtractor:
    """Reads xlsb."""

    formats = ("xlsb",)

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the blocks of each sheet in the order of the workbook, its margins and comments, then everything else."""
        package = Package(file, task.limits)
        faults: list[Extracted] = []
        comments: set[str] = set()
        book = _read_book(package, faults)
        for part, name in book.sheets.items():
            yield from _read_sheet(package, book, part, name, comments)
        yield from faults
        yield from list_readings(book)
        yield from book.list_unused()
        yield from _read_others(package, comments, _BOOK_PARTS | book.sheets.keys())
        yield from read_rest(package, {name for name in package.names() if _BINARY.fullmatch(name)})
        if not package.complete or book.is_cut:
            yield unread("MRS-X-021")


def _read_records(package: Package, part: str) -> Iterator[tuple[int, bytes]]:
    """Yield the records of a part. Raises InspectError as `Package.chunks` does, MRS-X-021 for one cut off."""
    data = b""
    at = 0
    for chunk in package.chunks(part):
        data = data[at:] + chunk
        at = 0
        while (head := _read_head(data, at)) is not None:
            kind, size, start = head
            if size > _MAX_RECORD:
                raise refuse("MRS-X-022", "record")
            if start + size > len(data):
                break
            yield kind, data[start : start + size]
            at = start + size
    if at < len(data):
        raise refuse("MRS-X-021")


def _read_head(data: bytes, at: int) -> tuple[int, int, int] | None:
    """Return number, size and start of the body of the record at `at`, None when its head is not all there."""
    try:
        kind = data[at]
        at += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (data[at] & 0x7F) << 7
            at += 1
        size = 0
        for shift in (0, 7, 14, 21):
            byte = data[at]
            at += 1
            size |= (byte & 0x7F) << shift
            if not byte & 0x80:
                break
    except IndexError:
        return None
    return kind, size, at


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """Return the string at `at` and where it ends; `""` for a null one."""
    if at + 4 > len(body):
        return "", len(body)
    length = int.from_bytes(body[at : at + 4], "little")
    if length == 0xFFFFFFFF:
        return "", at + 4
    end = min(len(body), at + 4 + 2 * length)
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _read_book(package: Package, faults: list[Extracted]) -> Workbook:
    book, names = Workbook(), Sink()
    relations = read_relations(package, "xl/workbook.bin")
    for kind, body in _known(package, "xl/workbook.bin", faults):
        if kind == _SHEET:
            relation_id, end = _wide(body, 8)
            relation = relations.get(relation_id)
            if relation is not None and package.has(relation.target):
                book.sheets.setdefault(relation.target, _wide(body, end)[0])
                names.add(SHEET_NAMES, _wide(body, end)[0])
        elif kind == _PROPERTIES:
            book.from_1904 = bool(body[:1] and body[0] & 1)
    for name in package.names():
        if _SHEET_PART.fullmatch(name):
            book.sheets.setdefault(name, name.rpartition("/")[2].removesuffix(".bin"))
    _read_strings(package, book, faults)
    book.formats = _read_formats(package, faults)
    faults.extend(names.finish())
    return book


def _read_strings(package: Package, book: Workbook, faults: list[Extracted]) -> None:
    held = 0
    for kind, body in _known(package, "xl/sharedStrings.bin", faults):
        if kind == _SHARED_ITEM:
            text, at = _wide(body, 1)
            book.strings.append(text)
            if body[:1] and body[0] & 2:  # a reading follows, behind the runs of looks
                at += 4 + 4 * int.from_bytes(body[at : at + 4], "little") if body[0] & 1 else 0
                book.readings[_wide(body, at)[0]] = None
            held += _STRING_BYTES + len(body)
            if held > _MAX_STRINGS_BYTES:
                faults.append(unread("MRS-X-022", "xl/sharedStrings.bin", "shared strings"))
                return


def _read_formats(package: Package, faults: list[Extracted]) -> list[str]:
    custom: dict[int, str] = {}
    styles: list[str] = []
    inside = False
    for kind, body in _known(package, "xl/styles.bin", faults):
        if kind in {_BEGIN_STYLES, _END_STYLES}:
            inside = kind == _BEGIN_STYLES
        elif kind == _FORMAT:
            custom[int.from_bytes(body[:2], "little")] = _wide(body, 2)[0]
        elif kind == _STYLE and inside:
            styles.append(name_format(int.from_bytes(body[2:4], "little"), custom))
    return styles


def _known(package: Package, part: str, faults: list[Extracted]) -> Iterator[tuple[int, bytes]]:
    if package.has(part):
        try:
            yield from _read_records(package, part)
        except InspectError as error:
            faults.append(tell(error, part))


def _read_sheet(package: Package, book: Workbook, part: str, name: str, done: set[str]) -> Iterator[Extracted]:
    grid = Grid(name)
    sink = Sink()
    row, cells = 0, dict[int, str]()
    faults: list[Extracted] = []
    for kind, body in _known(package, part, faults):
        if kind == _ROW:
            grid.add(row, cells)
            row, cells = int.from_bytes(body[:4], "little") + 1, {}
            yield from grid.ready
            grid.ready.clear()
        elif kind in _CELLS and len(body) > 8:
            cells[(int.from_bytes(body[:4], "little") & 0xFFFF) + 1] = _show(book, kind, body)
        elif kind == _MARGINS:
            _add_margins(sink, name, body)
    grid.add(row, cells)
    grid.close()
    yield from grid.ready
    for relation in read_relations(package, part).values():
        if relation.kind == "comments" and package.has(relation.target):
            done.add(relation.target)
            for kind, body in _known(package, relation.target, faults):
                if kind in {_COMMENT, _AUTHOR}:
                    sink.add(f"{name} comment" if kind == _COMMENT else "author", _wide(body, int(kind == _COMMENT))[0])
        elif relation.kind == "drawing" and package.has(relation.target):
            label, boxes = f"{name} text box", Sink()
            yield from follow(package.chunks(relation.target), Story(boxes, label), boxes, label)
    yield from sink.finish()
    yield from faults


def list_wide(body: bytes) -> list[str]:
    r"""Return the strings not in ASCII that stand in `body` behind their lengths, of 32 or 16 bits.

    >>> list_wide(b"\1\2\3\2\0\0\0" + "山田".encode("utf-16-le") + b"\x17\2\0" + "髙﨑".encode("utf-16-le"))
    ['山田', '髙﨑']
    """
    found = []
    at, end = 0, len(body) - 5
    while at < end:
        size = 2 * (body[at] | body[at + 1] << 8)
        start = at + (2 if body[at + 2] or body[at + 3] else 4)
        at += 1
        if 4 <= size <= len(body) - start and (
            match := _WORDS.match(body[start : start + size].decode("utf-16-le", "replace"))
        ):
            found += [] if match[0].isascii() else [match[0]]
            at = start + size
    return found


def _read_others(package: Package, done: set[str], told: frozenset[str]) -> Iterator[Extracted]:
    """Yield the strings of all records that nobody knows better: names, filters, pivot tables, tables, links, connections.

    Nothing of the parts in `done`; what is wrong with those in `told` has been told.
    """
    for part in package.names():
        if part in done or not _BINARY.fullmatch(part) or _OTHER.search(part):
            continue
        sink = Sink()
        seen: set[str] = set()
        faults: list[Extracted] = []
        for kind, body in _known(package, part, faults):
            if kind in _TOLD or len(body) > _MAX_OTHER:
                continue
            for text in _list_texts(kind, body):
                if text not in seen:
                    seen.add(text)
                    sink.add(part, text)
            yield from sink.drain()
        yield from sink.finish()
        yield from faults if part not in told else ()


def _list_texts(kind: int, body: bytes) -> list[str]:
    """Return the strings of a record: of a formula without what it shows, of formats the words in them, of styles those of people."""
    if kind == _FORMULA_STRING:
        return list_wide(body[_wide(body, 8)[1] :])
    if kind == _FORMAT:
        return [word for code in list_wide(body) for word in list_literals(code)]
    return [] if kind == _STYLE_NAME and body[4:5] and body[4] & 1 else list_wide(body)


def _add_margins(sink: Sink, name: str, body: bytes) -> None:
    at = 2
    for index in range(6):
        text, at = _wide(body, at)
        sink.add(f"{name} {'footer' if index % 2 else 'header'}", _MARGIN_CODE.sub(" ", text).strip())


def _show(book: Workbook, kind: int, body: bytes) -> str:
    if kind == _SHARED:
        return book.find_string(int.from_bytes(body[8:12], "little"))
    if kind in {_STRING, _FORMULA_STRING, _RICH}:
        return _wide(body, 9 if kind == _RICH else 8)[0]
    if kind in {_BOOL, _FORMULA_BOOL}:
        return "TRUE" if body[8] else "FALSE"
    if len(body) < (12 if kind == _RK else 16):
        return ""
    value = unpack(int.from_bytes(body[8:12], "little")) if kind == _RK else struct.unpack_from("<d", body, 8)[0]
    style = int.from_bytes(body[4:7], "little")
    code = book.formats[style] if style < len(book.formats) else ""
    return format_number(repr(value), code, from_1904=book.from_1904)
