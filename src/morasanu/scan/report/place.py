"""What a scan found, summed up by folder: as deep as the findings lie, but never more places than a person can look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from morasanu.scan.model import Status
from morasanu.scan.report.summary import Sum

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from morasanu.detect.interface import Detector
    from morasanu.scan.model import FileRecord, ScanResult

MOST_PLACES: Final = 300
_LONGEST: Final = 400
_DIGITS: Final = re.compile(r"[0-9０-９]{7,}")
_DAY: Final = re.compile(r"(?:19|20)[0-9]{6}")
_STEM_SHOWN: Final = 1
_OF_PLACES: Final = frozenset(("ADDRESS", "POSTAL_CODE", "CORPORATE_NUMBER"))


@dataclass(slots=True)
class PlaceSum:
    """What lies in one place: sums, and the path of a file that holds the most, with its name masked."""

    sum: Sum
    example: str = ""
    most: int = 0


def sum_places(
    result: ScanResult,
    root: str,
    *,
    marks: Collection[str] = (),
    is_telling: Callable[[str], bool] = lambda _: False,
    is_table: bool = False,
    limit: int = MOST_PLACES,
) -> dict[str, PlaceSum]:
    """Return by place (a path below `root`, `""` for itself) what lies in it; each file is counted in one place.

    The deepest places are summed up with what lies above them until at most `limit` are left; `marks` (places that the
    register names) stay, also with nothing in them. No place's path holds a name of which `is_telling` says that it is personal: those are summed up
    too. `is_table`: what is scanned is a database, whose tables are places themselves.
    """
    paths = {
        place: keep_untelling(place, is_telling)
        for place in {
            _find_place(record.path, root, is_table=is_table) for record in result.files() if _is_told(record)
        }
    }
    marks = {keep_untelling(mark, is_telling) for mark in marks}
    kept = _merge({*paths.values(), *marks, ""}, marks, limit)
    found = {mark: PlaceSum(Sum(mark)) for mark in marks}
    for record in result.files():
        place = _find_place(record.path, root, is_table=is_table)
        name = find_above(paths.get(place, place), kept)
        entry = found.setdefault(name, PlaceSum(Sum(name)))
        entry.sum.add(record)
        if record.counts and (count := sum(record.counts.values())) > entry.most:
            entry.most, entry.example = count, mask_name(record.path, name)
    return dict(sorted(found.items()))


def _is_told(record: FileRecord) -> bool:
    return bool(record.counts) or record.status != Status.INSPECTED


def _find_place(path: str, root: str, *, is_table: bool) -> str:
    below = path.removeprefix(root).replace("\\", "/").strip("/") if path.startswith(root) else ""
    return below if is_table else below.rpartition("/")[0]


def keep_untelling(place: str, is_telling: Callable[[str], bool]) -> str:
    """Return the part of a place's path before the first name that is personal.

    >>> keep_untelling("相続/山田 太郎/写し", lambda name: "山田" in name)
    '相続'
    """
    kept: list[str] = []
    for name in place.split("/") if place else ():
        if is_telling(name) or len("/".join((*kept, name))) > _LONGEST:
            break
        kept.append(name)
    return "/".join(kept)


def _merge(places: set[str], marks: Collection[str], limit: int) -> set[str]:
    while len(places) > limit:
        deepest = max((place.count("/") for place in places if place and place not in marks), default=-1)
        if deepest < 0:
            break
        places = {
            place.rpartition("/")[0] if place.count("/") == deepest and place not in marks else place
            for place in places
        } | {""}
    return places


def find_above(place: str, kept: Collection[str]) -> str:
    """Return the closest of `kept` that is `place` or holds it.

    >>> find_above("a/b/c", {"", "a"})
    'a'
    """
    while place not in kept:
        place = place.rpartition("/")[0]
    return place


def mask_name(path: str, place: str) -> str:
    """Return where a file lies, with its name masked but for the first character and the ending: names of files are often names of people.

    >>> mask_name("/srv/融資/旧/山田太郎 申込書.xlsx", "融資/旧")
    '融資/旧/山＊＊＊.xlsx'
    """
    name = path.replace("\\", "/").rpartition("/")[2]
    stem, dot, ending = name.rpartition(".")
    is_ending = bool(dot) and len(ending) <= 5 and ending.isascii() and ending.isalpha()
    masked = (stem if is_ending else name)[:_STEM_SHOWN] + "＊＊＊" + (f".{ending}" if is_ending else "")
    return "/".join(filter(None, (place, masked)))[-_LONGEST:]


def make_telling(engine: Detector) -> Callable[[str], bool]:
    """Return what says whether a folder's name is personal: a name, a number, anything but where a branch lies."""

    def is_telling(name: str) -> bool:
        if any(not _DAY.fullmatch(found) for found in _DIGITS.findall(name)):
            return True
        return any(each.label not in _OF_PLACES for each in engine.detect(name, ""))

    return is_telling
