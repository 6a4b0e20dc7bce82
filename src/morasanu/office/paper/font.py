"""Finds the fonts that paper is set in: the ones installed with the `web` extra, else the system's, else an error that says what to install."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.errors import OutsideError
from morasanu.office.paper.coverage import read_coverage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_PACKAGE: Final = "pylopdf_fonts_jp"
_SYSTEM: Final = (
    "/usr/local/share/fonts",
    "/usr/share/fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
_MINCHO: Final = (
    "Noto Serif JP",
    "Noto Serif CJK JP",
    "IPAexMincho",
    "IPAMincho",
    "BIZ UDMincho",
    "Hiragino Mincho ProN",
    "Yu Mincho",
    "MS Mincho",
)
_GOTHIC: Final = (
    "Noto Sans JP",
    "Noto Sans CJK JP",
    "IPAexGothic",
    "IPAGothic",
    "BIZ UDGothic",
    "VL Gothic",
    "Hiragino Sans",
    "Yu Gothic",
    "MS Gothic",
)
_PROBE: Final = frozenset(map(ord, "永鬱髙あア、。「」1A"))


class Face(NamedTuple):
    """One font: the name of its family, and its file and the number within it."""

    family: str
    path: str
    number: int


class Fonts(NamedTuple):
    """What a paper is set in: folders to load, families in the order they are asked, and what none of them draws."""

    folders: tuple[str, ...]
    mincho: tuple[str, ...]
    gothic: tuple[str, ...]
    lacking: frozenset[str]


def choose_fonts(units: Iterable[str]) -> Fonts:
    """Return the fonts that draw the most of `units`: characters, and characters with their variation selector.

    The fonts of the `web` extra come first, so that a paper is the same on every machine; the system's are asked only for what those
    lack (characters of family registers, a bank's own characters). Raises OutsideError MRS-O-060 when Typst or a Japanese font is
    missing.
    """
    faces = _sort_known(_list_faces(_find_package())) or _sort_known(_list_faces(_SYSTEM))
    if not faces:
        raise OutsideError(
            "MRS-O-060",
            "日本語の書体がないため PDF を作れません。pip install 'morasanu[web]' か、OS の書体（Debian: fonts-ipaexfont）を入れてください",
            "no Japanese font to make a PDF with: pip install 'morasanu[web]', or a font of the system (Debian: fonts-ipaexfont)",
        )
    units = frozenset(units)
    lacking = {unit for unit in units if not any(_draws(face, unit[0]) for face in faces)}
    faces += _find_spare({unit[0] for unit in lacking})
    still = {unit for unit in lacking if not any(_draws(face, unit[0]) for face in faces)}
    mincho, gothic = (_put_first(faces, families) for families in (_MINCHO, _GOTHIC))
    still |= {unit for unit in units - still if len(unit) > 1 and not (_forms(mincho, unit) and _forms(gothic, unit))}
    folders = tuple(dict.fromkeys(str(Path(face.path).parent) for face in faces))
    return Fonts(folders, _name_families(mincho), _name_families(gothic), frozenset(still))


def _draws(face: Face, character: str) -> bool:
    return ord(character) in read_coverage(face.path, face.number).characters


def _forms(order: list[Face], unit: str) -> bool:
    """Return whether the font that will be taken for the character has the form that its selector asks for."""
    face = next(face for face in order if _draws(face, unit[0]))
    return tuple(map(ord, unit)) in read_coverage(face.path, face.number).forms


def _sort_known(faces: Iterable[Face]) -> list[Face]:
    """Return the fonts known to be made for Japanese, the best first."""
    known = (*_GOTHIC, *_MINCHO)
    found = [
        face for face in faces if face.family in known and read_coverage(face.path, face.number).characters >= _PROBE
    ]
    return sorted(found, key=lambda face: known.index(face.family))


def _put_first(faces: list[Face], families: tuple[str, ...]) -> list[Face]:
    return sorted(faces, key=lambda face: face.family not in families)


def _name_families(faces: Iterable[Face]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(face.family for face in faces))


def _find_spare(lacking: set[str]) -> Iterator[Face]:
    """Yield, for characters that the chosen fonts lack, the system's first font that draws them."""
    for face in _list_faces(_SYSTEM) if lacking else ():
        drawn = {character for character in lacking if _draws(face, character)}
        if drawn:
            lacking -= drawn
            yield face


@cache
def _find_package() -> tuple[str, ...]:
    spec = find_spec(_PACKAGE)
    return tuple((spec.submodule_search_locations if spec else None) or ())


@cache
def _list_faces(folders: tuple[str, ...]) -> tuple[Face, ...]:
    """Return the upright fonts of usual weight under `folders`, by file name. Raises OutsideError MRS-O-060 without Typst."""
    there = [folder for folder in folders if Path(folder).is_dir()]
    if not there:
        return ()
    try:
        from typst import Fonts as Book  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise OutsideError(
            "MRS-O-060",
            "PDF を組む typst がありません。pip install 'morasanu[web]'",
            "typst, which sets PDFs, is not installed: pip install 'morasanu[web]'",
        ) from error
    book = Book(include_system_fonts=False, include_embedded_fonts=False, font_paths=there)
    found = (font for font in book.fonts() if font.style == "normal" and 300 <= font.weight <= 500 and font.path)
    return tuple(sorted((Face(font.family, str(font.path), font.index) for font in found), key=lambda face: face[1:]))
