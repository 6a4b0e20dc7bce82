"""Names of what lies inside archives and mails are text to search."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.packed import NAMES, TEXT, encrypt, make_cab, make_lzh, make_old_zip, make_tar, make_zip
from tests.unit.extract.test_message import make_message, make_ole, make_properties, wide
from tests.unit.extract.test_tnef import winmail

from morasanu.extract.interface import Limits, Piece, Task, Unread
from morasanu.extract.name import Names
from morasanu.extract.registry import load_extractors
from morasanu.extract.walk import walk

if TYPE_CHECKING:
    from pathlib import Path

EXTRACTORS = load_extractors()
FORM = "能勢佳代様_申込書.pdf"


def read(data: bytes, name: str, limits: Limits | None = None) -> tuple[dict[str, str], list[str]]:
    """Return the names told of each container, and the codes of what was not read."""
    found = list(walk(io.BytesIO(data), Task(name, (), limits or Limits()), EXTRACTORS))
    if any(out.code == "MRS-X-024" for out in found if isinstance(out, Unread)):
        pytest.skip("an extra is not installed")
    pieces = {out.part: out.text for out in found if isinstance(out, Piece) and out.part.endswith("names")}
    return pieces, [out.code for out in found if isinstance(out, Unread)]


@pytest.mark.parametrize("kind", ["zip", "tar", "lzh", "cab", "7z"])
def test_archive_tells_the_names_of_its_members_in_order(kind: str) -> None:
    names = NAMES[:1] if kind == "cab" else NAMES[1:] if kind == "lzh" else NAMES
    if kind == "7z":
        data = make_7z(dict.fromkeys(names, TEXT))
    elif kind == "cab":
        data = make_cab(names[0].encode(), TEXT, 0x80)
    elif kind == "lzh":
        data = make_lzh({name.encode("cp932"): TEXT for name in names})
    else:
        data = (make_zip if kind == "zip" else make_tar)(dict.fromkeys(names, TEXT))
    assert read(data, f"x.{kind}")[0] == {"names": "".join(f"{name}\n" for name in names)}


def make_7z(files: dict[str, bytes], password: str | None = None) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    kept = io.BytesIO()
    with py7zr.SevenZipFile(kept, "w", password=password) as archive:
        for name, data in files.items():
            archive.writef(io.BytesIO(data), name)
    return kept.getvalue()


def test_names_of_what_cannot_be_read_are_told() -> None:
    assert read(make_zip({FORM: b"", "b.bin": bytes(range(256)) * 9}), "x.zip") == (
        {"names": f"{FORM}\nb.bin\n"},
        ["MRS-X-021", "MRS-X-005"],
    )
    locked = make_old_zip(FORM.encode("cp932"), encrypt(TEXT, "Tegami-2611"), flags=1)
    assert read(locked, "x.zip") == ({"names": f"{FORM}\n"}, ["MRS-X-020"])
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        link = tarfile.TarInfo(FORM)
        link.type, link.linkname = tarfile.SYMTYPE, "other"
        archive.addfile(link)
    assert read(kept.getvalue(), "x.tar") == ({"names": f"{FORM}\n"}, ["MRS-X-005"])


def test_names_in_a_locked_7z_are_told() -> None:
    assert read(make_7z({FORM: TEXT}, "Tegami-2611"), "x.7z") == ({"names": f"{FORM}\n"}, ["MRS-X-020"])


@pytest.mark.parametrize("kind", ["zip", "tar", "7z"])
def test_folder_is_named_when_nothing_lies_in_it(kind: str, tmp_path: Path) -> None:
    kept = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(kept, "w") as package:
            package.mkdir("能勢佳代")
            package.mkdir("支店")
            package.writestr("支店/a.csv", TEXT)
    elif kind == "tar":
        with tarfile.open(fileobj=kept, mode="w") as archive:
            for name, size in (("能勢佳代", 0), ("支店", 0), ("支店/a.csv", len(TEXT))):
                info = tarfile.TarInfo(name)
                info.type, info.size = (tarfile.REGTYPE if size else tarfile.DIRTYPE), size
                archive.addfile(info, io.BytesIO(TEXT) if size else None)
    else:
        py7zr = pytest.importorskip("py7zr")
        with py7zr.SevenZipFile(kept, "w") as packed:
            packed.write(tmp_path, "能勢佳代")
            packed.write(tmp_path, "支店")
            packed.writef(io.BytesIO(TEXT), "支店/a.csv")
    assert read(kept.getvalue(), f"x.{kind}") == ({"names": "能勢佳代/\n支店/a.csv\n"}, [])


def test_names_end_with_the_limit_of_members() -> None:
    names, codes = read(make_zip({f"{number}.txt": b"x" for number in range(9)}), "x.zip", Limits(members=3))
    assert names == {"names": "0.txt\n1.txt\n2.txt\n"}
    assert codes == ["MRS-X-022"]


def test_names_of_an_archive_in_an_archive_stand_under_it() -> None:
    inner = make_zip({"a.csv": TEXT})
    assert read(make_zip({"b.zip": inner, "c.csv.gz": gzip.compress(TEXT)}), "x.zip")[0] == {
        "b.zip › names": "a.csv\n",
        "names": "b.zip\nc.csv.gz\n",
    }


def test_office_package_has_no_names() -> None:
    package = make_zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<a/>"})
    assert read(package, "x.docx")[0] == {}


def test_mail_tells_what_its_attachments_are_called_and_nothing_it_made_up() -> None:
    inner = EmailMessage()
    inner["Subject"] = "転送"
    inner.set_content("本文")
    mail = EmailMessage()
    mail["Subject"] = "送付"
    mail.set_content("本文")
    mail.add_alternative("<p>本文</p>", subtype="html")
    mail.add_attachment(bytes(9), maintype="application", subtype="pdf", filename=FORM)
    mail.add_attachment(b"x", maintype="application", subtype="octet-stream")
    mail.add_attachment(inner)
    mail.add_attachment(inner, filename="添付 1: 二通目")
    mail.add_attachment(b"", maintype="application", subtype="pdf", filename="空.pdf")
    assert read(mail.as_bytes(), "x.eml")[0] == {"names": f"{FORM}\n添付 1: 二通目\n空.pdf\n"}


def test_message_of_outlook_tells_what_its_attachments_are_called() -> None:
    tree = make_message()
    for number, name in enumerate((FORM, "")):
        tree[f"__attach_version1.0_#0000000{number}"] = {
            "__properties_version1.0": make_properties(8),
            **(wide(0x3707, name) if name else {}),
            "__substg1.0_37010102": b"x" * 9,
        }
    inside = make_message(24)
    inside["__attach_version1.0_#00000000"] = {
        "__properties_version1.0": make_properties(8),
        **wide(0x3707, "中の.csv"),
        "__substg1.0_37010102": b"x",
    }
    tree["__attach_version1.0_#00000002"] = {
        "__properties_version1.0": make_properties(8),
        **wide(0x3001, "転送: 申込"),
        "__substg1.0_3701000D": inside,
    }
    assert read(make_ole(tree), "x.msg")[0] == {"names": f"{FORM}\n転送: 申込\n中の.csv\n"}


def test_winmail_tells_what_its_attachments_are_called() -> None:
    assert read(winmail(), "winmail.dat")[0] == {"names": "長い名前.csv\n"}


def test_name_that_the_library_did_not_give_is_none() -> None:
    names = Names("lzh")
    names.take(Unread("member 3", "MRS-X-021", "", ""))
    names.take(Unread("", "MRS-X-021", "", ""))
    assert names.tell() == []
