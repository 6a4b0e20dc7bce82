"""The power goes at any moment: no acknowledged event is lost, no checkpoint refuted, and the ledger goes on."""

from __future__ import annotations

import errno
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="needs the extra: ledger")
pytest.importorskip("apsw", reason="needs apsw, whose file system can be written in Python")

from tests.crash.disk import EMPTY, SECTOR, Cut, Disk, Image, State, Sync, SyncFolder, Write
from tests.crash.injury import Injury, count_calls, find_harm
from tests.crash.life import change_settings, find_states, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="names and folders of POSIX")
SEEDS, LIVES, STATES = range(10), 3, 104
STRIDE = 37


@pytest.fixture
def memory() -> Iterator[Path]:
    with make_folder() as folder:
        yield Path(folder)


def _count_faults(seed: int, folder: Path, *changes: str, lives: int = LIVES) -> Counter[str]:
    states = find_states(Random(seed), folder, change_settings(*changes), lives, STATES)
    # every fourth ledger is used as well; `make crash` uses each
    return Counter(found.find_fault(folder / "image", goes_on=n % 4 == 0) for n, found in enumerate(states))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_of_power_takes_nothing_that_was_acknowledged(seed: int, memory: Path) -> None:
    assert _count_faults(seed, memory) == {"": LIVES * STATES}


@pytest.mark.parametrize("change", ["synchronous = NORMAL", "synchronous = OFF", "journal_mode = DELETE"])
def test_weaker_settings_lose_what_was_acknowledged(change: str, memory: Path) -> None:
    faults = _count_faults(1, memory, change, lives=1)
    assert faults["lost"] > 0
    if change == "synchronous = OFF":
        assert faults["MRS-E-011"] + faults["corrupt"] > 0


@pytest.mark.parametrize("is_lasting", [False, True])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_after_a_fault_nothing_is_acknowledged_and_nothing_is_lost(error: int, is_lasting: bool, memory: Path) -> None:
    calls = count_calls(memory / "count")
    assert calls > 300
    first = 1 + [errno.EIO, errno.ENOSPC].index(error) * 2 + is_lasting
    for number in range(first, calls + 1, STRIDE):
        injury = Injury(number, error, is_lasting)
        assert not find_harm(injury, memory / str(number)), injury


# -- the disk itself ---------------------------------------------------------------------------------------------------


def _find(disk: Disk, tries: int = 200) -> set[tuple[tuple[str, bytes], ...]]:
    state = State(disk.image)
    for entry in disk.log:
        state.follow(entry)
    return {tuple(sorted(state.survive(Random(seed)).files.items())) for seed in range(tries)}


def test_what_was_synced_is_found() -> None:
    disk = Disk()
    file = disk.make("a")
    disk.log += [Write(file, 0, b"x" * 2_000), Sync(file), SyncFolder(".")]
    assert _find(disk) == {(("a", b"x" * 2_000),)}


def test_a_name_that_was_not_synced_is_found_or_not() -> None:
    disk = Disk()
    file = disk.make("a")
    disk.log += [Write(file, 0, b"x"), Sync(file)]
    assert _find(disk) == {(), (("a", b"x"),)}


def test_sectors_that_were_not_synced_survive_each_on_its_own() -> None:
    disk = Disk(Image({"a": b"-" * SECTOR * 2}, EMPTY.folders))
    disk.log.append(Write(1, 0, b"x" * SECTOR * 2))
    found = {data[0] + data[SECTOR] for ((_, raw),) in _find(disk) for data in [raw.decode()]}
    assert found == {"--", "x-", "-x", "xx"}


def test_a_file_that_was_cut_or_has_grown_may_be_as_it_was() -> None:
    disk = Disk(Image({"a": b"-" * 10, "b": b"-" * 10}, EMPTY.folders))
    disk.log += [Cut(1, 3), Write(2, 10, b"x")]
    sizes = {(len(dict(found)["a"]), len(dict(found)["b"])) for found in _find(disk)}
    assert sizes == {(3, 10), (3, 11), (10, 10), (10, 11)}


def test_what_a_failed_sync_left_out_never_comes() -> None:
    disk = Disk(Image({"a": b"-"}, EMPTY.folders))
    results = set()
    for seed in range(20):
        disk.log = [Write(1, 0, b"x"), Sync(1, failed=seed), Sync(1)]
        (found,) = _find(disk)
        results.add(found)
    assert results == {(("a", b"-"),), (("a", b"x"),)}
