"""From the manifest and the marked sources to the shares on disk, and to the gold of every text document."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from shiomi.bulk import GENERATORS
from shiomi.charset import encode_text
from shiomi.container import make_locked, make_page, make_workbook, make_zip
from shiomi.mark import Span, split_marks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NEWLINES = {"LF": "\n", "CRLF": "\r\n"}


@dataclass(frozen=True, slots=True)
class Document:
    """One file of the shares, as `manifest.toml` describes it.

    `path` is where the built file lies below the shares; the source lies at the same path, or a generator composes it.
    `form` is `text`, `workbook`, `page`, `archive` or `locked`; an archive holds one file, named by `title`, a locked one
    opens with `password`.
    """

    path: str
    kind: str
    title: str
    encoding: str = "utf-8"
    newline: str = "LF"
    form: str = "text"
    generator: str = ""
    password: str = ""


class Gold(NamedTuple):
    """What a reader should find: the decoded text as it lies on disk (newlines too) and its marked spans."""

    path: str
    text: str
    spans: tuple[Span, ...]


def read_manifest(path: Path) -> tuple[Document, ...]:
    """Return the documents of the manifest in its order; an unknown or missing key raises TypeError."""
    with path.open("rb") as file:
        return tuple(Document(**entry) for entry in tomllib.load(file)["document"])


def read_gold(documents: tuple[Document, ...], source: Path) -> Iterator[Gold]:
    """Yield path, text and spans of every document that is text; offsets are code points of the decoded text."""
    for document in documents:
        if document.form == "text":
            text, spans = split_marks(_read_marked(document, source))
            yield Gold(document.path, text, spans)


def write_shares(documents: tuple[Document, ...], source: Path, out: Path) -> None:
    """Write every document below `out`, the same bytes on every machine."""
    for document in documents:
        target = out / document.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_make_bytes(document, source))


def _make_bytes(document: Document, source: Path) -> bytes:
    text, _ = split_marks(_read_marked(document, source))
    if document.form == "workbook":
        return make_workbook(text)
    if document.form == "page":
        return make_page(text)
    data = encode_text(text, document.encoding)
    if document.form == "archive":
        return make_zip({document.title: data})
    if document.form == "locked":
        return make_locked(document.title, data, document.password.encode())
    return data


def _read_marked(document: Document, source: Path) -> str:
    if document.generator:
        marked = GENERATORS[document.generator]()
    else:
        marked = (source / document.path).read_text(encoding="utf-8")
    return marked.replace("\n", _NEWLINES[document.newline])
