r"""The text that people see in markup and escapes: tags away, `&#x5C71;`, `\u5c71` and `%E5%B1%B1` read, and the way back to the offsets."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

from morasanu.text.escape import ENTITY, ESCAPE, MARKED, PLAIN, may_have_escapes, read_escape

_ELEMENT: Final = (
    r"(?P<silent><!--|-->|<style\b[^<>]*>.*?</style\s*>)|<(?P<tag>/?[A-Za-z][A-Za-z0-9:-]*)(?P<rest>(?:[\s/][^<>]*)?)>"
)
_MARKUP: Final = re.compile(rf"{_ELEMENT}|(?P<entity>{ENTITY})", re.DOTALL | re.IGNORECASE)
_MARKUP_ESCAPED: Final = re.compile(rf"{_ELEMENT}|{ESCAPE}|(?P<entity>{ENTITY})", re.DOTALL | re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"(?<=\s)(?P<name>[A-Za-z:-]+)\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'=<>`]+))",
    re.DOTALL,
)
# attributes whose values a reader sees or that carry data; of others, what is not in ASCII
_SHOWN: Final = frozenset(("value", "content", "alt", "title", "placeholder", "href"))
_CELL_TAGS: Final = frozenset(("td", "th"))
_INLINE_TAGS: Final = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q rp ruby s samp small span strong sub sup time tt u var wbr".split()
)


@dataclass(frozen=True, slots=True)
class View:
    """A text as it is seen. Every edit replaced source `from_starts[i]`..`from_ends[i]` by `starts[i]`..`ends[i]` of `text`."""

    text: str
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    from_starts: tuple[int, ...] = ()
    from_ends: tuple[int, ...] = ()

    def given(self, start: int, end: int) -> tuple[int, int]:
        """Return the span of the source that the span `start`..`end` (end exclusive, not empty) of the view came from."""
        if not self.starts:
            return start, end
        return self._origin(start, self.from_starts), self._origin(end - 1, self.from_ends, last=1)

    def _origin(self, position: int, edges: tuple[int, ...], last: int = 0) -> int:
        index = bisect_right(self.starts, position) - 1
        if index < 0:
            return position + last
        if position < self.ends[index]:
            return edges[index]
        return position - self.ends[index] + self.from_ends[index] + last


class _Writer:
    def __init__(self, source: str) -> None:
        self._source = source
        self._pieces: list[str] = []
        self._edits: list[tuple[int, int, int, int]] = []
        self._length = 0
        self._done = 0

    def replace(self, start: int, end: int, seen: str) -> None:
        piece = self._source[self._done : start]
        self._pieces += (piece, seen)
        self._length += len(piece)
        self._edits.append((self._length, self._length + len(seen), start, end))
        self._length += len(seen)
        self._done = end

    def finish(self) -> View:
        self._pieces.append(self._source[self._done :])
        columns = zip(*self._edits, strict=True) if self._edits else ((),) * 4
        return View("".join(self._pieces), *columns)


def view_plain(text: str) -> View:
    r"""Return `text` with escapes read, as JSON and JavaScript, URLs, the logs of web servers and dumps of databases write Japanese.

    >>> view = view_plain(r'{"name": "\u5c71\u7530"}')
    >>> view.text, view.given(10, 12)
    ('{"name": "山田"}', (10, 22))
    >>> view_plain("GET /?q=%E5%B1%B1%E7%94%B0 %8ER%93c &#23665; 80%A4").text
    'GET /?q=山田 山田 山 80%A4'
    """
    if not may_have_escapes(text):
        return View(text)
    writer = _Writer(text)
    for match in PLAIN.finditer(text):
        for edit in read_escape(match):
            writer.replace(*edit)
    return writer.finish()


def view_xml(text: str) -> View:
    """Return `text` with entities and escapes read; elements stay, because their names say what stands in them.

    >>> view_xml("<name>&#23665;&#x7530;</name>").text
    '<name>山田</name>'
    """
    if "&" not in text and not may_have_escapes(text):
        return View(text)
    writer = _Writer(text)
    for match in MARKED.finditer(text):
        for edit in read_escape(match):
            writer.replace(*edit)
    return writer.finish()


def view_html(text: str) -> View:
    r"""Return what a reader of the page sees: rows as lines, cells apart by tabs, and the values of fields and links.

    >>> view_html("<tr><th>氏名</th><td>山<b>田</b></td></tr>").text
    '\n\t氏名\t山田\n'
    """
    writer = _Writer(text)
    for match in (_MARKUP_ESCAPED if may_have_escapes(text) else _MARKUP).finditer(text):
        start, end = match.span()
        if match["silent"]:
            writer.replace(start, end, " ")
        elif match["tag"]:
            _write_tag(writer, match)
        else:
            for edit in read_escape(match):
                writer.replace(*edit)
    return writer.finish()


def _write_tag(writer: _Writer, match: re.Match[str]) -> None:
    start, end = match.span()
    tag = match["tag"].lower()
    name = ""
    for attribute in _ATTRIBUTE.finditer(match.string, match.start("rest"), match.end("rest")):
        key = attribute["name"].lower()
        group = next(each for each in ("double", "single", "bare") if attribute[each] is not None)
        value = attribute[group]
        if key == "name":
            name = value
        elif value.strip() and (
            key in _SHOWN or key.startswith("data-") or not value.isascii() or MARKED.search(value)
        ):
            writer.replace(start, attribute.start(group), f" {name if key == 'value' else ''}= " if name else " ")
            for escape in MARKED.finditer(match.string, *attribute.span(group)):
                for edit in read_escape(escape):
                    writer.replace(*edit)
            start = attribute.end(group)
    closing = tag.startswith("/")
    tag = tag.removeprefix("/")
    if tag in _INLINE_TAGS:
        seen = "" if start == match.start() else " "
    elif tag in _CELL_TAGS:
        seen = "" if closing else "\t"
    else:
        seen = "\n"
    writer.replace(start, end, seen)
