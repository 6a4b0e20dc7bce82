"""Round trips: the markers into a file of every format and out again. `python -m tests.conformance.extract.roundtrip` writes the page."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.conformance.extract.markers import MARKERS, count_found
from tests.conformance.extract.writers import OFFICE_CONVERTS, WRITERS

from morasanu.extract.interface import Piece
from morasanu.extract.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PAGE: Final = Path(__file__).parents[3] / "docs" / "reference" / "formats.md"
_HEAD: Final = f"""# Formats

What comes back of {len(MARKERS)} lines of Japanese, with characters that get lost on the way (①㈱髙﨑𠮷, half-width kana), after they
were written into a file of each format and read out of it. Written by `python -m tests.conformance.extract.roundtrip`; a test
compares it. What is missing on an installation, and how to get it, `morasanu doctor` says.

| ending | written by | lines that come back |
| --- | --- | ---: |
"""


def measure(endings: Iterable[str]) -> Iterator[tuple[str, str, int]]:
    """Yield ending, writer and lines found for files made by Python's writers."""
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        for ending in endings:
            path = Path(folder) / f"名簿.{ending}"
            path.write_bytes(WRITERS[ending]())
            yield ending, "Python", _read(sandbox, path)


def measure_office() -> Iterator[tuple[str, str, int]]:
    """Yield the same for files that LibreOffice makes."""
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        for target, origin in OFFICE_CONVERTS.items():
            start = Path(folder) / f"from-{target}.{origin}"
            start.write_bytes(WRITERS[origin]())
            profile = f"-env:UserInstallation=file://{folder}/profile"
            command = ["soffice", profile, "--headless", "--convert-to", target, "--outdir", folder, str(start)]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            yield target, "LibreOffice", _read(sandbox, start.with_suffix(f".{target}"))


def _read(sandbox: Sandbox, path: Path) -> int:
    with path.open("rb") as file:
        return count_found([out.text for out in sandbox.read(file, path.name) if isinstance(out, Piece)])


def make_page(rows: Iterable[tuple[str, str, int]]) -> str:
    """Return the page with one line a row."""
    return _HEAD + "".join(f"| {ending} | {writer} | {found} of {len(MARKERS)} |\n" for ending, writer, found in rows)


def main() -> int:
    """Write the page and print it; LibreOffice's rows only where it is."""
    rows = [*measure(WRITERS), *(measure_office() if shutil.which("soffice") else ())]
    page = make_page(rows)
    PAGE.write_text(page, encoding="utf-8")
    sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
