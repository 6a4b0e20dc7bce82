"""Mail: one message (eml) by the standard library's parser, mailboxes (mbox) message by message."""

from __future__ import annotations

import re
from email import errors, message_from_bytes
from email.message import Message
from email.policy import Compat32
from typing import TYPE_CHECKING, BinaryIO, Final

from morasanu.extract.archive.unpack import label_to_name, make_label
from morasanu.extract.interface import Member, Piece
from morasanu.extract.mail.body import decode_base64, has_more, join_flowing, list_uuencoded
from morasanu.extract.mail.header import decode_declared, decode_header, read_parameter, to_bytes
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from morasanu.extract.interface import Extracted, Extractor, Task

_CARRIED: Final = (
    "received", "mime-version", "content-", "message-id", "references", "in-reply-to", "dkim-", "domainkey-", "arc-", "authentication-results",
    "list-", "thread-index", "user-agent", "x-mailer", "x-ms-", "x-mozilla-", "x-spam", "x-virus", "x-gm-", "x-google-dkim", "x-google-smtp", "x-received", "x-priority",
    "x-mimeole", "importance", "priority", "precedence", "feedback-id",
)  # fmt: skip
_OWN_FORMATS: Final = frozenset(("text/rfc822-headers", "text/calendar", "text/vcard", "text/x-vcard"))
_PACKING: Final = frozenset(("content-type", "content-disposition"))
_PARTS: Final = 2_000
_BOUNDARY_LINES: Final = 20_000
_BOUNDARY: Final = re.compile(rb"boundary\s*=", re.IGNORECASE)
_TEXTS: Final = ("text/", "multipart/", "message/delivery-status", "message/disposition-notification")
_SHOWN_TEXTS: Final = frozenset(("text/plain", "text/html", "application/xhtml+xml"))
_NAMES: Final = {
    "message/rfc822": ".eml", "text/rfc822-headers": ".eml", "text/calendar": ".ics", "text/vcard": ".vcf", "text/x-vcard": ".vcf", "message/global": ".eml", "application/ms-tnef": ".dat", "text/html": ".html",
    "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/csv": ".csv", "application/zip": ".zip",
}  # fmt: skip
_CUT_OFF: Final = (
    errors.CloseBoundaryNotFoundDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.InvalidBase64LengthDefect,
    errors.InvalidBase64PaddingDefect,
)
_DATE: Final = re.compile(rb"From (?:.*\d\d:\d\d.* \d{4}|-?\s*\Z)")  # Thunderbird writes some without
_QUOTED: Final = re.compile(rb">+From ")
_LINE_BYTES: Final = 1 << 20
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_HEADER_LINES: Final = 100_000


class _Policy(Compat32):
    """The most tolerant policy; it cuts what only says how a part is packed, which the parser reads in quadratic time."""

    def header_source_parse(self, sourcelines: Sequence[str]) -> tuple[str, str]:
        name, value = super().header_source_parse(list(sourcelines))
        return name, value[:20_000] if name.lower().startswith("content-") else value


class _Part(Message):
    """A part whose attached messages stay as they are: `walk` looks into them."""

    def get_content_maintype(self) -> str:
        kind = super().get_content_maintype()
        return "application" if kind == "message" else kind

    def get_content_type(self) -> str:
        kind = super().get_content_type()
        return "application/octet-stream" if kind == "message/delivery-status" else kind


class EmlExtractor:
    """Headers, texts and attachments of one message, in their order."""

    formats: tuple[str, ...] = ("eml",)

    def missing(self) -> str:
        """Return `""`: the standard library reads it."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the headers, then the parts. Raises InspectError when the file is empty."""
        data = file.read(task.limits.member_bytes + 1).removeprefix(b"\xef\xbb\xbf")
        if not data.strip():
            raise refuse("MRS-X-021")
        cut = _find_cut(data, task.limits.member_bytes)
        end = _HEAD_END.search(data)
        fault = "headers" if data.count(b"\n", 0, end.start() if end else None) > _HEADER_LINES else ""
        try:
            message = None if fault else message_from_bytes(data[:cut] if cut else data, _Part, policy=_Policy())
        except RecursionError:
            message, fault = None, "depth"
        if message is None:
            yield Piece("", decode_declared(data, "").text)
            yield unread("MRS-X-022", "", fault)
            return
        del data
        headers = _read_headers(message)
        if headers:
            yield Piece("headers", headers)
        yield from _read_parts(message, task, is_cut=end is None)
        if cut:
            yield unread("MRS-X-022", "", "members")


def _find_cut(data: bytes, limit: int) -> int:
    """Return where a message is cut that is too long or has endlessly many parts, 0 when it is whole."""
    cut = limit if len(data) > limit else 0
    if data.count(b"\n--", 0, cut or None) > _BOUNDARY_LINES and _BOUNDARY.search(data):
        position = 0
        for _ in range(_BOUNDARY_LINES):
            position = data.find(b"\n--", position + 1)
        return position
    return cut


def _read_headers(message: Message) -> str:
    """Return the fields of the head, without those that say only how a message was carried and packed."""
    lines = []
    for name, value in message.raw_items():
        text = decode_header(str(value))
        # no program that only carries a message writes Japanese
        if not name.lower().startswith(_CARRIED) or not (text.isascii() or name.lower() in _PACKING):
            lines.append(f"{name}: {text}\n")
    return "".join(lines)


def _read_part_headers(part: Message) -> str:
    """Return the fields of a part that a person may have written."""
    fields = [(name, decode_header(str(value))) for name, value in part.raw_items()]
    return "".join(
        f"{name}: {text}\n"
        for name, text in fields
        if (text and name.lower() == "content-description") or not (text.isascii() or name.lower() in _PACKING)
    )


def _read_parts(message: Message, task: Task, *, is_cut: bool) -> Iterator[Extracted]:
    """Yield what the parts hold, depth first; a part is called by its numbers (`part 2.1`)."""
    stack: list[tuple[Message, str]] = [(message, "")]
    count = 0
    while stack:
        part, place = stack.pop()
        count += 1
        if count > min(_PARTS, task.limits.members):
            yield unread("MRS-X-022", f"part {place}", "members")
            return
        # of a text it would decode what it gives, by any codec that the part names
        children = part.get_payload() if part.is_multipart() else None
        if place and (headers := _read_part_headers(part)):
            yield Piece(f"part {place} headers", headers)
        yield from _read_around(part, f"part {place or 1}")
        if isinstance(children, list):
            if place.count(".") + 1 >= task.limits.depth:
                yield unread("MRS-X-022", f"part {place}", "depth")
                children = []
            numbered = [(child, f"{place}.{n}" if place else str(n)) for n, child in enumerate(children, 1)]
            stack.extend((child, number) for child, number in reversed(numbered) if isinstance(child, Message))
        else:
            yield from _read_part(part, f"part {place or 1}")
        is_cut = is_cut or any(isinstance(defect, _CUT_OFF) for defect in part.defects)
    if is_cut:
        yield unread("MRS-X-021")


def _read_around(part: Message, place: str) -> Iterator[Extracted]:
    """Yield what stands before and after the parts of a part, where programs show nothing."""
    for text in (part.preamble, part.epilogue):
        if text and text.strip():
            yield Piece(place, decode_declared(to_bytes(text), "").text)


def _read_part(part: Message, place: str) -> Iterator[Extracted]:
    kind = Message.get_content_type(part)
    name = _read_name(part)
    if not name and kind not in _SHOWN_TEXTS:
        # parts of a web archive (mht) are called by where they came from
        name = label_to_name(decode_header(_raw(part, "content-location")).partition("?")[0])
    data = _decode_body(part)
    if not isinstance(data, bytes) or not data.strip():
        if name:
            yield Member(f"{place} {make_label(name)}", label_to_name(name), b"")
        return
    if not name and kind in {"text/html", "application/xhtml+xml"}:
        text = decode_declared(data, _read_charset(part))
        yield Member(f"{place}.html", "part.html", text.text.encode("utf-8", "replace"))
    elif not name and kind.startswith(_TEXTS) and kind not in _OWN_FORMATS:
        text = decode_declared(data, _read_charset(part))
        yield Piece(place, join_flowing(text.text.replace("\r\n", "\n"), _raw(part, "content-type")))
        for name, file in list_uuencoded(data):
            yield Member(f"{place} {make_label(name)}", label_to_name(name), file)
    else:
        is_head = kind == "text/rfc822-headers"  # a message without a body
        data = data + b"\r\n\r\n" if is_head else data
        yield Member(f"{place} {make_label(name)}".rstrip(), _name_file(name, kind), data)
        return
    if not text.is_whole:
        yield unread("MRS-X-021", place)


def _decode_body(part: Message) -> object:
    data = part.get_payload(decode=True)
    coding = _raw(part, "content-transfer-encoding").strip("\"' \t").lower()
    body = vars(part).get("_payload")  # asked for, it would be decoded by any codec that the part names
    if coding.startswith("base64") and isinstance(body, str):
        raw = to_bytes(body)
        if has_more(raw) or data == raw:
            return decode_base64(raw)
    return data


def _read_charset(part: Message) -> str:
    return read_parameter(_raw(part, "content-type"), "charset")


def _read_name(part: Message) -> str:
    """Return the name of an attachment, `""` when the part has none."""
    name = read_parameter(_raw(part, "content-disposition"), "filename", "name")
    return name or read_parameter(_raw(part, "content-type"), "name", "filename")


def _raw(part: Message, wanted: str) -> str:
    return next((str(value) for name, value in part.raw_items() if name.lower() == wanted), "")


def _name_file(name: str, kind: str) -> str:
    name = label_to_name(name)
    suffix = _NAMES.get(kind, "")
    if kind in {"message/rfc822", "message/global"} and not name.lower().endswith(".eml"):
        return f"{name or 'message'}.eml"
    if kind == "application/ms-tnef":
        return name or "winmail.dat"
    return name or f"part{suffix or '.bin'}"


class MboxExtractor:
    """The messages of a mailbox file, each as a file of its own."""

    formats: tuple[str, ...] = ("mbox",)

    def missing(self) -> str:
        """Return `""`: it needs nothing."""
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the messages; only one at a time is held. Raises InspectError when there are none."""
        count = 0
        for message, is_whole in _split(file, task.limits.member_bytes):
            count += 1
            if count > task.limits.members:
                yield unread("MRS-X-022", "", "members")
                return
            label = f"message {count}"
            yield Member(label, f"{label}.eml", message)
            if not is_whole:
                yield unread("MRS-X-022", label, "member_bytes")
        if not count:
            raise refuse("MRS-X-021")


def _split(file: BinaryIO, limit: int) -> Iterator[tuple[bytes, bool]]:
    """Yield each message with whether it is whole. Source: RFC 4155, with the quoting of mboxrd undone."""
    kept: list[bytes] = []
    size = 0
    is_start = is_blank = True
    is_dated: bool | None = None
    while line := file.readline(_LINE_BYTES):
        if is_start and is_blank and line.startswith(b"From ") and (not is_dated or _DATE.match(line)):
            is_dated = bool(_DATE.match(line)) if is_dated is None else is_dated
            if any(kept):
                yield b"".join(kept), size <= limit
            kept, size = [], 0
        elif size <= limit:
            size += len(line)
            kept.append(line[1:] if is_start and _QUOTED.match(line) else line)
        is_blank = is_start and not line.strip()
        is_start = line.endswith(b"\n")
    if any(kept):
        yield b"".join(kept), size <= limit


EXTRACTORS: tuple[Extractor, ...] = (EmlExtractor(), MboxExtractor())
