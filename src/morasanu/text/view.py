r"""The text that people see in markup and escapes: tags away, `&#x5C71;`, `\u5c71` and `%E5%B1%B1` read, and the way back to the offsets."""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import Final

_BYTE: Final = r"(?:%|\\x)[0-9A-Fa-f]{2}"
# a character by its number; bytes as URLs and the logs of web servers write them (the second one of CP932 may be a letter),
# and as dumps of databases do; the @ of an address in a URL
_ESCAPE: Final = (
    r"(?P<unit>[\\%]u[dD][89abAB][0-9a-fA-F]{2}[\\%]u[dD][c-fC-F][0-9a-fA-F]{2}|[\\%]u[0-9a-fA-F]{4})"
    rf"|(?P<bytes>(?:(?=(?:%|\\x)[89A-Fa-f])(?:{_BYTE}){{1,2}}[@-\[\]-~]?\+?)+)"
    r"|(?:\b0x|\b[xX]'|'\\\\?x)(?P<digits>(?:[0-9A-Fa-f]{2}){6,})(?![0-9A-Fa-f])"
    r"|(?<=[A-Za-z0-9])(?P<at>%40)(?=[A-Za-z0-9-]{1,60}\.[A-Za-z])"
)
_ENTITY: Final = r"&(?:#[xX][0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[A-Za-z]{2,8});"
_HINT: Final = re.compile(r"[\\%&xX](?:u[0-9A-Fa-f]{4}|x?[0-9A-Fa-f]{2}|#|'[0-9A-Fa-f]{2})")
"""Where a text holds nothing of the kind it has no escapes: found quickly, as most texts have none."""
_PLAIN: Final = re.compile(rf"{_ESCAPE}|(?P<entity>&(?:#[xX][0-9A-Fa-f]{{2,6}}|#[0-9]{{3,7}});)")
_MARKED: Final = re.compile(rf"{_ESCAPE}|(?P<entity>{_ENTITY})")
_TOKEN: Final = re.compile(rf"{_BYTE}|.", re.DOTALL)
_JAPANESE: Final = re.compile("[\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9f]")
_ELEMENT: Final = (
    r"(?P<silent><!--|-->|<style\b[^<>]*>.*?</style\s*>)|<(?P<tag>/?[A-Za-z][A-Za-z0-9:-]*)(?P<rest>(?:[\s/][^<>]*)?)>"
)
_MARKUP: Final = re.compile(rf"{_ELEMENT}|(?P<entity>{_ENTITY})", re.DOTALL | re.IGNORECASE)
_MARKUP_ESCAPED: Final = re.compile(rf"{_ELEMENT}|{_ESCAPE}|(?P<entity>{_ENTITY})", re.DOTALL | re.IGNORECASE)
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
    if not _HINT.search(text):
        return View(text)
    writer = _Writer(text)
    for match in _PLAIN.finditer(text):
        _write_escape(writer, match)
    return writer.finish()


def view_xml(text: str) -> View:
    """Return `text` with entities and escapes read; elements stay, because their names say what stands in them.

    >>> view_xml("<name>&#23665;&#x7530;</name>").text
    '<name>山田</name>'
    """
    if "&" not in text and not _HINT.search(text):
        return View(text)
    writer = _Writer(text)
    for match in _MARKED.finditer(text):
        _write_escape(writer, match)
    return writer.finish()


def view_html(text: str) -> View:
    r"""Return what a reader of the page sees: rows as lines, cells apart by tabs, and the values of fields and links.

    >>> view_html("<tr><th>氏名</th><td>山<b>田</b></td></tr>").text
    '\n\t氏名\t山田\n'
    """
    writer = _Writer(text)
    for match in (_MARKUP_ESCAPED if _HINT.search(text) else _MARKUP).finditer(text):
        start, end = match.span()
        if match["silent"]:
            writer.replace(start, end, " ")
        elif match["tag"]:
            _write_tag(writer, match)
        else:
            _write_escape(writer, match)
    return writer.finish()


def _write_escape(writer: _Writer, match: re.Match[str]) -> None:
    if match["entity"]:
        seen = html.unescape(match["entity"])
        # in a plain text, what is in ASCII may be meant as it stands
        if match.re is not _PLAIN or not seen.isascii():
            writer.replace(*match.span(), seen)
    elif match["unit"]:
        codes = bytes.fromhex(re.sub(r"[\\%]u", "", match["unit"]))
        seen = codes.decode("utf-16-be", "replace")
        writer.replace(*match.span(), seen if seen.isprintable() else " ")
    elif match["at"]:
        writer.replace(*match.span(), "@")
    elif match["digits"]:
        digits = match["digits"]
        _write_bytes(
            writer, match.start("digits"), [digits[at : at + 2] for at in range(0, len(digits), 2)], ("utf-8",)
        )
    elif match["bytes"]:
        tokens = _TOKEN.findall(match["bytes"])
        if sum(len(token) > 1 for token in tokens) > 1:
            _write_bytes(writer, match.start(), tokens, ("utf-8", "cp932"))


def _write_bytes(writer: _Writer, start: int, tokens: list[str], charsets: tuple[str, ...]) -> None:
    """Write what the bytes that `tokens` stand for say in the first of `charsets` in which they say something Japanese."""
    data = bytes(int(token[-2:], 16) if len(token) > 1 else ord(token) for token in tokens)
    for charset in charsets:
        try:
            seen = data.decode(charset)
        except UnicodeDecodeError:
            continue
        if _JAPANESE.search(seen):
            break
    else:
        return
    first = 0
    for character in seen:
        last = first + len(character.encode(charset))
        given = "".join(tokens[first:last])
        if character == "+" and last < len(tokens):  # how forms write a space
            character = " "
        if given != character:
            writer.replace(start, start + len(given), character if character.isprintable() else " ")
        start += len(given)
        first = last


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
            key in _SHOWN or key.startswith("data-") or not value.isascii() or _MARKED.search(value)
        ):
            writer.replace(start, attribute.start(group), f" {name if key == 'value' else ''}= " if name else " ")
            for escape in _MARKED.finditer(match.string, *attribute.span(group)):
                _write_escape(writer, escape)
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
