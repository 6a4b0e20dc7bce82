"""What a scan leaves behind: values that the store keeps and the reports read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from morasanu.finding import Finding, Label, Locator
    from morasanu.scan.person import PersonSketch


class Status(StrEnum):
    """How far one file was looked into. `NOT_INSPECTED` is never to be read as clean."""

    INSPECTED = "inspected"
    PARTLY = "partly"
    NOT_INSPECTED = "not_inspected"


class Reason(NamedTuple):
    """Why a file was not, or not wholly, inspected: an error code (`MRS-X-…`) and what happened, in both languages."""

    code: str
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a scan.

    `number` is its own in the scan; `path` is as people know it (two files may be shown alike); `place` is the share or folder it is summed under in the report.
    `reason` is None for what was inspected wholly. `counts` are findings per label; `persons` the sketch of whom they
    concern. `from_state` says that the file was unchanged and its record was taken from an earlier scan.
    """

    number: int
    path: str
    place: str
    size_bytes: int
    charset: str
    status: Status
    reason: Reason | None
    counts: Mapping[Label, int]
    classes: Mapping[str, int]
    persons: PersonSketch
    from_state: bool


class Hit(NamedTuple):
    """One finding as reports show it: `finding` has offsets in the decoded file, `shown` is the value masked (or revealed).

    The locator says where it begins; it ends before `end_column` of `end_line` (from 1).
    """

    locator: Locator
    end_line: int
    end_column: int
    finding: Finding
    classes: tuple[str, ...]
    shown: str


class ColumnVerdict(NamedTuple):
    """What a column of a table holds: in `found` of the `rows` that were read stands something of the kind `label`."""

    column: str
    type: str
    label: Label
    found: int
    rows: int

    @property
    def share(self) -> float:
        """Return which part of the rows holds it, 0 to 1."""
        return self.found / self.rows


@dataclass(frozen=True, slots=True)
class ScanInfo:
    """The head of a report. `is_complete` is false after Ctrl-C: what was read is reported, the rest is not claimed."""

    roots: tuple[str, ...]
    started_at: datetime
    finished_at: datetime
    is_complete: bool
    is_revealed: bool
    version: str
    rules_digest: str
    bytes_read: int


class ScanResult(Protocol):
    """What the reports read; the store behind it streams, so that ten million hits fit in bounded memory."""

    @property
    def info(self) -> ScanInfo:
        """Return the head of the report."""
        ...

    def files(self) -> Iterator[FileRecord]:
        """Yield every file of the scan in path order."""
        ...

    def hits(self) -> Iterator[Hit]:
        """Yield all hits, in order of path and place in the file; of a database's tables some as examples."""
        ...

    def unread_of(self, number: int) -> Iterator[tuple[str, Reason]]:
        """Yield what inside one file could not be read, by its record's number: where, and why."""
        ...

    def columns_of(self, number: int) -> Iterator[ColumnVerdict]:
        """Yield what the columns of a table hold, by its record's number, in order of columns, the commonest kind first."""
        ...

    def hits_of(self, number: int) -> Iterator[Hit]:
        """Yield the hits of one file by its record's number, in order of place."""
        ...
