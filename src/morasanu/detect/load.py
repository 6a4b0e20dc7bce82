"""Where the shipped engine is put together: rules data and dictionaries are read here, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from morasanu.detect.engine import Engine
from morasanu.detect.lexicon import load_lexicon
from morasanu.detect.spec import load_specs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from morasanu.detect.interface import Detector


def load_engine(custom: Iterable[Path] = ()) -> Detector:
    """Return the engine made of the shipped rules and the YAML detector files `custom`.

    Raises RuleError when a rule file is broken, OutsideError when a dictionary package is missing.
    """
    return Engine(load_specs(custom), load_lexicon())
