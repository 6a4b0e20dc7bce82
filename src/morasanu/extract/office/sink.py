"""Where an office reader puts its lines: one bounded piece after another for each part of a file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Protocol

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Piece, Unread
from morasanu.extract.office.event import drive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_TELLING: Final = re.compile(r"[^\x00-\x7f]|\w@\w")
_LOOKS: Final = frozenset(
    "rFonts latin ea cs sym font font-face buFont buChar chr begChr endChr pStyle rStyle tblStyle text-properties style".split()
)
"""Elements whose attributes name fonts, styles and signs."""
PIECE_CHARS: Final = 64_000
_MAX_PARTS: Final = 1_000
# a name or number is better not cut in two
_CUT_CHARS: Final = 1_000
_SIGNS: Final = "\n\t 　、。,;"


class Sink:
    r"""Gathers lines by part, in the order in which the parts first appear.

    >>> sink = Sink()
    >>> sink.add("body", "山田"); sink.add("header 1", "秘"); sink.add("body", " ")
    >>> [(piece.part, piece.text) for piece in sink.finish()]
    [('body', '山田\n'), ('header 1', '秘\n')]
    """

    def __init__(self) -> None:
        """Begin with nothing."""
        self.ready: list[Extracted] = []
        self._lines: dict[str, list[str]] = {}
        self._sizes: dict[str, int] = {}

    def add(self, part: str, line: str) -> None:
        """Take a line (without its end); blank ones are dropped, those longer than a piece are cut."""
        if not line or line.isspace():
            return
        while len(line) > PIECE_CHARS:
            cut = max(line.rfind(sign, PIECE_CHARS - _CUT_CHARS, PIECE_CHARS) for sign in _SIGNS) + 1 or PIECE_CHARS
            self._take(part, line[:cut])
            line = line[cut:]
        self._take(part, line)

    def _take(self, part: str, line: str) -> None:
        if part not in self._lines and len(self._lines) >= _MAX_PARTS:
            self._close_all()
        lines = self._lines.setdefault(part, [])
        size = self._sizes.get(part, 0) + len(line) + 1
        if lines and size > PIECE_CHARS:
            self._close(part)
            size = len(line) + 1
        self._lines[part].append(line)
        self._sizes[part] = size

    def _close(self, part: str) -> None:
        lines = self._lines[part]
        if lines:
            self.ready.append(Piece(part, "\n".join(lines) + "\n"))
            self._lines[part] = []

    def _close_all(self) -> None:
        for part in self._lines:
            self._close(part)
        self._lines.clear()
        self._sizes.clear()

    def drain(self) -> Iterator[Extracted]:
        """Yield the pieces that are full."""
        ready, self.ready = self.ready, []
        yield from ready

    def finish(self) -> Iterator[Extracted]:
        """Yield everything that is left and be empty again."""
        self._close_all()
        yield from self.drain()


def list_telling(name: str, values: Iterable[str]) -> list[str]:
    """Return the values of an element's attributes that a person may have written: not in ASCII, or an address. What names fonts and styles is left out.

    >>> list_telling("cNvPr", ["2", "山田太郎.jpg"]), list_telling("latin", ["ＭＳ 明朝"])
    (['山田太郎.jpg'], [])
    """
    if name in _LOOKS:
        return []
    return [value for value in values if _TELLING.search(value)]


class Taker(Protocol):
    """Makes lines of events."""

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        ...

    def close(self) -> None:
        """Put what is still open when the events end, be it too early."""
        ...


def follow(chunks: Iterable[bytes], taker: Taker, sink: Sink, part: str) -> Iterator[Extracted]:
    """Yield the pieces that `taker` puts into `sink` for the XML that comes in chunks; a fault comes last, as an `Unread` of `part`."""
    fault: Unread | None = None
    try:
        for _ in drive(chunks, taker.take):
            if sink.ready:
                yield from sink.drain()
    except InspectError as error:
        fault = tell(error, part)
    taker.close()
    yield from sink.finish()
    if fault is not None:
        yield fault


def tell(error: InspectError, part: str) -> Unread:
    """Return the `Unread` that says what `error` says."""
    return Unread(part, error.code, error.message_ja, error.message_en)
