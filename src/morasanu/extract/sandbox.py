"""Reads files in a child without rights: one at a time, ended at a limit, started anew after a death."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from morasanu.extract.frame import FrameError, pack, unpack
from morasanu.extract.interface import Limits, Piece, Unread
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS: Final = {"piece": (Piece, 3), "unread": (Unread, 4)}
_HALF: Final = re.compile("[\ud800-\udfff]")
_START_S: Final = 60.0
_FILES_A_CHILD: Final = 500
_IN_VAIN: Final = frozenset(("time", "processor time"))  # a second attempt takes as long


class _DiedError(Exception):
    """The child is gone; carries why, in a word."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What a child may use: memory in all, processor and wall time for one file; what is tried on encrypted files.

    `modules` are further modules with a sequence `EXTRACTORS`, which take formats over from the built-in ones.
    """

    memory_bytes: int = 512_000_000
    cpu_s: int = 15
    wall_s: float = 60.0
    limits: Limits = field(default_factory=Limits)
    passwords: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class Sandbox:
    """Reads files one after the other. Use as a context manager; not to be shared between threads."""

    def __init__(self, options: SandboxOptions | None = None) -> None:
        """Start nothing yet: the child comes with the first file."""
        self._options = options or SandboxOptions()
        self._child: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._done = 0
        self._left_s = 0.0
        self.confinement: dict[str, bool] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child."""
        self._stop()

    def read(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread]:
        """Yield what comes out of `file` (with a descriptor), named `name`; never raises for what is in it.

        A file at which the child dies is read once more in a child of its own; what the first one had given is not given twice.
        """
        given = 0
        for attempt in range(2):
            if attempt or self._done >= _FILES_A_CHILD:
                self._stop()
            try:
                for count, out in enumerate(self._ask(file, name)):
                    if count >= given:
                        given += 1
                        yield out
            except _DiedError as died:
                self._stop()
                if attempt or str(died) in _IN_VAIN:
                    yield unread("MRS-X-026", "", str(died))
                    return
            else:
                return

    def _ask(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread]:
        options = self._options
        link = self._start()
        self._left_s = options.wall_s
        self._done += 1
        file.seek(0)
        request = pack([name, list(options.passwords), list(astuple(options.limits)), options.cpu_s])
        try:
            link.settimeout(options.wall_s)
            socket.send_fds(link, [request[:4]], [file.fileno()])
            link.sendall(request[4:])
            while (message := self._receive(link))[0] != "end":
                yield _to_value(message)
        except (OSError, FrameError) as error:
            raise _DiedError("time" if isinstance(error, TimeoutError) else self._tell()) from error

    def _receive(self, link: socket.socket) -> list[Any]:
        def read(size: int) -> bytes:
            data = bytearray()
            while len(data) < size:
                began = time.monotonic()
                link.settimeout(max(self._left_s, 0.001))
                more = link.recv(min(size - len(data), 1 << 20))
                self._left_s -= time.monotonic() - began  # only waiting counts, not what the caller does in between
                if not more:
                    break
                data += more
            return bytes(data)

        message = unpack(read)
        if message is None:
            raise _DiedError(self._tell())
        return message

    def _tell(self) -> str:
        """Return in a word how the child ended."""
        child = self._child
        if child is None:
            return "gone"
        with suppress(subprocess.TimeoutExpired):
            child.wait(2)
        code = child.returncode
        return {-24: "processor time", -9: "killed", -11: "crash", -6: "abort"}.get(code or 0, f"exit {code}")

    def _start(self) -> socket.socket:
        if self._link is not None:
            return self._link
        ours, theirs = socket.socketpair()
        command = ["-I", "-c", _STARTER, str(theirs.fileno()), str(self._options.memory_bytes), *self._options.modules]
        self._child = subprocess.Popen(  # noqa: S603 - this interpreter and our own words
            [sys.executable, *command],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"LC_ALL": "C.UTF-8", "PATH": ""},
        )
        theirs.close()
        self._link, self._done = ours, 0
        self._left_s = _START_S
        ready = self._receive(ours)
        if ready[0] != "ready" or not isinstance(ready[-1], dict):
            raise FrameError
        self.confinement = {str(name): bool(held) for name, held in ready[-1].items()}
        return ours

    def _stop(self) -> None:
        if self._link is not None:
            self._link.close()
        if self._child is not None:
            self._child.kill()
            self._child.wait()
        self._child = self._link = None


_STARTER: Final = f"""
import os, sys
sys.path[:0] = {[path for path in sys.path if path]!r}
os.dup2(int(sys.argv[1]), 3)
sys.argv = ["child", *sys.argv[2:]]
from morasanu.extract.child import main
sys.exit(main())
"""


def _to_value(message: list[Any]) -> Piece | Unread:
    make, count = _FIELDS.get(message[0], (None, -1))
    if make is None or len(message) != count + 1 or not all(isinstance(part, str) for part in message[1:]):
        raise FrameError
    return make(*map(_mend, message[1:]))  # type: ignore[no-any-return]


def _mend(text: str) -> str:
    r"""Return `text` with half characters (lone surrogates, which no output can hold) replaced one by one.

    >>> _mend("名簿\udfff.txt")
    '名簿�.txt'
    """
    return text if text.isascii() or not _HALF.search(text) else _HALF.sub("\ufffd", text)
