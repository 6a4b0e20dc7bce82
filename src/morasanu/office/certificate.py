"""A certificate of the office's own, for a closed network where nobody issues one: made once, and anew when it runs out or the names change."""

from __future__ import annotations

import datetime as dt
import ipaddress
from typing import TYPE_CHECKING, Final

from morasanu.office.place import write_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography.x509 import Certificate, GeneralName

    from morasanu.office.place import Place

_LIFE: Final = dt.timedelta(days=397)
_RENEWED_BEFORE: Final = dt.timedelta(days=30)


def make_certificate(place: Place, names: Sequence[str]) -> str:
    """Return the SHA-256 fingerprint of the certificate for `names` (hosts and addresses), so that a person can compare it."""
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415

    try:
        held = (
            x509.load_pem_x509_certificate(place.certificate.read_bytes()) if place.certificate_key.exists() else None
        )
    except (OSError, ValueError):
        held = None
    if held is None or not _serves(held, names):
        held = _issue(place, names)
    return held.fingerprint(hashes.SHA256()).hex(":").upper()


def _serves(held: Certificate, names: Sequence[str]) -> bool:
    from cryptography import x509  # noqa: PLC0415 - an extra

    given = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return set(given) == set(_name(names)) and held.not_valid_after_utc - _RENEWED_BEFORE > dt.datetime.now(dt.UTC)


def _name(names: Sequence[str]) -> list[GeneralName]:
    from cryptography import x509  # noqa: PLC0415 - an extra

    found: list[GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ipaddress.ip_address(name.strip("[]"))))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def _issue(place: Place, names: Sequence[str]) -> Certificate:
    from cryptography import x509  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives import hashes, serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.x509.oid import ExtendedKeyUsageOID  # noqa: PLC0415

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Morasanu")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + _LIFE)
        .add_extension(x509.SubjectAlternativeName(_name(names)), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    place.certificate.unlink(missing_ok=True)  # never an old one with a new key
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(place.certificate_key, pem.decode("ascii"))
    write_private(place.certificate, made.public_bytes(serialization.Encoding.PEM).decode("ascii"))
    return made
