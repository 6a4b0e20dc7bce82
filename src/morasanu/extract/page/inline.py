"""Web pages with files in them: pictures and documents that stand as base64 in `data:` URLs, beside what the page shows."""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Member, Piece
from morasanu.extract.reason import refuse, unread
from morasanu.text.charset import decode_bytes
from morasanu.text.view import view_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

# texts are read where they stand, fonts say nothing
_URL: Final = r"data:(?!text/|font/|application/(?:x-)?font)[\w.+-]{1,60}/([\w.-]{1,60})[\w.+;=-]{0,100}?;base64,"
_FILE: Final = re.compile(rf"{_URL}([A-Za-z0-9+/\s]{{100,}}={{0,2}})")
_MARK: Final = re.compile(_FILE.pattern.encode())


def has_files(data: bytes) -> bool:
    """Return whether a page has files in it.

    >>> has_files(b"<img src='data:image/png;base64," + b"iVBORw0K" * 20 + b"'>"), has_files(b"<img src='a.png'>")
    (True, False)
    """
    return b";base64," in data and _MARK.search(data) is not None


class InlineExtractor:
    """Reads html with files in it."""

    formats = ("inline",)

    def missing(self) -> str:
        """Return `""`: the standard library is enough."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield what the page shows, then its files. Raises InspectError MRS-X-005 when it is no text, MRS-X-022 when it is too large."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        decoded = decode_bytes(data)
        if decoded is None:
            raise refuse("MRS-X-005", "html")
        shown = view_html(_FILE.sub("", decoded.text)).text
        if shown.strip():
            yield Piece("", shown.rstrip("\n") + "\n")
        for number, match in enumerate(_FILE.finditer(decoded.text), 1):
            if number > task.limits.members:
                yield unread("MRS-X-022", "", "members")
                return
            try:
                yield Member(f"inline {number}", f"inline{number}.{match[1]}", binascii.a2b_base64(match[2]))
            except binascii.Error:
                yield unread("MRS-X-021", f"inline {number}")


EXTRACTORS: list[Extractor] = [InlineExtractor()]
