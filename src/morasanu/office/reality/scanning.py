"""One scan of the office, in a process of its own: it may take hours, be killed at any time, and goes on from its state file."""

from __future__ import annotations

import os
import sys
import time
from hashlib import file_digest, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from django.db import OperationalError

from morasanu.detect.load import load_engine
from morasanu.errors import MorasanuError
from morasanu.extract.pool import SandboxPool
from morasanu.extract.sandbox import SandboxOptions
from morasanu.office.reality.keeper import BUSY
from morasanu.office.reality.models import Run, RunState, Sighting
from morasanu.office.reality.services import begin_run, fail_run, finish_run
from morasanu.office.reality.world import clean_path
from morasanu.office.register.models import LocationKind, Storage
from morasanu.scan.perform import ScanOrder, perform_scan, stop_on_signal
from morasanu.scan.report.jsonl import write_jsonl
from morasanu.scan.report.output import open_output
from morasanu.scan.report.place import make_telling, sum_places
from morasanu.scan.show import show_path
from morasanu.scan.store import ScanStore
from morasanu.source.credential import Credentials, load_credentials
from morasanu.source.place import is_address

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.office.register.models import Location
    from morasanu.scan.report.place import PlaceSum
    from morasanu.scan.store import Outcome

CREDENTIALS: Final = "credentials.yaml"
"""The file in the data folder with users and passwords of addresses, as `morasanu scan --credentials` reads it."""
_IN_USE: Final = "MRS-I-007"
_EVERY_S: Final = 1.0


def scan_run(number: int, reports: Path, *, data: Path | None = None, jobs: int = 1) -> None:
    """Scan what the run `number` asks for and write what came of it; leave it running when asked to stop."""
    run = Run.objects.select_related("location").get(pk=number)
    if run.state in (RunState.DONE, RunState.FAILED):
        return
    begin_run(run)
    try:
        with stop_on_signal() as stop:
            is_complete = _scan(run, reports, data, jobs, stop.is_set)
    except MorasanuError as error:
        if error.code == _IN_USE:
            sys.exit(BUSY)
        fail_run(run, error.code)
        return
    if not is_complete:
        Run.objects.filter(pk=run.pk).update(files_done=run.files_done)


def _scan(run: Run, reports: Path, data: Path | None, jobs: int, is_stopped: Callable[[], bool]) -> bool:
    """Scan and write what was seen; return False when it was stopped."""
    location = run.location
    state = find_state(location, reports)
    order = ScanOrder((location.address,), jobs, credentials=_read_credentials(data), skip=_find_own(data))
    progress = _Progress(run)
    with (
        SandboxPool(SandboxOptions()) as sandbox,
        perform_scan(order, state, sandbox, progress, is_stopped=is_stopped, make_store=progress.make_store) as store,
    ):
        if not store.info.is_complete:
            return False
        report = state.with_suffix(".jsonl")
        with open_output(report) as file:
            write_jsonl(store, file)
        places = sum_places(
            store,
            show_path(_find_root(location.address)),
            marks=_read_marks(location),
            is_telling=make_telling(load_engine()),
            is_table=location.kind in (LocationKind.TABLE, LocationKind.SYSTEM) and is_address(location.address),
        )
        with report.open("rb") as made:
            run.report_digest = file_digest(made, "sha256").hexdigest()
        run.rules_digest = store.info.rules_digest
    run.files = run.files_done = sum(each.sum.files for each in places.values())
    run.not_inspected = sum(each.sum.not_inspected for each in places.values())
    run.findings = sum(each.sum.findings for each in places.values())
    finish_run(run, [_make_sighting(run, name, each) for name, each in places.items()])
    return True


def find_state(location: Location, reports: Path) -> Path:
    """Return the state file of a location's scans; another address begins anew, and the old one's files go."""
    name = f"location-{location.pk}-"
    own = f"{name}{sha256(location.address.encode()).hexdigest()[:12]}"
    for path in reports.glob(f"{name}*"):
        if not path.name.startswith(own):
            path.unlink(missing_ok=True)
    return reports / f"{own}.state"


def _read_marks(location: Location) -> frozenset[str]:
    return frozenset(map(clean_path, Storage.objects.filter(location=location).values_list("path", flat=True)))


def _read_credentials(data: Path | None) -> Credentials:
    path = data / CREDENTIALS if data else None
    return load_credentials(path) if path and path.exists() else Credentials()


def _find_own(data: Path | None) -> tuple[Path, ...]:
    """Return the office's own files, when somebody scans the folder above them."""
    return tuple(path for path in data.rglob("*") if path.is_file()) if data else ()


def _find_root(address: str) -> str:
    return address if is_address(address) else str(Path(address))


def _make_sighting(run: Run, name: str, place: PlaceSum) -> Sighting:
    low, likely, high = place.sum.persons
    return Sighting(
        location=run.location,
        run=run,
        place=name,
        files=place.sum.files,
        not_inspected=place.sum.not_inspected,
        counts=dict(place.sum.counts),
        classes=dict(place.sum.classes),
        persons_low=low,
        persons=likely,
        persons_high=high,
        example=place.example,
    )


class _Progress:
    """Writes how far the scan is to its row, every second: a measurement that nobody decided, so it leaves no trace."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._next = 0.0
        self._store: _CountingStore | None = None

    def make_store(self, path: Path, roots: list[str], settings: str) -> ScanStore:
        """Return the store, which counts the files that are done."""
        self._store = _CountingStore(path, roots, settings)
        return self._store

    def begin(self, files: int, size_bytes: int) -> None:
        """Write how many files there are."""
        del size_bytes
        if self._store is not None:
            self._run.files = self._store.count_listed()
            self._store.done = self._run.files - files
        self._write()

    def advance(self, size_bytes: int) -> None:
        """Write how many are done, when a second has passed."""
        del size_bytes
        if time.monotonic() >= self._next:
            self._write()

    def end(self) -> None:
        """Write the last count."""
        self._write()

    def _write(self) -> None:
        self._next = time.monotonic() + _EVERY_S
        self._run.files_done = self._store.done if self._store is not None else 0
        try:
            Run.objects.filter(pk=self._run.pk).update(files=self._run.files, files_done=self._run.files_done)
        except OperationalError:  # a locked or full database is no reason to stop reading
            return


class _CountingStore(ScanStore):
    """A store that counts the files it has finished."""

    done = 0

    def finish_file(self, number: int, outcome: Outcome, *, is_final: bool) -> None:
        """Finish it and count it."""
        super().finish_file(number, outcome, is_final=is_final)
        self.done += 1


def lower_priority() -> None:
    """Let everything else on the machine go first. For the scan's own process."""
    os.nice(10)


def count_jobs() -> int:
    """Return how many processes a scan may use: the office and the branches' work go on beside it."""
    return max(1, (os.cpu_count() or 1) - 1)
