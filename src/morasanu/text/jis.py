"""Japanese codes that Python cannot read: the vendors' rows of EUC-JP and of ISO-2022-JP (CP50220, CP50221)."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_UNKNOWN: Final = "\ufffd"
_EUC: Final = re.compile(
    rb"(?P<ascii>[\x00-\x8d\x90-\xa0]+)|(?P<kana>\x8e[\xa1-\xdf])|(?P<third>\x8f[\xa1-\xfe]{2})|(?P<pair>[\xa1-\xfe]{2})|(?P<bad>.)",
    re.DOTALL,
)
_ESCAPES: Final = {
    b"\x1b(B": "ascii", b"\x1b(J": "roman", b"\x1b(I": "kana",
    b"\x1b$@": "kanji", b"\x1b$B": "kanji", b"\x1b$(D": "third", b"\x1b$(B": "kanji", b"\x1b$(@": "kanji",
}  # fmt: skip
_ISO: Final = re.compile(rb"\x1b\([BJI]|\x1b\$\(?[@B]|\x1b\$\(D|[\x0e\x0f]|\r?\n|[^\x1b\x0e\x0f\r\n]+|.", re.DOTALL)
_FIRST_GAIJI_ROW: Final = 0xF5


@cache
def _ibm_extension() -> str:
    """Return the 106 characters at 8F F3F3 to 8F F4FE of eucJP-ms: IBM's, in order, less those that JIS has elsewhere."""
    found = []
    for lead in (0xFA, 0xFB, 0xFC):
        for trail in (*range(0x40, 0x7F), *range(0x80, 0xFD)):
            character = bytes((lead, trail)).decode("cp932", "ignore")
            if not character or character in "￢￤":
                continue
            try:
                character.encode("euc_jp")
            except UnicodeEncodeError:
                found.append(character)
            else:
                if character == "№":
                    found.append(character)
    return "".join(found)


def _pair_to_character(first: int, second: int) -> str:
    """Return the character at a row and cell of JIS X 0208 with NEC's and IBM's rows, both bytes in 0x21..0x7E."""
    lead = (first - 0x21) // 2 + 0x81
    lead += 0x40 if lead > 0x9F else 0  # Shift_JIS skips A0 to DF
    trail = second + 0x1F + (second >= 0x60) if first % 2 else second + 0x7E  # Shift_JIS skips 7F
    return bytes((lead, trail)).decode("cp932", "replace")[:1]


def _third_to_character(first: int, second: int) -> str:
    """Return the character of JIS X 0212 or of eucJP-ms at two bytes in 0xA1..0xFE."""
    if first >= _FIRST_GAIJI_ROW:
        return chr(0xE3AC + (first - _FIRST_GAIJI_ROW) * 94 + second - 0xA1)
    index = (first - 0xF3) * 94 + second - 0xA1
    extension = _ibm_extension()
    start = 94 * 2 - len(extension)
    if index >= start:
        return extension[index - start]
    return bytes((0x8F, first, second)).decode("euc_jp", "replace")[:1]


def _euc_pair(first: int, second: int) -> str:
    if first >= _FIRST_GAIJI_ROW and not 0xF9 <= first <= 0xFC:  # F9 to FC are NEC's copy of IBM's rows
        return chr(0xE000 + (first - _FIRST_GAIJI_ROW) * 94 + second - 0xA1)
    return _pair_to_character(first - 0x80, second - 0x80)


def decode_euc(data: bytes) -> str:
    """Return the text of EUC-JP bytes with NEC's row 13, IBM's characters and gaiji (as private use); U+FFFD where unreadable.

    Source: JIS X 0208, JIS X 0212, and the eucJP-ms and CP51932 rows as glibc's iconv reads them.

    >>> decode_euc("髙".encode("cp932") and bytes.fromhex("ade2fce2"))
    '№髙'
    """
    pieces = []
    for match in _EUC.finditer(data):
        found = match.group()
        match match.lastgroup:
            case "ascii":
                pieces.append(found.decode("latin-1"))
            case "kana":
                pieces.append(chr(0xFF61 + found[1] - 0xA1))
            case "third":
                pieces.append(_third_to_character(found[1], found[2]))
            case "pair":
                pieces.append(_euc_pair(found[0], found[1]))
            case _:
                pieces.append(_UNKNOWN)
    return "".join(pieces)


def decode_iso2022(data: bytes, mode: str = "ascii") -> tuple[str, str]:
    """Return the text of ISO-2022-JP bytes and the mode they end in, beginning in `mode`; U+FFFD where unreadable.

    Reads what business mail really holds (CP50220, CP50221): NEC's and IBM's rows, half-width kana by ESC ( I and by SO/SI,
    and a line that forgot to return to ASCII. Source: RFC 1468, JIS X 0208, JIS X 0212.

    >>> decode_iso2022(bytes.fromhex("1b24422d217c621b2842"))
    ('①髙', 'ascii')
    """
    pieces = []
    base = mode
    for token in _ISO.findall(data):
        if token in _ESCAPES:
            mode = base = _ESCAPES[token]
        elif token == b"\x0e":
            mode = "kana"
        elif token == b"\x0f":
            mode = base
        elif token in {b"\n", b"\r\n"}:
            mode = base = "ascii"
            pieces.append(token.decode("ascii"))
        else:
            pieces.append(_decode_run(token, mode))
    return "".join(pieces), mode


def _decode_run(run: bytes, mode: str) -> str:
    if mode in {"ascii", "roman"}:
        if run.isascii():
            return run.decode("ascii")
        # half-width kana of eight bits, as some programs leave them
        return "".join(chr(c + 0xFEC0) if 0xA1 <= c <= 0xDF else chr(c) if c < 0x80 else _UNKNOWN for c in run)
    if mode == "kana":
        return "".join(chr(0xFF61 + c - 0x21) if 0x21 <= c <= 0x5F else chr(c) if c < 0x80 else _UNKNOWN for c in run)
    pieces = []
    position = 0
    while position < len(run):
        first = run[position]
        second = run[position + 1] if position + 1 < len(run) else 0
        if first <= 0x20:  # a space or control character stands for itself
            pieces.append(chr(first))
            position += 1
        elif first < 0x7F and 0x21 <= second < 0x7F:
            if mode == "third":
                pieces.append(_third_to_character(first + 0x80, second + 0x80))
            else:
                pieces.append(_pair_to_character(first, second))
            position += 2
        else:
            pieces.append(_UNKNOWN)
            position += 1
    return "".join(pieces)
