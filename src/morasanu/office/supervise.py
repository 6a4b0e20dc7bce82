"""Keeps the parts of the office running: each in a process of its own, started again when it dies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from morasanu.office.place import Place

PROGRAM: Final = (sys.executable, "-m", "morasanu.office")
_LONGEST_PAUSE_S: Final = 30.0
_PATIENCE_S: Final = 15


def prepare(place: Place, *more: str) -> dict[str, str]:
    """Return what was made ready: `link`, the path of the first administrator's link or empty, and `print` of the certificate.

    Raises InputError with the code of what is wrong.
    """
    return ask_part("prepare", place, *more)


def ask_part(part: str, place: Place, *more: str, database: str | None = None) -> dict[str, str]:
    """Return what a part told that ends by itself. In a process of its own: this one stays small.

    `database` is its DATABASE_URL, when that is another one than ours. Raises InputError with the code of what is wrong.
    """
    command = [*PROGRAM, part, "--data", str(place.path), *more]
    environment = os.environ if database is None else {**os.environ, "DATABASE_URL": database}
    done = subprocess.run(command, stdout=subprocess.PIPE, env=environment, check=False)  # noqa: S603 - our own program
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        raise OutsideError(
            "MRS-O-051", "データフォルダーを準備できませんでした", "the data folder could not be made ready"
        ) from error
    if "code" in told:
        raise InputError(told["code"], told["ja"], told["en"])
    return dict(told)


class Part:
    """One process. It ends when the pipe to its standard input closes: also when this process is killed."""

    def __init__(self, name: str, arguments: Sequence[str]) -> None:
        """Start it."""
        self.name = name
        self._arguments = arguments
        self._pause_s = 0.5
        self._again_at = 0.0
        self.start()

    def start(self) -> None:
        """Start it anew."""
        self._began = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, *self._arguments], stdin=subprocess.PIPE
        )

    def look_after(self) -> bool:
        """Start it again when it has ended, later each time; return whether it runs."""
        now = time.monotonic()
        if self.process.poll() is None:
            if now - self._began > 60:
                self._pause_s = 0.5
            return True
        if not self._again_at:
            self._again_at = now + self._pause_s
            self._pause_s = min(_LONGEST_PAUSE_S, self._pause_s * 2)
        elif now >= self._again_at:
            self._again_at = 0.0
            self.wait()
            self.start()
        return False

    def end(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.terminate()

    def wait(self) -> None:
        """Wait until it ended; after a while no longer."""
        try:
            self.process.wait(_PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdin:
            self.process.stdin.close()


def supervise(parts: Mapping[str, Sequence[str]], stop: threading.Event | None = None) -> None:
    """Run the parts until a signal asks to stop."""
    stop = stop or threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    running = [Part(name, arguments) for name, arguments in parts.items()]
    try:
        while not stop.wait(0.3):
            for part in running:
                part.look_after()
    finally:
        for part in running:
            part.end()
        for part in running:
            part.wait()
