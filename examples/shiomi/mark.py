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
    """Return the value between marks, as a source writes it."""
    return f"⟦{value}|{label}⟧"


def split_marks(marked: str) -> tuple[str, tuple[Span, ...]]:
    """Return the text without marks and the spans that were marked, in order.

    Raises ValueError when a mark is broken or carries an unknown label; the message gives the line, never the value.

    >>> split_marks("担当 ⟦八木橋|PERSON⟧ まで")
    ('担当 八木橋 まで', (Span(start=3, end=6, label='PERSON'),))
    """
    text = ""
    start = 0
    spans: list[Span] = []
    for place, part in enumerate(_MARK.split(marked)):
        if place % 3 == 2:
            if part not in LABELS:
                raise ValueError(f"line {text.count(chr(10)) + 1}: unknown label {part}")
            spans.append(Span(start, len(text), part))
        elif "⟦" in part or "⟧" in part:
            raise ValueError(f"line {text.count(chr(10)) + 1} or below: a mark is broken")
        else:
            start = len(text)
            text += part
    return text, tuple(spans)
