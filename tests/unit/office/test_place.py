"""The data folder: made once, closed to others, refused when it is something else or newer."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import InputError, OutsideError
from morasanu.office import place as module
from morasanu.office.place import FORMAT, open_place, write_private

if TYPE_CHECKING:
    from pathlib import Path


def test_open_place_in_an_empty_folder_makes_it_for_its_owner_only(tmp_path: Path) -> None:
    place = open_place(tmp_path / "deep" / "data")
    assert stat.S_IMODE(place.path.stat().st_mode) == 0o700
    assert {path.name for path in place.path.iterdir()} == {"backups", "reports", "secret", "office.json"}
    for path in place.path.iterdir():
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path
    assert len(place.read_secret()) >= 48


def test_open_place_again_finds_what_it_was(tmp_path: Path) -> None:
    first = open_place(tmp_path / "data", is_demo=True, today="2026-11-23")
    secret = first.read_secret()
    again = open_place(tmp_path / "data")
    assert again == first
    assert again.read_secret() == secret


def test_open_place_on_a_folder_with_something_else_refuses_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(InputError) as caught:
        open_place(tmp_path)
    assert caught.value.code == "MRS-I-050"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_open_place_on_a_file_refuses(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    with pytest.raises(InputError, match="MRS-I-050"):
        open_place(tmp_path / "data")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "x", "demo": false, "today": ""}', "\u0000"])
def test_open_place_with_a_mark_that_says_nothing_refuses(text: str, tmp_path: Path) -> None:
    place = open_place(tmp_path / "data")
    (place.path / "office.json").write_text(text)
    with pytest.raises(InputError, match="MRS-I-050"):
        open_place(place.path)


def test_open_place_of_a_newer_version_refuses(tmp_path: Path) -> None:
    place = open_place(tmp_path / "data")
    (place.path / "office.json").write_text(json.dumps({"format": FORMAT + 1, "demo": False, "today": ""}))
    with pytest.raises(InputError) as caught:
        open_place(place.path)
    assert "newer" in caught.value.message_en


def test_open_place_that_died_before_its_mark_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, text: str) -> None:
        if path.name == "office.json":
            raise KeyboardInterrupt
        write(path, text)

    write = module._write
    monkeypatch.setattr(module, "_write", fail)
    with pytest.raises(KeyboardInterrupt):
        open_place(tmp_path / "data")
    monkeypatch.undo()
    assert open_place(tmp_path / "data").read_secret()


def test_open_place_where_nothing_can_be_written_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr("pathlib.Path.mkdir", fail)
    with pytest.raises(OutsideError) as caught:
        open_place(tmp_path / "data")
    assert caught.value.code == "MRS-O-052"


def test_write_private_replaces_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    write_private(path, "long and old")
    write_private(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key"]


def test_place_is_opened_without_django(tmp_path: Path) -> None:
    code = f"import sys; from pathlib import Path; from morasanu.office.place import open_place; open_place(Path({str(tmp_path / 'data')!r})); sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
