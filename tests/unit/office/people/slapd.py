"""An OpenLDAP of our own: on loopback, in a temporary folder, without rights, holding a few invented people."""

from __future__ import annotations

import os
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

_PATH = "/usr/sbin:/usr/local/sbin:/usr/local/libexec"
PROGRAM = shutil.which("slapd") or shutil.which("slapd", path=_PATH)
SCHEMA = Path("/etc/ldap/schema")
BASE = "dc=shiomi,dc=example"
PEOPLE = f"ou=people,{BASE}"
READER = f"cn=reader,{BASE}"
READER_PASSWORD = "yomu dake 0417"
PERSON, PASSWORD = "m0417", '浜風 \\ "kaze" 417'
STRANGE = "o'hara, (k)*"
_CONFIG = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/pid
allow bind_anon_dn
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{base}"
directory {folder}/db
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by anonymous auth by * none
"""


@dataclass(frozen=True)
class Slapd:
    """Where it listens, and its certificate."""

    port: int
    tls_port: int
    certificate: Path


def _make_entries() -> str:
    head = f"dn: {BASE}\nobjectClass: organization\nobjectClass: dcObject\no: Shiomi\ndc: shiomi\n\n"
    head += f"dn: {PEOPLE}\nobjectClass: organizationalUnit\nou: people\n\n"
    head += f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\nuserPassword: {READER_PASSWORD}\n\n"
    people = ((PERSON, PASSWORD), ("m0418", "another one"), (STRANGE, PASSWORD))
    for name, password in people:
        escaped = "".join(c if c.isalnum() else f"\\{ord(c):02x}" for c in name)
        head += (
            f"dn: uid={escaped},{PEOPLE}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: invented\nsn: invented\n"
            f"userPassword: {password}\n\n"
        )
    return head


@contextmanager
def run_slapd() -> Iterator[Slapd]:
    """Yield a running OpenLDAP; skip where there is none."""
    if not PROGRAM or not SCHEMA.is_dir():
        pytest.skip("slapd is not installed")
    folder = Path(tempfile.mkdtemp(prefix="morasanu-slapd-"))
    try:
        certificate, key = make_certificate(folder)
        (folder / "db").mkdir()
        config, entries = folder / "conf", folder / "entries.ldif"
        config.write_text(
            _CONFIG.format(schema=SCHEMA, folder=folder, certificate=certificate, key=key, base=BASE, reader=READER)
        )
        entries.write_text(_make_entries(), encoding="utf-8")
        is_root = os.getuid() == 0
        for path in (folder, *folder.iterdir()) if is_root else ():
            shutil.chown(path, "nobody", "nogroup")
        rights = {"user": "nobody", "group": "nogroup", "extra_groups": []} if is_root else {}
        add = [PROGRAM, "-T", "add", "-f", str(config), "-l", str(entries)]
        added = subprocess.run(add, capture_output=True, text=True, check=False, **rights)
        assert added.returncode == 0, added.stderr
        ports = _free_port(), _free_port()
        addresses = f"ldap://127.0.0.1:{ports[0]} ldaps://127.0.0.1:{ports[1]}"
        log = (folder / "log").open("wb")
        process = subprocess.Popen([PROGRAM, "-d", "0", "-f", str(config), "-h", addresses], stderr=log, **rights)
        try:
            _wait_for(ports[1], process, folder / "log")
            yield Slapd(*ports, certificate)
        finally:
            process.terminate()
            process.wait(20)
            log.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text(encoding="utf-8"))


def _free_port() -> int:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return int(server.getsockname()[1])
