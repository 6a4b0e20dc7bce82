"""Folders of every released program open with this one: nothing is lost, and what it cannot open or copy first it leaves alone."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader
from tests.unit.office.released import DATA, FOLDERS, count_rows, find_lost, list_applied, open_pages, run_part, unpack

from morasanu.ledger.folder import Folder
from morasanu.office.backup import check_backup, list_copies, restore_backup
from morasanu.office.place import open_place
from morasanu.proof.verify import CHECKPOINT, Outside, State, verify

MIGRATIONS = DATA / "migrations.txt"
"""The digests of released migrations, as `sha256sum` writes them; each path is below src/morasanu/office."""
KNOWN = set(MigrationLoader(None).disk_migrations)
LISTS = (
    "today", "people:units", "people:persons", "people:appointments", "register:holdings", "register:locations",
    "register:stocktakes", "reality:differences", "reality:scans", "finding:list", "requirement:list",
    "requirement:controls", "requirement:coverage", "due:list", "seal:list",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


@pytest.fixture(params=FOLDERS, ids=lambda path: path.name.split(".")[0])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a folder that a released program wrote."""
    return unpack(request.param, tmp_path / "data")


def add_migration(data: Path, app: str, name: str) -> None:
    with closing(sqlite3.connect(data / "office.db")) as link, link:
        link.execute("insert into django_migrations (app, name, applied) values (?, ?, '2027-01-01')", (app, name))


def skip_newest(data: Path) -> None:
    """Leave out a folder that has seen all there is: nothing is to be copied first."""
    if not KNOWN - set(list_applied(data / "office.db")):
        pytest.skip("up to date already")


def verify_ledger(data: Path, kept: bytes) -> int:
    """Return how many events it proves, all of which lead on from the checkpoint `kept`."""
    found = verify(Folder(data / "ledger").read, [Outside("kept", kept)])
    assert found.state is State.VERIFIED
    return found.size


def assert_pages_open(told: dict[str, Any]) -> None:
    pages = told["pages"]
    assert {pages.get(route) for route in LISTS} == {200}, pages
    assert not [route for route, status in pages.items() if status >= 500]
    assert told["sealed"] >= 1


def test_folder_of_a_release_opens_with_every_row_and_its_ledger_goes_on(data: Path) -> None:
    before, checkpoint = count_rows(data / "office.db"), (data / "ledger" / CHECKPOINT).read_bytes()
    is_older = bool(KNOWN - set(list_applied(data / "office.db")))
    copies = set(list_copies(open_place(data)))
    assert sum(count > 0 for count in before.values()) > 20
    assert run_part("prepare", data)["link"] == ""
    assert find_lost(before, count_rows(data / "office.db")) == {}
    new = set(list_copies(open_place(data))) - copies
    assert len(new) == is_older
    for copy in new:
        assert check_backup(copy).rows > sum(before.values())
        assert count_rows(copy / "office.db") == before
    size = verify_ledger(data, checkpoint)
    assert size > 100
    assert_pages_open(open_pages(data))
    assert verify_ledger(data, checkpoint) > size


def test_copy_that_a_released_program_made_is_put_back(data: Path, tmp_path: Path) -> None:
    (copy,) = list_copies(open_place(data))
    restored = restore_backup(copy, tmp_path / "restored").path
    held = count_rows(copy / "office.db")
    run_part("prepare", restored)
    assert held == count_rows(data / "office.db")
    assert find_lost(held, count_rows(restored / "office.db")) == {}
    assert_pages_open(open_pages(restored))


def test_folder_that_is_up_to_date_is_not_copied_again(data: Path) -> None:
    run_part("prepare", data)
    copies = list_copies(open_place(data))
    run_part("prepare", data)
    assert list_copies(open_place(data)) == copies


def test_folder_of_a_newer_program_is_refused_and_stays_as_it_is(data: Path) -> None:
    add_migration(data, "register", "9999_something_newer")
    applied, rows, copies = list_applied(data / "office.db"), count_rows(data / "office.db"), list_copies(open_place(data))  # fmt: skip
    told = run_part("prepare", data)
    assert told["code"] == "MRS-I-050"
    assert "newer" in told["en"]
    assert (list_applied(data / "office.db"), count_rows(data / "office.db")) == (applied, rows)
    assert list_copies(open_place(data)) == copies


def test_folder_whose_rows_lie_elsewhere_is_not_begun_anew(data: Path) -> None:
    (data / "office.db").rename(data.parent / "elsewhere.db")
    told = run_part("prepare", data)
    assert told["code"] == "MRS-I-124"
    assert "DATABASE_URL" in told["en"]
    with closing(sqlite3.connect(data / "office.db")) as link:
        assert link.execute("select name from sqlite_schema").fetchall() == []


def test_folder_that_cannot_be_copied_first_is_not_brought_up_to_date(data: Path) -> None:
    shutil.rmtree(data / "backups")
    (data / "backups").write_bytes(b"")
    skip_newest(data)
    applied = list_applied(data / "office.db")
    told = run_part("prepare", data)
    assert told["code"] == "MRS-O-053"
    assert list_applied(data / "office.db") == applied


def test_folder_whose_ledger_is_broken_is_not_brought_up_to_date(data: Path) -> None:
    (data / "ledger" / CHECKPOINT).write_bytes(b"not one")
    skip_newest(data)
    applied = list_applied(data / "office.db")
    told = run_part("prepare", data)
    assert told["code"] == "MRS-O-053"
    assert "MRS-E-015" in told["en"]
    assert list_applied(data / "office.db") == applied


# -- what was released stays -------------------------------------------------------------------------------------------


def test_every_migration_that_a_folder_has_seen_is_known(data: Path) -> None:
    gone = set(list_applied(data / "office.db")) - KNOWN
    assert not gone, (
        "folders in use have seen these: put them back (a squashed migration stays beside what replaces it)"
    )


def test_released_migrations_are_as_they_were() -> None:
    for line in MIGRATIONS.read_text(encoding="utf-8").splitlines():
        digest, path = line.split()
        file = find_room(path)
        assert file.exists(), f"{path} was released: put it back"
        assert sha256(file.read_bytes()).hexdigest() == digest, (
            f"{path} was released and folders have seen it: put it back as it was, and write a new migration instead"
        )


def test_every_migration_of_ours_that_a_folder_has_seen_is_kept(data: Path) -> None:
    kept = {line.split()[1] for line in MIGRATIONS.read_text(encoding="utf-8").splitlines()}
    seen = {f"{app}/migrations/{name}.py" for app, name in list_applied(data / "office.db")}
    ours = {path for path in seen if find_room(path).exists()}
    lines = [f"{sha256(find_room(path).read_bytes()).hexdigest()}  {path}" for path in sorted(ours - kept)]
    assert not lines, f"add to {MIGRATIONS.name}:\n" + "\n".join(lines)


def find_room(path: str) -> Path:
    spec = find_spec("morasanu.office")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / path
