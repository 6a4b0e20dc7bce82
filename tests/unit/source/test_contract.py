"""What every source promises: paths once and below their address, problems told and never thrown, bytes or rows, versions."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD
from tests.unit.source.test_sqlite import make, open_file

from morasanu.errors import InspectError, MorasanuError
from morasanu.source.database.cell import Value
from morasanu.source.folder import FolderSource
from morasanu.source.interface import Rows

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.unit.source.server import Place

    from morasanu.source.interface import Source

KINDS = ("folder", "sqlite", "postgresql", "mariadb")


@pytest.fixture(params=KINDS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Source, str]:
    """Return a source with something to read and something that cannot be read, and how its paths begin."""
    makers: dict[str, Callable[[], tuple[Source, str]]] = {
        "folder": lambda: _make_folder(tmp_path),
        "sqlite": lambda: _make_sqlite(tmp_path),
        "postgresql": lambda: _make_server(request.getfixturevalue("postgresql")),
        "mariadb": lambda: _make_server(request.getfixturevalue("mariadb")),
    }
    return makers[request.param]()


def _make_folder(folder: Path) -> tuple[Source, str]:
    (folder / "台帳.txt").write_text("椿", encoding="utf-8")
    (folder / "link").symlink_to(folder / "nowhere")
    return FolderSource([folder]), str(folder)


def _make_sqlite(folder: Path) -> tuple[Source, str]:
    url = make(
        folder / "a.db", "CREATE TABLE 台帳 (id INTEGER PRIMARY KEY, 氏名 TEXT)", "INSERT INTO 台帳 VALUES (1, '椿')", "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master VALUES ('table', 'far', 'far', 0, 'CREATE VIRTUAL TABLE far USING csv(x)')",
    )  # fmt: skip
    return open_file(url), url


def _make_server(place: Place) -> tuple[Source, str]:
    far = (
        (
            "CREATE FOREIGN DATA WRAPPER w",
            "CREATE SERVER s FOREIGN DATA WRAPPER w",
            "CREATE FOREIGN TABLE far (x int) SERVER s",
        )
        if place.server.scheme == "postgresql"
        else (
            f"CREATE TABLE far (x int) ENGINE=FEDERATED CONNECTION='mysql://admin:{PASSWORD}@127.0.0.1:{place.server.port}/mysql/db'",
        )
    )
    place.execute("CREATE TABLE 台帳 (id int PRIMARY KEY, 氏名 text)", "INSERT INTO 台帳 VALUES (1, '椿')", *far[:2])
    if far[2:]:
        place.execute(*far[2:])
    return place.open(), place.url


def test_every_path_comes_once_and_begins_as_its_source(source: tuple[Source, str]) -> None:
    opened, start = source
    items = list(opened.items())
    paths = [item.path for item in items]
    assert len(paths) == len(set(paths)) == 2
    assert all(path.startswith(f"{start}/") for path in paths)
    assert all(item.place == start or item.place.startswith(f"{start}/") for item in items)
    assert all(item.size_bytes >= 0 for item in items)
    assert [item.path for item in opened.items()] == paths


def test_what_cannot_be_read_is_listed_with_a_reason(source: tuple[Source, str]) -> None:
    problems = [item.problem for item in source[0].items() if item.problem is not None]
    assert len(problems) == 1
    assert isinstance(problems[0], MorasanuError)
    assert problems[0].code.startswith("MRS-X-")


def test_what_can_be_read_gives_bytes_or_rows(source: tuple[Source, str]) -> None:
    opened, _ = source
    (item,) = [item for item in opened.items() if item.problem is None]
    with opened.open(item.path) as content:
        if isinstance(content, Rows):
            assert [column.name for column in content.columns] == ["id", "氏名"]
            ((record,),) = content.batches
            assert (record.key, record.values) == ("id=1", (1, "椿"))
            assert all(isinstance(value, Value) for value in record.values)
            assert content.sampled_of is None
            assert content.gaps == []
        else:
            assert os.fstat(content.fileno()).st_size == len(content.read())
            content.seek(0)
    assert opened.version(item.path) == item.version


def test_what_is_not_there_is_told(source: tuple[Source, str]) -> None:
    opened, start = source
    below = next(item.path for item in opened.items()).rpartition("/")[0]
    assert below.startswith(start)
    with pytest.raises(InspectError) as caught:
        opened.open(f"{below}/no_such")
    assert caught.value.code == "MRS-X-001"
