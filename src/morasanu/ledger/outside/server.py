"""The witness on the network: HTTPS by the standard library, a thread a connection, all of it bounded."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, MorasanuError, OutsideError
from morasanu.ledger.outside.witness import SIZE_TYPE
from morasanu.proof.note import LONGEST_NOTE_BYTES
from morasanu.proof.witness import CONFLICT
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from morasanu.ledger.outside.cosigner import Witness

_TEXT: Final = "text/plain; charset=utf-8"
_PATH: Final = re.compile(r"/([0-9a-f]{64})/checkpoint\Z")
_MOST_BYTES: Final = LONGEST_NOTE_BYTES + 4_000
_MOST_CONNECTIONS: Final = 64
_WAIT_S: Final = 10
_LONGEST_S: Final = 60


class WitnessServer(ThreadingHTTPServer):
    """Answers for `witness` until `shutdown`. A connection has a minute; what comes when 64 are open is closed."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        address: tuple[str, int],
        witness: Witness,
        tls: ssl.SSLContext | None,
        tell: Callable[[MorasanuError], None] = lambda _: None,
    ) -> None:
        """Listen. `tell` is given what went wrong inside while an answer was made.

        Raises InputError MRS-I-048 without TLS on an address of the network, OutsideError MRS-O-042 when the address is taken.
        """
        host, port = address
        check_listen(host, tls)
        self.witness, self.tell, self._tls = witness, tell, tls
        self._places = threading.BoundedSemaphore(_MOST_CONNECTIONS)
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise OutsideError(
                "MRS-O-042", f"待ち受けられません: {host}:{port}", f"cannot listen on {host}:{port}"
            ) from error

    def server_bind(self) -> None:
        """Bind without asking who this host is."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """Begin a thread for a connection if there is a place left."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread to be had
            self._places.release()
            self.shutdown_request(request)

    def process_request_thread(
        self, request: socket.socket | tuple[bytes, socket.socket], client_address: object
    ) -> None:
        """Answer, within a minute, and give the place back."""
        assert isinstance(request, socket.socket)  # noqa: S101 - a server of streams
        plain = request
        end = threading.Timer(_LONGEST_S, _hang_up, [plain])
        end.daemon = True
        end.start()
        try:
            request.settimeout(_WAIT_S)
            if self._tls:
                request = self._tls.wrap_socket(plain.dup(), server_side=True)  # a thread waits here, not the others
            super().process_request_thread(request, client_address)
        except OSError:
            self.shutdown_request(request)
        finally:
            end.cancel()
            self.shutdown_request(plain)
            self._places.release()

    def handle_error(self, *_: object) -> None:
        """Pass over what goes wrong on a connection: it is the other side's."""


def check_listen(host: str, tls: ssl.SSLContext | None) -> None:
    """Raise InputError MRS-I-048 for an address of the network without TLS."""
    if tls is None and not is_loopback(host):
        raise InputError(
            "MRS-I-048",
            "--tls-cert と --tls-key が要ります（なしで使えるのは 127.0.0.1 だけ）",
            "--tls-cert and --tls-key are needed (only 127.0.0.1 goes without)",
        )


def load_tls(certificate: Path | None, key: Path | None) -> ssl.SSLContext | None:
    """Return how the witness shows who it is, None when neither file is given. Raises InputError MRS-I-048."""
    if certificate is None and key is None:
        return None
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        tls.load_cert_chain(certificate or "", key, password="")
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise InputError(
            "MRS-I-048", "TLS の証明書か鍵を読めません", "the certificate or the key for TLS cannot be read"
        ) from error
    return tls


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "morasanu"
    sys_version = ""
    timeout = _WAIT_S

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not re.fullmatch(r"[0-9]{1,9}", length):
            self._stop(411)
            return
        if int(length) > _MOST_BYTES:
            self._stop(413)
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
        elif self.path != "/add-checkpoint":
            self._answer(404)
        else:
            try:
                status, found = self.server.witness.add(body)
            except MorasanuError as error:
                self.server.tell(error)
                self._stop(500)
            else:
                self._answer(status, found, SIZE_TYPE if status == CONFLICT else _TEXT)

    def do_GET(self) -> None:
        if self.headers.get("Transfer-Encoding") or self.headers.get("Content-Length", "0") != "0":
            self._stop(400)
            return
        asked = _PATH.match(self.path)
        try:
            found = self.server.witness.show(asked[1]) if asked else None
        except MorasanuError as error:
            self.server.tell(error)
            self._stop(500)
            return
        self._answer(200 if found else 404, found or b"")

    def _stop(self, status: int) -> None:
        """Answer and end the connection: what else stands on it is not read."""
        self.close_connection = True
        self._answer(status)

    def _answer(self, status: int, body: bytes = b"", content_type: str = _TEXT) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing: addresses of clients are nobody's business here."""
