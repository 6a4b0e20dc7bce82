"""Where an office reader puts its lines: one bounded piece after another for each part of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Piece, Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from morasanu.extract.event import Event

PIECE_CHARS: Final = 64_000


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
            self._take(part, line[:PIECE_CHARS])
            line = line[PIECE_CHARS:]
        self._take(part, line)

    def _take(self, part: str, line: str) -> None:
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

    def drain(self) -> Iterator[Extracted]:
        """Yield the pieces that are full."""
        ready, self.ready = self.ready, []
        yield from ready

    def finish(self) -> Iterator[Extracted]:
        """Yield everything that is left and be empty again."""
        for part in list(self._lines):
            self._close(part)
        self._lines.clear()
        self._sizes.clear()
        yield from self.drain()


def follow(events: Iterable[Event], take: Callable[[int, str, dict[str, str]], None], sink: Sink, part: str) -> Iterator[Extracted]:
    """Yield the pieces that `take` puts into `sink` for each event; a fault comes last, as an `Unread` of `part`."""
    fault: Unread | None = None
    try:
        for kind, name, attributes in events:
            take(kind, name, attributes)
            if sink.ready:
                yield from sink.drain()
    except InspectError as error:
        fault = tell(error, part)
    yield from sink.finish()
    if fault is not None:
        yield fault


def tell(error: InspectError, part: str) -> Unread:
    """Return the `Unread` that says what `error` says."""
    return Unread(part, error.code, error.message_ja, error.message_en)
