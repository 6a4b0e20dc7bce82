"""Headers of every answer, and how long a session lasts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware as DjangoSessionMiddleware
from django.db import OperationalError
from django.shortcuts import render

from morasanu.office.base.disk import find_fault
from morasanu.office.base.words import say, say_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse
    from django.http.response import HttpResponseBase

HEADERS: Final = {
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Permitted-Cross-Domain-Policies": "none",
}


class HeaderMiddleware:
    """Adds the headers that Django has no setting for; pages are never kept by a browser or a proxy."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Return the answer with its headers."""
        response = self._next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if not request.path.startswith("/static/"):
            response.headers["Cache-Control"] = "no-store"
        return response


class SessionMiddleware(DjangoSessionMiddleware):
    """Django's sessions, except that a page can still be read when nothing can be written."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Return the answer; only one that changed something has to have its session kept."""
        try:
            return super().process_response(request, response)
        except (OperationalError, SessionInterrupted) as error:
            fault: BaseException | None = error
            while fault is not None and not isinstance(
                fault, OperationalError
            ):  # Django takes it for a session that is gone
                fault = fault.__context__
            if fault is None:
                raise
            if request.method in {"GET", "HEAD"} and response.status_code == 200:
                return response
            raise fault from error


class UploadLimitMiddleware:
    """Refuses what is too large before any of it is read: the check of the form's token would read it whole."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer, a refusal when more is announced than an upload may be."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.UPLOAD_LIMIT_BYTES
        if not length.isdigit() or int(length) > limit + _FORM_BYTES:
            sentence = say(
                f"ファイルが大きすぎます（上限 {limit // 1_000_000} MB）。分けて送ってください",
                f"the file is too large (at most {limit // 1_000_000} MB): send it in parts",
            )
            return render(request, "base/refused.html", {"sentence": sentence}, status=413)
        return self._next(request)


_FORM_BYTES: Final = 1_000_000
"""What a form may hold beside its file."""


READING: Final = frozenset(
    (
        "people:persons",
        "register:holdings",
        "party:parties",
        "language",
        "account_login",
        "mfa_authenticate",
        "account_logout",
    )
)
"""Routes that are sent a body and change no record: searches, whose words no address must hold, and coming in to read."""


class WriteMiddleware:
    """Refuses a change while the data folder cannot be written, before anything of it is begun."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer."""
        return self._next(request)

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """Return a refusal to a change."""
        route = request.resolver_match.view_name if request.resolver_match else ""
        if settings.PLACE is None or request.method in {"GET", "HEAD", "OPTIONS"} or route in READING:
            return None
        fault = find_fault(settings.PLACE.path)
        if fault is None:
            return None
        return render(request, "base/refused.html", {"sentence": say_words(fault.words)}, status=503)


class SessionLimitMiddleware:
    """Ends a session that was idle too long or that is too old."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer; a visitor whose time is over is nobody from here on."""
        if request.user.is_authenticated:
            now = int(time.time())
            began, seen = request.session.get("began", now), request.session.get("seen", now)
            if now - seen > settings.SESSION_IDLE_S or now - began > settings.SESSION_LONGEST_S:
                logout(request)
            elif "began" not in request.session or now - seen >= 60:  # not each request writes
                request.session["began"], request.session["seen"] = began, now
        return self._next(request)
