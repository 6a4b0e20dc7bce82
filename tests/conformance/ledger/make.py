"""Writes the cases: `python -m tests.conformance.ledger.make` makes the folders beside this file anew, byte for byte.

A case holds the ledger's files in `ledger/`, checkpoints that were kept elsewhere in `outside/`, perhaps the first `key`,
and in `expect.json` what every verifier has to answer.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.conformance.ledger import bad, good, misspelt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conformance.ledger.case import Case

HERE = Path(__file__).resolve().parent


def make_cases() -> Iterator[Case]:
    """Yield every case."""
    yield from good.make_cases()
    yield from bad.make_cases()
    yield from misspelt.make_cases()


class Written(NamedTuple):
    """A case as a folder holds it."""

    path: str
    data: bytes


def write_case(case: Case) -> Iterator[Written]:
    """Yield the files of a case."""
    for path, data in case.files.items():
        yield Written(f"ledger/{path}", data)
    for name, data in case.outside.items():
        yield Written(f"outside/{name}", data)
    if case.key:
        yield Written("key", case.key)
    expect = {"state": case.state, "where": case.where, "fault": case.fault}
    yield Written("expect.json", (json.dumps(expect, ensure_ascii=False) + "\n").encode())


def main(folder: Path = HERE) -> int:
    """Write all cases into `folder` and return how many there are."""
    for old in folder.glob("*/expect.json"):
        shutil.rmtree(old.parent)
    cases = list(make_cases())
    for case in cases:
        for path, data in write_case(case):
            target = folder / case.name / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    return len(cases)


if __name__ == "__main__":
    main()
