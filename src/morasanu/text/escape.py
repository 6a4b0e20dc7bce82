r"""Characters that programs write in other letters: `\u5c71`, `&#x5C71;`, `%E5%B1%B1`, base64 where it says that it is, encoded words of mails."""

from __future__ import annotations

import binascii
import html
import quopri
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTE: Final = r"(?:%|\\x)[0-9A-Fa-f]{2}"
_UNIT: Final = r"(?:\\{1,4}|%)u"
ESCAPE: Final = (
    # units of UTF-16: JSON (also in JSON), JavaScript; Oracle's UNISTR
    rf"(?P<unit>{_UNIT}[dD][89abAB][0-9a-fA-F]{{2}}{_UNIT}[dD][c-fC-F][0-9a-fA-F]{{2}}|{_UNIT}[0-9a-fA-F]{{4}}"
    r"|(?:\\[3-9A-Fa-f][0-9A-Fa-f]{3}){2,})"
    # bytes as URLs and the logs of web servers have them (the second one of CP932 may be a letter)
    rf"|(?P<bytes>(?=(?:%|\\x)[89A-Fa-f])(?:{_BYTE}[@-\[\]-~]?\+?)+)"
    # as dumps of databases and of the registry have them
    r"|(?:\b0x|\b[xX]'|'\\\\?x)(?P<digits>(?:[0-9A-Fa-f]{2}){6,})(?![0-9A-Fa-f])"
    r"|\bhex(?:\((?P<width>[0-9a-f])\))?:(?P<list>[0-9a-fA-F]{2}(?:,(?:\\\r?\n[ ]*)?[0-9a-fA-F]{2}){3,})"
    # the @ of an address in a URL
    r"|(?<=[A-Za-z0-9])(?P<at>%40)(?=[A-Za-z0-9-]{1,60}\.[A-Za-z])"
    # base64 of LDIF, where a space goes on with a line, and of data: URLs; encoded words outside of mails (RFC 2047)
    r"|(?:(?<=::[ ])|(?<=;base64,))(?P<base64>[A-Za-z0-9+/]{8,}(?:\r?\n[ ][A-Za-z0-9+/]+)*={0,2})"
    r"|(?<![A-Za-z0-9+/_-])(?P<packed>[A-Za-z0-9+/_-]{20,}={0,2})"
    r"|=\?(?P<charset>[A-Za-z0-9_-]{1,40})\?(?P<coding>[BbQq])\?(?P<word>[!->@-~]{1,2000})\?="
)
ENTITY: Final = r"&(?:#[xX][0-9A-Fa-f]{1,6}|#[0-9]{1,7}|[A-Za-z]{2,8});"
_HINT: Final = re.compile(r"[\\%&xX](?:u[0-9A-Fa-f]{4}|x?[0-9A-Fa-f]{2}|#|'[0-9A-Fa-f]{2}|\\u)")
_SIGNS: Final = (":: ", ";base64,", "=?", "hex:", "hex(")
_PACKED: Final = re.compile(r"[A-Za-z0-9+/_-]{20,}")
PLAIN: Final = re.compile(rf"{ESCAPE}|(?P<entity>&(?:#[xX][0-9A-Fa-f]{{2,6}}|#[0-9]{{3,7}});)")
MARKED: Final = re.compile(rf"{ESCAPE}|(?P<entity>{ENTITY})")
_TOKEN: Final = re.compile(rf"{_BYTE}|.", re.DOTALL)
_NOT_HEX: Final = re.compile(r"[^0-9A-Fa-f]")
_JAPANESE: Final = re.compile("[\u3041-\u30ff\u4e00-\u9fff\uff66-\uff9f]")


def may_have_escapes(text: str) -> bool:
    """Return whether `text` has to be looked through: quick, as most texts have nothing of the kind.

    >>> may_have_escapes("山田"), may_have_escapes("%E5%B1%B1"), may_have_escapes("eyJuYW1lIjoi5bGx55SwIn0")
    (False, True, True)
    """
    if _HINT.search(text) or any(sign in text for sign in _SIGNS):
        return True
    return any(_unpack(match[0]) for match in _PACKED.finditer(text))


def read_escape(match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """Yield what to put in place of what: spans of the text with what they say; nothing where they say nothing Japanese.

    >>> [seen for escape in PLAIN.finditer("%E5%B1%B1%E7%94%B0 &#23665; cn:: 5bGx55Sw") for *_, seen in read_escape(escape)]
    ['山', '田', '山', '山田']
    """
    kind = match.lastgroup or ""
    seen: str | None = None
    if kind == "entity":
        seen = html.unescape(match[0])
        if match.re is PLAIN and seen.isascii():  # may be meant as it stands
            return
    elif kind == "unit":
        codes = bytes.fromhex(re.sub(r"[\\%u]", "", match[0]))
        seen = codes.decode("utf-16-be", "replace")
        seen = seen if seen.isprintable() else " "
    elif kind == "at":
        seen = "@"
    elif kind == "packed":
        seen = _unpack(match[0])
    elif kind in {"list", "base64", "word"}:
        seen = _decode_whole(match, kind)
    else:
        yield from _list_bytes(match, kind)
        return
    if seen is not None:
        yield *match.span(kind if kind in {"list", "base64"} else 0), seen


def _decode_whole(match: re.Match[str], kind: str) -> str | None:
    if kind == "list":
        data = bytes.fromhex(_NOT_HEX.sub("", match[kind]))
        seen = _decode(data, "utf-16-le" if match["width"] or 0 in data else "cp932")
        return seen.rstrip("\0").replace("\0", "\n") if seen else None
    if kind == "word" and match["coding"] in "Qq":
        return _decode(quopri.decodestring(match[kind], header=True), match["charset"])
    return _unpack(re.sub(r"\s", "", match[kind]), match["charset"] or "utf-8")


def _unpack(text: str, charset: str = "utf-8") -> str | None:
    """Return what base64 says, also that of URLs."""
    try:
        return _decode(binascii.a2b_base64(text.replace("-", "+").replace("_", "/") + "=="), charset)
    except ValueError:
        return None


def _decode(data: bytes, charset: str) -> str | None:
    try:
        seen = data.decode(charset)
    except (UnicodeError, LookupError):
        return None
    return seen if _JAPANESE.search(seen) else None


def _list_bytes(match: re.Match[str], kind: str) -> Iterator[tuple[int, int, str]]:
    """Yield the characters that a row of bytes stands for, those that are not written as they are."""
    text = match[kind]
    is_dump = kind == "digits"
    tokens = [text[at : at + 2] for at in range(0, len(text), 2)] if is_dump else _TOKEN.findall(text)
    if sum(len(token) > 1 for token in tokens) < 2:
        return
    data = bytes(int(token[-2:], 16) if len(token) > 1 else ord(token) for token in tokens)
    charset = "utf-8"
    seen = _decode(data, charset)
    if seen is None and not is_dump:
        charset = "cp932"
        seen = _decode(data, charset)
    start, first = match.start(kind), 0
    for character in seen or "":
        last = first + len(character.encode(charset))
        given = "".join(tokens[first:last])
        is_space = not character.isprintable() or (character == "+" and last < len(tokens))  # how forms write one
        if is_space or given != character:
            yield start, start + len(given), " " if is_space else character
        start += len(given)
        first = last
