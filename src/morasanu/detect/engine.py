"""The reference engine: fold, read the context, let every detector propose, choose, and map back to the text as given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.detect.address import AddressDetector
from morasanu.detect.context import read_context
from morasanu.detect.date import BirthDetector
from morasanu.detect.label import NONE, Labels
from morasanu.detect.number import NumberDetector
from morasanu.detect.person.detector import NameDetector
from morasanu.detect.phrase import SecretDetector, SensitiveDetector
from morasanu.detect.settle import settle
from morasanu.detect.value import ValueDetector
from morasanu.finding import Finding
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from morasanu.detect.lexicon import Lexicon
    from morasanu.detect.spec import Spec

THRESHOLD = 0.5
"""Findings less sure than this are not reported."""


class Engine:
    """Finds personal data in text. Immutable after construction, safe to share between threads."""

    def __init__(self, specs: Sequence[Spec], lexicon: Lexicon) -> None:
        """Compile `specs`; names and places come from `lexicon`."""
        by_id = {spec.id: spec for spec in specs}
        plain = [spec for spec in specs if spec.label != NONE]
        self._labels = Labels(specs)
        self._number = NumberDetector(plain)
        self._value = ValueDetector(plain)
        self._birth = BirthDetector(by_id["date_of_birth"])
        self._name = NameDetector(by_id["person"], lexicon)
        self._address = AddressDetector(by_id["address"], lexicon)
        self._sensitive = SensitiveDetector(by_id["sensitive"])
        self._secret = SecretDetector(by_id["secret"])

    def detect(self, text: str, header: str = "") -> list[Finding]:
        """Return the findings in `text`, ordered by start, never overlapping; see `interface.Detector`.

        >>> from morasanu.detect.load import load_engine
        >>> [(f.label, f.start, f.end) for f in load_engine().detect("氏名：山田 太郎　電話 090-1234-5678")]
        [('PERSON', 3, 8), ('PHONE', 12, 25)]
        """
        offset = len(header) + 1 if header else 0
        whole = f"{header}\n{text}" if header else text
        folded = fold(whole)
        context = read_context(folded.text, self._labels)
        names = self._name.find(context)
        found = [
            *names,
            *self._number.find(context),
            *self._value.find(context),
            *self._birth.find(context, names),
            *self._address.find(context),
            *self._sensitive.find(context, names),
            *self._secret.find(context),
        ]
        kept = choose(found)
        if not offset and not folded.cuts:
            return kept
        result: list[Finding] = []
        for finding in kept:
            start, end = folded.given(finding.start, finding.end)
            if start >= offset:
                result.append(Finding(start - offset, end - offset, finding.label, finding.score, finding.why))
        return result


def choose(found: Sequence[Finding]) -> list[Finding]:
    """Return the findings that stand when overlapping ones compete: the surer and the longer win.

    >>> from morasanu.finding import Label
    >>> a, b = Finding(0, 4, Label("PERSON"), .8, ()), Finding(0, 12, Label("ADDRESS"), .9, ())
    >>> choose([a, b]) == [b]
    True
    """
    return settle(sorted([finding for finding in found if finding.score >= THRESHOLD]), _rank)


def _rank(finding: Finding) -> tuple[float, Finding]:
    return -finding.score - min(finding.end - finding.start, 30) * 0.01, finding
