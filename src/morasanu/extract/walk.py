"""Looks into a file and into what lies inside, to any depth that the limits allow, and accounts for what it took."""

from __future__ import annotations

from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.errors import InspectError
from morasanu.extract.interface import Drawn, Extracted, Limits, Member, Picture, Piece, Task, Unread
from morasanu.extract.name import Names
from morasanu.extract.reason import OCR_TIME, refuse, unread
from morasanu.extract.recognise import recognise
from morasanu.text.charset import decode_bytes
from morasanu.text.view import view_html, view_plain, view_xml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from morasanu.extract.interface import Extractor

JOINED: Final = " › "
"""Stands between a file inside and what lies in that: `添付/名簿.xlsx › 名簿!A1:F20`."""
_HTML: Final = frozenset((".html", ".htm", ".xhtml", ".shtml", ".mht", ".mhtml"))
_XML: Final = frozenset((".xml", ".svg", ".xsl", ".xsd", ".rss", ".rels"))
_PIECE_CHARS: Final = 4_000_000
_HEADER_CHARS: Final = 2_000
_IDLE: Final = frozenset((".rels", ".css", ".ttf", ".otf", ".woff"))
"""Parts of packages that hold no text of anybody."""


@dataclass(slots=True)
class _Budget:
    """What one file of a scan has cost so far."""

    bytes_out: int = 0
    members: int = 0
    pictures: int = 0


def walk(
    file: BinaryIO, task: Task, extractors: Mapping[str, Extractor], may_draw: Callable[[], bool] = lambda: True
) -> Iterator[Piece | Drawn | Unread]:
    """Yield the pieces and pictures of `file` and of everything inside it, in order, and what of it could not be read.

    Never raises for what is in the file: whatever an extractor throws becomes an `Unread`. `file` is seekable, at its start.
    `may_draw` is asked before each picture whether there is time to recognise it.
    """
    yield from _Walk(extractors, task.limits, may_draw).look_into(file, task, "", 0)


class _Walk:
    def __init__(self, extractors: Mapping[str, Extractor], limits: Limits, may_draw: Callable[[], bool]) -> None:
        self._extractors = extractors
        self._limits = limits
        self._may_draw = may_draw
        self._budget = _Budget()

    def look_into(self, file: BinaryIO, task: Task, part: str, depth: int) -> Iterator[Piece | Drawn | Unread]:
        yield from _guard(self._read(file, task, part, depth), part)

    def _read(self, file: BinaryIO, task: Task, part: str, depth: int) -> Iterator[Piece | Drawn | Unread]:
        form = recognise(file, task.name)
        if not form:
            yield from self._read_text(file, task.name, part)
            return
        names = Names(form)
        yield from _guard(self._unpack(file, task, part, depth, names), part)
        for piece in names.tell():  # also of what could be read only in part
            yield from self._take(piece, task, part, depth)

    def _unpack(
        self, file: BinaryIO, task: Task, part: str, depth: int, names: Names
    ) -> Iterator[Piece | Drawn | Unread]:
        for out in self._find(names.form).extract(file, task):
            names.take(out)
            yield from self._take(out, task, part, depth)
            if self._budget.bytes_out > self._limits.total_bytes:
                yield unread("MRS-X-022", part, "total size")
                return

    def _find(self, form: str) -> Extractor:
        extractor = self._extractors.get(form)
        if extractor is None:
            raise refuse("MRS-X-005", form)
        if extra := extractor.missing():
            raise refuse("MRS-X-024", extra)
        return extractor

    def _take(self, out: Extracted, task: Task, part: str, depth: int) -> Iterator[Piece | Drawn | Unread]:
        inside = _join(part, out.part)
        if isinstance(out, Member):
            yield from self._open(out, task, inside, depth)
        elif isinstance(out, Picture):
            yield from _guard(self._draw(out, inside, can_be_read=task.ocr), inside)
        elif isinstance(out, Piece):
            self._budget.bytes_out += len(out.text) * 3
            yield from _cut(out._replace(part=inside))
        else:
            yield out._replace(part=inside)

    def _draw(self, picture: Picture, inside: str, *, can_be_read: bool) -> Iterator[Drawn | Unread]:
        self._budget.pictures += 1
        if not can_be_read:
            yield unread("MRS-X-023", inside)
        elif self._budget.pictures <= self._limits.pictures:
            yield Drawn(inside, picture.draw()) if self._may_draw() else unread("MRS-X-022", inside, OCR_TIME)
        elif self._budget.pictures == self._limits.pictures + 1:
            yield unread("MRS-X-022", inside, "pictures")

    def _open(self, member: Member, task: Task, inside: str, depth: int) -> Iterator[Piece | Drawn | Unread]:
        budget, limits = self._budget, self._limits
        budget.members += 1
        budget.bytes_out += len(member.data)
        if PurePath(member.name).suffix.lower() in _IDLE:
            return
        if budget.members > limits.members:
            if budget.members == limits.members + 1:
                yield unread("MRS-X-022", inside, "members")
        elif depth >= limits.depth:
            yield unread("MRS-X-022", inside, "depth")
        elif budget.bytes_out > limits.total_bytes:
            yield unread("MRS-X-022", inside, "total size")
        elif member.data or recognise(BytesIO(), member.name):
            yield from self.look_into(BytesIO(member.data), replace(task, name=member.name), inside, depth + 1)

    def _read_text(self, file: BinaryIO, name: str, part: str) -> Iterator[Piece | Unread]:
        data = file.read(self._limits.member_bytes + 1)
        if len(data) > self._limits.member_bytes:
            data = data[: self._limits.member_bytes]
            yield unread("MRS-X-022", part, "size")
        decoded = decode_bytes(data)
        suffix = PurePath(name).suffix.lower()
        if decoded is None:
            yield unread("MRS-X-005", part, suffix.removeprefix(".") if suffix.isascii() and len(suffix) < 9 else "?")
            return
        text = decoded.text
        view = view_html if suffix in _HTML else view_xml if suffix in _XML else view_plain
        self._budget.bytes_out += len(text) * 3
        if text.strip():
            yield from _cut(Piece(part, view(text).text))


def _cut(piece: Piece) -> Iterator[Piece]:
    """Yield `piece` in stretches that a frame can hold, cut at line ends; behind the first, the part says the line it begins at."""
    text = piece.text
    start, line, header = 0, 1, piece.header
    while len(text) - start > _PIECE_CHARS:
        end = text.rfind("\n", start, start + _PIECE_CHARS) + 1 or start + _PIECE_CHARS
        yield _name_stretch(piece, text[start:end], line, header)
        if not header:
            first = text[: text.find("\n") + 1][:_HEADER_CHARS]
            header = first.rstrip("\n") if "," in first or "\t" in first else ""
        line += text.count("\n", start, end)
        start = end
    yield _name_stretch(piece, text[start:], line, header) if start else piece


def _name_stretch(piece: Piece, text: str, line: int, header: str) -> Piece:
    return Piece(_join(piece.part, f"line {line}") if line > 1 else piece.part, text, header)


def _guard(outs: Iterator[Piece | Drawn | Unread], part: str) -> Iterator[Piece | Drawn | Unread]:
    """Yield `outs`; what ends them early becomes an `Unread`."""
    try:
        yield from outs
    except InspectError as error:
        yield Unread(part, error.code, error.message_ja, error.message_en)
    except MemoryError:
        yield unread("MRS-X-022", part, "memory")
    except Exception as error:  # noqa: BLE001 - a parser may throw anything at a hostile file; its siblings stay
        yield unread("MRS-X-025", part, type(error).__name__)


def _join(outer: str, inner: str) -> str:
    return f"{outer}{JOINED}{inner}" if outer and inner else outer or inner
