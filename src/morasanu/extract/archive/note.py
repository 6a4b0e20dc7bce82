"""What stands in a zip beside its members: comments, and bytes before and behind the archive."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.selfextract import PROGRAM
from morasanu.extract.interface import Member, Piece
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.extract.interface import Extracted

_END_BYTES: Final = 22
_LEAST_BYTES: Final = 8


def read_comments(comments: Iterable[bytes]) -> Iterator[Piece]:
    r"""Yield the comments as one piece; those without a letter are left out.

    >>> [piece.text for piece in read_comments((b"", "髙﨑様の分".encode("cp932"), b"\r\n"))]
    ['髙﨑様の分\n']
    """
    texts = (decode_comment(comment) for comment in comments)
    shown = "".join(f"{text}\n" for text in texts if text)
    if shown:
        yield Piece("comments", shown)


def decode_comment(comment: bytes) -> str:
    """Return the text of a comment, whose character set nobody gives."""
    decoded = decode_bytes(comment.strip(b"\0")) if comment.strip(b"\0") else None
    return (decoded.text if decoded else comment.decode("cp932", "ignore")).strip()


def read_around(file: BinaryIO, start: int, end: int, limit: int, comments: Iterable[bytes]) -> Iterator[Extracted]:
    """Yield the comments, the archive's own at `end` too; what stands in `file` before `start`, unless it is a program, and behind the end."""
    file.seek(0)
    before = file.read(min(start, limit))
    file.seek(end)
    tail = file.read(limit)
    size = int.from_bytes(tail[_END_BYTES - 2 : _END_BYTES], "little")
    yield from read_comments((*comments, tail[_END_BYTES : _END_BYTES + size]))
    for part, data in (("before", before), ("behind", tail[_END_BYTES + size :])):
        if len(data.strip(b"\0")) >= _LEAST_BYTES and not data.startswith(PROGRAM):
            yield Member(part, "", data)
