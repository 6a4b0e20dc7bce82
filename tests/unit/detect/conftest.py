"""Findings as tests write them: the text that was found and its label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from morasanu.detect.interface import Detector


@pytest.fixture(scope="session")
def find(engine: Detector) -> Callable[[str], list[tuple[str, str]]]:
    """Return what gives the (value, label) pairs that the engine finds in a text, in order."""
    return lambda text: [(text[f.start : f.end], f.label) for f in engine.detect(text)]
