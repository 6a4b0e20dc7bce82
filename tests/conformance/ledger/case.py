"""What a case is."""

from __future__ import annotations

from dataclasses import dataclass, field


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
