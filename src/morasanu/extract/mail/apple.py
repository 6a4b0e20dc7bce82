"""Messages as Apple Mail keeps them (emlx): a length, the message, a property list."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from morasanu.extract.interface import Member
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_LENGTH_BYTES = 32


class EmlxExtractor:
    """The message and what the program noted about it, each as a file."""

    formats: tuple[str, ...] = ("emlx",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the message, then its properties. Raises InspectError when there is no length."""
        limit = task.limits.member_bytes
        try:
            length = int(file.readline(_LENGTH_BYTES))
        except ValueError:
            raise refuse("MRS-X-021") from None
        message = file.read(min(max(length, 0), limit))
        yield Member("message", "message.eml", message)
        if length > limit:
            yield unread("MRS-X-022", "message", "member_bytes")
            file.seek(length - limit, 1)
        elif len(message) < length or length < 0:
            yield unread("MRS-X-021", "message")
        rest = file.read(limit)
        if rest.strip():
            yield Member("properties", "properties.xml", rest)


EXTRACTORS: tuple[Extractor, ...] = (EmlxExtractor(),)
