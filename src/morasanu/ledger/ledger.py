"""A ledger: events taken in from many threads and kept by one writer, sealed into checkpoints, proved one by one."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.folder import Folder
from morasanu.ledger.interface import Row
from morasanu.ledger.key import read_private, write_keys
from morasanu.ledger.lock import Lock
from morasanu.ledger.seal import drop_partial, grow_tree
from morasanu.ledger.sqlite import SqliteStore
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.event import (
    BEGUN,
    CLOCK_SET,
    KEY_CHANGED,
    OWN_KINDS,
    SALT_BYTES,
    Event,
    digest_record,
    is_actor,
    is_kind,
    parse_event,
)
from morasanu.proof.merkle import EMPTY_ROOT, prove_inclusion
from morasanu.proof.note import Note, SignerKey, is_key_name, parse_note, verify_note
from morasanu.proof.receipt import Receipt
from morasanu.proof.tile import WIDTH, MissingError, TileTree
from morasanu.proof.verify import CHECKPOINT, find_change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from morasanu.ledger.interface import Store

MOST_EVENTS: Final = 1_000
"""Events of one commit."""
LONGEST_RECORD_BYTES: Final = 1_000_000
_SLACK_S: Final = 2
_LEDGER: Final = "ledger"
_ROWS: Final = "rows.db"


class Draft(NamedTuple):
    """An event before it has its place: its kind, the id of who did it (no name), and the record, any JSON value."""

    kind: str
    actor: str
    record: object


class Proved(NamedTuple):
    """An event with its receipt, and the record with its salt unless that was erased."""

    event: Event
    receipt: Receipt
    record: Row


class _Ready(NamedTuple):
    """A draft whose record is spelled: what can be done before its place is known."""

    kind: str
    actor: str
    body: bytes
    key: str = ""


class _Batch:
    """Events that are committed together; the one who began it commits it, the others wait."""

    def __init__(self) -> None:
        self.events: list[_Ready] = []
        self.first = 0
        self.is_done = threading.Event()
        self.fault: EvidenceError | None = None


def _now() -> datetime:
    return datetime.now(UTC)


def begin_ledger(path: Path, origin: str) -> None:
    """Make a new ledger named `origin` in `path`: keys, store, first entry, first checkpoint.

    Raises InputError MRS-I-040 when there is one or the folder holds something else, MRS-I-041 for a name that cannot be one.
    """
    if not is_key_name(origin):
        raise InputError(
            "MRS-I-041", "台帳の名前に空白と + は使えません", "a ledger's name has no spaces and no plus sign"
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError("MRS-I-040", f"空のフォルダーではありません: {path}", f"not an empty folder: {path}")
    folder = Folder(path)
    key = SignerKey(origin, os.urandom(32))
    write_keys(folder, key)
    folder.write(_LEDGER, f"{origin}\n".encode())
    folder.sync()
    with Ledger(path) as ledger:
        ledger._take([_Ready(BEGUN, "ledger", encode_canonical({"origin": origin}), str(key.verifier))])  # noqa: SLF001
        ledger.seal()


def read_origin(folder: Folder) -> str:
    """Return the name of the ledger in `folder`. Raises InputError MRS-I-042 when there is none."""
    data = folder.read(_LEDGER)
    if data is None:
        raise InputError("MRS-I-042", f"台帳がありません: {folder.path}", f"there is no ledger: {folder.path}")
    return data.decode("utf-8", "replace").strip()


class Ledger:
    """The writer of a ledger. Use as a context manager; threads may share it. After a fault it takes nothing more."""

    def __init__(self, path: Path, store: Store | None = None, now: Callable[[], datetime] = _now) -> None:
        """Open it. `store` is SQLite in the folder unless another is given; `now` gives the time.

        Raises InputError MRS-I-042 without a ledger, EvidenceError MRS-E-014 when another writer has it open, MRS-E-011,
        -012, -015, -016, -020, -021 when its rows, files or keys are not what they must be.
        """
        self._folder = Folder(path)
        self.origin = read_origin(self._folder)
        self._now = now
        self._gate, self._commit = threading.Lock(), threading.Lock()
        self._open: _Batch | None = None
        self._lock = Lock(path)
        try:
            self._key = read_private(self._folder)
            self._store: Store = store or SqliteStore(path / _ROWS)
            self._head = self._read_head()
            self._last = self._read_last()
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store and let another writer in."""
        self._store.close()
        self._lock.release()

    @property
    def size(self) -> int:
        """Return how many events are durable."""
        return self._store.size

    def _read_head(self) -> Note | None:
        """Return the newest checkpoint, None before the first. Raises EvidenceError MRS-E-015, MRS-E-016."""
        data = self._folder.read(CHECKPOINT)
        if data is None:
            return None
        try:
            note = parse_note(data)
            size = parse_checkpoint(note.text).size
            is_ours = bool(verify_note(note, [self._key.verifier]))
        except ValueError:
            is_ours, size = False, 0
        if not is_ours:
            raise EvidenceError(
                "MRS-E-015", "チェックポイントの署名が合いません", "the checkpoint is not signed by this key"
            )
        if size > self._store.size:
            raise EvidenceError(
                "MRS-E-016",
                f"台帳の行（{self._store.size}）がチェックポイント（{size}）より少ない。古い控えに戻していませんか",
                f"the ledger has fewer rows ({self._store.size}) than its checkpoint ({size}): was an old copy restored?",
            )
        return note

    def _read_last(self) -> str:
        last = next(self._store.read(self._store.size - 1, 1), None) if self._store.size else None
        return parse_event(last.entry).at if last else ""

    # -- taking in -----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> range:
        """Return the numbers of the events, which are durable then, in their order.

        Raises InputError MRS-I-043 for a kind, an actor or a record that cannot be kept (nothing is taken then), EvidenceError
        MRS-E-010 when the store failed, MRS-E-017 when the clock stands before the last event.
        """
        ready = list(map(_prepare, drafts))
        numbers = range(0)
        for at in range(0, len(ready), MOST_EVENTS):
            taken = self._take(ready[at : at + MOST_EVENTS])
            numbers = range(numbers.start if at else taken.start, taken.stop)
        return numbers

    def _take(self, events: list[_Ready]) -> range:
        with self._gate:
            batch = self._open
            is_mine = batch is None or len(batch.events) + len(events) > MOST_EVENTS
            if is_mine or batch is None:
                batch = self._open = _Batch()
            start = len(batch.events)
            batch.events.extend(events)
        if is_mine:
            with self._commit:  # whoever comes while the batch before is being written joins this one
                with self._gate:
                    if self._open is batch:
                        self._open = None
                self._write(batch)
        else:
            batch.is_done.wait()
        if batch.fault:
            raise batch.fault
        first = batch.first + start
        return range(first, first + len(events))

    def _write(self, batch: _Batch) -> None:
        try:
            at = self._tell_time(batch.events[0].kind)
            batch.first = self._store.size
            salts = os.urandom(SALT_BYTES * len(batch.events))
            rows = []
            for place, (kind, actor, body, key) in enumerate(batch.events):
                salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
                event = Event(batch.first + place, at, actor, kind, digest_record(salt, body), key)
                rows.append(Row(event.entry, salt, body))
            self._store.append(rows)
            self._last = at
        except EvidenceError as fault:
            batch.fault = fault
        finally:
            batch.is_done.set()

    def _tell_time(self, kind: str) -> str:
        at = _format(self._now())
        if at >= self._last or kind == CLOCK_SET:
            return at
        behind_s = (_parse(self._last) - _parse(at)).total_seconds()
        if behind_s <= _SLACK_S:
            return self._last
        raise EvidenceError(
            "MRS-E-017",
            f"時計が最後の記録（{self._last}）より {behind_s:.0f} 秒前を指しています。直すか、--accept-clock で記録してください",
            f"the clock stands {behind_s:.0f} s before the last event ({self._last}): set it, or record it with --accept-clock",
        )

    def accept_clock(self, actor: str) -> None:
        """Record that the clock was set back, and go on from the time it shows. Nothing happens when it was not."""
        if _format(self._now()) < self._last:
            self._take([_prepare(Draft(CLOCK_SET, actor, {"before": self._last}), is_own=True)])

    # -- sealing -------------------------------------------------------------------------------------------------------

    def seal(self) -> Note:
        """Return a signed checkpoint over everything that is durable; its files are certain to be found then.

        Raises EvidenceError MRS-E-013 when they cannot be written, MRS-E-015 when those there are not those that were signed.
        """
        with self._commit:
            return self._seal(())

    def _seal(self, others: Sequence[SignerKey]) -> Note:
        head = parse_checkpoint(self._head.text) if self._head else Checkpoint(self.origin, 0, EMPTY_ROOT)
        size = self._store.size
        if self._head and head.size == size:
            return self._head
        start = head.size - head.size % WIDTH
        edge = grow_tree(self._folder, head, (row.entry for row in self._store.read(start, size - start)))
        if edge.size != size:
            raise EvidenceError(
                "MRS-E-012", f"台帳の{edge.size}番がありません", f"number {edge.size} of the ledger is missing"
            )
        self._folder.sync()
        text = Checkpoint(self.origin, size, edge.root()).text
        note = Note(text, tuple(key.sign(text) for key in (self._key, *others)))
        if others:
            self._folder.write(find_change(size), note.encoded)
        self._folder.write(CHECKPOINT, note.encoded)
        self._folder.sync()
        self._head = note
        drop_partial(self._folder, head.size, size)
        return note

    def add_signatures(self, note: Note) -> bool:
        """Return whether the newest checkpoint is that of `note` and now has the signatures of witnesses below it as well.

        Raises EvidenceError MRS-E-013 when it cannot be written.
        """
        with self._commit:
            if self._head is None or self._head.text != note.text:
                return False
            kept = {(each.name, each.key_id): each for each in self._head.signatures}
            added = {(each.name, each.key_id): each for each in note.signatures if each.name != self.origin}
            head = Note(note.text, tuple({**kept, **added}.values()))
            self._folder.write(CHECKPOINT, head.encoded)
            self._folder.sync()
            self._head = head
        return True

    def change_key(self, actor: str) -> Note:
        """Return the checkpoint that both keys sign; from it on a new one signs, and the old one is gone."""
        old = self._key
        new = SignerKey(self.origin, os.urandom(32))
        body = encode_canonical({"from": str(old.verifier), "to": str(new.verifier)})
        self._take([_Ready(KEY_CHANGED, actor, body, str(new.verifier))])
        with self._commit:
            if self._store.size - 1 != self._find_change():
                raise EvidenceError(
                    "MRS-E-018", "鍵の交換中に記録が増えました", "events came while the key was changed"
                )
            note = self._seal([new])
            write_keys(self._folder, new)
            self._folder.sync()
            self._key = new
        return note

    def _find_change(self) -> int:
        last = next(self._store.read(self._store.size - 1, 1))
        event = parse_event(last.entry)
        return event.seq if event.kind == KEY_CHANGED else -1

    # -- looking up ----------------------------------------------------------------------------------------------------

    def prove(self, seq: int) -> Proved:
        """Return event `seq` with its receipt from the newest checkpoint.

        Raises InputError MRS-I-044 when there is no such event or it is not sealed yet.
        """
        sealed = parse_checkpoint(self._head.text).size if self._head else 0
        if self._head is None or not 0 <= seq < sealed:
            raise InputError(
                "MRS-I-044",
                f"{seq} 番は封をしたところ（{sealed} 件）にありません（先に checkpoint）",
                f"number {seq} is not among the {sealed} sealed events (run checkpoint first)",
            )
        row = next(self._store.read(seq, 1))
        tree = TileTree(sealed, self._folder.read)
        try:
            path = prove_inclusion(seq, sealed, tree.node)
        except MissingError as error:
            raise EvidenceError(
                "MRS-E-015", f"台帳のファイルがありません（{error}）", f"a file is missing ({error})"
            ) from error
        return Proved(parse_event(row.entry), Receipt(seq, tuple(path), self._head), row)

    def erase(self, seq: int) -> None:
        """Forget the record of event `seq`; its leaf stays and the ledger verifies as before. Raises InputError MRS-I-044."""
        if not 0 <= seq < self._store.size:
            raise InputError("MRS-I-044", f"{seq} 番はありません", f"there is no number {seq}")
        with self._commit:
            self._store.erase(seq)


def _prepare(draft: Draft, *, is_own: bool = False) -> _Ready:
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
    return _Ready(draft.kind, draft.actor, body)


def _format(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _parse(at: str) -> datetime:
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
