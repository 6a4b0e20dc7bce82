"""What only libarchive reads: lzh, cab, rar, and from UNIX cpio, ISO images, .Z, .lz4; members of 7z and zip packed in rare ways."""

from __future__ import annotations

import ctypes
import logging
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from morasanu.extract.archive.unpack import Content, Source, collect, decode_name, make_label, strip_suffix, tell
from morasanu.extract.interface import Unread
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from morasanu.extract.interface import Extracted, Task

_KINDS: Final = (
    (b"MSCF", "cab"), (b"Rar!\x1a\x07\x01", "rar5"), (b"Rar!", "rar"), (b"0707", "cpio"), (b"\xc7\x71", "cpio"), (b"\x71\xc7", "cpio"),
)  # fmt: skip
_STREAMS: Final = ((b"\x1f\x9d", "compress"), (b"\x04\x22\x4d\x18", "lz4"))
_RARS: Final = frozenset(("rar", "rar5"))
_BLOCK_BYTES: Final = 65_536
_RESTARTS: Final = 20
_FATAL: Final = -30


class _Stopped(Exception):  # noqa: N818 - the fault is told where it happened
    """The library cannot go on behind a member."""


class ForeignExtractor:
    """Members of archives, in their order; of a packed stream the file inside."""

    formats: tuple[str, ...] = ("lzh", "cab", "rar", "cpio", "iso", "z", "lz4")

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
        stream = next((kind for magic, kind in _STREAMS if head.startswith(magic)), "")
        kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "raw" if stream else "lha")
        if kind == "lha" and not head.strip(b"\0"):
            kind = "iso9660"
        file.seek(0)
        found = _read_members(file, (kind, stream or "none"), task)
        first = next(found, None)
        if isinstance(first, Unread) and not first.part:
            raise refuse(first.code)
        if first:
            yield first
        yield from found


def read_left(file: BinaryIO, left: Mapping[int, tuple[str, int]], task: Task) -> Iterator[Extracted]:
    """Yield members of a 7z archive that nothing else unpacks: `left` gives the labels and sizes by their places in it.

    Those that the library cannot unpack either are told (MRS-X-005).
    """
    rest = dict(left)
    with suppress(Exception), _open(file, ("7zip", "none"), "hdrcharset=UTF-8", ()) as archive:
        for number, entry in enumerate(archive):
            label, size = rest.get(number, ("", 0))
            if not size or entry.size != size:
                continue
            faults: list[Exception] = []
            content = collect(_list_blocks(entry, faults), task.limits, Source(entry, 0, 0), file.seek(0, 2))
            if faults and not content.data:
                break
            del rest[number]
            yield from tell(content, label)
    for label, _ in rest.values():
        yield unread("MRS-X-005", label, "7z method")


def list_blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield the bytes of the first member of a zip, whatever its checksum. Raises what the library raises."""
    with _open(file, ("zip", "none"), "ignorecrc32", ()) as archive:
        yield from next(iter(archive)).get_blocks(_BLOCK_BYTES)


def _read_members(file: BinaryIO, kind: tuple[str, str], task: Task) -> Iterator[Extracted]:
    """Yield the members. Where the library stops it begins anew behind that member: once more with names as bytes, if need be."""
    size = file.seek(0, 2)
    count, charset = 0, "CP932"
    for _ in range(_RESTARTS):
        before = count
        try:
            with _open(file, kind, f"hdrcharset={charset}", task.passwords) as archive:
                for number, entry in enumerate(archive, 1):
                    if number <= count:
                        continue
                    count = number
                    if number > task.limits.members:
                        yield unread("MRS-X-022", "", "members")
                        return
                    if kind[0] in _RARS and _is_locked_entry(entry):
                        # the library decrypts none, and hands out what is encrypted as if it were text
                        yield unread("MRS-X-020", _decode(entry.pathname) or f"member {number}")
                        continue
                    name = strip_suffix(task.name) if kind[0] == "raw" else ""
                    yield from _read_entry(entry, name, f"member {number}", task, size)
        except _Stopped:
            continue  # going on with a library in that state crashes
        except Exception as error:  # noqa: BLE001 - whatever the library raises is damage here
            if count == before and charset != "CP932":
                yield unread("MRS-X-020" if _is_locked(error) else "MRS-X-021")
                return
            charset = "ISO-8859-1"
        else:
            return
    yield unread("MRS-X-021")


@contextmanager
def _open(file: BinaryIO, kind: tuple[str, str], options: str, passwords: tuple[str, ...]) -> Iterator[Any]:
    """Yield the entries of an archive: as the binding opens a stream, with the library's `options`."""
    # its warnings name members, and a name may be a person's
    logging.getLogger("libarchive").setLevel(logging.CRITICAL)
    ffi = import_module("libarchive.ffi")
    read = import_module("libarchive.read")
    block = ctypes.create_string_buffer(_BLOCK_BYTES)

    def take(_: int, __: int, place: int) -> int:
        data = file.read(_BLOCK_BYTES)
        ctypes.memmove(block, data, len(data))
        ctypes.cast(place, ctypes.POINTER(ctypes.c_void_p))[0] = ctypes.addressof(block)
        return len(data)

    def seek(_: int, __: int, offset: int, whence: int) -> int:
        return file.seek(offset, whence)

    file.seek(0)
    # no filter but the one that is needed: some start programs
    with read.new_archive_read(*kind) as archive:
        for password in passwords:
            ffi.read_add_passphrase(archive, password.encode())
        ffi.libarchive.archive_read_set_options(ctypes.c_void_p(archive), options.encode())
        calls = (ffi.READ_CALLBACK(take), ffi.SEEK_CALLBACK(seek))  # kept as long as the library may call them
        ffi.read_set_seek_callback(archive, calls[1])
        ffi.read_open(archive, None, ffi.NO_OPEN_CB, calls[0], ffi.NO_CLOSE_CB)
        yield read.ArchiveRead(archive)


def _is_unknown(entry: Any) -> bool:  # noqa: ANN401 - untyped library
    """Return whether the library said that it does not know how `entry`, which was read, is packed; it may say so by the way."""
    said = import_module("libarchive.ffi").error_string(entry._archive_p)  # noqa: SLF001 - the binding has no name for it
    return b"compression method" in (said or b"")


def _is_locked_entry(entry: Any) -> bool:  # noqa: ANN401 - untyped library
    library = import_module("libarchive.ffi").libarchive
    return bool(library.archive_entry_is_data_encrypted(ctypes.c_void_p(entry._entry_p)))  # noqa: SLF001 - the binding has no name for it


def _read_entry(entry: Any, name: str, place: str, task: Task, size: int) -> Iterator[Extracted]:  # noqa: ANN401 - untyped library
    label = name or _decode(entry.pathname) or place
    if entry.isdir:
        yield from tell(Content(b""), f"{label.rstrip('/')}/")
        return
    if not entry.isfile:
        yield unread("MRS-X-005", label, "link" if entry.issym or entry.islnk else "device")
        return
    faults: list[Exception] = []
    content = collect(_list_blocks(entry, faults), task.limits, Source(entry, 0, 0), size)
    if content.code == "MRS-X-021" and faults and _is_locked(faults[0]):
        content = Content(b"", "MRS-X-020")
    if _is_unknown(entry):
        content = Content(b"", "MRS-X-005", "method")  # what came out is nothing
    yield from tell(content, label)
    if any((getattr(fault, "retcode", None) or _FATAL) <= _FATAL for fault in faults):
        raise _Stopped


def _decode(name: str | bytes | None) -> str:
    try:
        return decode_name(name.encode("latin-1") if isinstance(name, str) else name or b"")
    except UnicodeEncodeError:
        return make_label(str(name))


def _list_blocks(entry: Any, faults: list[Exception]) -> Iterator[bytes]:  # noqa: ANN401 - untyped library
    try:
        yield from entry.get_blocks(_BLOCK_BYTES)
    except Exception as error:
        faults.append(error)
        raise


def _is_locked(error: Exception) -> bool:
    return any(word in str(error).lower() for word in ("encrypt", "passphrase", "password"))
