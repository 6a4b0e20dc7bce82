"""PDF pages as grey pictures: when a page has to be seen to be read, and drawing it for whoever recognises characters."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from morasanu.extract.page.image import LEAST_PIXELS

if TYPE_CHECKING:
    from collections.abc import Iterator

Handle: TypeAlias = Any  # what pypdfium2 gives: it carries no types

_RENDER_PIXELS: Final = 12_000_000
_RENDER_DPI: Final = 300
_MOST_OBJECTS: Final = 5_000
_MOST_MARKED: Final = 50_000
_MOST_DEPTH: Final = 4
_LEAST_SHARE: Final = 0.03
"""Of a page: less than a business card, more than most logos."""
_LEAST_LAYER: Final = 20


def has_pictures(page: Handle) -> bool:
    """Return whether pictures that may hold text cover more than 3 % of `page`, and no scanner has read them yet.

    A scanner's reading lies over the picture as text that is not painted (rendering mode 3 of ISO 32000, 9.3.6).
    """
    from pypdfium2 import raw  # type: ignore[import-untyped]  # noqa: PLC0415 - an extra, loaded when it is needed

    width, height = page.get_size()
    covered = 0.0
    for number, item in enumerate(_list_objects(page, raw)):
        if number >= _MOST_OBJECTS:
            break
        if any(_is_large(inner, raw) for inner in _list_pictures(item, raw, 0)):
            covered += _measure_share(item, raw, width, height)
    return covered >= _LEAST_SHARE and not _has_layer(page, raw)


def draw_page(page: Handle, *, hides_text: bool = False) -> bytes:
    """Return the page as a grey picture (PGM): the one format that needs no library to write.

    `hides_text` leaves out the text that has been read as such; `page` is then good for nothing else.
    """
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    if hides_text and hasattr(raw, "FPDFPageObj_SetIsActive"):
        for item in _list_objects(page, raw):
            if raw.FPDFPageObj_GetType(item) == raw.FPDF_PAGEOBJ_TEXT:
                raw.FPDFPageObj_SetIsActive(item, 0)
    width, height = (max(side, 1.0) for side in page.get_size())
    scale = min(
        _RENDER_DPI / 72, (_RENDER_PIXELS / (width * height)) ** 0.5, _RENDER_PIXELS / 1_000 / max(width, height)
    )
    bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=True)
    try:
        pixels, stride = memoryview(bitmap.buffer), bitmap.stride
        rows = (pixels[row * stride : row * stride + bitmap.width] for row in range(bitmap.height))
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
    finally:
        bitmap.close()


def uncover_glyphs(page: Handle) -> bool:
    """Return whether text was taken away that pdfium gives in place of what the page shows (ActualText of ISO 32000, 14.9.4)."""
    from pypdfium2 import raw  # noqa: PLC0415 - as above

    found = False
    for number, item in enumerate(_list_objects(page, raw)):
        if number >= _MOST_MARKED:
            break
        for index in reversed(range(max(raw.FPDFPageObj_CountMarks(item), 0))):
            mark = raw.FPDFPageObj_GetMark(item, index)
            if mark and raw.FPDFPageObjMark_GetParamValueType(mark, b"ActualText") == raw.FPDF_OBJECT_STRING:
                found = bool(raw.FPDFPageObj_RemoveMark(item, mark)) or found
    return found


def _list_objects(page: Handle, raw: Handle) -> Iterator[Handle]:
    for index in range(max(raw.FPDFPage_CountObjects(page), 0)):
        item = raw.FPDFPage_GetObject(page, index)
        if item:
            yield item


def _list_pictures(item: Handle, raw: Handle, depth: int) -> Iterator[Handle]:
    """Yield `item` when it is a picture, or the pictures of the group that it is."""
    kind = raw.FPDFPageObj_GetType(item)
    if kind == raw.FPDF_PAGEOBJ_IMAGE:
        yield item
    elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _MOST_DEPTH:
        for index in range(min(max(raw.FPDFFormObj_CountObjects(item), 0), _MOST_OBJECTS)):
            inner = raw.FPDFFormObj_GetObject(item, index)
            if inner:
                yield from _list_pictures(inner, raw, depth + 1)


def _is_large(item: Handle, raw: Handle) -> bool:
    # however thin: scanners cut a page into strips
    width, height = ctypes.c_uint(), ctypes.c_uint()
    return bool(raw.FPDFImageObj_GetImagePixelSize(item, width, height)) and width.value * height.value >= LEAST_PIXELS


def _measure_share(item: Handle, raw: Handle, width: float, height: float) -> float:
    """Return which part of the page `item` covers, 0 to 1."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    if not raw.FPDFPageObj_GetBounds(item, left, bottom, right, top) or width * height <= 0:
        return 0.0
    # a page on its side gives its sides the other way round
    area = min(right.value - left.value, max(width, height)) * min(top.value - bottom.value, max(width, height))
    return max(0.0, min(1.0, area / (width * height)))


def _has_layer(page: Handle, raw: Handle) -> bool:
    """Return whether text that is not painted lies on the page."""
    textpage = page.get_textpage()
    try:
        count = 0
        for item in _list_objects(page, raw):
            if raw.FPDFPageObj_GetType(item) != raw.FPDF_PAGEOBJ_TEXT:
                continue
            if raw.FPDFTextObj_GetTextRenderMode(item) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
                count += max(raw.FPDFTextObj_GetText(item, textpage, None, 0) // 2 - 1, 0)
            if count >= _LEAST_LAYER:
                return True
        return False
    finally:
        textpage.close()
