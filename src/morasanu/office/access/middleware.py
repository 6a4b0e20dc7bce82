"""Asks the table before a view runs: who may not is turned away here, and nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseNotAllowed
from django.shortcuts import redirect, render

from morasanu.office.access.reach import find_visitor
from morasanu.office.access.table import ANYBODY, NOBODY, SIGNED_IN, find_row, list_methods
from morasanu.office.people.oidc import SECOND_FACTOR

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse


class AccessMiddleware:
    """Lets a view run only when the table says so, and hands it the visitor's reach."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep what comes next."""
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Return the answer."""
        return self._next(request)

    def process_view(self, request: HttpRequest, _view: object, _args: Any, _kwargs: Any) -> HttpResponse | None:  # noqa: ANN401 - Django's
        """Return None when the view may run."""
        match = request.resolver_match
        route, method = (match.view_name if match else ""), request.method or ""
        row = find_row(route, method)
        if row == ANYBODY:
            return None
        if row == NOBODY:
            if methods := list_methods(route):
                return HttpResponseNotAllowed(methods)
            raise Http404
        visitor = find_visitor(request)
        if visitor is None:
            return redirect_to_login(request.get_full_path() if method == "GET" else "/")
        if row == SIGNED_IN:
            return None
        if visitor.needs_second_factor and not (_is_let_in(request) or is_mfa_enabled(visitor.account)):
            return redirect("mfa_index")
        reach = visitor.reach(route, method)
        if reach is None:
            return render(request, "base/forbidden.html", status=403)
        request.morasanu_reach = reach  # type: ignore[attr-defined]
        return None


def _is_let_in(request: HttpRequest) -> bool:
    """Return whether a provider has asked for the second factor, or the visitor came through the door of the demo, which asks for none."""
    if settings.DIRECTORY.oidc is not None and request.session.get(SECOND_FACTOR):
        return True
    return settings.PLACE is not None and settings.PLACE.is_demo and bool(request.session.get("demo"))
