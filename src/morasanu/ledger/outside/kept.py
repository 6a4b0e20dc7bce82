"""Finds the checkpoints in a file that came back from outside: as they left, in a mail, one after the other, with the marks of another system."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from itertools import groupby
from re import compile as compile_pattern
from typing import Final

_MAIL: Final = compile_pattern(rb"(?:[A-Za-z-]+:|From )[^\n]*\n")
_DASH: Final = "\u2014 "
_OTHER_DASH: Final = "\u2015 "
"""What the dash comes back as from the Japanese code pages."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_MOST_BYTES: Final = 10_000_000
_SIGNED: Final = ["text", "blank", "signature"]


def find_kept(data: bytes) -> list[bytes]:
    r"""Return every paragraph of `data` that has signatures below it, with them; `data` itself when there is none.

    Nothing is verified: whoever changes a checkpoint changes what is verified next.

    >>> find_kept("Keep this.\r\n\r\nbank.example/a\r\n0\r\nAA==\r\n\r\n\u2014 bank.example/a AAAAAAA=\r\n".encode())[0].decode()
    'bank.example/a\n0\nAA==\n\n— bank.example/a AAAAAAA=\n'
    """
    if len(data) > _MOST_BYTES:
        return [data]
    lines = [line.rstrip().replace(_OTHER_DASH, _DASH, 1) for line in _read_text(data).split("\n")]
    runs = [(kind, list(group)) for kind, group in groupby(lines, _name_kind)]
    return [
        ("\n".join(body) + "\n\n" + "".join(f"{line}\n" for line in signed)).encode()
        for (first, body), (second, _), (third, signed) in zip(runs, runs[1:], runs[2:], strict=False)
        if [first, second, third] == _SIGNED
    ] or [data]


def _name_kind(line: str) -> str:
    if not line:
        return "blank"
    return "signature" if line.startswith(_DASH) else "text"


def _read_text(data: bytes) -> str:
    if _MAIL.match(data):
        try:
            body = message_from_bytes(data, policy=default).get_body(("plain",))
            found = body.get_content() if body else ""
        except (ValueError, LookupError, AssertionError):  # what a broken mail does to the parser
            found = ""
        if isinstance(found, str) and any(dash in found for dash in (_DASH, _OTHER_DASH)):
            return found
    if data.startswith(_UTF_16):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp932", "replace")
