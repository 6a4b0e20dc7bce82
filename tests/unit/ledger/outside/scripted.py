"""A peer over HTTP that answers what a test says, whatever it is asked."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Reply(NamedTuple):
    """What is answered; `length` may be a lie."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    location: str = ""
    length: int | None = None


@contextmanager
def run_scripted(answer: Callable[[bytes], Reply]) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Yield the address of a peer and what it was asked: paths and bodies."""
    asked: list[tuple[str, bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, body))
            reply = answer(body)
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            if reply.location:
                self.send_header("Location", reply.location)
            self.end_headers()
            try:
                self.wfile.write(reply.body)
            except OSError:  # who asks has heard enough
                self.close_connection = True

        def do_GET(self) -> None:
            asked.append((self.path, b""))
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", asked
        finally:
            server.shutdown()
            thread.join()
