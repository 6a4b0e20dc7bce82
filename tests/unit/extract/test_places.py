"""Places of office files that no page shows at first: each gives its marker line back."""

from __future__ import annotations

import base64
import struct
import zipfile
from io import BytesIO

import pytest
from tests.unit.extract.package import MARK, lines, make_package

from morasanu.extract.interface import Member, Task
from morasanu.extract.office.odf import OdfExtractor
from morasanu.extract.office.ooxml import read_tagged
from morasanu.extract.office.package import Package
from morasanu.extract.office.sheet import SheetExtractor
from morasanu.extract.office.word import SlideExtractor, WordExtractor

EXTRACTORS = {"word": WordExtractor(), "xl": SheetExtractor(), "ppt": SlideExtractor()}
BODY = "word/document.xml"
SHEET = "xl/worksheets/sheet1.xml"
SLIDE = "ppt/slides/slide1.xml"
PLACES = [
    (BODY, "<pic><cNvPr name='{}.jpg'/></pic>", "attribute"),
    (BODY, "<shape alt='{}'/>", "attribute"),
    (BODY, "<sdt><tag val='{}'/></sdt>", "attribute"),
    (BODY, "<ffData><helpText val='{}'/></ffData>", "attribute"),
    (BODY, "<tbl><tblPr><tblCaption val='{}'/></tblPr></tbl>", "attribute"),
    (BODY, "<hyperlink anchor='{}'/>", "attribute"),
    (BODY, "<p><r><instrText>SET 顧客 {}</instrText></r></p>", "field"),
    ("word/comments.xml", "<comment initials='{}'/>", "comment attribute"),
    ("word/glossary/document.xml", "<docPart><name val='{}'/></docPart>", "glossary attribute"),
    ("docProps/core.xml", "<version>{}</version>", "properties"),
    (SHEET, "<cfRule text='{}'/>", "sheet1 attribute"),
    (SHEET, '<cfRule><formula>A1="{}"</formula></cfRule>', "sheet1 conditional format"),
    (SHEET, "<row r='1'><c t='inlineStr'><is><t>a</t><rPh><t>{}</t></rPh></is></c></row>", "ruby"),
    ("xl/sharedStrings.xml", "<si><t>{}</t></si>", "unused strings"),
    ("xl/workbook.xml", "<definedName name='a' description='{}'>1</definedName>", "defined name"),
    ("xl/ctrlProps/ctrlProp1.xml", "<item val='{}'/>", "xl/ctrlProps/ctrlProp1.xml"),
    ("xl/activeX/activeX1.xml", "<ocxPr value='{}'/>", "xl/activeX/activeX1.xml"),
    ("xl/metadata.xml", "<s v='{}'/>", "xl/metadata.xml"),
    ("xl/pivotCache/pivotCacheDefinition1.xml", "<cacheField name='a' caption='{}'/>", "pivot cache"),
    ("xl/drawings/vmlDrawing1.vml", '<shape alt="{}"/>', "xl/drawings/vmlDrawing1.vml"),
    (SLIDE, "<sp><hlinkClick tooltip='{}'/></sp>", "slide without a place slide1 attribute"),
    (SLIDE, "<cNvPr name='{}'/>", "slide without a place slide1 attribute"),
    ("ppt/slideMasters/slideMaster1.xml", "<sp><ph type='ftr'/><p><t>{}</t></p></sp>", "master 1"),
    ("ppt/changesInfos/changesInfo1.xml", "<chgData name='{}'/>", "ppt/changesInfos/changesInfo1.xml"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "content", "place"), PLACES)
def test_place_gives_its_line(part: str, content: str, place: str) -> None:
    package = make_package({"[Content_Types].xml": "<a/>", part: f"<a>{content.format(MARK)}</a>"})
    extractor = next((each for start, each in EXTRACTORS.items() if part.startswith(start)), EXTRACTORS["word"])
    found = lines(list(extractor.extract(package, Task("a"))))
    assert any(MARK in line for line in found[place])


OPEN_PLACES = [
    ("<presentation><footer-decl>{}</footer-decl></presentation>", "text"),
    ("<math><mtext>{}</mtext></math>", "text"),
    ("<form><text value='{}'/></form>", "attribute"),
    ("<p><bookmark name='{}'/></p>", "attribute"),
    ("<section><section-source href='{}.odt'/></section>", "attribute"),
    ("<p><conditional-text string-value-if-true='{}'/></p>", "attribute"),
    ("<spreadsheet><filter-condition value='{}'/></spreadsheet>", "attribute"),
    ("<spreadsheet><data-pilot-member name='{}'/></spreadsheet>", "attribute"),
    (
        "<spreadsheet><table name='a'><table-row><table-cell string-value='{}'><p>x</p></table-cell></table-row></table></spreadsheet>",
        "a value",
    ),
]


@pytest.mark.parametrize(("content", "place"), OPEN_PLACES)
def test_place_in_opendocument_gives_its_line(content: str, place: str) -> None:
    package = make_package({"content.xml": f"<a>{content.format(MARK)}</a>"})
    found = lines(list(OdfExtractor().extract(package, Task("a"))))
    assert [line.removesuffix(".odt") for line in found[place]] == [MARK]


def test_signs_of_number_formats_are_no_text() -> None:
    package = make_package({"content.xml": "<a><date-style><text>年</text></date-style></a>"})
    assert not lines(list(OdfExtractor().extract(package, Task("a"))))


def test_name_given_often_comes_once() -> None:
    mark = f"<bookmarkStart name='{MARK}'/>"
    package = make_package({BODY: f"<a>{mark * 3}</a>"})
    assert lines(list(WordExtractor().extract(package, Task("a")))) == {"attribute": [MARK]}


def test_fonts_and_signs_are_no_text() -> None:
    package = make_package({BODY: "<a><rFonts ascii='ＭＳ 明朝'/><latin typeface='游明朝'/><chr val='∑'/></a>"})
    assert not lines(list(WordExtractor().extract(package, Task("a"))))


def test_string_in_a_cell_is_not_unused() -> None:
    parts: dict[str, str | bytes] = {
        "xl/sharedStrings.xml": f"<sst><si><t>{MARK}</t></si><si><t>消した行</t></si></sst>",
        SHEET: "<w><row r='1'><c r='A1' t='s'><v>0</v></c></row></w>",
    }
    found = lines(list(SheetExtractor().extract(make_package(parts), Task("a"))))
    assert found["sheet1!A1:A1"] == [MARK]
    assert found["unused strings"] == ["消した行"]


def test_markup_that_is_not_well_formed_gives_text_and_attributes() -> None:
    package = Package(make_package({"a.vml": f"<v:shape alt='{MARK}'><br><b>{MARK}箱"}), Task("a").limits)
    assert lines(list(read_tagged(package, "a.vml"))) == {"a.vml": [MARK, f"{MARK}箱"]}


def test_queries_of_excel_are_files() -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as queries:
        queries.writestr("Formulas/Section1.m", MARK)
    described = f"<a>{MARK}</a>".encode()
    head = struct.pack("<II", 0, len(packed.getvalue())) + packed.getvalue() + struct.pack("<I", 0)
    body = head + struct.pack("<III", len(described) + 8, 0, len(described)) + described
    text = f'<DataMashup xmlns="x">{base64.b64encode(body).decode()}</DataMashup>'
    parts: dict[str, str | bytes] = {"[Content_Types].xml": "<a/>", "customXml/item1.xml": text.encode("utf-16")}
    found = [out for out in SheetExtractor().extract(make_package(parts), Task("a")) if isinstance(out, Member)]
    assert [member.name for member in found] == ["queries.zip", "metadata.xml"]
    assert found[1].data == described


def test_words_in_number_formats_and_names_of_styles_are_read() -> None:
    styles = (
        f"<s><numFmts><numFmt numFmtId='170' formatCode='0&quot;{MARK}&quot;'/><numFmt numFmtId='171' formatCode='0&quot;千円&quot;'/>"
        f"</numFmts><cellStyles><cellStyle name='標準' builtinId='0'/><cellStyle name='{MARK}'/></cellStyles></s>"
    )
    parts: dict[str, str | bytes] = {"xl/workbook.xml": "<a/>", "xl/styles.xml": styles}
    found = lines(list(SheetExtractor().extract(make_package(parts), Task("a"))))
    assert found == {"number format": [MARK], "style": [MARK]}


def test_names_of_own_styles_of_word_are_read() -> None:
    styles = f"<a><style customStyle='1'><name val='{MARK}'/></style><style><name val='標準'/></style></a>"
    parts: dict[str, str | bytes] = {BODY: "<a/>", "word/styles.xml": styles}
    assert lines(list(WordExtractor().extract(make_package(parts), Task("a")))) == {"style": [MARK]}


def test_settings_and_signers_of_opendocument_are_read() -> None:
    name = "能勢 佳代".encode()
    certificate = base64.b64encode(b"\x30\x82" + struct.pack(">HBB", len(name) + 2, 12, len(name)) + name).decode()
    parts: dict[str, str | bytes] = {
        "content.xml": "<a/>",
        "settings.xml": f"<a><config-item>{MARK}</config-item><config-item>12345678</config-item></a>",
        "META-INF/documentsignatures.xml": f"<a><X509Certificate>{certificate}</X509Certificate><DigestValue>QUFB</DigestValue></a>",
    }
    found = lines(list(OdfExtractor().extract(make_package(parts), Task("a"))))
    assert found == {"settings.xml": [MARK], "META-INF/documentsignatures.xml": ["能勢 佳代"]}
