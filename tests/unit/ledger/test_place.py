"""Addresses of stores: what they say, what they must not hold, and what the file `ledger` keeps of them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.folder import Folder
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.ledger.place import LEDGER, Place, open_store, parse_place, read_place, write_place

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("postgresql://db.example.jp/evidence", Place("db.example.jp", None, "", "evidence", "morasanu_ledger")),
        (
            "postgres://u@db.example.jp:5433/evidence/branch_1/",
            Place("db.example.jp", 5433, "u", "evidence", "branch_1"),
        ),
        ("postgresql:///evidence", Place("", None, "", "evidence")),
        ("postgresql://[::1]/%E8%A8%BC%E8%B7%A1", Place("::1", None, "", "証跡")),
        ("postgresql://a%40b@127.0.0.1/x", Place("127.0.0.1", None, "a@b", "x")),
    ],
)
def test_an_address_says_where_rows_are_kept(address: str, place: Place) -> None:
    assert parse_place(address) == place


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("postgresql://u:secret@db.example.jp/x", "MRS-I-018"), ("postgresql://u:@db.example.jp/x", "MRS-I-018"),
        ("postgresql://db.example.jp/x?password=secret", "MRS-I-018"), ("postgresql://db.example.jp/x?sslmode=disable", "MRS-I-018"),
        ("postgresql://db.example.jp/x#secret", "MRS-I-018"), ("mysql://db.example.jp/x", "MRS-I-017"), ("/var/lib/x", "MRS-I-017"),
        ("", "MRS-I-017"), ("host=db password=secret", "MRS-I-017"), ("postgresql://db.example.jp", "MRS-I-030"), ("postgresql://db.example.jp/", "MRS-I-030"),
        ("postgresql://db.example.jp/a/b/c", "MRS-I-030"), ("postgresql://db.example.jp:x/a", "MRS-I-030"), ("postgresql://[::1/a", "MRS-I-030"),
        ("postgresql://a,b/x", "MRS-I-030"), ("postgresql://db.example.jp/x/pg_catalog", "MRS-I-030"), ("postgresql://db.example.jp/x/A", "MRS-I-030"),
        ("postgresql://db.example.jp/x/a%22;b", "MRS-I-030"), ("postgresql://db.example.jp/x%00", "MRS-I-030"), ("postgresql://db.example.jp//a", "MRS-I-030"),
    ],
)  # fmt: skip
def test_another_address_or_a_secret_in_it_is_refused_and_nothing_begun(
    tmp_path: Path, address: str, code: str
) -> None:
    with pytest.raises(InputError) as refused:
        parse_place(address)
    assert refused.value.code == code
    assert "secret" not in str(refused.value) + refused.value.message_ja
    if address:
        with pytest.raises(InputError):
            begin_ledger(tmp_path / "new", "bank.example/evidence", address)
        assert not (tmp_path / "new").exists()


def test_only_a_server_of_this_machine_is_near() -> None:
    near = ("postgresql:///x", "postgresql://localhost/x", "postgresql://127.0.0.2/x", "postgresql://[::1]/x")
    assert all(parse_place(address).is_near for address in near)
    assert not any(
        parse_place(f"postgresql://{host}/x").is_near for host in ("db.example.jp", "192.0.2.1", "127.0.0.1.example.jp")
    )


def test_the_file_keeps_a_name_and_an_address_or_a_name_alone(path: Path, tmp_path: Path) -> None:
    assert (path / LEDGER).read_text(encoding="utf-8") == "bank.example/evidence\n"
    assert read_place(Folder(path)) == ("bank.example/evidence", "")
    folder = Folder(tmp_path / "other")
    write_place(folder, "bank.example/other", "postgresql:///evidence")
    assert (folder.path / LEDGER).read_text(encoding="utf-8") == "bank.example/other\npostgresql:///evidence\n"
    assert read_place(folder) == ("bank.example/other", "postgresql:///evidence")
    for text in ("bank.example/evidence", "bank.example/evidence\n\n", "bank.example/evidence\r\n"):
        (path / LEDGER).write_bytes(text.encode())
        assert read_place(Folder(path)) == ("bank.example/evidence", "")
        assert read_place(Folder(path))[0] == "bank.example/evidence"
        with Ledger(path) as ledger:
            assert ledger.size == 1


HIDE = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "psycopg": raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
"""


def test_without_psycopg_what_to_install_is_told() -> None:
    code = HIDE + (
        "from morasanu.ledger.place import open_store\nfrom morasanu.errors import OutsideError\n"
        "try: open_store(None, 'postgresql:///x')\n"
        "except OutsideError as error: print(error.code, error.message_en)"
    )
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert child.stdout == "MRS-O-034 the parts for PostgreSQL are not installed: pip install 'morasanu[postgresql]'\n"


def test_without_an_address_rows_lie_in_the_folder(tmp_path: Path) -> None:
    store = open_store(tmp_path, "")
    assert store.size == 0
    store.close()
    assert (tmp_path / "rows.db").exists()


def test_no_server_is_told_and_nothing_begun(tmp_path: Path) -> None:
    pytest.importorskip("psycopg", reason="no psycopg here")
    with pytest.raises(Exception, match=r"MRS-E-011") as refused:
        begin_ledger(tmp_path / "new", "bank.example/evidence", "postgresql://127.0.0.1:1/x")
    assert not isinstance(refused.value, OutsideError)
    assert not (tmp_path / "new").exists()
