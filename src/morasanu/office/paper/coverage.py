"""Which characters a font can draw, read from its table of characters (OpenType `cmap`: formats 4, 12 and 14)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from struct import error as StructError  # noqa: N812 - the standard library's name is in small letters
from struct import unpack_from
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE: Final = ((3, 10), (0, 6), (0, 4))
_NARROW: Final = ((3, 1), (0, 3), (0, 2), (0, 1), (0, 0))
_SELECTORS: Final = (0, 5)


class Coverage(NamedTuple):
    """The characters (code points) a font draws, and the forms it tells apart: (character, variation selector)."""

    characters: frozenset[int]
    forms: frozenset[tuple[int, int]]


@lru_cache(maxsize=8)
def read_coverage(path: str, index: int) -> Coverage:
    """Return what font `index` of the file draws; nothing when the file is no font or is broken. Takes some 20 ms, and 3 MB while kept."""
    try:
        data = Path(path).read_bytes()
        return _read(data, index)
    except (OSError, StructError, IndexError):
        return Coverage(frozenset(), frozenset())


def _read(data: bytes, index: int) -> Coverage:
    start = unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    (tables,) = unpack_from(">H", data, start + 4)
    places = {
        data[at : at + 4]: unpack_from(">I", data, at + 8)[0] for at in range(start + 12, start + 12 + 16 * tables, 16)
    }
    if b"cmap" not in places:
        return Coverage(frozenset(), frozenset())
    head = places[b"cmap"]
    (count,) = unpack_from(">H", data, head + 2)
    kinds = {}
    for at in range(head + 4, head + 4 + 8 * count, 8):
        platform, encoding, offset = unpack_from(">HHI", data, at)
        kinds[platform, encoding] = head + offset
    characters: set[int] = set()
    for kind in (*_WIDE, *_NARROW):
        if kind in kinds and not characters:
            characters.update(_read_characters(data, kinds[kind]))
    forms = frozenset(_read_forms(data, kinds[_SELECTORS])) if _SELECTORS in kinds else frozenset()
    return Coverage(frozenset(characters), forms)


def _read_characters(data: bytes, at: int) -> Iterator[int]:
    (kind,) = unpack_from(">H", data, at)
    if kind == 12:
        (groups,) = unpack_from(">I", data, at + 12)
        for first, last, glyph in (unpack_from(">III", data, at + 16 + 12 * number) for number in range(groups)):
            yield from range(first + (glyph == 0), min(last, 0x10FFFF) + 1)
    elif kind == 4:
        yield from _read_segments(data, at)


def _read_segments(data: bytes, at: int) -> Iterator[int]:
    """Yield the characters of a table of format 4: those of its segments that do not come out as glyph 0 (nothing)."""
    (doubled,) = unpack_from(">H", data, at + 6)
    for place in range(at + 14, at + 14 + doubled, 2):
        last, first = unpack_from(">H", data, place)[0], unpack_from(">H", data, place + 2 + doubled)[0]
        (delta,) = unpack_from(">H", data, place + 2 + 2 * doubled)
        slot = place + 2 + 3 * doubled
        (offset,) = unpack_from(">H", data, slot)
        for character in range(first, min(last, 0xFFFE) + 1):
            glyph = unpack_from(">H", data, slot + offset + 2 * (character - first))[0] if offset else character
            if (glyph and (glyph + delta) & 0xFFFF) if offset else (glyph + delta) & 0xFFFF:
                yield character


def _read_forms(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    (count,) = unpack_from(">I", data, at + 6)
    for number in range(count):
        record = at + 10 + 11 * number
        selector = int.from_bytes(data[record : record + 3])
        usual, special = unpack_from(">II", data, record + 3)
        if usual:
            for place in range(at + usual + 4, at + usual + 4 + 4 * unpack_from(">I", data, at + usual)[0], 4):
                first = int.from_bytes(data[place : place + 3])
                yield from ((character, selector) for character in range(first, first + data[place + 3] + 1))
        if special:
            for place in range(at + special + 4, at + special + 4 + 5 * unpack_from(">I", data, at + special)[0], 5):
                yield int.from_bytes(data[place : place + 3]), selector
