"""Documents of `corpus/` with their marks read: text and spans. `python -m bench.corpus FILE…` checks them and writes JSON lines."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


LABELS: Final = frozenset(
    (
        "PERSON ADDRESS POSTAL_CODE PHONE EMAIL DATE_OF_BIRTH BANK_ACCOUNT CREDIT_CARD MY_NUMBER CORPORATE_NUMBER DRIVER_LICENSE PASSPORT "
        "RESIDENCE_CARD PENSION_NUMBER HEALTH_INSURANCE CUSTOMER_ID IP_ADDRESS SECRET SENSITIVE"
    ).split()
)
_HEAD: Final = re.compile(r"^=== (\S+) (\S+)[ \t]*\n", re.MULTILINE)
_MARK: Final = re.compile(r"⟦([A-Z_]+)\|([^⟦⟧]*)⟧")


class Span(NamedTuple):
    """A marked piece: start and end in code points, end exclusive."""

    start: int
    end: int
    label: str


class Document(NamedTuple):
    """A document without its marks, and what was marked."""

    id: str
    type: str
    text: str
    spans: list[Span]


def read_documents(marked: str) -> Iterator[Document]:
    r"""Yield the documents of a file. Raises ValueError with the document's id for a mark that is none.

    >>> next(read_documents("=== x-1 memo\n担当 ⟦PERSON|潮見⟧様\n"))
    Document(id='x-1', type='memo', text='担当 潮見様', spans=[Span(start=3, end=5, label='PERSON')])
    """
    parts = _HEAD.split(marked)[1:]
    for name, kind, body in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield Document(name, kind, *_read_marks(name, body.strip("\n")))


def _read_marks(name: str, body: str) -> tuple[str, list[Span]]:
    text, spans, done = "", [], 0
    for match in _MARK.finditer(body):
        label, value = match.groups()
        text += body[done : match.start()]
        if label not in LABELS or value != value.strip() or not value:
            raise _refuse(name, match.group())
        spans.append(Span(len(text), len(text) + len(value), label))
        text += value
        done = match.end()
    text += body[done:]
    if "⟦" in text or "⟧" in text:
        raise _refuse(name, "⟦")
    return text, spans


def _refuse(name: str, mark: str) -> ValueError:
    return ValueError(f"document {name}: no such mark: {mark}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the documents of the files as JSON lines, and how many there are to the other stream."""
    counts: Counter[str] = Counter()
    for path in sys.argv[1:] if arguments is None else arguments:
        for document in read_documents(Path(path).read_text(encoding="utf-8")):
            print(
                json.dumps(
                    document._asdict() | {"spans": [each._asdict() for each in document.spans]}, ensure_ascii=False
                )
            )
            counts.update(each.label for each in document.spans)
            counts["documents"] += 1
            counts["clean"] += not document.spans
    print(dict(counts), file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
