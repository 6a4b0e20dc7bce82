"""How the passwords of PDF are written: UTF-8 since 2008, before that in whatever bytes a program made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def list_spellings(passwords: tuple[str, ...]) -> Iterator[str | None]:
    r"""Yield what to open a document with: nothing, then each password, also as Japanese Windows and LibreOffice write it.

    pdfium tries each of them in UTF-8 and in Latin-1, so bytes of CP932 are given as letters of Latin-1.

    >>> list(list_spellings(("himitsu", "秘密1")))
    [None, 'himitsu', '秘密1', '\x94é\x96§1', '??1']
    """
    yield None
    for password in passwords:
        yield password
        if not password.isascii():
            yield password.encode("cp932", "replace").decode("latin-1")
            yield password.encode("latin-1", "replace").decode("latin-1")
