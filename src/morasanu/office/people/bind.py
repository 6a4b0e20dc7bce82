"""Asks a directory (LDAP) whether a password is right: by a bind as that person, over TLS. Knows no accounts, no Django."""

from __future__ import annotations

import ssl
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final

import ldap3
from ldap3.core.exceptions import LDAPException

from morasanu.errors import OutsideError
from morasanu.office.people.directory import PLACE_OF_NAME, read_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morasanu.office.people.directory import Ldap, Search

_WRONG: Final = frozenset((32, 34, 48, 49))
"""No such entry, no such name, no password there, wrong password (RFC 4511, appendix A)."""
_TURNS: Final = BoundedSemaphore(4)
"""At most so many threads of the server wait for a directory, so that a slow one leaves some for everybody else."""
_TURN_S: Final = 0.5


def is_password_right(ldap: Ldap, name: str, password: str) -> bool:
    """Return whether the directory knows `name` and lets them in with `password`. An empty one never reaches it: that bind would succeed.

    Raises OutsideError MRS-O-070 when it is away, slow or not who it should be, MRS-O-072 when it refuses the service account.
    InputError MRS-I-071 when that one's password cannot be read.
    """
    if not name or not password or "\0" in password:
        return False
    with _take_turn():
        person = find_person(ldap, name) if ldap.search else ldap.person.replace(PLACE_OF_NAME, escape(name))
        if not person:
            return False
        with _connect(ldap, person, password) as connection:
            if connection.bind():
                return True
            if connection.result["result"] in _WRONG:
                return False
            raise _tell_away()


def find_person(ldap: Ldap, name: str) -> str:
    """Return the DN of the one entry that is `name`, `""` when there is none, or more than one. Raises as `is_password_right` does."""
    search = ldap.search
    if search is None:
        return ""
    with _connect(ldap, search.reader, read_secret(search.password_file)) as connection:
        _bind_reader(connection)
        return _search(connection, search, name)


def try_directory(ldap: Ldap) -> None:
    """Reach the directory, with the service account where there is one. Raises as `is_password_right` does."""
    if ldap.search:
        find_person(ldap, "morasanu-doctor")
        return
    with _connect(ldap, "", "") as connection:
        connection.open(read_server_info=False)


def escape(name: str) -> str:
    r"""Return `name` so that it is a value in a DN (RFC 4514) and in a filter (RFC 4515) and nothing else; both take `\` and two digits.

    >>> escape("m0417"), escape("a)(uid=*")
    ('m0417', 'a\\29\\28uid\\3d\\2a')
    """
    return "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"\\{byte:02x}" for byte in name.encode()
    )


def _search(connection: ldap3.Connection, search: Search, name: str) -> str:
    pattern = search.pattern.replace(PLACE_OF_NAME, escape(name))
    connection.search(search.base, pattern, ldap3.SUBTREE, attributes=ldap3.NO_ATTRIBUTES, size_limit=2)
    if connection.result["result"] not in {0, 4, 32}:  # found, more than asked for, no such base
        raise _tell_away()
    found = [entry["dn"] for entry in connection.response or () if entry["type"] == "searchResEntry"]
    return str(found[0]) if len(found) == 1 else ""


def _bind_reader(connection: ldap3.Connection) -> None:
    if not connection.bind():
        raise OutsideError(
            "MRS-O-072",
            "社内の認証サーバーが、このプログラムの参照用アカウントを受け付けません。システム管理の担当者に言ってください",
            "the directory refuses the service account of this program: tell the system administrator",
        )


class _Tls(ldap3.Tls):  # type: ignore[misc] # ldap3 has no types
    """TLS as the standard library checks it, name of the host included; what ldap3 does instead is deprecated."""

    def wrap_socket(self, connection: ldap3.Connection, do_handshake: bool = False) -> None:
        """Put TLS over the connection."""
        del do_handshake
        context = ssl.create_default_context(cafile=self.ca_certs_file)
        connection.socket = context.wrap_socket(connection.socket, server_hostname=connection.server.host)


@contextmanager
def _take_turn() -> Iterator[None]:
    if not _TURNS.acquire(timeout=_TURN_S):
        raise _tell_away()
    try:
        yield
    finally:
        _TURNS.release()


@contextmanager
def _connect(ldap: Ldap, user: str, password: str) -> Iterator[ldap3.Connection]:
    """Yield a connection that is encrypted, and not bound yet. It follows no referral: another server would get the password."""
    try:
        tls = _Tls(validate=ssl.CERT_REQUIRED, ca_certs_file=str(ldap.ca_file) if ldap.ca_file else None)
        server = ldap3.Server(
            ldap.host, ldap.port, use_ssl=ldap.is_tls, tls=tls, connect_timeout=ldap.timeout_s, get_info=ldap3.NONE
        )
        connection = ldap3.Connection(
            server,
            user or None,
            password or None,
            receive_timeout=ldap.timeout_s,
            auto_referrals=False,
            read_only=True,
            check_names=False,
        )
        try:
            if not (ldap.is_tls or ldap.is_plain):
                connection.open(read_server_info=False)
                connection.start_tls(read_server_info=False)
            yield connection
        finally:
            _close(connection)
    except (LDAPException, OSError) as error:
        raise _tell_away() from error


def _close(connection: ldap3.Connection) -> None:
    with suppress(LDAPException, OSError):
        connection.unbind()
    if connection.socket:  # one that was never wholly opened
        connection.socket.close()


def _tell_away() -> OutsideError:
    return OutsideError(
        "MRS-O-070",
        "社内の認証サーバーに確かめられません。しばらくしてからお試しください。パスワードが違うという意味ではありません",
        "the organisation's directory cannot be asked: try again later. This does not mean that the password is wrong",
    )
