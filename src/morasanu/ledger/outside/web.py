"""One request to a peer over HTTP: verified, bounded in size, never redirected."""

from __future__ import annotations

import time
from http.client import HTTPException, IncompleteRead
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import BaseHandler, HTTPRedirectHandler, HTTPSHandler, ProxyHandler, Request, build_opener

from morasanu.errors import InputError, OutsideError
from morasanu.text.host import is_loopback

if TYPE_CHECKING:
    import ssl

_WAIT_S: Final = 30
_LONGEST_S: Final = 120
_MOST_BYTES: Final = 200_000


class Reply(NamedTuple):
    """The status of an answer, its kind of content in lower case, and its body."""

    status: int
    content_type: str
    body: bytes


def check_url(url: str, *, in_the_open: bool = False) -> str:
    """Return `url` without a `/` at its end.

    Raises InputError MRS-I-018 for one that holds a user, MRS-I-047 for one that is none, or is not https and goes to
    another machine unless that may be `in_the_open`.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host = ""
    if not host or parts.scheme not in {"http", "https"} or not url.isascii() or not url.isprintable() or " " in url:
        raise InputError("MRS-I-047", "https:// の宛先ではありません", "not an address that begins with https://")
    if parts.username is not None or parts.query or parts.fragment:
        raise InputError(
            "MRS-I-018",
            "利用者名・パスワード・設定を宛先に書かないでください",
            "write no user, password or setting into an address",
        )
    if parts.scheme == "http" and not in_the_open and not is_loopback(host):
        raise InputError(
            "MRS-I-047",
            f"https:// で始まる宛先にしてください: {url}",
            f"the address has to begin with https://: {url}",
        )
    return url.rstrip("/")


def post(url: str, body: bytes, content_type: str, trust: ssl.SSLContext) -> Reply:
    """Return the answer to `body`, whatever its status. Raises OutsideError MRS-O-042 when none came, MRS-O-043 when it is too long."""
    request = Request(  # noqa: S310 - check_url lets http and https through
        url, body, {"Content-Type": content_type, "User-Agent": "morasanu"}, method="POST"
    )
    handlers: list[BaseHandler] = [HTTPSHandler(context=trust), _Stay()]
    if is_loopback(urlsplit(url).hostname or ""):
        handlers.append(ProxyHandler({}))
    try:
        try:
            answer = build_opener(*handlers).open(request, timeout=_WAIT_S)
        except HTTPError as error:
            answer = error
        with answer:
            return Reply(answer.status, answer.headers.get_content_type(), _read(answer, url))
    except (
        OSError,
        HTTPException,
        ValueError,
    ) as error:  # URLError and SSLError are OSErrors; a broken header a ValueError
        reason = getattr(error, "reason", error)
        name = type(reason if isinstance(reason, Exception) else error).__name__
        raise OutsideError("MRS-O-042", f"届きません: {url}（{name}）", f"cannot be reached: {url} ({name})") from error


def _read(answer: HTTPError, url: str) -> bytes:
    data, until_s = b"", time.monotonic() + _LONGEST_S
    while piece := answer.read1(_MOST_BYTES):
        data += piece
        if len(data) > _MOST_BYTES or time.monotonic() > until_s:
            raise OutsideError("MRS-O-043", f"答えが長すぎます: {url}", f"the answer is too long: {url}")
    if getattr(answer, "length", None):  # read1 takes an early end for the end
        raise IncompleteRead(data)
    return data


class _Stay(HTTPRedirectHandler):
    """Takes a redirection for the answer that it is: a checkpoint goes where it was sent, or nowhere."""

    def redirect_request(self, *_: object) -> None:
        return None
