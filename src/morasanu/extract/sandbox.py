"""Reads files in a child without rights: one at a time, ended at a limit, started anew after a death; pictures by OCR beside it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from os import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Self

from morasanu.extract.frame import (
    CHARACTERS_A_SECOND,
    DRAW_NO_MORE,
    DRAW_ON,
    LONGEST,
    PICTURE_S,
    FrameError,
    pack,
    unpack,
)
from morasanu.extract.interface import Drawn, Limits, Piece, Unread
from morasanu.extract.page.ocr import Recogniser, find_tesseract
from morasanu.extract.reason import OCR_TIME, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIELDS: Final = {"piece": (Piece, 3), "unread": (Unread, 4)}
_HALF: Final = re.compile("[\ud800-\udfff]")
_START_S: Final = 60.0
_FILES_A_CHILD: Final = 500
_BYTES_A_SECOND: Final = 10_000_000
_PASSWORD_S: Final = 0.5
_OUT_OF_TIME: Final = unread("MRS-X-022", "", OCR_TIME)
_IN_VAIN: Final = frozenset(("time", "processor time"))  # a second attempt takes as long


class _DiedError(Exception):
    """The child is gone; carries why, in a word."""


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """What a child may use: memory in all, processor and wall time for one file; what is tried on encrypted files.

    `cpu_s` and `wall_s` are for a file that gives nothing: more is given for its size, the passwords to try, and what comes out of it.
    `ocr_s` is the time for the recognition of one picture, `ocr_file_s` for those of one file that has the processors to
    itself, `ocr_jobs` how many are read at a time (0: as many as there are processors, at most 8). `modules` are further modules with a sequence `EXTRACTORS`, which take formats over from the built-in ones.
    """

    memory_bytes: int = 512_000_000
    cpu_s: int = 10
    wall_s: float = 18.0
    ocr_s: float = 15.0
    ocr_file_s: float = 10.0
    ocr_jobs: int = 0
    limits: Limits = field(default_factory=Limits)
    passwords: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()


class Sandbox:
    """Reads files one after the other. Use as a context manager; not to be shared between threads."""

    def __init__(self, options: SandboxOptions | None = None, recogniser: Recogniser | None = None) -> None:
        """Start nothing yet: the child comes with the first file. `recogniser` is one that several sandboxes share."""
        self._options = options or SandboxOptions()
        self._recogniser = recogniser or Recogniser(self._options.ocr_s, self._options.ocr_jobs)
        self._is_closed = self._is_reading = False
        self._child: subprocess.Popen[bytes] | None = None
        self._link: socket.socket | None = None
        self._done = 0
        self._left_s = 0.0
        self._allowance = self._recogniser.allow(0)
        self.confinement: dict[str, bool] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child and the recognition."""
        self.close()
        self._recogniser.close()

    def close(self) -> None:
        """End the child, also while another thread waits for it: that gets what it has, and an MRS-X-026."""
        self._is_closed = True
        child = self._child
        if not self._is_reading:
            self._stop()
        elif child is not None:
            child.kill()
            child.wait()

    def read(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread]:
        """Yield what comes out of `file` (with a descriptor), named `name`; never raises for what is in it.

        A file at which the child dies is read once more in a child of its own; what the first one had given is not given twice.
        Pictures are recognised while the child goes on; what they say comes in their place.
        """
        waiting: deque[Piece | Unread | Future[Piece | Unread | None]] = deque()
        self._is_reading = True
        self._allowance = self._recogniser.allow(self._options.ocr_file_s)
        try:
            yield from _tell_once(self._recognise(file, name, waiting))
        except GeneratorExit:  # the rest of the answer is not wanted, nor may it be taken for the next one
            self._stop()
            raise
        finally:
            self._is_reading = False
            for late in waiting:
                if isinstance(late, Future):
                    late.cancel()

    def _recognise(
        self, file: BinaryIO, name: str, waiting: deque[Piece | Unread | Future[Piece | Unread | None]]
    ) -> Iterator[Piece | Unread]:
        for out in self._read(file, name):
            waiting.append(self._recogniser.start(out, self._allowance) if isinstance(out, Drawn) else out)
            while waiting and (_is_there(waiting[0]) or len(waiting) > 2 * self._recogniser.jobs):
                yield from _take(waiting.popleft())
        while waiting:
            yield from _take(waiting.popleft())

    def _read(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread | Drawn]:
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
                if attempt or self._is_closed or str(died) in _IN_VAIN:
                    yield unread("MRS-X-026", "", str(died))
                    return
            else:
                return

    def _ask(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread | Drawn]:
        options = self._options
        link = self._start()
        share = 1 + (file.seek(0, SEEK_END) // _BYTES_A_SECOND + len(options.passwords) * _PASSWORD_S) / options.cpu_s
        self._left_s = options.wall_s * share
        self._done += 1
        file.seek(0)
        has_ocr = bool(find_tesseract())
        cpu_s = int(options.cpu_s * share)
        request = pack([name, list(options.passwords), list(astuple(options.limits)), cpu_s, has_ocr])
        try:
            link.settimeout(self._left_s)
            socket.send_fds(link, [request[:4]], [file.fileno()])
            link.sendall(request[4:])
            pictures = 0
            while (message := self._receive(link))[0] != "end":
                if message[0] != "picture":
                    value = _to_value(message)
                    self._left_s += len(value.text) / CHARACTERS_A_SECOND if isinstance(value, Piece) else 0
                    yield value
                    continue
                pictures += 1
                if pictures > options.limits.pictures:  # the child keeps count, unless a file has taken it over
                    raise FrameError  # noqa: TRY301 - told as the child's death below
                yield self._receive_picture(link, message)
        except (OSError, FrameError) as error:
            raise _DiedError("time" if isinstance(error, TimeoutError) else self._tell()) from error

    def _receive(self, link: socket.socket) -> list[Any]:
        message = unpack(lambda size: self._receive_bytes(link, size))
        if message is None:
            raise _DiedError(self._tell())
        return message

    def _receive_picture(self, link: socket.socket, message: list[Any]) -> Drawn:
        _, part, size = message if len(message) == 3 else (None, None, None)
        if not isinstance(part, str) or not isinstance(size, int) or not 0 < size <= LONGEST:
            raise FrameError
        data = self._receive_bytes(link, size)
        if len(data) < size:
            raise FrameError
        self._left_s += PICTURE_S
        link.sendall(DRAW_ON if self._allowance.left_s > 0 else DRAW_NO_MORE)
        return Drawn(_mend(part), data)

    def _receive_bytes(self, link: socket.socket, size: int) -> bytes:
        """Return `size` bytes, fewer only at the end."""
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
        if self._is_closed:
            raise _DiedError("closed")
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


def _is_there(out: Piece | Unread | Future[Piece | Unread | None]) -> bool:
    return not isinstance(out, Future) or out.done()


def _tell_once(outs: Iterator[Piece | Unread]) -> Iterator[Piece | Unread]:
    """Yield `outs`; of the pictures for which there was no time only the first is told."""
    is_told = False
    for out in outs:
        if out[1:] == _OUT_OF_TIME[1:]:
            if is_told:
                continue
            is_told = True
        yield out


def _take(out: Piece | Unread | Future[Piece | Unread | None]) -> Iterator[Piece | Unread]:
    """Yield what there is, waited for; nothing when a picture shows no text."""
    value = out.result() if isinstance(out, Future) else out
    if value is not None:
        yield value


def _to_value(message: list[Any]) -> Piece | Unread:
    kind = message[0]
    make, count = _FIELDS.get(kind, (None, -1)) if isinstance(kind, str) else (None, -1)
    if make is None or len(message) != count + 1 or not all(isinstance(part, str) for part in message[1:]):
        raise FrameError
    return make(*map(_mend, message[1:]))  # type: ignore[no-any-return]


def _mend(text: str) -> str:
    r"""Return `text` with half characters (lone surrogates, which no output can hold) replaced one by one.

    >>> _mend("名簿\udfff.txt")
    '名簿�.txt'
    """
    return text if text.isascii() or not _HALF.search(text) else _HALF.sub("\ufffd", text)
