"""OpenDocument files: every place where text can stand gives its marker line, under the name of its place."""

from __future__ import annotations

import hashlib
import zlib
from base64 import b64encode
from io import BytesIO

import pytest
from tests.unit.extract.package import MARK, lines, make_package

from morasanu.errors import InspectError
from morasanu.extract.interface import Extracted, Member, Task, Unread
from morasanu.extract.office.odf import OdfExtractor
from morasanu.extract.office.odf_locked import _Lock, _make_cipher

NS = " ".join(
    f'xmlns:{name}="urn:{name}"'
    for name in ("office", "text", "table", "draw", "dc", "style", "meta", "presentation", "xlink", "svg")
)
TWICE = 'table:number-columns-repeated="2"'


def content(kind: str, body: str) -> str:
    return f"<office:document-content {NS}><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"


def read(parts: dict[str, str | bytes]) -> list[Extracted]:
    return list(OdfExtractor().extract(make_package(parts), Task("a.odf")))


def p(text: str) -> str:
    return f"<text:p>{text}</text:p>"


ODT: dict[str, str | bytes] = {
    "content.xml": content(
        "text",
        f"<text:tracked-changes><text:deletion><dc:creator>{MARK}記入者</dc:creator>{p(MARK + '削除')}</text:deletion></text:tracked-changes>"
        + p(MARK + '<text:s text:c="2"/>本<text:span>文</text:span>')
        + p(f"前<text:note><text:note-citation>1</text:note-citation><text:note-body>{p(MARK + '脚注')}</text:note-body></text:note>後")
        + p(f"注<office:annotation><dc:creator>{MARK}査閲者</dc:creator>{p(MARK + 'コメント')}</office:annotation>釈")
        + p(f"箱<draw:text-box>{p(MARK + '箱')}</draw:text-box>外")
        + p(f"<text:ruby><text:ruby-base>漢字</text:ruby-base><text:ruby-text>{MARK}よみ</text:ruby-text></text:ruby>")
        + p('<text:a xlink:href="mailto:a@example.jp">宛先</text:a>')
        + f'<text:user-field-decl office:string-value="{MARK}欄"/><draw:frame><svg:desc>{MARK}代替</svg:desc></draw:frame>'
        + f"<table:table><table:table-row><table:table-cell>{p('氏名')}</table:table-cell><table:table-cell>{p(MARK)}{p('続き')}</table:table-cell>"
        + "</table:table-row></table:table>",
    ),
    "styles.xml": f"<s {NS}><style:header>{p(MARK + 'ヘッダー')}</style:header><style:footer>{p(MARK + 'フッター')}</style:footer></s>",
    "meta.xml": f'<m {NS}><dc:creator>{MARK}作成者</dc:creator><meta:user-defined meta:name="担当">{MARK}</meta:user-defined></m>',
    "Object 1/content.xml": content("text", p(MARK + "埋め込み")),
    "Pictures/a.png": b"\x89PNG",
}  # fmt: skip


@pytest.mark.parametrize(
    ("where", "line"),
    [
        ("body", f"{MARK}  本文"),
        ("body", "前後"),
        ("body", "注釈"),
        ("body", "箱外"),
        ("body", "漢字"),
        ("body", f"氏名\t{MARK} 続き"),
        ("deleted", MARK + "削除"),
        ("note", MARK + "脚注"),
        ("comment", MARK + "コメント"),
        ("author", MARK + "記入者"),
        ("author", MARK + "査閲者"),
        ("text box", MARK + "箱"),
        ("ruby", MARK + "よみ"),
        ("link", "mailto:a@example.jp"),
        ("field", MARK + "欄"),
        ("alternative text", MARK + "代替"),
        ("header", MARK + "ヘッダー"),
        ("footer", MARK + "フッター"),
        ("properties", f"creator: {MARK}作成者"),
        ("properties", f"担当: {MARK}"),
        ("Object 1", MARK + "埋め込み"),
    ],
)
def test_odt_with_a_line_in_every_place_gives_each(where: str, line: str) -> None:
    found = read(ODT)
    assert line in lines(found)[where]
    assert [each.name for each in found if isinstance(each, Member)] == ["a.png"]
    assert not [each for each in found if isinstance(each, Unread)]


def cell(text: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{p(text) if text else ''}</table:table-cell>"


def row(cells: str, attributes: str = "") -> str:
    return f"<table:table-row {attributes}>{cells}</table:table-row>"


def test_ods_with_a_hidden_sheet_gives_cells_where_they_stand() -> None:
    sheets = (
        f'<table:table table:name="名簿">{row(cell("氏名") + cell("電話"))}{row(cell("", TWICE) + cell(MARK))}'
        + row(cell(""), 'table:number-rows-repeated="1048000"')
        + row(
            cell("", 'office:value="123456789012"') + cell(f"末<office:annotation>{p(MARK + '注')}</office:annotation>")
        )
        + f'</table:table><table:table table:name="隠し" table:display="false">{row(cell(MARK + "隠"))}</table:table>'
    )
    found = lines(read({"content.xml": content("spreadsheet", sheets)}))
    assert found["名簿!A1:C2"] == ["氏名\t電話", f"\t\t{MARK}"]
    assert found["名簿!A1048003:B1048003"] == ["123456789012\t末"]
    assert found["名簿 comment"] == [MARK + "注"]
    assert found["隠し!A1:A1"] == [MARK + "隠"]


def test_odp_gives_slides_and_notes() -> None:
    def page(text: str) -> str:
        return f"<draw:page><draw:text-box>{p(MARK + text)}</draw:text-box><presentation:notes>{p(MARK + text + 'ノート')}</presentation:notes></draw:page>"

    found = lines(read({"content.xml": content("presentation", page("一") + page("二"))}))
    assert found["slide 1"] == [MARK + "一"]
    assert found["slide 2 notes"] == [MARK + "二ノート"]


def test_encrypted_odf_is_told_as_encrypted() -> None:
    manifest = "<m><file-entry><encryption-data/></file-entry></m>"
    with pytest.raises(InspectError) as caught:
        read({"content.xml": b"\x00\x01", "META-INF/manifest.xml": manifest})
    assert caught.value.code == "MRS-X-020"


def lock(data: bytes, password: str, cipher: str) -> tuple[bytes, str]:
    """Return a part encrypted as OpenDocument 1.2 has it, and what its manifest says of it."""
    ciphers = pytest.importorskip(
        "cryptography.hazmat.primitives.ciphers", reason="the extra `office` is not installed"
    )
    algorithm, name, salt = (
        ("sha256", "xmlenc#aes256-cbc", bytes(16)) if cipher == "aes" else ("sha1", "Blowfish CFB", bytes(8))
    )
    start = hashlib.new(algorithm, password.encode()).digest()
    key = hashlib.pbkdf2_hmac("sha1", start, salt, 10, 32 if cipher == "aes" else 16)
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(data) + packer.flush()
    checksum = hashlib.new(algorithm, packed[:1_024]).digest()
    if cipher == "aes":
        made, iv = ciphers.Cipher(ciphers.algorithms.AES(key), ciphers.modes.CBC(bytes(16))), bytes(16)
        packed += bytes(15 - len(packed) % 16) + bytes((16 - len(packed) % 16,))
    else:
        made, iv = _make_cipher(_Lock("", "blowfish", bytes(8), salt, 10, 16, "sha1", b"", "sha1"), key), bytes(8)
    locker = made.encryptor()
    told = (
        f'<encryption-data checksum-type="{algorithm}-1k" checksum="{b64encode(checksum).decode()}">'
        f'<algorithm algorithm-name="{name}" initialisation-vector="{b64encode(iv).decode()}"/>'
        f'<key-derivation key-derivation-name="PBKDF2" iteration-count="10" salt="{b64encode(salt).decode()}"/>'
        f'<start-key-generation start-key-generation-name="#{algorithm}"/></encryption-data>'
    )
    return locker.update(packed) + locker.finalize(), told


@pytest.mark.parametrize("cipher", ["aes", "blowfish"])
def test_encrypted_odf_opens_with_the_right_password(cipher: str) -> None:
    data, told = lock(content("text", p(MARK + "本文")).encode(), "秘密123", cipher)
    manifest = f'<m><file-entry full-path="content.xml">{told}</file-entry></m>'
    parts: dict[str, str | bytes] = {"content.xml": data, "META-INF/manifest.xml": manifest}
    found = OdfExtractor().extract(make_package(parts), Task("a.odt", ("other", "秘密123")))
    assert lines(list(found)) == {"body": [MARK + "本文"]}
    with pytest.raises(InspectError) as caught:
        list(OdfExtractor().extract(make_package(parts), Task("a.odt", ("other",))))
    assert caught.value.code == "MRS-X-020"


def test_odt_and_ods_of_odfpy_give_their_lines() -> None:
    opendocument = pytest.importorskip("odf.opendocument")
    text = pytest.importorskip("odf.text")
    table = pytest.importorskip("odf.table")
    written, book = opendocument.OpenDocumentText(), opendocument.OpenDocumentSpreadsheet()
    written.text.addElement(text.P(text=MARK + "本文"))
    sheet, line, place = table.Table(name="名簿"), table.TableRow(), table.TableCell()
    place.addElement(text.P(text=MARK))
    line.addElement(place)
    sheet.addElement(line)
    book.spreadsheet.addElement(sheet)
    for document, where, expected in ((written, "body", MARK + "本文"), (book, "名簿!A1:A1", MARK)):
        file = BytesIO()
        document.write(file)
        assert lines(list(OdfExtractor().extract(BytesIO(file.getvalue()), Task("a"))))[where] == [expected]
