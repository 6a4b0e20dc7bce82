"""A scan with its parts plugged together: places, engine, state file and sandbox; what a command and the office both run."""

from __future__ import annotations

import gc
import os
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from morasanu.detect.load import digest_rules, load_engine
from morasanu.scan.run import Scan, ScanOptions
from morasanu.scan.store import ScanStore
from morasanu.source.credential import Credentials
from morasanu.source.interface import Access
from morasanu.source.place import is_address, open_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.scan.read import Opener
    from morasanu.scan.run import Progress


@dataclass(frozen=True, slots=True)
class ScanOrder:
    """What is scanned and how. `limits` says which limits the sandbox was given: with others, files are read again.

    `places` are paths and addresses; `detectors` YAML files of the house's own; `skip` files to leave out.
    """

    places: tuple[str, ...]
    jobs: int = 1
    reveal: bool = False
    detectors: tuple[Path, ...] = ()
    credentials: Credentials = field(default_factory=Credentials)
    access: Access = field(default_factory=Access)
    skip: tuple[Path, ...] = ()
    limits: str = "[]"


@contextmanager
def perform_scan(
    order: ScanOrder,
    state: Path,
    sandbox: Opener,
    progress: Progress,
    *,
    is_stopped: Callable[[], bool] = lambda: False,
    make_store: Callable[[Path, list[str], str], ScanStore] = ScanStore,
) -> Iterator[ScanStore]:
    """Yield the store with the result, complete or as far as it came; `state` lets the next scan go on from there.

    Raises what `open_places` and `ScanStore` raise.
    """
    digest = digest_rules(order.detectors)
    own = (*order.skip, state, Path(f"{state}-wal"), Path(f"{state}-shm"))
    source = open_places(order.places, order.credentials, order.access, skip=own)
    settings = f"{digest} reveal={order.reveal} limits={order.limits}"
    roots = [place if is_address(place) else os.path.realpath(place) for place in order.places]
    with make_store(state, roots, settings) as store:
        options = ScanOptions(order.jobs, order.reveal, order.places, version("morasanu"), digest, is_stopped, sandbox)
        gc.set_threshold(50_000)  # what a block leaves behind hardly ever holds a cycle
        Scan(source, store, partial(load_engine, order.detectors), options, progress).run()
        yield store


@contextmanager
def stop_on_signal() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C (or SIGTERM) sets; the second one interrupts."""
    stop = threading.Event()
    before = {}

    def ask(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, signal.default_int_handler)

    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
