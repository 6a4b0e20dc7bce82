"""Character recognition: the program Tesseract, started for each picture as a process without rights, some at a time."""

from __future__ import annotations

import hashlib
import math
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from morasanu.extract.interface import Piece, Unread
from morasanu.extract.reason import OCR_TIME, unread

if TYPE_CHECKING:
    from morasanu.extract.interface import Drawn

MARK: Final = "(OCR)"
"""Ends the part of a piece that was recognised: its characters may be wrong."""
_MEMORY_BYTES: Final = 1_600_000_000  # the largest picture that is taken needs 1.2 GB, a page 150 MB
_MOST_TEXT_BYTES: Final = 2_000_000
_MOST_JOBS: Final = 8
_MOST_KNOWN: Final = 1_000
_LIST_S: Final = 20
_LEAST_S: Final = 5.0  # a picture that is begun gets as much
# the resolution is always given: guessed from the letters it is often far off, and then most of a page is lost
_DPI: Final = "300"
# otherwise a space stands between Japanese characters where the picture has none
_SPACES: Final = ("-c", "preserve_interword_spaces=1")
_STARTER: Final = f"""
import os, sys
sys.path[:0] = {[path for path in sys.path if path]!r}
from morasanu.extract.confine import allow_cpu, confine
confine(int(sys.argv[1]))
allow_cpu(int(sys.argv[2]))
os.execv(sys.argv[3], sys.argv[3:])
"""


@lru_cache(maxsize=1)
def find_tesseract() -> tuple[str, ...]:
    """Return the command that reads Japanese from a picture, empty when Tesseract or its Japanese is not installed.

    Asked once a process. With its data for orientation (`osd`) pages lying on their side are turned first.
    """
    program = shutil.which("tesseract")
    if program is None:
        return ()
    try:
        answer = subprocess.run(  # noqa: S603 - fixed arguments, the program found on the path
            [program, "--list-langs"], capture_output=True, timeout=_LIST_S, check=False, env=_environment()
        )
    except (OSError, subprocess.SubprocessError):
        return ()
    return _make_command(program, {line.decode("ascii", "replace") for line in answer.stdout.split()})


def _make_command(program: str, known: set[str]) -> tuple[str, ...]:
    if "jpn" not in known:
        return ()
    language = "jpn+eng" if "eng" in known else "jpn"
    layout = "1" if "osd" in known else "3"
    return (program, "stdin", "stdout", "-l", language, "--psm", layout, "--dpi", _DPI, *_SPACES)


class Allowance:
    """The time that the pictures of one file may take, all together. Threads may share it."""

    def __init__(self, seconds: float) -> None:
        """Take the processes' seconds."""
        self._left_s = seconds
        self._lock = threading.Lock()

    @property
    def left_s(self) -> float:
        """Return what is left, 0 or less when it is spent."""
        return self._left_s

    def spend(self, seconds: float) -> None:
        """Take `seconds` away."""
        with self._lock:
            self._left_s -= seconds


class Recogniser:
    """Recognises pictures in up to `jobs` processes at a time. A death or a limit costs that picture."""

    def __init__(self, picture_s: float, jobs: int = 0) -> None:
        """Take the seconds for one picture, and how many at a time (0: as many as there are processors, at most 8)."""
        self.jobs = jobs or min(_MOST_JOBS, _count_processors())
        self._picture_s = picture_s
        self._pool: ThreadPoolExecutor | None = None
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False
        self._known: dict[bytes, Piece | Unread | None] = {}

    def allow(self, file_s: float) -> Allowance:
        """Return what the pictures of a file may take that has the processors to itself for `file_s` seconds."""
        return Allowance(file_s * self.jobs)

    def start(self, picture: Drawn, allowance: Allowance | None = None) -> Future[Piece | Unread | None]:
        """Return what will be the text of `picture`, or why there is none; None when nothing is written on it.

        Without time left in `allowance` (None: endless) it is told as unread.
        """
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.jobs, "ocr")
        return self._pool.submit(self._recognise, picture, allowance or Allowance(math.inf))

    def close(self) -> None:
        """End what is running."""
        self._is_closed = True
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            for process in tuple(self._running):
                process.kill()
            self._pool.shutdown()

    def _recognise(self, picture: Drawn, allowance: Allowance) -> Piece | Unread | None:
        """Return the outcome; the same picture (a letterhead, a logo) is read once."""
        digest = hashlib.sha256(picture.data).digest()
        if digest in self._known:
            known = self._known[digest]
        elif allowance.left_s <= 0:
            known = unread("MRS-X-022", "", OCR_TIME)
        else:
            known = self._run(picture.data, allowance)
            if not isinstance(known, Unread):
                self._known[digest] = known
            while len(self._known) > _MOST_KNOWN:
                self._known.pop(next(iter(self._known)), None)
        part = f"{picture.part} {MARK}".lstrip() if isinstance(known, Piece) else picture.part
        return known and known._replace(part=part)

    def _run(self, data: bytes, allowance: Allowance) -> Piece | Unread | None:
        command = find_tesseract()
        if not command:
            return unread("MRS-X-023")
        began = time.monotonic()
        seconds = min(self._picture_s, max(allowance.left_s / self.jobs, _LEAST_S))
        limits = (str(_MEMORY_BYTES), str(int(seconds) + 1))
        try:
            process = subprocess.Popen(  # noqa: S603 - this interpreter, our own words, the program found on the path
                [sys.executable, "-I", "-S", "-c", _STARTER, *limits, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_environment(),
                start_new_session=True,  # Ctrl-C is not for it: the scan decides
            )
        except OSError:
            return unread("MRS-X-023")
        self._running.add(process)
        if self._is_closed:
            process.kill()
        timer = threading.Timer(seconds, process.kill)
        timer.start()
        try:
            text = _exchange(process, data)
            code = process.wait()
        finally:
            timer.cancel()
            process.kill()
            process.wait()
            self._running.discard(process)
            allowance.spend(time.monotonic() - began)
        return _judge(text, code)


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> bytes:
    """Return what `process` answers to `data`; it is ended when that is too much."""
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    with process.stdout as output:
        with suppress(BrokenPipeError), process.stdin as given:
            given.write(data)
        text = output.read(_MOST_TEXT_BYTES + 1)
    if len(text) > _MOST_TEXT_BYTES:
        process.kill()
    return text


def _judge(answer: bytes, code: int) -> Piece | Unread | None:
    if len(answer) > _MOST_TEXT_BYTES:
        return unread("MRS-X-022", "", "text")
    if code in {-9, -24}:
        return unread("MRS-X-022", "", "ocr_s")
    if code < 0:
        return unread("MRS-X-026", "", "OCR")
    if code:
        return unread("MRS-X-021")
    text = answer.decode("utf-8", "replace").replace("\r", "").replace("\f", "\n").replace("\0", "")
    text = text.strip()
    return Piece("", text + "\n") if text else None


def _count_processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _environment() -> dict[str, str]:
    # one thread each: they run side by side
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C"}
