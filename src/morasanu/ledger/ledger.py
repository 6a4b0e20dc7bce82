"""A ledger: events taken in from many threads and kept by one writer, sealed into checkpoints, proved one by one."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Self

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.batch import Batch, Draft, Ready, cut, prepare
from morasanu.ledger.folder import Folder
from morasanu.ledger.interface import Row
from morasanu.ledger.key import NEXT, read_private, write_keys, write_private
from morasanu.ledger.lock import Lock
from morasanu.ledger.place import open_store, parse_place, read_place, write_place
from morasanu.ledger.reader import Proved, prove_event
from morasanu.ledger.seal import drop_partial, grow_tree
from morasanu.proof.canonical import encode_canonical
from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.event import (
    BEGUN,
    CLOCK_SET,
    KEY_CHANGED,
    SALT_BYTES,
    digest_record,
    parse_event,
    spell_entry,
)
from morasanu.proof.merkle import EMPTY_ROOT, hash_leaf
from morasanu.proof.note import Note, SignerKey, is_key_name, parse_note, verify_note
from morasanu.proof.tile import WIDTH, MissingError, TileTree
from morasanu.proof.verify import CHECKPOINT, find_change

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from morasanu.ledger.interface import Store

_SLACK_S: Final = 2


def begin_ledger(path: Path, origin: str, address: str = "") -> None:
    """Make a new ledger named `origin` in `path`: keys, store, first entry, first checkpoint. `address` is that of its rows, if not beside it.

    Raises InputError MRS-I-040 when there is one or the folder or the store holds something else, MRS-I-041 for a name that cannot be one,
    MRS-I-017, -018, -030 for an address; further errors as `Ledger` does.
    """
    if not is_key_name(origin) or not origin.isascii() or any(mark in origin for mark in '"\\'):
        raise InputError(
            "MRS-I-041",
            "台帳の名前は ASCII で、空白と + と引用符と \\ は使えません",
            "a ledger's name is ASCII and has no spaces, plus signs, quotes or backslashes",
        )
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise InputError("MRS-I-040", f"空のフォルダーではありません: {path}", f"not an empty folder: {path}")
    if address:
        _refuse_used(path, address)
    folder = Folder(path)
    key = SignerKey(origin, os.urandom(32))
    write_keys(folder, key)
    folder.sync()
    write_place(folder, origin, address)
    folder.sync()
    Folder(path.parent).keep(path.name)
    with Ledger(path) as ledger:
        ledger.seal()


def _refuse_used(path: Path, address: str) -> None:
    place = parse_place(address)
    store = open_store(path, address)
    size = store.size
    store.close()
    if size:
        raise InputError(
            "MRS-I-040",
            f"そこにはもう台帳があります（スキーマ {place.schema}、{size} 件）。宛先の最後に別のスキーマを書いてください",
            f"there is a ledger already (schema {place.schema}, {size} events): write another schema at the end of the address",
        )


class Ledger:
    """The writer of a ledger. Use as a context manager; threads may share it. After a fault it takes nothing more."""

    def __init__(
        self, path: Path, store: Store | None = None, now: Callable[[], int] = time.time_ns, patience_s: float = 0
    ) -> None:
        """Open it. `store` is what the ledger began with unless another is given; `now` gives the time in nanoseconds since 1970 (UTC).

        Another writer is waited for at most `patience_s`.

        Raises InputError MRS-I-042 without a ledger, EvidenceError MRS-E-014 when another writer has it open, MRS-E-011,
        -012, -015, -016, -020, -021 when its rows, files or keys are not what they must be.
        """
        self._folder = Folder(path)
        self.origin, address = read_place(self._folder)
        self._now = now
        self._gate, self._commit = threading.Lock(), threading.Lock()
        self._open: Batch | None = None
        self._is_changing = False
        self._lock = Lock(path, patience_s)
        try:
            self._key = read_private(self._folder)
            self._store: Store = store or open_store(path, address)
        except BaseException:
            self._lock.release()
            raise
        try:
            self._head = self._read_head()
            self._last = self._read_last()
            self._go_on()
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the store and let another writer in."""
        try:
            self._store.close()
        finally:
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
        if size and not self._holds_last(size):
            raise EvidenceError(
                "MRS-E-015",
                f"台帳の行（{size - 1}番）が、署名したときと違います",
                f"row {size - 1} of the ledger is not that which was signed",
            )
        return note

    def _holds_last(self, size: int) -> bool:
        """Return whether the last row that is sealed is the leaf in the files."""
        try:
            leaf = TileTree(size, self._folder.read).node(0, size - 1)
        except MissingError:
            return False
        return any(hash_leaf(row.entry) == leaf for row in self._store.read(size - 1, 1))

    def _read_last(self) -> str:
        last = next(self._store.read(self._store.size - 1, 1), None) if self._store.size else None
        return parse_event(last.entry).at if last else ""

    def _go_on(self) -> None:
        """Finish what was cut short when a process was killed: putting a checkpoint in place, the first entry, the change of a key."""
        self._folder.keep(CHECKPOINT)
        if not self._store.size:
            body = encode_canonical({"origin": self.origin})
            self._take([Ready(BEGUN, "ledger", body, str(self._key.verifier))])
        if self._folder.read(NEXT) is None:
            return
        new = read_private(self._folder, NEXT)
        if parse_event(next(self._store.read(self._store.size - 1, 1)).entry).key == str(new.verifier):
            self._finish_change(new)
        else:
            self._folder.remove(NEXT)

    # -- taking in -----------------------------------------------------------------------------------------------------

    def append(self, drafts: Sequence[Draft]) -> list[int]:
        """Return the numbers of the events, which are durable then, in their order; what others append may stand between them.

        Raises InputError MRS-I-043 for a kind, an actor or a record that cannot be kept (nothing is taken then), EvidenceError
        MRS-E-010 when the store failed, MRS-E-017 when the clock stands before the last event.
        """
        ready = list(map(prepare, drafts))
        if len(ready) == 1:
            return list(self._take(ready))
        return [seq for events in cut(ready) for seq in self._take(events)]

    def _take(self, events: list[Ready]) -> range:
        with self._gate:
            batch = self._open
            is_mine = batch is None or not batch.has_room(events)
            if is_mine or batch is None:
                batch = self._open = Batch()
            start = len(batch.events)
            batch.add(events)
            done = None if is_mine else batch.join()
        if done is None:
            try:
                with self._commit:  # whoever comes while the batch before is being written joins this one
                    self._shut(batch)
                    self._write(batch)
            except BaseException:  # the wait for the batch before was interrupted
                self._shut(batch)
                raise
            finally:
                batch.end()
        else:
            with done:
                pass
        batch.check()
        first = batch.first + start
        return range(first, first + len(events))

    def _shut(self, batch: Batch) -> None:
        with self._gate:
            if self._open is batch:  # a larger group may have opened another meanwhile
                self._open = None

    def _write(self, batch: Batch) -> None:
        try:
            batch.first = self._keep(batch.events)
            batch.is_written = True
        except EvidenceError as fault:
            batch.fault = fault

    def _keep(self, events: Sequence[Ready]) -> int:
        """Return the number of the first of `events`, which are durable then. Only for whoever holds `_commit`."""
        self._refuse_change()
        at = self._tell_time(events[0].kind)
        first = self._store.size
        salts = os.urandom(SALT_BYTES * len(events))
        rows = []
        for place, (kind, actor, body, key) in enumerate(events):
            salt = salts[place * SALT_BYTES : (place + 1) * SALT_BYTES]
            entry = spell_entry(first + place, at, actor, kind, digest_record(salt, body), key)
            rows.append(Row(entry, salt, body))
        self._store.append(rows)
        self._last = at
        return first

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
            self._take([prepare(Draft(CLOCK_SET, actor, {"before": self._last}), is_own=True)])

    # -- sealing -------------------------------------------------------------------------------------------------------

    def seal(self) -> Note:
        """Return a signed checkpoint over everything that is durable; its files are certain to be found then.

        Raises EvidenceError MRS-E-013 when they cannot be written, MRS-E-015 when those there are not those that were signed.
        """
        with self._commit:
            self._refuse_change()
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
        text = Checkpoint(self.origin, size, edge.root()).text
        note = Note(text, tuple(key.sign(text) for key in (self._key, *others)))
        if others:
            self._folder.write(find_change(size), note.encoded)
        self._folder.sync()
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
        new = SignerKey(self.origin, os.urandom(32))
        body = encode_canonical({"from": str(self._key.verifier), "to": str(new.verifier)})
        with self._commit:
            self._refuse_change()
            write_private(self._folder, new, NEXT)
            self._folder.sync()
            self._keep([Ready(KEY_CHANGED, actor, body, str(new.verifier))])
            self._is_changing = True
            return self._finish_change(new)

    def _finish_change(self, new: SignerKey) -> Note:
        note = self._seal([new])
        write_keys(self._folder, new)
        self._folder.sync()
        self._folder.remove(NEXT)
        self._key, self._is_changing = new, False
        return note

    def _refuse_change(self) -> None:
        """Raise EvidenceError MRS-E-018 when the change of the key failed halfway: nothing may come between its entry and its checkpoint."""
        if self._is_changing:
            raise EvidenceError(
                "MRS-E-018",
                "鍵の交換が途中で止まっています。台帳を開き直すと続きます",
                "the change of the key stopped halfway: open the ledger again to finish it",
            )

    # -- looking up ----------------------------------------------------------------------------------------------------

    def prove(self, seq: int) -> Proved:
        """Return event `seq` with its receipt from the newest checkpoint.

        Raises InputError MRS-I-044 when there is no such event or it is not sealed yet.
        """
        with self._commit:
            return prove_event(self._folder, self._store, self._head, seq)

    def read_last(self, count: int) -> list[tuple[int, bytes]]:
        """Return the numbers and the records of the last `count` events; a record that was erased is empty."""
        with self._commit:
            first = max(0, self._store.size - count)
            return [(number, row.body) for number, row in enumerate(self._store.read(first, count), first)]

    def erase(self, seq: int) -> None:
        """Forget the record of event `seq`; its leaf stays and the ledger verifies as before. Raises InputError MRS-I-044."""
        if not 0 <= seq < self._store.size:
            raise InputError("MRS-I-044", f"{seq} 番はありません", f"there is no number {seq}")
        with self._commit:
            self._store.erase(seq)


def _format(ns: int) -> str:
    """Return a time as entries have it. An event of its own is written on cold caches, where datetime costs three times as much."""
    us = ns // 1_000
    return f"{_format_second(us // 1_000_000)}.{us % 1_000_000:06d}Z"


@lru_cache(maxsize=1)
def _format_second(second: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second)).isoformat()[:19]


def _parse(at: str) -> datetime:
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
