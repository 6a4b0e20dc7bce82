"""OpenDocument files: text, sheets and slides, with notes, annotations, tracked deletions, margins and what is hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.note import read_comments
from morasanu.extract.office.event import END, START, TEXT
from morasanu.extract.office.odf_locked import unlock
from morasanu.extract.office.odf_story import OdfStory
from morasanu.extract.office.ooxml import Loose, read_member, read_tagged
from morasanu.extract.office.package import Package
from morasanu.extract.office.sink import Sink, follow, list_telling
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_DULL: Final = re.compile(
    r"(?:mimetype|manifest\.rdf|layout-cache|settings\.xml|(?:META-INF|Thumbnails|ObjectReplacements|Configurations2|Fonts)/.*"
    r"|Pictures/TablePreview\d+\.svm"
    r"|.*/(?:settings|meta)\.xml|.*/styles\.xml)",
    re.IGNORECASE,
)
_SETTINGS: Final = re.compile(r"settings\.xml|META-INF/[^/]*signatures\.xml", re.IGNORECASE)
_STORY: Final = re.compile(r"(?:(.+)/)?(content|styles)\.xml", re.IGNORECASE)
_SIGNERS: Final = frozenset(("X509IssuerName", "X509SubjectName", "X509Certificate"))
_DULL_META: Final = frozenset(
    ("creation-date", "date", "editing-cycles", "editing-duration", "generator", "print-date", "document-statistic")
)


class OdfExtractor:
    """Reads odt, ods and odp."""

    formats = ("odt", "ods", "odp")

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield body, sheets or slides with what belongs to them, then margins, properties and the files inside.

        Raises InspectError MRS-X-020 when it is encrypted and no password fits, MRS-X-021, MRS-X-022.
        """
        package = Package(file, task.limits)
        opened = unlock(package, task.passwords, task.limits)
        package = Package(opened, task.limits) if opened else package
        for name in sorted(package.names(), key=_rank):
            yield from _read_part(package, name)
        yield from read_comments(package.comments)
        if not package.complete:
            yield unread("MRS-X-021")


def _rank(name: str) -> int:
    order = ("content.xml", "styles.xml", "meta.xml")
    return order.index(name.lower()) if name.lower() in order else len(order)


def _read_part(package: Package, name: str) -> Iterator[Extracted]:
    lower = name.lower()
    match = _STORY.fullmatch(name)
    if lower == "meta.xml":
        sink = Sink()
        yield from follow(package.chunks(name), _Meta(sink), sink, "properties")
    elif match and (match[2].lower() == "content" or not match[1]):
        sink = Sink()
        story = OdfStory(sink, match[1] or "body")
        yield from follow(package.chunks(name), story, sink, match[1] or match[2])
    elif _SETTINGS.fullmatch(name):
        sink = Sink()
        yield from follow(package.chunks(name), _Settings(sink, name), sink, name)
    elif _DULL.fullmatch(name):
        return
    elif lower.endswith((".xml", ".xlb", ".xlc")):
        yield from read_tagged(package, name)
    else:
        yield from read_member(package, name)


class _Settings(Loose):
    """Takes settings and signatures: what is not in ASCII, and whom a certificate names."""

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        if kind == TEXT and self._open not in _SIGNERS and not list_telling("", (name,)):
            return
        super().take(kind, name, attributes)


class _Meta:
    """Takes the properties: a line `name: value` for each one a person may have written."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._text: list[str] = []
        self._name = ""

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == TEXT:
            self._text.append(name)
        elif kind == START:
            self._text = []
            self._name = attributes.get("name", name)
            if name == "template":
                self._sink.add("properties", f"template: {attributes.get('title', '')} {attributes.get('href', '')}")
        elif kind == END:
            if name not in _DULL_META:
                self.close()
            self._text = []

    def close(self) -> None:
        text = "".join(self._text).strip()
        if text:
            self._sink.add("properties", f"{self._name}: {text}")


EXTRACTORS = (OdfExtractor(),)
