"""What fuzzing starts from: small files of every format, made by code, most by the makers of the other tests."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zlib
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Final

from tests.conformance.extract.writers import WRITERS
from tests.unit.extract.made import (
    MARKERS,
    write_compound,
    write_pdf,
    write_record,
    write_slides,
    write_stream,
    write_word,
)
from tests.unit.extract.packed import encrypt, make_cab, make_lzh, make_old_zip, make_tar, make_zip
from tests.unit.extract.test_image import PICTURES
from tests.unit.extract.test_mail import LINE, encode_word, make_mail, to_jis
from tests.unit.extract.test_message import binary, make_message, make_ole, make_properties, wide
from tests.unit.extract.test_odf import ODT, TWICE, cell, content, row
from tests.unit.extract.test_rtf import HEAD
from tests.unit.extract.test_sheet import XLSX, make_xlsb
from tests.unit.extract.test_table import write_dbf, write_sqlite
from tests.unit.extract.test_word import DOCX, PPTX

from morasanu.extract.frame import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

TEXT: Final = "\n".join(MARKERS) + "\n氏名,電話\n山田 太郎,090-1234-5678\n"
FILES: Final = {"a.txt": TEXT.encode(), "支店/名簿.csv": "氏名,電話\n山田,03-5555-0114\n".encode("cp932") * 9}
CUT: Final = b"\n\xff\n"
"""Stands between the parts of a package or the streams of a compound file in an input: so no checksum stops the fuzzer."""
ODS: Final[dict[str, str | bytes]] = {
    "content.xml": content(
        "spreadsheet",
        f'<table:table table:name="名簿">{row(cell("氏名") + cell("電話", TWICE))}'
        + row(cell("山田", 'office:value="1"'), 'table:number-rows-repeated="3"')
        + "</table:table>",
    )
}
SPEC: Final = """\
id: safe_deposit_box
label: SAFE_DEPOSIT_BOX
title: {ja: 貸金庫番号, en: safe-deposit box number}
checked: verified
source: our contract form
text_forms: ['K-[0-9]{4}']
value: 'K-[0-9]{4}(?![0-9])'
labels: [貸金庫番号, 貸金庫]
keys: [boxno]
score: {alone: 0, checked: 0, labelled: 0.95, labelled_checked: 0.95}
examples:
  - {text: "貸金庫番号：K-0417", found: [K-0417]}
counter_examples: ["書庫の棚 K-0417 に戻す"]
"""
WORD: Final = ("WordDocument", "1Table", "Data", "\x05SummaryInformation", "ObjectPool/_1/\x01Ole10Native")
SLIDES: Final = ("PowerPoint Document", "Current User", "Pictures", "\x05DocumentSummaryInformation")

_ATTACHED: Final = "__attach_version1.0_#00000000/__substg1.0_37"
MESSAGE: Final = (
    "__properties_version1.0", "__substg1.0_0037001F", "__substg1.0_007D001E", "__substg1.0_1000001E", "__substg1.0_10130102",
    "__substg1.0_10090102", "__recip_version1.0_#00000000/__properties_version1.0", f"{_ATTACHED}07001E", f"{_ATTACHED}010102",
)  # fmt: skip


ESCAPES: Final = (
    b"%E5%B1%B1%E7%94%B0+%8ER%93c a%40example.jp %u5C71 0xE5B1B1E794B0 X'E5B1B1E794B0' hex(2):71,5c,\\\r\n  30,75 "
    b"cn:: 5bGx\r\n 55Sw ;base64,5bGx55Sw =?utf-8?B?5bGx55Sw?= =?cp932?Q?=8ER?= UNISTR('\\5C71\\7530') &#39641;"
)
FLAT: Final = (
    b'<?xml version="1.0"?><office:document xmlns:office="o"><meta><title>a</title></meta><config-item>b</config-item><body>'
    b"<p>c<r>d</r></p><binary-data>R0lG\nODlh</binary-data></body></office:document>"
)


def join(parts: Mapping[str, str | bytes]) -> bytes:
    """Return the contents of `parts` in their order as one input."""
    return CUT.join(part.encode() if isinstance(part, str) else part for part in parts.values())


def make_properties_stream() -> bytes:
    """Return summary information: code page 932 and an author."""
    author = "髙橋".encode("cp932") + b"\0"
    body = struct.pack("<IIIII", 2, 1, 24, 4, 32) + bytes(4) + struct.pack("<IHH", 2, 932, 0)
    body = struct.pack("<I", len(body)) + body + struct.pack("<II", 30, len(author)) + author
    return bytes(28) + bytes(16) + struct.pack("<I", 48) + body


def make_word() -> bytes:
    """Return the streams of a Word file with a field, a table, a picture and an embedded file as one input."""
    text = 'a\x13 HYPERLINK "mailto:taro@example.jp" \x14太郎\x15\r氏名\x07電話\x07\x07𠮷\r'
    pieces = ((text.encode("utf-16-le"), 2), ("顧客 ①㈱髙﨑".encode("cp932"), 1))
    table = struct.pack(
        "<IIIHIHHIH", 0, len(text), len(text) + 20, 0, 0x800, 0, 0, (0x800 + len(text) * 2) * 2 | 0x40000000, 0
    )
    clx = b"\x01\x02\x00ab\x02" + struct.pack("<I", len(table)) + table
    stream = bytearray(0x800)
    struct.pack_into("<HHHHHH", stream, 0, 0xA5EC, 0xC1, 0, 0x411, 0, 0x0200)
    struct.pack_into("<8i", stream, 0x4C, len(text), 10, 10, 0, 0, 0, 0, 0)
    struct.pack_into("<II", stream, 0x1A2, 0, len(clx))
    picture = bytes(2) + struct.pack("<HI", 0xF01E, 17 + 40) + bytes(17) + PICTURES["png"][:40]
    package = b"\x02\x00\x96\xbc.txt\x00C:\\a\x00\x00\x00\x03\x00\x04\x00\x00\x00tmp\x00\x02\x00\x00\x00hi"
    data = bytes(stream) + b"".join(piece for piece, _ in pieces)
    return CUT.join((data, clx, picture, make_properties_stream(), struct.pack("<I", len(package)) + package))


def make_slides() -> bytes:
    """Return the streams of a PowerPoint file with a slide, notes, an object and a comment as one input."""
    words = write_record(0x0FA0, "図の中 ①㈱髙﨑𠮷野".encode("utf-16-le"))
    slide = write_record(0x03EE, write_record(0xF00C, words, is_container=True), is_container=True)
    notes = write_record(0x03F0, write_record(0x0FA8, b"caf\xe9"), is_container=True)
    listed = write_record(0x0FF0, write_record(0x03F3, struct.pack("<I", 1) + bytes(16)) + words, is_container=True)
    packed = write_record(0x1011, struct.pack("<I", 5) + zlib.compress(b"inner"), 1)
    comment = write_record(0x2EE0, write_record(0x0FBA, "評".encode("utf-16-le")), is_container=True)
    directory = write_record(0x1772, struct.pack("<III", 1 | 2 << 20, 0, len(slide)))
    stream = slide + notes + listed + packed + comment + directory
    return CUT.join((stream, bytes(32), bytes(2), make_properties_stream()))


def make_biff() -> bytes:
    """Return the stream of an Excel workbook: strings, styles, a sheet with every kind of cell, a comment, margins."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def text(words: str) -> bytes:
        return struct.pack("<HB", len(words), 1) + words.encode("utf-16-le")

    begin = record(0x809, struct.pack("<HHIII", 0x600, 0x10, 0, 0, 0))
    strings = record(0xFC, struct.pack("<II", 2, 2) + text("氏名") + text("山田太郎")[:7]) + record(
        0x3C, b"\x01" + "太郎".encode("utf-16-le")
    )
    settings = record(0x41E, struct.pack("<H", 170) + text("0000000")) + record(
        0xE0, struct.pack("<HH", 0, 170) + bytes(16)
    )
    book = begin + record(0x22, b"\0\0") + settings + strings
    sheet = struct.pack("<IBBBB", len(book) + 20, 0, 0, 2, 1) + "表１".encode("utf-16-le")
    cells = record(0xFD, struct.pack("<HHHI", 0, 0, 0, 0)) + record(0x203, struct.pack("<HHHd", 1, 0, 0, 12345.0))
    cells += record(0x27E, struct.pack("<HHHI", 1, 1, 0, 12345 << 2 | 2)) + record(
        0x205, struct.pack("<HHHBB", 1, 2, 0, 1, 0)
    )
    cells += record(0xBD, struct.pack("<HHHIHIH", 2, 0, 0, 4, 0, 8, 1)) + record(
        0x204, struct.pack("<HHH", 3, 0, 0) + text("直")
    )
    cells += record(0x06, struct.pack("<HHH", 3, 1, 0) + b"\0" * 6 + b"\xff\xff" + bytes(6)) + record(0x207, text("式"))
    beside = record(0x14, text('&C&"ＭＳ,太字"頭')) + record(0x1C, struct.pack("<4H", 1, 1, 0, 1) + text("記入者"))
    box = record(0x1B6, bytes(10) + struct.pack("<HHI", 2, 0, 0)) + record(0x3C, b"\x01" + "注記".encode("utf-16-le"))
    link = record(0x1B8, bytes(20) + "mailto:taro@example.jp\0".encode("utf-16-le"))
    return book + record(0x85, sheet) + record(0x0A, b"") + begin + cells + beside + box + link + record(0x0A, b"")


def make_rtf() -> bytes:
    """Return RTF with every kind of destination."""
    source = (
        HEAD
        + r"{\info{\title T}{\author \'8e\'52}}{\header H\par}a{\footnote N}\u23665?\u-10179?\u-8265?{\*\annotation C}\uc2"
        r'{\field{\*\fldinst HYPERLINK "mailto:taro@example.jp"}{\fldrslt R}}\cell b\row {\f1 x}\~\_\{\line'
        r"{\pict\pngblip 89504e47}{\object{\*\objdata 0105000002000000080000005061636b616765000000000000000000"
        r"0400000002006100}}{\*\shpinst{\sp{\sn s}{\sv v}}{\shptxt B}}{\pict\jpegblip\bin3 abc}\plain\par}"
    )
    return source.encode()


def make_pdf() -> bytes:
    """Return a PDF with a page, a note, a field, a link, an outline and an attachment."""
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 300] /Resources << /Font << /F 3 0 R >> >> /Contents 5 0 R"
        b" /Annots [6 0 R 7 0 R 8 0 R] >>"
    )
    note = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /T (who) /Contents (what) >>"
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /P 4 0 R /T (name) /V (value) >>"
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (mailto:taro@example.jp) >> >>"
    root = (
        b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [7 0 R] >> /Outlines 9 0 R"
        b" /Names << /EmbeddedFiles << /Names [(a.txt) 11 0 R] >> >> >>"
    )
    objects = [
        root, pages, b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>", page,
        write_stream(b"BT /F 12 Tf 9 9 Td (hello) Tj ET"), note, field, link, b"<< /First 10 0 R /Last 10 0 R >>",
        b"<< /Title (chapter) /Parent 9 0 R >>", b"<< /Type /Filespec /F (a.txt) /EF << /F 12 0 R >> >>",
        write_stream(b"inside", b"/Type /EmbeddedFile"),
    ]  # fmt: skip
    return write_pdf(objects, b"/Info << /Title (T) >>")


def make_msg() -> bytes:
    """Return a message of Outlook with an attachment and a message inside."""
    tree = make_message()
    tree["__substg1.0_10090102"] = b"\x11\0\0\0\5\0\0\0MELA\0\0\0\0{abc}"
    attached = {"__properties_version1.0": make_properties(8), **wide(0x3707, "名簿.csv"), **binary(0x3701, b"a,b\n")}
    inner = {
        "__properties_version1.0": make_properties(8),
        "__substg1.0_3701000D": {"__properties_version1.0": make_properties(24), **wide(0x1000, "中")},
    }
    return make_ole(tree | {"__attach_version1.0_#00000000": attached, "__attach_version1.0_#00000001": inner})


def make_message_streams() -> bytes:
    """Return the streams of a message of Outlook as one input."""
    head = b"=?utf-8?b?5bGx55Sw?=\r\n\ty\r\n"
    packed = b"\x13\0\0\0\7\0\0\0LZFu\0\0\0\0\x08abc\x0c\xe1"
    properties = make_properties(32, x0039=133_485_408_000_000_000, x3FDE=50_220), make_properties(8, x0C15=2)
    streams = (
        properties[0],
        LINE.encode("utf-16-le"),
        head,
        to_jis(LINE),
        b"<p>" + to_jis(LINE),
        packed,
        properties[1],
        b"a.csv",
        b"a,b\n",
    )
    return CUT.join(streams)


def make_archives() -> dict[str, bytes]:
    """Return an archive of every kind by its ending."""
    locked = make_old_zip(b"a.txt", encrypt(FILES["a.txt"], "pass"), flags=1)
    made = {
        "zip": make_zip(FILES), "lzma.zip": make_zip(FILES, 14), "bz2.zip": make_zip(FILES, 12), "locked.zip": locked,
        "sfx.zip": b"MZ" + bytes(60) + make_zip(FILES), "cut.zip": make_zip(FILES)[:-30], "tar": make_tar(FILES),
        "gnu.tar": make_tar(FILES | {"長" * 60: b"x"}, 1), "gz": gzip.compress(FILES["a.txt"], mtime=0), "bz2": bz2.compress(TEXT.encode()),
        "xz": lzma.compress(TEXT.encode()), "lzma": lzma.compress(TEXT.encode(), lzma.FORMAT_ALONE),
        "lzh": make_lzh({b"a.txt": TEXT.encode()}), "cab": make_cab(b"a.txt", TEXT.encode(), 0),
    }  # fmt: skip
    if find_spec("py7zr"):
        made["7z"], made["open.7z"] = WRITERS["7z"](), _make_open_7z()
    return made


def _make_open_7z() -> bytes:
    """Return a 7z whose directory and members are not packed."""
    import py7zr  # noqa: PLC0415 - an extra

    file = BytesIO()
    with py7zr.SevenZipFile(file, "w", filters=[{"id": py7zr.FILTER_COPY}]) as archive:
        archive.set_encoded_header_mode(False)
        for name, data in FILES.items():
            archive.writestr(data, name)
    return file.getvalue()


def make_mails() -> list[bytes]:
    """Return messages: of Python's writer, of old programs, broken ones."""
    old = (
        b"From: " + encode_word(to_jis("山田"), "ISO-2022-JP") + b"\r\nSubject: =?utf-8?q?=E6=A9=8B?=\r\n =?sjis?B?k/qWew==?=\r\n"
        b'Content-Type: multipart/mixed; boundary="b"\r\n\r\npreamble\r\n--b\r\nContent-Type: text/plain; charset=iso-2022-jp\r\n\r\n'
        + to_jis(LINE) + b"\r\n--b\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>=E5=B1=B1</p>\r\n"
        b"--b\r\nContent-Disposition: attachment; filename*0*=utf-8''%E9%AB; filename*1*=%99.txt\r\nContent-Transfer-Encoding: base64\r\n\r\nYQ==\r\n"
        b"--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\n#86)C\n \nend\r\n--b--\r\nepilogue"
    )  # fmt: skip
    return [make_mail(), old, b"Subject: x\n\nbody\n"]


def make_cards() -> list[bytes]:
    quoted = b"".join(b"=%02X" % byte for byte in "髙橋".encode("cp932"))
    card = (
        b"BEGIN:VCARD\r\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:"
        + quoted
        + b"=\r\n=82=B3\r\nPHOTO;ENCODING=b:iVBORw0KGgo=\r\n"
    )
    return [card, "BEGIN:VCALENDAR\nSUMMARY:山\n 田\n".encode()]


def make_databases() -> list[bytes]:
    """Return SQLite databases with texts, numbers and blobs."""
    insert = ("INSERT INTO t VALUES (?, ?, ?)", [1, "山田", "髙橋".encode("cp932")])
    pragma = "PRAGMA page_size = 512"
    return [
        write_sqlite(
            pragma, 'CREATE TABLE t (id INTEGER PRIMARY KEY, "氏 名" TEXT, b BLOB)', "CREATE VIEW v AS SELECT 1", insert
        )
    ]


def make_frames() -> list[bytes]:
    """Return what a child says."""
    said = (
        ["ready", {"memory": True}],
        ["piece", "p. 1", "山田\n", ""],
        ["unread", "", "MRS-X-021", "壊", "cut"],
        ["end"],
    )
    return [b"".join(map(pack, said)), pack([[1], {"a": None}])]


def make_lines() -> list[bytes]:
    """Return requests of `detect --jsonl`."""
    return [
        json.dumps({"id": 1, "text": TEXT}).encode(),
        json.dumps({"text": TEXT, "id": [2]}, ensure_ascii=False).encode(),
        b'{"text": "\\ud83d"}',
    ]


def make_legacy() -> dict[str, bytes]:
    """Return whole compound files by their ending."""
    return {
        "doc": write_word([("山田𠮷野\r".encode("utf-16-le"), 2), (b"caf\xe9\r", 1)]),
        "ppt": write_slides(make_slides().split(CUT)[0]),
        "jtd": write_compound({"DocumentText": "山田太郎 ①㈱髙﨑𠮷野\r".encode("utf-16-be")}),
        "xls": write_compound({"Workbook": make_biff(), "\x05SummaryInformation": make_properties_stream()}),
    }


def make_table() -> bytes:
    """Return a dBASE table."""
    fields = ((b"NAME", b"C", 12), (b"AGE", b"N", 3), (b"MEMO", b"M", 4))
    rows = [b" " + "山田 太郎".encode("cp932").ljust(12) + b" 42" + b"   1", b"*" + b"x".ljust(12) + b"  7" + b"    "]
    return write_dbf(rows, fields)


def make_texts() -> list[bytes]:
    """Return text in every set."""
    codecs = ("utf-8", "cp932", "euc_jp", "utf-16", "utf-16-be", "utf-32", "utf-8-sig")
    plain = "口座番号：1234567、山田太郎様のご依頼です。\n予表示能ソ十申 090-1234-5678\n"
    return [*(plain.encode(codec) for codec in codecs), to_jis(LINE), plain.encode("cp932") + plain.encode()]


DOCUMENTS: Final[dict[str, dict[str, str | bytes]]] = {
    "docx": DOCX, "pptx": PPTX, "xlsx": XLSX, "odt": ODT, "ods": ODS, "xlsb": make_xlsb(),
}  # fmt: skip
"""Packages by their ending, part by part."""
