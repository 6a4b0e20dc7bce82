"""Mailboxes on IMAP servers, read without leaving a trace: folders are opened to be read, messages fetched by PEEK."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from morasanu.errors import InputError, InspectError, MorasanuError, OutsideError
from morasanu.source.address import cut_address, read_name, show_name
from morasanu.source.credential import check_settings, load_trust
from morasanu.source.imap_reply import parse_fetch, parse_list
from morasanu.source.imap_wire import Door, Session, connect, explain_no
from morasanu.source.interface import Item
from morasanu.source.spool import check_size, spool
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import BinaryIO

    from morasanu.source.imap_reply import Fetched, Folder
    from morasanu.source.imap_wire import Client
    from morasanu.source.interface import Access

_SETTINGS: Final = ("user", "password", "token", "ca_file", "tls")
_PORTS: Final = {"imap": 143, "imaps": 993}
_MESSAGE: Final = re.compile(r"(.*/)uid-(\d{1,10})\.eml", re.DOTALL)
CHUNK_BYTES: Final = 8_000_000
"""How much of a message is asked for at a time; most are smaller."""
LISTED: Final = 500
"""How many messages are listed at a time."""
_ANSWER_BYTES: Final = 1_000_000
"""How long an answer may be beside what was asked for."""
_MOST_EMPTY: Final = 20
_MOST_SHORT: Final = 10
_MOST_RESTARTS: Final = 5


def missing(_: str) -> str:
    """Return nothing: imaplib comes with Python."""
    return ""


def open_place(url: str, access: Access) -> ImapSource:
    """Return the mailboxes at `url` (`imaps://host[:port][/folder…]`), that folder and what lies below it.

    Raises InputError MRS-I-030 (no such address), MRS-I-031 (setting wrong or missing), MRS-I-032 (login refused),
    MRS-I-033 (no such folder), MRS-I-034 (would send a password in the open), OutsideError as `imap_wire.connect` does.
    """
    source = ImapSource(url, make_door(url, access.secrets), access.spool_bytes)
    try:
        source.list_folders()
    except MorasanuError:
        source.close()
        raise
    return source


def make_door(url: str, secrets: Mapping[str, str]) -> Door:
    """Return where `url` leads and how one gets in. Raises InputError as `open_place` does, MRS-I-001 for a bad `ca_file`."""
    address = cut_address(url)
    scheme = urlsplit(url).scheme.lower()
    check_settings(secrets, _SETTINGS)
    for name in ("user", "password"):
        if not secrets.get(name) and not (name == "password" and secrets.get("token")):
            raise InputError(
                "MRS-I-031",
                f"接続情報に {name} がありません（--credentials のファイルに書いてください）",
                f"the credentials file gives no {name} for this place (see --credentials)",
            )
    wanted = secrets.get("tls", "")
    if wanted not in {"", "none"} or (wanted and (scheme == "imaps" or not is_loopback(address.host))):
        raise InputError(
            "MRS-I-034",
            "暗号化しない接続（tls: none）は、このコンピューター自身への imap:// にしか使えません",
            "a connection without encryption (tls: none) is only for imap:// to this machine itself",
        )
    return Door(
        address.host,
        address.port or _PORTS.get(scheme, 143),
        None if wanted else load_trust(secrets.get("ca_file")),
        scheme == "imaps",
        secrets["user"],
        secrets.get("password", ""),
        secrets.get("token", ""),
    )


class ImapSource:
    """The messages of a user's folders, each as a file `…/uid-17.eml` that never changes."""

    def __init__(self, url: str, door: Door, spool_bytes: int) -> None:
        """Connect. Raises as `imap_wire.connect` does."""
        self._path = cut_address(url).path
        self._base = url if url.endswith("/") else f"{url}/"
        self._door = door
        self._limit = spool_bytes
        self._session = Session(door, connect(door))
        self._last = ("", "")
        self._folders: dict[str, Folder] = {}  # by how their own paths begin

    def close(self) -> None:
        """Hang up."""
        self._session.close()

    def items(self) -> Iterator[Item]:
        """Yield the messages folder by folder; a folder that cannot be listed comes as an item with a problem, its path ends in `/`."""
        session = Session(self._door)  # of its own: numbers of messages hold only as long as nothing else is asked
        try:
            for path, folder in self._folders.items():
                if folder.can_select:
                    try:
                        yield from self._list(session, path, folder)
                    except InspectError as error:
                        yield Item(path, path.rstrip("/"), 0, "", error)
        finally:
            session.close()

    def open(self, path: str) -> BinaryIO:
        """Return a copy of the message. Raises InspectError MRS-X-001, 004, 009, 022, 040."""
        folder, uid = self._find(path)
        file = spool(self._fetch(folder, uid), self._limit)
        self._last = (path, self._version(uid))
        return file

    def version(self, path: str) -> str:
        """Return the message's version: it exists, and its number means what it meant. Raises InspectError as `open` does."""
        if self._last[0] == path:  # what was fetched just now
            return self._last[1]
        folder, uid = self._find(path)
        if not self._ask_for(folder, uid, "(UID)", _ANSWER_BYTES):
            raise _gone()
        return self._version(uid)

    def list_folders(self) -> None:
        """Ask for the folders at the address. Raises InputError MRS-I-033, OutsideError MRS-O-030, MRS-O-032."""
        wanted = tuple(show_name(read_name(part), "/") for part in self._path.split("/") if part)
        try:
            verdict, data = self._session.ask(lambda client: client.list())
        except InspectError as error:
            raise OutsideError("MRS-O-030", "接続できません（LIST）", "cannot be reached (LIST)") from error
        if verdict != "OK":
            raise OutsideError(
                "MRS-O-032", "サーバーに必要な機能がありません（LIST）", "the server lacks what is needed (LIST)"
            )
        for folder in sorted(parse_list(data), key=lambda folder: folder.parts):
            if _is_below(folder.parts, wanted):
                below = "".join(f"{part}/" for part in folder.parts[len(wanted) :])
                self._folders[f"{self._base}{below}"] = folder
        if wanted and not self._folders:
            raise InputError("MRS-I-033", "そのフォルダがありません", "there is no such folder")

    def _list(self, session: Session, path: str, folder: Folder) -> Iterator[Item]:
        """Yield the messages of a folder. Numbers stay while only FETCH is asked (RFC 3501, 7.4.1), so they page through it."""
        session.ask(lambda _: None, folder.wire)
        validity = session.validity
        at, last, empty, restarts = 1, 0, 0, 0
        while at <= session.messages:
            before = session.connections
            until = min(at + LISTED - 1, session.messages)
            found, is_whole = self._list_some(session, folder.wire, f"{at}:{until}")
            if session.connections != before:  # numbers may mean other messages now
                restarts += 1
                if restarts > _MOST_RESTARTS or session.validity != validity:
                    raise _changed()
                at = 1
                continue
            new = sorted((message.uid, message) for message in found if message.uid > last)
            for uid, message in new:
                if uid > last:
                    last = uid
                    version = self._make_version(validity, uid)
                    yield Item(f"{path}uid-{uid}.eml", path.rstrip("/"), max(0, message.size_bytes), version)
            if not is_whole:
                problem = InspectError("MRS-X-009", "読み取りエラー（NO）", "reading failed (NO)")
                yield Item(f"{path}messages {at}-{until}", path.rstrip("/"), 0, "", problem)
            empty = 0 if new else empty + 1
            if empty > _MOST_EMPTY:
                raise InspectError("MRS-X-009", "読み取りエラー（EXISTS）", "reading failed (EXISTS)")
            at = until + 1

    def _list_some(self, session: Session, folder: bytes, numbers: str) -> tuple[list[Fetched], bool]:
        def question(client: Client) -> tuple[list[Fetched], bool]:
            verdict, data = client.fetch(numbers, "(UID RFC822.SIZE)")
            if verdict != "OK":
                data = client.untagged_responses.pop("FETCH", [])
            return list(parse_fetch(data)), verdict == "OK"

        return session.ask(question, folder, _ANSWER_BYTES)

    def _fetch(self, folder: bytes, uid: int) -> Iterator[bytes]:
        at = short = 0
        validity = None
        while short < _MOST_SHORT:
            asked = f"(UID RFC822.SIZE BODY.PEEK[]<{at}.{CHUNK_BYTES}>)"
            message = self._ask_for(folder, uid, asked, CHUNK_BYTES + _ANSWER_BYTES)
            if message is None or message.body is None:
                raise _gone()
            if validity not in {None, self._session.validity}:
                raise _changed()
            validity = self._session.validity
            check_size(message.size_bytes, self._limit)
            yield message.body
            at += len(message.body)
            is_short = len(message.body) < CHUNK_BYTES
            if not message.body or (is_short and at >= message.size_bytes):  # sizes told are not always right
                return
            short += is_short
        raise InspectError("MRS-X-009", "読み取りエラー（BODY）", "reading failed (BODY)")

    def _ask_for(self, folder: bytes, uid: int, what: str, size_bytes: int) -> Fetched | None:
        """Return what the server says of a message, None when it has none of this number."""

        def question(client: Client) -> Fetched | None:
            verdict, data = client.uid("FETCH", str(uid), what)
            if verdict != "OK":
                raise explain_no(data)
            told = [message for message in parse_fetch(data) if message.uid == uid]
            return max(told, key=lambda message: message.body is not None, default=None)

        return self._session.ask(question, folder, size_bytes)

    def _find(self, path: str) -> tuple[bytes, int]:
        found = _MESSAGE.fullmatch(path)
        folder = self._folders.get(found[1]) if found else None
        if not found or folder is None:
            raise _gone()
        return folder.wire, int(found[2])

    def _version(self, uid: int) -> str:
        return self._make_version(self._session.validity, uid)

    def _make_version(self, validity: str, uid: int) -> str:
        return f"{validity}:{uid}" if validity else ""


def _is_below(parts: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Return whether a folder is the one wanted or lies in it; INBOX may be written in any case (RFC 3501, 5.1)."""
    if wanted and wanted[0].upper() == "INBOX" == parts[0].upper():
        wanted = (parts[0], *wanted[1:])
    return parts[: len(wanted)] == wanted


def _gone() -> InspectError:
    return InspectError("MRS-X-001", "走査中に消えました", "it vanished during the scan")


def _changed() -> InspectError:
    return InspectError("MRS-X-004", "読んでいる間に変わりました", "it changed while it was being read")
