"""One file to blocks of text: its character set, its format, and what of it could not be read."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, Protocol

from morasanu.errors import InspectError
from morasanu.extract.interface import Unread
from morasanu.scan.block import BLOCK_CHARS, BlockCutter, Grid, cut_piece
from morasanu.scan.inspect import Format
from morasanu.scan.model import Reason
from morasanu.source.interface import Column
from morasanu.text.charset import StreamDecoder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Piece
    from morasanu.scan.block import Block

AGAIN: Final = frozenset(("MRS-X-020", "MRS-X-023", "MRS-X-024", "MRS-X-026"))
"""Reasons that may be gone at the next scan: a password, a program or part to read it, a better day."""
_ROWS: Final = re.compile(r"(?:, )?rows? [0-9]+-[0-9]+\Z")
_CELLS: Final = re.compile(r"![A-Z]{1,3}[0-9]+:[A-Z]{1,3}[0-9]+\Z")
PIECE_BYTES: Final = 262_144
_HTML_SUFFIXES: Final = frozenset((".html", ".htm", ".xhtml", ".shtml"))
_XML_SUFFIXES: Final = frozenset((".xml", ".svg", ".xsl", ".xsd", ".rss"))
# text on the outside, coded inside: what lies open is read, the rest is said to be unread
_CODED_SUFFIXES: Final = frozenset((".eml", ".mbox", ".mht", ".mhtml", ".rtf", ".ps", ".ics", ".vcf"))
_HTML_HEAD: Final = re.compile(r"\s*(?:<!doctype html|<html\b)", re.IGNORECASE)
_XML_HEAD: Final = re.compile(r"\s*<\?xml\b")


class Opener(Protocol):
    """Reads the pieces of files that are more than text; `extract.sandbox.Sandbox` is one."""

    def read(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread]:
        """Yield what comes out of `file`, and what does not; never raises for what is in it."""
        ...


class PieceReader:
    """Reads one file that holds others, or text in a format of its own, piece by piece."""

    format = Format.PLAIN

    def __init__(self, path: str, size_bytes: int, opener: Opener) -> None:
        """Take the file's name and size; `opener` reads it."""
        self._name = PurePath(path).name
        self._opener = opener
        self.bytes_read = size_bytes
        self.pieces = 0
        self.unread: list[tuple[str, Reason]] = []

    @property
    def charset(self) -> str:
        """Return `""`: what is inside has sets of its own."""
        return ""

    @property
    def reason(self) -> Reason | None:
        """Return the first reason why something inside was not read, None when all was."""
        return self.unread[0][1] if self.unread else None

    def blocks(self, file: BinaryIO) -> Iterator[Block]:
        """Yield the blocks of every piece."""
        for out in self._opener.read(file, self._name):
            if isinstance(out, Unread):
                self.unread.append((out.part, Reason(out.code, out.ja, out.en)))
                continue
            self.pieces += 1
            yield from cut_piece(out.text, out.header, self.pieces, out.part, _find_grid(out))


def _find_grid(piece: Piece) -> Grid | None:
    """Return the table whose rows the lines of `piece` are, None when they are something else."""
    if any(len(line) >= BLOCK_CHARS for line in piece.text.split("\n")):
        return None
    sheet = _CELLS.search(piece.part)
    if sheet:
        columns = (piece.header or piece.text.partition("\n")[0]).split("\t")
        return Grid(tuple(map(Column, columns)), (), piece.part[: sheet.start()], is_sheet=True)
    name = _ROWS.search(piece.part)
    columns = piece.header.split("\t")
    if name is None:
        return None
    return Grid(tuple(map(Column, columns)), (), piece.part[: name.start()].removeprefix("table "))


class FileReader:
    """Reads one file block by block; the properties say afterwards how it went."""

    def __init__(self, path: str, size_bytes: int) -> None:
        """Take the file's name, which says something of its format, and its size, beyond which is not read."""
        self._size_bytes = size_bytes
        self._suffix = PurePath(path).suffix.lower()
        self._decoder = StreamDecoder()
        self.format = Format.PLAIN
        self.bytes_read = 0

    @property
    def charset(self) -> str:
        """Return the character set, `""` for an empty or not textual file."""
        return "" if self._decoder.is_binary or not self.bytes_read else self._decoder.charset

    @property
    def reason(self) -> Reason | None:
        """Return why the file was read only partly, None when it was read wholly."""
        if self._decoder.is_foreign:
            return Reason("MRS-X-015", "文字でない部分があり、読んでいません", "parts that are not text were not read")
        lost = self._decoder.unreadable
        if lost:
            return Reason("MRS-X-010", f"{lost:,}文字を読めませんでした", f"{lost:,} characters could not be read")
        if self._suffix in _CODED_SUFFIXES:
            return Reason("MRS-X-011", "符号化された部分は読んでいません", "encoded parts were not read")
        return None

    def blocks(self, file: BinaryIO) -> Iterator[Block]:
        """Yield the blocks of the file. Raises InspectError MRS-X-005 for a format that is not text, OSError."""
        cutter = BlockCutter()
        is_first = True
        while True:
            # a log that grows faster than it is read would never end
            data = file.read(min(PIECE_BYTES, self._size_bytes - self.bytes_read))
            self.bytes_read += len(data)
            text = self._decoder.feed(data, is_last=not data)
            if self._decoder.is_binary:
                raise _not_text(self._suffix)
            if is_first and text:
                self.format = self._find_format(text)
                is_first = False
            yield from cutter.feed(text)
            if not data:
                yield from cutter.finish()
                return

    def _find_format(self, text: str) -> Format:
        if self._suffix in _HTML_SUFFIXES or _HTML_HEAD.match(text):
            return Format.HTML
        if self._suffix in _XML_SUFFIXES or _XML_HEAD.match(text):
            return Format.XML
        return Format.PLAIN


def _not_text(suffix: str) -> InspectError:
    # a suffix is part of a name that people chose, so only what looks like a format is repeated
    name = suffix.removeprefix(".")
    shown = name if name.isascii() and name.isalnum() and len(name) <= 8 else "?"
    return InspectError("MRS-X-005", f"未対応の形式（{shown}）", f"format not supported yet ({shown})")
