"""A Dovecot of our own: on loopback, in a temporary folder, without rights; the mailboxes are Maildir folders there."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.unit.source.certificate import make_certificate

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = shutil.which("dovecot") or shutil.which("dovecot", path="/usr/sbin:/usr/local/sbin")
USERS = ("audit", "other", "third")
PASSWORD = 'pass "word" \\ 漏らさぬ'
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens, its certificate, and the folder of the mailbox."""

    imap: int
    imaps: int
    certificate: Path
    mail: Path

    def secrets(self, user: str = USERS[0]) -> dict[str, str]:
        """Return how a user logs in; each has a mailbox."""
        return {"user": user, "password": PASSWORD, "ca_file": str(self.certificate)}

    def add(self, name: str, message: bytes, folder: str = "", user: str = USERS[0]) -> None:
        """Put a message into a folder (its name in modified UTF-7); `name` may end in flags (`a:2,S`)."""
        place = self.mail / user / folder
        for part in ("cur", "new", "tmp"):
            self._make(place / part)
        if folder:
            self._give(place / "maildirfolder", b"")
        self._give(place / "cur" / name, message)

    def snapshot(self) -> dict[str, bytes]:
        """Return every message file with its flags and what is in it; the server's own indexes do not count."""
        mail = self.mail / USERS[0]
        files = (path for path in mail.rglob("*") if path.parent.name in {"cur", "new", "tmp"} and path.is_file())
        return {str(path.relative_to(mail)): path.read_bytes() for path in files}

    def _make(self, folder: Path) -> None:
        missing = [path for path in (folder, *folder.parents) if not path.exists()]
        for path in reversed(missing):
            path.mkdir()
            _hand_over(path)

    def _give(self, path: Path, data: bytes) -> None:
        path.write_bytes(data)
        _hand_over(path)


@contextmanager
def run_dovecot() -> Iterator[Dovecot]:
    """Yield a running Dovecot; skip where there is none of the 2.3 series."""
    if not PROGRAM:
        pytest.skip("dovecot is not installed")
    version = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False).stdout
    if not version.startswith("2.3."):
        pytest.skip("the configuration of these tests is for dovecot 2.3")
    folder = Path(tempfile.mkdtemp(prefix="morasanu-dovecot-"))
    certificate, key = make_certificate(folder)
    imap, imaps = _free_port(), _free_port()
    user, group = (
        ("nobody", "nogroup")
        if os.getuid() == 0
        else (pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name)
    )
    config = folder / "conf"
    config.write_text(
        _CONFIG.format(folder=folder, certificate=certificate, key=key, user=user, group=group, imap=imap, imaps=imaps),
        encoding="utf-8",
    )
    (folder / "users").write_text("".join(f"{user}:{{PLAIN}}{PASSWORD}\n" for user in USERS), encoding="utf-8")
    for path in (folder, *folder.iterdir()):
        _hand_over(path)
    rights = {"user": user, "group": group, "extra_groups": []} if os.getuid() == 0 else {}
    process = subprocess.Popen([PROGRAM, "-F", "-c", str(config)], stderr=subprocess.DEVNULL, **rights)
    try:
        _wait_for(imaps, process, folder / "log")
        yield Dovecot(imap, imaps, certificate, folder / "mail")
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text(encoding="utf-8") if log.exists() else "dovecot ended"
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])


def _hand_over(path: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(path, "nobody", "nogroup")
