"""PowerPoint of 1997-2003: text of slides, notes, masters and comments out of the tree of records."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple

from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_narrow
from morasanu.extract.reason import unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_LOCKED: Final = b"\xdf\xc4\xd1\xf3"
_SLIDE, _NOTES, _MASTER, _HANDOUT = 0x03EE, 0x03F0, 0x03F8, 0x0FC9
_LIST, _PERSIST, _DIRECTORY = 0x0FF0, 0x03F3, 0x1772
_CHARACTERS, _BYTES, _STRING, _OBJECT = 0x0FA0, 0x0FA8, 0x0FBA, 0x1011
_COMMENT: Final = 0x2EE0
_OWNERS: Final = {_NOTES: "notes", _MASTER: "master", _HANDOUT: "handout", _COMMENT: "comment"}
_LISTS: Final = {0: "slide", 1: "master", 2: "notes"}
_MAX_TEXTS: Final = 500_000


class Record(NamedTuple):
    """One record: its kind and instance, where its body lies, and the innermost record above that owns text."""

    at: int
    kind: int
    instance: int
    start: int
    end: int
    is_container: bool
    owner: tuple[int, int, int]  # kind, instance and place of the owner


def is_locked(user: bytes) -> bool:
    """Return whether the stream `Current User` says that the presentation is encrypted."""
    return user[12:16] == _LOCKED


def read_slides(stream: bytes, task: Task) -> Iterator[Extracted]:
    """Yield a piece per slide, notes page, master and comment, and embedded objects as members.

    Versions of a slide that a quick save left behind are read too. Records that claim more than there is are cut.
    """
    numbers = _number_slides(stream)
    found: dict[str, list[str]] = {}
    slide = texts = objects = 0
    is_cut = False
    for record in _walk(stream):
        is_cut = is_cut or record.end > len(stream)
        if record.kind == _PERSIST and record.owner[0] == _LIST:
            slide = slide + 1 if record.at > record.owner[2] else 1
        elif record.kind == _LIST:
            slide = 0
        elif record.kind == _OBJECT and not record.is_container and objects < task.limits.members:
            objects += 1
            yield from _read_object(stream, record, objects, task)
        text = _read_text(stream, record)
        if text:
            found.setdefault(_name_part(record.owner, slide, numbers), []).append(text)
            texts += 1
            if texts >= _MAX_TEXTS:
                yield unread("MRS-X-022", "", "records")
                break
    for part, lines in found.items():
        yield Piece(part, "".join(f"{line}\n" for line in lines))
    if is_cut or not stream:
        yield unread("MRS-X-021")


def _walk(stream: bytes) -> Iterator[Record]:
    """Yield every record, containers before their content. Moves on by eight bytes at least, however they are nested."""
    at = 0
    above: list[tuple[int, tuple[int, int, int]]] = []
    while at + 8 <= len(stream):
        while above and at >= above[-1][0]:
            above.pop()
        owner = above[-1][1] if above else (0, 0, 0)
        head, kind, length = struct.unpack_from("<HHI", stream, at)
        instance = head >> 4
        if kind == 0 and length == 0 and head == 0 and not above:
            if stream[at:].strip(b"\0"):  # otherwise zeros fill the last sector
                yield Record(at, 0, 0, at, len(stream) + 1, False, owner)  # what follows is lost
            break
        # what newer versions keep for themselves is a zip in the dress of a container
        is_container = head & 0xF == 0xF and not stream.startswith(b"PK\x03\x04", at + 8)
        yield Record(at, kind, instance, at + 8, at + 8 + length, is_container, owner)
        limit = above[-1][0] if above else len(stream)
        if is_container:
            if kind in _OWNERS or kind in {_SLIDE, _LIST}:
                owner = (kind, instance, at)
            above.append((min(at + 8 + length, limit), owner))
            at += 8
        else:
            # a record that claims more than its container has costs no more than that
            at = min(at + 8 + length, limit)


def _number_slides(stream: bytes) -> dict[int, str]:
    """Return the name of the slide or notes page whose record stands at a place of the stream."""
    places: dict[int, int] = {}
    order: list[tuple[str, int]] = []
    for record in _walk(stream):
        if record.is_container:
            continue
        if record.kind == _DIRECTORY:
            _read_directory(stream[record.start : record.end], places)
        elif record.kind == _PERSIST and record.owner[0] == _LIST:
            identity = int.from_bytes(stream[record.start : record.start + 4], "little")
            order.append((_LISTS.get(record.owner[1], "slide"), identity))
    counts = dict.fromkeys(_LISTS.values(), 0)
    names: dict[int, str] = {}
    for kind, identity in order:
        counts[kind] += 1
        names[places.get(identity, -1)] = f"{kind} {counts[kind]}"
    return names


def _read_directory(body: bytes, places: dict[int, int]) -> None:
    at = 0
    while at + 4 <= len(body):
        (entry,) = struct.unpack_from("<I", body, at)
        first, count = entry & 0xFFFFF, min(entry >> 20, (len(body) - at - 4) // 4)
        for index, place in enumerate(struct.unpack_from(f"<{count}I", body, at + 4)):
            places[first + index] = place
        at += 4 + 4 * count


def _name_part(owner: tuple[int, int, int], slide: int, numbers: dict[int, str]) -> str:
    kind, instance, at = owner
    if kind == _LIST:
        return f"{_LISTS.get(instance, 'slide')} {slide}"
    return numbers.get(at) or ("slide (older version)" if kind == _SLIDE else _OWNERS.get(kind, "document"))


def _read_text(stream: bytes, record: Record) -> str:
    if record.is_container or record.kind not in {_CHARACTERS, _BYTES, _STRING}:
        return ""
    body = stream[record.start : record.end]
    text = decode_narrow(body) if record.kind == _BYTES else body[: len(body) & ~1].decode("utf-16-le", "replace")
    text = text.replace("\r", "\n").replace("\x0b", "\n").replace("\x00", "").strip("\n")
    return "" if text.startswith("___PPT") or text in {"*", ""} else text


def _read_object(stream: bytes, record: Record, number: int, task: Task) -> Iterator[Extracted]:
    body = stream[record.start : record.end]
    part = f"object {number}"
    if record.instance == 1:
        limit = min(task.limits.member_bytes, max(1_000_000, task.limits.ratio * len(body)))
        inflater = zlib.decompressobj()
        try:
            body = inflater.decompress(body[4:], limit + 1)
        except zlib.error:
            yield unread("MRS-X-021", part)
            return
        if len(body) > limit:
            yield unread("MRS-X-022", part, "bytes")
            return
    yield Member(part, f"object{number}", body)
