"""The inline marks of the sources: ⟦value|LABEL⟧ stands where a document holds personal data."""

from __future__ import annotations

import re
from typing import NamedTuple

LABELS = (
    "PERSON ADDRESS PHONE EMAIL MY_NUMBER CREDIT_CARD BANK_ACCOUNT DRIVER_LICENSE PASSPORT RESIDENCE_CARD PENSION_NUMBER "
    "HEALTH_INSURANCE DATE_OF_BIRTH POSTAL_CODE CORPORATE_NUMBER IP_ADDRESS CUSTOMER_ID SECRET SENSITIVE"
).split()
"""The nineteen labels a mark may carry."""

_MARK = re.compile(r"⟦([^⟦⟧]+)\|([A-Z_]+)⟧")


class Span(NamedTuple):
    """One marked stretch: code points of the text without marks, end exclusive."""

    start: int
    end: int
    label: str


def mark(value: str, label: str) -> str:
    """Return the value between marks, as a source writes it.

    >>> mark("047-555-0101", "PHONE")
    '⟦047-555-0101|PHONE⟧'
    """
    return f"⟦{value}|{label}⟧"


def split_marks(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Return the text without marks and the spans that were marked, in order.

    Raises ValueError when a mark is broken or carries an unknown label; the message gives the line, never the value.

    >>> split_marks("担当 ⟦八木橋|PERSON⟧ まで")
    ('担当 八木橋 まで', (Span(start=3, end=6, label='PERSON'),))
    """
    parts: list[str] = []
    spans: list[Span] = []
    length = at = 0
    for found in _MARK.finditer(marked):
        if found[2] not in LABELS:
            raise ValueError(f"line {_line(marked, found.start())}: unknown label {found[2]}")
        before = marked[at : found.start()]
        parts += (before, found[1])
        length += len(before)
        spans.append(Span(length, length + len(found[1]), found[2]))
        length += len(found[1])
        at = found.end()
    parts.append(marked[at:])
    text = "".join(parts)
    for sign in "⟦⟧":
        if sign in text:
            raise ValueError(f"line {_line(text, text.index(sign))}: a mark is broken")
    return text, tuple(spans)


def _line(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1
