"""The folder source: what is listed, and what cannot be had."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from morasanu.errors import InputError, InspectError
from morasanu.source.folder import FolderSource, explain


def _paths(source: FolderSource, root: Path) -> list[str]:
    return [os.path.relpath(item.path, root) for item in source.items()]


def test_items_below_a_folder_come_files_first_then_folders_in_order(tmp_path: Path) -> None:
    for name in ("b.txt", "a/2.txt", "a/1.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert _paths(FolderSource([tmp_path]), tmp_path) == ["b.txt", "a/1.txt", "a/2.txt"]


def test_place_is_the_folder_right_below_the_root(tmp_path: Path) -> None:
    (tmp_path / "share" / "deep").mkdir(parents=True)
    (tmp_path / "share" / "deep" / "x.txt").touch()
    (tmp_path / "top.txt").touch()
    places = {Path(item.path).name: item.place for item in FolderSource([tmp_path]).items()}
    assert places == {"x.txt": str(tmp_path / "share"), "top.txt": str(tmp_path)}


def test_a_root_inside_another_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.txt").touch()
    assert _paths(FolderSource([tmp_path / "in", tmp_path, tmp_path]), tmp_path) == ["in/x.txt"]


def test_links_are_listed_with_a_reason_and_never_followed(tmp_path: Path) -> None:
    inside = tmp_path / "root"
    inside.mkdir()
    (tmp_path / "outside.txt").touch()
    (inside / "loop").symlink_to(inside)
    (inside / "out").symlink_to(tmp_path / "outside.txt")
    (inside / "dangling").symlink_to(tmp_path / "nothing")
    problems = {Path(i.path).name: i.problem.code for i in FolderSource([inside]).items() if i.problem}
    assert problems == {"loop": "MRS-X-007", "out": "MRS-X-006", "dangling": "MRS-X-006"}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_is_listed_and_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (item,) = FolderSource([tmp_path]).items()
    assert item.problem is not None
    assert item.problem.code == "MRS-X-008"


def test_a_missing_root_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        FolderSource([tmp_path / "nix"])
    assert caught.value.code == "MRS-I-001"


def test_what_is_skipped_is_not_listed(tmp_path: Path) -> None:
    (tmp_path / "report.html").touch()
    (tmp_path / "x.txt").touch()
    assert _paths(FolderSource([tmp_path], skip=[tmp_path / "report.html"]), tmp_path) == ["x.txt"]


def test_open_of_a_file_that_vanished_says_so(tmp_path: Path) -> None:
    source = FolderSource([tmp_path])
    with pytest.raises(InspectError) as caught:
        source.open(str(tmp_path / "gone"))
    assert caught.value.code == "MRS-X-001"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (PermissionError(13, "no"), "MRS-X-002"),
        (OSError(16, "busy"), "MRS-X-003"),
        (OSError(5, "broken"), "MRS-X-009"),
        (NotADirectoryError(20, "replaced"), "MRS-X-001"),
    ],
)
def test_refusals_of_the_system_get_a_code_and_keep_the_path_to_themselves(error: OSError, code: str) -> None:
    error.filename = "/secret/田中太郎.txt"
    explained = explain(error)
    assert explained.code == code
    assert "田中" not in str(explained) + explained.message_ja


def test_version_changes_with_the_content(tmp_path: Path) -> None:
    file = tmp_path / "x.txt"
    file.write_text("a", encoding="utf-8")
    source = FolderSource([tmp_path])
    before = source.version(str(file))
    file.write_text("ab", encoding="utf-8")
    assert source.version(str(file)) != before


def test_a_deep_tree_is_walked(tmp_path: Path) -> None:
    folder = tmp_path
    for _ in range(400):
        folder /= "d"
    folder.mkdir(parents=True)
    (folder / "x").touch()
    assert len(list(FolderSource([tmp_path]).items())) == 1
