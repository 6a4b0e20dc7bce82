"""Outlook's messages (msg): what MAPI calls properties, in streams of an OLE file."""

from __future__ import annotations

import re
import struct
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.unpack import label_to_name, make_label
from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import bound_streams
from morasanu.extract.mail.header import decode_declared, decode_header
from morasanu.extract.mail.lzfu import decompress_rtf
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_PROPERTIES: Final = "__properties_version1.0"
_STREAM: Final = re.compile(r"__substg1\.0_([0-9A-Fa-f]{4})(?:[01]01([EFef])|0102)(?:-[0-9A-Fa-f]{8})?\Z")
# text in bytes of anything: UTF-16 of at least four characters
_WIDE: Final = re.compile(rb"(?:[\x20-\x7e]\x00|[\x00-\xff][\x30\x4e-\x9f\xff]){4,}")
_TELLING: Final = re.compile(r"[^\x00-\x7f]|\w@\w|\d{4}")
_SENDER: Final = (0x0C1A, 0x5D01, 0x0C1F, 0x0042, 0x5D02, 0x0065)
_SHOWN_TO: Final = ((0x0E04, "To"), (0x0E03, "Cc"), (0x0E02, "Bcc"))
_RECIPIENT: Final = (0x3001, 0x39FE, 0x3003)
_FILE_NAME: Final = (0x3707, 0x3704, 0x3001)
_SUBJECT, _TRANSPORT, _BODY, _HTML, _RTF, _DATA = 0x0037, 0x007D, 0x1000, 0x1013, 0x1009, 0x3701
_SENT_AT, _INTERNET_CODE_PAGE, _CODE_PAGE = 0x0039, 0x3FDE, 0x3FFD
_WHOLE: Final = frozenset((_BODY, _HTML, _RTF, _DATA, _TRANSPORT, 0x3702, 0x3709))
"""What is read as a text or file of its own; pictures that stand for an attachment."""
_SAID: Final = re.compile(r"\n| / |: ")
_CONTACT: Final = range(0x3A00, 0x3B00)
_NAMED: Final = range(0x8000, 0xFFFF)
_NAME_TEXTS: Final = ("__nameid_version1.0", "__substg1.0_00040102")
_CHARSETS: Final = {
    932: "cp932", 50220: "iso-2022-jp", 50221: "iso-2022-jp", 50222: "iso-2022-jp", 51932: "euc-jp", 20932: "euc-jp",
    65001: "utf-8", 65000: "utf-7", 20127: "us-ascii", 28591: "iso-8859-1",
}  # fmt: skip
_ROLES: Final = {1: "To", 2: "Cc", 3: "Bcc"}

_Path = tuple[str, ...]


class MsgExtractor:
    """Headers, bodies and attachments of Outlook's messages; messages inside are read at once."""

    formats: tuple[str, ...] = ("msg",)

    def missing(self) -> str:
        """Return the extra with olefile unless it is there."""
        return "" if find_spec("olefile") else "office"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the headers, bodies and attachments. Raises InspectError when the directory cannot be read."""
        try:
            index = _Index(file)
        except Exception as error:
            raise refuse("MRS-X-021") from error
        faults: list[str] = []
        if index.is_cut:
            faults.append("directory")
        message = _Store(index, (), 32, "", faults)
        if not message.names:
            raise refuse("MRS-X-021")
        yield from _read_message(message, "", task, 0)
        if faults:
            yield unread("MRS-X-021")


class _Index:
    """The names in each storage of an OLE file by what they are in lower case."""

    def __init__(self, file: BinaryIO) -> None:
        self.ole = import_module("olefile").OleFileIO(file)
        self.is_cut = bound_streams(self.ole, file.seek(0, 2))
        self.names: dict[_Path, dict[str, str]] = {}
        for path in self.ole.listdir(streams=True, storages=True):
            self.names.setdefault(tuple(path[:-1]), {})[path[-1].lower()] = path[-1]


class _Store:
    """One storage: a message, a recipient or an attachment. What cannot be read is named in `faults`, which all share."""

    def __init__(self, index: _Index, path: _Path, head_bytes: int, charset: str, faults: list[str]) -> None:
        self._index = index
        self._path = path
        self._faults = faults
        self.names = index.names.get(path, {})
        self._values = self._read_values(head_bytes)
        page = self.number(_CODE_PAGE) or self.number(_INTERNET_CODE_PAGE)
        self.charset = _CHARSETS.get(page, f"cp{page}" if page else charset)

    def open(self, name: str, head_bytes: int) -> _Store:
        path = (*self._path, self.names.get(name.lower(), name))
        return _Store(self._index, path, head_bytes, self.charset, self._faults)

    def list_storages(self, prefix: str) -> list[str]:
        return sorted(name for name in self.names.values() if name.lower().startswith(prefix))

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a stream, None when it is not there or cannot be read."""
        real = self.names.get(name.lower())
        if real is None or (*self._path, real) in self._index.names:
            return None
        try:
            data = self._index.ole.openstream([*self._path, real]).read()
            if len(data) < self._index.ole.get_size([*self._path, real]):
                self._faults.append(name)
        except Exception:  # noqa: BLE001 - a damaged stream costs itself
            self._faults.append(name)
            return None
        return bytes(data)

    def _read_values(self, head_bytes: int) -> dict[int, bytes]:
        data = (self.read(_PROPERTIES) or b"")[head_bytes:]
        return {
            int.from_bytes(data[at + 2 : at + 4], "little"): data[at + 8 : at + 16]
            for at in range(0, len(data) - 15, 16)
        }

    def number(self, tag: int) -> int:
        return int(struct.unpack("<L", self._values.get(tag, bytes(8))[:4])[0])

    def sent_at(self) -> str:
        """Return the time of sending, `""` when it is not known."""
        ticks = int.from_bytes(self._values.get(_SENT_AT, b""), "little")
        try:
            when = datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=ticks // 10)
        except OverflowError:
            return ""
        return when.isoformat(timespec="seconds") if ticks else ""

    def binary(self, tag: int) -> bytes | None:
        return self.read(f"__substg1.0_{tag:04X}0102")

    def read_texts(self, name: str, kind: str) -> list[str]:
        """Return the text of the stream `name` in UTF-16 (`F`) or 8-bit (`E`), the texts among its bytes for any other kind."""
        data = self.read(name) or b""
        if kind.upper() == "E":
            return [decode_declared(data.rstrip(b"\0"), self.charset).text]
        if kind:
            return [data.decode("utf-16-le", "replace").rstrip("\0")]
        return [text for match in _WIDE.finditer(data) if _is_japanese(text := match[0].decode("utf-16-le", "replace"))]

    def text(self, *tags: int) -> str:
        """Return the first of the texts `tags` that is there, `""` when none is."""
        for tag in tags:
            wide = self.read(f"__substg1.0_{tag:04X}001F")
            if wide:
                return wide.decode("utf-16-le", "replace").rstrip("\0")
            narrow = self.read(f"__substg1.0_{tag:04X}001E")
            if narrow:
                return decode_declared(narrow.rstrip(b"\0"), self.charset).text
        return ""


def _is_japanese(text: str) -> bool:
    """Return whether all characters are in use in Japan: of bytes that are no text hardly any four in a row are."""
    try:
        return bool(text.encode("cp932"))
    except UnicodeEncodeError:
        return False


def _read_message(message: _Store, place: str, task: Task, depth: int) -> Iterator[Extracted]:
    headers = _read_headers(message)
    yield Piece(f"{place}headers", headers)
    transport = message.text(_TRANSPORT)
    if transport:
        lines = re.split(r"\r?\n(?![ \t])", transport)
        yield Piece(f"{place}transport headers", "".join(f"{decode_header(line)}\n" for line in lines if line.strip()))
    body = message.text(_BODY)
    if body:
        yield Piece(f"{place}body", body.replace("\r\n", "\n"))
    yield from _read_rich(message, place)
    other = _read_other(message, headers)
    if other:
        yield Piece(f"{place}properties", other)
    storages = message.list_storages("__attach_version1.0_")
    for number, name in enumerate(storages[: task.limits.members], 1):
        yield from _read_attachment(message.open(name, 8), f"{place}attachment {number}", task, depth)
    if len(storages) > task.limits.members:
        yield unread("MRS-X-022", place, "members")


def _read_headers(message: _Store) -> str:
    lines = [f"Subject: {message.text(_SUBJECT)}"]
    sender = dict.fromkeys(text for text in (message.text(tag) for tag in _SENDER) if text)
    lines += [f"From: {' / '.join(sender)}"] if sender else []
    lines += [f"{role}: {text}" for tag, role in _SHOWN_TO if (text := message.text(tag))]
    for name in message.list_storages("__recip_version1.0_"):
        store = message.open(name, 8)
        known = dict.fromkeys(text for text in (store.text(tag) for tag in _RECIPIENT) if text)
        known |= dict.fromkeys(_list_other(store, "\n".join(known)))
        if known:
            lines.append(f"{_ROLES.get(store.number(0x0C15), 'Recipient')}: {' / '.join(known)}")
    lines += [f"Date: {message.sent_at()}"] if message.sent_at() else []
    return "".join(f"{line}\n" for line in lines)


def _read_rich(message: _Store, place: str) -> Iterator[Extracted]:
    page = message.binary(_HTML)
    if page:
        charset = _CHARSETS.get(message.number(_INTERNET_CODE_PAGE), message.charset)
        yield Member(f"{place}body.html", "body.html", decode_declared(page, charset).text.encode("utf-8", "replace"))
    elif html := message.text(_HTML):
        yield Member(f"{place}body.html", "body.html", html.encode("utf-8", "replace"))
    packed = message.binary(_RTF)
    if packed:
        try:
            data, is_whole = decompress_rtf(packed)
        except ValueError:
            data, is_whole = b"", False
        if data:
            yield Member(f"{place}body.rtf", "body.rtf", data)
        if not is_whole:
            yield unread("MRS-X-021", f"{place}body.rtf")


def _list_other(store: _Store, told: str) -> list[str]:
    """Return the texts of any other property, each once: of contacts, appointments and tasks all, of others what a person may have written."""
    found: dict[str, None] = {}
    for name in sorted(store.names):
        match = _STREAM.match(name)
        tag = int(match[1], 16) if match else 0
        if match is None or tag in _WHOLE:
            continue
        for text in store.read_texts(name, match[2] or ""):
            if (match[2] and (tag in _CONTACT or tag in _NAMED)) or _TELLING.search(text):
                found[" ".join(text.split())] = None
    said = frozenset(_SAID.split(told))
    return [text for text in found if text and text not in said]


def _read_other(message: _Store, told: str) -> str:
    """Return what stands in the message's other properties, and how people called those that they made."""
    lines = _list_other(message, told)
    folder, stream = _NAME_TEXTS
    if folder in message.names:
        lines += [text for text in message.open(folder, 0).read_texts(stream, "") if not text.isascii()]
    return "".join(f"{line}\n" for line in lines)


def _read_attachment(store: _Store, place: str, task: Task, depth: int) -> Iterator[Extracted]:
    name = make_label(store.text(*_FILE_NAME))
    label = f"{place} {name}".rstrip()
    yield Member(label, label_to_name(name) or "attachment.bin", store.binary(_DATA) or b"")
    if others := _list_other(store, store.text(*_FILE_NAME)):
        yield Piece(f"{label}: properties", "".join(f"{text}\n" for text in others))
    inner = f"__substg1.0_{_DATA:04X}000D"
    if inner.lower() not in store.names:
        return
    if depth + 1 >= task.limits.depth:
        yield unread("MRS-X-022", label, "depth")
        return
    inside = store.open(inner, 24)
    if _PROPERTIES in inside.names:
        yield from _read_message(inside, f"{label}: ", task, depth + 1)
        return
    for stream in sorted(inside.names.values()):
        found = inside.read(stream)
        if found:
            yield Member(f"{label}: {make_label(stream)}", label_to_name(name) or "object.bin", found)


EXTRACTORS: tuple[Extractor, ...] = (MsgExtractor(),)
