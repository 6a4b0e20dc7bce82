"""What Word, PowerPoint and Excel files have in common: relationships, properties, links, embedded files, all other parts."""

from __future__ import annotations

import binascii
import html
import posixpath
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import InspectError
from morasanu.extract.archive.note import read_comments
from morasanu.extract.interface import Extracted, Member
from morasanu.extract.mail.smime import list_certificate_texts
from morasanu.extract.office.event import END, START, TEXT, read_events
from morasanu.extract.office.mashup import MASHUP_PART, is_mashup, read_mashup
from morasanu.extract.office.sink import Sink, follow, list_telling, tell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.extract.office.event import Event
    from morasanu.extract.office.package import Package

_XML: Final = (".xml", ".rels")
# look, numbering, caches of what stands elsewhere: nothing a person wrote
_DULL: Final = re.compile(
    r"(?:^\[content_types\]\.xml|/(?:styles|stylesWithEffects|fontTable|webSettings|numbering|calcChain|presProps|viewProps"
    r"|tableStyles|commentsExtended|commentsIds|commentsExtensible|vmlDrawing\d*)\.xml"
    r"|/(?:theme|printerSettings|fonts)/.*|docProps/thumbnail\..*"
    r"|/(?:colors|style|layout|quickStyle|drawing)\d*\.xml|.*/itemProps\d*\.xml)$",
    re.IGNORECASE,
)
_DULL_DIAGRAM: Final = re.compile(r"/diagrams/", re.IGNORECASE)
_NO_MEMBER: Final = re.compile(r"(?:/printerSettings/|/fonts/|docProps/thumbnail\.|\.psmdcp$|\.psdor$)", re.IGNORECASE)
_VML: Final = re.compile(r"\.vml$", re.IGNORECASE)
_VALUE: Final = re.compile(r"=\s*[\"']([^\"'<>]*)")
_TAG: Final = re.compile(r"<[^<>]{0,4000}>")
_DULL_PROPERTIES: Final = frozenset(
    "AppVersion Application Characters CharactersWithSpaces DocSecurity HeadingPairs HiddenSlides Lines LinksUpToDate MMClips "
    "Notes Pages Paragraphs PresentationFormat ScaleCrop SharedDoc Slides TitlesOfParts TotalTime Words HyperlinksChanged "
    "created modified revision lastPrinted DigSig".split()
)
_MAX_REMEMBERED: Final = 10_000
_DULL_TEXT: Final = frozenset(
    ("f", "formatCode", "modelId", "binData", "numFmt", "DigestValue", "SignatureValue", "Modulus")
)
_CERTIFICATE: Final = "X509Certificate"
_CUSTOM_STYLES: Final = re.compile(r"word/styles\d*\.xml", re.IGNORECASE)
_TELLING: Final = frozenset(
    (
        "docVar",
        "tag",
        "person",
        "dbPr",
        "olapPr",
        "textPr",
        "webPr",
        "connection",
        "dataSource",
        "query",
        "connectString",
    )
)


class Relation(NamedTuple):
    """A relationship: where it points, its kind (the last word of its type), whether out of the package."""

    target: str
    kind: str
    external: bool


def read_relations(package: Package, part: str) -> dict[str, Relation]:
    """Return the relationships of `part` by their id, empty when it has none or they are damaged."""
    folder, _, base = part.rpartition("/")
    name = f"{folder}/_rels/{base}.rels" if folder else f"_rels/{base}.rels"
    found: dict[str, Relation] = {}
    if not package.has(name):
        return found
    try:
        for kind, tag, attributes in read_events(package.chunks(name)):
            if kind == START and tag == "Relationship":
                external = attributes.get("TargetMode", "").lower() == "external"
                target = attributes.get("Target", "")
                where = target if external else _resolve(folder, target)
                found[attributes.get("Id", "")] = Relation(
                    where, attributes.get("Type", "").rpartition("/")[2], external
                )
    except InspectError:
        # read_rest comes to this part too, and says so
        return found
    return found


def _resolve(folder: str, target: str) -> str:
    joined = target if target.startswith("/") else f"{folder}/{target}"
    return posixpath.normpath(joined).lstrip("/")


def read_properties(package: Package) -> Iterator[Extracted]:
    """Yield `properties`: a line `name: value` for each one a person may have written."""
    for name in package.names():
        if name.lower().startswith("docprops/") and name.lower().endswith(".xml"):
            sink = Sink()
            yield from follow(package.chunks(name), _Properties(sink), sink, "properties")


class _Properties:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._text: list[str] = []
        self._name = ""
        self._dull = ""

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == START:
            self._text = []
            self._dull = self._dull or (name if name in _DULL_PROPERTIES else "")
            if name == "property":
                self._name = attributes.get("name", "")
        elif kind == TEXT:
            if not self._dull:
                self._text.append(name)
        else:
            self._dull = "" if name == self._dull else self._dull
            self._put(self._name or name)

    def _put(self, name: str) -> None:
        text = "".join(self._text).strip()
        self._text = []
        if text:
            self._sink.add("properties", f"{name}: {text}")

    def close(self) -> None:
        self._put(self._name or "?")


class Loose:
    """Takes every text of a part nobody knows better: a line for each element, and attributes a person may have written."""

    def __init__(self, sink: Sink, part: str) -> None:
        """Put the lines of `part` into `sink`."""
        self._sink = sink
        self._part = part
        self._text: list[str] = []
        self._open = ""
        self._seen: set[str] = set()

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        """Take one event."""
        if kind == TEXT:
            self._text.append(name)
            return
        if self._text:
            if self._open == _CERTIFICATE:
                for text in _read_certificate("".join(self._text)):
                    self._sink.add(self._part, text)
            elif self._open not in _DULL_TEXT:
                self._sink.add(self._part, "".join(self._text).strip())
            self._text = []
        self._open = name if kind != END else ""
        for value in attributes.values() if name in _TELLING else list_telling(name, attributes.values()):
            if value not in self._seen:
                self._sink.add(self._part, value)
                if len(self._seen) < _MAX_REMEMBERED:
                    self._seen.add(value)

    def close(self) -> None:
        """Put the text of an element that never ended."""
        self.take(END, "", {})


def read_rest(package: Package, done: Iterable[str]) -> Iterator[Extracted]:
    """Yield what stands in the parts that are not in `done`: links out of the package, loose texts, files inside."""
    known = {name.lower() for name in done}
    links = Sink()
    for name in package.names():
        if name.lower() in known:
            continue
        if name.lower().endswith(".rels"):
            yield from follow(package.chunks(name), _Links(links), links, name)
        elif name.lower().startswith("docprops/") and name.lower().endswith(".xml"):
            continue
        elif _VML.search(name):
            yield from read_tagged(package, name)
        elif name.lower().endswith(_XML):
            yield from _read_xml(package, name)
        elif not _NO_MEMBER.search(name):
            yield from read_member(package, name)
    yield from read_properties(package)
    yield from read_comments(package.comments)


def _read_xml(package: Package, name: str) -> Iterator[Extracted]:
    if MASHUP_PART.fullmatch(name) and is_mashup(data := b"".join(_try_read(package, name))):
        yield from read_mashup(data, name)
    elif _CUSTOM_STYLES.fullmatch(name):
        sink = Sink()
        yield from follow(package.chunks(name), _Styles(sink), sink, "style")
    elif not _DULL.search(name) or _is_diagram_data(name):
        sink = Sink()
        yield from follow(package.chunks(name), Loose(sink, name), sink, name)


def _is_diagram_data(name: str) -> bool:
    return bool(_DULL_DIAGRAM.search(name)) and name.rpartition("/")[2].lower().startswith("data")


def _try_read(package: Package, name: str) -> Iterator[bytes]:
    """Yield the chunks of a part as far as they go; whoever reads it next says that it is damaged."""
    try:
        yield from package.chunks(name)
    except InspectError:
        return


def _read_certificate(text: str) -> list[str]:
    try:
        return list_certificate_texts(binascii.a2b_base64(text))
    except binascii.Error:
        return []


class _Styles:
    """Takes the names of styles that people made."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._is_custom = False

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == START and name == "style":
            self._is_custom = attributes.get("customStyle", "") in {"1", "true", "on"}
        elif kind == START and name == "name" and self._is_custom:
            for value in list_telling("", attributes.values()):
                self._sink.add("style", value)

    def close(self) -> None:
        """Nothing stays open."""


class _Links:
    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def take(self, kind: int, name: str, attributes: dict[str, str]) -> None:
        if kind == START and name == "Relationship" and attributes.get("TargetMode", "").lower() == "external":
            self._sink.add("link", attributes.get("Target", ""))

    def close(self) -> None:
        """Nothing stays open."""


def read_tagged(package: Package, name: str) -> Iterator[Extracted]:
    """Yield the telling lines of a part that is markup, but not always well formed."""
    try:
        text = package.read(name).decode("utf-8", "replace")
    except InspectError as error:
        yield tell(error, name)
        return
    sink = Sink()
    for line in html.unescape(_TAG.sub(_keep_words, text)).splitlines():
        if not line.strip().isascii() or "@" in line or re.search(r"\d{4}", line):
            sink.add(name, line.strip())
    yield from sink.finish()


def _keep_words(tag: re.Match[str]) -> str:
    """Return what stands in the place of a tag: the values of its attributes that a person may have written."""
    return "\n".join(("", *list_telling("", _VALUE.findall(tag[0])), ""))


def read_member(package: Package, name: str) -> Iterator[Extracted]:
    """Yield the part `name` as the file inside that it is, nothing when it is empty."""
    try:
        data = package.read(name)
    except InspectError as error:
        yield tell(error, name)
        return
    if data:
        yield Member(name, name.rpartition("/")[2], data)


def first_events(package: Package, name: str) -> Iterator[Event]:
    """Yield the events of `name` as far as they go; that it is damaged is told elsewhere. Empty when there is none."""
    if package.has(name):
        try:
            yield from read_events(package.chunks(name))
        except InspectError:
            return
