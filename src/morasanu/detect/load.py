"""Where the shipped engine is put together: rules data and dictionaries are read here, once."""

from __future__ import annotations

from hashlib import sha256
from importlib.metadata import version
from importlib.resources import files
from typing import TYPE_CHECKING

from morasanu.detect.engine import Engine
from morasanu.detect.lexicon import PACKAGES, load_lexicon
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


def digest_rules(custom: Iterable[Path] = ()) -> str:
    """Return a SHA-256 in hex of everything that decides what is found: rules, custom detectors, dictionaries, version."""
    digest = sha256()
    for name in ("morasanu", *PACKAGES):
        digest.update(f"{name} {version(name)}\n".encode())
    folder = files("morasanu.rules").joinpath("data")
    shipped = [entry for part in (folder.joinpath("detector"), folder) for entry in part.iterdir() if entry.is_file()]
    for entry in (*sorted(shipped, key=lambda entry: entry.name), *custom):
        digest.update(sha256(entry.read_bytes()).digest())
    return digest.hexdigest()
