"""Which extractor reads which format: the built-in ones and those of other packages come through the same door."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from morasanu.extract.interface import Extractor

_MODULES: Final = (
    "archive.stream", "leftover", "legacy.document", "legacy.rtf",
    "mail.apple", "mail.card", "mail.internet", "mail.outlook", "mail.smime", "mail.tnef", "memo", "office.encrypted", "office.flat", "office.odf", "office.owner", "office.sheet", "office.word",
    "page.image", "page.inline", "page.metafile", "page.pdf", "table",
)  # fmt: skip
GROUP: Final = "morasanu.extractors"
"""The entry points of other packages: each names a sequence of extractors."""


def load_extractors(modules: Iterable[str] = ()) -> dict[str, Extractor]:
    """Return the extractor of every format that can be read: built in, of other packages, of `modules`; the last one wins."""
    found: dict[str, Extractor] = {}
    for name in _MODULES:
        _add(found, import_module(f"morasanu.extract.{name}").EXTRACTORS)
    for entry in entry_points(group=GROUP):
        _add(found, entry.load())
    for name in modules:
        _add(found, import_module(name).EXTRACTORS)
    return found


def _add(found: dict[str, Extractor], extractors: Iterable[Extractor]) -> None:
    for extractor in extractors:
        found.update(dict.fromkeys(extractor.formats, extractor))
