"""Web pages with files in `data:` URLs."""

from __future__ import annotations

import base64
from io import BytesIO

from tests.unit.extract.made import collect

from morasanu.extract.page.inline import InlineExtractor
from morasanu.extract.recognise import recognise

PICTURE = b"GIF89a" + bytes(100)


def make_page(kind: str) -> bytes:
    packed = base64.b64encode(PICTURE).decode()
    return f"<html><body><p>髙﨑様</p><img alt='山田' src='data:{kind};base64,{packed}'></body></html>".encode()


def test_files_of_a_page_are_read() -> None:
    data = make_page("image/gif")
    assert recognise(BytesIO(data), "a.html") == recognise(BytesIO(data), "a") == "inline"
    answer = collect(InlineExtractor(), data)
    assert [(member.part, member.name, member.data) for member in answer.members] == [
        ("inline 1", "inline1.gif", PICTURE)
    ]
    assert "髙﨑様" in answer.text
    assert "山田" in answer.text
    assert "base64,R0" not in answer.text


def test_page_without_files_or_with_fonts_is_text() -> None:
    assert recognise(BytesIO(make_page("font/woff2")), "a.html") == ""
    assert recognise(BytesIO(b"<html><p>a</p></html>"), "a.html") == ""


def test_file_cut_off_is_told() -> None:
    packed = base64.b64encode(PICTURE).decode()[:-3].rstrip("=") + "A"
    packed = packed[: len(packed) - (len(packed) % 4) + 1]
    answer = collect(InlineExtractor(), f"<html><img src='data:image/gif;base64,{packed}'>x".encode())
    assert [each.code for each in answer.unread] == ["MRS-X-021"]
