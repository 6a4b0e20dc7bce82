"""The page on which a visitor of the demo chooses who to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404
from django.shortcuts import redirect, render

from morasanu.office.demo.door import is_door_open
from morasanu.office.demo.selectors import find_account, list_choices

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def enter(request: HttpRequest) -> HttpResponse:
    """Return the choice of persons; sent, it signs in as the chosen one. There is no such page outside of a demo on this machine."""
    if not is_door_open(request):
        raise Http404
    account = find_account(request.POST.get("number", "")) if request.method == "POST" else None
    if account is not None:
        login(request, account, settings.AUTHENTICATION_BACKENDS[0])
        request.session["demo"] = True
        return redirect("today")
    return render(request, "demo/enter.html", {"choices": list_choices()})
