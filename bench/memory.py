"""Memory of a scan of files that do not fit: one line of 5 GB, a table of 5 GB; the peak must stay within 300 MB."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.common import SCAN, format_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIMIT_MB = 300
CHUNK = 1 << 20

PROSE = "窓口での手続きには本人確認書類が必要となりますので、ご来店の際にお持ちください。"
DATUM = "連絡先は090-1234-5678です。"
HEADER = "受付番号,受付日,区分,金額,備考,電話番号\n"
ROW = "A{number:08d},2026-04-01,定期,100000," + PROSE + ",\n"
LAST_ROW = "A{number:08d},2026-04-01,定期,100000,住所変更,090-1234-5678\n"
FILES = ("one-line.txt", "table.csv")


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when both scans find what is there within the limit, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__)
    parser.add_argument("--gb", type=float, default=5.0, help="size of each file")
    parser.add_argument("--file", choices=FILES, action="append", help="which file (default: both)")
    parser.add_argument("--tmp", type=Path, default=Path(tempfile.gettempdir()), help="where the files are written")
    options = parser.parse_args(arguments)
    if not importlib.util.find_spec("morasanu.cli.__main__"):
        print("no command line")
        return 1
    size = int(options.gb * 1e9)
    options.tmp.mkdir(parents=True, exist_ok=True)
    if shutil.disk_usage(options.tmp).free < 2 * size:
        print(f"not enough room in {options.tmp} for {options.gb:g} GB and what the scan writes")
        return 1
    table, passed = [], True
    for name, write in zip(FILES, (write_line, write_table), strict=True):
        if name not in (options.file or FILES):
            continue
        with tempfile.TemporaryDirectory(prefix="bench-", dir=options.tmp) as folder:
            path = Path(folder) / name
            expected = write(path, size)
            peak, seconds, code, found = scan(path, Path(folder) / "hits.jsonl")
            held = 0 < peak <= LIMIT_MB and found == expected and code == 0
            passed = passed and held
            speed = path.stat().st_size / 1e6 / seconds
            cells = [f"{peak:.0f}", f"{speed:.2f}", f"{found} of {expected}", str(code), "pass" if held else "MISS"]
            table.append([name, f"{path.stat().st_size / 1e9:.2f}", *cells])
    print(format_table(("file", "GB", "peak MB", "MB/s wall", "found", "exit", f"≤ {LIMIT_MB} MB"), table))
    return 0 if passed else 1


def write_line(path: Path, size: int) -> int:
    """Write one line without an end, one datum in each MiB; return how many."""
    filler = PROSE * ((CHUNK - len(DATUM.encode())) // len(PROSE.encode()))
    return write_chunks(path, size, lambda _: filler + DATUM)


def write_table(path: Path, size: int) -> int:
    """Write a table, one row with a datum in each MiB; return how many."""
    rows = CHUNK // len(ROW.format(number=0).encode())

    def make_chunk(chunk: int) -> str:
        first = chunk * rows
        body = "".join(ROW.format(number=number) for number in range(first, first + rows - 1))
        return (HEADER if chunk == 0 else "") + body + LAST_ROW.format(number=first + rows - 1)

    return write_chunks(path, size, make_chunk)


def write_chunks(path: Path, size: int, make_chunk: Callable[[int], str]) -> int:
    """Write chunks up to about `size` bytes; return how many."""
    count = written = 0
    with path.open("wb") as file:
        while written < size:
            written += file.write(make_chunk(count).encode())
            count += 1
    return count


def scan(path: Path, target: Path) -> tuple[float, float, int, int]:
    """Return peak MB of the scan with all its workers, seconds, exit code, and the number of data found."""
    start = time.perf_counter()
    child = subprocess.Popen([*SCAN, path, "--jsonl", target], start_new_session=True)
    peak = 0.0
    while child.poll() is None:
        peak = max(peak, sum_resident(child.pid))
        time.sleep(0.1)
    seconds = time.perf_counter() - start
    found = 0
    if target.exists():
        with target.open(encoding="utf-8") as lines:
            found = sum(json.loads(line)["type"] == "hit" for line in lines)
    return peak, seconds, child.returncode, found


def sum_resident(session: int) -> float:
    """Return the resident MB of every process of a session now (Linux); pages that two share count twice."""
    pages = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getsid(int(folder.name)) == session:
                pages += int((folder / "statm").read_text(encoding="ascii").split()[1])
        except OSError:
            continue  # it ended while we looked
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
