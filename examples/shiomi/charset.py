"""Text to the bytes that Japanese offices really leave behind, including what Windows mail calls ISO-2022-JP."""

from __future__ import annotations

import codecs
from functools import cache


def encode_text(text: str, charset: str) -> bytes:
    r"""Return the bytes of the text; `cp50221` is ISO-2022-JP as Windows writes it, `utf-16-le` carries its mark.

    Raises UnicodeEncodeError for a character the charset lacks, LookupError for an unknown charset.

    >>> encode_text("①ｱ", "cp50221")
    b'\x1b$B-!\x1b(I1\x1b(B'
    """
    if charset == "cp50221":
        return _encode_cp50221(text)
    mark = codecs.BOM_UTF16_LE if charset == "utf-16-le" else b""
    return mark + text.encode(charset)


def _encode_cp50221(text: str) -> bytes:
    out = bytearray()
    state = b"(B"
    for character in text:
        wanted, code = _jis(character)
        if wanted != state:
            out += b"\x1b" + wanted
            state = wanted
        out += code
    if state != b"(B":
        out += b"\x1b(B"
    return bytes(out)


@cache
def _jis(character: str) -> tuple[bytes, bytes]:
    """Return the escape and the code: ASCII, half-width kana (JIS X 0201) or two bytes with the rows of NEC."""
    if character.isascii():
        return b"(B", character.encode("ascii")
    code = _nec_selected().get(character) or character.encode("cp932")
    if len(code) == 1:
        return b"(I", bytes([code[0] & 0x7F])
    lead, trail = code
    row = (lead - (0x81 if lead < 0xA0 else 0xC1)) * 2 + 0x21
    if trail >= 0x9F:
        return b"$B", bytes([row + 1, trail - 0x7E])
    return b"$B", bytes([row, trail - (0x1F if trail < 0x7F else 0x20)])


@cache
def _nec_selected() -> dict[str, bytes]:
    """Return the characters of rows 89-92 (髙, 﨑 …): JIS has room for them there, not where CP932 writes them."""
    codes = (bytes([lead, trail]) for lead in (0xED, 0xEE) for trail in range(0x40, 0xFD) if trail != 0x7F)
    return {code.decode("cp932"): code for code in codes if code.decode("cp932", "ignore")}
