"""The web server: Django behind cheroot, over TLS of its own when it is given a certificate."""

from __future__ import annotations

import gc
import logging
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from morasanu.rules.load import load_rules
from morasanu.rules.requirement import load_requirements

if TYPE_CHECKING:
    from pathlib import Path

THREADS: Final = 8
LONGEST_BODY_BYTES: Final = 64_000_000
_log = logging.getLogger(__name__)


def make_server(host: str, port: int, certificate: Path | None = None, key: Path | None = None) -> Any:  # noqa: ANN401 - cheroot has no types
    """Return a server that is bound but does not answer yet. Only after `start.set_up`."""
    from cheroot.ssl.builtin import BuiltinSSLAdapter  # noqa: PLC0415 - an extra
    from cheroot.wsgi import Server  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    server = Server((host, port), get_wsgi_application(), numthreads=THREADS, server_name="morasanu", timeout=15)
    server.max_request_header_size = 32_000
    server.max_request_body_size = LONGEST_BODY_BYTES
    if certificate is not None:
        server.ssl_adapter = BuiltinSSLAdapter(str(certificate), str(key or certificate))
    setattr(server, "error_log", _tell)  # noqa: B010 - the way that cheroot has for it
    server.prepare()
    return server


def _tell(message: str = "", level: int = logging.INFO, traceback: bool = False) -> None:
    """Write to the log what the server has to say, without the request that it says it of."""
    del message
    if traceback and (error := sys.exception()) is not None:
        _log.log(max(level, logging.WARNING), "web: %s", type(error).__name__)


def settle() -> None:
    """Load what every page needs, and let the collector of garbage pass over it from now on.

    It would look at all of it time and again, in the middle of a page: up to 60 ms, twice what a page takes.
    """
    from django.urls import get_resolver  # noqa: PLC0415 - after set_up

    get_resolver()._populate()  # noqa: SLF001 - imports the views of every room
    load_rules()
    load_requirements()
    gc.collect()
    gc.freeze()


def serve(server: Any) -> None:  # noqa: ANN401 - cheroot has no types
    """Answer until a signal asks to stop; what was begun is finished."""

    def stop(*_: object) -> None:
        threading.Thread(target=server.stop).start()

    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(ValueError):  # not the main thread: a test stops it
            signal.signal(number, stop)
    settle()
    server.serve()
