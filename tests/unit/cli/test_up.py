"""`morasanu up`: starts, starts again, says what is wrong, and serves over TLS of its own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import resource
import socket
import ssl
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("allauth", reason="needs the extra: web")
pytest.importorskip("cryptography", reason="needs the extra: ledger")

from tests.crash.killing import find_port
from tests.crash.office import Office, Visitor, is_well

from morasanu.cli.__main__ import main
from morasanu.office.place import FORMAT, open_place

MOST_BYTES = 350_000_000
SECOND_START_S = 5


def run(*arguments: object, longest_file: int | None = None, **more: str) -> tuple[int, str]:
    """Return the exit status of `morasanu up` and what it complained of; files may grow no longer than so many bytes."""

    def limit() -> None:
        if longest_file is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (longest_file, longest_file))

    done = subprocess.run(
        [sys.executable, "-m", "morasanu.cli", "up", *map(str, arguments)],
        capture_output=True, check=False, timeout=60, env={**os.environ, "MORASANU_LANG": "en", **more}, preexec_fn=limit,
    )  # fmt: skip
    return done.returncode, done.stderr.decode()


def test_up_begins_starts_again_at_once_and_stays_small(tmp_path: Path) -> None:
    port = find_port()
    with Office(tmp_path / "data", port) as office:
        visitor = Visitor(office.address)
        visitor.begin(office.link)
        assert visitor.post("/people/units/new/", {"code": "101", "name": "汐見支店", "kind": "branch"}).status == 302
        assert set(office.find_parts()) == {"web", "worker"}
    assert not is_well(office.address)
    assert "Traceback" not in office.read_log()
    assert "汐見" not in office.read_log()
    with Office(tmp_path / "data", port) as office:
        assert office.started_in_s < SECOND_START_S
        for path in ("/", "/people/units/", "/people/persons/", "/evidence/"):
            assert visitor.get(path).status == 200  # still signed in
        assert office.measure_bytes() < MOST_BYTES
        assert "people/first" not in office.read_log()
        assert "Fatal" not in office.read_log()
        assert office.stop() == 0
    held = {path.name for path in (tmp_path / "data").iterdir()}
    assert held >= {"office.db", "office.json", "secret", "ledger", "backups", "reports"}
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


def test_up_with_tls_shows_the_certificate_whose_fingerprint_it_printed(tmp_path: Path) -> None:
    port = find_port()
    data = tmp_path / "data"
    with Office(
        data, port, "--tls", "--name", "192.0.2.7", "--name", "office.shiomi-shinkin.example", scheme="https"
    ) as office:
        assert office.link.startswith("https://")
        certificate = (data / "tls.crt").read_text()
        printed = re.findall(r"(?:[0-9A-F]{2}:){31}[0-9A-F]{2}", office.read_log())
        shown = ssl.get_server_certificate(("127.0.0.1", port))
        assert printed == [fingerprint(shown)] == [fingerprint(certificate)]
        trusting = ssl.create_default_context(cadata=certificate)
        with (
            socket.create_connection(("127.0.0.1", port), 5) as plain,
            trusting.wrap_socket(plain, server_hostname="127.0.0.1") as line,
        ):
            names = {value for _, value in line.getpeercert()["subjectAltName"]}  # type: ignore[index]
            line.sendall(b"GET /account/login/ HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            answer = b"".join(iter(lambda: line.recv(65_536), b"")).decode()
        assert {"192.0.2.7", "office.shiomi-shinkin.example", "127.0.0.1", "localhost"} <= names
        assert "Strict-Transport-Security: max-age=31536000" in answer
        assert re.search(r"Set-Cookie: +csrftoken=.*; Secure", answer), answer[:1_500]
        for name in ("tls.key", "tls.crt"):
            assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


def fingerprint(pem: str) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest().hex(":").upper()


def test_up_at_a_port_that_is_taken_says_so(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, told = run("--data", tmp_path / "data", "--port", taken.getsockname()[1])
    assert (status, told[:21]) == (2, "morasanu: MRS-O-050: ")


def test_up_for_other_machines_without_tls_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["up", "--data", str(tmp_path / "data"), "--host", "0.0.0.0"]) == 2
    assert "MRS-I-055" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def test_up_with_a_folder_of_a_newer_version_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = open_place(tmp_path / "data")
    (place.path / "office.json").write_text(json.dumps({"format": FORMAT + 1, "demo": False, "today": ""}))
    assert main(["up", "--data", str(place.path), "--port", str(find_port())]) == 2
    assert "MRS-I-050" in capsys.readouterr().err


def test_up_with_a_folder_of_something_else_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "letter.txt").write_text("x")
    assert main(["up", "--data", str(tmp_path), "--port", str(find_port())]) == 2
    assert "MRS-I-050" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["missing", "text", "other"])
def test_up_with_a_certificate_that_is_none_says_so(
    broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = open_place(tmp_path / "data")
    certificate, key = tmp_path / "a.crt", tmp_path / "a.key"
    if broken != "missing":
        certificate.write_text("x")
    if broken == "other":
        from morasanu.office.certificate import make_certificate  # noqa: PLC0415

        make_certificate(place, ["localhost"])
        certificate, key = place.certificate, tmp_path / "a.key"
        key.write_text("x")
    given = ["--certificate", str(certificate), "--key", str(key), "--port", str(find_port())]
    assert main(["up", "--data", str(place.path), *given]) == 2
    assert "MRS-I-058" in capsys.readouterr().err


def test_up_without_the_extra_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "django").mkdir()
    (tmp_path / "django/__init__.py").write_text("raise ModuleNotFoundError(name='django')")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    status, told = run("--data", tmp_path / "data", "--port", find_port(), PYTHONPATH=path)
    assert status == 2
    assert "MRS-I-054" in told
    assert "pip install 'morasanu[web]'" in told
    assert "Traceback" not in told


@pytest.mark.parametrize(("state", "code"), [("new", "MRS-O-052"), ("begun", "MRS-O-051")])
def test_up_where_nothing_can_be_written_says_so(state: str, code: str, tmp_path: Path) -> None:
    if state == "begun":
        open_place(tmp_path / "data")
    status, told = run("--data", tmp_path / "data", "--port", find_port(), longest_file=0)
    assert status == 2
    assert told.startswith(f"morasanu: {code}: ")
    assert told.count("\n") == 1


def test_up_that_loses_its_supervisor_leaves_nothing_running(tmp_path: Path) -> None:
    office = Office(tmp_path / "data", find_port())
    parts = office.find_parts()
    office.process.kill()
    office.process.wait()
    until = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in parts.values()) and time.monotonic() < until:
        time.sleep(0.05)
    assert not [name for name, pid in parts.items() if Path(f"/proc/{pid}").exists()]
    office.stop()
