"""What a case is."""

from __future__ import annotations

from dataclasses import dataclass, field

FAULTS = {
    "no checkpoint": "no checkpoint",
    "note": "not a checkpoint",
    "signature": "not signed by the ledger's key",
    "origin": "another ledger",
    "missing": "missing, or not as long as it must be",
    "entry": "not an entry, or not in its place",
    "time": "earlier than the entry before",
    "key": "introduces no key, or one that it may not",
    "leaf": "entry and tile differ",
    "tile": "tile and the tiles below differ",
    "root": "root differs from the entries",
    "fork": "history differs from the outside checkpoint",
    "rolled back": "shorter than the outside checkpoint",
    "no outside": "no outside checkpoint to compare with",
}
"""The words of docs/reference/ledger-format.md, by shorter ones."""


@dataclass(frozen=True, slots=True)
class Case:
    """A ledger's files by path, what was kept elsewhere, and the answer that is right."""

    name: str
    files: dict[str, bytes]
    outside: dict[str, bytes] = field(default_factory=dict)
    key: bytes | None = None
    state: str = "refuted"
    where: str = ""
    fault: str = ""
