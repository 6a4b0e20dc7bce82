"""A scan that is killed: nothing that was kept is lost, the rest is read again, the report is that of a scan left in peace."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LINE = "お客様 椎名 恵理香様 電話 080-4127-9961 本日の来店は三回目でした。\n"


@pytest.fixture(scope="module")
def share(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("share")
    for number in range(5):
        (folder / f"{number:02}.txt").write_text(LINE * 400, encoding="utf-8")
        with zipfile.ZipFile(folder / f"{number:02}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for member in range(8):
                archive.writestr(f"支店{member}/控え.txt", LINE * 20)
            archive.writestr("locked.bin", bytes(range(256)) * 4)
    return folder


def _scan(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "morasanu.cli", "scan", *map(str, arguments), "--quiet"]


def _report(path: Path) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [{name: value for name, value in row.items() if name != "from_state"} for row in rows[1:]]


@pytest.fixture(scope="module")
def undisturbed(share: Path, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    report = tmp_path_factory.mktemp("report") / "o"
    assert subprocess.run(_scan(share, "--jsonl", report, "--jobs", 2), check=False, timeout=240).returncode == 3
    return _report(report)


def _children(number: int) -> list[int]:
    try:
        with open(f"/proc/{number}/task/{number}/children", encoding="ascii") as file:  # noqa: PTH123
            found = [int(child) for child in file.read().split()]
    except FileNotFoundError:
        return []
    return found + [grandchild for child in found for grandchild in _children(child)]


@pytest.mark.skipif(sys.platform != "linux", reason="tells a scan's processes by /proc")
@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("kept_bytes", [1, 200_000])
def test_a_killed_scan_resumes_to_the_same_report(
    jobs: int, kept_bytes: int, share: Path, undisturbed: list[dict[str, Any]], tmp_path: Path
) -> None:
    state, report = tmp_path / "state", tmp_path / "o"
    arguments = _scan(share, "--state", state, "--jsonl", report, "--jobs", jobs)
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    log = tmp_path / "state-wal"
    while process.poll() is None and not (log.exists() and log.stat().st_size >= kept_bytes):
        time.sleep(0.01)
    orphans = _children(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(60)
    assert not report.exists(), "killed too late to show anything"

    assert subprocess.run(arguments, check=False, timeout=240).returncode == 3
    assert _report(report) == undisturbed
    until = time.monotonic() + 20
    while time.monotonic() < until and any(map(_lives, orphans)):
        time.sleep(0.05)
    assert not any(map(_lives, orphans)), "a worker outlives its scan"


def _lives(number: int) -> bool:
    try:
        with open(f"/proc/{number}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
