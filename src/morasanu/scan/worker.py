"""Who inspects the blocks: this process, or workers beside it."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from morasanu.scan.inspect import Inspected, inspect_block

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.detect.interface import Detector
    from morasanu.scan.block import Block
    from morasanu.scan.inspect import Format

_LAST_MOMENT_S: Final = 2.0


class Here:
    """Inspects in this process."""

    def __init__(self, engine: Callable[[], Detector], key: bytes, *, reveal: bool) -> None:
        """Build the detector; `key` hashes persons' names."""
        self._engine = engine()
        self._key = key
        self._reveal = reveal

    def submit(self, block: Block, form: Format) -> Future[Inspected]:
        """Return the outcome of `block`, already there."""
        future: Future[Inspected] = Future()
        try:
            future.set_result(inspect_block(self._engine, block, form, self._key, reveal=self._reveal))
        except Exception as error:  # noqa: BLE001 - whatever a block does to the engine costs that file, not the scan
            future.set_exception(error)
        return future

    def close(self, *, at_once: bool) -> None:
        """Do nothing."""


_worker: Here | None = None


def _start_worker(engine: Callable[[], Detector], key: bytes, reveal: bool) -> None:
    global _worker  # noqa: PLW0603 - one engine a process
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _worker = Here(engine, key, reveal=reveal)
    gc.freeze()  # the dictionaries stay; looking through them again and again would cost a tenth of the time
    gc.set_threshold(50_000)


def _end_with_parent() -> None:
    """End this process when its parent is killed: nobody takes its results any more."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(block: Block, form: Format) -> Inspected:
    assert _worker is not None  # noqa: S101 - the initializer ran
    return _worker.submit(block, form).result()


class Pool:
    """Inspects in worker processes."""

    def __init__(self, engine: Callable[[], Detector], key: bytes, jobs: int, *, reveal: bool) -> None:
        """Start `jobs` processes, each with a detector of its own; `engine` must be importable by name."""
        context = multiprocessing.get_context("spawn")
        self._pool = ProcessPoolExecutor(jobs, context, _start_worker, (engine, key, reveal))
        with _uninterrupted():  # children inherit that Ctrl-C is not for them
            for _ in range(jobs):
                self._pool.submit(_be_there)

    def submit(self, block: Block, form: Format) -> Future[Inspected]:
        """Return the outcome of `block`, later."""
        return self._pool.submit(_work, block, form)

    def close(self, *, at_once: bool) -> None:
        """End the workers: when they are done, or at once."""
        self._pool.shutdown(wait=not at_once, cancel_futures=True)
        if at_once:  # a worker may hang in a block: it gets a moment
            until = time.monotonic() + _LAST_MOMENT_S
            while multiprocessing.active_children() and time.monotonic() < until:
                time.sleep(0.02)
            for child in multiprocessing.active_children():
                child.kill()


def _be_there() -> None:
    """Do nothing; the first task of a worker makes it start."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Hold SIGINT and SIGTERM back (where the system can) until the block is done."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
