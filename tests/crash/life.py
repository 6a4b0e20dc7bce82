"""What a ledger goes through until the power goes: appends, erasures, seals, new keys, being closed, being killed."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import apsw
from tests.crash.disk import EMPTY, Mark, State, Write
from tests.crash.promise import ATTEMPT, BEGUN, DURABLE, ERASED, ERASING, SEALED, Promise, patched
from tests.crash.recorder import NEVER, Recorder, System

from morasanu.ledger.ledger import Draft, Ledger, begin_ledger
from morasanu.ledger.sqlite import SETTINGS, SqliteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

    from tests.crash.disk import Image

    from morasanu.ledger.interface import Row

_SMALL: Final = ("cache_size = 10", "wal_autocheckpoint = 12")
"""So that checkpoints of the log happen, and the filling of the log is written as it is with the product's sizes."""
_LOG_BYTES: Final = 80_000
_STEPS: Final = 25


def change_settings(*changes: str) -> tuple[str, ...]:
    """Return the store's own settings, those of the small test ledger, and `changes` behind them."""
    return (*SETTINGS, *_SMALL, *changes)


def make_folder() -> tempfile.TemporaryDirectory[str]:
    """Return a folder that is gone afterwards, in memory where that can be: what is synced is in the log, not on this machine's disk."""
    memory = Path("/dev/shm")
    return tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)


class Watched(SqliteStore):
    """The store, which says what it is about to keep and what it found."""

    def __init__(self, path: Path, recorder: Recorder, settings: Sequence[str]) -> None:
        self._disk = recorder.disk
        super().__init__(path, recorder.connect, settings, _LOG_BYTES)
        self._disk.mark(DURABLE, self.size)

    def append(self, rows: Sequence[Row]) -> None:
        if not self._is_broken:
            self._disk.mark(ATTEMPT, [row.entry for row in rows])
        super().append(rows)

    def close(self) -> None:
        with suppress(
            apsw.Error
        ):  # which Python's sqlite3 leaves out as well: what could not be moved stays in the log
            super().close()


class Life:
    """A ledger on a recorder's disk, and the things that happen to it."""

    def __init__(self, recorder: Recorder, random: Random, settings: Sequence[str]) -> None:
        self.recorder, self.random = recorder, random
        self.path = recorder.folder / "ledger"
        self._context = partial(patched, partial(Watched, recorder=recorder, settings=settings), System(recorder))
        self.ledger: Ledger | None = None

    def begin(self) -> None:
        """Make the ledger."""
        with self._context():
            begin_ledger(self.path, "bank.example/ledger")
        self.recorder.disk.mark(SEALED, (self.path / "checkpoint").read_bytes())
        self.recorder.disk.mark(BEGUN)

    def open(self) -> Ledger:
        """Return the ledger, opened if it was not."""
        if self.ledger is None:
            with self._context():
                self.ledger = Ledger(self.path)
        return self.ledger

    def close(self) -> None:
        """Close it in peace."""
        if self.ledger:
            ledger, self.ledger = self.ledger, None
            ledger.__exit__()

    def append(self) -> None:
        """Append one event or some."""
        ledger, random = self.open(), self.random
        count = random.choice((1, 1, 2, random.randint(1, 50)))
        drafts = [
            Draft("crash.event", "tests", {"it": "x" * random.choice((3, 40, random.randint(0, 2_000)))})
            for _ in range(count)
        ]
        numbers = ledger.append(drafts)
        assert len(numbers) == count
        self.recorder.disk.mark(DURABLE, numbers[-1] + 1)

    def erase(self) -> None:
        """Erase one event."""
        ledger = self.open()
        number = self.random.randrange(ledger.size)
        self.recorder.disk.mark(ERASING, number)
        ledger.erase(number)
        self.recorder.disk.mark(ERASED, number)

    def seal(self) -> None:
        """Seal what is there."""
        head = self.open().seal().encoded
        self.recorder.disk.mark(SEALED, head)

    def rotate(self) -> None:
        """Change the key."""
        ledger = self.open()
        head = ledger.change_key("tests").encoded
        self.recorder.disk.mark(DURABLE, ledger.size)
        self.recorder.disk.mark(SEALED, head)

    def kill(self) -> None:
        """Do something and be killed meanwhile; whoever opens it next finds what was written, synced or not."""
        self.recorder.calls_left = self.random.choice((self.random.randint(1, 12), self.random.randint(1, 80)))
        acts = self.random.choice(((*PEACE, Life.close), (Life.append, Life.seal, Life.rotate)))
        with suppress(Exception):
            while True:
                self.step(acts)
        self.end()
        if self.random.random() < 0.5:
            self.seal()

    def end(self) -> None:
        """Leave it as it is, as a process that is killed does."""
        self.recorder.calls_left = 0
        with suppress(Exception):
            self.close()
        self.recorder.calls_left = NEVER

    def step(self, acts: Sequence[Callable[[Life], None]]) -> None:
        """Let one of `acts` happen."""
        self.random.choice(acts)(self)


PEACE: Final = (*[Life.append] * 12, Life.erase, *[Life.seal] * 3, Life.rotate)
UNREST: Final = (*PEACE, Life.close, Life.kill, Life.kill)


class Found(NamedTuple):
    """What a loss of power left, and what had been promised before."""

    image: Image
    promise: Promise

    def find_fault(self, folder: Path, *, goes_on: bool = True) -> str:
        """Return how it breaks the promise, nothing when it does not; `folder` is new and gone afterwards."""
        self.image.write(folder)
        fault = self.promise.find_fault(folder / "ledger", goes_on=goes_on)
        shutil.rmtree(folder)
        return fault


def find_states(random: Random, folder: Path, settings: Sequence[str], lives: int, states: int) -> Iterator[Found]:
    """Yield what is found after the power went at random moments, `states` times in each of `lives` lives.

    Each life goes on from a state that the one before left. `folder` is empty and takes the real files.
    """
    found = Found(EMPTY, Promise())
    for number in range(lives):
        with Recorder(folder / str(number), found.image) as recorder:
            life = Life(recorder, random, settings)
            if not found.promise.is_begun:
                life.begin()
            for _ in range(_STEPS):
                life.step(UNREST)
            life.end()
        log = recorder.disk.log
        rare = [
            at for at, entry in enumerate(log, 1) if not isinstance(entry, Write)
        ]  # much happens between few of these
        cuts = sorted(
            random.choice(rare) if random.random() < 0.5 else random.randint(0, len(log)) for _ in range(states)
        )
        heir = random.randrange(states)
        for place, each in enumerate(cut_states(found, recorder, cuts, random)):
            if place == heir:
                following = deepcopy(each)
            yield each
        found = following if following.promise.is_begun else Found(EMPTY, Promise())


def cut_states(start: Found, recorder: Recorder, cuts: Sequence[int], random: Random) -> Iterator[Found]:
    """Yield what is found when the power goes at each of `cuts`, which ascend; the promise goes on with the next."""
    state, promise, at = State(start.image), deepcopy(start.promise), 0
    for cut in cuts:
        for entry in recorder.disk.log[at:cut]:
            if isinstance(entry, Mark):
                promise.follow(entry)
            else:
                state.follow(entry)
        at = cut
        yield Found(state.survive(random), promise)
