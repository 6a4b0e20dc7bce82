"""Names in Latin letters: TARO YAMADA on a form, Yamada Taro in a mail, Dear Mr. Smith, Suzuki-san."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from morasanu.detect.label import search_pattern
from morasanu.detect.person.letters import LATIN, has_latin_stop
from morasanu.detect.person.proposal import Proposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.detect.person.book import NameBook

# without this in a text the two patterns after it have nothing to find
_TWO_WORDS: Final = re.compile(r"[ ,/](?<=[A-Za-z'\-].) ?[A-Z]")
_CAPITALS: Final = re.compile(
    r"([A-Z](?<![^ (「/|,:>。、は\n].)[A-Z'\-]{1,14}(?:,? [A-Z][A-Z'\-]{0,14}){1,4})(?=$|[)」/|,\n]| {2}|[ ]?(?:[^\x00-\x7f(]|\()| [0-9]{2,4}[./])",
    re.MULTILINE,
)
_ROMAJI: Final = re.compile(
    r"([A-Z](?<![A-Za-z0-9@._/\-].)[A-Za-z'\-]{1,14})(?:, ?| |/)([A-Z][A-Za-z'\-]{1,14})(?![A-Za-z0-9@_])"
)
_SALUTE: Final = re.compile(
    rf"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof)(?:\. ?| )|Dear (?:Mr\.? |Ms\.? |Mrs\.? )?)({LATIN})|({LATIN})(?=[-‐ ](?:san|sama)\b)"
)
_SALUTE_HINT: Final = re.compile(
    search_pattern(("san", "San", "sama", "Sama", "Dear ", "Mr", "Ms", "Miss", "Dr", "Prof"))
)
_POSSESSIVE: Final = re.compile(r"(?:['’]s|-(?:san|sama)|[-'’.])?\Z")
_CODE: Final = re.compile(r"[=;{}<>a-z]")
_MIN_CAPITALS: Final = 6


def read_latin(text: str, book: NameBook) -> Iterator[Proposal]:
    """Yield the names in Latin letters of folded `text`."""
    has_two = _TWO_WORDS.search(text)
    for match in _CAPITALS.finditer(text) if has_two else ():
        words = match.group(1).replace(",", " ").split()
        if _may_list_names(text, match) and sum(map(len, words)) >= _MIN_CAPITALS and not has_latin_stop(words):
            name = match.group(1).rstrip("'-")
            yield Proposal(match.start(1), match.start(1) + len(name), 0.66, "shape:capitals")
    for match in _ROMAJI.finditer(text) if has_two else ():
        if book.is_romaji(match.groups()):
            yield Proposal(*match.span(), 0.75, "dictionary:romaji")
    for match in _SALUTE.finditer(text) if _SALUTE_HINT.search(text) else ():
        group = match.lastindex or 0
        name = match.group(group)
        words = name.replace(",", "").split()
        if not has_latin_stop(words) and len(words[0]) > 1:
            possessive = _POSSESSIVE.search(name)
            end = match.end(group) - (len(possessive.group()) if possessive else 0)
            yield Proposal(match.start(group), end, 0.85, "honorific:latin")


def _may_list_names(text: str, match: re.Match[str]) -> bool:
    # capitals in a line of Japanese, or in a list without a small letter inside a Japanese text; never in code
    line = text[text.rfind("\n", 0, match.start()) + 1 : match.end() + 12]
    return not line.isascii() or not (text.isascii() or _CODE.search(line))
