"""Office documents in one XML file: names that tags split come in one, properties and files inside come too."""

from __future__ import annotations

import base64
from io import BytesIO

from tests.unit.extract.made import collect

from morasanu.extract.office.flat import FlatExtractor
from morasanu.extract.recognise import recognise

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
PICTURE = base64.b64encode(b"GIF89a" + bytes(40)).decode()
OPEN = f"""{HEAD}<office:document xmlns:office="o" xmlns:text="t" xmlns:draw="d" xmlns:dc="c" xmlns:config="f">
<office:meta><dc:title>髙﨑様の件</dc:title></office:meta>
<office:settings><config:config-item>true</config:config-item></office:settings>
<office:body><office:text><text:p>山<text:span>田太郎</text:span></text:p>
<draw:image><office:binary-data>{PICTURE[:20]}\n{PICTURE[20:]}</office:binary-data></draw:image></office:text></office:body></office:document>"""
WORD = f"""{HEAD}<?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="w" xmlns:o="o">
<o:DocumentProperties><o:Author>髙﨑様の件</o:Author></o:DocumentProperties><w:binData w:name="a">{PICTURE}</w:binData>
<w:body><w:p><w:r><w:t>山</w:t></w:r><w:r><w:t>田太郎</w:t></w:r></w:p></w:body></w:wordDocument>"""


def test_flat_opendocument_is_read() -> None:
    assert recognise(BytesIO(OPEN.encode()), "a.xml") == "flat-odf"
    answer = collect(FlatExtractor("flat-odf"), OPEN.encode())
    assert answer.pieces == {"body": "山田太郎\n", "other": "髙﨑様の件\n"}
    assert [member.data[:6] for member in answer.members] == [b"GIF89a"]


def test_word_2003_xml_is_read() -> None:
    assert recognise(BytesIO(WORD.encode()), "a.doc") == "flat-word"
    answer = collect(FlatExtractor("flat-word"), WORD.encode())
    assert answer.pieces == {"body": "山田太郎\n", "other": "髙﨑様の件\n"}
    assert [member.data[:6] for member in answer.members] == [b"GIF89a"]


def test_flat_document_cut_off_gives_what_was_there() -> None:
    answer = collect(FlatExtractor("flat-word"), WORD.encode()[:-60])
    assert "山" in answer.pieces["body"]
    assert [each.code for each in answer.unread] == ["MRS-X-021"]


def test_other_xml_is_text() -> None:
    assert recognise(BytesIO(f"{HEAD}<document><office/></document>".encode()), "a.xml") == ""
