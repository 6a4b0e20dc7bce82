"""PDF: text page by page, notes, form fields, links, outline, document information, attachments; pages and pictures that have to be seen as pictures."""

from __future__ import annotations

import ctypes
import importlib.util
import re
from functools import partial
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from morasanu.errors import InspectError
from morasanu.extract.interface import Member, Picture, Piece
from morasanu.extract.page.draw import draw_page, has_pictures, uncover_glyphs
from morasanu.extract.page.objects import list_states, read_around, read_objects
from morasanu.extract.page.password import list_spellings
from morasanu.extract.reason import refuse, unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.extract.interface import Extracted, Extractor, Task, Unread

Handle: TypeAlias = Any  # what pypdfium2 gives: it carries no types

_MAX_PAGES: Final = 20_000
_MAX_LOST_PAGES: Final = 50
_MAX_CHARACTERS: Final = 5_000_000
_MAX_NOTES: Final = 10_000
_MAX_OUTLINE: Final = 50_000
_MAX_STRING_BYTES: Final = 4_000_000
_INFORMATION: Final = ("Title", "Author", "Subject", "Keywords", "Creator")
_ERR_PASSWORD: Final = 4
_TAIL_BYTES: Final = 2_048
_MAX_SWEPT_BYTES: Final = 160_000_000  # it stands in memory beside what pdfium holds
_MAX_STATES: Final = 8
_MAX_REBUILT_BYTES: Final = 100_000_000
_FREE_OBJECT: Final = 3_999_000  # just below the highest number that pdfium takes
_PAGE_OBJECT: Final = re.compile(rb"\b(\d{1,7}) (\d{1,5}) obj\b(?:(?!obj|stream)[^\0]){0,2000}?/Type\s*/Page\b")
# what a font without a map to Unicode leaves: such a page has text for the eye only
_MEANINGLESS: Final = re.compile("[\x00-\x08\x0e-\x1f\ufffd\ue000-\uf8ff]")


class PdfExtractor:
    """Reads PDF with pypdfium2."""

    formats = ("pdf",)

    def missing(self) -> str:
        """Return `pdf` when pypdfium2 is not installed."""
        return "" if importlib.util.find_spec("pypdfium2") else "pdf"

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        """Yield the document's information, its outline, every page's text and notes, the attachments.

        Raises InspectError MRS-X-020 (encrypted, no password fits), MRS-X-021 (no PDF to be found in it).
        """
        is_cut = _is_cut(file)
        document = _open(file, task.passwords)
        try:
            said: set[str] = set()
            yield from _note_lines(_read_document(document, task), said)
            yield from _read_beside(file, document, said, task)
            if is_cut:
                yield unread("MRS-X-021")
        finally:
            document.close()


def _read_document(document: Handle, task: Task) -> Iterator[Extracted]:
    yield from _read_information(document)
    yield from _read_form_data(document, task)
    _start_forms(document)
    yield from _read_pages(document, task)
    yield from _read_attachments(document, task)


def _note_lines(outs: Iterator[Extracted], said: set[str]) -> Iterator[Extracted]:
    """Yield `outs`; their lines, and what stands apart by tabs in them, go to `said`."""
    for out in outs:
        if isinstance(out, Piece):
            for line in out.text.splitlines():
                said.update((line, *line.split("\t")))
        yield out


def _read_beside(file: BinaryIO, document: Handle, said: set[str], task: Task) -> Iterator[Extracted]:
    """Yield what no page shows: strings of any object, what stands around the document, what its earlier states showed."""
    if file.seek(0, 2) > min(_MAX_SWEPT_BYTES, task.limits.member_bytes):
        yield unread("MRS-X-022", "objects", "bytes")
        return
    file.seek(0)
    data = file.read()
    is_locked = _raw().FPDF_GetSecurityHandlerRevision(document) >= 0
    yield from read_objects(_unlock(file, task.passwords) if is_locked else data, said, task.limits.ratio)
    yield from read_around(data)
    states = list_states(data)
    for number, end in enumerate(states[:_MAX_STATES], 1):
        yield from _read_state(data[:end], f"earlier state {number}", said, task)
    if len(states) > _MAX_STATES:
        yield unread("MRS-X-022", "earlier states", "states")


def _unlock(file: BinaryIO, passwords: tuple[str, ...]) -> bytes:
    """Return the document without its lock, opened anew: reading the pages has laid their notes flat."""
    document, kept = _open(file, passwords), BytesIO()
    document.save(kept, flags=_raw().FPDF_REMOVE_SECURITY)
    document.close()
    return kept.getvalue()


def _read_state(data: bytes, part: str, said: set[str], task: Task) -> Iterator[Extracted]:
    """Yield the lines that no later state shows. One that does not open any more is none."""
    try:
        document = _open(BytesIO(data), task.passwords, salvages=False)
    except InspectError:
        return
    try:
        for out in _read_document(document, task):
            if isinstance(out, Piece):
                lines = [line for line in out.text.splitlines() if line not in said and line.strip()]
                said.update(lines)
                if lines:
                    yield Piece(f"{part} {out.part}", "\n".join(lines) + "\n")
    finally:
        document.close()


def _open(file: BinaryIO, passwords: tuple[str, ...], *, salvages: bool = True) -> Handle:
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, loaded when it is needed

    for password in list_spellings(passwords):
        file.seek(0)
        try:
            return pypdfium2.PdfDocument(file, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code != _ERR_PASSWORD:
                break
        except UnicodeError:
            continue
    else:
        raise refuse("MRS-X-020")
    if not salvages:
        raise refuse("MRS-X-021")
    try:
        return pypdfium2.PdfDocument(_rebuild(file))
    except pypdfium2.PdfiumError as error:
        raise refuse("MRS-X-021") from error


def _rebuild(file: BinaryIO) -> bytes:
    """Return the file with a catalogue of the pages found in it: one that is cut off has lost its own at the end."""
    file.seek(0)
    data = file.read(_MAX_REBUILT_BYTES + 1)
    if len(data) > _MAX_REBUILT_BYTES or b"/Encrypt" in data:
        raise refuse("MRS-X-021")
    kids = [b"%s %s R" % match.groups() for match in islice(_PAGE_OBJECT.finditer(data), _MAX_PAGES)]
    number = _FREE_OBJECT
    catalogue = b"%d 0 obj\n<< /Type /Catalog /Pages %d 0 R >>\nendobj\n" % (number, number + 1)
    pages = b"%d 0 obj\n<< /Type /Pages /Kids [%s] /Count %d >>\nendobj\n" % (number + 1, b" ".join(kids), len(kids))
    return data + b"\nendstream\nendobj\n" + catalogue + pages + b"trailer\n<< /Root %d 0 R >>\n%%%%EOF\n" % number


def _raw() -> Handle:
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    return raw


def _is_cut(file: BinaryIO) -> bool:
    """Return whether the mark that ends every PDF is missing: pdfium then reads what is left without a word."""
    file.seek(max(file.seek(0, 2) - _TAIL_BYTES, 0))
    return b"%%EOF" not in file.read(_TAIL_BYTES)


def _read_information(document: Handle) -> Iterator[Extracted]:
    raw = _raw()
    found = {key: _get_string(raw.FPDF_GetMetaText, document, key.encode()) for key in _INFORMATION}
    values = [f"{key}\t{value}\n" for key, value in found.items() if value]
    if values:
        yield Piece("info", "".join(values))
    titles: list[str] = []
    for mark in document.get_toc():
        if len(titles) >= _MAX_OUTLINE:
            yield unread("MRS-X-022", "outline", "entries")
            break
        titles.append(_get_string(raw.FPDFBookmark_GetTitle, mark) + "\n")
    if titles:
        yield Piece("outline", "".join(titles))


def _read_form_data(document: Handle, task: Task) -> Iterator[Extracted]:
    """Yield the XML that an XFA form keeps its fields in: its pages show only "please wait"."""
    raw = _raw()
    for index in range(min(max(raw.FPDF_GetXFAPacketCount(document), 0), 100)):
        size = ctypes.c_ulong()
        raw.FPDF_GetXFAPacketContent(document, index, None, 0, size)
        if not 0 < size.value <= task.limits.member_bytes:
            continue
        buffer = ctypes.create_string_buffer(size.value)
        if raw.FPDF_GetXFAPacketContent(document, index, buffer, size.value, size):
            yield Member(f"xfa {index + 1}", f"xfa-{index + 1}.xml", buffer.raw[: size.value])


def _start_forms(document: Handle) -> None:
    import pypdfium2  # noqa: PLC0415

    try:
        document.init_forms()
    except pypdfium2.PdfiumError:
        return  # the fields' values are then read from the annotations alone


def _read_pages(document: Handle, task: Task) -> Iterator[Extracted]:
    import pypdfium2  # noqa: PLC0415

    claimed = len(document)
    if claimed < 1:
        yield unread("MRS-X-021")
    lost = 0
    for index in range(min(claimed, _MAX_PAGES)):
        part = f"p. {index + 1}"
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            yield unread("MRS-X-021", part)
            lost += 1
            if lost >= _MAX_LOST_PAGES:
                yield unread("MRS-X-021", f"p. {index + 2}-{claimed}")
                return
            continue
        lost = 0
        try:
            said: set[str] = set()
            yield from _note_lines(_read_page(document, page, part, task), said)
            yield from _read_under(document, page, index, said, part)
        except pypdfium2.PdfiumError:
            yield unread("MRS-X-021", part)
        finally:
            page.close()
    if claimed > _MAX_PAGES:
        yield unread("MRS-X-022", f"p. {_MAX_PAGES + 1}-{claimed}", "pages")


def _read_page(document: Handle, page: Handle, part: str, task: Task) -> Iterator[Extracted]:
    raw = _raw()
    text, is_cut = _read_text(page)
    shown = text.strip()
    if shown:
        yield Piece(part, text if text.endswith("\n") else text + "\n")
    if is_cut:
        yield unread("MRS-X-022", part, "characters")
    is_meaningless = len(_MEANINGLESS.findall(shown)) * 3 > len(shown)
    yield from _read_notes(document, page, part, task)
    if not shown or is_meaningless:
        if raw.FPDFPage_CountObjects(page) > 0:
            yield Picture(part, partial(draw_page, page))
    elif has_pictures(page):
        yield Picture(part, partial(draw_page, page, hides_text=True))


def _read_under(document: Handle, page: Handle, index: int, said: set[str], part: str) -> Iterator[Extracted]:
    """Yield the lines of `page` that nothing else says: under text that is to be spoken in their place, on stamps and in fields."""
    raw = _raw()
    if uncover_glyphs(page):  # one that has been drawn may have lost its text
        bare = document[index]
        uncover_glyphs(bare)
        yield from _list_new(bare, said, f"{part} glyphs")
    if _has_looks(page) and raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS:
        yield from _list_new(document[index], said, f"{part} appearance")


def _has_looks(page: Handle) -> bool:
    """Return whether an annotation brings text of its own to be shown."""
    raw = _raw()
    for index in range(min(max(raw.FPDFPage_GetAnnotCount(page), 0), _MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if note:
            size = raw.FPDFAnnot_GetAP(note, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)
            raw.FPDFPage_CloseAnnot(note)
            if size > 2:
                return True
    return False


def _list_new(page: Handle, said: set[str], part: str) -> Iterator[Extracted]:
    lines = [line for line in _read_text(page)[0].splitlines() if line.strip() and line not in said]
    page.close()
    said.update(lines)
    if lines:
        yield Piece(part, "\n".join(lines) + "\n")


def _read_text(page: Handle) -> tuple[str, bool]:
    textpage = page.get_textpage()
    try:
        count = textpage.count_chars()
        text = textpage.get_text_range(0, min(count, _MAX_CHARACTERS)) if count > 0 else ""
    finally:
        textpage.close()
    return _clean(text, keep_lines=True), count > _MAX_CHARACTERS


def _read_notes(document: Handle, page: Handle, part: str, task: Task) -> Iterator[Extracted]:
    raw = _raw()
    count = max(raw.FPDFPage_GetAnnotCount(page), 0)
    found: dict[str, list[str]] = {"note": [], "field": [], "link": []}
    for index in range(min(count, _MAX_NOTES)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            kind = raw.FPDFAnnot_GetSubtype(note)
            if kind == raw.FPDF_ANNOT_WIDGET:
                found["field"].append(_read_field(document, note))
            elif kind == raw.FPDF_ANNOT_LINK:
                found["link"].append(_read_link(document, note))
            elif kind != raw.FPDF_ANNOT_POPUP:
                values = (_get_string(raw.FPDFAnnot_GetStringValue, note, key) for key in (b"T", b"Contents"))
                found["note"].append("\t".join(filter(None, values)))
                yield from _read_attached(document, raw.FPDFAnnot_GetFileAttachment(note), part, task)
        finally:
            raw.FPDFPage_CloseAnnot(note)
    for kind, lines in found.items():
        if any(lines):
            yield Piece(f"{part} {kind}", "".join(f"{line}\n" for line in dict.fromkeys(lines) if line))
    if count > _MAX_NOTES:
        yield unread("MRS-X-022", part, "annotations")


def _read_field(document: Handle, note: Handle) -> str:
    raw = _raw()
    if document.formenv:
        name = _get_string(raw.FPDFAnnot_GetFormFieldAlternateName, document.formenv, note)
        name = name or _get_string(raw.FPDFAnnot_GetFormFieldName, document.formenv, note)
        value = _get_string(raw.FPDFAnnot_GetFormFieldValue, document.formenv, note)
    else:
        name, value = (_get_string(raw.FPDFAnnot_GetStringValue, note, key) for key in (b"T", b"V"))
    return f"{name}\t{value}" if value else ""


def _read_link(document: Handle, note: Handle) -> str:
    raw = _raw()
    link = raw.FPDFAnnot_GetLink(note)
    action = raw.FPDFLink_GetAction(link) if link else None
    size = raw.FPDFAction_GetURIPath(document, action, None, 0) if action else 0
    if not 0 < size <= _MAX_STRING_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFAction_GetURIPath(document, action, buffer, size)
    return _clean(buffer.value.decode("utf-8", "replace"))


def _get_string(function: Callable[..., int], *arguments: Handle) -> str:
    size = function(*arguments, None, 0)
    if not 2 < size <= _MAX_STRING_BYTES:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    function(*arguments, buffer, size)
    return _clean(bytes(buffer)[: size - 2].decode("utf-16-le", "replace"))


def _read_attachments(document: Handle, task: Task) -> Iterator[Extracted]:
    raw = _raw()
    count = max(raw.FPDFDoc_GetAttachmentCount(document), 0)
    for index in range(min(count, task.limits.members)):
        yield from _read_attached(document, raw.FPDFDoc_GetAttachment(document, index), f"attachment {index + 1}", task)
    if count > task.limits.members:
        yield unread("MRS-X-022", "attachments", "members")


def _read_attached(document: Handle, handle: Handle, part: str, task: Task) -> Iterator[Member | Unread]:
    if not handle:
        return
    import pypdfium2  # noqa: PLC0415

    raw = _raw()
    size = ctypes.c_ulong()
    raw.FPDFAttachment_GetFile(handle, None, 0, size)
    if size.value > task.limits.member_bytes:
        yield unread("MRS-X-022", part, "bytes")
        return
    attachment = pypdfium2.PdfAttachment(handle, document)
    try:
        yield Member(part, _get_string(raw.FPDFAttachment_GetName, handle), bytes(attachment.get_data()))
    except pypdfium2.PdfiumError:
        yield unread("MRS-X-021", part)


def _clean(text: str, *, keep_lines: bool = False) -> str:
    """Return `text` with line feeds only (or none), without NULs; pdfium marks a hyphen at a line's end by U+FFFE or U+0002."""
    text = (
        text.replace("\ufffe", "-").replace("\x02", "-").replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n")
    )
    return text if keep_lines else text.replace("\n", " ")


EXTRACTORS: list[Extractor] = [PdfExtractor()]
