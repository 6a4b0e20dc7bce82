"""Places of office files that no page shows at first: each gives its marker line back."""

from __future__ import annotations

import pytest
from tests.unit.extract.package import MARK, lines, make_package

from morasanu.extract.interface import Task
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
