"""Says whether the files of a ledger are what they must be: verified, refuted and where, or unproven without an outside checkpoint."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.proof.checkpoint import Checkpoint, parse_checkpoint
from morasanu.proof.event import BEGUN, CLOCK_SET, KEY_CHANGED, parse_event
from morasanu.proof.merkle import EMPTY_ROOT, Frontier, fold, hash_leaf
from morasanu.proof.note import ED25519, Note, VerifierKey, parse_note, parse_verifier_key, verify_note
from morasanu.proof.tile import WIDTH, MissingError, Tile, TileTree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from morasanu.proof.event import Event

CHECKPOINT: Final = "checkpoint"
"""The file with the newest checkpoint."""


def find_change(size: int) -> str:
    """Return the file with the checkpoint of `size` in which an old key answers for its successor."""
    return f"key/change/{size}"


class State(StrEnum):
    """What a verification comes to."""

    VERIFIED = "verified"
    REFUTED = "refuted"
    UNPROVEN = "unproven"


class Fault(StrEnum):
    """Why files were refuted, or why they prove nothing to a stranger."""

    NO_CHECKPOINT = "no checkpoint"
    NOT_A_CHECKPOINT = "not a checkpoint"
    SIGNATURE = "not signed by the ledger's key"
    ORIGIN = "another ledger"
    MISSING = "missing, or not as long as it must be"
    ENTRY = "not an entry, or not in its place"
    TIME = "earlier than the entry before"
    KEY = "introduces no key, or one that it may not"
    LEAF = "entry and tile differ"
    TILE = "tile and the tiles below differ"
    ROOT = "root differs from the entries"
    FORK = "history differs from the outside checkpoint"
    ROLLED_BACK = "shorter than the outside checkpoint"
    NO_OUTSIDE = "no outside checkpoint to compare with"


class Verdict(NamedTuple):
    """What was found: the state, how many entries there are, and of a refusal where it lies and why."""

    state: State
    size: int
    where: str = ""
    fault: Fault | None = None


class Outside(NamedTuple):
    """A checkpoint that was kept elsewhere: what it is called in the verdict, and its bytes."""

    name: str
    data: bytes


class _RefutedError(Exception):
    def __init__(self, where: str, fault: Fault) -> None:
        super().__init__(where)
        self.where, self.fault = where, fault


class KeyRing:
    """Which key signs from which entry on, as the entries themselves say."""

    def __init__(self) -> None:
        """Begin without a key."""
        self._since: list[tuple[int, VerifierKey]] = []

    def learn(self, event: Event) -> None:
        """Take in the key that `event` introduces, if it is of a kind that does. Raises ValueError for a wrong one."""
        is_first = event.kind == BEGUN
        if is_first != (event.seq == 0) or bool(event.key) != (event.kind in {BEGUN, KEY_CHANGED}):
            raise ValueError
        if event.key:
            key = parse_verifier_key(event.key)
            if key.kind != ED25519 or (self._since and key.name != self.origin):
                raise ValueError
            self._since.append((event.seq, key))

    @property
    def origin(self) -> str:
        """Return the ledger's name, which is that of its keys."""
        return self._since[0][1].name

    def signers(self, size: int) -> tuple[VerifierKey, ...]:
        """Return the keys that must have signed a checkpoint of `size`: the newest, and with it the one it follows.

        The checkpoint that ends in the change of a key is signed by both, so that the old key answers for the new one.
        """
        known = [(seq, key) for seq, key in self._since if seq < size]
        if len(known) > 1 and known[-1][0] == size - 1:
            return known[-2][1], known[-1][1]
        return (known[-1][1],) if known else ()


def verify(read: Callable[[str], bytes | None], outside: Sequence[Outside], key: VerifierKey | None = None) -> Verdict:
    """Return what the files that `read` gives by path (None for one that is not there) come to.

    Every entry is hashed and compared with the tiles and the checkpoint's root, and with the root of each outside
    checkpoint at its own size. `key`, when it is given, must be the first key. Never raises for what the files hold.
    """
    try:
        head = _open(CHECKPOINT, read(CHECKPOINT))
    except _RefutedError as refuted:
        return Verdict(State.REFUTED, 0, refuted.where, refuted.fault)
    size = head.checkpoint.size
    try:
        _compare(read, head, [_open(each.name, each.data) for each in outside], key)
    except _RefutedError as refuted:
        return Verdict(State.REFUTED, size, refuted.where, refuted.fault)
    if not outside:
        return Verdict(State.UNPROVEN, size, "", Fault.NO_OUTSIDE)
    return Verdict(State.VERIFIED, size)


def _compare(
    read: Callable[[str], bytes | None], head: _Head, outside: Sequence[_Head], key: VerifierKey | None
) -> None:
    size = head.checkpoint.size
    for other in outside:
        _refuse(other.name, Fault.ORIGIN, when=other.checkpoint.origin != head.checkpoint.origin)
        _refuse(other.name, Fault.ROLLED_BACK, when=other.checkpoint.size > size)
    roots, ring = _replay(read, size, {each.checkpoint.size for each in (head, *outside)}, key)
    _check_signature(head, ring)
    _refuse(head.name, Fault.ROOT, when=roots[size] != head.checkpoint.root)
    for other in outside:
        _check_signature(other, ring)
        _refuse(other.name, Fault.FORK, when=roots[other.checkpoint.size] != other.checkpoint.root)


def _refuse(where: str, fault: Fault, *, when: bool) -> None:
    if when:
        raise _RefutedError(where, fault)


class _Head(NamedTuple):
    name: str
    checkpoint: Checkpoint
    note: Note


def _open(name: str, data: bytes | None) -> _Head:
    if data is None:
        raise _RefutedError(name, Fault.NO_CHECKPOINT)
    try:
        note = parse_note(data)
        return _Head(name, parse_checkpoint(note.text), note)
    except ValueError as error:
        raise _RefutedError(name, Fault.NOT_A_CHECKPOINT) from error


def _check_signature(head: _Head, ring: KeyRing) -> None:
    wanted = ring.signers(head.checkpoint.size)
    _refuse(head.name, Fault.ORIGIN, when=bool(wanted) and head.checkpoint.origin != ring.origin)
    try:
        signed = verify_note(head.note, wanted)
    except ValueError as error:
        raise _RefutedError(head.name, Fault.SIGNATURE) from error
    _refuse(head.name, Fault.SIGNATURE, when=not wanted or set(signed) != set(wanted))


def _replay(
    read: Callable[[str], bytes | None], size: int, sizes: set[int], key: VerifierKey | None
) -> tuple[dict[int, bytes], KeyRing]:
    """Return the roots at `sizes` as the entries make them, and the keys they introduce. Raises _RefutedError."""
    tree = TileTree(size, read)
    ring, edge, roots = KeyRing(), _Edge(), {0: EMPTY_ROOT}
    last = ""
    for event, leaf in _read_entries(tree):
        try:
            ring.learn(event)
        except ValueError as error:
            raise _RefutedError(f"entry {event.seq}", Fault.KEY) from error
        if event.seq == 0:
            _refuse("entry 0", Fault.KEY, when=key not in {None, *ring.signers(1)})
        if event.at < last and event.kind != CLOCK_SET:
            raise _RefutedError(f"entry {event.seq}", Fault.TIME)
        last = event.at
        edge.append(leaf)
        if event.seq + 1 in sizes:
            roots[event.seq + 1] = edge.root()
        if event.kind == KEY_CHANGED:
            name = find_change(event.seq + 1)
            change = _open(name, read(name))
            _refuse(name, Fault.ROOT, when=change.checkpoint.size != event.seq + 1)
            _check_signature(change, ring)
            _refuse(name, Fault.ROOT, when=change.checkpoint.root != edge.root())
    _check_upper(tree, edge.tiles)
    return roots, ring


class _Edge:
    """The tree's right edge, tile by tile; the roots of whole tiles are kept, for the tiles above hold them."""

    def __init__(self) -> None:
        self.tiles: list[bytes] = []
        self._whole, self._part = Frontier(), Frontier()

    def append(self, leaf: bytes) -> None:
        part = self._part
        part.append(leaf)
        if part.size == WIDTH:
            (root,) = part.hashes
            self.tiles.append(root)
            self._whole.append(root)
            self._part = Frontier()

    def root(self) -> bytes:
        return fold([*self._whole.hashes, *self._part.hashes])


def _read_entries(tree: TileTree) -> Iterator[tuple[Event, bytes]]:
    """Yield each event with the hash of its leaf, which the tile of level 0 holds as well."""
    for index in range(-(-tree.size // WIDTH)):
        try:
            entries, hashes = tree.bundle(index), tree.tile(0, index)
        except MissingError as error:
            raise _RefutedError(str(error), Fault.MISSING) from error
        for number, entry in enumerate(entries, index * WIDTH):
            try:
                event = parse_event(entry)
            except ValueError as error:
                raise _RefutedError(f"entry {number}", Fault.ENTRY) from error
            leaf = hash_leaf(entry)
            if event.seq != number or leaf != hashes[number % WIDTH]:
                raise _RefutedError(f"entry {number}", Fault.LEAF if event.seq == number else Fault.ENTRY)
            yield event, leaf


def _check_upper(tree: TileTree, roots: list[bytes]) -> None:
    """Compare every hash above level 0 with the root of the whole tile below it that it stands for, at level 0 `roots`."""
    level = 1
    while roots:
        above: list[bytes] = []
        for number in range(-(-len(roots) // WIDTH)):
            wanted = roots[number * WIDTH : (number + 1) * WIDTH]
            try:
                found = tree.tile(level, number)
            except MissingError as error:
                raise _RefutedError(str(error), Fault.MISSING) from error
            _refuse(Tile(level, number, len(wanted)).path, Fault.TILE, when=found != wanted)
            if len(wanted) == WIDTH:
                edge = Frontier()
                for each in wanted:
                    edge.append(each)
                above.append(edge.root())
        roots, level = above, level + 1
