"""7z archives through py7zr, in memory only."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from morasanu.errors import InspectError
from morasanu.extract.archive.foreign import ForeignExtractor, read_left
from morasanu.extract.archive.unpack import FREE_BYTES, Content, make_decoder, make_label, tell
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from py7zr import SevenZipFile

    from morasanu.extract.interface import Extracted, Limits, Task

_MAGIC: Final = b"7z\xbc\xaf\x27\x1c"
_BATCH_BYTES: Final = 64_000_000
_HEADER_BYTES: Final = 50_000_000
_BCJ2: Final = b"\x03\x03\x01\x1b"
_UNKNOWN: Final = Content(b"", "MRS-X-005", "7z method")
_STEP_BYTES: Final = 4_096
_LOST: Final = frozenset(("MRS-X-021", "MRS-X-005"))


class _Item(NamedTuple):
    """A file of the archive; those of one `folder` are packed as one stream.

    `is_foreign`: packed by BCJ2, which py7zr does not know, or behind such a folder, where py7zr looks in the wrong place.
    """

    number: int
    label: str
    size: int
    folder: int
    is_link: bool
    is_foreign: bool


class _Enough(Exception):  # noqa: N818 - no error: it ends what py7zr would go on with
    """A member reached its limit."""


class SevenZipExtractor:
    """Members of 7z archives, in their order."""

    formats: tuple[str, ...] = ("7z",)

    def missing(self) -> str:
        """Return the extra with py7zr unless it is there."""
        return "" if find_spec("py7zr") else "archive"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield members. Raises InspectError when the directory, which stands last, is damaged, or no password fits."""
        size = file.seek(0, 2)
        file.seek(0)
        head = file.read(32)
        if not head.startswith(_MAGIC) or len(head) < 32:
            raise refuse("MRS-X-021")
        if int.from_bytes(head[20:28], "little") > _HEADER_BYTES:
            raise refuse("MRS-X-022", "members")
        try:
            password = _find_password(file, task)
        except InspectError as error:
            locked: list[_Item] = []
            with suppress(Exception):  # names are often left readable
                locked = _list_items(_open(file, None))[: task.limits.members]
            if not locked:
                raise
            for item in locked:
                yield unread(error.code, item.label)
            return
        items = _list_items(_open(file, password))
        left: list[_Item] = []
        for item, content in _read_items(file, password, items[: task.limits.members], task.limits, size):
            if content == _UNKNOWN:
                left.append(item)
            else:
                yield from tell(content, item.label)
        yield from _read_left(file, left, task)
        if len(items) > task.limits.members:
            yield unread("MRS-X-022", "", "members")


def _open(file: BinaryIO, password: str | None) -> SevenZipFile:
    from py7zr import SevenZipFile, compressor, properties  # noqa: PLC0415 - an extra

    compressor.algorithm_class_map[properties.FILTER_ZSTD] = (compressor.ZstdCompressor, _Frames)
    file.seek(0)
    return SevenZipFile(file, "r", password=password)


def _find_password(file: BinaryIO, task: Task) -> str | None:
    """Return the password that opens the archive, None when it needs none. Raises InspectError when none fits."""
    from py7zr.exceptions import PasswordRequired  # noqa: PLC0415 - an extra

    try:
        archive = _open(file, None)
        if not archive.needs_password():
            return None
    except PasswordRequired:
        pass
    except Exception as error:
        raise refuse("MRS-X-021") from error
    for password in task.passwords:
        with suppress(Exception):
            archive = _open(file, password)
            first = next((item for item in _list_items(archive) if item.size), None)
            if first is None or not _read(archive, [first], task.limits)[first.number].code:
                return password
    raise refuse("MRS-X-020")


def _list_items(archive: SevenZipFile) -> list[_Item]:
    items = []
    is_foreign = False
    for entry in getattr(archive, "files", ()):
        size = 0 if entry.emptystream else int(entry.uncompressed or 0)
        label = make_label(str(entry.filename))
        if entry.is_directory:
            label = f"{label.rstrip('/')}/"
        is_foreign = is_foreign or any(coder["method"] == _BCJ2 for coder in getattr(entry.folder, "coders", ()))
        items.append(_Item(entry.id, label, size, id(entry.folder), bool(entry.is_symlink), is_foreign))
    return items


def _read_items(
    file: BinaryIO, password: str | None, items: Sequence[_Item], limits: Limits, packed_bytes: int
) -> Iterator[tuple[_Item, Content]]:
    """Yield the members in their order, as many at a time as memory allows."""
    refused = _refuse(items, limits, packed_bytes)
    batch: list[_Item] = []
    held = 0
    for item in (*items, None):
        if batch and (item is None or held + item.size > _BATCH_BYTES):
            contents = _read_batch(file, password, [i for i in batch if i.size and i.number not in refused], limits)
            for each in batch:
                yield each, refused.get(each.number) or contents.get(each.number, Content(b""))
            batch, held = [], 0
        if item:
            batch.append(item)
            held += item.size


def _refuse(items: Sequence[_Item], limits: Limits, packed_bytes: int) -> dict[int, Content]:
    """Return what py7zr is not to unpack: links, what is far larger than the archive or lies behind that, foreign methods."""
    refused: dict[int, Content] = {}
    closed: set[int] = set()
    total = 0
    for item in items:
        total += item.size
        if item.is_link:
            refused[item.number] = Content(b"", "MRS-X-005", "link")
        elif item.size and item.folder in closed:
            refused[item.number] = Content(b"", "MRS-X-022", "ratio")
        elif item.size > FREE_BYTES and item.size > limits.ratio * packed_bytes:
            closed.add(item.folder)
            refused[item.number] = Content(b"", "MRS-X-022", "ratio")
        elif item.size and total > limits.total_bytes:
            refused[item.number] = Content(b"", "MRS-X-022", "total_bytes")
        elif item.size and item.is_foreign:
            refused[item.number] = _UNKNOWN
    return refused


def _read_batch(file: BinaryIO, password: str | None, items: list[_Item], limits: Limits) -> dict[int, Content]:
    """Return the contents of `items`; after a damaged one, those that are not packed behind it are still read."""
    contents: dict[int, Content] = {}
    rest = items
    while rest:
        contents.update(_read(_open(file, password), rest, limits))
        broken = {
            item.folder: contents[item.number]._replace(data=b"")
            for item in rest
            if contents.get(item.number, Content(b"")).code in _LOST
        }
        rest = [item for item in rest if item.number not in contents]
        for item in rest:
            if item.folder in broken and item.size:
                contents[item.number] = broken[item.folder]
        rest = [item for item in rest if item.number not in contents]
    return contents


def _read(archive: Any, items: Sequence[_Item], limits: Limits) -> Mapping[int, Content]:  # noqa: ANN401 - untyped inside
    """Return the contents of `items` as far as the first that fails; at least one."""
    adapter = import_module("py7zr.io").MemIO
    sinks: dict[int, _Sink] = {}
    wanted = {item.number for item in items}
    for entry in archive.files:
        sink = _Sink(limits.member_bytes) if entry.id in wanted else None
        # not by `extract`: it refuses the whole archive for the name of one member, and here names are only labels
        archive.worker.register_filelike(entry.id, adapter(str(entry.id), sink) if sink else None)
        if sink:
            sinks[entry.id] = sink
    fault: Content | None = None
    try:
        archive.worker.extract(archive.fp, None, parallel=False)
    except _Enough:
        fault = Content(b"", "MRS-X-022", "member_bytes")
    except Exception as error:  # noqa: BLE001 - whatever py7zr raises costs one member
        is_unknown = "Unsupported" in type(error).__name__
        fault = _UNKNOWN if is_unknown else Content(b"", "MRS-X-021")
    contents = {number: Content(sink.kept.getvalue()) for number, sink in sinks.items() if sink.is_closed}
    if fault is None:
        return {number: contents.get(number, Content(b"")) for number in wanted}
    failed = next((n for n, sink in sinks.items() if sink.is_open), None)
    if failed is None:
        failed = next((item.number for item in items if item.number not in contents), items[0].number)
    contents[failed] = fault._replace(data=sinks[failed].kept.getvalue())
    return contents


def _read_left(file: BinaryIO, left: Sequence[_Item], task: Task) -> Iterator[Extracted]:
    """Yield what py7zr cannot unpack, where libarchive can."""
    if ForeignExtractor().missing():
        for item in left:
            content = Content(b"", "MRS-X-024", "libarchive") if item.is_foreign else _UNKNOWN
            yield from tell(content, item.label)
    elif left:
        yield from read_left(file, {item.number: (item.label, item.size) for item in left}, task)


class _Frames:
    """Zstandard as 7-Zip writes it, one frame behind the other; py7zr's own decoder stops at the end of the first."""

    def __init__(self, _: bytes, __: int) -> None:
        self._inner = make_decoder("zstd")
        self._waiting = bytearray()
        self._rest = b""  # of a step, behind the end of a frame

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._waiting += data
        out = bytearray()
        while max_length < 0 or len(out) < max_length:
            if self._inner.eof:
                self._inner = make_decoder("zstd")
            step = b""
            if self._inner.needs_input:
                step = self._rest or bytes(self._waiting[:_STEP_BYTES])
                if not step:
                    break
                if not self._rest:
                    del self._waiting[:_STEP_BYTES]
            out += self._inner.decompress(step, max_length - len(out) if max_length >= 0 else -1)
            self._rest = self._inner.unused_data if self._inner.eof else b""
        return bytes(out)


class _Sink:
    """Factory and file in one: what py7zr writes a member to."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.kept = BytesIO()
        self.is_begun = False
        self.is_closed = False

    @property
    def is_open(self) -> bool:
        return self.is_begun and not self.is_closed

    def create(self, _: str) -> _Sink:
        self.is_begun = True
        return self

    def write(self, data: bytes) -> int:
        room = self._limit - self.kept.tell()
        self.kept.write(data[:room])
        if len(data) > room:
            raise _Enough
        return len(data)

    def read(self, _: int | None = None) -> bytes:
        return b""

    def seek(self, offset: int, _: int = 0) -> int:
        return offset

    def flush(self) -> None:
        return

    def size(self) -> int:
        return self.kept.tell()

    def close(self) -> None:
        self.is_closed = True
