"""What a scan leaves in a ledger: what was scanned, by which rules, and the digests of the reports that were written."""

from __future__ import annotations

from hashlib import file_digest
from typing import TYPE_CHECKING

import morasanu.cli.ledger  # noqa: F401 - says which extra is missing
from morasanu.ledger.batch import Draft
from morasanu.ledger.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_KIND = "scan.done"
_PATIENCE_S = 60.0


def check_ledger(folder: Path) -> None:
    """Make sure that the ledger can be written, before anything is scanned. Raises what `Ledger` raises."""
    with Ledger(folder, patience_s=_PATIENCE_S):
        pass


def record_scan(folder: Path, actor: str, summary: Mapping[str, object], reports: Sequence[Path]) -> int:
    """Return the number of the event that says what was scanned; it is durable then.

    `summary` is that of `--json`. The digests are SHA-256 of the reports' bytes: whoever has a report can prove that it is
    the one that was written.
    """
    digests = []
    for path in reports:
        with path.open("rb") as file:
            digests.append({"file": path.name, "sha256": file_digest(file, "sha256").hexdigest()})
    record = {**summary, "type": _KIND, "reports": digests}
    with Ledger(folder, patience_s=_PATIENCE_S) as ledger:
        (number,) = ledger.append([Draft(_KIND, actor, record)])
    return number
