"""What only PostgreSQL has: another writer on the network, a server that goes away, a schema that somebody prepared, a password kept out."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.server import PASSWORD, Server

from morasanu.errors import EvidenceError, InputError
from morasanu.ledger.batch import Draft
from morasanu.ledger.folder import Folder
from morasanu.ledger.interface import Row
from morasanu.ledger.ledger import Ledger, begin_ledger
from morasanu.ledger.place import open_store, parse_place, read_place
from morasanu.proof.verify import State, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ORIGIN = "bank.example/evidence"
ROW = Row(b"e", bytes(32), b"{}")


def refuse(make: Callable[[], object]) -> str:
    """Return the code that `make` is refused with; what it says holds no password and no text of the server."""
    with pytest.raises((EvidenceError, InputError)) as refused:
        make()
    assert PASSWORD not in str(refused.value)
    return refused.value.code


def database(address: str) -> str:
    return parse_place(address).database


def kick_out(server: Server, address: str) -> None:
    """End the connections to a database, as its administrator may at any time."""
    asked = f"select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '{database(address)}'"
    server.ask("postgres", asked)


def test_a_ledger_lives_in_postgresql_from_beginning_to_proof(address: str, tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    begin_ledger(path, ORIGIN, address)
    assert read_place(Folder(path)) == (ORIGIN, address)
    assert not (path / "rows.db").exists()
    with Ledger(path) as ledger:
        assert ledger.append([Draft("scan.done", "u-17", {"number": number}) for number in range(300)])[-1] == 300
        ledger.seal()
    with Ledger(path) as ledger:
        proved = ledger.prove(7)
        assert json.loads(proved.record.body) == {"number": 6}
        ledger.erase(7)
        assert ledger.prove(7).record == Row(proved.record.entry)
        ledger.change_key("u-17")
        ledger.append([Draft("scan.done", "u-17", {})])
        head = ledger.seal()
    assert verify(Folder(path).read, []).state is State.UNPROVEN
    assert f"\n{303}\n" in head.text


def test_each_ledger_has_a_schema_of_its_own(address: str, tmp_path: Path) -> None:
    begin_ledger(tmp_path / "a", ORIGIN, address)
    assert refuse(lambda: begin_ledger(tmp_path / "b", ORIGIN, address)) == "MRS-I-040"
    assert not (tmp_path / "b").exists()
    begin_ledger(tmp_path / "b", ORIGIN, f"{address}/second")
    with Ledger(tmp_path / "a") as first, Ledger(tmp_path / "b") as second:
        assert (first.size, second.size) == (1, 1)


def test_rows_of_another_ledger_are_refused(address: str, tmp_path: Path) -> None:
    begin_ledger(tmp_path / "a", ORIGIN, address)
    begin_ledger(tmp_path / "b", ORIGIN, f"{address}/second")
    (tmp_path / "a" / "ledger").write_bytes((tmp_path / "b" / "ledger").read_bytes())
    assert refuse(lambda: Ledger(tmp_path / "a")) == "MRS-E-015"


def test_rows_that_were_rolled_back_are_refused(address: str, syncing_postgresql: Server, tmp_path: Path) -> None:
    path = tmp_path / "evidence"
    begin_ledger(path, ORIGIN, address)
    with Ledger(path) as ledger:
        ledger.append([Draft("record", "u", {})])
        ledger.seal()
    syncing_postgresql.execute(database(address), "delete from morasanu_ledger.batch where first = 1")
    assert refuse(lambda: Ledger(path)) == "MRS-E-016"


def test_a_second_writer_is_kept_out_wherever_it_runs(address: str, tmp_path: Path) -> None:
    path, copy = tmp_path / "evidence", tmp_path / "copy"
    begin_ledger(path, ORIGIN, address)
    subprocess.run(
        ["cp", "-a", str(path), str(copy)], check=True
    )  # as on another machine: the lock of the folder is another
    with Ledger(path):
        assert refuse(lambda: Ledger(copy)) == "MRS-E-014"
        assert refuse(lambda: open_store(tmp_path, address)) == "MRS-E-014"
    with Ledger(copy) as ledger:
        assert ledger.size == 1


def test_a_killed_writer_leaves_at_once(address: str, tmp_path: Path) -> None:
    code = "import sys; from morasanu.ledger.place import open_store; s = open_store(None, sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", code, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout
    assert child.stdout.readline() == "open\n"
    assert refuse(lambda: open_store(tmp_path, address)) == "MRS-E-014"
    child.send_signal(signal.SIGKILL)
    child.communicate()
    open_store(tmp_path, address).close()


def test_a_server_that_goes_away_is_told_and_nothing_is_taken_afterwards(
    address: str, syncing_postgresql: Server, tmp_path: Path
) -> None:
    path = tmp_path / "evidence"
    begin_ledger(path, ORIGIN, address)
    with Ledger(path) as ledger:
        ledger.append([Draft("record", "u", {})])
        kick_out(syncing_postgresql, address)
        for _ in range(2):
            assert refuse(lambda: ledger.append([Draft("record", "u", {})])) == "MRS-E-010"
        assert refuse(lambda: ledger.erase(1)) == "MRS-E-010"
        assert refuse(ledger.seal) in {"MRS-E-010", "MRS-E-012"}
        assert ledger.size == 2
    with Ledger(path) as ledger:
        assert ledger.size == 2


def test_a_ledger_whose_connection_was_lost_can_still_be_let_go(
    address: str, syncing_postgresql: Server, tmp_path: Path
) -> None:
    store = open_store(tmp_path, address)
    store.append([ROW])
    kick_out(syncing_postgresql, address)
    with pytest.raises(EvidenceError):
        list(store.read(0, 1))
    store.close()
    store.close()


def test_no_server_no_database_no_right_are_told_without_their_words(
    address: str, syncing_postgresql: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refuse(lambda: open_store(tmp_path, "postgresql://127.0.0.1:1/evidence")) == "MRS-E-011"
    assert refuse(lambda: open_store(tmp_path, f"{syncing_postgresql.url}/nowhere")) == "MRS-E-011"
    name = database(address)
    syncing_postgresql.execute(name, f"create role sealer_{name} login password '{PASSWORD}'")
    monkeypatch.setenv("PGUSER", f"sealer_{name}")
    assert refuse(lambda: open_store(tmp_path, address)) == "MRS-E-011"  # he may not make a schema
    monkeypatch.setenv("PGPASSWORD", "wrong")
    assert refuse(lambda: open_store(tmp_path, address)) == "MRS-E-011"


def test_a_role_that_may_use_one_prepared_schema_is_enough(
    address: str, syncing_postgresql: Server, tmp_path: Path
) -> None:
    name = database(address)
    role = f"sealer_{name}"
    syncing_postgresql.execute(
        name, f"create role {role} login password '{PASSWORD}'", f"create schema evidence authorization {role}",
        f"alter role {role} set synchronous_commit = off", f"alter role {role} set search_path = public",
        "create table public.batch (first text)",
    )  # fmt: skip
    store = open_store(tmp_path, address.replace("127.0.0.1", f"{role}@127.0.0.1") + "/evidence")
    store.append([ROW])
    assert store._link.execute("show synchronous_commit").fetchone() == ("on",)
    store.close()
    assert syncing_postgresql.ask(name, "select count(*) from evidence.batch, public.batch as b") == [(0,)]
    assert syncing_postgresql.ask(name, "select count(*) from evidence.batch") == [(1,)]


def test_an_evil_schema_before_ours_is_not_used(address: str, syncing_postgresql: Server, tmp_path: Path) -> None:
    syncing_postgresql.execute(
        database(address),
        "create function public.sum(bigint, integer) returns bigint language sql as 'select 0::bigint'",
        "create table public.batch (first bigint, count int, entries bytea, records bytea)",
        "insert into public.batch values (0, 5, '', '')",
    )
    store = open_store(tmp_path, address)
    assert store.size == 0
    store.close()


def test_the_password_comes_from_a_file_of_libpq(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = parse_place(address)
    file = tmp_path / "pgpass"
    file.write_text(f"127.0.0.1:{place.port}:*:admin:{PASSWORD}\n", encoding="utf-8")
    file.chmod(stat.S_IRUSR)
    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.delenv("PGUSER")
    monkeypatch.setenv("PGPASSFILE", str(file))
    path = tmp_path / "evidence"
    begin_ledger(path, ORIGIN, address.replace("127.0.0.1", "admin@127.0.0.1"))
    kept = [file.read_bytes() for file in path.rglob("*") if file.is_file()]
    assert not any(PASSWORD.encode() in data for data in kept)


def test_a_server_that_does_not_sync_is_refused(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert os.environ["PGUSER"] == "admin"
    from morasanu.ledger import postgresql  # noqa: PLC0415 - skipped without psycopg

    asked = postgresql.PostgresqlStore._ask

    def ask(store: postgresql.PostgresqlStore, query: str, given: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
        return [("off",)] if query == "show fsync" else asked(store, query, given)

    monkeypatch.setattr(postgresql.PostgresqlStore, "_ask", ask)
    assert refuse(lambda: open_store(tmp_path, address)) == "MRS-E-019"


def test_beyond_this_machine_the_server_must_prove_who_it_is(
    monkeypatch: pytest.MonkeyPatch, syncing_postgresql: Server
) -> None:
    assert syncing_postgresql.port
    from morasanu.ledger.postgresql import _choose_tls  # noqa: PLC0415 - skipped without psycopg

    monkeypatch.delenv("PGSSLMODE", raising=False)
    monkeypatch.setenv("PGSSLROOTCERT", "ca.pem")
    far = parse_place("postgresql://db.example.jp/evidence")
    assert _choose_tls(far) == {"sslmode": "verify-full", "sslrootcert": "ca.pem"}
    assert _choose_tls(parse_place("postgresql://127.0.0.1/evidence")) == {}
    monkeypatch.delenv("PGSSLROOTCERT")
    assert _choose_tls(far)["sslrootcert"]
    monkeypatch.setenv("PGSSLMODE", "require")
    assert _choose_tls(far) == {}


def test_many_pages_of_rows_are_read_one_after_the_other(address: str, tmp_path: Path) -> None:
    store = open_store(tmp_path, address)
    for number in range(100):
        store.append([Row(b"%d" % number, bytes(32), b"")])
    assert [int(row.entry) for row in store.read(3, 90)] == list(range(3, 93))
    store.close()
