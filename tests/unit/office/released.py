"""Data folders that released programs wrote (tests/data/folder), and what tests ask of them in processes of their own."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

DATA = Path(__file__).parents[2] / "data" / "folder"
FOLDERS = sorted(DATA.glob("*.tar.xz"))
DJANGO_OWN = frozenset(("django_migrations", "django_content_type", "auth_permission"))
"""What Django adds to by itself when a database is brought up to date."""
GROWING = frozenset(("due_dueevent", "seal_outbox"))
"""Where migrations of ours may add rows."""


def unpack(archive: Path, target: Path) -> Path:
    """Return the folder, as it lay on its owner's disk."""
    with tarfile.open(archive) as packed:
        packed.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)  # Debian's 3.11.2 has none
        packed.extractall(target)
    (target / "backups").mkdir(exist_ok=True)
    return target


def run_part(part: str, data: Path, *, url: str = "", module: str = "morasanu.office") -> dict[str, Any]:
    """Return what a process told that ends by itself; its rows are in the folder, or at `url`."""
    command = [sys.executable, "-m", module, *([part, "--data"] if part else []), str(data)]
    done = subprocess.run(command, capture_output=True, check=False, env=make_environment(url))
    assert done.returncode == 0, done.stderr.decode()
    return dict(json.loads(done.stdout))


def make_environment(url: str = "") -> dict[str, str]:
    """Return this environment with another database."""
    out = ("DJANGO_SETTINGS_MODULE", "MORASANU_DATA")
    return {**{name: value for name, value in os.environ.items() if name not in out}, "DATABASE_URL": url}


def open_pages(data: Path, url: str = "") -> dict[str, Any]:
    """Return the status of each page for the folder's officer, and how many changes were sealed."""
    return run_part("", data, url=url, module="tests.unit.office.opened")


def count_rows(database: Path) -> dict[str, int]:
    """Return how many rows each table of the office holds; the file is looked at in a copy, with what was not written into it yet."""
    looked_at = database.with_name("looked-at.db")
    for end in ("", "-wal"):
        if (beside := Path(f"{database}{end}")).exists():
            shutil.copy2(beside, f"{looked_at}{end}")
    try:
        with closing(sqlite3.connect(looked_at)) as link:
            names = [name for (name,) in link.execute("select name from sqlite_schema where type = 'table'")]
            return {
                name: link.execute(f'select count(*) from "{name}"').fetchone()[0]
                for name in names
                if name not in DJANGO_OWN and not name.startswith("sqlite_")
            }
    finally:
        for end in ("", "-wal", "-shm"):
            Path(f"{looked_at}{end}").unlink(missing_ok=True)


def find_lost(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int | None]]:
    """Return the tables that hold fewer rows than before, or more where nothing may be added."""
    return {
        name: (count, after.get(name))
        for name, count in before.items()
        if not count <= after.get(name, -1) <= (sys.maxsize if name in GROWING else count)
    }


def list_applied(database: Path) -> list[tuple[str, str]]:
    """Return which migrations a database has seen: app and name."""
    with closing(sqlite3.connect(database)) as link:
        return link.execute("select app, name from django_migrations order by id").fetchall()
