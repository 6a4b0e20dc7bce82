"""Text that Word keeps in the code of a field: readings over words (ルビ) and characters in a circle (囲い文字) are EQ fields."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

_EQUATION: Final = re.compile(r"\s*EQ\b", re.IGNORECASE)
_FORMAT: Final = re.compile(r'\\\*\s*(?:"[^"]*"|\w+)')
_ABOVE: Final = re.compile(r"\\s\s*\\(?:up|do)\s*-?\d*\s*\(([^()]*)\)", re.IGNORECASE)
_SWITCH: Final = re.compile(r"\\(?:[a-z]+\s*-?\d*|[^a-z\w\s(),;\\])", re.IGNORECASE)
_SIGNS: Final = str.maketrans(dict.fromkeys("(),;"))


class Equation(NamedTuple):
    """What an EQ field shows: its text, and the readings set above or below it."""

    text: str
    readings: list[str]


def read_equation(code: str) -> Equation | None:
    r"""Return what a field shows that has no result of its own, None when `code` is of another kind.

    >>> read_equation(r'EQ \* jc2 \* "Font:MS 明朝" \* hps10 \o\ad(\s\up 9(とうきょう),東京)')
    Equation(text='東京', readings=['とうきょう'])
    >>> read_equation(r"eq \o(○,印)"), read_equation("PAGE")
    (Equation(text='○印', readings=[]), None)
    """
    if not _EQUATION.match(code):
        return None
    code = _FORMAT.sub("", _EQUATION.sub("", code, count=1))
    readings = [reading.strip() for reading in _ABOVE.findall(code)]
    text = _SWITCH.sub("", _ABOVE.sub("", code)).translate(_SIGNS)
    return Equation(" ".join(text.split()), [reading for reading in readings if reading])
