"""What every archive format needs: bytes unpacked piece by piece within the limits, and names of members as labels."""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, Protocol

from morasanu.extract.interface import Limits, Member
from morasanu.extract.reason import unread
from morasanu.text.charset import decode_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from morasanu.extract.interface import Extracted

FREE_BYTES: Final = 1_000_000  # below it no ratio is too high
_IN_BYTES: Final = 4_096  # small: what is damaged costs the piece it lies in
_OUT_BYTES: Final = 262_144
_LZMA_MEMORY_BYTES: Final = 128_000_000
_TAR_BLOCK: Final = 512
_LABEL_CHARACTERS: Final = 1_000
_SUFFIXES: Final = {".tgz": ".tar", ".tbz": ".tar", ".tbz2": ".tar", ".txz": ".tar", ".taz": ".tar", ".tzst": ".tar"}
_PACKED: Final = frozenset((".gz", ".bz2", ".xz", ".lzma", ".z", ".zst", ".lz4"))
# Western letters of CP437 among others; in CP932 such a byte leads a pair.
_WESTERN: Final = re.compile(
    rb"(?:[\x00-\x7f]|(?<=[A-Za-z])[\x80-\x9a\xa0-\xa5\xe1](?=[a-z ._-]|/|\Z)|(?:\A|(?<=[/ _-]))[\x80-\x9a\xa0-\xa5\xe1](?=[a-z]{2}))+\Z"
)


def _has(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # not even what it lies in
        return False


class Content(NamedTuple):
    """Bytes that came out; `code` and `detail` say why there are not more (`""` when they are whole)."""

    data: bytes
    code: str = ""
    detail: str = ""


class Source:
    """A stretch of a file that is read from start to end; `consumed` counts its bytes. `size` None: to the file's end."""

    def __init__(self, file: BinaryIO, start: int, size: int | None = None) -> None:
        """Begin at `start`; other readers of `file` may move it in between."""
        self._file = file
        self._start = start
        self.size = size
        self.consumed = 0

    def read(self, size: int = _IN_BYTES) -> bytes:
        """Return the next bytes, `b""` at the end."""
        if self.size is not None:
            size = min(size, self.size - self.consumed)
        if size <= 0:
            return b""
        self._file.seek(self._start + self.consumed)
        data = self._file.read(size)
        self.consumed += len(data)
        return data


class Decoder(Protocol):
    """A decompressor as `bz2` and `lzma` have it."""

    @property
    def eof(self) -> bool:
        """Return whether the packed stream has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Return whether more packed bytes are needed."""
        ...

    @property
    def unused_data(self) -> bytes:
        """Return what follows the end of the packed stream."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """Return at most `max_length` bytes more."""
        ...


class Inflater:
    """zlib's decompressor with the manners of the others; `bits` as zlib's `wbits`."""

    def __init__(self, bits: int) -> None:
        """Begin a stream."""
        self._inner = zlib.decompressobj(bits)

    @property
    def eof(self) -> bool:
        """Return whether the packed stream has ended."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Return whether more packed bytes are needed."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """Return what follows the end of the packed stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Return at most `max_length` bytes more."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class Inflater64:
    """Deflate64, which Windows writes for members of more than 2 GB, with the manners of the others."""

    _STEP_BYTES: Final = 64  # what goes in is all unpacked at once, and a few bytes may hold megabytes

    def __init__(self) -> None:
        """Begin a stream."""
        self._inner = import_module("inflate64").Inflater()
        self._waiting = b""

    @property
    def eof(self) -> bool:
        """Return whether the packed stream has ended."""
        return bool(self._inner.eof)

    @property
    def needs_input(self) -> bool:
        """Return whether more packed bytes are needed."""
        return not self._waiting

    @property
    def unused_data(self) -> bytes:
        """Return what follows the end of the packed stream, as far as it can be told."""
        return self._waiting

    def decompress(self, data: bytes, max_length: int = 0) -> bytes:
        """Return about `max_length` bytes more."""
        self._waiting += data
        out = bytearray()
        while self._waiting and not self.eof and (max_length <= 0 or len(out) < max_length):
            step, self._waiting = self._waiting[: self._STEP_BYTES], self._waiting[self._STEP_BYTES :]
            out += self._inner.inflate(step)
        return bytes(out)


_ZSTD: Final = next((name for name in ("compression.zstd", "backports.zstd") if _has(name)), "")


def can_decode(kind: str) -> bool:
    """Return whether what reads `kind` is installed; all but two kinds are in the standard library."""
    return bool(_ZSTD) if kind == "zstd" else _has("inflate64") if kind == "deflate64" else True


def make_decoder(kind: str) -> Decoder:
    """Return a new decoder: `deflate` (raw), `deflate64`, `gz`, `bz2`, `xz` (or lzma alone), `zstd`."""
    if kind == "zstd":
        decoder: Decoder = import_module(_ZSTD).ZstdDecompressor()
        return decoder
    if kind == "deflate64":
        return Inflater64()
    if kind == "bz2":
        return bz2.BZ2Decompressor()
    if kind == "xz":
        return lzma.LZMADecompressor(memlimit=_LZMA_MEMORY_BYTES)
    return Inflater(31 if kind == "gz" else -15)


def copy_source(source: Source) -> Iterator[bytes]:
    """Yield the bytes of `source` as they are. Raises EOFError when the file ends before it."""
    while data := source.read(_OUT_BYTES):
        yield data
    if source.size is not None and source.consumed < source.size:
        raise EOFError


def expand(source: Source, decoder: Decoder, again: Callable[[], Decoder] | None = None) -> Iterator[bytes]:
    """Yield what `source` unpacks to; with `again` further streams may follow the first. Raises EOFError when it is cut off."""
    pending = b""
    while True:
        data = pending or (source.read() if decoder.needs_input else b"")
        is_end = decoder.needs_input and not data
        pending = b""
        out = decoder.decompress(data, _OUT_BYTES)
        if out:
            yield out
        if decoder.eof:
            if again is None or not (pending := _skip_padding(decoder.unused_data, source)):
                return
            decoder = again()
        elif is_end and not out:
            raise EOFError


def _skip_padding(data: bytes, source: Source) -> bytes:
    rest = data.lstrip(b"\0")
    while not rest and (data := source.read()):
        rest = data.lstrip(b"\0")
    return rest


def collect(pieces: Iterable[bytes], limits: Limits, source: Source, packed_bytes: int) -> Content:
    """Return what `pieces` of a member give within `limits`; `packed_bytes` is its size as it is packed.

    More than `ratio` times its packed size leaves nothing; what is too large or damaged leaves its beginning.
    """
    kept = BytesIO()
    size = 0
    try:
        for piece in pieces:
            size += len(piece)
            if size > FREE_BYTES and size > limits.ratio * packed_bytes:
                return Content(b"", "MRS-X-022", "ratio")
            if size > limits.member_bytes:
                if size > FREE_BYTES and size > limits.ratio * source.consumed:
                    return Content(b"", "MRS-X-022", "ratio")
                kept.write(piece[: limits.member_bytes - size])
                return Content(kept.getvalue(), "MRS-X-022", "member_bytes")
            kept.write(piece)
    except MemoryError:
        return Content(b"", "MRS-X-022", "memory")
    except Exception:  # noqa: BLE001 - whatever a damaged stream raises costs this member only
        return Content(kept.getvalue(), "MRS-X-021")
    return Content(kept.getvalue())


def tell(content: Content, label: str) -> Iterator[Extracted]:
    """Yield the member of `content` when there is one, then why it is not whole."""
    if content.data or not content.code:
        yield Member(label, label_to_name(label), content.data)
    if content.code:
        yield unread(content.code, label, content.detail)


def label_to_name(label: str) -> str:
    r"""Return the last part of a path.

    >>> label_to_name("..\\x/名簿.csv")
    '名簿.csv'
    """
    return label.replace("\\", "/").rstrip("/").rpartition("/")[2]


def strip_suffix(name: str) -> str:
    """Return the name that a file had before it was packed."""
    path = PurePath(label_to_name(name))
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES:
        return path.stem + _SUFFIXES[suffix]
    return path.stem if suffix in _PACKED else path.name or "content"


def make_label(name: str) -> str:
    r"""Return `name` as it can be shown: one line, no control characters, not endless.

    >>> make_label("a\nb")
    'a\ufffdb'
    """
    name = name[:_LABEL_CHARACTERS]
    return name if name.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in name)


def decode_name(raw: bytes) -> str:
    """Return a name that came without its character set: UTF-8, what Japanese systems write, else CP437.

    >>> decode_name("髙橋①.csv".encode("cp932")), decode_name("Müller.txt".encode("cp437"))
    ('髙橋①.csv', 'Müller.txt')
    """
    raw = raw.partition(b"\0")[0]
    try:
        return make_label(raw.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if _WESTERN.match(raw):
        return make_label(raw.decode("cp437"))
    decoded = decode_bytes(raw)
    if decoded and decoded.charset in {"cp932", "euc-jp"} and not decoded.unreadable:
        return make_label(decoded.text)
    try:
        return make_label(raw.decode("cp932"))
    except UnicodeDecodeError:
        return make_label(raw.decode("cp437"))


def is_header(block: bytes) -> bool:
    """Return whether the checksum of a tar header holds; its own bytes count as blanks."""
    digits = block[148:156].strip(b" \0")
    if len(block) < _TAR_BLOCK or not digits or digits.strip(b"01234567"):
        return False
    return sum(block) - sum(block[148:156]) + 8 * 0x20 == int(digits, 8)
