"""Copies of a data folder: whole, checked, put back; what was tampered with is refused."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("cryptography", reason="needs the extra: ledger")

from morasanu.errors import InputError
from morasanu.ledger.batch import Draft
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.office.backup import check_backup, drill, drop_old, make_backup, restore_backup
from morasanu.office.database.choose import find_database
from morasanu.office.place import Place, open_place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

AT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both databases have a suite of their own: tests/contract/office/test_copy.py."""
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture
def filled(tmp_path: Path) -> Place:
    """Return a data folder with a database of 100 rows, a ledger of 21 events and a file."""
    place = open_place(tmp_path / "data")
    with closing(sqlite3.connect(place.database)) as link:
        link.execute("pragma journal_mode = wal")
        link.execute("create table row (id integer primary key, it text)")
        link.executemany("insert into row (it) values (?)", [("値" * 50,)] * 100)
        link.commit()
    begin_ledger(place.ledger, "office.test.example/ledger")
    with Ledger(place.ledger) as ledger:
        ledger.append([Draft("record", "u-1", {"n": number}) for number in range(20)])
        ledger.seal()
    place.files.mkdir()
    (place.files / sha256(b"it").hexdigest()).write_bytes(b"it")
    return place


def test_copy_put_back_holds_everything_and_opens(filled: Place, tmp_path: Path) -> None:
    copied = make_backup(filled, AT)
    assert (copied.rows, copied.events) == (100, 21)
    place = restore_backup(copied.path, tmp_path / "again")
    assert place.read_secret() == filled.read_secret()
    assert (place.files / sha256(b"it").hexdigest()).read_bytes() == b"it"
    with Ledger(place.ledger) as ledger:
        assert ledger.append([Draft("record", "u-1", {})]) == [21]
    assert {path.stat().st_mode & 0o077 for path in (place.path, place.secret, place.database)} == {0}
    assert not (place.path / "copy.json").exists()


def test_copy_holds_the_settings_that_people_put_there_and_no_link_of_the_first_administrator(
    filled: Place, tmp_path: Path
) -> None:
    (filled.path / "directory.yaml").write_text("ldap: {}")
    filled.first_link.write_text("digest")
    place = restore_backup(make_backup(filled, AT).path, tmp_path / "again")
    assert (place.path / "directory.yaml").read_text() == "ldap: {}"
    assert not place.first_link.exists()


def test_copy_made_while_rows_and_events_come_checks(filled: Place) -> None:
    stop, written = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(filled.database, timeout=20)) as link, Ledger(filled.ledger) as ledger:
            while not stop.is_set():
                link.execute("insert into row (it) values ('new')")
                link.commit()
                written.extend(ledger.append([Draft("record", "u-1", {})]))
                ledger.seal()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        copies = [make_backup(filled, AT + dt.timedelta(seconds=n)) for n in range(3)]
    finally:
        stop.set()
        thread.join()
    assert written
    for copied in copies:
        assert drill(copied.path, find_database(filled)) == copied


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


TAMPERINGS: dict[str, Callable[[Path], object]] = {
    "a bit of the database": lambda path: _flip(path / "office.db"),
    "a bit of the ledger's rows": lambda path: _flip(path / "ledger" / "rows.db"),
    "a bit of the checkpoint": lambda path: _flip(path / "ledger" / "checkpoint"),
    "a file is gone": lambda path: (path / "secret").unlink(),
    "a file is more": lambda path: (path / "ledger" / "more").write_bytes(b""),
    "the list is gone": lambda path: (path / "copy.json").unlink(),
    "the list is none": lambda path: (path / "copy.json").write_text("[]"),
}


@pytest.mark.parametrize("tampering", TAMPERINGS.values(), ids=TAMPERINGS)
def test_tampered_copy_is_refused(filled: Place, tmp_path: Path, tampering: Callable[[Path], object]) -> None:
    copied = make_backup(filled, AT)
    tampering(copied.path)

    def try_it(path: Path) -> None:
        drill(path, find_database(filled))

    for act in (check_backup, try_it, lambda path: restore_backup(path, tmp_path / "again")):
        with pytest.raises(InputError) as refused:
            act(copied.path)
        assert refused.value.code == "MRS-I-056"
    assert not (tmp_path / "again").exists()


def test_copy_with_a_broken_database_is_refused_although_its_digest_fits(filled: Place) -> None:
    copied = make_backup(filled, AT)
    database = copied.path / "office.db"
    data = bytearray(database.read_bytes())
    data[4096 : 4096 + 200] = bytes(200)
    database.write_bytes(data)
    told = json.loads((copied.path / "copy.json").read_text())
    told["files"]["office.db"] = sha256(data).hexdigest()
    (copied.path / "copy.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match="MRS-I-056"):
        check_backup(copied.path)


def test_copy_is_not_put_into_a_folder_that_holds_something(filled: Place, tmp_path: Path) -> None:
    copied = make_backup(filled, AT)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "mine").write_text("mine")
    with pytest.raises(InputError, match="MRS-I-050"):
        restore_backup(copied.path, tmp_path / "again")
    assert [path.name for path in (tmp_path / "again").iterdir()] == ["mine"]


def test_copy_that_fails_leaves_nothing(filled: Place) -> None:
    (filled.ledger / "checkpoint").write_bytes(b"not one")
    with pytest.raises(Exception, match="MRS-E-015"):
        make_backup(filled, AT)
    assert list(filled.backups.iterdir()) == []


def test_copy_is_not_made_over_another(filled: Place) -> None:
    copied = make_backup(filled, AT)
    with pytest.raises(InputError, match="MRS-I-056"):
        make_backup(filled, AT)
    assert check_backup(copied.path) == copied


def test_old_copies_are_dropped_and_the_newest_stay(filled: Place) -> None:
    paths = [make_backup(filled, AT + dt.timedelta(days=n)).path for n in range(5)]
    assert drop_old(filled, 2) == 3
    assert sorted(filled.backups.iterdir()) == paths[3:]
    assert drop_old(filled, 2) == 0


def test_what_a_killed_process_left_goes_after_a_day(filled: Place) -> None:
    for name, age_s in ((".copy-old", 90_000), (".copy-new", 60)):
        (filled.backups / name / "new").mkdir(parents=True)
        os.utime(filled.backups / name, (0, time.time() - age_s))
    assert drop_old(filled, 2) == 0
    assert [path.name for path in filled.backups.iterdir()] == [".copy-new"]


def test_full_disk_leaves_nothing_and_says_so(filled: Place) -> None:
    code = """
import resource, sys
from morasanu.cli.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(["backup", "--data", sys.argv[1]]))
"""
    done = subprocess.run([sys.executable, "-c", code, filled.path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1), done.stderr
    assert "MRS-O-054" in done.stderr
    assert list(filled.backups.iterdir()) == []
