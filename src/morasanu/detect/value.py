"""Values without a shape of their own: only the label, key or column before them says what they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from morasanu.detect.check import CHECKS
from morasanu.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from morasanu.detect.context import Context
    from morasanu.detect.spec import Spec

_LEAD = re.compile(r"[\s:：=は(「\"'#・]{0,4}(?:no\.?|番号)?[\s:：は(「\"'.]{0,3}", re.IGNORECASE)

_SAME = re.compile(r"(?:0{6}|9{6})")  # shows a form: AA9999999


class ValueDetector:
    """Finds the `value` pattern of specs right after their labels and in their columns."""

    def __init__(self, specs: Iterable[Spec]) -> None:
        """Compile the value patterns."""
        self._values = [(spec, re.compile(spec.value)) for spec in specs if spec.value]

    def find(self, context: Context) -> Iterator[Finding]:
        """Yield findings on the folded text; they may overlap, the engine chooses."""
        text = context.text
        for spec, pattern in self._values:
            for slot in context.slots(spec.label):
                lead = _LEAD.match(text, slot.start, slot.end)
                match = pattern.match(text, lead.end() if lead else slot.start, slot.end)
                if (
                    match
                    and not _SAME.search(match.group())
                    and not (spec.check and not CHECKS[spec.check]("".join(filter(str.isdigit, match.group()))))
                ):
                    line = text.rfind("\n", 0, match.start()) + 1
                    if (
                        any(word in text[max(line, match.start() - 30) : match.start()] for word in spec.negative)
                        or text[match.end() : match.end() + 1] == "桁"
                    ):
                        continue
                    yield Finding(
                        match.start(), match.end(), spec.label, spec.score.labelled, (f"rule:{spec.id}", slot.why)
                    )
