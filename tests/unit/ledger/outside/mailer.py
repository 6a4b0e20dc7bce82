"""A mail server on this machine that keeps what it is given."""

from __future__ import annotations

import asyncio
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

smtp = pytest.importorskip("aiosmtpd.smtp", reason="aiosmtpd is not installed: no mail server")

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator


class Taken(NamedTuple):
    """A message, and whether it came by TLS and after a login."""

    sender: str
    to: list[str]
    data: bytes
    by_tls: bool
    by_login: bool


class Mailbox:
    """Takes mails; answers `refuse` at the command it names."""

    def __init__(self, refuse: dict[str, str] | None = None) -> None:
        self.port = 0
        self.taken: list[Taken] = []
        self.logins: list[tuple[bytes, bytes]] = []
        self.refuse = refuse or {}

    async def handle_RCPT(  # noqa: N802 - as the server calls it
        self, _server: object, _session: object, envelope: Any, address: str, _options: object
    ) -> str:
        if "RCPT" in self.refuse:
            return self.refuse["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        if "DATA" in self.refuse:
            return self.refuse["DATA"]
        by_tls = session.ssl is not None
        self.taken.append(
            Taken(envelope.mail_from, envelope.rcpt_tos, envelope.content, by_tls, bool(session.authenticated))
        )
        return "250 OK"

    def log_in(self, _server: object, _session: object, _envelope: object, _mechanism: str, data: Any) -> Any:
        self.logins.append((data.login, data.password))
        return smtp.AuthResult(success=data.password == b"himitsu-no-kotoba", handled=False)


@contextmanager
def run_mailbox(
    tls: ssl.SSLContext | None = None, *, from_the_start: bool = False, refuse: dict[str, str] | None = None
) -> Iterator[Mailbox]:
    """Yield a mailbox on 127.0.0.1: in the open, with STARTTLS, or by TLS from the start."""
    box = Mailbox(refuse)
    loop = asyncio.new_event_loop()

    def make() -> Any:
        return smtp.SMTP(
            box,
            hostname="mail.example",
            tls_context=None if from_the_start else tls,
            authenticator=box.log_in,
            auth_require_tls=not from_the_start,
            enable_SMTPUTF8=True,
            loop=loop,
        )

    server = loop.run_until_complete(loop.create_server(make, "127.0.0.1", 0, ssl=tls if from_the_start else None))
    box.port = server.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield box
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
