"""What lies inside is looked into as far as the limits go, and every limit is told."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, BinaryIO

import pytest

from morasanu.extract.interface import Extracted, Limits, Member, Piece, Task, Unread
from morasanu.extract.registry import load_extractors
from morasanu.extract.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator


class Nest:
    """Hands out itself, or a note."""

    formats = ("zip",)

    def missing(self) -> str:
        return ""

    def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
        data = file.read()
        count = 1 if task.name == "nest.zip" else 5
        for number in range(count):
            yield Member(f"m{number}", "nest.zip" if count == 1 else "note.txt", data if count == 1 else b"text")


class Absent(Nest):
    def missing(self) -> str:
        return "office"


def make_zip() -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a", "a")
    file.seek(0)
    return file


def run(name: str, limits: Limits, extractor: Nest | None = None) -> list[Piece | Unread]:
    return list(walk(make_zip(), Task(name, (), limits), {"zip": extractor or Nest()}))


@pytest.mark.parametrize(
    "ending", [".docx", ".xls", ".doc", ".ppt", ".rtf", ".pdf", ".zip", ".eml", ".dbf", ".jpg", ".jtd"]
)
def test_file_of_no_bytes_that_cannot_be_empty_is_told(ending: str) -> None:
    extractors = load_extractors()
    found = list(walk(BytesIO(), Task(f"a{ending}"), extractors))
    assert [out.code for out in found if isinstance(out, Unread)] in (["MRS-X-021"], ["MRS-X-024"])
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"a{ending}", b"")
    assert [type(out) for out in walk(packed, Task("a.zip"), extractors)] == [Unread, Piece]  # the other is its name


def test_text_of_no_bytes_is_empty() -> None:
    assert not list(walk(BytesIO(), Task("a.txt"), load_extractors()))


def test_depth_is_told() -> None:
    out, *names = run("nest.zip", Limits(depth=3))
    assert isinstance(out, Unread)
    assert (out.code, out.part.count("›")) == ("MRS-X-022", 3)
    assert names == [Piece("m0 › " * depth + "names", "m0\n") for depth in (3, 2, 1, 0)]


def test_members_are_counted_and_told_once() -> None:
    out = run("flat.zip", Limits(members=3))
    assert [type(item) for item in out] == [Piece, Piece, Piece, Unread, Piece]
    assert out[-1] == Piece("names", "m0\nm1\nm2\nm3\nm4\n")


def test_total_size_is_told() -> None:
    out = run("flat.zip", Limits(total_bytes=10))
    assert isinstance(out[-2], Unread)
    assert out[-2].code == "MRS-X-022"
    assert out[-1] == Piece("names", "m0\n")


@pytest.mark.parametrize(("extractors", "code"), [({}, "MRS-X-005"), ({"zip": Absent()}, "MRS-X-024")])
def test_format_without_a_reader_is_told(extractors: dict[str, Nest], code: str) -> None:
    (out,) = walk(make_zip(), Task("a.zip"), extractors)
    assert isinstance(out, Unread)
    assert out.code == code


def test_bytes_that_are_no_text_are_told() -> None:
    (out,) = walk(BytesIO(bytes(range(256)) * 10), Task("a.bin"), {})
    assert isinstance(out, Unread)
    assert out.code == "MRS-X-005"


def test_markup_is_read_as_people_see_it() -> None:
    (out,) = walk(BytesIO("<p>山田&#22826;郎</p>".encode()), Task("a.html"), {})
    assert isinstance(out, Piece)
    assert out.text.strip() == "山田太郎"


def test_text_too_long_for_one_frame_comes_in_stretches_that_say_their_line() -> None:
    class Long(Nest):
        def extract(self, file: BinaryIO, task: Task) -> Iterator[Extracted]:
            assert file
            assert task
            yield Member("名簿.csv", "a.csv", ("氏名,電話\n" + "能勢 佳代,0\n" * 700_000).encode())

    out = run("a.zip", Limits(), Long())
    assert [piece.part for piece in out] == ["名簿.csv", "名簿.csv › line 500001", "names"]
    assert [piece.header for piece in out if isinstance(piece, Piece)] == ["", "氏名,電話", ""]
    assert sum(len(piece.text) for piece in out if isinstance(piece, Piece)) == 6 + 8 * 700_000 + len("名簿.csv\n")
