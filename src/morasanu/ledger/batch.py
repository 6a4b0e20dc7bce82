"""What is committed together: events before they have their place, spelled and weighed, and the threads that wait for them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import EvidenceError, InputError
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.event import OWN_KINDS, is_actor, is_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_EVENTS: Final = 1_000
"""Events of one commit."""
MOST_BYTES: Final = 8_000_000
"""Bytes of the records of one commit."""
LONGEST_RECORD_BYTES: Final = 1_000_000


class Draft(NamedTuple):
    """An event before it has its place: its kind, the id of who did it (no name), and the record, any JSON value."""

    kind: str
    actor: str
    record: object


class Ready(NamedTuple):
    """A draft whose record is spelled: what can be done before its place is known."""

    kind: str
    actor: str
    body: bytes
    key: str = ""


class Batch:
    """Events that are committed together; the one who began it commits it, the others wait."""

    def __init__(self) -> None:
        """Begin without events. Until it is written it is not: whoever waits is told so, whatever may interrupt."""
        self.events: list[Ready] = []
        self.size_bytes = 0
        self.first = 0
        self.is_written = False
        self.fault: EvidenceError | None = None
        self._pending: threading.Lock | None = None  # made, and held until it is done, for whoever joins

    def join(self) -> threading.Lock:
        """Return what is free once it is done. Nobody may join once `end` was called."""
        if self._pending is None:
            self._pending = threading.Lock()
            self._pending.acquire()
        return self._pending

    def end(self) -> None:
        """Let go those who wait."""
        if self._pending is not None:
            self._pending.release()

    def check(self) -> None:
        """Raise what went wrong, if anything did."""
        if not self.is_written:
            raise self.fault or EvidenceError("MRS-E-010", "台帳に書けません", "the ledger cannot be written")

    def has_room(self, events: Sequence[Ready]) -> bool:
        """Return whether `events` fit in."""
        return len(self.events) + len(events) <= MOST_EVENTS and self.size_bytes + _weigh(events) <= MOST_BYTES

    def add(self, events: Sequence[Ready]) -> None:
        """Take `events` in."""
        self.events.extend(events)
        self.size_bytes += _weigh(events)


def _weigh(events: Sequence[Ready]) -> int:
    return sum([len(event.body) for event in events])


def cut(events: Sequence[Ready]) -> Iterator[list[Ready]]:
    """Yield `events` in groups that fit in one commit each.

    >>> [len(group) for group in cut([Ready("record", "u-17", b"{}")] * 2_500)]
    [1000, 1000, 500]
    """
    if 0 < len(events) <= MOST_EVENTS and _weigh(events) <= MOST_BYTES:
        yield list(events)
        return
    group: list[Ready] = []
    size_bytes = 0
    for event in events:
        size_bytes += len(event.body)
        if len(group) == MOST_EVENTS or size_bytes > MOST_BYTES:
            yield group
            group, size_bytes = [], len(event.body)
        group.append(event)
    if group:
        yield group


def prepare(draft: Draft, *, is_own: bool = False) -> Ready:
    """Return `draft` with its record spelled. Only the ledger itself (`is_own`) uses its own kinds.

    Raises InputError MRS-I-043 for a kind, an actor or a record that cannot be kept.
    """
    if not is_kind(draft.kind) or (draft.kind in OWN_KINDS and not is_own):
        raise InputError("MRS-I-043", "kind が使えない名前です", "kind is not a name that can be used")
    if not is_actor(draft.actor):
        raise InputError(
            "MRS-I-043",
            "actor は記号（英数字と . _ : / -、64 文字まで）で、氏名やメールアドレスは使えません",
            "actor is an id (letters, digits and . _ : / -, at most 64), not a name or an address of mail",
        )
    try:
        body = encode_canonical(draft.record)
    except ValueError as error:
        raise InputError(
            "MRS-I-043", "記録を JSON（RFC 8785）で表せません", "the record is no JSON (RFC 8785)"
        ) from error
    if len(body) > LONGEST_RECORD_BYTES:
        raise InputError("MRS-I-043", "記録が長すぎます（1 MB まで）", "the record is too long (1 MB at most)")
    return Ready(draft.kind, draft.actor, body)
