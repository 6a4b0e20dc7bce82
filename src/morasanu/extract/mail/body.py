"""Bodies of mail as they really come: base64 with text behind it, files written out as letters (uuencode), flowing lines."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BASE64_LINE: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}")
_LEAST_LINE: Final = 16
_MORE_BEHIND: Final = re.compile(rb"=[ \t]*\r?\n\s*[^\s=]")
_BEGIN: Final = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,255})\r?\n", re.MULTILINE)
_LETTERS: Final = re.compile(rb"[!-`][ -`]{0,90}")
_FLOWING: Final = re.compile(r"(?m)^(?!>|-- $)(.*) \r?\n(?!>|-- ?$|$)")


def decode_base64(data: bytes) -> bytes:
    r"""Return what base64 stands for; further bodies and plain text behind the padding, as lists append them, are kept.

    >>> decode_base64(b"aGVsbG8=\r\n_____\r\nthe list\r\n")
    b'hello\n_____\nthe list\n'
    """
    found: list[bytes] = []
    group: list[bytes] = []
    is_inside = True
    for line in data.splitlines():
        bare = line.strip()
        if is_inside or (len(bare) >= _LEAST_LINE and _BASE64_LINE.fullmatch(bare)):
            group.append(bare)
            is_inside = not bare.endswith(b"=")
            if is_inside:
                continue
            found.append(_decode_group(group))
            group = []
        else:
            found.append(line)
    return b"\n".join((*found, _decode_group(group)))


def _decode_group(lines: list[bytes]) -> bytes:
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", b"".join(lines))
    return binascii.a2b_base64(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-len(data) % 4 % 3))


def has_more(data: bytes) -> bool:
    """Return whether something stands behind the padding of base64."""
    return _MORE_BEHIND.search(data) is not None


def list_uuencoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    r"""Yield the files that stand in a text as letters, with their names.

    >>> list(list_uuencoded(b"see:\nbegin 644 a.txt\n%:&5L;&\\\n`\nend\n"))
    [('a.txt', b'hello')]
    """
    for begin in _BEGIN.finditer(data):
        held: list[bytes] = []
        at = begin.end()
        while (line := _LETTERS.match(data, at)) is not None and line[0] != b"end":
            try:
                held.append(binascii.a2b_uu(line[0])[: len(line[0])])  # a short line is filled up with zeros
            except binascii.Error:
                break
            at = data.find(b"\n", line.end()) + 1
            if not at or not held[-1]:
                break
        if any(held):
            yield begin[1].decode("utf-8", "replace").strip(), b"".join(held)


def join_flowing(text: str, parameters: str) -> str:
    r"""Return `text` with the lines joined that `format=flowed` has cut (RFC 3676); quoted ones stay.

    >>> join_flowing("東京都千 \n代田区\n", "text/plain; format=flowed; delsp=yes")
    '東京都千代田区\n'
    """
    lowered = parameters.lower()
    if "flowed" not in lowered:
        return text
    return _FLOWING.sub(r"\1" if re.search(r"delsp\s*=\s*\"?yes", lowered) else r"\1 ", text)
