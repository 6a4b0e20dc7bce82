"""The page: what is on it, and that its codes read as the checkpoint and the key."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import Grown

from morasanu.errors import OutsideError

if TYPE_CHECKING:
    from pathlib import Path

printed = pytest.importorskip("morasanu.ledger.outside.printed", reason="segno is not installed", exc_type=OutsideError)

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def test_page_is_one_file_with_the_checkpoint_and_the_key(ledger: Grown, tmp_path: Path) -> None:
    parcel = ledger.grow(1233)
    printed.PrintPlace(tmp_path / "page.html").send(parcel)
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    root = parcel.checkpoint.root.hex()
    assert parcel.note.encoded.decode().replace("+", "&#43;") in page.replace("+", "&#43;")
    assert "1,234" in page
    assert f"<span>{root[:4]}</span><span>{root[4:8]}</span>" in page
    assert str(parcel.key).replace("+", "&#43;") in page.replace("+", "&#43;")
    assert page.index("証拠の台帳の控え") < page.index("Checkpoint of an evidence ledger")
    assert "src=" not in page
    assert "<script" not in page
    assert [path.name for path in tmp_path.iterdir() if "page" in path.name] == ["page.html"]


def test_codes_read_as_the_signed_note_and_the_key(ledger: Grown) -> None:
    zxing = pytest.importorskip("zxingcpp", reason="zxing-cpp is not installed: codes are not read")
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: codes are not read")
    segno = pytest.importorskip("segno", reason="segno is not installed")
    parcel = ledger.grow(3)
    for data in (parcel.note.encoded, str(parcel.key).encode()):
        picture = io.BytesIO()
        segno.make_qr(data, error="m", boost_error=False).save(picture, kind="png", scale=4)
        (found,) = zxing.read_barcodes(image.open(picture).convert("L"))
        assert found.bytes == data
        assert draw_modules(printed.draw_code(data)) == draw_modules(
            segno.make_qr(data, error="m", boost_error=False).svg_inline(border=4, omitsize=True)
        )


def draw_modules(svg: str) -> str:
    return svg.rpartition(' d="')[2].partition('"')[0]


def test_name_of_the_ledger_is_never_markup(tmp_path: Path) -> None:
    parcel = Grown(tmp_path / "other", "<script>alert(1)</script>").grow(0)
    page = printed.make_page(parcel, AT)
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_longest_name_fits_into_a_code_with_two_signatures(tmp_path: Path) -> None:
    note = Grown(tmp_path / "other", "a" * 255).grow(0).note
    assert printed.draw_code(note._replace(signatures=note.signatures * 2).encoded)


def test_note_too_long_for_a_code_is_told_and_writes_nothing(ledger: Grown, tmp_path: Path) -> None:
    parcel = ledger.grow(0)
    huge = parcel._replace(note=parcel.note._replace(signatures=parcel.note.signatures * 25))
    with pytest.raises(OutsideError) as caught:
        printed.PrintPlace(tmp_path / "page.html").send(huge)
    assert caught.value.code == "MRS-O-040"
    assert not (tmp_path / "page.html").exists()


def test_page_that_cannot_be_written_is_told(ledger: Grown, tmp_path: Path) -> None:
    with pytest.raises(OutsideError) as caught:
        printed.PrintPlace(tmp_path / "missing" / "page.html").send(ledger.grow(0))
    assert caught.value.code == "MRS-O-040"
