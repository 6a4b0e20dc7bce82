"""PDF: pages, what stands beside the pages, and pages that hold pictures only."""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")

from tests.unit.extract.made import MARKERS, collect, convert_by_office, write_pdf, write_stream

from morasanu.extract.interface import Task
from morasanu.extract.page.pdf import EXTRACTORS, PdfExtractor

if TYPE_CHECKING:
    from pathlib import Path

READER = PdfExtractor()
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
SQUARE = b"0 0 50 50 re f"


def _hex(text: str) -> bytes:
    return b"<" + b"\xfe\xff".hex().encode() + text.encode("utf-16-be").hex().encode() + b">"


def _page(content: int, more: bytes = b"") -> bytes:
    size = b"/MediaBox [0 0 300 300] /Resources << /Font << /F 3 0 R >> >>"
    return b"<< /Type /Page /Parent 2 0 R %s /Contents %d 0 R %s >>" % (size, content, more)


def _document(
    *more: bytes, page: bytes = b"", root: bytes = b"", content: bytes = b"BT /F 12 Tf 9 9 Td (hello) Tj ET"
) -> bytes:
    pages = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    return write_pdf(
        [b"<< /Type /Catalog /Pages 2 0 R %s >>" % root, pages, FONT, _page(5, page), write_stream(content), *more]
    )


def test_page_text_comes_with_its_number() -> None:
    answer = collect(READER, _document())
    assert answer.pieces == {"p. 1": "hello\n"}
    assert answer.is_complete


def test_text_outside_the_page_box_is_text_too() -> None:
    assert "far away" in collect(READER, _document(content=b"BT /F 12 Tf 900 900 Td (far away) Tj ET")).text


def test_note_contents_and_link_targets_are_read() -> None:
    note = b"<< /Type /Annot /Subtype /Text /Rect [0 0 9 9] /T %s /Contents %s >>" % (
        _hex("査閲者"),
        _hex("山田𠮷野\n様へ"),
    )
    link = b"<< /Type /Annot /Subtype /Link /Rect [0 0 9 9] /A << /S /URI /URI (mailto:taro@example.jp) >> >>"
    answer = collect(READER, _document(note, link, page=b"/Annots [6 0 R 7 0 R]"))
    assert answer.pieces["p. 1 note"] == "査閲者\t山田𠮷野 様へ\n"
    assert answer.pieces["p. 1 link"] == "mailto:taro@example.jp\n"


def test_form_field_comes_with_its_name() -> None:
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /P 4 0 R /T %s /V %s >>"
    field %= (_hex("氏名"), _hex("髙橋 ﾔﾏﾀﾞ"))
    answer = collect(READER, _document(field, page=b"/Annots [6 0 R]", root=b"/AcroForm << /Fields [6 0 R] >>"))
    assert answer.pieces["p. 1 field"] == "氏名\t髙橋 ﾔﾏﾀﾞ\n"


def test_field_outside_a_form_is_read_from_its_annotation() -> None:
    field = b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [0 0 9 9] /T (a) /V (b) >>"
    assert collect(READER, _document(field, page=b"/Annots [6 0 R]")).pieces["p. 1 field"] == "a\tb\n"


def test_information_and_outline_are_read() -> None:
    outline = (
        b"<< /Type /Outlines /First 7 0 R /Last 7 0 R /Count 1 >>",
        b"<< /Title %s /Parent 6 0 R >>" % _hex("第一章 顧客"),
    )
    data = _document(*outline, b"<< /Author %s >>" % _hex("髙﨑"), root=b"/Outlines 6 0 R")
    answer = collect(READER, data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 8 0 R"))
    assert answer.pieces["outline"] == "第一章 顧客\n"
    assert answer.pieces["info"] == "Author\t髙﨑\n"


def test_attachments_come_as_members() -> None:
    names = b"/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>"
    spec = b"<< /Type /Filespec /F (a.csv) /UF %s /EF << /F 7 0 R >> >>" % _hex("名簿.csv")
    file = write_stream(b"1,2,3", b"/Type /EmbeddedFile")
    answer = collect(READER, _document(spec, file, root=names))
    assert [(member.name, member.data) for member in answer.members] == [("名簿.csv", b"1,2,3")]


def test_form_data_of_xfa_comes_as_a_member() -> None:
    form = b"/AcroForm << /Fields [] /XFA [(datasets) 6 0 R] >>"
    answer = collect(READER, _document(write_stream(b"<x>1</x>"), root=form))
    assert [(member.name, member.data) for member in answer.members] == [("xfa-1.xml", b"<x>1</x>")]


def test_page_without_text_is_drawn_to_be_recognised() -> None:
    answer = collect(READER, _document(content=SQUARE))
    head, pixels = answer.pictures["p. 1"].split(b" 255\n", 1)
    kind, width, height = head.split()
    assert (kind, len(pixels)) == (b"P5", int(width) * int(height))
    assert 0 in pixels
    assert not answer.unread


def _picture(side: int, points: int, content: bytes = b"BT /F 12 Tf 9 250 Td (hello) Tj ET") -> bytes:
    """Return a page of 300 points with a black picture of `side` pixels drawn over `points`, before its `content`."""
    image = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8"
    resources = b"/Resources << /Font << /F 3 0 R >> /XObject << /I 6 0 R >> >>"
    draw = b"q %d 0 0 %d 0 0 cm /I Do Q " % (points, points)
    stream = write_stream(bytes(side * side), image % (side, side))
    return _document(stream, page=resources, content=draw + content)


def test_picture_beside_text_is_drawn_without_the_text() -> None:
    answer = collect(READER, _picture(100, 150))
    assert answer.pieces == {"p. 1": "hello\n"}
    pixels = answer.pictures["p. 1"].split(b" 255\n", 1)[1]
    assert set(pixels[: len(pixels) // 2 - 5_000]) == {255}  # the upper half, where the text stood
    assert 0 in pixels


@pytest.mark.parametrize(("side", "points"), [(100, 30), (20, 200)])
def test_small_picture_beside_text_is_left(side: int, points: int) -> None:
    assert collect(READER, _picture(side, points)).is_complete


def test_picture_in_a_group_is_drawn_too() -> None:
    form = write_stream(
        b"q 200 0 0 200 0 0 cm /I Do Q",
        b"/Type /XObject /Subtype /Form /BBox [0 0 300 300] /Resources << /XObject << /I 7 0 R >> >>",
    )
    image = write_stream(
        bytes(10_000),
        b"/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray /BitsPerComponent 8",
    )
    page = b"/Resources << /Font << /F 3 0 R >> /XObject << /G 6 0 R >> >>"
    data = _document(form, image, page=page, content=b"/G Do BT /F 12 Tf 9 250 Td (hello) Tj ET")
    assert set(collect(READER, data).pictures) == {"p. 1"}


def test_picture_that_a_scanner_has_read_is_left() -> None:
    layer = b"BT /F 12 Tf 3 Tr 9 9 Td (read by the scanner before) Tj ET"
    assert collect(READER, _picture(100, 300, layer)).is_complete


def test_blank_page_needs_nothing() -> None:
    answer = collect(READER, _document(content=b""))
    assert not answer.pieces
    assert answer.is_complete


def test_document_cut_off_is_read_as_far_as_it_goes_and_told() -> None:
    data = _document()
    answer = collect(READER, data[: data.index(b"xref")])
    assert answer.pieces == {"p. 1": "hello\n"}
    assert [out.code for out in answer.unread] == ["MRS-X-021"]


def _write_by_reportlab(lines: tuple[str, ...], password: str = "") -> bytes:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")
    metrics = pytest.importorskip("reportlab.pdfbase.pdfmetrics")
    fonts = pytest.importorskip("reportlab.pdfbase.cidfonts")
    metrics.registerFont(fonts.UnicodeCIDFont("HeiseiMin-W3"))
    file = BytesIO()
    page = canvas.Canvas(file, encrypt=password or None)
    for line in lines:
        page.setFont("HeiseiMin-W3", 12)
        page.drawString(72, 700, line)
        page.showPage()
    page.save()
    return file.getvalue()


def test_text_in_a_font_that_is_not_embedded_is_read() -> None:
    lines = ("山田太郎 ①㈱髙﨑", "ﾔﾏﾀﾞ ﾀﾛｳ 03-1234-5678")
    answer = collect(READER, _write_by_reportlab(lines))
    assert answer.pieces["p. 1"] == "山田太郎 ①㈱髙﨑\n"
    assert answer.pieces["p. 2"] == "ﾔﾏﾀﾞ ﾀﾛｳ 03-1234-5678\n"


def test_encrypted_document_opens_with_one_of_the_passwords() -> None:
    data = _write_by_reportlab(("山田太郎",), "himitsu")
    assert collect(READER, data, Task("x.pdf", ("wrong", "himitsu"))).pieces["p. 1"] == "山田太郎\n"
    assert collect(READER, data, Task("x.pdf", ("wrong",))).error == "MRS-X-020"
    assert collect(READER, data).error == "MRS-X-020"


def test_document_written_by_libreoffice_gives_every_marker(tmp_path: Path) -> None:
    source = "\n".join(MARKERS).encode()
    answer = collect(READER, convert_by_office(tmp_path, "a.txt", source, "pdf", "--infilter=Text (encoded):UTF8"))
    for line in MARKERS:
        assert line in answer.pieces["p. 1"]
    assert answer.is_complete


def test_extractor_is_listed_and_misses_nothing() -> None:
    assert [extractor.missing() for extractor in EXTRACTORS] == [""]


def test_string_that_no_page_shows_is_read() -> None:
    script, layer = (b"<< /S /JavaScript /JS %s >>" % _hex("髙橋"), b"<< /Type /OCG /Name %s >>" % _hex("㈱山田"))
    packed = zlib.compress(b"9 0 <</T(taro@example.jp)/Alt<" + _hex("𠮷野").strip(b"<>") + b">>>")
    inside = write_stream(packed, b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")
    answer = collect(READER, _document(script, layer, inside))
    assert answer.pieces["objects"] == "髙橋\n㈱山田\ntaro@example.jp\n𠮷野\n"
    assert answer.is_complete


def test_text_spoken_in_place_of_signs_does_not_hide_them() -> None:
    content = b"/Span << /ActualText %s >> BDC BT /F 12 Tf 9 9 Td (hello) Tj ET EMC" % _hex("山田太郎")
    assert collect(READER, _document(content=content)).pieces == {"p. 1": "山田太郎\n", "p. 1 glyphs": "hello\n"}


def test_what_a_page_or_the_information_says_is_no_object() -> None:
    data = write_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [] /Count 0 >>",
            b"<< /Title %s >>" % _hex("山田"),
        ],
        b"/Info 3 0 R",
    )
    assert "objects" not in collect(READER, data).pieces


def test_names_dates_and_fonts_are_no_objects() -> None:
    data = _document(
        b"<< /CreationDate (D:20261125) /ID [(\\377\\376) <00112233445566778899aabbccddeeff>] /Registry (Adobe) /DA (/F 8 Tf) >>"
    )
    assert collect(READER, data).pieces == {"p. 1": "hello\n"}


def test_escapes_of_strings_are_undone() -> None:
    assert (
        collect(
            READER,
            _document(
                rb"<< /T (taro\100example\056jp \(a\)\
b) >>"
            ),
        ).pieces["objects"]
        == "taro@example.jp (a)b\n"
    )


def test_xmp_is_a_file_inside() -> None:
    packet = b"<x><creator>a</creator></x>"
    answer = collect(
        READER, _document(write_stream(zlib.compress(packet), b"/Type /Metadata /Subtype /XML /Filter /FlateDecode"))
    )
    assert [(out.name, out.data) for out in answer.members] == [("xmp.xml", packet)]


def _append(data: bytes, number: int, body: bytes) -> bytes:
    start = data[data.rindex(b"startxref") :].split()[1]
    table = b"xref\n%d 1\n%010d 00000 n \ntrailer\n<< /Size 9 /Root 1 0 R /Prev %s >>\n" % (number, len(data), start)
    object_ = b"%d 0 obj\n%s\nendobj\n" % (number, body)
    return data + object_ + table + b"startxref\n%d\n%%%%EOF\n" % (len(data) + len(object_))


def test_text_hidden_by_a_later_state_is_read() -> None:
    data = _append(_document(), 5, write_stream(b"BT /F 12 Tf 9 9 Td (blacked out) Tj ET"))
    answer = collect(READER, data)
    assert answer.pieces == {"p. 1": "blacked out\n", "earlier state 1 p. 1": "hello\n"}
    assert answer.is_complete


def test_more_states_than_are_read_are_told() -> None:
    data = _document()
    for _ in range(10):
        data = _append(data, 5, write_stream(b""))
    assert [out.part for out in collect(READER, data).unread] == ["earlier states"]


def test_stamp_that_only_shows_text_is_read() -> None:
    stamp = b"<< /Type /Annot /Subtype /Stamp /Rect [10 100 110 120] /AP << /N 7 0 R >> >>"
    look = b"/Type /XObject /Subtype /Form /BBox [0 0 100 20] /Resources << /Font << /F 3 0 R >> >>"
    text = write_stream(b"BT /F 12 Tf 2 2 Td (approved by Taro) Tj ET", look)
    answer = collect(READER, _document(stamp, text, page=b"/Annots [6 0 R]"))
    assert "approved by Taro" in answer.pieces["p. 1 appearance"]


def test_files_before_and_behind_the_document_go_out() -> None:
    data = b"a script of another kind\n" + _document() + b"PK\x03\x04 and an archive"
    members = collect(READER, data).members
    assert [(out.part, out.data[:2]) for out in members] == [
        ("before the document", b"a "),
        ("behind the document", b"PK"),
    ]


def test_page_whose_content_is_no_stream_is_told() -> None:
    page = _page(6)
    data = write_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
            FONT,
            page,
            b"null",
            b"[[[[",
        ]
    )
    assert [out.code for out in collect(READER, data).unread] == ["MRS-X-021"]
    listed = data.replace(b"[[[[", b"[5 0 R]")
    assert collect(READER, listed).is_complete


def test_page_packed_like_a_bomb_is_told() -> None:
    packed = zlib.compress(zlib.compress(bytes(20_000_000), 9), 9)
    page = write_stream(packed, b"/Filter [/FlateDecode /FlateDecode]")
    data = write_pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", FONT, _page(5), page]
    )
    assert [out.code for out in collect(READER, data).unread] == ["MRS-X-022"]


def test_strings_of_a_locked_document_are_read() -> None:
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    locks = pytest.importorskip("reportlab.lib.pdfencrypt")
    file = BytesIO()
    page = canvas.Canvas(file, encrypt=locks.StandardEncryption("", ownerPassword="Shiomi-0000"))
    page.drawString(50, 700, "hello")
    page.acroForm.textfield(name="f", tooltip="髙橋様の欄", value="")
    page.save()
    answer = collect(READER, file.getvalue())
    assert "髙橋様の欄\n" in answer.pieces["objects"]
    assert not answer.unread


def test_streams_that_nothing_leads_to_are_read() -> None:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Annots [4 0 R] >>",
        b"<< /Subtype /Text /Rect [0 0 1 1] /Contents (x) /NM <FEFF5C717530> >>",
        write_stream(zlib.compress("顧客 髙﨑 様".encode()), b"/Filter /FlateDecode"),
        write_stream(zlib.compress("控え 髙﨑".encode()), b"/Type /EmbeddedFile /Filter /FlateDecode"),
    ]
    answer = collect(PdfExtractor(), write_pdf(objects))
    assert answer.pieces["objects"].splitlines() == ["顧客 髙﨑 様", "山田"]
    assert [(member.part, member.data.decode()) for member in answer.members] == [("object 6", "控え 髙﨑")]


@pytest.mark.parametrize("password", ["秘密1".encode(), "秘密1".encode("cp932"), b"??1"])
def test_password_in_japanese_opens_what_any_program_locked(password: bytes) -> None:
    canvases = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab is not installed")
    encryption = pytest.importorskip("reportlab.lib.pdfencrypt")
    made = BytesIO()
    canvas = canvases.Canvas(made, encrypt=encryption.StandardEncryption(password, strength=128))
    canvas.drawString(50, 700, "taro@example.jp")
    canvas.save()
    assert collect(PdfExtractor(), made.getvalue()).error == "MRS-X-020"
    answer = collect(PdfExtractor(), made.getvalue(), Task("a", passwords=("wrong", "秘密1")))
    assert answer.pieces["p. 1"] == "taro@example.jp\n"
