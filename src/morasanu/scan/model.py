"""What a scan leaves behind: values that the store keeps and the reports read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from morasanu.finding import Finding, Label, Locator


class Status(StrEnum):
    """How far one file was looked into. `NOT_INSPECTED` is never to be read as clean."""

    INSPECTED = "inspected"
    PARTLY = "partly"
    NOT_INSPECTED = "not_inspected"


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One file of a scan.

    `path` is shown to people and is unique in a scan; `place` is the share or folder it is summed under in the report.
    `reason` is an error code (`MRS-X-…`) with a detail that says why it was not, or not wholly, inspected (`""` when it was).
    `counts` are findings per label. `persons` is a sketch of the distinct persons (see `scan.person`), mergeable.
    `from_state` says that the file was unchanged and its record was taken from an earlier scan.
    """

    path: str
    place: str
    size_bytes: int
    charset: str
    status: Status
    reason: str
    counts: dict[Label, int]
    persons: bytes
    from_state: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One finding as reports show it.

    `shown` is the value as it may be shown: masked, or the value itself when the scan was run with `--reveal`.
    `context` is the masked line around it (at most 80 characters, every finding in it masked as well).
    """

    locator: Locator
    finding: Finding
    shown: str
    context: str


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
        """Return every file of the scan in path order."""
        ...

    def hits(self, path: str | None = None) -> Iterator[Hit]:
        """Return the hits, of one file or of all, in path, line and column order."""
        ...
