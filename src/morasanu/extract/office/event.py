"""XML as a stream of events: no document type, no entities, bounded depth, bounded tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from morasanu.errors import InspectError
from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

START: Final = 0
END: Final = 1
TEXT: Final = 2
MAX_DEPTH: Final = 512
_MAX_TOKEN_BYTES: Final = 4_000_000
_END: Final = object()
_NONE: Final[dict[str, str]] = {}

Event = tuple[int, str, dict[str, str]]
"""START with local name and attributes, END with local name, TEXT with the text."""


Take = Callable[[int, str, dict[str, str]], None]


class _Handler:
    """Receives the callbacks of the parser and hands them on with local names."""

    __slots__ = ("depth", "parser", "take")

    def __init__(self, take: Take) -> None:
        self.take = take
        self.depth = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.buffer_size = 65_536
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.StartDoctypeDeclHandler = self.doctype

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise refuse("MRS-X-022", "depth")
        for key in attributes:
            if ":" in key:
                attributes = {_local(each): value for each, value in attributes.items()}
                break
        self.take(START, name.rpartition(":")[2] if ":" in name else name, attributes)

    def end(self, name: str) -> None:
        self.depth -= 1
        self.take(END, name.rpartition(":")[2] if ":" in name else name, _NONE)

    def text(self, data: str) -> None:
        self.take(TEXT, data, _NONE)

    def doctype(self, _: str, __: str | None, ___: str | None, has_subset: int) -> None:
        # one that only names a standard, as old formulas do, declares nothing here and nothing is fetched
        if has_subset:
            raise refuse("MRS-X-025", "DOCTYPE")


def _local(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    # `id` and `r:id` stand side by side on one element
    return ":id" if local == "id" and prefix else local


def drive(chunks: Iterable[bytes], take: Take) -> Iterator[None]:
    """Call `take` for every event of an XML document that comes in chunks; yield after each chunk.

    Names are local, `r:id` is `:id`. Raises InspectError after the events that could be read: MRS-X-021 (broken off),
    MRS-X-022 (too deep, a token of megabytes), MRS-X-025 (a document type, an encoding), and whatever `chunks` raises.
    """
    parser = _Handler(take).parser
    fed = 0
    for chunk in chunks:
        _parse(parser, chunk, last=False)
        fed += len(chunk)
        # a token that never ends is read anew with every chunk
        if fed - parser.CurrentByteIndex > _MAX_TOKEN_BYTES:
            raise refuse("MRS-X-022", "token")
        yield
    _parse(parser, b"", last=True)


def _parse(parser: expat.XMLParserType, chunk: bytes, *, last: bool) -> None:
    try:
        parser.Parse(chunk, last)
    except expat.ExpatError:
        raise refuse("MRS-X-021") from None
    except (LookupError, ValueError):
        raise refuse("MRS-X-025", "encoding") from None


def read_events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of an XML document that comes in chunks; raises as `drive` does.

    >>> [event[:2] for event in read_events([b"<w:p>a</w:p>"])]
    [(0, 'p'), (2, 'a'), (1, 'p')]
    """
    events: list[Event] = []
    fault: InspectError | None = None
    steps = drive(chunks, lambda kind, name, attributes: events.append((kind, name, attributes)))
    running = True
    while running:
        try:
            running = next(steps, _END) is None
        except InspectError as error:
            fault, running = error, False
        yield from events
        events.clear()
    if fault is not None:
        raise fault
