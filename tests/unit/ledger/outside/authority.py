"""A time-stamping authority: `openssl ts` with certificates made here."""

from __future__ import annotations

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

# two certificates, which openssl does not sort as DER asks
_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.crt
signer_key = {folder}/tsa.key
certs = {folder}/root.crt
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """Answers time-stamp queries; `roots` is the certificate that its signature leads to."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("openssl is not installed: no time-stamping authority")
        self.folder, self.roots = folder, folder / "root.crt"
        _make_certificates(folder)
        (folder / "serial").write_text("01", encoding="ascii")

    def answer(self, query: bytes, digests: str = "sha256") -> bytes:
        (self.folder / "query").write_bytes(query)
        config = self.folder / "config"
        config.write_text(_CONFIG.format(folder=self.folder, digests=digests), encoding="utf-8")
        command = ["openssl", "ts", "-reply", "-queryfile", "query", "-config", str(config), "-out", "answer"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "answer").read_bytes()


def _make_certificates(folder: Path) -> None:
    reason = "cryptography is not installed: no certificates"
    x509 = pytest.importorskip("cryptography.x509", reason=reason)
    ec = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ec", reason=reason)
    serialization = pytest.importorskip("cryptography.hazmat.primitives.serialization", reason=reason)
    hashes = pytest.importorskip("cryptography.hazmat.primitives.hashes", reason=reason)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [
        x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, name)]) for name in ("root.example", "tsa.example")
    ]
    now = datetime.now(UTC)
    for place, (subject, public, use) in enumerate(((names[0], root_key, None), (names[1], key, "stamp"))):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(names[0])
            .public_key(public.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=use is None, path_length=None), critical=True)
        )
        if use:
            stamping = x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.TIME_STAMPING])
            builder = builder.add_extension(stamping, critical=True)
        found = builder.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        (folder / ("root.crt", "tsa.crt")[place]).write_bytes(found)
    (folder / "tsa.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
