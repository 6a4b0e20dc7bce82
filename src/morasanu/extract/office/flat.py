"""Office documents in one XML file: flat OpenDocument (fodt, fods, fodp), Word 2003 XML and flat OPC; names split by tags are joined."""

from __future__ import annotations

import binascii
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Member
from morasanu.extract.office.event import END, START, TEXT
from morasanu.extract.office.odf_story import OdfStory
from morasanu.extract.office.ooxml import Loose
from morasanu.extract.office.package import CHUNK_BYTES
from morasanu.extract.office.sink import Sink, follow
from morasanu.extract.office.story import Story

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task
    from morasanu.extract.office.sink import Taker

_STORIES: Final = {
    "flat-odf": frozenset(("body", "master-styles")),
    "flat-word": frozenset(("body", "hdr", "ftr", "footnotes", "endnotes", "comments", "docParts", "cSld")),
}
_FILES: Final = frozenset(("binary-data", "binData", "binaryData"))
_DULL: Final = frozenset(
    ("config-item", "number-style", "date-style", "time-style", "percentage-style", "currency-style")
)


class FlatExtractor:
    """Reads one of the two kinds."""

    def __init__(self, form: str) -> None:
        """Read `flat-odf` or `flat-word`."""
        self.formats: tuple[str, ...] = (form,)

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the stories, properties and whatever else stands there, then the files inside; MRS-X-021 and MRS-X-022 as `Unread`."""
        sink = Sink()
        story = OdfStory(sink, "body") if self.formats[0] == "flat-odf" else Story(sink, "body")
        taker = _Flat(story, Loose(sink, "other"), _STORIES[self.formats[0]], task.limits.members)
        yield from follow(iter(lambda: file.read(CHUNK_BYTES), b""), taker, sink, "body")
        yield from taker.members


class _Flat:
    """Hands the events of stories to one taker, all others to another; keeps the files inside."""

    def __init__(self, story: Taker, other: Taker, stories: frozenset[str], most: int) -> None:
        self._story, self._other, self._stories, self._most = story, other, stories, most
        self._inside: list[str] = []
        self._dull = ""
        self._data: list[str] | None = None
        self.members: list[Member] = []

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if self._data is not None:
            self._take_data(kind, name)
        elif kind == START and name in _FILES:
            self._data = []
        elif self._dull:
            self._dull = "" if kind == END and name == self._dull else self._dull
        elif kind == START and name in _DULL:
            self._dull = name
        else:
            self._hand_on(kind, name, attributes)

    def _hand_on(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == START and name in self._stories:
            self._inside.append(name)
        (self._story if self._inside else self._other).take(kind, name, attributes)
        if kind == END and self._inside and name == self._inside[-1]:
            self._inside.pop()

    def _take_data(self, kind: int, name: str) -> None:
        if kind == TEXT and self._data is not None:
            self._data.append(name)
        elif kind == END and self._data is not None:
            try:
                data = binascii.a2b_base64("".join(self._data))
            except binascii.Error:
                data = b""
            self._data = None
            if data and len(self.members) < self._most:
                self.members.append(Member(f"file {len(self.members) + 1}", "", data))

    def close(self) -> None:
        self._story.close()
        self._other.close()


EXTRACTORS: tuple[Extractor, ...] = (FlatExtractor("flat-odf"), FlatExtractor("flat-word"))
