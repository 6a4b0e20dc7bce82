"""The office opened in a process: its settings from the folder and the environment, its database and ledger begun."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest
from django.conf import settings as office

from morasanu.office import serve as module
from morasanu.office.place import open_place
from morasanu.office.serve import LONGEST_BODY_BYTES, make_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SHOW = """
import json, sys
from pathlib import Path
from morasanu.office.place import open_place
from morasanu.office.start import prepare, set_up
place = open_place(Path(sys.argv[1]))
set_up(place, sys.argv[2], has_tls=sys.argv[3] == "tls", is_behind_proxy=sys.argv[3] == "proxy")
from django.conf import settings as s
link = prepare(place)
print(json.dumps([link[:14], s.ALLOWED_HOSTS, s.SESSION_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, s.SECURE_PROXY_SSL_HEADER, s.DEBUG,
    s.SECRET_KEY == place.read_secret(), s.DATABASES["default"]["ENGINE"]]))
"""


def show(data: Path, hosts: str, how: str, **more: str) -> list[object]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW, str(data), hosts, how],
        capture_output=True, check=False, text=True, env=environment | more,
    )  # fmt: skip
    assert not done.returncode, done.stderr
    return list(json.loads(done.stdout))


def test_set_up_reads_folder_and_environment_and_prepare_begins_both_stores(tmp_path: Path) -> None:
    data = tmp_path / "data"
    engine = "django.db.backends.sqlite3"
    assert show(data, "localhost", "") == ["/people/first/", ["localhost"], False, 0, None, False, True, engine]
    assert (data / "office.db").stat().st_size > 100_000
    assert (data / "ledger").is_dir()
    year = 365 * 24 * 60 * 60
    assert show(data, "a.example b.example", "tls")[1:5] == [["a.example", "b.example"], True, year, None]


def test_a_database_elsewhere_is_taken_from_the_environment(tmp_path: Path) -> None:
    found = show(tmp_path / "data", "localhost", "", DATABASE_URL=f"sqlite:///{tmp_path}/elsewhere.db")
    assert found[-1] == "django.db.backends.sqlite3"
    assert (tmp_path / "elsewhere.db").exists()
    assert not (tmp_path / "data/office.db").exists()


def test_tests_run_without_a_folder_and_leave_nothing() -> None:
    assert office.DEBUG is False
    assert office.SESSION_IDLE_S < office.SESSION_LONGEST_S


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Return the port of a server whose application answers with what it was sent."""

    def answer(environ: dict[str, object], start: object) -> list[bytes]:
        if environ["PATH_INFO"] == "/fault":
            raise ValueError("潮田 汀")
        start("200 OK", [("Content-Type", "text/plain")])  # type: ignore[operator]
        return [b"well"]

    monkeypatch.setattr("django.core.wsgi.get_wsgi_application", lambda: answer)
    made = make_server("127.0.0.1", 0)
    thread = threading.Thread(target=module.serve, args=(made,))
    thread.start()
    yield made.bind_addr[1]
    made.stop()
    thread.join(20)
    assert not thread.is_alive()


def test_the_server_answers_and_tells_neither_its_make_nor_the_fault(
    server: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with urllib.request.urlopen(f"http://127.0.0.1:{server}/", timeout=10) as answer:
        assert answer.read() == b"well"
        assert answer.headers["Server"] == "morasanu"
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(f"http://127.0.0.1:{server}/fault", timeout=10)
    with caught.value as error:
        assert error.code == 500
        assert "潮田" not in error.read().decode()
    assert "潮田" not in caplog.text + "".join(capsys.readouterr())
    assert "web: ValueError" in caplog.messages


def test_a_body_that_is_too_long_is_refused_before_it_is_read(server: int) -> None:
    with socket.create_connection(("127.0.0.1", server), 10) as line:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {LONGEST_BODY_BYTES + 1}\r\n\r\n"
        line.sendall(head.encode())
        assert b" 413 " in line.recv(100)


def test_a_head_that_is_too_long_is_refused(server: int) -> None:
    with socket.create_connection(("127.0.0.1", server), 10) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000 + b"\r\n\r\n")
        assert b" 413 " in line.recv(100)


def test_a_folder_of_a_demo_says_its_day(tmp_path: Path) -> None:
    place = open_place(tmp_path / "data", is_demo=True, today="2026-11-23")
    assert json.loads((place.path / "office.json").read_text()) == {"format": 1, "demo": True, "today": "2026-11-23"}
