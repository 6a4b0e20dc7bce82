"""Memo files of dBASE (dbt) and FoxPro (fpt): the long texts that a table's rows point to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_HEAD_BYTES: Final = 512
_BLOCK_BYTES: Final = 512
_BLOCK_HEAD: Final = 8
_DBASE_4: Final = b"\xff\xff\x08\x00"
_TEXT_KIND: Final = 1
_END: Final = b"\x1a"
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0e-\x1f]+")
_PIECE_CHARS: Final = 200_000


class MemoExtractor:
    """Reads dbt and fpt, also what no row points to any more."""

    formats = ("memo",)

    def missing(self) -> str:
        """Return nothing: the reader is our own."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the texts, a line and more for each, then files among them. Raises InspectError MRS-X-021, MRS-X-022."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "bytes")
        if len(data) <= _HEAD_BYTES:
            raise refuse("MRS-X-021")
        lines: list[str] = []
        held = number = 0
        count = 0
        is_fox = task.name.lower().endswith(".fpt")
        for kind, memo in _list_fox(data) if is_fox else _list_dbase(data):
            if kind != _TEXT_KIND:
                count += 1
                if count > task.limits.members:
                    yield unread("MRS-X-022", "", "members")
                    return
                yield Member(f"memo {count}", "", memo)
                continue
            text = _CONTROLS.sub(" ", decode_narrow(memo)).replace("\r\n", "\n").strip()
            lines += [text] if text else []
            held += len(text)
            if held > _PIECE_CHARS:
                number += 1
                yield Piece(f"memos {number}", "\n".join(lines) + "\n")
                lines, held = [], 0
        if lines:
            yield Piece(f"memos {number + 1}" if number else "memos", "\n".join(lines) + "\n")


def _list_dbase(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the memos of dBASE: III ends each by 1A, IV puts the length in front."""
    size = int.from_bytes(data[20:22], "little")
    size = size if size and not size % 64 else _BLOCK_BYTES
    at = max(_HEAD_BYTES, size)
    while at < len(data):
        if data.startswith(_DBASE_4, at):
            length = max(int.from_bytes(data[at + 4 : at + 8], "little"), _BLOCK_HEAD)
            memo = data[at + _BLOCK_HEAD : at + length]
        else:
            end = data.find(_END, at)
            memo = data[at : end if end >= 0 else len(data)]
            length = len(memo) + 1
        yield _TEXT_KIND, memo
        at += -(-length // size) * size


def _list_fox(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the memos of FoxPro with their kind: 1 for text, 0 for a picture, 2 for an object."""
    size = max(int.from_bytes(data[6:8], "big"), 1)
    at = _HEAD_BYTES
    while at + _BLOCK_HEAD <= len(data):
        kind, length = int.from_bytes(data[at : at + 4], "big"), int.from_bytes(data[at + 4 : at + 8], "big")
        if kind > 2:  # no memo begins here
            at += size
            continue
        if length:
            yield kind, data[at + _BLOCK_HEAD : at + _BLOCK_HEAD + length]
        at += -(-(length + _BLOCK_HEAD) // size) * size


EXTRACTORS: list[Extractor] = [MemoExtractor()]
