"""A scan that is stopped, and disks that fill up: what was there stays, what was read is kept, the rest goes on later."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

LINE = "お客様 椎名 恵理香様 電話 080-4127-9961 本日の来店は三回目でした。\n"


def _command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "morasanu.cli", "scan", *map(str, arguments)]


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number:02}.txt").write_text(LINE * 1500, encoding="utf-8")
    return folder


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_scan_leaves_a_valid_partial_report_and_goes_on_later(
    jobs: int, number: signal.Signals, share: Path, tmp_path: Path
) -> None:
    arguments = (share, "--state", tmp_path / "state", "--jsonl", tmp_path / "o", "--jobs", jobs)
    process = subprocess.Popen(_command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    state = tmp_path / "state-wal"
    for _ in range(600):  # until the first file is kept
        if state.exists() and state.stat().st_size > 100_000:
            break
        time.sleep(0.05)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == 3
    rows = _lines(tmp_path / "o")
    assert rows[-1]["type"] == "end"
    assert rows[0]["is_complete"] is False
    unread = {row["path"] for row in rows if row["type"] == "file" and row["status"] != "inspected"}
    read = {row["path"] for row in rows if row["type"] == "file" and row["status"] == "inspected"}
    assert unread
    assert read

    assert subprocess.run(_command(*arguments, "--quiet"), check=False, timeout=240).returncode == 0
    rows = _lines(tmp_path / "o")
    files = {row["path"]: row for row in rows if row["type"] == "file"}
    assert {path for path, row in files.items() if row["from_state"]} == read
    assert {row["counts"]["PERSON"] for row in files.values()} == {1500}


def test_a_full_disk_leaves_the_old_report(tmp_path: Path) -> None:
    report = tmp_path / "o"
    report.write_text("the report of last month", encoding="utf-8")

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    small = tmp_path / "small"
    small.mkdir()
    (small / "a.txt").write_text(LINE * 1500, encoding="utf-8")
    process = subprocess.run(
        _command(small, "--jsonl", report, "--jobs", 1, "--state", tmp_path / "s"),
        preexec_fn=fill,
        capture_output=True,
        check=False,
        env={**os.environ, "MORASANU_LANG": "en"},
    )
    assert process.returncode == 2
    assert b"MRS-O-001" in process.stderr
    assert report.read_text(encoding="utf-8") == "the report of last month"
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".morasanu-")]


def test_a_full_disk_under_the_state_file_is_told(tmp_path: Path) -> None:
    share = tmp_path / "share"
    share.mkdir()
    (share / "a.txt").write_text(LINE * 1500, encoding="utf-8")
    process = subprocess.run(
        _command(share, "--jobs", 1, "--state", tmp_path / "s"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000)),
        capture_output=True,
        check=False,
    )
    assert process.returncode == 2
    assert b"MRS-O-002" in process.stderr
    assert b"Traceback" not in process.stderr


def test_a_file_that_grows_while_it_is_read_is_partly_read(tmp_path: Path) -> None:
    from morasanu.cli.__main__ import main  # noqa: PLC0415

    share = tmp_path / "share"
    share.mkdir()
    log = share / "app.log"
    log.write_text(LINE * 6_000, encoding="utf-8")
    writer = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys, time\nwhile True:\n open(sys.argv[1], 'a').write('x\\n'); time.sleep(.01)",
            log,
        ]
    )
    try:
        assert main(["scan", str(share), "--jobs", "1", "--jsonl", str(tmp_path / "o"), "--quiet"]) == 3
    finally:
        writer.kill()
        writer.wait()
    (row,) = (row for row in _lines(tmp_path / "o") if row["type"] == "file")
    assert (row["status"], row["reason"]["code"]) == ("partly", "MRS-X-004")
    assert row["counts"]["PERSON"] >= 6_000
