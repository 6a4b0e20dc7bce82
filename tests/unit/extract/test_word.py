"""Word and PowerPoint files: every place where text can stand gives its marker line, under the name of its place."""

from __future__ import annotations

from io import BytesIO

import pytest
from tests.unit.extract.package import MARK, lines, make_package

from morasanu.extract.interface import Extracted, Member, Piece, Task, Unread
from morasanu.extract.office.owner import OwnerExtractor
from morasanu.extract.office.word import SlideExtractor, WordExtractor
from morasanu.extract.recognise import recognise

W = 'xmlns:w="urn:w" xmlns:r="urn:r" xmlns:a="urn:a" xmlns:p="urn:p" xmlns:mc="urn:mc" xmlns:v="urn:v"'
RELS = '<Relationships xmlns="urn:x">{}</Relationships>'


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(text: str) -> str:
    return f"<w:tc>{paragraph(text)}</w:tc>"


BOX = f"<w:txbxContent>{paragraph(MARK + '箱')}</w:txbxContent>"
BODY = (
    paragraph(MARK + "本文")
    + f"<w:tbl><w:tr>{cell('氏名')}{cell('電話')}</w:tr><w:tr>{cell(MARK)}<w:tc>{paragraph('03-')}{paragraph('0000')}</w:tc></w:tr></w:tbl>"
    + f'<w:p><w:del w:author="{MARK}記入者"><w:r><w:delText>{MARK}削除</w:delText></w:r></w:del><w:r><w:t>残り</w:t></w:r></w:p>'
    + f"<w:p><w:moveFrom><w:r><w:t>{MARK}移動元</w:t></w:r></w:moveFrom></w:p>"
    + f"<w:p><w:r><mc:AlternateContent><mc:Choice>{BOX}</mc:Choice><mc:Fallback>{BOX}</mc:Fallback></mc:AlternateContent></w:r>"
    + "<w:r><w:t>箱の外</w:t></w:r></w:p>"
    + f'<w:p><w:r><w:instrText>HYPERLINK "mailto:{MARK}"</w:instrText></w:r></w:p>'
    + '<w:p><w:pPr><w:tabs><w:tab w:val="left"/></w:tabs></w:pPr><w:r><w:t>氏</w:t><w:tab/><w:t>名</w:t><w:br/><w:t>次</w:t></w:r></w:p>'
    + f"<w:p><w:ruby><w:rt><w:r><w:t>{MARK}よみ</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢字</w:t></w:r></w:rubyBase></w:ruby></w:p>"
    + f'<w:p><w:drawing><w:docPr descr="{MARK}代替"/></w:drawing></w:p>'
)


def part(root: str, content: str) -> str:
    return f"<w:{root} {W}>{content}</w:{root}>"


DOCX: dict[str, str | bytes] = {
    "[Content_Types].xml": "<Types/>",
    "word/document.xml": part("document", BODY),
    "word/header1.xml": part("hdr", paragraph(MARK + "ヘッダー")),
    "word/footer2.xml": part("ftr", paragraph(MARK + "フッター")),
    "word/footnotes.xml": part("footnotes", f"<w:footnote>{paragraph(MARK + '脚注')}</w:footnote>"),
    "word/endnotes.xml": part("endnotes", f"<w:endnote>{paragraph(MARK + '文末脚注')}</w:endnote>"),
    "word/comments.xml": part(
        "comments", f'<w:comment w:author="{MARK}査閲者">{paragraph(MARK + "コメント")}</w:comment>'
    ),
    "word/glossary/document.xml": part("document", paragraph(MARK + "定型句")),
    "word/_rels/document.xml.rels": RELS.format(
        f'<Relationship Id="r1" TargetMode="External" Target="mailto:{MARK}@example.jp"/>'
    ),
    "word/charts/chart1.xml": f"<c><pt><v>{MARK}グラフ</v></pt></c>",
    "word/settings.xml": part("settings", '<w:docVar w:name="a" w:val="090-0000-0000"/>'),
    "customXml/item1.xml": f"<data><name>{MARK}データ</name></data>",
    "docProps/core.xml": f"<core><creator>{MARK}作成者</creator><revision>12345678</revision></core>",
    "docProps/custom.xml": f'<P><property name="担当"><lpwstr>{MARK}担当者</lpwstr></property></P>',
    "word/embeddings/book.xlsx": b"PK inside",
    "word/media/image1.png": b"\x89PNG",
}


def read_docx(parts: dict[str, str | bytes]) -> list[Extracted]:
    return list(WordExtractor().extract(make_package(parts), Task("a.docx")))


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("body", MARK + "本文"),
        ("body", "氏名\t電話"),
        ("body", f"{MARK}\t03- 0000"),
        ("body", "残り"),
        ("body", "箱の外"),
        ("body", "氏\t名"),
        ("body", "漢字"),
        ("ruby", MARK + "よみ"),
        ("deleted", MARK + "削除"),
        ("deleted", MARK + "移動元"),
        ("text box", MARK + "箱"),
        ("author", MARK + "記入者"),
        ("author", MARK + "査閲者"),
        ("field", f'HYPERLINK "mailto:{MARK}"'),
        ("alternative text", MARK + "代替"),
        ("header 1", MARK + "ヘッダー"),
        ("footer 2", MARK + "フッター"),
        ("footnote", MARK + "脚注"),
        ("endnote", MARK + "文末脚注"),
        ("comment", MARK + "コメント"),
        ("glossary", MARK + "定型句"),
        ("link", f"mailto:{MARK}@example.jp"),
        ("word/charts/chart1.xml", MARK + "グラフ"),
        ("word/settings.xml", "090-0000-0000"),
        ("customXml/item1.xml", MARK + "データ"),
        ("properties", f"creator: {MARK}作成者"),
        ("properties", f"担当: {MARK}担当者"),
    ],
)
def test_docx_with_a_line_in_every_place_gives_each(where: str, line: str) -> None:
    assert line in lines(read_docx(DOCX))[where]


def test_docx_text_box_written_twice_comes_once() -> None:
    assert lines(read_docx(DOCX))["text box"].count(MARK + "箱") == 1


def test_docx_counters_are_no_text() -> None:
    assert not any("12345678" in line for line in lines(read_docx(DOCX))["properties"])


def test_docx_embedded_files_come_as_members() -> None:
    members = [each for each in read_docx(DOCX) if isinstance(each, Member)]
    assert [(each.part, each.name) for each in members] == [
        ("word/embeddings/book.xlsx", "book.xlsx"),
        ("word/media/image1.png", "image1.png"),
    ]


def test_docx_whole_has_nothing_unread() -> None:
    assert not [each for each in read_docx(DOCX) if isinstance(each, Unread)]


def test_docx_long_body_comes_in_bounded_pieces() -> None:
    body = paragraph(MARK * 20) * 2_000
    pieces = [each for each in read_docx({"word/document.xml": part("document", body)}) if isinstance(each, Piece)]
    assert len(pieces) > 1
    assert max(len(piece.text) for piece in pieces) <= 64_001
    assert sum(piece.text.count(MARK) for piece in pieces) == 40_000


def test_docx_broken_off_in_a_cell_gives_what_came_before() -> None:
    broken = (
        part("document", paragraph("前")).removesuffix("</w:document>")
        + "<w:tbl><w:tr>"
        + cell(MARK)
        + "<w:tc><w:p><w:r><w:t>途中"
    )
    found = read_docx({"word/document.xml": broken})
    assert lines(found)["body"] == ["前", f"{MARK}\t途中"]
    assert [each.code for each in found if isinstance(each, Unread)] == ["MRS-X-021"]


def slide(text: str, placeholder: str = "") -> str:
    shape = f"<p:sp><p:nvPr>{placeholder}</p:nvPr><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp>"
    return f"<p:sld {W}>{shape}</p:sld>"


def relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="r{number}" Type="urn:x/{kind}" Target="{target}"/>'


PPTX: dict[str, str | bytes] = {
    "ppt/presentation.xml": f'<p:p {W}><p:sldId id="256" r:id="r2"/><p:sldId r:id="r1" id="257"/></p:p>',
    "ppt/_rels/presentation.xml.rels": RELS.format(relation(1, "slide", "slides/slide1.xml") + relation(2, "slide", "slides/slide2.xml")),
    "ppt/slides/slide1.xml": slide(MARK + "二枚目").replace("<p:sld ", '<p:sld show="0" '),
    "ppt/slides/slide2.xml": slide(MARK + "一枚目")
    + f"<!-- {MARK} -->",
    "ppt/slides/slide3.xml": slide(MARK + "迷子"),
    "ppt/slides/_rels/slide2.xml.rels": RELS.format(
        relation(1, "notesSlide", "../notesSlides/notesSlide9.xml") + relation(2, "comments", "/ppt/comments/comment1.xml")
    ),
    "ppt/notesSlides/notesSlide9.xml": slide(MARK + "ノート"),
    "ppt/comments/comment1.xml": f"<p:cm {W}><p:text>{MARK}コメント</p:text></p:cm>",
    "ppt/commentAuthors.xml": f'<p:l {W}><p:a name="{MARK}記入者"/></p:l>',
    "ppt/slideMasters/slideMaster1.xml": slide(MARK + "マスター"),
    "ppt/slideMasters/slideMaster2.xml": slide("クリックして編集", "<p:ph/>"),
    "ppt/diagrams/data1.xml": f"<d><t>{MARK}図表</t></d>",
    "ppt/media/image1.png": b"\x89PNG",
}  # fmt: skip


def read_pptx() -> list[Extracted]:
    return list(SlideExtractor().extract(make_package(PPTX), Task("a.pptx")))


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ("slide 1", "一枚目"),
        ("slide 2", "二枚目"),
        ("slide without a place slide3", "迷子"),
        ("slide 1 notes", "ノート"),
        ("slide 1 comment", "コメント"),
        ("ppt/commentAuthors.xml", "記入者"),
        ("master 1", "マスター"),
        ("ppt/diagrams/data1.xml", "図表"),
    ],
)
def test_pptx_with_a_line_in_every_place_gives_each(where: str, text: str) -> None:
    assert lines(read_pptx())[where] == [MARK + text]


def test_pptx_prompts_of_a_master_are_left_out_and_media_come_as_members() -> None:
    found = read_pptx()
    assert "master 2" not in lines(found)
    assert [each.name for each in found if isinstance(each, Member)] == ["image1.png"]


def test_docx_of_python_docx_gives_its_lines() -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_paragraph(MARK + "本文")
    document.add_table(1, 2).cell(0, 1).text = MARK + "表"
    document.sections[0].header.paragraphs[0].text = MARK + "ヘッダー"
    document.core_properties.author = MARK
    file = BytesIO()
    document.save(file)
    found = lines(list(WordExtractor().extract(file, Task("a.docx"))))
    assert found["body"] == [MARK + "本文", f"\t{MARK}表"]
    assert found["header 1"] == [MARK + "ヘッダー"]
    assert f"creator: {MARK}" in found["properties"]


def test_pptx_of_python_pptx_gives_its_lines() -> None:
    pptx = pytest.importorskip("pptx")
    presentation = pptx.Presentation()
    page = presentation.slides.add_slide(presentation.slide_layouts[5])
    page.shapes.title.text = MARK + "題"
    page.notes_slide.notes_text_frame.text = MARK + "ノート"
    page.shapes.add_table(1, 2, 0, 0, 9_000, 9_000).table.cell(0, 1).text = MARK + "表"
    file = BytesIO()
    presentation.save(file)
    found = lines(list(SlideExtractor().extract(file, Task("a.pptx"))))
    assert found["slide 1"] == [MARK + "題", f"\t{MARK}表"]
    assert found["slide 1 notes"] == [MARK + "ノート"]


def test_docx_reading_in_a_field_of_several_runs_stands_beside_its_word() -> None:
    runs = ('EQ \\* jc2 \\* "Font:MS 明朝" \\* hps10 ', "\\o\\ad(\\s\\up 9(", "のせ", "),", "能勢", ")")
    code = "".join(f"<r><instrText>{run}</instrText></r>" for run in runs)
    body = f'<r><fldChar fldCharType="begin"/></r>{code}<r><fldChar fldCharType="end"/></r><r><t> 様</t></r>'
    found = lines(read_docx({"word/document.xml": f"<document><body><p>{body}</p></body></document>"}))
    assert found == {"body": ["能勢 様"], "ruby": ["のせ"]}


@pytest.mark.parametrize(("place", "size"), [(54, 162), (55, 165)])
def test_owner_file_gives_who_has_the_document_open(place: int, size: int) -> None:
    name = "能勢 佳代"
    data = (bytes((len(name),)) + b" " * (place - 1) + bytes((len(name), 0)) + name.encode("utf-16-le")).ljust(
        size, b"\0"
    )
    assert recognise(BytesIO(data), "~$名簿.xlsx") == "owner"
    assert list(OwnerExtractor().extract(BytesIO(data), Task("~$名簿.xlsx"))) == [Piece("author", f"{name}\n")]


def test_document_type_is_refused_when_it_declares_something() -> None:
    body = "<document><body><p><r><t>能勢</t></r></p></body></document>"
    found = lines(read_docx({"word/document.xml": f'<!DOCTYPE document PUBLIC "a" "b.dtd">{body}'}))
    assert found == {"body": ["能勢"]}
    refused = read_docx({"word/document.xml": f'<!DOCTYPE document [<!ENTITY a "b">]>{body}'})
    assert [out.code for out in refused if isinstance(out, Unread)] == ["MRS-X-025"]
