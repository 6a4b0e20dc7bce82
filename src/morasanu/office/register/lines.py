"""Where a holding lies and where it flows as lines of a cell that people read and write: `委託｜V-001｜委託契約｜400｜備考`."""

from __future__ import annotations

import csv
import re
from difflib import get_close_matches
from io import StringIO
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.office.register.models import FLOW_KINDS
from morasanu.office.sheet.column import fold_title, settle_text
from morasanu.office.sheet.narrow import narrow
from morasanu.rules.load import Words
from morasanu.text.fold import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_BETWEEN: Final = "｜"
_CODES: Final = re.compile("[、;；]")
_COUNT: Final = re.compile(r"[0-9]{1,10}|[0-9]{1,3}(?:,[0-9]{3})+")
_PLAIN: Final = re.compile(r'[^"\x00-\x1f\ud800-\udfff\ufffe\uffff]*')
"""Lines that need no quotation marks."""
_MOST: Final = 2**31 - 1
_TRIES: Final = 200
_KINDS: Final = {fold_title(word): kind for kind, words in FLOW_KINDS.items() for word in (kind.value, *words)}


class Lying(NamedTuple):
    """Where a holding lies: a location's code and the path below it, None where a line gives only the code."""

    location: str
    path: str | None


class Passing(NamedTuple):
    """What happens to a holding; `party` is a code, empty for none."""

    kind: str
    party: str
    ground: str
    volume: int | None
    note: str


class LineError(ValueError):
    """A line that says nothing; `words` say what is wrong with it."""

    def __init__(self, ja: str, en: str) -> None:
        """Keep the words."""
        super().__init__(en)
        self.words = Words(ja, en)


class PartyNames:
    """The parties by what people write for them: code or name, width, case and spaces folded. A name that several have means none."""

    def __init__(self, names: Mapping[str, str]) -> None:
        """Take names by code."""
        self._names = names
        codes: dict[str, set[str]] = {}
        for code, name in names.items():
            codes.setdefault(fold_title(name), set()).add(code)
        self._found = {name: min(found) for name, found in codes.items() if len(found) == 1}
        self._found |= fold_codes(names)
        self._left = _TRIES

    def find(self, text: str) -> str:
        """Return the code of the party that is meant. Raises LineError with what was probably meant when there is none."""
        code = self._found.get(text) or self._found.get(fold_title(text))
        if code is not None:
            return code
        near: list[str] = []
        if self._left > 0:
            self._left -= 1
            near = get_close_matches(fold_title(text)[:60], self._found, 1, 0.5)
        meant = f"{self._found[near[0]]} {self._names[self._found[near[0]]]}" if near else ""
        raise LineError(
            f"その番号・名称の相手は見当たりません: {text}" + (f"（もしかして: {meant}）" if meant else ""),
            f"no party has that code or name: {text}" + (f" (did you mean: {meant})" if meant else ""),
        )


def _write(rows: Iterable[tuple[str, ...]]) -> str:
    """Return rows as lines in one order: a program that cannot hold a character leaves it as it is."""
    lines = [_write_line(row) for row in rows]
    if len(lines) > 1:
        lines.sort(key=lambda line: (narrow(line), line))
    return "\n".join(lines)


def _write_line(row: tuple[str, ...]) -> str:
    cells = [cell.strip() for cell in row]
    while len(cells) > 1 and not cells[-1]:
        cells.pop()
    line = _BETWEEN.join(cells)
    if _PLAIN.fullmatch(line) and line.count(_BETWEEN) == len(cells) - 1:
        return line
    text = StringIO(newline="")
    csv.writer(text, delimiter=_BETWEEN, lineterminator="\n").writerow([settle_text(cell).strip() for cell in cells])
    return text.getvalue()[:-1]


def _read(text: str) -> list[list[str]]:
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=_BETWEEN))
    except csv.Error as error:
        raise LineError("読めない行があります", "a line cannot be read") from error
    return [[cell.strip() for cell in row] for row in rows if any(map(str.strip, row))]


def write_places(rows: Iterable[Lying]) -> str:
    r"""Return where a holding lies as lines.

    >>> write_places([Lying("S-004", "融資"), Lying("CAB-1", "")])
    'CAB-1\nS-004｜融資'
    """
    return _write((each.location, each.path or "") for each in rows)


def fold_codes(codes: Iterable[str]) -> dict[str, str]:
    """Return codes by what people write for them: as they stand, or with width, case and spaces folded."""
    known = list(codes)
    return {fold_title(code): code for code in known} | {code: code for code in known}


def read_places(text: str, codes: Mapping[str, str]) -> list[Lying]:
    """Return what lines say of where a holding lies; each once. Codes alone may stand in one line. Raises LineError.

    >>> read_places("cab-1、CAB-2", fold_codes(["CAB-1", "CAB-2"]))
    [Lying(location='CAB-1', path=None), Lying(location='CAB-2', path=None)]
    """
    found = []
    for cells in _read(text):
        if len(cells) > 2:
            raise LineError("場所番号｜詳細 の形で書いてください", "write code｜folder or table")
        if len(cells) == 1:
            whole = [cells[0]] if cells[0] in codes or fold_title(cells[0]) in codes else _CODES.split(cells[0])
            found += [Lying(_find_code(code, codes), None) for code in whole if code.strip()]
        else:
            found.append(Lying(_find_code(cells[0], codes), cells[1]))
            _limit(cells[1], 400)
    return list(dict.fromkeys(found))


def _find_code(text: str, codes: Mapping[str, str]) -> str:
    code = codes.get(text.strip()) or codes.get(fold_title(text))
    if code is None:
        raise LineError(f"その場所番号は見当たりません: {text.strip()}", f"no location has that code: {text.strip()}")
    return code


def settle_places(text: str, before: str, codes: Mapping[str, str]) -> str:
    """Return what lines say in the form of `write_places`; a location whose code alone stands there keeps its paths of `before`."""
    given = read_places(text, codes)
    told = {each.location for each in given if each.path is not None}
    kept = read_places(before, codes)
    found: list[Lying] = []
    for each in given:
        stays = [old for old in kept if old.location == each.location] if each.path is None else []
        found += stays if stays and each.location not in told else [each]
    return write_places(dict.fromkeys(Lying(each.location, each.path or "") for each in found))


def write_flows(rows: Iterable[Passing]) -> str:
    """Return what happens to a holding as lines.

    >>> write_flows([Passing("entrust", "V-001", "委託契約", 400, "")])
    '委託｜V-001｜委託契約｜400'
    """
    said = {kind.value: words.ja for kind, words in FLOW_KINDS.items()}
    return _write(
        (said[each.kind], each.party, each.ground, "" if each.volume is None else str(each.volume), each.note)
        for each in rows
    )


def read_flows(text: str, parties: PartyNames) -> list[Passing]:
    """Return what lines say of what happens to a holding. Raises LineError."""
    found = []
    for cells in _read(text):
        if len(cells) > 5:
            raise LineError(
                "流れ｜相手｜根拠｜年間の件数｜備考 の形で書いてください", "write kind｜party｜ground｜a year｜note"
            )
        kind, party, ground, volume, note = (*cells, *[""] * (5 - len(cells)))
        if fold_title(kind) not in _KINDS:
            raise LineError(f"その流れはありません: {kind}", f"no such kind of flow: {kind}")
        count = _read_count(volume)
        _limit(ground, 200)
        _limit(note, 1_000)
        found.append(Passing(_KINDS[fold_title(kind)], parties.find(party) if party else "", ground, count, note))
    return found


def _read_count(text: str) -> int | None:
    folded = fold(text).text.strip()
    if not folded:
        return None
    count = int(folded.replace(",", "")) if _COUNT.fullmatch(folded) else -1
    if not 0 <= count <= _MOST:
        raise LineError(f"年間の件数は0以上の整数で書いてください: {text}", f"write a whole number a year: {text}")
    return count


def _limit(text: str, longest: int) -> None:
    if len(text) > longest:
        raise LineError(f"長すぎます（{longest}文字まで）", f"too long (at most {longest} characters)")
