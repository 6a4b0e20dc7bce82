"""Checkpoints on paper: one page of A4 that a person can read and a telephone can scan."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import jinja2

from morasanu.errors import OutsideError
from morasanu.ledger.outside.interface import Back

try:
    import segno
except ModuleNotFoundError as error:
    raise OutsideError(
        "MRS-O-034",
        "QR の部品がありません。pip install 'morasanu[ledger]' で入ります",
        "the part for QR codes is not installed: pip install 'morasanu[ledger]'",
    ) from error

if TYPE_CHECKING:
    from pathlib import Path

    from morasanu.ledger.outside.interface import Parcel

_GROUP: Final = 4
_GROUPS: Final = 8


class PrintPlace:
    """A page to print: one HTML file that needs nothing else."""

    kind = "print"

    def __init__(self, path: Path) -> None:
        """Take the file, which is written anew when it is there."""
        self._path = path
        self.to = str(path.resolve())

    def send(self, parcel: Parcel) -> Back:
        """Write the page, whole or not at all. Raises OutsideError MRS-O-040."""
        page = make_page(parcel, datetime.now(UTC)).encode()
        part = self._path.with_name(f".{self._path.name}.part")
        try:
            try:
                part.write_bytes(page)
                part.replace(self._path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise OutsideError(
                "MRS-O-040",
                f"書けません: {self._path}（{error.strerror}）",
                f"cannot be written: {self._path} ({error.strerror})",
            ) from error
        return Back()


def make_page(parcel: Parcel, at: datetime) -> str:
    """Return the page as HTML. Raises OutsideError MRS-O-040 for a note too long for a QR code."""
    folder = files("morasanu.ledger.outside")
    style = folder.joinpath("printed.css").read_text(encoding="utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    template = environment.from_string(folder.joinpath("printed.html.j2").read_text(encoding="utf-8"))
    return template.render(
        style=style,
        style_hash=base64.b64encode(sha256(style.encode()).digest()).decode(),
        note=parcel.note.encoded.decode(),
        checkpoint=parcel.checkpoint,
        root=group_hex(parcel.checkpoint.root),
        key=str(parcel.key),
        at=at,
        note_code=draw_code(parcel.note.encoded),
        key_code=draw_code(str(parcel.key).encode()),
    )


def group_hex(data: bytes) -> list[list[str]]:
    """Return `data` in hexadecimal as it is read aloud: rows of 8 groups of 4 digits.

    >>> group_hex(bytes(range(18)))[1]
    ['1011']
    """
    digits = data.hex()
    groups = [digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP)]
    return [groups[at : at + _GROUPS] for at in range(0, len(groups), _GROUPS)]


def draw_code(data: bytes) -> str:
    """Return the QR code of `data` as SVG. Raises OutsideError MRS-O-040 when it does not fit into one."""
    try:
        code = segno.make_qr(data, error="m", boost_error=False)
    except segno.DataOverflowError as error:
        raise OutsideError(
            "MRS-O-040",
            "台帳の名前が長すぎて QR に入りません",
            "the ledger's name is too long for a QR code",
        ) from error
    return code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None)
