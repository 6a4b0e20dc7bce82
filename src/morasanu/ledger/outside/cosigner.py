"""A witness for ledgers of other hosts: it cosigns a checkpoint only if the ledger grew from what it saw last. Source: c2sp.org/tlog-witness."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Self

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.folder import Folder
from morasanu.ledger.key import PRIVATE, read_private, write_keys
from morasanu.ledger.lock import LOCK, Lock
from morasanu.proof.checkpoint import parse_checkpoint
from morasanu.proof.note import COSIGNATURE, Note, SignerKey, is_key_name, parse_note, verify_note
from morasanu.proof.witness import CONFLICT, GRANTED, MALFORMED, REFUTED, judge, parse_head, parse_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from morasanu.proof.checkpoint import Checkpoint
    from morasanu.proof.note import VerifierKey
    from morasanu.proof.witness import Request

_MOST_REFUTED: Final = 100


def hash_origin(origin: str) -> str:
    """Return the 64 digits under which a witness shows what it saw of a ledger."""
    return sha256(origin.encode()).hexdigest()


class Witness:
    """The witness of some ledgers; threads may share it. Use as a context manager: nobody else may use its folder."""

    def __init__(
        self, path: Path, logs: Iterable[VerifierKey], name: str, now_s: Callable[[], float] = time.time
    ) -> None:
        """Open the folder, or begin with a new key named `name` in one that is empty. `logs` are the keys of the ledgers.

        Raises InputError MRS-I-040 for a folder that holds something else, MRS-I-041 for a name that cannot be one, EvidenceError
        MRS-E-013 when it cannot be written, -014 when another witness uses it, MRS-E-020, -021 for its key, MRS-E-015 when what it saw is not what it signed.
        """
        self._folder, self._now_s = Folder(path), now_s
        self._gate = threading.Lock()
        self._logs: dict[str, list[VerifierKey]] = {}
        for key in logs:
            self._logs.setdefault(key.name, []).append(key)
        is_new = not path.exists() or (path.is_dir() and {each.name for each in path.iterdir()} <= {LOCK})
        if not is_new and not (path / PRIVATE).is_file():
            raise _tell_folder(path)
        if is_new and not is_key_name(name):
            raise InputError(
                "MRS-I-041", "証人の名前に空白と + は使えません", "a witness's name has no spaces and no plus sign"
            )
        with suppress(OSError):  # the lock tells what is wrong
            path.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(path)
        try:
            if not (path / PRIVATE).is_file():  # two may have begun at a time
                write_keys(self._folder, SignerKey(name, os.urandom(32), COSIGNATURE))
                self._folder.sync()
                Folder(path.parent).keep(path.name)
            self._key = read_private(self._folder)
            if self._key.kind != COSIGNATURE:
                raise _tell_folder(path)  # noqa: TRY301 - the lock is given back
            for origin in self._logs:
                self._read_latest(origin)
        except BaseException:
            self._lock.release()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let another one use the folder."""
        self._lock.release()

    @property
    def key(self) -> VerifierKey:
        """Return the key that its cosignatures are verified with."""
        return self._key.verifier

    def add(self, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of the answer to an add-checkpoint request; what is cosigned is durable then.

        Raises EvidenceError MRS-E-013 when it could not be written, MRS-E-015 when what was seen last is broken: no answer is given then.
        """
        try:
            request = parse_request(body)
            origin = parse_head(request.note.text).origin
        except ValueError:
            return MALFORMED, b""
        with self._gate:  # nobody else may be between looking and writing
            answer = judge(request, self._logs, self._read_latest(origin) if origin in self._logs else None)
            if answer.status == CONFLICT:
                return CONFLICT, b"%d\n" % answer.size
            if answer.status == REFUTED:
                self._keep_refuted(origin, request)
            if answer.status != GRANTED:
                return answer.status, b""
            cosigned = self._key.cosign(request.note.text, max(1, int(self._now_s())))
            kept = Note(request.note.text, (*answer.signatures, cosigned))
            self._folder.write(self._name(origin), kept.encoded)
            self._folder.sync()
        return GRANTED, cosigned.line.encode()

    def show(self, origin_hash: str) -> bytes | None:
        """Return the latest checkpoint cosigned of the ledger whose name has this hash, None without one."""
        for origin in self._logs:
            if hash_origin(origin) == origin_hash:
                return self._folder.read(self._name(origin))
        return None

    def _name(self, origin: str) -> str:
        return f"{hash_origin(origin)}/checkpoint"

    def _read_latest(self, origin: str) -> Checkpoint | None:
        """Return what was last cosigned. Whatever is there and is not cosigned must not look like nothing."""
        data = self._folder.read(self._name(origin))
        if data is None:
            return None
        try:
            note = parse_note(data)
            found = parse_checkpoint(note.text)
            is_ours = bool(verify_note(note, [self._key.verifier])) and found.origin == origin
        except ValueError:
            is_ours = False
        if not is_ours:
            raise EvidenceError(
                "MRS-E-015",
                f"証人の控えが壊れています: {self._name(origin)}",
                f"what the witness kept is broken: {self._name(origin)}",
            )
        return found

    def _keep_refuted(self, origin: str, request: Request) -> None:
        """Keep a checkpoint that the ledger's key signed and that does not continue the ledger: it is evidence."""
        folder = f"{hash_origin(origin)}/refuted"
        path = self._folder.path / folder
        if path.is_dir() and len(list(path.iterdir())) >= _MOST_REFUTED:
            return
        self._folder.write(f"{folder}/{sha256(request.note.encoded).hexdigest()}.txt", request.note.encoded)
        self._folder.sync()


def _tell_folder(path: Path) -> InputError:
    return InputError("MRS-I-040", f"証人のフォルダーではありません: {path}", f"not a witness's folder: {path}")
