"""What a ledger refuses: another writer, keys and folders with wrong rights, full disks, files and rows that are not what they were."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import EvidenceError, InputError, MorasanuError
from morasanu.ledger.batch import Draft
from morasanu.ledger.folder import Folder
from morasanu.ledger.interface import Row
from morasanu.ledger.key import PRIVATE, PUBLIC, read_public
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.ledger.pack import pack_rows
from morasanu.ledger.place import open_store
from morasanu.proof.verify import CHECKPOINT, State, verify

if TYPE_CHECKING:
    from collections.abc import Callable

DRAFT = Draft("record", "u-17", {"n": 1})


def refuse(make: Callable[[], object]) -> str:
    with pytest.raises(MorasanuError) as refused:
        make()
    return refused.value.code


def fill(path: Path, *counts: int) -> None:
    """Append so many events in a commit each, and seal."""
    with Ledger(path) as ledger:
        for count in counts:
            ledger.append([DRAFT] * count)
        ledger.seal()


def change_rows(path: Path, *statements: tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(path / "rows.db", isolation_level=None)) as link:
        for statement in statements:
            link.execute(*statement)


def test_a_second_writer_is_kept_out_in_and_beyond_this_process(path: Path) -> None:
    code = (
        "import sys, pathlib; from morasanu.errors import EvidenceError; from morasanu.ledger.ledger import Ledger\n"
        "try: Ledger(pathlib.Path(sys.argv[1]))\nexcept EvidenceError as error: print(error.code)"
    )
    with Ledger(path) as ledger:
        assert refuse(lambda: Ledger(path)) == "MRS-E-014"
        child = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
        assert child.stdout == "MRS-E-014\n"
        assert ledger.append([DRAFT]) == [1]
    fill(path, 1)


def test_a_ledger_that_could_not_be_opened_does_not_keep_others_out(path: Path) -> None:
    data = (path / CHECKPOINT).read_bytes()
    (path / CHECKPOINT).write_bytes(b"nothing\n")
    assert refuse(lambda: Ledger(path)) == "MRS-E-015"
    (path / CHECKPOINT).write_bytes(data)
    fill(path, 1)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_only_its_owner_may_read_the_private_key(path: Path) -> None:
    assert (path / PRIVATE).stat().st_mode & 0o777 == 0o600
    assert (path / PUBLIC).stat().st_mode & 0o777 == 0o644
    for mode in (0o640, 0o604, 0o660, 0o644):
        (path / PRIVATE).chmod(mode)
        assert refuse(lambda: Ledger(path)) == "MRS-E-021"
    (path / PRIVATE).chmod(0o400)
    with Ledger(path) as ledger:
        ledger.change_key("u-17")
    assert (path / PRIVATE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("spoil", [
    lambda _: "", lambda _: "x", lambda text: text[:-5], lambda text: text.replace("bank", "bunk"),
    lambda text: text[:-10] + "AAAA" + text[-6:], lambda text: "\udcff" + text,
])  # fmt: skip
def test_a_broken_private_key_is_told(path: Path, spoil: Callable[[str], str]) -> None:
    text = (path / PRIVATE).read_text(encoding="utf-8")
    (path / PRIVATE).write_bytes(spoil(text).encode("utf-8", "surrogateescape"))
    assert refuse(lambda: Ledger(path)) in {"MRS-E-020", "MRS-E-015"}
    (path / PRIVATE).unlink()
    assert refuse(lambda: Ledger(path)) == "MRS-E-020"


def test_the_key_of_another_ledger_signs_nothing_here(path: Path, tmp_path: Path) -> None:
    begin_ledger(tmp_path / "other", "bank.example/evidence")
    shutil.copy(tmp_path / "other" / PRIVATE, path / PRIVATE)
    assert refuse(lambda: Ledger(path)) == "MRS-E-015"


def test_a_broken_public_key_is_told(path: Path) -> None:
    for data in (b"", b"x\n", b"\xff"):
        (path / PUBLIC).write_bytes(data)
        assert refuse(lambda: read_public(Folder(path))) == "MRS-I-001"


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_folder_that_may_only_be_read_is_told_and_can_be_verified(path: Path) -> None:
    fill(path, 3)
    if not os.getuid() and not shutil.which("setpriv"):
        pytest.skip("no setpriv here, and rights do not hold for root")
    without = () if os.getuid() else ("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups")
    command = (*without, sys.executable, "-m", "morasanu.cli", "ledger")
    if subprocess.run([*command, "--help"], capture_output=True, check=False, cwd="/").returncode:
        pytest.skip("nobody may not run this Python")
    with TemporaryDirectory() as name:  # where others may look as well
        folder = Path(name)
        shutil.copytree(path, folder / "evidence")
        folder.chmod(0o711)
        (folder / "evidence").chmod(0o555)
        acts = (["append", str(folder / "evidence"), "-"], ["verify", str(folder / "evidence")])
        append, found = (
            subprocess.run([*command, *act], input=b"{}\n", capture_output=True, check=False, cwd="/") for act in acts
        )
        (folder / "evidence").chmod(0o755)
    assert (append.returncode, append.stdout) == (2, b"")
    assert b"MRS-E-013" in append.stderr
    assert found.returncode == 4


def test_a_place_where_no_folder_can_be_is_told(path: Path) -> None:
    folder = Folder(path / CHECKPOINT)
    with pytest.raises(EvidenceError) as refused:
        folder.write("tile/0/000", b"x")
    assert refused.value.code == "MRS-E-013"
    assert folder.read("tile/0/000") is None
    assert refuse(lambda: begin_ledger(path / CHECKPOINT / "new", "bank.example/x")) == "MRS-E-013"


FULL = """
import resource, signal, sys, pathlib
from morasanu.errors import EvidenceError
from morasanu.ledger.ledger import Draft, Ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Ledger(pathlib.Path(sys.argv[1])) as ledger:
    size = (pathlib.Path(sys.argv[1]) / "rows.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100_000,) * 2)
    for number in range(100):
        try:
            print(*ledger.append([Draft("record", "u", "x" * 90_000)]))
        except EvidenceError as error:
            print(error.code)
    print(ledger.size)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files by RLIMIT_FSIZE")
def test_on_a_full_disk_nothing_is_lost_and_nothing_acknowledged_that_is_not_there(path: Path) -> None:
    child = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=True)
    *said, size = child.stdout.split()
    numbers = [int(each) for each in said if each.isdigit()]
    assert numbers == list(range(1, int(size)))
    assert said[len(numbers) :] == ["MRS-E-010"] * (100 - len(numbers)) != []
    with Ledger(path) as ledger:
        assert ledger.size == int(size)
        assert all(ledger._store.read(number, 1).__next__().body for number in numbers)
        ledger.seal()


def test_a_disk_that_is_full_when_sealing_leaves_the_old_checkpoint(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (path / CHECKPOINT).read_bytes()

    def write(folder: Folder, name: str, data: bytes, *, mode: int = 0o644) -> None:
        if name == full:
            raise EvidenceError("MRS-E-013", "", "")
        real(folder, name, data, mode=mode)

    real = Folder.write
    monkeypatch.setattr(Folder, "write", write)
    with Ledger(path) as ledger:
        ledger.append([DRAFT] * 300)
        for name in ("tile/entries/000", "tile/0/000", "tile/1/000.p/1", "tile/0/001.p/45", CHECKPOINT):
            full = name
            assert refuse(ledger.seal) == "MRS-E-013"
            assert (path / CHECKPOINT).read_bytes() == before
            assert verify(Folder(path).read, []).state is State.UNPROVEN
        full = ""
        ledger.seal()
    assert verify(Folder(path).read, []).size == 301


def test_rows_that_were_rolled_back_are_told(path: Path, tmp_path: Path) -> None:
    shutil.copy(path / "rows.db", tmp_path / "old.db")
    fill(path, 2)
    shutil.copy(tmp_path / "old.db", path / "rows.db")
    assert refuse(lambda: Ledger(path)) == "MRS-E-016"
    (path / "rows.db").unlink()
    assert refuse(lambda: Ledger(path)) == "MRS-E-016"


def test_rows_that_are_missing_in_between_are_told(path: Path) -> None:
    fill(path, 2, 3, 1)
    change_rows(path, ("delete from batch where first = 3", ()))
    assert refuse(lambda: Ledger(path)) == "MRS-E-012"


@pytest.mark.parametrize("data", [b"", b"nothing", b"SQLite format 3\0" + bytes(5_000)])
def test_a_store_that_is_none_is_told(path: Path, data: bytes) -> None:
    fill(path, 1)
    (path / "rows.db").write_bytes(data)
    assert refuse(lambda: Ledger(path)) in {"MRS-E-011", "MRS-E-016"}


@pytest.mark.parametrize("count", [2, 255, 300, 511])
def test_a_row_changed_behind_the_signers_back_is_told(path: Path, count: int) -> None:
    fill(path, count - 1, 1)  # with the first one, 255 and 511 fill their tiles
    with closing(sqlite3.connect(path / "rows.db")) as link:
        entry = link.execute("select entries from batch where first = ?", (count,)).fetchone()[0]
    change_rows(path, ("update batch set entries = ? where first = ?", (entry.replace(b"u-17", b"u-18"), count)))
    assert refuse(lambda: Ledger(path)) == "MRS-E-015"


def test_a_row_changed_before_the_last_one_is_told_when_the_next_seal_reads_it(path: Path) -> None:
    fill(path, 1, 1, 1)
    with closing(sqlite3.connect(path / "rows.db")) as link:
        entry = link.execute("select entries from batch where first = 2").fetchone()[0]
    change_rows(path, ("update batch set entries = ? where first = 2", (entry.replace(b"u-17", b"u-18"),)))
    with Ledger(path) as ledger:
        ledger.append([DRAFT])
        assert refuse(ledger.seal) == "MRS-E-015"
    assert verify(Folder(path).read, []).state is State.UNPROVEN


def test_rows_of_another_history_are_told(path: Path, tmp_path: Path) -> None:
    fill(path, 5)
    begin_ledger(tmp_path / "other", "bank.example/evidence")
    fill(tmp_path / "other", 9)
    shutil.copy(tmp_path / "other" / "rows.db", path / "rows.db")
    assert refuse(lambda: Ledger(path)) == "MRS-E-015"


@pytest.mark.parametrize("name", ["tile/0/001.p/45", "tile/1/000.p/1"])
@pytest.mark.parametrize("act", ["change", "remove", "cut"])
def test_a_tile_changed_behind_the_signers_back_is_told(path: Path, name: str, act: str) -> None:
    fill(path, 300)
    data = (path / name).read_bytes()
    (path / name).unlink()
    if act != "remove":
        (path / name).write_bytes(data[:-1] if act == "cut" else bytes([data[0] ^ 1]) + data[1:])

    def go_on() -> None:
        with Ledger(path) as ledger:
            ledger.append([DRAFT])
            ledger.seal()

    assert refuse(go_on) == "MRS-E-015"
    assert verify(Folder(path).read, []).state is State.REFUTED


def test_a_missing_tile_is_told_by_the_proof_that_needs_it(path: Path) -> None:
    fill(path, 600)
    (path / "tile/0/000").unlink()
    with Ledger(path) as ledger:
        assert refuse(lambda: ledger.prove(3)) == "MRS-E-015"


def test_a_file_is_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path / "new")
    folder.write("a/b", b"old")
    folder.sync()

    def fail(*_: object) -> int:
        raise OSError(28, "full")

    for name in ("write", "fsync", "fchmod"):
        with monkeypatch.context() as broken:
            broken.setattr(os, name, fail)
            assert refuse(lambda: folder.write("a/b", b"new")) == "MRS-E-013"
        assert folder.read("a/b") == b"old"
        assert [path.name for path in (tmp_path / "new/a").iterdir()] == ["b"]
    with monkeypatch.context() as slow:
        write = os.write
        slow.setattr(os, "write", lambda handle, data: write(handle, bytes(data)[:1]))
        folder.write("a/b", b"new")
    assert folder.read("a/b") == b"new"
    assert (tmp_path / "new/a/b").stat().st_mode & 0o777 == 0o644
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", fail)
        assert refuse(folder.sync) == "MRS-E-013"


def test_what_cannot_be_read_is_told_and_what_is_not_there_is_none(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "a").mkdir()
    assert folder.read("b") is None
    with pytest.raises(InputError) as refused:
        folder.read("a")
    assert refused.value.code == "MRS-I-001"
    folder.remove("b")


def test_a_store_given_by_hand_is_used(path: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    store = open_store(tmp_path / "elsewhere", "")
    with closing(sqlite3.connect(path / "rows.db")) as link:
        entries = link.execute("select entries from batch").fetchone()[0]
    row = Row(entries[2:], bytes(32), b"{}")
    assert pack_rows([row])[0] == entries
    store.append([row])
    with Ledger(path, store) as ledger:
        assert ledger.append([DRAFT]) == [1]
    assert len(list((tmp_path / "elsewhere").iterdir())) > 0
    with Ledger(path) as ledger:
        assert ledger.size == 1
