"""The office as it really runs: `morasanu up` with its processes, and a client that signs in as its first administrator."""

from __future__ import annotations

import os
import re
import signal
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import suppress
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from tests.unit.office.code import make_code

if TYPE_CHECKING:
    from collections.abc import Sequence

PATIENCE_S = 60
PASSWORD = "shio-kaze 0417 umi"
GIVEN = {"institution": "汐見信用金庫", "number": "A1", "name": "灘 岬", "username": "nada", "password": PASSWORD}
_LINK = re.compile(r"https?://\S+/people/first/\S+/")


class Office:
    """One `morasanu up`. Use as a context manager: nothing of it stays."""

    def __init__(
        self, data: Path, port: int, *more: str, program: Sequence[str] = ("-m", "morasanu.cli"), scheme: str = "http"
    ) -> None:
        """Start it and wait until it answers."""
        begun = time.monotonic()
        self.address = f"{scheme}://127.0.0.1:{port}"
        self.log = data.parent / "up.log"
        self._log_from = self.log.stat().st_size if self.log.exists() else 0
        environment = {**os.environ, "MORASANU_LANG": "en", "PYTHONUNBUFFERED": "1"}
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        command = [sys.executable, *program, "up", "--data", str(data), "--port", str(port), *more]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        self.started_in_s = time.monotonic() - begun

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it."""
        self.stop()

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE_S
        while not is_well(self.address):
            assert self.process.poll() is None, self.read_log()
            assert time.monotonic() < until, self.read_log()
            time.sleep(0.05)

    def read_log(self) -> str:
        """Return what it has printed since this start."""
        return self.log.read_bytes()[self._log_from :].decode()

    @property
    def link(self) -> str:
        """Return the first administrator's link."""
        found = _LINK.search(self.read_log())
        assert found, self.read_log()
        return found.group()

    def find_parts(self) -> dict[str, int]:
        """Return the processes of the parts by name."""
        return find_parts(self.process.pid)

    def measure_bytes(self) -> int:
        """Return the memory of all its processes together, shared pages counted in each."""
        pids = [self.process.pid, *self.find_parts().values()]
        return sum(_read_resident(pid) for pid in pids)

    def stop(self) -> int:
        """Ask it to stop, as Ctrl-C does, and return its exit status; whatever is left after a while is killed."""
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, signal.SIGINT)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


def find_parts(parent: int) -> dict[str, int]:
    """Return the child processes that are parts of an office by name."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(path.read_text().rpartition(")")[2].split()[1]) == parent:
                words = (path.parent / "cmdline").read_bytes().decode().split("\0")
                found |= {name: int(path.parent.name) for name in ("web", "worker") if name in words}
    return found


def _read_resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) * 1024


def is_well(address: str) -> bool:
    """Return whether an office answers there."""
    context = ssl._create_unverified_context() if address.startswith("https") else None
    try:
        with urllib.request.urlopen(f"{address}/health/", timeout=5, context=context) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Page(NamedTuple):
    """What came back."""

    status: int
    address: str
    text: str


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Visitor:
    """A browser without a window."""

    def __init__(self, address: str) -> None:
        """Begin with no cookies."""
        self.address = address
        self._cookies = CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies), _NoRedirect)

    def get(self, path: str) -> Page:
        """Return a page; redirects are not followed."""
        return self._send(urllib.request.Request(urllib.parse.urljoin(self.address, path)))

    def post(self, path: str, values: dict[str, object]) -> Page:
        """Send the form of a page."""
        token = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', self.get(path).text)
        data = urllib.parse.urlencode({**values, "csrfmiddlewaretoken": token[0] if token else ""}).encode()
        return self._send(urllib.request.Request(urllib.parse.urljoin(self.address, path), data))

    def _send(self, request: urllib.request.Request) -> Page:
        try:
            with self._opener.open(request, timeout=20) as answer:
                return Page(answer.status, answer.url, answer.read().decode())
        except urllib.error.HTTPError as error:
            with error:
                return Page(error.code, error.headers.get("Location", ""), error.read().decode())

    def begin(self, link: str) -> None:
        """Become the first administrator, with a second factor."""
        answer = self.post(link, dict(GIVEN))
        assert (answer.status, answer.address) == (302, "/account/2fa/"), answer
        secret = re.findall(r'value="([A-Z2-7]{32})"', unescape(self.get("/account/2fa/totp/activate/").text))[0]
        answer = self._activate(secret)
        assert answer.status == 302, answer
        assert self.get("/").status == 200

    def _activate(self, secret: str) -> Page:
        """Send the code; the page would show another secret when asked again."""
        token = next(cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        data = urllib.parse.urlencode({"code": make_code(secret), "csrfmiddlewaretoken": token}).encode()
        return self._send(urllib.request.Request(f"{self.address}/account/2fa/totp/activate/", data))
