"""Finds the checkpoint in a file that came back from outside: as it left, in a mail, with the line ends of another system."""

from __future__ import annotations

import re
from email import message_from_bytes
from email.policy import default
from itertools import pairwise
from typing import Final

_MAIL: Final = re.compile(rb"(?:[A-Za-z-]+:|From )[^\n]*\n")
_DASH: Final = "\u2014 "
_MOST_BYTES: Final = 10_000_000


def find_kept(data: bytes) -> bytes:
    r"""Return the first paragraph of `data` that has signatures below it, with them; `data` itself when there is none.

    Nothing is verified: whoever changes a checkpoint changes what is verified next.

    >>> find_kept("Keep this.\r\n\r\nbank.example/a\r\n0\r\nAA==\r\n\r\n\u2014 bank.example/a AAAAAAA=\r\n".encode()).decode()
    'bank.example/a\n0\nAA==\n\n— bank.example/a AAAAAAA=\n'
    """
    if len(data) > _MOST_BYTES:
        return data
    text = _read_text(data).removeprefix("\ufeff").replace("\r\n", "\n")
    parts = re.split(r"\n(?:[ \t]*\n)+", text)
    for body, signed in pairwise(parts):
        if signed.startswith(_DASH):
            lines = signed.split("\n")
            below = [line for line in lines if line.startswith(_DASH)]
            return (body.lstrip("\n") + "\n\n" + "".join(f"{line}\n" for line in below)).encode()
    return data


def _read_text(data: bytes) -> str:
    if _MAIL.match(data):
        try:
            body = message_from_bytes(data, policy=default).get_body(("plain",))
            found = body.get_content() if body else ""
        except (ValueError, LookupError, AssertionError):  # what a broken mail does to the parser
            found = ""
        if isinstance(found, str) and _DASH in found:
            return found
    return data.decode("utf-8", "replace")
