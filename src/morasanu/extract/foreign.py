"""Archives that only libarchive reads: lzh, cab, rar."""

from __future__ import annotations

import logging
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from morasanu.extract.reason import refuse, unread
from morasanu.extract.unpack import Content, Source, collect, decode_name, make_label, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Task

_KINDS: Final = ((b"MSCF", "cab"), (b"Rar!\x1a\x07\x01", "rar5"), (b"Rar!", "rar"))
_BLOCK_BYTES: Final = 65_536


class ForeignExtractor:
    """Members of lzh, cab and rar archives, in their order."""

    formats: tuple[str, ...] = ("lzh", "cab", "rar")

    def missing(self) -> str:
        """Return the extra unless both the binding and the system's library are there."""
        try:
            import_module("libarchive")  # loads the system's library too
        except Exception:  # noqa: BLE001 - it raises what ctypes raises
            return "libarchive"
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield members. Raises InspectError when there are none."""
        head = file.read(8)
        kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "lha")
        file.seek(0)
        count = 0
        for out in _read_members(file, kind, task):
            count += 1
            yield out
        if not count:
            raise refuse("MRS-X-021")


def _read_members(file: BinaryIO, kind: str, task: Task) -> Iterator[Extracted]:
    # its warnings name members, and a name may be a person's
    logging.getLogger("libarchive").setLevel(logging.CRITICAL)
    size = file.seek(0, 2)
    file.seek(0)
    passphrase = task.passwords[0] if task.passwords else None
    count = 0
    try:
        # no filters: some of them start programs
        with import_module("libarchive").stream_reader(file, kind, "none", _BLOCK_BYTES, passphrase) as archive:
            for entry in archive:
                count += 1
                if count > task.limits.members:
                    yield unread("MRS-X-022", "", "members")
                    return
                yield from _read_entry(entry, f"member {count}", task, size)
    except Exception as error:  # noqa: BLE001 - whatever the library raises is damage here
        yield unread("MRS-X-020" if _is_locked(error) else "MRS-X-021")


def _read_entry(entry: Any, place: str, task: Task, size: int) -> Iterator[Extracted]:  # noqa: ANN401 - untyped library
    name = entry.pathname
    label = (decode_name(name) if isinstance(name, bytes) else make_label(name or "")) or place
    if entry.isdir:
        return
    if not entry.isfile:
        yield unread("MRS-X-005", label, "link" if entry.issym or entry.islnk else "device")
        return
    faults: list[Exception] = []
    content = collect(_list_blocks(entry, faults), task.limits, Source(entry, 0, 0), size)
    if content.code == "MRS-X-021" and faults and _is_locked(faults[0]):
        content = Content(b"", "MRS-X-020")
    yield from tell(content, label)


def _list_blocks(entry: Any, faults: list[Exception]) -> Iterator[bytes]:  # noqa: ANN401 - untyped library
    try:
        yield from entry.get_blocks(_BLOCK_BYTES)
    except Exception as error:
        faults.append(error)
        raise


def _is_locked(error: Exception) -> bool:
    return any(word in str(error).lower() for word in ("encrypt", "passphrase", "password"))
