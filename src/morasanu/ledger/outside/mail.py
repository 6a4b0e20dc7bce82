"""Checkpoints by mail: one message with the checkpoint as it is. Source: RFC 5322, RFC 5321, RFC 3207."""

from __future__ import annotations

import re
import smtplib
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from typing import TYPE_CHECKING, Final

from morasanu.errors import InputError, OutsideError
from morasanu.ledger.outside.folder import name_origin
from morasanu.ledger.outside.interface import Back
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    import ssl

    from morasanu.ledger.outside.interface import Parcel

_WAIT_S: Final = 30
_SMTPS: Final = 465
_SUBMISSION: Final = 587
_LOCAL: Final = 25
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+\Z")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9.-]*|[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f.]*)\Z")
_WHAT = (
    "次の行から終わりまでが台帳の控えです。消さずに保管してください。確かめるには、このメールをファイルに保存して "
    "morasanu ledger verify DIR --checkpoint FILE\n"
    "What follows is a checkpoint of a ledger. Keep this message; to verify, save it as a file and run the above.\n\n"
)


class MailPlace:
    """A mailbox, reached through a mail server: by TLS, unless the server is this machine."""

    kind = "mail"

    def __init__(
        self, address: str, server: str, trust: ssl.SSLContext, *, sender: str = "", user: str = "", password: str = ""
    ) -> None:
        """Take `server` as HOST[:PORT]: 465 is TLS from the start, any other port STARTTLS; 587 unless given, 25 on this machine.

        `sender` is the address itself unless given. Raises InputError MRS-I-047 for what is no address or no server.
        """
        host, _, port = server.rpartition(":") if re.search(r"[^:]:[0-9]+\Z|\]:[0-9]+\Z", server) else (server, "", "")
        self._host = host.removeprefix("[").removesuffix("]")
        self._is_here = is_loopback(self._host)
        self._port = int(port or (_LOCAL if self._is_here else _SUBMISSION))
        self._sender, self._user, self._password = sender or address, user, password
        self._trust = trust
        self.to = address
        for each in (address, self._sender):
            if not _ADDRESS.match(each):
                raise InputError("MRS-I-047", "メールアドレスではありません", "not an address of mail")
        if not _HOST.match(self._host) or not 0 < self._port < 65_536:
            raise InputError("MRS-I-047", "メールサーバーではありません（HOST:PORT）", "not a mail server (HOST:PORT)")

    def __repr__(self) -> str:
        """Return where it goes, without the password."""
        return f"MailPlace({self.to!r})"

    def send(self, parcel: Parcel) -> Back:
        """Hand one message to the server. Raises OutsideError MRS-O-044 when it was not taken."""
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(make_message(parcel, self._sender, self.to))
        except (OSError, smtplib.SMTPException, ValueError) as error:  # what a server says may hold addresses: not told
            code = getattr(error, "smtp_code", None)
            name = f"{type(error).__name__} {code}" if code else type(error).__name__
            raise OutsideError(
                "MRS-O-044",
                f"メールを渡せません: {self._host}:{self._port}（{name}）",
                f"the mail was not taken: {self._host}:{self._port} ({name})",
            ) from error
        return Back()

    def _connect(self) -> smtplib.SMTP:
        if self._port == _SMTPS:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_WAIT_S, context=self._trust)
        server = smtplib.SMTP(self._host, self._port, timeout=_WAIT_S)
        try:
            server.ehlo()
            if not self._is_here or self._user:
                server.starttls(context=self._trust)  # raises where it is not offered
        except BaseException:
            server.close()
            raise
        return server


def make_message(parcel: Parcel, sender: str, to: str) -> EmailMessage:
    """Return the message: its subject names the ledger by digits only, its text is the checkpoint after two lines."""
    size = parcel.checkpoint.size
    message = EmailMessage(SMTP)
    message["From"], message["To"] = sender, to
    message["Subject"] = f"Morasanu checkpoint {name_origin(parcel.checkpoint.origin)} {size}"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_WHAT + parcel.note.encoded.decode(), cte="base64")
    return message
