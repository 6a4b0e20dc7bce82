"""The seam of formats: what comes out of a file, and what an extractor is.

An extractor reads one format and nothing else: what lies inside as a file of its own (an attachment, a member, an embedded
sheet) it hands out as a `Member`, and `walk` looks into that. It opens no file, no socket and no process, and it may be
killed at any moment: the child that runs it has limits on memory, time and output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Piece(NamedTuple):
    """A stretch of text. `part` says where it stands inside the file (`p. 3`, `名簿!B4`, `slide 2`, `header 1`).

    Lines of `text` end in a line feed. Cells of a row stand apart by tabs, rows are lines. `header` is the row that names
    the columns, when `text` does not begin with it: context, not searched.
    """

    part: str
    text: str
    header: str = ""


class Member(NamedTuple):
    """A file inside: `name` as it is called there (it says something of the format), `part` where it lies, its bytes."""

    part: str
    name: str
    data: bytes


class Unread(NamedTuple):
    """Something that could not be read, wholly or in part: where, and why as an error code with both languages."""

    part: str
    code: str
    ja: str
    en: str


class Picture(NamedTuple):
    """Text for the eye only: `draw` gives it as a file that Tesseract reads, called (if at all) before the next thing is asked for."""

    part: str
    draw: Callable[[], bytes]


class Drawn(NamedTuple):
    """A picture as `walk` hands it out, for whoever may start a program that recognises characters."""

    part: str
    data: bytes


Extracted = Piece | Member | Picture | Unread


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a file is looked into. What lies beyond is told as `Unread`, never passed over in silence.

    `member_bytes` bounds one member, `total_bytes` everything that comes out of one file of a scan, `ratio` how many times
    larger than packed a member may be once it is beyond a megabyte, `members` and `depth` how many files lie inside and how deep,
    `pictures` how many pictures and pages of one file of a scan are drawn for character recognition.
    """

    member_bytes: int = 256_000_000
    total_bytes: int = 1_000_000_000
    ratio: int = 1_000
    members: int = 20_000
    depth: int = 12
    pictures: int = 200


@dataclass(frozen=True, slots=True)
class Task:
    """What an extractor is given beside the bytes: the file's name, the passwords to try, the limits.

    `ocr` says whether pictures will be recognised; `walk` tells them as unread (MRS-X-023) where not.
    """

    name: str
    passwords: tuple[str, ...] = ()
    limits: Limits = Limits()
    ocr: bool = False


class Extractor(Protocol):
    """Reads the formats it names. Stateless; one serves every file of a child."""

    @property
    def formats(self) -> tuple[str, ...]:
        """Return the names of the formats it reads (`docx`, `zip`), as `recognise` gives them."""
        ...

    def missing(self) -> str:
        """Return which extra has to be installed before it can read, `""` when nothing is missing."""
        ...

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield what stands in `file` (seekable, at its start) in its order. Raises InspectError when nothing can be read.

        What is damaged is read as far as it goes; then an `Unread` with MRS-X-021 follows.
        """
        ...
