"""Tiny real files that are more than text: a workbook, a page description, an archive. No compression, no clock."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from xml.sax.saxutils import escape

_EPOCH = (2026, 4, 1, 9, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def make_zip(members: dict[str, bytes]) -> bytes:
    """Return an archive that stores the members in the given order, all dated alike."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 0
            archive.writestr(info, data)
    return out.getvalue()


def make_locked(name: str, data: bytes, password: bytes) -> bytes:
    """Return an archive of one stored member, encrypted the old way (PKWARE appnote 6.1) that mails to customers still use."""
    check = zlib.crc32(data)
    body = _encrypt(bytes(11) + bytes([check >> 24]) + data, password)
    title = name.encode()
    fields = struct.pack("<HHHHHLLLHH", 20, 0x801, 0, 0x4800, 0x5C81, check, len(body), len(data), len(title), 0)
    local = b"PK\x03\x04" + fields + title + body
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, 0) + title
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + end


def _encrypt(data: bytes, password: bytes) -> bytes:
    keys = [0x12345678, 0x23456789, 0x34567890]

    def update(byte: int) -> None:
        keys[0] = _crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = _crc(keys[2], keys[1] >> 24)

    for byte in password:
        update(byte)
    out = bytearray()
    for byte in data:
        key = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((key * (key ^ 1) >> 8) & 0xFF))
        update(byte)
    return bytes(out)


def _crc(crc: int, byte: int) -> int:
    return zlib.crc32(bytes([byte]), crc ^ 0xFFFFFFFF) ^ 0xFFFFFFFF


def make_workbook(table: str) -> bytes:
    """Return an .xlsx of one sheet from lines of tab-separated cells; every cell is text."""
    rows = []
    for number, cells in enumerate(csv.reader(io.StringIO(table), delimiter="\t"), start=1):
        inside = "".join(
            f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for place, cell in enumerate(cells)
        )
        rows.append(f'<row r="{number}">{inside}</row>')
    content = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{content}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{content}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData></worksheet>',
    }
    return make_zip({name: (_HEAD + body).encode() for name, body in parts.items()})


def make_page(text: str) -> bytes:
    """Return a .pdf of one A4 page with the lines of the text, in a Japanese font every reader brings along."""
    lines = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in text.splitlines())
    stream = f"BT /F1 10 Tf 14 TL 50 790 Td\n{lines}ET"
    font = "/BaseFont /HeiseiKakuGo-W5"
    system = "<< /Registry (Adobe) /Ordering (Japan1) /Supplement 2 >>"
    box = "/FontBBox [-92 -250 1010 922] /ItalicAngle 0 /Ascent 859 /Descent -141 /CapHeight 709 /StemV 114"
    objects = (
        "/Type /Catalog /Pages 2 0 R",
        "/Type /Pages /Kids [3 0 R] /Count 1",
        "/Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 7 0 R /Resources << /Font << /F1 4 0 R >> >>",
        f"/Type /Font /Subtype /Type0 {font} /Encoding /UniJIS-UCS2-H /DescendantFonts [5 0 R]",
        f"/Type /Font /Subtype /CIDFontType0 {font} /FontDescriptor 6 0 R /CIDSystemInfo {system}",
        f"/Type /FontDescriptor /FontName /HeiseiKakuGo-W5 /Flags 4 {box}",
    )
    bodies = [f"<< {entry} >>" for entry in objects] + [f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    out = "%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    size = len(bodies) + 1
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return f"{out}xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode("ascii")
