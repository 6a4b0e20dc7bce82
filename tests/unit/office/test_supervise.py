"""Parts of the office are started again when they end, later each time, and ended with their supervisor."""

from __future__ import annotations

import os
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import InputError, OutsideError
from morasanu.office import supervise as module
from morasanu.office.supervise import Part, prepare, supervise

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.office.place import Place

SLEEP = "import sys; sys.stdin.read()"


def become(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let every part be a program of our own."""
    monkeypatch.setattr(module, "PROGRAM", (sys.executable, "-c", code))


def test_a_part_that_ends_is_started_again_later_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, "")
    now = [1_000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    part = Part("web", [])
    pauses = []
    for _ in range(8):
        part.process.wait()
        ended, begun = now[0], part.process.pid
        while part.process.pid == begun:
            assert not part.look_after()
            now[0] += 0.25
        pauses.append(now[0] - 0.25 - ended)
    part.wait()
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_part_that_ran_well_is_started_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    become(monkeypatch, SLEEP)
    part = Part("web", [])
    part._pause_s = 30.0
    part._began -= 61
    assert part.look_after()
    assert part._pause_s == 0.5
    part.end()
    part.wait()


def test_a_part_that_will_not_end_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    code = f"import signal, time, pathlib; signal.signal(signal.SIGTERM, signal.SIG_IGN); pathlib.Path({str(ready)!r}).touch(); time.sleep(60)"
    become(monkeypatch, code)
    monkeypatch.setattr(module, "_PATIENCE_S", 0.2)
    part = Part("worker", [])
    until = time.monotonic() + 20
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.01)
    part.end()
    part.wait()
    assert part.process.returncode == -9


def test_supervise_ends_its_parts_when_it_is_stopped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    become(
        monkeypatch,
        f"import os, pathlib, sys; (pathlib.Path({str(tmp_path)!r}) / str(os.getpid())).touch(); sys.stdin.read()",
    )
    stop = threading.Event()
    threading.Timer(0.8, stop.set).start()
    handlers = [module.signal.getsignal(number) for number in (module.signal.SIGINT, module.signal.SIGTERM)]
    try:
        supervise({"web": [], "worker": []}, stop)
    finally:
        for number, handler in zip((module.signal.SIGINT, module.signal.SIGTERM), handlers, strict=True):
            module.signal.signal(number, handler)
    pids = [int(path.name) for path in tmp_path.iterdir()]
    assert len(pids) == 2
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_prepare_tells_what_the_part_told(monkeypatch: pytest.MonkeyPatch, place: Place) -> None:
    become(monkeypatch, """print('{"link": "/people/first/x/", "print": ""}')""")
    assert prepare(place) == {"link": "/people/first/x/", "print": ""}
    become(monkeypatch, """print('{"code": "MRS-I-054", "ja": "はい", "en": "yes"}')""")
    with pytest.raises(InputError) as caught:
        prepare(place)
    assert (caught.value.code, caught.value.message_ja) == ("MRS-I-054", "はい")
    become(monkeypatch, "raise SystemExit(1)")
    with pytest.raises(OutsideError, match="MRS-O-051"):
        prepare(place)
