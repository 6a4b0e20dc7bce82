"""Mail headers as they really come: encoded words cut anywhere, bytes that should not be there, parameters in four ways."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

from morasanu.text.charset import decode_bytes
from morasanu.text.jis import decode_euc, decode_iso2022

_SEVEN_BIT: Final = frozenset(("iso-2022-jp", "cp50220", "cp50221", "cp50222", "csiso2022jp", "iso-2022-jp-ms", "jis"))
_SHIFT: Final = frozenset(
    ("shift_jis", "shift-jis", "sjis", "x-sjis", "ms_kanji", "windows-31j", "cp932", "ms932", "cswindows31j")
)
_EUC: Final = frozenset(("euc-jp", "x-euc-jp", "eucjp", "euc_jp", "cp51932", "eucjp-ms"))
# codecs that are no character sets (`idna`, `zip`) are slow or worse
_ORDINARY: Final = re.compile(
    r"(?:utf|us-ascii|ascii|iso-?8859|latin|windows-|cp|gb|hz|big5|koi8|euc|ks_c|tis|mac)[\w-]{0,16}"
)
_ESCAPES: Final = re.compile(rb"\x1b[$(]")
_WORD: Final = re.compile(r"=\?([^?\s=]{1,60})\?([bBqQ])\?([^?]*)(?:\?=|\Z)")
_FOLD: Final = re.compile(rb"\r?\n[ \t]?")
_HEX: Final = re.compile(rb"=([0-9A-Fa-f]{2})")
_PARAMETER: Final = re.compile(
    r""";\s*([\w.-]{1,40}?)(?:\*(\d{1,3}))?(\*)?\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)""", re.DOTALL
)
_PARAMETER_CHARACTERS: Final = 20_000


class Text(NamedTuple):
    """Text with whether all its bytes could be read."""

    text: str
    is_whole: bool


def decode_declared(data: bytes, charset: str) -> Text:
    r"""Return the text of `data` in the set that mail declares, in the set it really is in where that fails.

    >>> decode_declared(bytes.fromhex("1b24422d217c621b2842"), "ISO-2022-JP").text
    '①髙'
    >>> decode_declared("髙橋".encode("cp932"), "us-ascii").text
    '髙橋'
    """
    name = charset.strip().strip("\"'").lower().partition("*")[0]
    text = _decode_strictly(data, name)
    if text is not None:
        return Text(text, is_whole=True)
    decoded = decode_bytes(data)
    if decoded is None or decoded.unreadable:
        # a name is short enough to be mistaken for a little broken UTF-8
        text = _decode_strictly(data, "cp932")
        if text is not None:
            return Text(text, is_whole=True)
    has_escapes = name in _SEVEN_BIT or (decoded is not None and "\x1b$" in decoded.text)
    if decoded and not (has_escapes and (decoded.unreadable or "\x1b$" in decoded.text)):
        return Text(decoded.text, decoded.unreadable == 0)
    if has_escapes:
        return Text(decode_iso2022(data)[0], is_whole=False)
    return Text(data.decode("cp932", "replace"), is_whole=False)


def _decode_strictly(data: bytes, name: str) -> str | None:
    """Return the text when every byte fits the set `name`, else None."""
    if name in _SEVEN_BIT:
        text = decode_iso2022(data)[0]
        return None if "\ufffd" in text else text
    if _ESCAPES.search(data):
        return None  # whatever is declared, this is ISO-2022-JP
    if name in _EUC:
        text = decode_euc(data)
        return None if "\ufffd" in text else text
    if not name or not (name in _SHIFT or _ORDINARY.fullmatch(name)):
        return None
    try:
        return data.decode("cp932" if name in _SHIFT else name)
    except (UnicodeError, LookupError):
        return None


def to_bytes(value: str) -> bytes:
    """Return the bytes of a header that the parser kept as ASCII with surrogates."""
    return (
        value.encode("ascii", "surrogateescape")
        if value.isascii() or _is_kept(value)
        else value.encode("utf-8", "replace")
    )


def _is_kept(value: str) -> bool:
    try:
        value.encode("ascii", "surrogateescape")
    except UnicodeError:
        return False
    return True


def decode_header(value: str) -> str:
    """Return the text of a header: unfolded, encoded words decoded, raw bytes in the set they are in.

    Words that follow each other in one set are joined before they are decoded: many programs cut characters.
    Source: RFC 2047, and what breaks it.

    >>> decode_header("=?UTF-8?B?6auZ?= =?utf-8?q?=E6=A9=8B?= <a@bank.example>")
    '髙橋 <a@bank.example>'
    """
    raw = _FOLD.sub(b" ", to_bytes(value))
    text = raw.decode("ascii") if raw.isascii() and b"\x1b" not in raw else decode_declared(raw, "").text
    pieces: list[str] = []
    pending: list[bytes] = []
    charset, end = "", 0
    for word in _WORD.finditer(text):
        between = text[end : word.start()]
        name = word[1].lower()
        if pending and (between.strip() or name != charset):
            pieces.append(decode_declared(b"".join(pending), charset).text)
            pending = []
        if between.strip() or not end:
            pieces.append(between)
        charset, end = name, word.end()
        pending.append(_decode_word(word[2], word[3]))
    if pending:
        pieces.append(decode_declared(b"".join(pending), charset).text)
    return "".join((*pieces, text[end:])).strip()


def _decode_word(encoding: str, body: str) -> bytes:
    data = body.encode("ascii", "ignore")
    if encoding in "qQ":
        return _HEX.sub(lambda match: bytes.fromhex(match[1].decode("ascii")), data.replace(b"_", b" "))
    data = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    try:
        return base64.b64decode(data[: len(data) - (len(data) % 4 == 1)] + b"=" * (-len(data) % 4 % 3))
    except binascii.Error:
        return b""


def read_parameter(value: str, *names: str) -> str:
    """Return the first of the parameters `names` that a header has (RFC 2231, RFC 2047 or raw), `""` without one.

    >>> read_parameter("attachment; filename*0*=utf-8''%E9%AB; filename*1*=%99.txt", "filename")
    '髙.txt'
    """
    raw = _FOLD.sub(b" ", to_bytes(value[:_PARAMETER_CHARACTERS]))
    text = raw.decode("ascii") if raw.isascii() and b"\x1b" not in raw else decode_declared(raw, "").text
    plain: dict[str, str] = {}
    parts: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for match in _PARAMETER.finditer(text):
        name, number, is_coded, body = match[1].lower(), match[2], bool(match[3]), match[4].strip()
        if body.startswith('"'):
            body = re.sub(r"\\(.)", r"\1", body[1:].removesuffix('"'))
        if number is None and not is_coded:
            plain.setdefault(name, body)
        else:
            data = unquote_to_bytes(body) if is_coded else body.encode("utf-8", "replace")
            parts.setdefault(name, {}).setdefault(int(number or 0), (data, is_coded))
    for name in names:
        if name in parts:
            return _join_parts(parts[name])
        if name in plain:
            return decode_header(plain[name]) if "=?" in plain[name] else plain[name]
    return ""


def _join_parts(parts: dict[int, tuple[bytes, bool]]) -> str:
    data = b"".join(parts[number][0] for number in sorted(parts))
    charset = ""
    if parts[min(parts)][1] and data.count(b"'") >= 2:
        before, _, rest = data.partition(b"'")
        charset, data = before.decode("ascii", "replace"), rest.partition(b"'")[2]
    return decode_declared(data, charset).text
