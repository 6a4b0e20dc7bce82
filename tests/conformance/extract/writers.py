"""Files of every format with the markers in them, by the standard library and the writers of the dev group."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import mailbox
import sqlite3
import struct
import tarfile
import tempfile
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.conformance.extract.markers import MARKERS

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES: Final = "\n".join(MARKERS)


def _xlsx() -> bytes:
    import openpyxl  # noqa: PLC0415 - the writers are heavy and each is needed once

    book = openpyxl.Workbook()
    for start in range(0, 60, 20):
        sheet = book.create_sheet(f"名簿{start}")
        for marker in MARKERS[start : start + 20]:
            sheet.append(marker.split(" ", 2))
    book["名簿20"].sheet_state = "hidden"
    return _save(book.save)


def _xls() -> bytes:
    import xlwt  # noqa: PLC0415

    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("名簿")
    for row, marker in enumerate(MARKERS):
        sheet.write(row, 0, marker)
    return _save(book.save)


def _ods() -> bytes:
    from odf.opendocument import OpenDocumentSpreadsheet  # noqa: PLC0415
    from odf.table import Table, TableCell, TableRow  # noqa: PLC0415
    from odf.text import P  # noqa: PLC0415

    book = OpenDocumentSpreadsheet()
    table = Table(name="名簿")
    for marker in MARKERS:
        row, cell = TableRow(), TableCell(valuetype="string")
        cell.addElement(P(text=marker))
        row.addElement(cell)
        table.addElement(row)
    book.spreadsheet.addElement(table)
    return _save(book.save)


def _odt() -> bytes:
    from odf.opendocument import OpenDocumentText  # noqa: PLC0415
    from odf.text import P  # noqa: PLC0415

    text = OpenDocumentText()
    for marker in MARKERS:
        text.text.addElement(P(text=marker))
    return _save(text.save)


def _docx() -> bytes:
    import docx  # noqa: PLC0415

    document = docx.Document()
    for marker in MARKERS[:20]:
        document.add_paragraph(marker)
    table = document.add_table(rows=0, cols=1)
    for marker in MARKERS[20:40]:
        table.add_row().cells[0].text = marker
    section = document.sections[0]
    section.header.paragraphs[0].text = "\n".join(MARKERS[40:50])
    section.footer.paragraphs[0].text = "\n".join(MARKERS[50:])
    return _save(document.save)


def _pptx() -> bytes:
    import pptx  # noqa: PLC0415

    deck = pptx.Presentation()
    for start in range(0, 60, 20):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.placeholders[1].text = "\n".join(MARKERS[start : start + 10])
        slide.notes_slide.notes_text_frame.text = "\n".join(MARKERS[start + 10 : start + 20])
    return _save(deck.save)


def _pdf() -> bytes:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont  # noqa: PLC0415
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    pdfmetrics.registerFont(UnicodeCIDFont("HeiseiMin-W3"))
    file = io.BytesIO()
    canvas = Canvas(file)
    for number, marker in enumerate(MARKERS):
        if number % 30 == 0:
            canvas.showPage() if number else None
            canvas.setFont("HeiseiMin-W3", 11)
        canvas.drawString(50, 800 - number % 30 * 24, marker)
    canvas.save()
    return file.getvalue()


def _rtf() -> bytes:
    body = "".join(
        c if c.isascii() else "".join(f"\\u{code if code < 32768 else code - 65536}?" for code in _units(c))
        for c in _LINES.replace("\n", "\\par\n")
    )
    return ("{\\rtf1\\ansi\\ansicpg932\\uc1 " + body + "}").encode("ascii")


def _units(character: str) -> tuple[int, ...]:
    data = character.encode("utf-16-le")
    return struct.unpack(f"<{len(data) // 2}H", data)


def _eml() -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@shiomi.example", "b@shiomi.example", MARKERS[0]
    mail.set_content("\n".join(MARKERS[1:30]))
    mail.add_attachment("\n".join(MARKERS[30:]).encode("utf-8"), maintype="text", subtype="plain", filename="名簿.txt")
    return mail.as_bytes()


def _mbox() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        box = mailbox.mbox(Path(folder) / "box")
        for start in range(0, 60, 20):
            mail = EmailMessage()
            mail["Subject"] = "件名"
            mail.set_content("\n".join(MARKERS[start : start + 20]))
            box.add(mail)
        box.close()
        return (Path(folder) / "box").read_bytes()


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("支店/名簿.txt", "\n".join(MARKERS[:30]))
        archive.writestr("名簿.docx", _docx())
    return file.getvalue()


def _7z() -> bytes:
    import py7zr  # noqa: PLC0415

    file = io.BytesIO()
    with py7zr.SevenZipFile(file, "w") as archive:
        archive.writestr(_LINES.encode(), "名簿.txt")
    return file.getvalue()


def _tar() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        data = _LINES.encode("euc_jp", "ignore") if _LINES.isascii() else _LINES.encode()
        info = tarfile.TarInfo("名簿.txt")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def _sqlite() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        base = sqlite3.connect(path)
        base.execute("CREATE TABLE customer (id INTEGER, memo TEXT)")
        base.executemany("INSERT INTO customer VALUES (?, ?)", enumerate(MARKERS))
        base.commit()
        base.close()
        return path.read_bytes()


def _parquet() -> bytes:
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    file = io.BytesIO()
    pq.write_table(pa.table({"memo": list(MARKERS)}), file)
    return file.getvalue()


def _save(save: Callable[[io.BytesIO], object]) -> bytes:
    file = io.BytesIO()
    save(file)
    return file.getvalue()


WRITERS: Final[dict[str, Callable[[], bytes]]] = {
    "xlsx": _xlsx, "xls": _xls, "ods": _ods, "docx": _docx, "pptx": _pptx, "odt": _odt, "pdf": _pdf, "rtf": _rtf,
    "eml": _eml, "mbox": _mbox, "zip": _zip, "7z": _7z, "tar.gz": _tar,
    "gz": lambda: gzip.compress(_LINES.encode()), "bz2": lambda: bz2.compress(_LINES.encode()), "xz": lambda: lzma.compress(_LINES.encode()),
    "sqlite": _sqlite, "parquet": _parquet,
    "txt": _LINES.encode, "html": f"<html><body>{''.join(f'<p>{m}</p>' for m in MARKERS)}".encode,
    "xml": f"<list>{''.join(f'<row>{m}</row>' for m in MARKERS)}</list>".encode,
}  # fmt: skip
"""By file ending: what makes a file of the format with all markers in it."""
OFFICE_CONVERTS: Final = {"doc": "docx", "odt": "docx", "ppt": "pptx", "odp": "pptx", "xls": "xlsx", "ods": "xlsx", "rtf": "docx"}  # fmt: skip
"""What LibreOffice makes of what: target ending to source ending."""
