"""`morasanu doctor`: which formats this installation opens, what is missing and how to get it."""

from __future__ import annotations

import json
import re
from ctypes.util import find_library
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import MorasanuError, OutsideError
from morasanu.extract.interface import Drawn, Piece
from morasanu.extract.page.ocr import Recogniser, find_tesseract
from morasanu.extract.registry import load_extractors
from morasanu.extract.sandbox import Sandbox
from morasanu.office.paper.font import choose_fonts
from morasanu.office.people.directory import NAME, read_directory
from morasanu.source.place import list_missing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from morasanu.cli.language import Speaker
    from morasanu.office.people.directory import Directory


_OCR_S: Final = 60.0
_FONTS: Final = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
)
_JAPANESE_FONT: Final = re.compile(r"cjk|ipa|takao|vl-?p?gothic|hiragino|ヒラギノ|biz-?ud|jp-|japan", re.IGNORECASE)
_STROKES: Final = (
    (60, 30, 76, 130), (60, 114, 120, 130), (150, 30, 230, 46), (182, 30, 198, 130), (260, 30, 276, 130), (260, 114, 320, 130),
)  # fmt: skip


class Check(NamedTuple):
    """One thing that was looked at: what it is, whether it is there, and how to get it when it is not."""

    name: str
    is_there: bool
    remedy: str


def run(options: argparse.Namespace, say: Speaker) -> int:
    """Return 0 when everything is there, 3 when something is missing (the rest works without it)."""
    checks = [*_check_formats(), *_check_places(), *_check_helpers(say), *_check_sandbox(say)]
    if options.data:
        checks += _check_directory(options.data, say)
    if options.json:
        print(json.dumps([check._asdict() for check in checks], ensure_ascii=False))
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print(f"{'●' if check.is_there else '○'} {check.name:{width}}  {check.remedy}".rstrip())
    return 0 if all(check.is_there for check in checks) else 3


def _check_formats() -> Iterator[Check]:
    yield Check("txt csv tsv json html xml", True, "")
    extractors = load_extractors()
    for name in sorted(extractors):
        missing = extractors[name].missing()
        yield Check(name, not missing, f"pip install 'morasanu[{missing}]'" if missing else "")


def _check_places() -> Iterator[Check]:
    for scheme, missing in list_missing().items():
        yield Check(f"{scheme}://", not missing, f"pip install 'morasanu[{missing}]'" if missing else "")


def _check_helpers(say: Speaker) -> Iterator[Check]:
    """Yield what is looked for on the system: libraries, programs, a Japanese font."""
    has_library = bool(find_library("archive"))
    remedy = say("OS の libarchive（Debian: libarchive13）", "the system's libarchive (Debian: libarchive13)")
    yield Check("libarchive", has_library, "" if has_library else remedy)
    has_font = any(_JAPANESE_FONT.search(path.name) for folder in _FONTS for path in _list_files(folder))
    remedy = say(
        "フォントを含まない PDF のページを描くのに: fonts-ipafont",
        "to draw PDF pages without their fonts: fonts-ipafont",
    )
    yield Check("Japanese font", has_font, "" if has_font else remedy)
    yield _check_recognition(say)
    yield _check_paper(say)


def _check_paper(say: Speaker) -> Check:
    """Return whether PDFs can be set: Typst and a font with the characters of Japanese."""
    try:
        choose_fonts(())
    except OutsideError as error:
        return Check("paper", False, say(error.message_ja, error.message_en))
    return Check("paper", True, "")


def _check_directory(data: Path, say: Speaker) -> Iterator[Check]:
    """Yield whether `directory.yaml` is right, and whether what it names answers."""
    try:
        directory = read_directory(data)
    except MorasanuError as error:
        yield Check(NAME, False, say(error.message_ja, error.message_en))
        return
    yield Check(
        NAME, True, "" if (data / NAME).exists() else say("ありません（使っていません）", "not there: not used")
    )
    for name, there in (("ldap", directory.ldap), ("oidc", directory.oidc)):
        if there is not None:
            yield _try(name, directory, say)


def _try(name: str, directory: Directory, say: Speaker) -> Check:
    try:
        if name == "ldap" and directory.ldap:
            from morasanu.office.people.bind import try_directory  # noqa: PLC0415 - an extra

            try_directory(directory.ldap)
        if name == "oidc" and directory.oidc:
            from morasanu.office.people.provider import find_provider  # noqa: PLC0415 - an extra

            find_provider(directory.oidc)
    except MorasanuError as error:
        return Check(name, False, say(error.message_ja, error.message_en))
    return Check(name, True, "")


def _list_files(folder: str) -> Iterator[Path]:
    return Path(folder).expanduser().rglob("*.[toTO][tT][fcFC]")


def _check_recognition(say: Speaker) -> Check:
    """Return whether the characters of a picture come out: not whether a program is there, but whether it reads."""
    recogniser = Recogniser(_OCR_S, 1)
    try:
        seen = recogniser.start(Drawn("", _draw_letters())).result()
    finally:
        recogniser.close()
    works = isinstance(seen, Piece) and "LTL" in seen.text
    if works:
        remedy = ""
    elif find_tesseract():
        remedy = say(
            "tesseract はありますが、試しの画像を読めません", "tesseract is there but does not read a trial picture"
        )
    else:
        remedy = say("画像の文字認識に: tesseract-ocr tesseract-ocr-jpn", "for images: tesseract-ocr tesseract-ocr-jpn")
    return Check("tesseract", works, remedy)


def _draw_letters() -> bytes:
    """Return a grey picture (PGM) of a large `L T L`: strokes that need no font."""
    width, height = 400, 160
    pixels = bytearray(b"\xff" * (width * height))
    for left, top, right, bottom in _STROKES:
        for row in range(top, bottom):
            pixels[row * width + left : row * width + right] = bytes(right - left)
    return b"P5 %d %d 255\n" % (width, height) + bytes(pixels)


def _check_sandbox(say: Speaker) -> Iterator[Check]:
    with Sandbox() as sandbox, TemporaryFile() as file:
        file.write(b"text")
        works = any(sandbox.read(file, "a.txt"))
        yield Check("sandbox", works, "" if works else say("子プロセスを始められません", "the child cannot be started"))
        for name, held in sandbox.confinement.items():
            remedy = "" if held else say("この環境では制限できません", "cannot be confined here")
            yield Check(f"sandbox {name}", held, remedy)
