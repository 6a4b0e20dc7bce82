"""Several sandboxes behind one door, so that several threads can read files at a time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, BinaryIO, Self

from morasanu.extract.page.ocr import Recogniser
from morasanu.extract.sandbox import Sandbox, SandboxOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Piece, Unread


class SandboxPool:
    """Reads files in as many sandboxes as threads ask at a time. Use as a context manager; leaving it ends every child at once."""

    def __init__(self, options: SandboxOptions | None = None) -> None:
        """Start nothing yet: children come with the files."""
        self._options = options or SandboxOptions()
        self._recogniser = Recogniser(self._options.ocr_s, self._options.ocr_jobs)
        self._lock = threading.Lock()
        self._all: list[Sandbox] = []
        self._free: list[Sandbox] = []

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the children and the recognition."""
        with self._lock:
            for sandbox in self._all:
                sandbox.close()
        self._recogniser.close()

    def read(self, file: BinaryIO, name: str) -> Iterator[Piece | Unread]:
        """Yield what comes out of `file`, as `Sandbox.read` does."""
        with self._lock:
            sandbox = self._free.pop() if self._free else Sandbox(self._options, self._recogniser)
            if sandbox not in self._all:
                self._all.append(sandbox)
        try:
            yield from sandbox.read(file, name)
        finally:
            with self._lock:
                self._free.append(sandbox)
