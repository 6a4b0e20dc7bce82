"""`morasanu backup` and `morasanu restore` as they are typed."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")

from tests.unit.office.released import FOLDERS, count_rows, unpack

from morasanu.cli.__main__ import main
from morasanu.office.database.tool import DUMP

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder in use."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("MORASANU_LANG", "en")
    return unpack(FOLDERS[-1], tmp_path / "data")


def test_backup_with_drill_and_restore_bring_every_row_back(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", "--data", str(data), "--to", str(tmp_path / "copy"), "--drill"]) == 0
    assert "copied and checked" in capsys.readouterr().out
    assert main(["restore", str(tmp_path / "copy"), "--data", str(tmp_path / "again")]) == 0
    assert count_rows(tmp_path / "again" / "office.db") == count_rows(data / "office.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["again", "copy", "data"]


def complain(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    assert main([str(each) for each in arguments]) == 2
    return capsys.readouterr().err


def test_folder_without_rows_says_what_is_missing(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "office.db").unlink()
    assert "MRS-I-121: there is no database: one on PostgreSQL needs DATABASE_URL" in complain(
        capsys, "backup", "--data", data
    )


def test_copy_of_postgresql_without_its_tools_says_what_to_install(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["backup", "--data", str(data), "--to", str(tmp_path / "copy")]) == 0
    copy, told = tmp_path / "copy", (tmp_path / "copy" / "copy.json").read_text()
    shutil.move(copy / "office.db", copy / DUMP)
    (copy / "copy.json").write_text(told.replace("office.db", DUMP))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "MRS-I-049: pg_restore is missing" in complain(capsys, "restore", copy, "--data", tmp_path / "again")


@pytest.mark.parametrize("url", ["mysql://office@db.example/office", "oracle://office@db.example/office"])
def test_database_of_another_kind_is_refused(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    assert "MRS-I-049" in complain(capsys, "backup", "--data", data)
