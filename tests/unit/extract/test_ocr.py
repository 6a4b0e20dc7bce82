"""Recognition as a scan does it: Tesseract in a process without rights, in order, within limits; told where it is missing."""

from __future__ import annotations

import os
import socket
import sys
import zipfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.extract.made import write_pdf, write_stream
from tests.unit.extract.test_image import write_letters, write_png, write_tiff

from morasanu.cli.doctor import _check_recognition
from morasanu.cli.language import Speaker
from morasanu.extract.interface import Drawn, Limits, Piece, Unread
from morasanu.extract.page.ocr import Recogniser, _make_command, find_tesseract
from morasanu.extract.sandbox import Sandbox, SandboxOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

LETTERS = write_letters()


@pytest.fixture
def _tesseract() -> None:
    find_tesseract.cache_clear()
    if not find_tesseract():
        pytest.skip("Tesseract with Japanese is not installed")


@pytest.fixture
def recogniser() -> Iterator[Recogniser]:
    made = Recogniser(60.0)
    yield made
    made.close()


def see(recogniser: Recogniser, data: bytes, part: str = "") -> Piece | Unread | None:
    return recogniser.start(Drawn(part, data)).result()


def read(folder: Path, name: str, content: bytes, **options: object) -> list[Piece | Unread]:
    path = folder / name
    path.write_bytes(content)
    with Sandbox(SandboxOptions(**options)) as sandbox, path.open("rb") as file:  # type: ignore[arg-type]
        return list(sandbox.read(file, name))


def show(out: Piece | Unread) -> tuple[str, str]:
    return out.part, "".join(out.text.split()) if isinstance(out, Piece) else out.code


@pytest.mark.usefixtures("_tesseract")
def test_letters_come_out_marked(recogniser: Recogniser) -> None:
    seen = see(recogniser, LETTERS, "p. 3")
    assert seen is not None
    assert show(seen) == ("p. 3 (OCR)", "LTL")


@pytest.mark.usefixtures("_tesseract")
def test_nothing_written_gives_nothing_and_damage_is_told(recogniser: Recogniser) -> None:
    assert see(recogniser, write_png(100, 100, b"\xff" * 10_000)) is None
    damaged = see(recogniser, LETTERS[:-30], "a.png")
    assert isinstance(damaged, Unread)
    assert (damaged.part, damaged.code) == ("a.png", "MRS-X-021")


@pytest.mark.usefixtures("_tesseract")
def test_time_ends_one_picture_only() -> None:
    hasty = Recogniser(0.001)
    seen = see(hasty, LETTERS)
    hasty.close()
    assert isinstance(seen, Unread)
    assert seen.code == "MRS-X-022"


@pytest.mark.usefixtures("_tesseract")
def test_japanese_drawn_with_a_font_is_read(recogniser: Recogniser) -> None:
    image, draw, fonts = (
        pytest.importorskip(f"PIL.{name}", reason="Pillow is not installed")
        for name in ("Image", "ImageDraw", "ImageFont")
    )
    found = sorted(Path("/usr/share/fonts").rglob("*CJK*egular*")) + sorted(Path("/usr/share/fonts").rglob("*apan*"))
    if not found:
        pytest.skip("no Japanese font is installed")
    picture = image.new("L", (1_700, 400), 255)
    pen, font = draw.Draw(picture), fonts.truetype(str(found[0]), 48)
    for number, line in enumerate(("普通預金口座開設申込書", "氏名 山田太郎", "電話番号 090-1234-5678")):
        pen.text((60, 40 + number * 110), line, 0, font)
    file = BytesIO()
    picture.save(file, "PNG")
    seen = see(recogniser, file.getvalue())
    assert isinstance(seen, Piece)
    for word in ("普通預金口座", "氏名 山田", "090-1234-5678"):
        assert word in seen.text


@pytest.mark.usefixtures("_tesseract")
def test_pictures_inside_files_are_read_in_their_order(tmp_path: Path) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("1.png", LETTERS)
        archive.writestr("2.txt", "plain\n")
        archive.writestr("3.png", LETTERS[:-30])
        archive.writestr("4.png", LETTERS)
        archive.writestr("icon.png", write_png(16, 16, bytes(256)))
    assert [show(out) for out in read(tmp_path, "a.zip", file.getvalue())] == [
        ("1.png (OCR)", "LTL"),
        ("2.txt", "plain"),
        ("3.png", "MRS-X-021"),
        ("4.png (OCR)", "LTL"),
        ("names", "1.png2.txt3.png4.pngicon.png"),
    ]


@pytest.mark.usefixtures("_tesseract")
def test_pictures_beyond_the_limit_are_told_once(tmp_path: Path) -> None:
    out = read(tmp_path, "a.tif", write_tiff(*[(100, 80)] * 5), limits=Limits(pictures=2))
    assert [(each.part, each.code) for each in out if isinstance(each, Unread)] == [("p. 3", "MRS-X-022")]


@pytest.mark.usefixtures("_tesseract")
def test_pictures_for_which_there_is_no_time_are_told_once_and_text_behind_them_is_read(tmp_path: Path) -> None:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number in range(30):
            archive.writestr(f"{number:02}.png", LETTERS + bytes([number]))
        archive.writestr("last.txt", "plain\n")
    out = [show(each) for each in read(tmp_path, "a.zip", file.getvalue(), ocr_file_s=0.01, ocr_jobs=2)]
    told = [index for index, (_, text) in enumerate(out) if text == "MRS-X-022"]
    assert len(told) == 1
    assert 1 <= told[0] < 30
    assert all(text == "LTL" for _, text in out[: told[0]])
    assert ("last.txt", "plain") in out


@pytest.mark.usefixtures("_tesseract")
def test_page_of_a_pdf_is_drawn_and_read(tmp_path: Path) -> None:
    pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")
    strokes = b"60 70 8 50 re 60 70 30 8 re 105 112 40 8 re 121 70 8 50 re 160 70 8 50 re 160 70 30 8 re f"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R >>"
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    data = write_pdf([b"<< /Type /Catalog /Pages 2 0 R >>", pages, page, write_stream(strokes)])
    assert [show(out) for out in read(tmp_path, "a.pdf", data)] == [("p. 1 (OCR)", "LTL")]


def test_without_tesseract_a_picture_is_told_as_needing_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    find_tesseract.cache_clear()
    out = read(tmp_path, "a.tif", write_tiff((100, 80), (100, 80)))
    check = _check_recognition(Speaker("en"))
    find_tesseract.cache_clear()
    assert [show(each) for each in out] == [("p. 1", "MRS-X-023"), ("p. 2", "MRS-X-023")]
    assert check[:2] == ("tesseract", False)


@pytest.mark.usefixtures("_tesseract")
def test_doctor_says_that_pictures_are_read() -> None:
    assert _check_recognition(Speaker("en")).is_there


@pytest.mark.parametrize(
    ("known", "language", "layout"), [({"jpn"}, "jpn", "3"), ({"jpn", "eng", "osd"}, "jpn+eng", "1")]
)
def test_command_uses_the_data_that_is_installed(known: set[str], language: str, layout: str) -> None:
    command = _make_command("tesseract", known)
    assert (command[4], command[6]) == (language, layout)
    assert _make_command("tesseract", known - {"jpn"}) == ()


HOSTILE = """#!{python}
import os, socket, sys
if "--list-langs" in sys.argv:
    print("jpn")
    sys.exit()
what = sys.stdin.buffer.read().decode()
if what == "crash":
    os.abort()
if what == "flood":
    while True:
        sys.stdout.write("x" * 65536)
if what == "eat":
    held = bytearray(2_000_000_000)
if what == "spin":
    while True:
        pass
if what == "connect":
    socket.create_connection(("127.0.0.1", int(os.environ["TESSDATA_PREFIX"])), 2)
if what == "write":
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with open("/tmp/morasanu-hostile-ocr", "w") as file:
        file.write("x")
        file.flush()
print(what)
"""


@pytest.fixture
def _hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put a program in Tesseract's place that does what a taken-over one would."""
    program = tmp_path / "tesseract"
    program.write_text(HOSTILE.format(python=sys.executable), encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path) + os.pathsep + os.environ["PATH"])
    find_tesseract.cache_clear()
    yield
    find_tesseract.cache_clear()


@pytest.mark.usefixtures("_hostile")
@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("crash", "MRS-X-026"),
        ("flood", "MRS-X-022"),
        ("eat", "MRS-X-021"),
        ("spin", "MRS-X-022"),
        ("write", "MRS-X-021"),
    ],
)
def test_attack_on_recognition_costs_that_picture(act: str, code: str) -> None:
    recogniser = Recogniser(1.5)
    seen, after = see(recogniser, act.encode()), see(recogniser, b"fine")
    recogniser.close()
    assert isinstance(seen, Unread)
    assert seen.code == code
    assert after == Piece("(OCR)", "fine\n")


@pytest.mark.usefixtures("_hostile")
def test_attack_by_network_from_recognition_is_refused(
    recogniser: Recogniser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with Sandbox() as sandbox, (tmp_path / "tesseract").open("rb") as file:
        list(sandbox.read(file, "a.txt"))
        if not sandbox.confinement["network"]:
            pytest.skip("this kernel gives no network of its own to a child")
    with socket.create_server(("127.0.0.1", 0)) as server:
        monkeypatch.setenv("TESSDATA_PREFIX", str(server.getsockname()[1]))
        seen = see(recogniser, b"connect")
    assert isinstance(seen, Unread)
    assert seen.code == "MRS-X-021"


@pytest.mark.usefixtures("_hostile")
def test_same_picture_is_read_once_and_close_ends_what_runs() -> None:
    recogniser = Recogniser(60.0, 1)
    assert see(recogniser, b"fine", "a") == Piece("a (OCR)", "fine\n")
    assert see(recogniser, b"fine", "b") == Piece("b (OCR)", "fine\n")
    running, queued = recogniser.start(Drawn("", b"spin")), recogniser.start(Drawn("", b"spin"))
    recogniser.close()
    assert running.cancelled() or isinstance(running.result(), Unread)
    assert queued.cancelled()
