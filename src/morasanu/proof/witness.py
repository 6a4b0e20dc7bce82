"""What a log asks of a witness and what the witness answers, decided from values alone. Source: c2sp.org/tlog-witness, add-checkpoint."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.merkle import EMPTY_ROOT, HASH_BYTES, verify_consistency
from morasanu.proof.note import Note, decode_base64, parse_note, verify_note

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from morasanu.proof.note import Signature, VerifierKey

MOST_STEPS: Final = 63
"""Lines of a consistency proof."""
GRANTED, MALFORMED, NOT_SIGNED, UNKNOWN, CONFLICT, REFUTED = 200, 400, 403, 404, 409, 422
_OLD: Final = re.compile(r"old (0|[1-9][0-9]{0,18})\Z")
_EMPTY: Final = Checkpoint("", 0, EMPTY_ROOT)


class Request(NamedTuple):
    """A new checkpoint with the proof that it continues the tree of `old` leaves."""

    old: int
    path: tuple[bytes, ...]
    note: Note

    @property
    def encoded(self) -> bytes:
        """Return the body of the request."""
        steps = "".join(f"{b64encode(step).decode()}\n" for step in self.path)
        return f"old {self.old}\n{steps}\n".encode() + self.note.encoded


class Answer(NamedTuple):
    """The HTTP status; with 409 the size that the witness knows, with 200 the log's signatures that it verified."""

    status: int
    size: int = 0
    signatures: tuple[Signature, ...] = ()


def parse_request(data: bytes) -> Request:
    """Return the request that a body is, with nothing verified. Raises ValueError for anything else."""
    head, _, note = data.partition(b"\n\n")
    first, *steps = head.decode("ascii").split("\n")
    old = _OLD.match(first)
    if not old or len(steps) > MOST_STEPS:
        raise ValueError
    path = tuple(map(decode_base64, steps))
    if any(len(step) != HASH_BYTES for step in path):
        raise ValueError
    return Request(int(old[1]), path, parse_note(note))


def parse_head(text: str) -> Checkpoint:
    """Return the checkpoint of a request, also one of no leaves with a wrong root, which has an answer of its own.

    Raises ValueError for anything else.
    """
    lines = text.split("\n")
    if lines[1:2] != ["0"]:
        return parse_checkpoint(text)
    root = decode_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise ValueError
    lines[2] = b64encode(EMPTY_ROOT).decode()
    return parse_checkpoint("\n".join(lines))._replace(root=root)


def judge(request: Request, keys: Mapping[str, Sequence[VerifierKey]], latest: Checkpoint | None) -> Answer:
    """Return what a witness that trusts `keys` by origin, and has last cosigned `latest` of this one, must answer.

    >>> from morasanu.proof.note import SignerKey
    >>> key = SignerKey("bank.example/ledger", bytes(32))
    >>> text = Checkpoint(key.name, 0, EMPTY_ROOT).text
    >>> asked = Request(0, (), Note(text, (key.sign(text),)))
    >>> judge(asked, {key.name: [key.verifier]}, None).status, judge(asked, {}, None).status
    (200, 404)
    """
    try:
        head = parse_head(request.note.text)
    except ValueError:
        return Answer(MALFORMED)
    trusted = keys.get(head.origin)
    if not trusted:
        return Answer(UNKNOWN)
    try:
        signed = {(key.name, key.key_id) for key in verify_note(request.note, trusted)}
    except ValueError:
        return Answer(NOT_SIGNED)
    if not signed:
        return Answer(NOT_SIGNED)
    if request.old > head.size:
        return Answer(MALFORMED)
    known = latest or _EMPTY
    if request.old != known.size:
        return Answer(CONFLICT, known.size)
    if not head.size and head.root != EMPTY_ROOT:
        return Answer(REFUTED)
    if not verify_consistency(known.size, known.root, head.size, head.root, request.path):
        return Answer(REFUTED)
    kept = tuple(each for each in request.note.signatures if (each.name, each.key_id) in signed)
    return Answer(GRANTED, head.size, kept)
