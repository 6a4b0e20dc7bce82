"""Cards and calendars (vCard, iCalendar): lines unfolded, values decoded, files in them handed out."""

from __future__ import annotations

import binascii
import quopri
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Member, Piece
from morasanu.extract.mail.header import decode_declared
from morasanu.extract.reason import refuse, unread
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_FOLD: Final = re.compile(rb"\r?\n[ \t]")
_QUOTED: Final = re.compile(rb"[^:]{0,500}QUOTED-PRINTABLE", re.IGNORECASE)
_CODED: Final = re.compile(
    rb"([^:\r\n]{1,500}?(?:;|ENCODING=\"?)(QUOTED-PRINTABLE|BASE64|(?<=ENCODING=)B)\b[^:\r\n]{0,500}):(.*)",
    re.IGNORECASE,
)
_CHARSET: Final = re.compile(rb"CHARSET=\"?([\w-]{1,40})", re.IGNORECASE)


class CardExtractor:
    """Reads vcf and ics."""

    formats: tuple[str, ...] = ("card",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the lines with their values decoded, then pictures and files. Raises InspectError MRS-X-022 when it is too large."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        lines: list[str] = []
        members: list[Member] = []
        is_whole = True
        for line in _join_lines(data):
            coded = _CODED.match(line)
            if coded is None:
                decoded = decode_bytes(line)
                lines.append(decoded.text if decoded else line.decode("cp932", "replace"))
                continue
            value = _decode_value(coded[2].upper(), coded[3])
            charset = _CHARSET.search(coded[1])
            described = decode_bytes(coded[1])
            name = described.text if described else coded[1].decode("cp932", "replace")
            if value is None:
                is_whole = False
            elif charset or coded[2].upper() == b"QUOTED-PRINTABLE":
                lines.append(f"{name}:{decode_declared(value, charset[1].decode('ascii') if charset else '').text}")
            else:
                lines += [] if name.isascii() else [name]  # the name of the file
                members.append(Member(name.partition(";")[0], "", value))
        if any(lines):
            yield Piece("", "\n".join(lines) + "\n")
        yield from members[: task.limits.members]
        if not is_whole:
            yield unread("MRS-X-021")


def _join_lines(data: bytes) -> list[bytes]:
    """Return the lines of cards, those joined that were folded (RFC 5545, 3.1; vCard 2.1 in quoted-printable by `=`)."""
    groups: list[list[bytes]] = []
    is_soft = is_quoted = False
    for line in _FOLD.sub(b"", data).splitlines():
        if is_soft:
            groups[-1].append(line)
        else:
            groups.append([line])
            is_quoted = _QUOTED.match(line) is not None
        is_soft = is_quoted and line.endswith(b"=")
        if is_soft:
            groups[-1][-1] = line[:-1]
    return [b"".join(group) for group in groups]


def _decode_value(coding: bytes, value: bytes) -> bytes | None:
    if coding == b"QUOTED-PRINTABLE":
        return quopri.decodestring(value)
    try:
        return binascii.a2b_base64(value)
    except binascii.Error:
        return None


EXTRACTORS: tuple[Extractor, ...] = (CardExtractor(),)
