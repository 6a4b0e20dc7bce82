"""`morasanu up --demo`: what it takes, what it refuses, and that its door opens in a browser on this machine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from morasanu.cli.__main__ import main
from morasanu.office.place import open_place

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("cheroot", reason="needs the extra: web")
DAY = ["--today", "2026-11-24"]


def refuse(*arguments: str) -> int:
    return main(["up", *arguments])


@pytest.mark.parametrize("arguments", [DAY, ["--examples", "."]], ids=["today", "examples"])
def test_options_of_the_demo_without_it_are_refused(arguments, capsys, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    assert refuse(*arguments) == 2
    assert "MRS-I-079" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_day_that_is_none_is_refused(capsys) -> None:
    assert refuse("--demo", "--today", "2026-02-30") == 2
    assert "MRS-I-002" in capsys.readouterr().err


def test_a_real_house_is_refused_as_a_demo(tmp_path, capsys) -> None:
    open_place(tmp_path / "real")
    assert refuse("--demo", "--data", str(tmp_path / "real")) == 2
    assert "MRS-I-079" in capsys.readouterr().err


def test_a_demo_of_another_day_is_refused(tmp_path, capsys) -> None:
    open_place(tmp_path / "demo", is_demo=True, today="2026-11-23")
    assert refuse("--demo", "--data", str(tmp_path / "demo"), *DAY) == 2
    assert "MRS-I-079" in capsys.readouterr().err


def test_examples_that_are_not_there_are_refused(tmp_path, capsys) -> None:
    taken = ["--data", str(tmp_path / "demo"), "--examples", str(tmp_path / "none")]
    assert refuse("--demo", *taken, "--port", str(find_port())) == 2
    assert "MRS-I-079" in capsys.readouterr().err


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def office(tmp_path) -> Iterator[int]:
    """Open a demo; return its port."""
    port = find_port()
    command = [
        sys.executable,
        "-m",
        "morasanu.cli",
        "up",
        "--demo",
        "--data",
        str(tmp_path / "demo"),
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=os.environ | {"MORASANU_LANG": "en"})  # fmt: skip
    try:
        said = "".join(iter(process.stdout.readline, "Ctrl-C stops it\n"))
        assert f"the door of the demo: http://127.0.0.1:{port}/demo/" in said
        assert "link to make" not in said
        yield port
    finally:
        process.terminate()
        process.wait(30)
        process.stdout.close()


def ask(port: int, method: str, path: str, body: str = "", **headers: str):
    for _ in range(100):
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                return answer, answer.read().decode()
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise TimeoutError


def test_the_demo_opens_and_somebody_goes_in(office) -> None:
    answer, page = ask(office, "GET", "/demo/")
    assert answer.status == 200
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    cookies = "; ".join(each.split(";")[0] for each in answer.headers.get_all("Set-Cookie"))
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookies}
    answer, _ = ask(office, "POST", "/demo/", f"csrfmiddlewaretoken={token}&number=S0101", **form)
    assert (answer.status, answer.headers["Location"]) == (302, "/")
    session = next(each for each in answer.headers.get_all("Set-Cookie") if each.startswith("morasanu="))
    answer, page = ask(office, "GET", "/", Cookie=session.split(";")[0])
    assert answer.status == 200
    assert "s0101" in page
    assert ask(office, "GET", "/demo/", **{"X-Forwarded-For": "192.0.2.1"})[0].status == 404


def test_the_folder_of_the_demo_is_named_after_it(monkeypatch, tmp_path, capsys) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert refuse("--demo", "--port", str(taken.getsockname()[1])) == 2
    assert "MRS-O-050" in capsys.readouterr().err
    assert (Path("morasanu-demo") / "office.json").is_file()
