"""Addresses of places: their host, and names of folders and objects as parts of them, whatever those names hold."""

from __future__ import annotations

from typing import Final, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from morasanu.errors import InputError

_MEANING: Final = frozenset("%?#")
"""What has a meaning in an address and so cannot stand in a name of it."""
_WIDE_SPACE: Final = "\u3000"


class Address(NamedTuple):
    """An address cut up: host in ASCII (`xn--…`), port (None: the usual one), path without its first `/`, as written."""

    host: str
    port: int | None
    path: str


def cut_address(url: str) -> Address:
    """Return the parts of `url`. Raises InputError MRS-I-030 when it is none.

    >>> cut_address("imaps://メール.example.jp:1993/受信箱")
    Address(host='xn--4dkua4c.example.jp', port=1993, path='受信箱')
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        ascii_host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError:  # UnicodeError is one
        host = ascii_host = ""
    if not ascii_host or not all(_is_plain(character) for character in url):
        raise InputError(
            "MRS-I-030",
            "宛先の書き方が違います（例: imaps://mail.example.jp/INBOX）",
            "not an address (such as imaps://mail.example.jp/INBOX)",
        )
    return Address(ascii_host, port, parts.path.removeprefix("/"))


def show_name(name: str, also: str = "") -> str:
    r"""Return `name` as it stands in an address: what has a meaning there or cannot be seen is escaped, like `also`.

    >>> show_name("50%の\n控え/写し", "/")
    '50%25の%0A控え%2F写し'
    """
    if name.isprintable() and _MEANING.isdisjoint(name) and not any(character in also for character in name):
        return name
    return "".join(
        character
        if _is_plain(character) and character not in _MEANING and character not in also
        else quote(character.encode("utf-8", "surrogatepass"), safe="") or character
        for character in name
    )


def read_name(shown: str) -> str:
    """Return the name that stands in an address as `shown`.

    >>> read_name("50%25の控え")
    '50%の控え'
    """
    return unquote(shown, errors="surrogatepass")


def _is_plain(character: str) -> bool:
    return character.isprintable() or character == _WIDE_SPACE
