"""Ichitaro (一太郎): the text of documents from version 5 on, also of those it keeps compressed. No description of them is public."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from morasanu.extract.interface import Member, Piece
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task
    from morasanu.extract.legacy.compound import Compound

_READABLE: Final = re.compile(
    "[\t\r\n -~\u00a5\u00b0-\u00d7\u2010-\u266f\u3000-\u33ff\u4e00-\u9fff\uf900-\ufaff\uff01-\uffee\U00020000-\U0003ffff]{2,}"
)
_MARK: Final = re.compile(rb"[A-Za-z]{4}V\.\d\d")  # read as UTF-16 they would pass for kanji
_PARTS: Final = {"documenttext": "body", "header": "header", "footer": "footer"}
_PACKED: Final = re.compile(rb"..-lh[0-7]-", re.DOTALL)
_OLD_BODY_AT: Final = 0x800
_CONTROL: Final = re.compile(rb"\xfe(.)", re.DOTALL)


def read_ichitaro(compound: Compound, task: Task) -> Iterator[Extracted]:
    """Yield body and margins of version 7 and later; what is kept compressed (jtdc) as the archive that it is.

    Of notes, frames and the like nothing is known, and that is told. Raises InspectError MRS-X-005 when no text is found.
    """
    packed = compound.read("JSCompDocument")
    if found := _PACKED.search(packed):
        yield Member("", f"{PurePath(task.name).stem}.lzh", packed[found.start() :])
        return
    is_empty = True
    for path in compound.paths:
        part = _PARTS.get(path[0].lower()) if len(path) == 1 else None
        shown = _find_text(compound.read(*path)) if part else ""
        if part and shown:
            is_empty = False
            yield Piece(part, shown)
    if is_empty:
        raise refuse("MRS-X-005", "jtd")
    yield unread("MRS-X-005", "", "jtd: body only")


def _find_text(data: bytes) -> str:
    """Return the readable stretches: UTF-16 (big-endian) between records of control."""
    text = _MARK.sub(bytes(8), data)[: len(data) & ~1].decode("utf-16-be", "replace")
    lines = (stretch.replace("\r", "\n").strip("\n") for stretch in _READABLE.findall(text))
    return "".join(f"{line}\n" for line in lines if line.strip())


def read_old_ichitaro(data: bytes) -> Iterator[Extracted]:
    """Yield the body of version 5 and 6: CP932 behind its length. Raises InspectError MRS-X-005 for version 4 and older."""
    length = int.from_bytes(data[_OLD_BODY_AT : _OLD_BODY_AT + 4], "little")
    body = data[_OLD_BODY_AT + 4 : _OLD_BODY_AT + length]
    # a control is FE and a letter, A ends a line
    text = _CONTROL.sub(lambda match: b"\n" if match[1] == b"A" else b"", body).replace(b"\0", b"")
    if not 4 < length <= len(data) - _OLD_BODY_AT:
        raise refuse("MRS-X-005", "jtd")
    shown = text.decode("cp932", "replace")
    if shown.count("\ufffd") * 10 > len(shown):
        raise refuse("MRS-X-005", "jtd")
    yield Piece("body", shown.rstrip("\n") + "\n")
    yield unread("MRS-X-005", "", "jtd: body only")
