"""Archives and mail made to hurt: each ends soon, writes nothing, and is never taken for clean."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
import time
import zipfile
import zlib
from email.message import EmailMessage
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from morasanu.errors import InspectError
from morasanu.extract.archive.stream import EXTRACTORS as ARCHIVES
from morasanu.extract.interface import Extracted, Limits, Member, Piece, Task, Unread
from morasanu.extract.mail.internet import EXTRACTORS as MAILS
from morasanu.extract.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from morasanu.extract.interface import Extractor

READERS: dict[str, Extractor] = {form: each for each in (*ARCHIVES, *MAILS) for form in each.formats}
TEXT = "山田太郎 ①㈱髙﨑 ﾔﾏﾀﾞ\n".encode() * 100
ZEROS = bytes(50_000_000)


@pytest.fixture(autouse=True)
def _is_quick_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    really_open = open

    def refuse(path: str, mode: str = "r", *rest: Any, **named: Any) -> object:
        assert not set(mode) & set("wax+"), "a file was opened for writing"  # py7zr reads how much memory there is
        return really_open(path, mode, *rest, **named)

    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with monkeypatch.context() as patch:
        patch.setattr("builtins.open", refuse)
        yield
    assert [path.name for path in tmp_path.rglob("*")] == ["here"]


def read(form: str, data: bytes, name: str = "x", limits: Limits | None = None) -> list[Extracted]:
    """Return what comes out of `data` and, when nothing can be read, the reason; at most two seconds of processor time."""
    if READERS[form].missing():
        pytest.skip(f"{READERS[form].missing()} is not installed")
    begun = time.process_time()
    found: list[Extracted] = []
    try:
        found.extend(READERS[form].extract(BytesIO(data), Task(name, (), limits or Limits())))
    except InspectError as error:
        found.append(Unread("", error.code, error.message_ja, error.message_en))
    assert time.process_time() - begun < 2
    return found


def look_into(data: bytes, name: str, limits: Limits | None = None) -> list[Piece | Unread]:
    begun = time.process_time()
    found = list(walk(BytesIO(data), Task(name, (), limits or Limits()), READERS))
    assert time.process_time() - begun < 2
    return found


def reasons(found: list[Extracted] | list[Piece | Unread]) -> set[str]:
    return {out.en for out in found if isinstance(out, Unread)}


def names(found: list[Extracted]) -> list[str]:
    return [out.part for out in found if isinstance(out, Member)]


def make_zip(files: dict[str, bytes]) -> bytes:
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in files.items():
            package.writestr(name, data)
    return kept.getvalue()


def make_7z(files: dict[str, bytes]) -> bytes:
    py7zr = pytest.importorskip("py7zr")
    kept = BytesIO()
    with py7zr.SevenZipFile(kept, "w") as archive:
        for name, data in files.items():
            archive.writef(BytesIO(data), name)
    return kept.getvalue()


def make_tar(*infos: tarfile.TarInfo, data: bytes = TEXT) -> bytes:
    kept = BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as archive:
        for info in infos:
            info.size = len(data) if info.isreg() else 0
            archive.addfile(info, BytesIO(data) if info.isreg() else None)
    return kept.getvalue()


def make_entries(
    count: int, total: int, size: int, offset: Callable[[int], int], method: int = 0, raw: int = 0
) -> bytes:
    """Return a central directory of `count` entries and an end that claims `total`."""
    entry = b"".join(
        b"PK\x01\x02\x14\x00"
        + struct.pack("<5H3L5H2L", 20, 0, method, 0, 0, 0, size, raw or size, 1, 0, 0, 0, 0, 0, offset(number))
        + b"a"
        for number in range(min(count, 1_000))
    )
    central = entry * max(1, count // 1_000)
    return central + struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, min(total, 0xFFFF), min(total, 0xFFFF), len(central), 0, 0
    )


def make_local(size: int, method: int = 0) -> bytes:
    return b"PK\x03\x04" + struct.pack("<5H3L2H", 20, 0, method, 0, 0, 0, size, size, 1, 0) + b"a"


def fix_offset(data: bytes) -> bytes:
    """Write where the central directory begins into the end, as it stands in `data`."""
    return data[:-6] + struct.pack("<L", data.index(b"PK\x01\x02")) + data[-2:]


def test_zip_nested_like_42_ends() -> None:
    inner = make_zip({"zeros": ZEROS})
    for level in range(4):
        inner = make_zip({f"{level}-{number}.zip": inner for number in range(16)})
    limits = Limits(members=300)
    found = look_into(inner, "42.zip", limits)
    assert "over a limit (members)" in reasons(found)
    assert "over a limit (ratio)" in reasons(found)


def test_zip_forty_deep_ends() -> None:
    inner = make_zip({"a.txt": TEXT})
    for _ in range(40):
        inner = make_zip({"in.zip": inner, "beside.txt": TEXT})
    found = look_into(inner, "deep.zip")
    assert reasons(found) == {"over a limit (depth)"}
    assert sum(isinstance(out, Piece) and not out.part.endswith("names") for out in found) == 12


@pytest.mark.parametrize(
    ("form", "pack"),
    [
        ("zip", lambda data: make_zip({"a": data})),
        ("gz", gzip.compress),
        ("bz2", bz2.compress),
        ("xz", lambda data: lzma.compress(data, preset=0)),
        ("7z", lambda data: make_7z({"a": data})),
    ],
    ids=["zip", "gz", "bz2", "xz", "7z"],
)
def test_flat_bomb_ends(form: str, pack: Callable[[bytes], bytes]) -> None:
    found = read(form, pack(ZEROS))
    assert reasons(found) == {"over a limit (ratio)"}
    assert not names(found)


def test_bomb_beside_a_text_leaves_the_text() -> None:
    found = read("zip", make_zip({"bomb": ZEROS, "a.txt": TEXT}))
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"over a limit (ratio)"}


def test_zip_whose_members_share_their_bytes_ends() -> None:
    data = zlib.compress(bytes(900_000), 9)[2:-4]
    local = make_local(len(data), 8) + data
    found = read("zip", fix_offset(local + make_entries(1_000, 1_000, len(data), lambda _: 0, 8, 900_000)))
    assert len(names(found)) == 1
    assert "not well formed inside (overlap)" in reasons(found)


def test_zip_whose_members_quote_the_next_ones_ends() -> None:
    tail = make_local(len(TEXT)) + TEXT
    offsets = [0, len(make_local(0))]
    data = make_local(len(tail)) + tail
    entries = make_entries(2, 2, len(TEXT), lambda number: offsets[number])
    entries = entries.replace(struct.pack("<2L", len(TEXT), len(TEXT)), struct.pack("<2L", len(tail), len(tail)), 1)
    found = read("zip", fix_offset(data + entries))
    assert reasons(found) == {"not well formed inside (overlap)"}


def test_zip_that_claims_a_million_members_ends() -> None:
    data = fix_offset(make_local(len(TEXT)) + TEXT + make_entries(1, 1_000_000, len(TEXT), lambda _: 0))
    found = read("zip", data)
    assert names(found) == ["a"]
    assert reasons(found) == {"damaged or cut off"}


def test_zip_of_a_million_members_ends() -> None:
    locals_ = make_local(0) * 1_000
    data = fix_offset(locals_ + make_entries(1_000_000, 1_000_000, 0, lambda number: number * len(make_local(0))))
    assert "over a limit (members)" in reasons(read("zip", data))


def test_zip_of_a_million_members_without_a_directory_ends() -> None:
    assert "over a limit (members)" in reasons(read("zip", make_local(0) * 1_000_000))


def test_tar_of_a_million_members_ends() -> None:
    block = make_tar(tarfile.TarInfo("a"), data=b"")[:512]
    assert reasons(read("tar", block * 200_000)) == {"over a limit (members)"}


@pytest.mark.parametrize("form", ["zip", "tar", "7z"])
@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "..\\..\\x.txt", "C:\\Windows\\x.txt"])
def test_slip_out_of_the_folder_is_refused(form: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if form == "7z":
        pytest.importorskip("py7zr")
        with monkeypatch.context() as patch:
            patch.setattr("py7zr.py7zr.check_archive_path", lambda _: True)  # it would not write such a name
            data = make_7z({name: TEXT, "b.txt": TEXT})
    elif form == "zip":
        data = make_zip({name: TEXT, "b.txt": TEXT})
    else:
        data = make_tar(tarfile.TarInfo(name), tarfile.TarInfo("b.txt"))
    found = read(form, data)
    assert [out.data for out in found if isinstance(out, Member)] == [TEXT, TEXT]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE])
def test_link_or_device_in_a_tar_is_refused(kind: bytes) -> None:
    info = tarfile.TarInfo("passwd")
    info.type, info.linkname = kind, "/etc/passwd"
    found = read("tar", make_tar(info, tarfile.TarInfo("a.txt")))
    assert names(found) == ["a.txt"]
    assert [out.part for out in found if isinstance(out, Unread)] == ["passwd"]


def make_sparse(size: int) -> bytes:
    """Return a tar with a file in GNU's old sparse form: a few bytes of text, the rest holes."""
    info = tarfile.TarInfo("sparse")
    info.size = 512
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[156] = ord("S")
    block[386:410] = f"{0:011o}\0{512:011o}\0".encode()
    block[483:495] = b"\x80" + size.to_bytes(11, "big")
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    return bytes(block) + TEXT[:512] + make_tar(tarfile.TarInfo("a.txt"))


@pytest.mark.parametrize("size", [10_000_000, 1 << 40, 1 << 62])
def test_sparse_file_of_a_terabyte_ends(size: int) -> None:
    found = read("tar", make_sparse(size))
    assert names(found) == ["a.txt"]
    assert reasons(found) == {"over a limit (ratio)"}


def test_tar_that_goes_in_circles_ends() -> None:
    block = bytearray(make_tar(tarfile.TarInfo("a"), data=b"")[:512])
    block[124:136] = b"\xff" * 10 + b"\xfe\x00"
    block[148:156] = b" " * 8
    block[148:156] = f"{sum(block):06o}\0 ".encode()
    assert reasons(read("tar", bytes(block) * 3)) & {"damaged or cut off"}


def test_tar_of_nothing_but_long_names_ends() -> None:
    info = tarfile.TarInfo("x" * 200)
    block = info.tobuf(tarfile.GNU_FORMAT)[:1024]
    assert reasons(read("tar", block * 5_000)) == {"damaged or cut off"}


def test_mail_of_five_thousand_parts_ends() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 5_000 + b"--b--\n"
    assert reasons(read("eml", data)) == {"over a limit (members)"}


def test_mail_of_a_million_parts_ends() -> None:
    data = b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nhi\n" * 1_000_000
    assert reasons(read("eml", data)) == {"over a limit (members)"}


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: " + b"x" * 10_000_000,
        b"Subject: " + b"=?" * 5_000_000,
        b"Subject: " + b"=?a?b?" * 1_500_000,
        b"Subject: " + b"=?utf-8?b?5bGx?= " * 200_000,
        b"Subject:" + b"\n " * 2_000_000,
        b"Subject: " + "山".encode("cp932") * 500_000,
        b"Content-Type: " + b";" * 10_000_000,
        b'Content-Type: text/plain; charset="' + b"\\" * 10_000_000,
        b"Content-Type: text/plain; charset=idna",
        b"Content-Disposition: attachment; " + b"filename*0*=a;" * 700_000,
    ],
    ids=["long", "starts", "no-ends", "words", "folds", "kanji", "semicolons", "backslashes", "idna", "segments"],
)
def test_header_of_ten_megabytes_ends(header: bytes) -> None:
    found = read("eml", header + b"\n\nthe text\n")
    shown = "".join(
        out.text if isinstance(out, Piece) else out.data.decode() for out in found if not isinstance(out, Unread)
    )
    assert "the text" in shown


def test_mail_of_a_million_headers_ends() -> None:
    found = read("eml", b"X: y\n" * 1_000_000 + b"\n\nthe text\n")
    assert reasons(found) == {"over a limit (headers)"}


@pytest.mark.parametrize("depth", [300, 3_000, 30_000])
def test_mail_of_thousands_of_levels_ends(depth: int) -> None:
    data = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    assert "over a limit (depth)" in reasons(read("eml", data + b"\ndeep\n"))


def make_mail() -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "①㈱髙﨑"
    mail.set_content("山田太郎\n" * 50)
    mail.add_attachment(TEXT, maintype="application", subtype="octet-stream", filename="名簿.csv")
    return mail.as_bytes()


@pytest.mark.parametrize("tenth", range(10))
@pytest.mark.parametrize("form", ["zip", "tar", "gz", "bz2", "xz", "7z", "eml"])
def test_file_cut_at_every_tenth_is_told(form: str, tenth: int) -> None:
    whole = {
        "zip": lambda: make_zip({"a.txt": TEXT, "b.txt": TEXT}),
        "tar": lambda: make_tar(tarfile.TarInfo("a.txt"), tarfile.TarInfo("b.txt"))[:8_192],
        "gz": lambda: gzip.compress(TEXT),
        "bz2": lambda: bz2.compress(TEXT),
        "xz": lambda: lzma.compress(TEXT),
        "7z": lambda: make_7z({"a.txt": TEXT}),
        "eml": make_mail,
    }[form]()
    assert "damaged or cut off" in reasons(read(form, whole[: len(whole) * tenth // 10]))


@pytest.mark.parametrize("form", sorted(READERS.keys() - {"sfx"}))
def test_file_of_no_bytes_is_refused(form: str) -> None:
    assert reasons(read(form, b"")) == {"damaged or cut off"}


@pytest.mark.parametrize("data", [b"", b"MZ" + bytes(range(256)) * 400])
def test_program_that_unpacks_nothing_is_a_program(data: bytes) -> None:
    assert reasons(read("sfx", data)) == {"format not supported (exe)"}


@pytest.mark.parametrize("form", sorted(READERS.keys() - {"eml", "sfx"}))
def test_file_of_noise_is_refused(form: str) -> None:
    noise = zlib.compress(bytes(range(256)) * 50)[2:] * 40
    assert reasons(read(form, noise)) == {"damaged or cut off"} or form == "mbox"
