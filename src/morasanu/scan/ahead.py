"""Reads several files at a time and hands their blocks out one file after the other, in order."""

from __future__ import annotations

import queue
import threading
from collections import deque
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.scan.block import Block

T = TypeVar("T")

_BLOCKS_HELD: Final = 16
"""Blocks of one file that wait to be taken."""
_PATIENCE_S: Final = 0.2


class _Shelf(Generic[T]):
    """A file that is being read, and what of it waits to be taken; an exception or None ends it."""

    def __init__(self, file: T, *, is_shared: bool) -> None:
        self.file = file
        self.is_shared = is_shared
        self.blocks: queue.Queue[Block | BaseException | None] = queue.Queue(_BLOCKS_HELD)


class ReadAhead(Generic[T]):
    """The files of an iterator with their blocks, in its order; use as a context manager.

    With `width` 1 nothing is read ahead and no thread is started. Otherwise `read` runs in a thread of its own for each file,
    at most `width` at a time, and what it raises is raised where the blocks are taken.
    """

    def __init__(self, read: Callable[[T], Iterator[Block]], width: int, check: Callable[[], None]) -> None:
        """Take what reads a file, how many are read at a time, and what is called (and may raise) while nothing comes."""
        self._read = read
        self._width = width
        self._check = check
        self._is_closed = threading.Event()

    def __enter__(self) -> ReadAhead[T]:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let the threads end at their next block."""
        self._is_closed.set()

    def each(self, files: Iterator[T], is_shared: Callable[[T], bool]) -> Iterator[tuple[T, Iterator[Block]]]:
        """Yield each file with its blocks, which are to be taken before the next file is asked for.

        A file that `is_shared` (by a connection) is read in this thread when its turn comes.
        """
        if self._width == 1:
            for file in files:
                yield file, self._read(file)
            return
        shelves: deque[_Shelf[T]] = deque()
        for file in files:
            shelf = _Shelf(file, is_shared=is_shared(file))
            shelves.append(shelf)
            if not shelf.is_shared:
                threading.Thread(target=self._fill, args=(shelf,), daemon=True).start()
            if len(shelves) >= self._width:
                yield self._take(shelves.popleft())
        while shelves:
            yield self._take(shelves.popleft())

    def _take(self, shelf: _Shelf[T]) -> tuple[T, Iterator[Block]]:
        return shelf.file, self._read(shelf.file) if shelf.is_shared else self._empty(shelf)

    def _fill(self, shelf: _Shelf[T]) -> None:
        try:
            for block in self._read(shelf.file):
                if not self._put(shelf, block):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the blocks are taken
            self._put(shelf, error)
        else:
            self._put(shelf, None)

    def _put(self, shelf: _Shelf[T], block: Block | BaseException | None) -> bool:
        """Return whether there was still somebody to take it."""
        while not self._is_closed.is_set():
            try:
                shelf.blocks.put(block, timeout=_PATIENCE_S)
            except queue.Full:
                continue
            return True
        return False

    def _empty(self, shelf: _Shelf[T]) -> Iterator[Block]:
        while True:
            try:
                block = shelf.blocks.get(timeout=_PATIENCE_S)
            except queue.Empty:
                self._check()
                continue
            if isinstance(block, BaseException):
                raise block
            if block is None:
                return
            yield block
