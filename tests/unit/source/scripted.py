"""An IMAP server that says what a test tells it to say, in a thread on loopback."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator, Mapping

USUAL: dict[str, object] = {
    "greeting": b"* OK hello\r\n",
    "CAPABILITY": b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n%s OK done\r\n",
    "STARTTLS": b"%s OK go\r\n",
    "AUTHENTICATE": b"+ \r\n",
    "answer": b"%s OK done\r\n",
    "LOGIN": b"%s OK done\r\n",
    "LIST": b'* LIST () "/" INBOX\r\n%s OK done\r\n',
    "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 5] x\r\n%s OK [READ-ONLY] done\r\n",
    "FETCH": b"* 1 FETCH (UID 7 RFC822.SIZE 4)\r\n%s OK done\r\n",
    "UID": b"* 1 FETCH (UID 7 RFC822.SIZE 4 BODY[]<0> {4}\r\nmail)\r\n%s OK done\r\n",
    "LOGOUT": b"* BYE\r\n%s OK done\r\n",
}


@dataclass
class Talk:
    """One connection; `number` counts them from 1."""

    sock: socket.socket
    number: int
    rest: bytes = b""

    def say(self, data: bytes) -> None:
        self.sock.sendall(data)

    def hear(self) -> bytes:
        while b"\r\n" not in self.rest:
            data = self.sock.recv(4096)
            if not data:
                raise ConnectionError
            self.rest += data
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line

    def hang_up(self) -> None:
        with suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()


@dataclass
class Scripted:
    """A server: the commands it was given in order, and how many connections there were."""

    listener: socket.socket
    answers: Mapping[str, object]
    tls: ssl.SSLContext | None
    commands: list[bytes] = field(default_factory=list)
    talks: list[Talk] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.url = f"imap://127.0.0.1:{self.listener.getsockname()[1]}"

    @property
    def connections(self) -> int:
        return len(self.talks)

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                sock, _ = self.listener.accept()
                self.talks.append(Talk(sock, len(self.talks) + 1))
                threading.Thread(target=self.serve, args=(self.talks[-1],), daemon=True).start()

    def serve(self, talk: Talk) -> None:
        try:
            self.answer(talk, "greeting", b"", b"")
            while True:
                line = talk.hear()
                self.commands.append(line)
                tag, _, command = line.partition(b" ")
                name = command.split(b" ")[0].decode()
                self.answer(talk, name, tag, line)
                if name == "AUTHENTICATE":
                    self.answer(talk, "answer", tag, talk.hear())
                elif name == "STARTTLS" and self.tls:
                    talk.sock = self.tls.wrap_socket(talk.sock, server_side=True)
        except OSError:
            pass
        finally:
            talk.hang_up()

    def answer(self, talk: Talk, name: str, tag: bytes, line: bytes) -> None:
        reply = self.answers.get(name, b"%s BAD what\r\n")
        if isinstance(reply, bytes):
            talk.say(reply.replace(b"%s", tag))
        else:
            assert callable(reply)
            reply(talk, tag, line)


@contextmanager
def scripted(replies: Mapping[str, object] | None = None, tls: ssl.SSLContext | None = None) -> Iterator[Scripted]:
    """Yield a server that answers a command by `replies`, else as usual.

    A reply is bytes, in which `%s` stands for the tag, or a function of the connection, the tag and the line.
    """
    server = Scripted(socket.create_server(("127.0.0.1", 0)), {**USUAL, **(replies or {})}, tls)
    thread = threading.Thread(target=server.accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with suppress(OSError):
            server.listener.shutdown(socket.SHUT_RDWR)
        server.listener.close()
        for talk in server.talks:
            talk.hang_up()
        thread.join(5)


def numbers(line: bytes) -> tuple[int, int]:
    """Return from which message to which a FETCH asks."""
    found = re.search(rb" FETCH (\d+):(\d+) ", line)
    assert found
    return int(found[1]), int(found[2])
