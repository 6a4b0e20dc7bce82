"""What messages and mailboxes look like from outside, where no suffix says so: their first lines (RFC 5322, RFC 4155)."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

_FIELD: Final = re.compile(rb"([!-9;-~]{1,76}):[ \t]*(.*)", re.DOTALL)
_MACHINE: Final = {
    b"received": re.compile(rb"(?:from|by|with)\s|\(", re.IGNORECASE),
    b"return-path": re.compile(rb"<"),
    b"message-id": re.compile(rb"<[^>]*>"),
    b"mime-version": re.compile(rb'"?1\.0'),
}
"""Fields that programs write and people do not, with how their values begin."""
_KNOWN: Final = frozenset(
    (
        *_MACHINE, b"from", b"to", b"cc", b"bcc", b"sender", b"reply-to", b"subject", b"date", b"delivered-to",
        b"content-type", b"in-reply-to", b"references", b"x-mozilla-status", b"dkim-signature",
    )
)  # fmt: skip
_MAILDIR: Final = re.compile(r"\d{9,11}\.[^/\\]*[:;!]2,[A-Za-z]*")
_NAMED: Final = frozenset((".eml", ".mht", ".mhtml", ".nws"))
_LENGTH: Final = re.compile(rb"\d{1,10}[ \t]*\r?\n")
_SEPARATOR: Final = re.compile(rb"From [^\n]*\n")


def recognise_mail(head: bytes, name: str) -> str:
    r"""Return `eml`, `mbox`, `emlx` or `bmf` when `head`, the first bytes of a file called `name`, is of one, else `""`.

    Fields that people write (`From: …`, `Date: …` at the head of a memo) are not enough unless the name says that it is mail.

    >>> recognise_mail(b"Return-Path: <a@b.example>\nSubject: x\n\n", "new/1"), recognise_mail(b"From: a\nDate: b\n\n", "memo")
    ('eml', '')
    """
    suffix = PurePath(name).suffix.lower()
    head = head.removeprefix(b"\xef\xbb\xbf")
    if is_message(head):
        return "bmf" if suffix == ".bmf" else "eml"
    is_named = suffix in _NAMED or _MAILDIR.fullmatch(PurePath(name).name) is not None
    if is_named and _FIELD.match(head.partition(b"\n")[0]):
        return "eml"
    if (separator := _SEPARATOR.match(head)) and is_message(head[separator.end() :]):
        return "mbox"
    if (length := _LENGTH.match(head)) and (suffix == ".emlx" or is_message(head[length.end() :])):
        return "emlx"
    return ""


def is_message(head: bytes) -> bool:
    r"""Return whether `head` begins with the header of a message: nothing but fields, one of them a program's.

    >>> is_message(b"Subject: x\r\nMIME-Version: 1.0\r\n\r\nbody"), is_message(b"MIME-Version: 1.0 is old")
    (True, False)
    """
    lines = head.split(b"\n")
    known: set[bytes] = set()
    machine = False
    for number, line in enumerate(lines):
        bare = line.rstrip(b"\r")
        if not bare and number < len(lines) - 1:  # the empty line that ends a header
            break
        if bare[:1] in (b" ", b"\t") and number:
            continue
        field = _FIELD.match(bare)
        if field is None:
            if number < len(lines) - 1 or not number:
                return False
            break  # cut off in the middle of a line
        label = field[1].lower()
        if label in _KNOWN:
            known.add(label)
        machine = machine or (label in _MACHINE and _MACHINE[label].match(field[2]) is not None)
    return machine and len(known) > 1
