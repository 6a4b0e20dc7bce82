"""A connection to an IMAP server: encrypted before anything secret is said, bounded in what it takes in, made anew once."""

from __future__ import annotations

import imaplib
import ssl
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from morasanu.errors import InputError, InspectError, MorasanuError, OutsideError
from morasanu.source.imap_reply import quote_string

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

T = TypeVar("T")

SILENCE_S: Final = 60.0
"""How long nothing may come."""
ANSWER_S: Final = 600.0
"""How long one answer may take in all."""
ANSWER_BYTES: Final = 64_000_000
_LINE_BYTES: Final = 1_000_000
_MOST_LOST: Final = 10
"""Connections that may break one after the other before the server is given up."""


class _TooMuchError(Exception):
    """The server sends more than anybody asked for."""


class _Bounded:
    """Reads for imaplib, at most so much and for so long an answer. imaplib itself takes in whatever a server announces."""

    sock: socket.socket

    def __init__(self, *args: Any, **options: Any) -> None:  # noqa: ANN401 - whatever imaplib takes
        self._buffer = bytearray()
        self._from: socket.socket | None = None
        self.expect(ANSWER_BYTES)
        super().__init__(*args, **options)

    def expect(self, size_bytes: int) -> None:
        """Begin an answer of at most `size_bytes`."""
        self._left = size_bytes + len(self._buffer)
        self._until = time.monotonic() + ANSWER_S

    def read(self, size: int) -> bytes:
        self._check_origin()
        if size - len(self._buffer) > self._left:
            raise _TooMuchError
        while len(self._buffer) < size:
            self._fill()
        return self._take(size)

    def readline(self) -> bytes:
        self._check_origin()
        seen = 0
        while (end := self._buffer.find(b"\n", seen)) < 0:
            seen = len(self._buffer)
            if seen > _LINE_BYTES:
                raise _TooMuchError
            self._fill()
        return self._take(end + 1)

    def _take(self, size: int) -> bytes:
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _check_origin(self) -> None:
        """Refuse what came before TLS did: someone in between may have said it."""
        if self._from is not self.sock:
            if self._buffer:
                raise imaplib.IMAP4.abort
            self._from = self.sock

    def _fill(self) -> None:
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self.sock.settimeout(min(SILENCE_S, left_s))
        data = self.sock.recv(262_144)
        if not data:
            raise imaplib.IMAP4.abort
        self._left -= len(data)
        if self._left < 0:
            raise _TooMuchError
        self._buffer += data


class _OpenClient(_Bounded, imaplib.IMAP4):
    """A connection that begins in the open."""


class _TlsClient(_Bounded, imaplib.IMAP4_SSL):
    """A connection that is encrypted from its first byte."""


Client = _OpenClient | _TlsClient


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server is and how one gets in. `token` is an OAuth 2.0 access token; with one there is no password.

    `tls` is None where nothing is encrypted, which is for this machine only; `is_wrapped`: from the first byte.
    """

    host: str
    port: int
    tls: ssl.SSLContext | None
    is_wrapped: bool
    user: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)


def connect(door: Door) -> Client:
    """Return a connection that is logged in.

    Raises OutsideError MRS-O-030 (not reached), MRS-O-031 (not trusted), MRS-O-032 (cannot what is needed), InputError
    MRS-I-032 (login refused).
    """
    client: Client | None = None
    try:
        if door.is_wrapped:
            client = _TlsClient(door.host, door.port, ssl_context=door.tls, timeout=SILENCE_S)
        else:
            client = _OpenClient(door.host, door.port, timeout=SILENCE_S)
            if door.tls:
                _start_tls(client, door.tls)
        _log_in(client, door)
    except Exception as error:
        if client is not None:
            hang_up(client)
        if isinstance(error, MorasanuError):
            raise
        raise _explain(error) from None  # what the server said may hold anything
    return client


def hang_up(client: Client) -> None:
    """Close the connection, whatever state it is in."""
    with suppress(Exception):
        client.shutdown()


def _start_tls(client: _OpenClient, tls: ssl.SSLContext) -> None:
    if "STARTTLS" not in client.capabilities or client.state != "NONAUTH":
        raise _refuse_server("STARTTLS")
    if client.starttls(tls)[0] != "OK":
        raise _refuse_server("STARTTLS")


def _log_in(client: Client, door: Door) -> None:
    able = client.capabilities
    if "IMAP4REV1" not in able:
        raise _refuse_server("IMAP4rev1")
    if client.state == "AUTH":  # it knows who this is (PREAUTH)
        return
    try:
        if door.token:
            if "AUTH=XOAUTH2" not in able:
                raise _refuse_server("AUTH=XOAUTH2")
            words = iter((f"user={door.user}\1auth=Bearer {door.token}\1\1".encode(),))
            client.authenticate("XOAUTH2", lambda _: next(words, b""))  # a refusal comes as a question first
        elif "AUTH=PLAIN" in able:
            client.authenticate("PLAIN", lambda _: f"\0{door.user}\0{door.password}".encode())
        elif "LOGINDISABLED" in able:
            raise _refuse_server("AUTH=PLAIN")
        else:
            quote_string(door.password.encode())
            client.login(quote_string(door.user.encode()).decode("ascii"), door.password)
    except (imaplib.IMAP4.abort, _TooMuchError):
        raise
    except (imaplib.IMAP4.error, UnicodeError, ValueError):
        raise InputError(
            "MRS-I-032",
            "サーバーがログインを受け付けません（接続情報の user と password または token を確かめてください）",
            "the server refuses the login (check user and password or token in the credentials file)",
        ) from None


def _refuse_server(ability: str) -> OutsideError:
    return OutsideError(
        "MRS-O-032",
        f"サーバーに必要な機能がありません（{ability}）",
        f"the server lacks what is needed ({ability})",
    )


def _explain(error: Exception) -> OutsideError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutsideError(
            "MRS-O-031",
            "サーバー証明書を信頼できません（社内の認証局なら接続情報に ca_file を書いてください）",
            "the server's certificate is not trusted (for a CA of your own, give ca_file in the credentials file)",
        )
    is_bye = b"BYE" in next((part for part in error.args if isinstance(part, bytes)), b"")
    if isinstance(error, imaplib.IMAP4.error) and not (isinstance(error, imaplib.IMAP4.abort) or is_bye):
        return _refuse_server("IMAP4rev1")
    name = type(error).__name__.strip("_")
    return OutsideError("MRS-O-030", f"接続できません（{name}）", f"cannot be reached ({name})")


class Session:
    """A connection that is made anew when it breaks, with the folder that is open in it."""

    def __init__(self, door: Door, client: Client | None = None) -> None:
        """Take where to connect; the connection comes with the first question unless `client` is one."""
        self._door = door
        self._client = client
        self._folder: bytes | None = None
        self._lost = 0
        self.connections = 0
        self.messages = 0
        self.validity = ""

    def __del__(self) -> None:
        """Hang up."""
        self.close()

    def close(self) -> None:
        """Hang up; the next question would connect again."""
        client, self._client, self._folder = self.__dict__.get("_client"), None, None
        if client is not None:
            hang_up(client)

    def ask(self, question: Callable[[Client], T], folder: bytes | None = None, size_bytes: int = ANSWER_BYTES) -> T:
        """Return the answer to `question`, put with `folder` open to be read; where the connection breaks it is put once more.

        Raises InspectError MRS-X-040 (connection lost), MRS-X-001, MRS-X-002 (folder gone, not for us), MRS-X-009.
        """
        if self._lost >= _MOST_LOST:
            raise _lost("give up")
        try:
            answer = self._ask_once(question, folder, size_bytes)
        except (OSError, imaplib.IMAP4.abort):
            try:
                answer = self._ask_once(question, folder, size_bytes)
            except (OSError, imaplib.IMAP4.abort, MorasanuError) as error:
                if isinstance(error, InspectError):
                    raise
                self._lost += 1
                raise _lost(getattr(error, "code", "") or type(error).__name__) from None
        except (InputError, OutsideError) as error:
            self._lost += 1
            raise _lost(error.code) from None
        self._lost = 0
        return answer

    def _ask_once(self, question: Callable[[Client], T], folder: bytes | None, size_bytes: int) -> T:
        try:
            if self._client is None:
                self._client = connect(self._door)
                self.connections += 1
            if folder is not None and folder != self._folder:
                self._open(self._client, folder)
            self._client.untagged_responses.clear()
            self._client.expect(size_bytes)
            return question(self._client)
        except (InputError, OutsideError, InspectError):
            raise
        except (OSError, imaplib.IMAP4.abort):
            self.close()
            raise
        except Exception as error:  # noqa: BLE001 - a server may say anything, and imaplib trips over some of it
            self.close()
            name = type(error).__name__.strip("_")
            raise InspectError("MRS-X-009", f"読み取りエラー（{name}）", f"reading failed ({name})") from None

    def _open(self, client: Client, folder: bytes) -> None:
        """Open `folder` so that nothing in it can change (EXAMINE)."""
        self._folder = None
        client.expect(ANSWER_BYTES)
        verdict, data = client.select(quote_string(folder), readonly=True)  # type: ignore[arg-type] # may be no ASCII
        if verdict != "OK":
            raise explain_no(data)
        validity = client.response("UIDVALIDITY")[1][0]
        is_lasting = validity is not None and "UIDNOTSTICKY" not in client.untagged_responses
        self.validity = validity.decode("ascii") if validity is not None and is_lasting else ""
        self.messages = int(data[0] or 0)
        self._folder = folder


def explain_no(data: list[Any]) -> InspectError:
    """Return why the server said NO, by its code; its words may hold anything."""
    said = b" ".join(line for line in data if isinstance(line, bytes)).upper()
    if b"[NONEXISTENT]" in said or b"[EXPUNGEISSUED]" in said:
        return InspectError("MRS-X-001", "走査中に消えました", "it vanished during the scan")
    if b"[NOPERM]" in said:
        return InspectError("MRS-X-002", "読む権限がありません", "no permission to read it")
    return InspectError("MRS-X-009", "読み取りエラー（NO）", "reading failed (NO)")


def _lost(why: str) -> InspectError:
    return InspectError(
        "MRS-X-040", f"サーバーとの接続が切れました（{why}）", f"the connection to the server broke ({why})"
    )
