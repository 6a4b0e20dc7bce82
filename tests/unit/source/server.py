"""Database servers for tests: the real ones of this machine, in a folder of their own, one of each for a whole test run."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.source.certificate import make_certificate

from morasanu.source.database.source import open_place
from morasanu.source.interface import Access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from morasanu.source.database.source import DatabaseSource
    from morasanu.source.interface import Record

PASSWORD = "tsubaki-0417"
_PATIENCE_S = 60
_NUMBER = count()
_PLACES = ("/usr/lib/postgresql/*/bin", "/usr/sbin", "/usr/libexec")


def find(name: str) -> str:
    """Return the path of a server's program; skips the test when it is not on this machine."""
    found = shutil.which(name)
    for place in _PLACES:
        for folder in sorted(Path("/").glob(place[1:]), reverse=True):
            found = found or shutil.which(name, path=str(folder))
    if found is None or not shutil.which("setpriv"):
        pytest.skip(f"no {name} here")
    return found


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: where, and the certificate that it shows."""

    scheme: str
    port: int
    ca_file: str

    @property
    def url(self) -> str:
        """Return its address without a database."""
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def execute(self, database: str, *statements: str | bytes) -> None:
        """Run `statements` as its administrator."""
        with self.connect(database) as connection:
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def ask(self, database: str, question: str) -> list[Any]:
        """Return the rows that answer `question`, asked by its administrator."""
        with self.connect(database) as connection:
            cursor = connection.cursor()
            cursor.execute(question)
            return list(cursor.fetchall())

    @contextmanager
    def connect(self, database: str) -> Iterator[Any]:
        """Open a connection of the administrator, that commits every statement at once."""
        if self.scheme == "postgresql":
            psycopg = pytest.importorskip("psycopg", reason="no psycopg here")
            connection: Any = psycopg.connect(
                host="127.0.0.1", port=self.port, user="admin", password=PASSWORD, dbname=database, autocommit=True
            )
        else:
            pymysql = pytest.importorskip("pymysql", reason="no PyMySQL here")
            connection = pymysql.connect(
                host="127.0.0.1", port=self.port, user="admin", password=PASSWORD, database=database or None, autocommit=True,
            )  # fmt: skip
        try:
            yield connection
        finally:
            connection.close()

    def make(self, more: str = "") -> str:
        """Make an empty database and return its name."""
        name = f"test_{os.getpid()}_{next(_NUMBER)}"
        self.execute("postgres" if self.scheme == "postgresql" else "", f"CREATE DATABASE {name} {more}")
        return name


@dataclass(frozen=True, slots=True)
class Place:
    """A database on a server, and a user who may read only what he is given."""

    server: Server
    name: str

    @property
    def user(self) -> str:
        """Return the name of the user without rights."""
        return f"audit_{self.name}"

    @property
    def url(self) -> str:
        """Return the database's address."""
        return f"{self.server.url}/{self.name}"

    def execute(self, *statements: str | bytes) -> None:
        """Run `statements` in it as the administrator."""
        self.server.execute(self.name, *statements)

    def ask(self, question: str) -> list[Any]:
        """Return the rows that answer `question`, asked by the administrator."""
        return self.server.ask(self.name, question)

    def open(self, *below: str, user: str = "admin", **access: Any) -> DatabaseSource:
        """Return the source of this database, or of what lies `below`; `secrets` and other settings in `access`."""
        secrets = {"user": user, "password": PASSWORD} | access.pop("secrets", {})
        return open_place("/".join((self.url, *below)), Access(secrets, **access))


def read(source: DatabaseSource, path: str) -> list[Record]:
    """Return every row of a table."""
    with source.open(path) as rows:
        return [record for batch in rows.batches for record in batch]


def values(source: DatabaseSource, path: str) -> list[tuple[object, ...]]:
    """Return the values of every row of a table."""
    return [record.values for record in read(source, path)]


@contextmanager
def share(
    folder: Path, scheme: str, start: Callable[[], tuple[Server, Path, subprocess.Popen[bytes]]]
) -> Iterator[Server]:
    """Give a server to every worker of a test run: the first one starts it and ends it when the last one is done."""
    state = folder / f"{scheme}.json"

    def count_users(step: int) -> dict[str, Any]:
        held = json.loads(state.read_text(encoding="utf-8"))
        held["users"] += step
        state.write_text(json.dumps(held), encoding="utf-8")
        return held

    @contextmanager
    def alone() -> Iterator[None]:
        with (folder / f"{scheme}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    own = None
    with alone():
        if not state.exists():
            own = start()
            state.write_text(json.dumps({"users": 0, "port": own[0].port, "ca_file": own[0].ca_file}), encoding="utf-8")
        held = count_users(1)
    try:
        yield Server(scheme, held["port"], held["ca_file"])
    finally:
        with alone():
            held = count_users(-1)
        if own is not None:
            _, home, process = own
            for _ in range(_PATIENCE_S * 10):
                with alone():
                    held = count_users(0)
                    if not held["users"]:
                        state.unlink()
                        break
                time.sleep(0.1)
            stop(home, process)


def stop(home: Path, process: subprocess.Popen[bytes]) -> None:
    """End a server, whoever is still connected, and remove what it wrote."""
    process.send_signal(signal.SIGINT if (home / "data/PG_VERSION").exists() else signal.SIGTERM)
    process.wait(_PATIENCE_S)
    shutil.rmtree(home)


def start_postgresql(**more: str) -> tuple[Server, Path, subprocess.Popen[bytes]]:
    """Start PostgreSQL with TLS, an administrator `admin` and `more` settings; return it, its folder and its process."""
    initdb, program = find("initdb"), find("postgres")
    home, data = _make_home()
    (home / "password").write_text(PASSWORD, encoding="utf-8")
    (home / "password").chmod(0o644)
    _run(
        [initdb, "-D", data, "--no-sync", "-A", "scram-sha-256", "-U", "admin", f"--pwfile={home / 'password'}",
         "-E", "UTF8", "--locale=C.UTF-8"]
    )  # fmt: skip
    port = _find_port()
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": home / "run", "fsync": "off",
        "ssl": "on", "ssl_cert_file": home / "run/localhost.crt", "ssl_key_file": home / "run/localhost.key",
        "max_connections": 60, "shared_buffers": "16MB", "lc_messages": "C", "dynamic_shared_memory_type": "mmap", **more,
    }  # fmt: skip
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    (home / "command").write_text(json.dumps([program, "-D", str(data), *options]), encoding="utf-8")
    server = Server("postgresql", port, str(home / "run/localhost.crt"))
    return server, home, restart_postgresql(server, home)


def restart_postgresql(server: Server, home: Path) -> subprocess.Popen[bytes]:
    """Start a server once more that has stopped; return its process."""
    process = _serve(json.loads((home / "command").read_text(encoding="utf-8")), home, "INT")
    _wait(server, process, home)
    return process


def start_mariadb() -> tuple[Server, Path, subprocess.Popen[bytes]]:
    """Start MariaDB with TLS and an administrator `admin`; return it, its folder and its process."""
    install, program = find("mariadb-install-db"), find("mariadbd")
    home, data = _make_home()
    small = ("--innodb-log-file-size=4M", "--innodb-buffer-pool-size=16M")
    _run(
        [
            install,
            "--no-defaults",
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            *small,
        ]
    )
    (home / "init.sql").write_text(
        f"CREATE USER admin@'%' IDENTIFIED BY '{PASSWORD}';\nGRANT ALL ON *.* TO admin@'%' WITH GRANT OPTION;\n",
        encoding="utf-8",
    )
    port = _find_port()
    settings = {
        "datadir": data, "port": port, "bind-address": "127.0.0.1", "socket": home / "run/sock", "skip-name-resolve": "ON",
        "pid-file": home / "run/pid", "init-file": home / "init.sql", "innodb-flush-log-at-trx-commit": 0,
        "ssl-cert": home / "run/localhost.crt", "ssl-key": home / "run/localhost.key",
        "plugin-load-add": "ha_federatedx", "character-set-server": "utf8mb4",
    }  # fmt: skip
    options = [f"--{name}={value}" for name, value in settings.items()]
    process = _serve([program, "--no-defaults", *options, *small], home, "TERM")
    server = Server("mariadb", port, str(home / "run/localhost.crt"))
    _wait(server, process, home)
    return server, home, process


def _make_home() -> tuple[Path, Path]:
    """Return a folder that a server without rights may use, in memory where there is room, and its data folder."""
    shm = Path("/dev/shm")
    in_memory = shm.is_dir() and shutil.disk_usage(shm).free > 500_000_000
    home = Path(tempfile.mkdtemp(prefix="morasanu-", dir=shm if in_memory else None))
    home.chmod(0o711)
    (home / "data").mkdir(mode=0o700)
    (home / "run").mkdir(mode=0o755)
    make_certificate(home / "run")
    (home / "run/localhost.key").chmod(0o600)
    if not os.getuid():
        for path in (home / "data", home / "run", *(home / "run").iterdir()):
            shutil.chown(path, "nobody")
    return home, home / "data"


def _command(command: list[Any], *options: str) -> list[str]:
    without = () if os.getuid() else ("--reuid=nobody", "--regid=nogroup", "--clear-groups")
    return ["setpriv", *without, *options, *map(str, command)]


def _run(command: list[Any]) -> None:
    done = subprocess.run(_command(command), capture_output=True, check=False, cwd="/")
    assert not done.returncode, done.stderr.decode() + done.stdout.decode()


def _serve(command: list[Any], home: Path, ending: str) -> subprocess.Popen[bytes]:
    with (home / "log").open("wb") as log:  # the server ends when this process does
        return subprocess.Popen(_command(command, f"--pdeathsig={ending}"), stdout=log, stderr=log, cwd="/")


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen[bytes], home: Path) -> None:
    for _ in range(_PATIENCE_S * 20):
        try:
            server.execute("postgres" if server.scheme == "postgresql" else "", "SELECT 1")
        except Exception:  # noqa: BLE001 - each driver has errors of its own
            assert process.poll() is None, (home / "log").read_text(encoding="utf-8", errors="replace")
            time.sleep(0.05)
        else:
            return
    stop(home, process)
    raise TimeoutError
