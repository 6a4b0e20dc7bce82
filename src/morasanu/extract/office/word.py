"""Word and PowerPoint files: every story, slide, note and comment, what is deleted or hidden, and the files inside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.office.event import START
from morasanu.extract.office.ooxml import first_events, read_relations, read_rest
from morasanu.extract.office.package import Package
from morasanu.extract.office.sink import Sink, follow
from morasanu.extract.office.story import Story
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

# in this order; what else lies there is read by read_rest
_WORD_STORIES: Final = (
    (re.compile(r"word/document\d*\.xml", re.IGNORECASE), "body"),
    (re.compile(r"word/header(\d*)\.xml", re.IGNORECASE), "header"),
    (re.compile(r"word/footer(\d*)\.xml", re.IGNORECASE), "footer"),
    (re.compile(r"word/footnotes\d*\.xml", re.IGNORECASE), "footnote"),
    (re.compile(r"word/endnotes\d*\.xml", re.IGNORECASE), "endnote"),
    (re.compile(r"word/comments\d*\.xml", re.IGNORECASE), "comment"),
    (re.compile(r"word/glossary/document\d*\.xml", re.IGNORECASE), "glossary"),
)
_SLIDE_STORIES: Final = (
    (re.compile(r"ppt/slides/(slide\d+)\.xml", re.IGNORECASE), "slide without a place"),
    (re.compile(r"ppt/notesSlides/(notesSlide\d+)\.xml", re.IGNORECASE), "notes"),
    (re.compile(r"ppt/comments/.*\.xml", re.IGNORECASE), "comment"),
    (re.compile(r"ppt/slideMasters/slideMaster(\d+)\.xml", re.IGNORECASE), "master"),
    (re.compile(r"ppt/slideLayouts/slideLayout(\d+)\.xml", re.IGNORECASE), "layout"),
    (re.compile(r"ppt/notesMasters/notesMaster(\d+)\.xml", re.IGNORECASE), "notes master"),
    (re.compile(r"ppt/handoutMasters/handoutMaster(\d+)\.xml", re.IGNORECASE), "handout master"),
)
_MASTERS: Final = frozenset(("master", "layout", "notes master", "handout master"))
_BESIDE_SLIDE: Final = {"notesSlide": "notes", "comments": "comment"}


class WordExtractor:
    """Reads docx."""

    formats = ("docx",)

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield a piece for each story, then properties, links and the files inside."""
        package = Package(file, task.limits)
        done: set[str] = set()
        yield from _read_stories(package, _WORD_STORIES, done)
        yield from read_rest(package, done)
        if not package.complete:
            yield unread("MRS-X-021")


class SlideExtractor:
    """Reads pptx."""

    formats = ("pptx",)

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield a piece for each slide in its order with its notes and comments, then masters and the rest."""
        package = Package(file, task.limits)
        done: set[str] = set()
        for number, name in enumerate(_list_slides(package), 1):
            yield from _read_slide(package, name, f"slide {number}", done)
        yield from _read_stories(package, _SLIDE_STORIES, done)
        yield from read_rest(package, done)
        if not package.complete:
            yield unread("MRS-X-021")


def _read_stories(
    package: Package, stories: tuple[tuple[re.Pattern[str], str], ...], done: set[str]
) -> Iterator[Extracted]:
    for pattern, label in stories:
        for name in package.names():
            match = pattern.fullmatch(name)
            if match and name not in done:
                number = match[1] if match.groups() else ""
                yield from _read_story(package, name, f"{label} {number}".strip(), done, masters=label in _MASTERS)


def _read_story(
    package: Package, name: str, part: str, done: set[str], *, masters: bool = False
) -> Iterator[Extracted]:
    done.add(name)
    sink = Sink()
    yield from follow(package.chunks(name), Story(sink, part, placeholders=not masters), sink, part)


def _list_slides(package: Package) -> list[str]:
    relations = read_relations(package, "ppt/presentation.xml")
    listed: list[str] = []
    for kind, name, attributes in first_events(package, "ppt/presentation.xml"):
        if kind == START and name == "sldId":
            relation = relations.get(attributes.get(":id", ""))
            if relation is not None and not relation.external and relation.target not in listed:
                listed.append(relation.target)
    return [name for name in listed if package.has(name)]


def _read_slide(package: Package, name: str, part: str, done: set[str]) -> Iterator[Extracted]:
    yield from _read_story(package, name, part, done)
    for relation in read_relations(package, name).values():
        label = _BESIDE_SLIDE.get(relation.kind)
        if label and not relation.external and package.has(relation.target) and relation.target not in done:
            yield from _read_story(package, relation.target, f"{part} {label}", done)


EXTRACTORS = (WordExtractor(), SlideExtractor())
