"""What Outlook sends to those who have no Outlook (winmail.dat): a message with its attachments in TNEF."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.unpack import label_to_name, make_label
from morasanu.extract.interface import Member, Piece
from morasanu.extract.legacy.compound import decode_property
from morasanu.extract.mail.header import decode_declared
from morasanu.extract.mail.lzfu import decompress_rtf
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task

_MAGIC: Final = b"\x78\x9f\x3e\x22"
# MS-OXTNEF 2.1.3.3
_FROM, _SUBJECT, _BODY, _FILE, _TITLE, _NEXT = 0x8000, 0x8004, 0x800C, 0x800F, 0x8010, 0x9002
_PROPERTIES, _RECIPIENTS, _ATTACHED, _CODE_PAGE = 0x9003, 0x9004, 0x9005, 0x9007
_FIXED: Final = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
_TEXTS, _BYTES, _OBJECT = (0x1E, 0x1F), 0x102, 0x0D
_MANY: Final = 0x1000
_NAMES: Final = (0x3707, 0x3704, 0x3001)
_SHOWN: Final = (
    (0x0037, "Subject"), (0x0C1A, "From"), (0x0C1F, "From"), (0x0042, "From"), (0x0E04, "To"), (0x0E03, "Cc"), (0x0E02, "Bcc"),
)  # fmt: skip
_PERSON: Final = (0x3001, 0x39FE, 0x3003)
_TEXT_BODY, _HTML, _RTF, _DATA = 0x1000, 0x1013, 0x1009, 0x3701
_NAMED: Final = 0x8000
_CONTACT: Final = range(0x3A00, 0x3B00)
_SAID: Final = re.compile(r"\n| / |: ")
_SHORT_BYTES: Final = 10_000
_CONTROL: Final = re.compile(r"[\x00-\x1f]+")
_MAX_VALUES: Final = 100_000

_Values = dict[int, list[bytes | str]]


@dataclass(slots=True)
class _Attachment:
    title: str = ""
    data: bytes = b""
    values: _Values = field(default_factory=dict)


class TnefExtractor:
    """Headers, bodies and attachments of one message."""

    formats: tuple[str, ...] = ("tnef",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield headers, bodies, properties and attachments. Raises InspectError MRS-X-021, MRS-X-022."""
        data = file.read(task.limits.member_bytes + 1)
        if len(data) > task.limits.member_bytes:
            raise refuse("MRS-X-022", "member_bytes")
        if not data.startswith(_MAGIC):
            raise refuse("MRS-X-021")
        message = _Message()
        message.read(data)
        yield from message.tell(task)


class _Message:
    def __init__(self) -> None:
        self._page = 932
        self._lines: list[str] = []
        self._body = ""
        self._values: _Values = {}
        self._others: list[str] = []
        self._attachments: list[_Attachment] = []
        self._is_cut = False

    def read(self, data: bytes) -> None:
        at = 6
        while at + 9 <= len(data):
            name, length = struct.unpack_from("<H2xI", data, at + 1)
            body = data[at + 9 : at + 9 + length]
            self._is_cut = self._is_cut or len(body) < length
            try:
                self._take(name, body)
            except struct.error:
                self._is_cut = True
            at += 9 + length + 2
        self._is_cut = self._is_cut or at < len(data)

    def _take(self, name: int, body: bytes) -> None:
        if name == _CODE_PAGE:
            (self._page,) = struct.unpack_from("<I", body)
        elif name == _SUBJECT and self._text(body):
            self._lines.append(f"Subject: {self._text(body)}")
        elif name == _FROM:
            display, address = struct.unpack_from("<4xHH", body)
            texts = self._text(body[8 : 8 + display]), self._text(body[8 + display : 8 + display + address])
            self._lines.append(f"From: {' / '.join(texts)}")
        elif name == _BODY:
            self._body = self._text(body)
        elif name == _PROPERTIES:
            self._values, _ = self._read_values(body, 0)
        elif name == _RECIPIENTS:
            self._read_recipients(body)
        elif name == _NEXT:
            self._attachments.append(_Attachment())
        elif name in {_FILE, _TITLE, _ATTACHED}:
            self._take_attached(name, body)
        elif len(body) < _SHORT_BYTES:  # owner, delegate and whatever else says something
            found = _CONTROL.split(self._text(body))
            self._others += (text for text in found if not text.isascii() and "\ufffd" not in text and len(text) > 1)

    def _take_attached(self, name: int, body: bytes) -> None:
        if not self._attachments:
            self._attachments.append(_Attachment())
        attachment = self._attachments[-1]
        if name == _FILE:
            attachment.data = body
        elif name == _TITLE:
            attachment.title = self._text(body)
        else:
            attachment.values, _ = self._read_values(body, 0)

    def _text(self, data: bytes) -> str:
        return decode_property(data, self._page).rstrip("\0")

    def _read_recipients(self, body: bytes) -> None:
        (count,) = struct.unpack_from("<I", body)
        at = 4
        for _ in range(min(count, _MAX_VALUES)):
            values, at = self._read_values(body, at)
            known = dict.fromkeys(str(text) for tag in _PERSON for text in values.get(tag, ()) if text)
            known |= dict.fromkeys(_list_other(values, "\n".join(known)))
            if known:
                self._lines.append(f"Recipient: {' / '.join(known)}")

    def _read_values(self, data: bytes, at: int) -> tuple[_Values, int]:
        """Return the properties at `at` by their number, and where they end. Source: MS-OXTNEF 2.1.3.4."""
        found: _Values = {}
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        for _ in range(min(count, _MAX_VALUES)):
            kind, tag = struct.unpack_from("<HH", data, at)
            at += 4
            if tag >= _NAMED:
                (form,) = struct.unpack_from("<I", data, at + 16)
                (length,) = struct.unpack_from("<I", data, at + 20)
                name = data[at + 24 : at + 24 + length].decode("utf-16-le", "replace").rstrip("\0") if form else ""
                self._others += [] if name.isascii() else [name]
                at += 24 + (length + -length % 4 if form else 0)
            base = kind & ~_MANY
            times = 1
            if base not in _FIXED or kind & _MANY:
                (times,) = struct.unpack_from("<I", data, at)
                at += 4
            for _ in range(min(times, _MAX_VALUES)):
                length = _FIXED.get(base, 0)
                if not length:
                    (length,) = struct.unpack_from("<I", data, at)
                    at += 4
                value = data[at : at + length]
                at += length + -length % 4
                if base in _TEXTS:
                    text = value.decode("utf-16-le", "replace").rstrip("\0") if base == _TEXTS[1] else self._text(value)
                    found.setdefault(tag, []).append(text)
                elif base in {_BYTES, _OBJECT}:
                    found.setdefault(tag, []).append(value)
        return found, at

    def tell(self, task: Task) -> Iterator[Extracted]:
        values = self._values
        lines = [f"{name}: {text!s}" for tag, name in _SHOWN for text in values.get(tag, ()) if text]
        headers = "".join(f"{line}\n" for line in dict.fromkeys((*self._lines, *lines)))
        if headers:
            yield Piece("headers", headers)
        body = self._body or "".join(str(text) for text in values.get(_TEXT_BODY, ()))
        if body.strip():
            yield Piece("body", body.replace("\r\n", "\n").rstrip("\n") + "\n")
        yield from self._tell_rich()
        others = dict.fromkeys((*_list_other(values, headers), *self._others))
        shown = "".join(f"{text}\n" for text in others)
        if shown:
            yield Piece("properties", shown)
        for number, attachment in enumerate(self._attachments[: task.limits.members], 1):
            member = _open_attachment(attachment, number)
            yield member
            texts = dict.fromkeys((attachment.title, *_list_other(attachment.values, "")))
            if lines := [text for text in texts if not text.isascii() and text not in member.part]:
                yield Piece(f"{member.part}: properties", "".join(f"{text}\n" for text in lines))
        if len(self._attachments) > task.limits.members:
            yield unread("MRS-X-022", "", "members")
        if self._is_cut or not (values or headers or body or self._attachments):
            yield unread("MRS-X-021")

    def _tell_rich(self) -> Iterator[Extracted]:
        for page in self._values.get(_HTML, ()):
            if isinstance(page, bytes):
                yield Member(
                    "body.html", "body.html", decode_declared(page, f"cp{self._page}").text.encode("utf-8", "replace")
                )
        for packed in self._values.get(_RTF, ()):
            if not isinstance(packed, bytes):
                continue
            try:
                data, is_whole = decompress_rtf(packed)
            except ValueError:
                data, is_whole = b"", False
            if data:
                yield Member("body.rtf", "body.rtf", data)
            self._is_cut = self._is_cut or not is_whole


def _list_other(values: _Values, told: str) -> list[str]:
    """Return the texts of properties that are not in `told`: of contacts and named ones all, of others what a person may have written."""
    found = dict.fromkeys(
        " ".join(text.split())
        for tag in sorted(values)
        if tag not in {_TEXT_BODY, _HTML}
        for text in values[tag]
        if isinstance(text, str) and (tag >= _NAMED or tag in _CONTACT or not text.isascii() or "@" in text)
    )
    said = frozenset(_SAID.split(told))
    return [text for text in found if text and text not in said]


def _open_attachment(attachment: _Attachment, number: int) -> Member:
    values = attachment.values
    name = next((str(text) for tag in _NAMES for text in values.get(tag, ()) if text), "") or attachment.title
    data = attachment.data or next((value for value in values.get(_DATA, ()) if isinstance(value, bytes)), b"")
    if not attachment.data and data[16:20] == _MAGIC:
        data = data[16:]  # a message in the message, behind the name of its kind
    name = make_label(name)
    return Member(f"attachment {number} {name}".rstrip(), label_to_name(name) or "attachment.bin", data)


EXTRACTORS: tuple[Extractor, ...] = (TnefExtractor(),)
