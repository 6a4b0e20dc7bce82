"""Time-stamps by an authority: its signature over the checkpoint's digest and the time. Source: RFC 3161."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from cryptography.x509 import InvalidVersion, load_pem_x509_certificates

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.interface import Back
from morasanu.ledger.outside.web import check_url, post

try:
    from rfc3161_client import (
        HashAlgorithm,
        TimestampRequestBuilder,
        VerificationError,
        VerifierBuilder,
        decode_timestamp_response,
    )
except ModuleNotFoundError as error:
    raise OutsideError(
        "MRS-O-034",
        "タイムスタンプの部品がありません。pip install 'morasanu[timestamp]' で入ります",
        "the part for time-stamps is not installed: pip install 'morasanu[timestamp]'",
    ) from error

if TYPE_CHECKING:
    import ssl
    from pathlib import Path

    from rfc3161_client import TimeStampRequest

    from morasanu.ledger.outside.interface import Parcel

_ASKED: Final = "application/timestamp-query"
_ANSWERED: Final = "application/timestamp-reply"
_CERTIFICATES: Final = 0xA0
_SHA256: Final = "2.16.840.1.101.3.4.2.1"


class TimestampPlace:
    """A time-stamping authority. Its answer is signed, and so may come over http as well."""

    kind = "timestamp"

    def __init__(self, url: str, trust: ssl.SSLContext, roots: Path | None = None) -> None:
        """Take it. With `roots`, a PEM file, the answer's signature must lead to one of the certificates in it.

        Raises InputError MRS-I-018, MRS-I-047 for the address, MRS-I-001 for the file.
        """
        self.to = check_url(url, in_the_open=True)
        self._trust = trust
        try:
            self._roots = load_pem_x509_certificates(roots.read_bytes()) if roots else []
        except (OSError, ValueError) as error:
            raise InputError("MRS-I-001", f"読めません: {roots}", f"cannot be read: {roots}") from error

    def send(self, parcel: Parcel) -> Back:
        """Return the answer (a TimeStampResp, .tsr) over the note's bytes.

        Raises OutsideError MRS-O-042, MRS-O-043 when none came, MRS-O-049 when it refuses, or does not fit the note, the
        nonce or the certificates.
        """
        data = parcel.note.encoded
        request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
        reply = post(self.to, request.as_bytes(), _ASKED, self._trust)
        if reply.status != 200 or reply.content_type != _ANSWERED:
            raise OutsideError(
                "MRS-O-043",
                f"答えが正しくありません（{reply.status}）: {self.to}",
                f"no proper answer ({reply.status}): {self.to}",
            )
        self._check(request, reply.body, data)
        return Back(token=reply.body)

    def _check(self, request: TimeStampRequest, answer: bytes, data: bytes) -> None:
        try:
            response = decode_timestamp_response(order_certificates(answer))
            info = response.tst_info if response.status in {0, 1} else None
            stamped = info.message_imprint if info else None
            fits = (
                info
                and stamped
                and stamped.hash_algorithm.dotted_string == _SHA256
                and stamped.message == sha256(data).digest()
                and info.nonce == request.nonce
            )
            if not fits:
                raise self._tell()
            if self._roots:
                builder = VerifierBuilder.from_request(request)
                for root in self._roots:
                    builder = builder.add_root_certificate(root)
                builder.build().verify_message(response, data)
        except (ValueError, InvalidVersion, VerificationError) as error:
            raise self._tell() from error

    def _tell(self) -> OutsideError:
        return OutsideError(
            "MRS-O-049",
            f"タイムスタンプが断られたか、控え・証明書と合いません: {self.to}",
            f"the time-stamp was refused, or does not fit the checkpoint or the certificates: {self.to}",
        )


def order_certificates(answer: bytes) -> bytes:
    """Return the answer with its certificates in the order of DER, which OpenSSL does not keep and the parser insists on.

    The certificates stand beside what is signed. Whatever is not such an answer is returned as it is.
    """
    try:
        _, start, _ = _cut(answer, 0)  # TimeStampResp
        _, _, after = _cut(answer, start)  # the status
        _, start, _ = _cut(answer, after)  # ContentInfo
        _, _, after = _cut(answer, start)  # its type
        _, start, _ = _cut(answer, after)  # [0]
        _, at, _ = _cut(answer, start)  # SignedData
        for _ in range(3):  # version, algorithms, content
            _, _, at = _cut(answer, at)
        tag, start, end = _cut(answer, at)
        found, at = [], start
        while at < end:
            _, _, after = _cut(answer, at)
            found.append(answer[at:after])
            at = after
    except IndexError:
        return answer
    is_whole = tag == _CERTIFICATES and at == end
    return answer[:start] + b"".join(sorted(found)) + answer[end:] if is_whole else answer


def _cut(data: bytes, at: int) -> tuple[int, int, int]:
    """Return the tag of the value at `at`, and where its content begins and ends. Raises IndexError beyond the end."""
    tag, length, start = data[at], data[at + 1], at + 2
    if length > 0x80:
        count = length & 0x7F
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise IndexError
    return tag, start, start + length
