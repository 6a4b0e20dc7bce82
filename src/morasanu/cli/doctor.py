"""`morasanu doctor`: which formats this installation opens, what is missing and how to get it."""

from __future__ import annotations

import json
import shutil
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, NamedTuple

from morasanu.extract.registry import load_extractors
from morasanu.extract.sandbox import Sandbox

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from morasanu.cli.language import Speaker


class Check(NamedTuple):
    """One thing that was looked at: what it is, whether it is there, and how to get it when it is not."""

    name: str
    is_there: bool
    remedy: str


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when everything is there, 3 when something is missing (the rest works without it)."""
    checks = [*_check_formats(), *_check_helpers(say), *_check_sandbox(say)]
    if options.json:
        print(json.dumps([check._asdict() for check in checks], ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print(f"{'●' if check.is_there else '○'} {check.name:{width}}  {check.remedy}".rstrip())
    return 0 if all(check.is_there for check in checks) else 3


def _check_formats() -> Iterator[Check]:
    extractors = load_extractors()
    for name in sorted(extractors):
        missing = extractors[name].missing()
        yield Check(name, not missing, f"pip install 'morasanu[{missing}]'" if missing else "")


def _check_helpers(say: Speaker) -> Iterator[Check]:
    found = shutil.which("tesseract") is not None
    yield Check(
        "tesseract",
        found,
        ""
        if found
        else say("画像の文字認識に: tesseract-ocr tesseract-ocr-jpn", "for images: tesseract-ocr tesseract-ocr-jpn"),
    )


def _check_sandbox(say: Speaker) -> Iterator[Check]:
    with Sandbox() as sandbox, TemporaryFile() as file:
        file.write(b"text")
        works = any(sandbox.read(file, "a.txt"))
        yield Check("sandbox", works, "" if works else say("子プロセスを始められません", "the child cannot be started"))
        for name, held in sandbox.confinement.items():
            remedy = "" if held else say("この環境では制限できません", "cannot be confined here")
            yield Check(f"sandbox {name}", held, remedy)
