"""What flows through the house: values only, no behaviour beyond reading them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, NewType

Label = NewType("Label", str)
"""What a finding is (`PERSON`, `MY_NUMBER` …); the closed list with titles and legal classes is rules data (`rules/data/label.yaml`)."""


class Finding(NamedTuple):
    """One stretch of text that is personal data. A tuple, because millions are made and a frozen dataclass costs thrice.

    `start` and `end` are code points of the text as given, end exclusive. `score` lies in 0..1 (how sure).
    `why` lists the evidence as `kind:detail` (`rule:my_number`, `check:mod11`, `label:個人番号`, `column:氏名`,
    `dictionary:surname`, `honorific:様`); it never contains the value itself.

    >>> Finding(2, 7, Label("PERSON"), 0.93, ("rule:person", "honorific:様")).end
    7
    """

    start: int
    end: int
    label: Label
    score: float
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Locator:
    """Where in a source a finding lies.

    `source` names the place as the person knows it (a path), `part` the piece inside (`""` for a plain file, later a
    sheet, page or member), `line` and `column` count from 1 in code points of the decoded text.
    """

    source: str
    line: int
    column: int
    part: str = ""
