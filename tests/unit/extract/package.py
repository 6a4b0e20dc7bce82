"""Packages for the tests of office files, and what comes out of them by part."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import TYPE_CHECKING

from morasanu.extract.interface import Piece

if TYPE_CHECKING:
    from morasanu.extract.interface import Extracted

MARK = "①㈱髙﨑𠮷 ﾔﾏﾀﾞ"


def make_package(parts: dict[str, str | bytes]) -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    file.seek(0)
    return file


def lines(found: list[Extracted]) -> dict[str, list[str]]:
    gathered: dict[str, list[str]] = {}
    for each in found:
        if isinstance(each, Piece):
            gathered.setdefault(each.part, []).extend(each.text.splitlines())
    return gathered
