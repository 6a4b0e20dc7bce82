"""What an IMAP server answers, without the connection: names of folders in modified UTF-7, LIST, FETCH (RFC 3501)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote_from_bytes

from morasanu.source.address import show_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHIFTED: Final = re.compile(rb"&([A-Za-z0-9+,]*)-")
_RUN: Final = re.compile(r"[^\x20-\x7e]+|&")
_LIST: Final = re.compile(rb'\(([^()]*)\) (NIL|"(?:\\.|[^"\\])") (.*)\Z', re.DOTALL | re.IGNORECASE)
_QUOTED: Final = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_LITERAL: Final = re.compile(rb"\{\d+\}\Z")
_UID: Final = re.compile(rb"[ (]UID (\d{1,10})[ )]")
_SIZE: Final = re.compile(rb"[ (]RFC822\.SIZE (\d{1,19})[ )]")
_BODY: Final = re.compile(rb'BODY\[\](?:<\d+>)? (?:("(?:[^"\\]|\\.)*")|(NIL))', re.DOTALL)
_UNSELECTABLE: Final = frozenset((rb"\noselect", rb"\nonexistent"))
_UNSENDABLE: Final = re.compile(rb"[\x00\r\n]")

Answer = bytes | tuple[bytes, bytes] | None
"""A line of an answer as imaplib gives it, or a line that ends in the length of a literal, with that literal."""


class Folder(NamedTuple):
    """A folder of a server: its name there, how its levels are shown, whether it holds messages at all."""

    wire: bytes
    parts: tuple[str, ...]
    can_select: bool


class Fetched(NamedTuple):
    """A message as FETCH tells it: -1 and None for what was not told."""

    uid: int
    size_bytes: int
    body: bytes | None


def encode_folder(name: str) -> bytes:
    """Return the name in modified UTF-7 (RFC 3501, 5.1.3).

    >>> encode_folder("受信箱 R&D")
    b'&U9dP4Xux- R&-D'
    """

    def shift(run: re.Match[str]) -> str:
        if run[0] == "&":
            return "&-"
        code = b64encode(run[0].encode("utf-16-be", "surrogatepass")).rstrip(b"=").replace(b"/", b",")
        return f"&{code.decode('ascii')}-"

    return _RUN.sub(shift, name).encode("ascii")


def decode_folder(wire: bytes) -> str | None:
    """Return the name that `wire` is in modified UTF-7, None when it is not written in that as it has to be.

    >>> decode_folder(b"&U9dP4Xux-"), decode_folder("受信箱".encode())
    ('受信箱', None)
    """
    pieces: list[str] = []
    end = 0
    try:
        for run in _SHIFTED.finditer(wire):
            pieces.append(wire[end : run.start()].decode("ascii"))
            code = run[1].replace(b",", b"/")
            pieces.append(b64decode(code + b"=" * (-len(code) % 4), validate=True).decode("utf-16-be") if code else "&")
            end = run.end()
        name = "".join((*pieces, wire[end:].decode("ascii")))
    except (UnicodeDecodeError, binascii.Error):
        return None
    return name if encode_folder(name) == wire else None


def show_folder(wire: bytes) -> str:
    """Return one level of a folder's name as it stands in an address; two names never look the same.

    >>> show_folder(b"&U9dP4Xux-"), show_folder("受".encode()), show_folder(b"a/b & &-")
    ('受信箱', '%E5%8F%97', 'a%2Fb %26 %26-')
    """
    name = decode_folder(wire)
    return quote_from_bytes(wire, safe=" !$'()*,;:@[]+=~") if name is None else show_name(name, "/")


def quote_string(value: bytes) -> bytes:
    r"""Return `value` as a quoted string. Raises ValueError for what none can hold.

    >>> quote_string(b'a "b"')
    b'"a \\"b\\""'
    """
    if _UNSENDABLE.search(value):
        raise ValueError
    return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def parse_list(data: Sequence[Answer]) -> Iterator[Folder]:
    r"""Yield the folders of a LIST answer; a line that makes no sense is passed over.

    >>> list(parse_list([b'(\\HasNoChildren) "." "Archive.&MMYwuTDI-"', b'(\\Noselect) NIL {3}', None]))
    [Folder(wire=b'Archive.&MMYwuTDI-', parts=('Archive', 'テスト'), can_select=True)]
    """
    for text, literals in _group(data):
        found = _LIST.match(text)
        if not found or (_LITERAL.search(found[3]) and not literals):
            continue
        flags = found[1].lower().split()
        quoted = _QUOTED.fullmatch(found[3])
        wire = literals[0] if literals else _unescape(quoted[1]) if quoted else found[3]
        delimiter = b"" if found[2].upper() == b"NIL" else _unescape(found[2][1:-1])
        levels = wire.split(delimiter) if delimiter else [wire]
        yield Folder(wire, tuple(map(show_folder, levels)), _UNSELECTABLE.isdisjoint(flags))


def parse_fetch(data: Sequence[Answer]) -> Iterator[Fetched]:
    r"""Yield what a FETCH answer says of messages that it names by UID.

    >>> list(parse_fetch([b"1 (UID 7 RFC822.SIZE 20)", (b"2 (BODY[]<0> {2}", b"ab"), b" UID 9)", b"3 (FLAGS ())"]))
    [Fetched(uid=7, size_bytes=20, body=None), Fetched(uid=9, size_bytes=-1, body=b'ab')]
    """
    for text, literals in _group(data):
        uid = _UID.search(text)
        if not uid:
            continue
        size = _SIZE.search(text)
        body = literals[0] if literals else None
        if body is None and (inline := _BODY.search(text)):
            body = _unescape(inline[1][1:-1]) if inline[1] else b""
        yield Fetched(int(uid[1]), int(size[1]) if size else -1, body)


def _group(data: Sequence[Answer]) -> Iterator[tuple[bytes, list[bytes]]]:
    """Yield each answer as its text and its literals: any number of lines with a literal, then the line that ends it."""
    texts: list[bytes] = []
    literals: list[bytes] = []
    for line in data:
        if isinstance(line, tuple):
            texts.append(line[0])
            literals.append(line[1])
        elif line is not None:
            yield b"".join((*texts, line)), literals
            texts, literals = [], []


def _unescape(quoted: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL)
