"""Of how many persons: a small sketch of names that can be merged, and the estimate with its range.

Full names are kept as keyed hashes, the `SKETCH_SIZE` smallest of them (k minimum values: Bar-Yossef et al., 2002); dates
of birth and customer numbers on the same line tell namesakes apart. Names alone give the low end, surnames without a given
name and numbers without a name may be further persons and give the high end.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from morasanu.finding import Finding

SKETCH_SIZE: Final = 4096
"""Names kept of one sketch: up to here counts are exact, beyond the standard error is about 1.6 %."""
_MAX_NAMESAKES: Final = 8
_SPACE: Final = 2**64
_BARE: Final = ("MY_NUMBER", "BANK_ACCOUNT", "EMAIL", "PHONE", "CREDIT_CARD", "PENSION_NUMBER", "HEALTH_INSURANCE")  # fmt: skip
_MIN_FULL_KANJI: Final = 3
_KANA: Final = re.compile("[ぁ-ー ]*")
_SIGNS: Final = re.compile(r"[\W_]+")  # all but letters and digits


class Estimate(NamedTuple):
    """How many distinct persons: at least, most likely, at most."""

    low: int
    likely: int
    high: int


@dataclass(slots=True)
class PersonSketch:
    """Whom findings concern, without their names.

    `full` maps hashes of full names to the hashes of birth dates and customer numbers met beside them; `short` holds
    surnames alone; `bare`, by label, identifiers on lines without a name, and all customer numbers.
    """

    full: dict[int, tuple[set[int], set[int]]] = field(default_factory=dict)
    short: set[int] = field(default_factory=set)
    bare: dict[str, set[int]] = field(default_factory=dict)

    def merge(self, other: PersonSketch) -> None:
        """Take in what `other` knows."""
        for name, (births, customers) in other.full.items():
            mine = self.full.setdefault(name, (set(), set()))
            mine[0].update(births)
            mine[1].update(customers)
            _cap(mine)
        self.short |= other.short
        for label, values in other.bare.items():
            self.bare.setdefault(label, set()).update(values)
        self.trim()

    def trim(self) -> None:
        """Keep only what the sketch has room for."""
        if len(self.full) > SKETCH_SIZE:
            kept = sorted(self.full)[:SKETCH_SIZE]
            self.full = {name: self.full[name] for name in kept}
        for values in (self.short, *self.bare.values()):
            if len(values) > SKETCH_SIZE:
                values.intersection_update(sorted(values)[:SKETCH_SIZE])

    def estimate(self) -> Estimate:
        """Return how many distinct persons the sketch stands for.

        >>> sketch = PersonSketch(full={1: ({7, 8}, set()), 2: (set(), set())}, short={3})
        >>> sketch.estimate()
        Estimate(low=2, likely=3, high=4)
        """
        names, error = _count(self.full)
        namesakes = sum(map(_count_namesakes, self.full.values())) / max(1, len(self.full))
        short, _ = _count(self.short)
        customers, _ = _count(self.bare.get("CUSTOMER_ID", set()))
        bare = max((_count(values)[0] for label, values in self.bare.items() if label != "CUSTOMER_ID"), default=0.0)
        known = max(names * namesakes, customers)
        likely = known or max(short, bare)
        low = names * (1 - 2 * error) if names else 0
        high = known * (1 + 2 * error) + short + bare
        return Estimate(round(low), round(likely), round(high))

    def pack(self) -> bytes:
        """Return the sketch as bytes that `unpack` reads."""
        full = [[name, sorted(births), sorted(customers)] for name, (births, customers) in sorted(self.full.items())]
        bare = {label: sorted(values) for label, values in self.bare.items()}
        return json.dumps([full, sorted(self.short), bare], separators=(",", ":")).encode()

    @classmethod
    def unpack(cls, data: bytes) -> PersonSketch:
        """Return the sketch that was packed.

        >>> PersonSketch.unpack(PersonSketch(short={5}).pack())
        PersonSketch(full={}, short={5}, bare={})
        """
        full, short, bare = json.loads(data)
        return cls({n: (set(b), set(c)) for n, b, c in full}, set(short), {k: set(v) for k, v in bare.items()})


def _cap(entry: tuple[set[int], set[int]]) -> None:
    for values in entry:
        if len(values) > _MAX_NAMESAKES:
            values.intersection_update(sorted(values)[: _MAX_NAMESAKES + 1])


def _count_namesakes(entry: tuple[set[int], set[int]]) -> int:
    """Return how many persons bear a name; one that stands beside ever new numbers is a clerk's, not its customers'."""
    most = max(map(len, entry))
    return most if 0 < most <= _MAX_NAMESAKES else 1


def _count(values: dict[int, tuple[set[int], set[int]]] | set[int]) -> tuple[float, float]:
    """Return how many distinct values the kept smallest ones stand for, and the relative standard error."""
    if len(values) < SKETCH_SIZE:
        return float(len(values)), 0.0
    return (SKETCH_SIZE - 1) * _SPACE / max(values), (SKETCH_SIZE - 2) ** -0.5


def sketch_persons(text: str, findings: Sequence[Finding], key: bytes) -> PersonSketch:
    """Return the sketch of whom `findings` in `text` concern; hashes are keyed by `key` (at most 64 bytes)."""
    sketch = PersonSketch()
    for _, line in groupby(findings, key=lambda finding: text.rfind("\n", 0, finding.start)):
        _add_line(sketch, text, line, key)
    sketch.trim()
    return sketch


def _add_line(sketch: PersonSketch, text: str, line: Iterable[Finding], key: bytes) -> None:
    values: dict[str, list[str]] = {}
    for finding in line:
        values.setdefault(finding.label, []).append(text[finding.start : finding.end])
    names = [_plain(name) for name in values.get("PERSON", ())]
    if not all(map(_is_kana, names)):
        names = [name for name in names if not _is_kana(name)]  # a reading beside its name is the same person
    full = {name for name in names if _is_full(name)}
    customers = _hashes(values.get("CUSTOMER_ID", ()), key)
    for name in full:
        entry = sketch.full.setdefault(_hash(name.replace(" ", ""), key), (set(), set()))
        if len(full) == 1:
            entry[0].update(_hashes(values.get("DATE_OF_BIRTH", ()), key))
            entry[1].update(customers)
            _cap(entry)
    sketch.short.update(_hash(name, key) for name in names if name not in full and not _begins(name, full))
    if customers:
        sketch.bare.setdefault("CUSTOMER_ID", set()).update(customers)
    for label in _BARE if not names else ():
        if label in values:
            sketch.bare.setdefault(label, set()).update(_hashes(values[label], key))


def _begins(surname: str, full: Iterable[str]) -> bool:
    return any(name.startswith(surname) for name in full)


def _hashes(values: Iterable[str], key: bytes) -> set[int]:
    return {_hash(_SIGNS.sub("", fold(value).text), key) for value in values}


def _plain(name: str) -> str:
    return " ".join(fold(name).text.replace("・", " ").split()).lower()


def _is_full(name: str) -> bool:
    return " " in name or (len(name) >= _MIN_FULL_KANJI and "一" <= name[0] <= "龯")


def _is_kana(name: str) -> bool:
    return _KANA.fullmatch(name) is not None


def _hash(value: str, key: bytes) -> int:
    return int.from_bytes(blake2b(value.encode("utf-8", "replace"), digest_size=8, key=key).digest())
