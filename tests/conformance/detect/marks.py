"""Read hand-written test documents whose personal data is marked inline as ⟦value|LABEL⟧."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Span = tuple[int, int, str]

LABELS = frozenset(
    {
        "PERSON",
        "ADDRESS",
        "PHONE",
        "EMAIL",
        "MY_NUMBER",
        "CREDIT_CARD",
        "BANK_ACCOUNT",
        "DRIVER_LICENSE",
        "PASSPORT",
        "RESIDENCE_CARD",
        "PENSION_NUMBER",
        "HEALTH_INSURANCE",
        "DATE_OF_BIRTH",
        "POSTAL_CODE",
        "CORPORATE_NUMBER",
        "IP_ADDRESS",
        "CUSTOMER_ID",
        "SECRET",
        "SENSITIVE",
    }
)
HEAD = re.compile(r"=== (\S+)")
MARK = re.compile(r"⟦([^⟦⟧]+)\|([A-Z_]+)⟧")


class MarkError(ValueError):
    """A document that breaks the marking format."""


def unmark(marked: str, where: str) -> tuple[str, list[Span]]:
    """Return the plain text and its (start, end, label) spans in code points of that text."""
    parts: list[str] = []
    spans: list[Span] = []
    length = last = 0
    for match in MARK.finditer(marked):
        value, label = match.groups()
        if label not in LABELS:
            msg = f"{where}: unknown label {label!r}"
            raise MarkError(msg)
        if value != value.strip():
            msg = f"{where}: space at the edge of {value!r}"
            raise MarkError(msg)
        before = marked[last : match.start()]
        start = length + len(before)
        length = start + len(value)
        last = match.end()
        parts += [before, value]
        spans.append((start, length, label))
    parts.append(marked[last:])
    text = "".join(parts)
    if stray := re.search(r".{0,20}[⟦⟧].{0,20}", text):
        msg = f"{where}: broken mark near {stray[0]!r}"
        raise MarkError(msg)
    return text, spans


def read_file(path: Path) -> Iterator[tuple[str, str, list[Span]]]:
    """Yield (id, text, spans) for each document of one file."""
    name, lines = "", list[str]()
    documents: list[tuple[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").split("\n"):
        if line.startswith("=== "):
            head = HEAD.fullmatch(line)
            if head is None:
                msg = f"{path.name}: bad head {line!r}"
                raise MarkError(msg)
            name, lines = head[1], []
            documents.append((name, lines))
        elif name:
            lines.append(line)
        elif line.strip():
            msg = f"{path.name}: text before the first head: {line!r}"
            raise MarkError(msg)
    for name, lines in documents:
        where = f"{path.name}: {name}"
        text, spans = unmark("\n".join(lines).strip("\n"), where)
        if not text:
            msg = f"{where}: empty document"
            raise MarkError(msg)
        yield name, text, spans


def read_written(folder: Path) -> Iterator[tuple[str, str, list[Span]]]:
    """Yield (id, text, spans) for every document of every .txt file of the folder; ids are unique."""
    seen: set[str] = set()
    for path in sorted(folder.glob("*.txt")):
        for name, text, spans in read_file(path):
            if name in seen:
                msg = f"{path.name}: id {name!r} is used twice"
                raise MarkError(msg)
            seen.add(name)
            yield name, text, spans
