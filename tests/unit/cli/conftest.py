"""What the tests of `scan` share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.cli.scanning import TEXT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def japanese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MORASANU_LANG", "ja")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    (folder / "支店").mkdir(parents=True)
    (folder / "支店" / "メモ.txt").write_bytes(TEXT.encode("cp932"))
    (folder / "規程.md").write_text("# 規程\n本規程は施行日から適用する。\n", encoding="utf-8")
    return folder
