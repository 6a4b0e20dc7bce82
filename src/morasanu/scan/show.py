"""Names and values as text that can be written anywhere."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final
from unicodedata import category

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def show_path(path: str) -> str:
    r"""Return `path` as one line of text that can be written anywhere; an older character set is read as Japanese.

    >>> show_path("台帳.csv"), show_path(b"\x91\xe4\x92\xa0.csv".decode("utf-8", "surrogateescape")), show_path("a\x1bb")
    ('台帳.csv', '台帳.csv', 'a\\x1bb')
    """
    text = show_text(path)
    return "".join(f"\\x{ord(c):02x}" if category(c) == "Cc" else c for c in text)


def show_text(text: str) -> str:
    r"""Return `text` without the lone surrogates that stand for undecodable bytes.

    >>> show_text("あ\udfff")
    'あ\\udfff'
    """
    if text.isascii() or not _SURROGATE.search(text):
        return text
    is_bytes = all("\udc80" <= half <= "\udcff" for half in _SURROGATE.findall(text))
    data = text.encode("utf-8", "surrogateescape") if is_bytes else b""
    for charset in ("utf-8", "cp932", "euc_jp"):
        with suppress(UnicodeDecodeError):
            return data.decode(charset) if data else text.encode("utf-8", "backslashreplace").decode()
    return data.decode("utf-8", "backslashreplace")
