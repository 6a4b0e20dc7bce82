"""XML as a stream of events: no document type, no entities, bounded depth, bounded tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.parsers import expat

from morasanu.extract.reason import refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

START: Final = 0
END: Final = 1
TEXT: Final = 2
MAX_DEPTH: Final = 512
_MAX_TOKEN_BYTES: Final = 4_000_000
_NONE: Final[dict[str, str]] = {}

Event = tuple[int, str, dict[str, str]]
"""START with local name and attributes, END with local name, TEXT with the text."""


class _Collector:
    """Receives the callbacks of the parser."""

    __slots__ = ("depth", "events", "parser")

    def __init__(self) -> None:
        self.events: list[Event] = []
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
        self.events.append((START, name.rpartition(":")[2], attributes))

    def end(self, name: str) -> None:
        self.depth -= 1
        self.events.append((END, name.rpartition(":")[2], _NONE))

    def text(self, data: str) -> None:
        self.events.append((TEXT, data, _NONE))

    def doctype(self, *_: object) -> None:
        raise refuse("MRS-X-025", "DOCTYPE")


def _local(name: str) -> str:
    prefix, _, local = name.rpartition(":")
    # `id` and `r:id` stand side by side on one element
    return ":id" if local == "id" and prefix else local


def read_events(chunks: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of an XML document that comes in chunks. Names are local, `r:id` is `:id`.

    Raises InspectError after the events that could be read: MRS-X-021 (broken off), MRS-X-022 (too deep, a token of
    megabytes), MRS-X-025 (a document type), and whatever `chunks` raises.

    >>> [event[:2] for event in read_events([b"<w:p>a</w:p>"])]
    [(0, 'p'), (2, 'a'), (1, 'p')]
    """
    collector = _Collector()
    silent = 0
    fault: Exception | None = None
    source = iter(chunks)
    while fault is None:
        chunk = b""
        try:
            chunk = next(source, b"")
            collector.parser.Parse(chunk, not chunk)
        except expat.ExpatError:
            fault = refuse("MRS-X-021")
        except Exception as error:  # noqa: BLE001 - what was read before it comes first, then it goes on
            fault = error
        # a token that never ends is read anew with every chunk
        silent = 0 if collector.events else silent + len(chunk)
        if silent > _MAX_TOKEN_BYTES:
            fault = refuse("MRS-X-022", "token")
        yield from collector.events
        collector.events.clear()
        if not chunk:
            break
    if fault is not None:
        raise fault
