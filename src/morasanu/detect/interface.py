"""The seam of detection: text in, findings out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from morasanu.finding import Finding


class Detector(Protocol):
    """Anything that finds personal data in text."""

    def detect(self, text: str, header: str = "") -> list[Finding]:
        """Return the findings in `text`, ordered by start, never overlapping.

        Offsets are code points of `text` as given. `header` is context that stands before `text` in the same source and
        is not searched itself: the header row of a CSV file whose rows come in blocks. Empty text gives an empty list.
        """
        ...
