"""Keeps the scans that are asked for running: one at a time, each in a process of its own, started again when it dies."""

from __future__ import annotations

import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from morasanu.errors import OutsideError
from morasanu.office.reality.models import Run, RunState
from morasanu.office.reality.services import fail_run
from morasanu.office.supervise import PROGRAM

if TYPE_CHECKING:
    from morasanu.office.place import Place

MOST_DEATHS: Final = 5
BUSY: Final = 75
"""Exit code of a scan whose state file the process before it still holds."""
DIED: Final = OutsideError(
    "MRS-O-090",
    "走査のプロセスが続けて異常終了しました（メモリ不足など）",
    "the scan's process died again and again (out of memory?)",
)
_PAUSE_S: Final = 2.0
_PATIENCE_S: Final = 15


class ScanKeeper:
    """Starts a scan's process when one is asked for. What waits is in the database, so nothing is lost with this process."""

    def __init__(self, place: Place) -> None:
        """Keep where the data folder is; nothing runs yet."""
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._run = 0
        self._deaths: dict[int, int] = {}
        self._again_at = 0.0

    def look_after(self) -> None:
        """Start the next scan when none runs. Called again and again; returns at once."""
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._note_end(self._process.returncode)
        if time.monotonic() < self._again_at:
            return
        waiting = Run.objects.filter(state__in=(RunState.RUNNING, RunState.WAITING)).order_by("state", "asked_at", "pk")
        run = waiting.select_related("location").first()  # `running` before `waiting`: what was begun is finished first
        if run is None:
            return
        if self._deaths.get(run.pk, 0) >= MOST_DEATHS:
            fail_run(run, DIED.code)
            return
        self._run = run.pk
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            [*PROGRAM, "scan", "--data", str(self._place.path), "--run", str(run.pk)],
            stdin=subprocess.PIPE,  # it ends with this process: the pipe closes
        )

    def _note_end(self, code: int) -> None:
        self._process = None
        if code not in (0, BUSY):
            self._deaths[self._run] = self._deaths.get(self._run, 0) + 1
        if code != 0:
            self._again_at = time.monotonic() + _PAUSE_S

    def close(self) -> None:
        """End the scan that runs; the next keeper goes on with it."""
        if self._process is None:
            return
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_S)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
