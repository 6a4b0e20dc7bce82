"""Checkpoints in a folder: whole, never overwritten, and other histories told."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest
from tests.unit.ledger.outside.made import ORIGIN, Grown

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.folder import FolderPlace, name_origin, place_new

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def share(tmp_path: Path) -> Path:
    path = tmp_path / "share"
    path.mkdir()
    return path


def test_checkpoint_lies_there_as_it_is_and_nothing_else(ledger: Grown, share: Path) -> None:
    parcel = ledger.grow(2)
    place = FolderPlace(share, ledger.path)
    for _ in range(2):
        place.send(parcel)
    assert [path.name for path in share.iterdir()] == [f"{name_origin(ORIGIN)}-3.txt"]
    assert next(share.iterdir()).read_bytes() == parcel.note.encoded


def test_folder_that_is_not_there_is_not_made(ledger: Grown, share: Path) -> None:
    with pytest.raises(OutsideError) as caught:
        FolderPlace(share / "unmounted", ledger.path).send(ledger.grow(0))
    assert caught.value.code == "MRS-O-040"
    assert list(share.iterdir()) == []


def test_folder_inside_the_ledger_is_not_outside(ledger: Grown) -> None:
    with pytest.raises(InputError) as caught:
        FolderPlace(ledger.path / "tile", ledger.path)
    assert caught.value.code == "MRS-I-047"


def test_forked_root_of_the_same_size_is_told_and_not_overwritten(ledger: Grown, share: Path, tmp_path: Path) -> None:
    other = Grown(tmp_path / "other")
    FolderPlace(share, other.path).send(other.grow(0))
    before = next(share.iterdir()).read_bytes()
    with pytest.raises(OutsideError) as caught:
        FolderPlace(share, ledger.path).send(ledger.grow(0))
    assert caught.value.code == "MRS-O-041"
    assert next(share.iterdir()).read_bytes() == before


def test_rolled_back_ledger_is_told(ledger: Grown, share: Path, tmp_path: Path) -> None:
    old = ledger.copy(tmp_path / "old")
    FolderPlace(share, ledger.path).send(ledger.grow(5))
    with pytest.raises(OutsideError) as caught:
        FolderPlace(share, old.path).send(old.grow(3))
    assert caught.value.code == "MRS-O-041"
    assert len(list(share.iterdir())) == 1


def test_cut_checkpoint_is_told_and_not_overwritten(ledger: Grown, share: Path) -> None:
    path = share / f"{name_origin(ORIGIN)}-1.txt"
    path.write_bytes(b"cut")
    with pytest.raises(OutsideError) as caught:
        FolderPlace(share, ledger.path).send(ledger.grow(0))
    assert caught.value.code == "MRS-O-041"
    assert path.read_bytes() == b"cut"


def test_full_disk_leaves_nothing_behind(ledger: Grown, share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    parcel = ledger.grow(0)
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutsideError) as caught:
        FolderPlace(share, ledger.path).send(parcel)
    assert caught.value.code == "MRS-O-040"
    assert list(share.iterdir()) == []


def test_share_without_links_takes_files_all_the_same(share: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EOPNOTSUPP, "no links")

    monkeypatch.setattr(os, "link", refuse)
    assert place_new(share / "a", b"1")
    assert not place_new(share / "a", b"2")
    assert [(path.name, path.read_bytes()) for path in share.iterdir()] == [("a", b"1")]
