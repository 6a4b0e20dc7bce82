"""Tries a detector's examples and counter-examples with an engine: they are its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from morasanu.detect.interface import Detector
    from morasanu.detect.spec import Spec


class Failure(NamedTuple):
    """An example that does not come out: its text, what should be found and what is."""

    text: str
    expected: tuple[str, ...]
    found: tuple[str, ...]


def try_examples(spec: Spec, engine: Detector) -> Failure | None:
    """Return the first example of `spec` that does not come out, None when all do.

    An example must give exactly its values with the spec's label, a counter-example none.
    """
    cases = [(example.text, example.found) for example in spec.examples]
    cases += [(text, ()) for text in spec.counter_examples]
    for text, expected in cases:
        found = tuple(text[f.start : f.end] for f in engine.detect(text) if f.label == spec.label)
        if found != expected:
            return Failure(text, expected, found)
    return None
