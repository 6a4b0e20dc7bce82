"""Archives: zip, tar, gz, bz2, xz here or by modules of their own, 7z by py7zr, lzh, cab and rar by libarchive."""

from __future__ import annotations

import tarfile
from functools import partial
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.foreign import ForeignExtractor
from morasanu.extract.archive.note import decode_comment
from morasanu.extract.archive.selfextract import SelfExtractor
from morasanu.extract.archive.sevenzip import SevenZipExtractor
from morasanu.extract.archive.unpack import (
    Content,
    Source,
    can_decode,
    collect,
    copy_source,
    decode_name,
    expand,
    is_header,
    make_decoder,
    make_label,
    strip_suffix,
    tell,
)
from morasanu.extract.archive.unzip import ZipExtractor
from morasanu.extract.interface import Piece
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_KINDS: Final = ((b"\x1f\x8b", "gz"), (b"BZh", "bz2"), (b"\xfd7zXZ", "xz"), (b"\x28\xb5\x2f\xfd", "zstd"))
_BLOCK: Final = 512
_MAGIC_OFFSET: Final = 257
_RESTARTS: Final = 20
_SEARCH_BYTES: Final = 1 << 20


class StreamExtractor:
    """What one compressed stream (or several, one behind the other) holds: a single file."""

    formats: tuple[str, ...] = ("gz", "bz2", "xz", "lzma")

    def missing(self) -> str:
        """Return `""`: the standard library reads these."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the file inside. Raises InspectError when nothing comes out."""
        head = file.read(4_096)
        if not head:
            raise refuse("MRS-X-021")
        kind = next((kind for magic, kind in _KINDS if head.startswith(magic)), "xz")
        size = file.seek(0, 2)
        source = Source(file, 0)
        pieces = expand(source, make_decoder(kind), partial(make_decoder, kind))
        content = collect(pieces, task.limits, source, size)
        if content.code and not content.data:
            raise refuse(content.code, content.detail)
        name, comment = _read_texts(head) if kind == "gz" else ("", "")
        if notes := [text for text in (name, comment) if text not in {"", strip_suffix(task.name)}]:
            yield Piece("names", "".join(f"{text}\n" for text in notes))
        yield from tell(content, name or strip_suffix(task.name))


class ZstdExtractor(StreamExtractor):
    """What a stream of Zstandard holds."""

    formats: tuple[str, ...] = ("zst",)

    def missing(self) -> str:
        """Return the extra that brings the decoder to Python before 3.14, unless it is there."""
        return "" if can_decode("zstd") else "archive"


def _read_texts(head: bytes) -> tuple[str, str]:
    """Return the name and the comment that a gzip header gives (RFC 1952), `""` for what it does not."""
    if len(head) < 12:
        return "", ""
    rest = head[10:]
    if head[3] & 4:
        rest = rest[2 + int.from_bytes(rest[:2], "little") :]
    texts = []
    for flag in (8, 16):
        text, end, left = rest.partition(b"\0") if head[3] & flag else (b"", b"", rest)
        texts.append(text if end else b"")
        rest = left
    return decode_name(texts[0]), decode_comment(texts[1])


class TarExtractor:
    """Files of tar archives; links and devices are told, what follows a damaged header is looked for."""

    formats: tuple[str, ...] = ("tar",)

    def missing(self) -> str:
        """Return `""`: the standard library reads it."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the files. Raises InspectError when there is no header at all."""
        size = file.seek(0, 2)
        position = _find_header(file, 0, size)
        if position < 0:
            raise refuse("MRS-X-021")
        is_damaged = position > 0
        count = restarts = 0
        while position >= 0 and restarts < _RESTARTS:
            reading = _TarReading(file, position, size)
            for info in reading.list_members():
                count += 1
                if count > task.limits.members:
                    yield unread("MRS-X-022", "", "members")
                    return
                yield from _read_member(file, reading.tar, info, task, size)
            is_damaged = is_damaged or reading.is_damaged
            restarts += reading.is_damaged
            position = _find_header(file, max(reading.end, position + _BLOCK), size)
        if is_damaged:
            yield unread("MRS-X-021")


class _TarReading:
    """One run of members from `start` on; `end` is where they stop, `is_damaged` whether that is no proper end."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file = file
        self._size = size
        self.end = start
        self.is_damaged = False
        file.seek(start)
        self.tar: tarfile.TarFile | None = None

    def list_members(self) -> Iterator[tarfile.TarInfo]:
        last = -1
        try:
            with tarfile.open(fileobj=self._file, mode="r:", encoding="utf-8", errors="surrogateescape") as self.tar:
                while info := self.tar.next():
                    if info.offset <= last or info.size < 0:  # it would go in circles
                        self.is_damaged = True
                        return
                    last = info.offset
                    self.end = max(self.end, self.tar.offset)
                    yield info
        except (tarfile.TarError, ValueError, OSError, EOFError, RecursionError, OverflowError):
            self.is_damaged = True
            return
        self._file.seek(self.end)
        block = self._file.read(_BLOCK)
        self.is_damaged = self.end > self._size or len(block) < _BLOCK or block.strip(b"\0") != b""


def _find_header(file: BinaryIO, position: int, size: int) -> int:
    """Return where the next header begins at or after `position` (headers stand on whole blocks), -1 without one."""
    position = -(-position // _BLOCK) * _BLOCK
    if not position:
        file.seek(0)
        if is_header(file.read(_BLOCK)):  # the tar of the seventies has no mark
            return 0
    while position < size:
        file.seek(position)
        data = file.read(_SEARCH_BYTES)
        found = data.find(b"ustar")
        while found >= 0:
            if found % _BLOCK == _MAGIC_OFFSET and is_header(data[found - _MAGIC_OFFSET :][:_BLOCK]):
                return position + found - _MAGIC_OFFSET
            found = data.find(b"ustar", found + 1)
        position += _SEARCH_BYTES
    return -1


def _read_member(
    file: BinaryIO, tar: tarfile.TarFile | None, info: tarfile.TarInfo, task: Task, size: int
) -> Iterator[Extracted]:
    raw = info.name.encode("utf-8", "surrogateescape")
    label = make_label(info.name) if raw.isascii() else decode_name(raw)
    texts = (info.uname, info.gname, info.linkname, str(info.pax_headers.get("comment", "")))
    if notes := [decode_name(text.encode("utf-8", "surrogateescape")) for text in texts if not text.isascii()]:
        yield Piece(f"{label}: header", "".join(f"{text}\n" for text in notes))
    if info.isdir():
        yield from tell(Content(b""), f"{label.rstrip('/')}/")
    elif not info.isreg():
        yield unread("MRS-X-005", label, "link" if info.islnk() or info.issym() else "device")
    elif info.issparse():
        yield from tell(_read_sparse(tar, info, task), label)
    else:
        source = Source(file, info.offset_data, info.size)
        yield from tell(collect(copy_source(source), task.limits, source, min(info.size, size)), label)


def _read_sparse(tar: tarfile.TarFile | None, info: tarfile.TarInfo, task: Task) -> Content:
    """Return a sparse file with its holes, when these are not what it is made of."""
    reader = tar.extractfile(info) if tar else None
    if reader is None:
        return Content(b"", "MRS-X-021")
    stretches: list[tuple[int, int]] = getattr(info, "sparse", None) or []
    packed = sum(length for _, length in stretches)
    source = Source(reader, 0, info.size)  # type: ignore[arg-type]
    if info.size > task.limits.member_bytes:
        return Content(b"", "MRS-X-022", "ratio" if info.size > task.limits.ratio * packed else "member_bytes")
    return collect(copy_source(source), task.limits, source, packed)


EXTRACTORS: tuple[Extractor, ...] = (
    ZipExtractor(),
    TarExtractor(),
    StreamExtractor(),
    ZstdExtractor(),
    SevenZipExtractor(),
    ForeignExtractor(),
    SelfExtractor(),
)
